// SPDX-License-Identifier: GPL-2.0-or-later
/* programs.c - whole programs: busybox, by itself and from its shell. */
#include "suite.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define BUSYBOX "/bin/busybox"
#define LINES 200

static char *const environment[] = { "PATH=/bin", NULL };

static void run_program(char *const argv[])
{
    int status = 0;
    long pid = need(sys1(SYS_clone, SIGCHLD), "clone");

    if (!pid) {
        long null_fd = sys3(SYS_openat, AT_FDCWD, "/dev/null", O_RDWR);

        sys3(SYS_dup3, null_fd, 1, 0);
        sys3(SYS_execve, argv[0], argv, environment);
        sys1(SYS_exit_group, 127);
    }
    need(sys4(SYS_wait4, pid, &status, 0, 0), "wait4");
    need(status ? -1 : 0, argv[2] ? argv[2] : argv[1]);
}

static void shell(unsigned n, const char *script)
{
    char *const argv[] = { BUSYBOX, "sh", "-c", (char *)(uintptr_t)script, NULL };

    for (unsigned i = 0; i < n; i++)
        run_program(argv);
}

static void exec_true_run(unsigned n)
{
    char *const argv[] = { BUSYBOX, "true", NULL };

    for (unsigned i = 0; i < n; i++)
        run_program(argv);
}

static void text_setup(void)
{
    FILE *f = fopen("/tmp/bench-text", "w");

    need(f ? 0 : -1, "/tmp/bench-text");
    for (int i = 0; i < LINES; i++)
        fprintf(f, "%d the quick brown fox jumps over the lazy dog %d\n", i * 7919 % LINES,
                i % 10);
    fclose(f);
}

static void tar_setup(void)
{
    shell(1, "cd /tmp && busybox rm -rf tree && busybox mkdir -p tree/a/b tree/c && "
             "for i in 0 1 2 3 4 5 6 7; do busybox cp bench-text tree/a/b/$i; done && "
             "busybox tar cf bench.tar tree");
}

static void shell_noop_run(unsigned n)
{
    shell(n, ":");
}

static void pipe_grep_run(unsigned n)
{
    shell(n, "busybox cat /tmp/bench-text | busybox grep -c 7");
}

static void file_tree_run(unsigned n)
{
    shell(n, "cd /tmp && busybox mkdir -p t/a/b t/c && echo x >t/a/1 && echo y >t/a/b/2 && "
             "busybox find t -type f && busybox rm -r t");
}

static void sed_pipeline_run(unsigned n)
{
    shell(n, "busybox sed 's/quick/slow/; /9$/d' /tmp/bench-text | busybox sed -n '$='");
}

static void sort_uniq_run(unsigned n)
{
    shell(n, "busybox sort /tmp/bench-text | busybox uniq | busybox wc -l");
}

static void tar_extract_run(unsigned n)
{
    shell(n, "cd /tmp && busybox tar xf bench.tar");
}

const struct row programs[] = {
    { "exec_true", 8, NULL, exec_true_run },
    { "shell_noop", 8, NULL, shell_noop_run },
    { "pipe_grep", 2, text_setup, pipe_grep_run },
    { "file_tree", 2, NULL, file_tree_run },
    { "sed_pipeline", 2, NULL, sed_pipeline_run },
    { "sort_uniq", 2, NULL, sort_uniq_run },
    { "tar_extract", 2, tar_setup, tar_extract_run },
    { NULL, 0, NULL, NULL },
};
