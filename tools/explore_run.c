/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tools/explore_run.c - the processes of a search, and what came out.
 *
 * The parent runs the machine undisturbed, then starts one process a job. They share a counter from
 * which each takes what is next, so a slow run holds up nobody; what they find goes to one
 * file (explore_results.h). A process that dies takes with it what it was at, which the next
 * start tries again.
 */
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/explore.h"

#define NS_PER_S 1000000000ull

static struct shared *to_interrupt; /* a signal handler has no other way to it */

static void on_sigint(int signo)
{
    (void)signo;
    atomic_store(&to_interrupt->stop, true);
}

/* ---- one process ---- */

int explore_point_done(struct search *s, const struct result_line *line)
{
    if (results_put(&s->results, line) != 0) {
        atomic_store(&s->shared->stop, true);
        return complain(EXIT_GUEST, "%s cannot be written; is the disk full?", s->results.path);
    }
    atomic_fetch_add(&s->shared->tried, 1);
    if (line->failure != EXPLORE_HOLDS)
        atomic_fetch_add(&s->shared->failed, 1);
    if (s->until & 1u << line->failure)
        atomic_store(&s->shared->stop, true);
    return EXIT_OK;
}

static int work(struct search *s)
{
    int rc = s->kind->work(s);

    if (rc != EXIT_OK)
        atomic_store(&s->shared->stop, true);
    return rc;
}

static pid_t start_process(struct search *s)
{
    pid_t parent = getpid(), pid = fork();

    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EXIT_GUEST);
    signal(SIGINT, SIG_IGN); /* the parent hears it, and asks us to end with this run */
    _exit(work(s));
}

/* ---- all of them ---- */

static void show_progress(const struct search *s, uint64_t mine, uint64_t start_ns)
{
    uint64_t tried = atomic_load(&s->shared->tried), failed = atomic_load(&s->shared->failed);
    double seconds = (double)(host_clock_ns() - start_ns) / NS_PER_S;

    fprintf(stderr, "\r%llu of %llu points, %llu fail", (unsigned long long)tried,
            (unsigned long long)mine, (unsigned long long)failed);
    if (tried > 0)
        fprintf(stderr, ", %.0f a second, %.0f s to go ", (double)tried / seconds,
                (double)(mine - tried) * seconds / (double)tried);
    fflush(stderr);
}

/* Wait for all; a process that does not end with 0 spoils the search. */
static int wait_for(struct search *s, unsigned running, uint64_t mine)
{
    bool terminal = host_is_terminal(stderr);
    uint64_t start_ns = host_clock_ns();
    int rc = EXIT_OK, status;

    while (running > 0) {
        pid_t pid = waitpid(-1, &status, terminal ? WNOHANG : 0);

        if (pid < 0 && errno != EINTR)
            break;
        if (pid == 0) {
            show_progress(s, mine, start_ns);
            usleep(200000);
        }
        if (pid <= 0)
            continue;
        running--;
        if (WIFSIGNALED(status)) {
            atomic_store(&s->shared->stop, true);
            rc = complain(EXIT_GUEST, "a process of the search was killed by signal %d; the same "
                                      "command goes on", WTERMSIG(status));
        } else if (WEXITSTATUS(status) != EXIT_OK) {
            atomic_store(&s->shared->stop, true); /* it crashed, or has done so itself */
            rc = WEXITSTATUS(status);
        }
    }
    if (terminal)
        fputs("\r\033[K", stderr);
    return rc;
}

