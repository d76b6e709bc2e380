/* SPDX-License-Identifier: GPL-2.0-or-later */
/* command.c - processes that are measured from outside; see bench.h. */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

void die(const char *what, const char *name)
{
    fprintf(stderr, "bench: %s: %s\n", name, what);
    exit(2);
}

static double now_s(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

void add(struct command *c, const char *word)
{
    if (c->count == WORDS_MAX - 1)
        die("too many words", word);
    c->words[c->count++] = word;
}

void add_all(struct command *c, const char *const *words)
{
    for (; *words; words++)
        add(c, *words);
}

void add_path(struct command *c, const struct bench *b, const char *before, const char *after)
{
    char *path = c->paths[c->paths_used++];

    if (c->paths_used > sizeof(c->paths) / sizeof(c->paths[0]))
        die("too many paths", before);
    snprintf(path, PATH_BYTES, "%s/%s%s%s", b->build, before, after ? b->arch : "",
             after ? after : "");
    add(c, path);
}

static pid_t start(const struct command *c, int out)
{
    posix_spawn_file_actions_t actions;
    pid_t pid;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, c->input ? c->input : "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out, 1);
    if (c->quiet)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    if (posix_spawnp(&pid, c->words[0], &actions, NULL, (char **)c->words, environ) != 0)
        die("cannot be started", c->words[0]);
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

/* True when the marker came. */
static bool read_output(int fd, const char *marker, char *out, size_t room)
{
    size_t used = 0;
    ssize_t n;

    out[0] = '\0';
    while ((n = read(fd, out + used, room - 1 - used)) > 0) {
        used += (size_t)n;
        out[used] = '\0';
        if (marker && strstr(out, marker))
            return true;
        if (used == room - 1)
            used = room / 2;
    }
    return false;
}

static double seconds(const struct timeval *t)
{
    return (double)t->tv_sec + (double)t->tv_usec * 1e-6;
}

struct outcome run(const struct command *c, const char *marker, char *out, size_t room)
{
    double from = now_s(), s = 0;
    struct rusage usage;
    int fds[2], status;
    bool came;
    pid_t pid;

    if (pipe2(fds, O_CLOEXEC) != 0)
        die(strerror(errno), "pipe");
    pid = start(c, fds[1]);
    close(fds[1]);
    came = read_output(fds[0], marker, out, room);
    if (came) {
        s = now_s() - from;
        kill(pid, SIGKILL);
    }
    close(fds[0]);
    wait4(pid, &status, 0, &usage);
    if (!came)
        s = now_s() - from;
    if (marker ? !came : !WIFEXITED(status) || WEXITSTATUS(status) != c->exit_code) {
        for (unsigned i = 0; i < c->count; i++)
            fprintf(stderr, "%s%s", c->words[i], i + 1 < c->count ? " " : "\n");
        die(marker ? "its output lacks the expected line" : "ended badly", c->words[0]);
    }
    return (struct outcome){.s = s,
                            .cpu_s = seconds(&usage.ru_utime) + seconds(&usage.ru_stime),
                            .rss_kib = usage.ru_maxrss};
}

double run_s(const struct command *c)
{
    char out[4096];

    return run(c, NULL, out, sizeof(out)).cpu_s;
}

bool has_program(const char *name)
{
    char command[100];

    snprintf(command, sizeof(command), "command -v %s >/dev/null", name);
    return system(command) == 0;
}

bool is_arm64(const struct bench *b)
{
    return strcmp(b->arch, "arm64") == 0;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

double median(const double *values, unsigned count)
{
    double sorted[ROUNDS_MAX];

    memcpy(sorted, values, count * sizeof(*values));
    qsort(sorted, count, sizeof(*sorted), compare_doubles);
    return sorted[count / 2];
}

void trapline_command(struct command *c, const struct bench *b, bool record)
{
    memset(c, 0, sizeof(*c));
    add_path(c, b, "trapline", NULL);
    add(c, record ? "record" : "run");
    if (record) {
        add(c, "-o");
        add_path(c, b, "tests/bench/run-", ".tlt");
    }
    add(c, "--arch");
    add(c, b->arch);
}

void make_initramfs(const struct bench *b, const char *name, const char *dir,
                    const char *const *argv)
{
    struct command c = {0};
    char before[100];

    snprintf(before, sizeof(before), "tests/bench/%s-", name);
    add_path(&c, b, "tests/mkinitramfs", NULL);
    add_path(&c, b, before, ".cpio");
    add_path(&c, b, dir, NULL);
    add_all(&c, argv);
    run_s(&c);
}

void use_boot_cache(const struct bench *b, bool on)
{
    char dir[PATH_BYTES];

    snprintf(dir, sizeof(dir), "%s/tests/bench/boot-cache", b->build);
    setenv("TRAPLINE_BOOT_CACHE", on ? dir : "off", 1);
}
