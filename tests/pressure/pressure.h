/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pressure.h - what the programs that use up all memory share.
 *
 * Rules of use
 *   - begin() first: the program itself is never chosen by the OOM rule, and it adopts what its
 *     children leave behind.
 *   - Each part ends with memory_is_back(): what was used has been given back, all but slack.
 */
#ifndef PRESSURE_H
#define PRESSURE_H

#include "tests/guest/check.h"
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>

#define PAGE 4096ul
#define SLACK_BYTES (96 * PAGE) /* slabs that are not full, tables of this program */

static unsigned long free_at_start;

static unsigned long free_bytes(void)
{
    struct sysinfo s;

    CHECK(sysinfo(&s) == 0);
    return s.freeram * s.mem_unit;
}

static void set_oom_score_adj(const char *value)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY);

    CHECK(fd >= 0 && write(fd, value, strlen(value)) == (ssize_t)strlen(value));
    close(fd);
}

static void begin(void)
{
    set_oom_score_adj("-1000");
    CHECK(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0);
    free_at_start = free_bytes();
}

/* Waits for all children that are left. */
__attribute__((unused)) static void reap_all(void)
{
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
        ;
    CHECK(errno == ECHILD);
}

__attribute__((unused)) static void memory_is_back(void)
{
    unsigned long now = free_bytes();

    CHECK(now + SLACK_BYTES >= free_at_start);
    if (now + SLACK_BYTES < free_at_start)
        printf("%lu KiB of %lu are missing\n", (free_at_start - now) / 1024,
               free_at_start / 1024);
}

/* Forks; the child can be chosen by the OOM rule. */
__attribute__((unused)) static pid_t fork_victim(void)
{
    pid_t pid = fork();

    if (pid == 0)
        set_oom_score_adj("0");
    CHECK(pid >= 0);
    return pid;
}

__attribute__((unused)) static void *map(size_t bytes, int prot)
{
    return mmap(NULL, bytes, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

__attribute__((unused)) static int status_of(pid_t pid)
{
    int status = 0;

    CHECK(waitpid(pid, &status, 0) == pid);
    return status;
}

__attribute__((unused)) static int is_killed(int status)
{
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

#endif