static int run_processes(struct search *s)
{
    uint64_t mine = 0;
    unsigned started = 0;
    int rc;

    for (uint64_t p = 1; p <= s->points; p++)
        mine += !s->tally.done[p] && s->kind->is_mine(s, p);
    s->shared = mmap(NULL, sizeof(*s->shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                     -1, 0);
    if (s->shared == MAP_FAILED)
        return complain(EXIT_GUEST, "out of memory");
    to_interrupt = s->shared;
    struct sigaction old, act = {.sa_handler = on_sigint, .sa_flags = (int)SA_RESETHAND};
    sigaction(SIGINT, &act, &old);
    while (started < s->jobs && started < mine && start_process(s) > 0)
        started++;
    rc = mine > 0 && started == 0
             ? complain(EXIT_GUEST, "no process could be started: %s", strerror(errno))
             : wait_for(s, started, mine);
    sigaction(SIGINT, &old, NULL);
    munmap(s->shared, sizeof(*s->shared));
    return rc;
}

/* ---- what was found ---- */

/* `tried` on, for each point of the results, in their order. */
static void on_point(void *ctx, const struct result_line *line)
{
    struct search *s = ctx;
    struct shell_word word;
    char path[4096];

    if (s->coverage.cover)
        cover_add(s->coverage.cover, line);
    if (line->impossible && !s->impossible[0])
        snprintf(s->impossible, sizeof(s->impossible), "%s", line->end);
    if (s->json || line->failure == EXPLORE_HOLDS || line->same)
        return;
    if (line->kind[0] && s->told++ >= s->every.keep)
        return;
    if (line->kind[0])
        printf("%s at instruction %llu, %s, fails: ", line->kind, (unsigned long long)line->at_n,
               line->where);
    else
        printf("seed %llu fails: ", (unsigned long long)line->point);
    printf("%s; %s at instruction %llu", explore_names[line->failure], line->end,
           (unsigned long long)line->n);
    snprintf(path, sizeof(path), "%s/%s", s->out, line->trace);
    if (line->trace[0])
        printf("; trapline replay %s\n", shell_word(path, &word));
    else
        printf("; record --inject %s@%llu keeps it\n", line->kind,
               (unsigned long long)line->at_n);
}

static int summary_json(const struct search *s, const struct tally *t, uint64_t points)
{
    json_t *o = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "points", (json_int_t)points, "hold",
                          (json_int_t)(t->tried - t->failed - t->impossible), "fail",
                          (json_int_t)t->failed, "missing",
                          (json_int_t)(points - (t->tried - t->impossible)), "same",
                          (json_int_t)t->same, "impossible", (json_int_t)t->impossible);
    char *text;

    if (o && s->coverage.cover)
        json_object_set_new(o, "coverage", cover_json(s->coverage.cover));
    text = o ? json_dumps(o, JSON_COMPACT) : NULL;
    json_decref(o);
    if (!text)
        return complain(EXIT_GUEST, "out of memory");
    puts(text);
    free(text);
    return EXIT_OK;
}

static void tell_rest(const struct search *s)
{
    if (s->told > s->every.keep)
        printf("%llu more fail, each in its own run; they are in %s/shard-*.jsonl\n",
               (unsigned long long)(s->told - s->every.keep), s->out);
}

/* `of`: how many points there should be. */
static int summary(struct search *s, const struct tally *t, uint64_t of)
{
    uint64_t points = of - t->impossible, missing = of - t->tried;
    bool none = points == 0 && t->impossible > 0 && (s->shards == 1 || s->merge);
    int rc = EXIT_OK;

    if (none && !s->json)
        return complain(EXIT_GUEST, "no point can be tried: %s", s->impossible);
    if (s->json) {
        rc = summary_json(s, t, points);
    } else {
        tell_rest(s);
        printf("%llu of %llu points hold",
               (unsigned long long)(t->tried - t->failed - t->impossible),
               (unsigned long long)points);
        if (t->failed > 0)
            printf(", %llu fail", (unsigned long long)t->failed);
        if (missing > 0)
            printf(", %llu were not tried yet", (unsigned long long)missing);
        if (t->same > 0)
            printf("; %llu of them were proved to be the same as the next",
                   (unsigned long long)t->same);
        if (t->impossible > 0)
            printf("; at %llu more there is no such event: %s", (unsigned long long)t->impossible,
                   s->impossible);
        putchar('\n');
    }
    if (s->coverage.text && !s->json)
        cover_print(s->coverage.cover);
    if (rc == EXIT_OK && s->coverage.lcov) {
        rc = cover_lcov(s->coverage.cover, s->coverage.out.file);
        s->coverage.written = rc == EXIT_OK;
    }
    if (rc != EXIT_OK)
        return rc;
    return t->failed > 0 || missing > 0 || none ? EXIT_GUEST : EXIT_OK;
}

static int want_coverage(struct search *s)
{
    if (!s->coverage.text && !s->coverage.lcov)
        return EXIT_OK;
    s->coverage.cover = cover_new();
    return s->coverage.cover ? EXIT_OK : complain(EXIT_GUEST, "out of memory");
}

/* Refused before hours of search, not behind them. */
static int open_lcov(struct search *s)
{
    return s->coverage.lcov ? output_open(&s->coverage.out, s->coverage.lcov) : EXIT_OK;
}

static int close_lcov(struct search *s, int rc)
{
    int closed = EXIT_OK;

    if (s->coverage.out.file)
        closed = output_close(&s->coverage.out, s->coverage.written ? EXIT_OK : EXIT_GUEST);
    return s->coverage.written && closed != EXIT_OK ? closed : rc;
}

int explore_merge(struct search *s)
{
    struct tally tally = {.ctx = s, .point = on_point};
    json_t *head = NULL;
    int rc = open_lcov(s);

    s->out = s->merge;
    if (rc == EXIT_OK)
        rc = want_coverage(s);
    if (rc == EXIT_OK)
        rc = results_merge(s->merge, &tally, &head);
    if (rc == EXIT_OK)
        rc = summary(s, &tally, tally.points);
    json_decref(head);
    free(tally.done);
    cover_free(s->coverage.cover);
    return close_lcov(s, rc);
}

/* ---- the search ---- */

