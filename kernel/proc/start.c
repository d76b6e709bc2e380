// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * start.c - PID 1: made by hand, then it executes a program like any other.
 *
 * The program is the small init inside the kernel image (init/), unless init= on the
 * command line names one of the file system. The image is written to a file that
 * is unlinked as soon as it runs, so the tree shows the initramfs alone.
 */
#include "kernel/include/cmdline.h"
#include "kernel/include/errno.h"
#include "kernel/include/file.h"
#include "kernel/include/fs.h"
#include "kernel/include/fs_uapi.h"
#include "kernel/include/printk.h"
#include "kernel/include/sched.h"
#include "kernel/include/string.h"
#include "kernel/include/vm.h"
#include "kernel/proc/exec.h"
#include "kernel/proc/lifecycle.h"

#define INIT_PATH "/.init"
#define INIT_PATH_BYTES_MAX 256
#define CAPABILITIES_ALL ((1ull << 41) - 1)

extern const char init_image_start[], init_image_end[];

static const struct rlimit_k limits_default[RLIM_COUNT] = {
    [RLIMIT_CPU] = { RLIM_INFINITY, RLIM_INFINITY },
    [RLIMIT_FSIZE] = { RLIM_INFINITY, RLIM_INFINITY },
    [RLIMIT_DATA] = { RLIM_INFINITY, RLIM_INFINITY },
    [RLIMIT_STACK] = { 8 << 20, RLIM_INFINITY },
    [RLIMIT_CORE] = { 0, RLIM_INFINITY },
    [RLIMIT_RSS] = { RLIM_INFINITY, RLIM_INFINITY },
    [RLIMIT_NPROC] = { 1024, 1024 },
    [RLIMIT_NOFILE] = { 1024, 4096 },
    [RLIMIT_MEMLOCK] = { 8 << 20, 8 << 20 },
    [RLIMIT_AS] = { RLIM_INFINITY, RLIM_INFINITY },
    [RLIMIT_LOCKS] = { RLIM_INFINITY, RLIM_INFINITY },
    [RLIMIT_SIGPENDING] = { 1024, 1024 },
    [RLIMIT_MSGQUEUE] = { 819200, 819200 },
    [RLIMIT_RTTIME] = { RLIM_INFINITY, RLIM_INFINITY },
};

static struct thread *make_first_thread(void)
{
    struct thread *t = thread_create(NULL, NULL);
    struct process *p = t ? process_alloc(t->tid) : NULL;

    if (!p)
        panic("no memory for PID 1");
    p->pgrp = p->session = p->pid;
    p->fds = fd_table_create();
    p->fs = fs_context_create();
    p->sighand = sighand_create();
    p->cred.cap_effective = p->cred.cap_permitted = p->cred.cap_bounding = CAPABILITIES_ALL;
    memcpy(p->rlimit, limits_default, sizeof(p->rlimit));
    sigqueue_init(&t->pending);
    t->altstack.flags = SS_DISABLE;
    process_add_thread(p, t);
    return t;
}

/* The command line's program, else the built-in one, which is put in place first. */
static const char *init_path(const char *cmdline, char *buf, bool *built_in)
{
    const char *path = cmdline_init(cmdline, buf, INIT_PATH_BYTES_MAX);
    struct file *f;
    long n;

    *built_in = !path;
    if (path)
        return path;
    if (fs_open(NULL, INIT_PATH, O_CREAT | O_TRUNC | O_WRONLY, 0700, &f))
        panic("cannot create %s", INIT_PATH);
    n = file_write_kernel(f, init_image_start, (size_t)(init_image_end - init_image_start), 0);
    file_unref(f);
    if (n != init_image_end - init_image_start)
        panic("cannot write %s", INIT_PATH);
    return INIT_PATH;
}

static int exec_init(const char *path)
{
    static const char *const environment[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root",
                                               "TERM=linux" };
    struct exec_args args;
    int error;

    exec_args_init(&args);
    error = exec_args_add(&args, path, false);
    for (unsigned i = 0; i < 3 && !error; i++)
        error = exec_args_add(&args, environment[i], true);
    if (!error)
        error = exec_program(NULL, path, LOOKUP_FOLLOW, &args);
    exec_args_free(&args);
    return error;
}

void process_start_init(const struct boot_info *bi)
{
    struct thread *boot = current, *t = make_first_thread();
    char buf[INIT_PATH_BYTES_MAX];
    const char *path;
    bool built_in;
    int error;

    /* Nothing here sleeps: PID 1 is `current` on the boot stack for a while. */
    current = t;
    fd_open_console(t->process->fds);
    path = init_path(bi->cmdline, buf, &built_in);
    error = exec_init(path);
    if (error)
        panic("cannot run %s: error %d", path, -error);
    if (built_in) {
        strlcpy(t->name, "init", sizeof(t->name));
        fs_unlink(NULL, path);
    }
    current = boot;
    arch_thread_activate(boot);
    sched_start(t);
}
