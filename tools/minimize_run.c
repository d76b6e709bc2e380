/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tools/minimize_run.c - candidates, each in a process of its own.
 *
 * As many at a time as there are jobs, in their order; of those that fail the first one counts,
 * whichever was faster.
 */
#include "tools/minimize.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define NS_PER_S 1000000000ull

enum { CHILD_FAILS = 0, CHILD_HOLDS = 1, CHILD_ERROR = 2 };

static volatile sig_atomic_t interrupted, late; /* a signal handler has no other way */

static void on_sigint(int signo)
{
    (void)signo;
    interrupted = 1;
}

static void on_alarm(int signo)
{
    (void)signo;
    late = 1;
}

void minimize_start_clock(struct minimizing *s)
{
    const struct itimerval time = {.it_value.tv_sec = (time_t)s->budget_s,
                                   .it_interval.tv_sec = 1}; /* again, if it came before a wait */
    struct sigaction act = {.sa_handler = on_alarm};

    s->start_ns = host_clock_ns();
    if (s->budget_s == 0)
        return;
    sigaction(SIGALRM, &act, NULL);
    setitimer(ITIMER_REAL, &time, NULL);
}

static void stop_clock(void)
{
    setitimer(ITIMER_REAL, &(struct itimerval){0}, NULL);
}

void minimize_catch_interrupt(void)
{
    struct sigaction act = {.sa_handler = on_sigint, .sa_flags = (int)SA_RESETHAND};

    sigaction(SIGINT, &act, NULL);
}

bool minimize_interrupted(void)
{
    return interrupted != 0;
}

static int child(struct minimizing *s, struct minimize *m, size_t i)
{
    struct schedule schedule;
    bool yes;

    if (minimize_candidate(m, i, &schedule) != 0)
        return CHILD_ERROR;
    if (minimize_fails_so(s, &schedule, &yes) != EXIT_OK)
        return CHILD_ERROR;
    return yes ? CHILD_FAILS : CHILD_HOLDS;
}

static pid_t start(struct minimizing *s, struct minimize *m, size_t i)
{
    pid_t parent = getpid(), pid = fork();

    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(CHILD_ERROR);
    signal(SIGINT, SIG_IGN); /* the parent hears it */
    _exit(child(s, m, i));
}

static void show_progress(const struct minimizing *s, const struct minimize *m, size_t tried,
                          size_t count)
{
    double seconds = (double)(host_clock_ns() - s->start_ns) / NS_PER_S;
    double rate = s->tried > 0 && seconds > 0 ? (double)s->tried / seconds : 0;

    if (!s->terminal)
        return;
    fprintf(stderr, "\r%zu of %zu events left after %llu runs", minimize_left(m),
            minimize_events(&s->full), (unsigned long long)s->tried);
    if (rate >= 1)
        fprintf(stderr, ", %.1f a second", rate);
    else if (rate > 0)
        fprintf(stderr, ", %.0f s each", 1 / rate);
    if (rate > 0)
        fprintf(stderr, ", this round at most %.0f s", (double)(count - tried) / rate);
    if (s->budget_s > 0)
        fprintf(stderr, "; %.0f of %llu s", seconds, (unsigned long long)s->budget_s);
    fputs("\033[K", stderr);
    fflush(stderr);
}

/* The temporary trace of a process that was killed. */
static void clean_up(const struct minimizing *s, pid_t pid)
{
    char path[MINIMIZE_PATH_LEN + 64];

    snprintf(path, sizeof(path), "%s-%ld", s->temporary, (long)pid);
    unlink(path);
}

/* Candidates from..from+count-1 at once. *first as for first_failing. */
static int batch(struct minimizing *s, struct minimize *m, size_t from, size_t count, size_t *first)
{
    pid_t pid[MINIMIZE_JOBS_MAX];
    size_t started = 0;
    int rc = 0;

    while (started < count && (pid[started] = start(s, m, from + started)) > 0)
        started++;
    if (started < count)
        rc = -errno;
    for (size_t i = 0; i < started; i++) {
        int status = 0;

        if (interrupted || late)
            kill(pid[i], SIGKILL);
        while (waitpid(pid[i], &status, 0) < 0 && errno == EINTR)
            if (interrupted || late)
                kill(pid[i], SIGKILL);
        s->tried++;
        if (WIFSIGNALED(status))
            clean_up(s, pid[i]);
        if (!WIFEXITED(status) || WEXITSTATUS(status) == CHILD_ERROR)
            rc = rc ? rc : -EIO;
        else if (WEXITSTATUS(status) == CHILD_FAILS && *first > from + i)
            *first = from + i;
    }
    return interrupted ? -EINTR : late ? -ETIME : rc;
}

int minimize_first_failing(void *ctx, struct minimize *m, size_t count, size_t *first)
{
    struct minimizing *s = ctx;
    int rc = late ? -ETIME : 0;

    *first = count;
    for (size_t i = 0; i < count && *first == count && rc == 0; i += s->jobs) {
        show_progress(s, m, i, count);
        rc = batch(s, m, i, count - i < s->jobs ? count - i : s->jobs, first);
    }
    s->runs += *first < count ? *first + 1 : count;
    if (rc == -ETIME) {
        stop_clock();
        s->out_of_time = true;
    }
    return rc;
}