/* What the machine has beside what every machine has. */
static void describe_devices(const struct machine *m, json_t *head)
{
    struct image_hash net = image_hash_of(&m->net);
    json_t *disks = json_array();
    char hash[33];

    for (unsigned i = 0; i < m->disk_count; i++) {
        image_hash_text(&m->disk[i].hash, hash);
        json_array_append_new(disks, json_pack("{s:s, s:b}", "image", hash, "read_only",
                                               (int)m->disk[i].read_only));
    }
    image_hash_text(&net, hash);
    json_object_set_new(head, "disks", disks);
    json_object_set_new(head, "net", json_string(m->net.data ? hash : ""));
    json_object_set_new(head, "gic", json_integer(m->gicv3 ? 3 : 2));
    json_object_set_new(head, "virtio_console", json_boolean(m->console));
    json_object_set_new(head, "entropy", json_boolean(m->entropy));
    json_object_set_new(head, "firmware", json_boolean(m->firmware));
    json_object_set_new(head, "el2", json_boolean(m->el2));
    json_object_set_new(head, "strict", json_boolean(m->strict));
    json_object_set_new(head, "adversary", json_boolean(m->adversary));
}

/* What makes two searches the same one. */
static json_t *describe(const struct search *s)
{
    const struct machine *m = &s->machine.machine;
    char kernel[33], initrd[33];
    json_t *argv = json_array(), *head;

    image_hash_text(&m->kernel_hash, kernel);
    image_hash_text(&m->initrd_hash, initrd);
    for (char **a = m->argv; a && *a; a++)
        json_array_append_new(argv, json_string(*a));
    head = json_pack("{s:s, s:I, s:I, s:I, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:o, s:I, s:s, "
                     "s:I, s:I}",
                     "explore", s->kind->name, "points", (json_int_t)s->points, "shard",
                     (json_int_t)s->shard, "shards", (json_int_t)s->shards, "arch",
                     arch_name(m->arch), "kernel", kernel, "initrd", initrd, "append",
                     m->cmdline ? m->cmdline : "", "mem", (json_int_t)m->ram_bytes, "hz",
                     (json_int_t)m->hz, "seed", (json_int_t)m->seed, "wall_start",
                     (json_int_t)m->wall_start_s, "argv", argv, "fail",
                     (json_int_t)s->rules.counts, "console", s->console ? s->console : "",
                     "limit", (json_int_t)s->rules.limit, "undisturbed_n",
                     (json_int_t)s->undisturbed.end.n);
    if (head) {
        describe_devices(m, head);
        s->kind->describe(s, head);
    }
    return head;
}

static int run_undisturbed(struct search *s)
{
    char err[ERR_LEN], text[96];
    insn_t limit = s->machine.limit;
    int rc = explore_try(&s->machine.machine, limit, NULL, &s->undisturbed, err, sizeof(err));

    if (rc != 0)
        return complain(rc == -ENOEXEC ? EXIT_DAMAGED : EXIT_GUEST, "%s", err);
    if (s->undisturbed.end.reason != SIM_END_POWEROFF || s->undisturbed.end.status != 0) {
        sim_end_text(&s->undisturbed.end, text, sizeof(text));
        return complain(EXIT_GUEST,
                        "the undisturbed run fails already: %s at instruction %llu; trapline "
                        "record with the same machine keeps it", text,
                        (unsigned long long)s->undisturbed.end.n);
    }
    s->rules.limit = limit != INSN_NONE ? limit : explore_limit(s->undisturbed.end.n);
    return EXIT_OK;
}

static int run_and_tell(struct search *s, const json_t *head)
{
    struct tally found = {.ctx = s, .point = on_point};
    uint64_t of = 0;
    int rc = run_processes(s), again;

    results_close(&s->results);
    /* What stands in the file counts, that of earlier starts too. */
    again = want_coverage(s);
    if (again == EXIT_OK)
        again = results_open(&s->results, s->out, s->shard, s->shards, head, &found);
    for (uint64_t p = 1; p <= s->points; p++)
        of += s->kind->is_mine(s, p);
    if (again == EXIT_OK)
        again = summary(s, &found, of);
    results_close(&s->results);
    cover_free(s->coverage.cover);
    free(found.done);
    return rc != EXIT_OK ? rc : again;
}

int explore_search(struct search *s)
{
    json_t *head = NULL;
    int rc = open_lcov(s);

    if (rc == EXIT_OK)
        rc = run_undisturbed(s);
    if (rc == EXIT_OK)
        rc = s->kind->prepare(s);
    if (rc == EXIT_OK) {
        head = describe(s);
        rc = head ? results_open(&s->results, s->out, s->shard, s->shards, head, &s->tally)
                  : complain(EXIT_GUEST, "out of memory");
    }
    if (rc == EXIT_OK)
        rc = run_and_tell(s, head);
    json_decref(head);
    free(s->tally.done);
    sweep_places_free(&s->every.places);
    explore_result_free(&s->undisturbed);
    return close_lcov(s, rc);
}
