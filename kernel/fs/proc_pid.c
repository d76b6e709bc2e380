/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proc_pid.c - /proc/PID and /proc/PID/task/TID: what a process looks like from outside.
 *
 * Formats are those of proc(5). Fields that have no meaning here are 0, as
 * Linux prints them for what it does not account.
 */
#include "kernel/fs/proc.h"
#include "kernel/include/page.h"
#include "kernel/include/vm.h"
#include "kernel/proc/oom.h"

static void show_comm(struct proc_text *t, struct process *p)
{
    const struct thread *th = proc_thread(t, p);
    proc_printf(t, "%s\n", th ? th->name : "");
}

static long store_comm(struct process *p, char *text, size_t len)
{
    (void)len; /* a newline at the end belongs to the name, as on Linux */
    struct thread *t = list_is_empty(&p->threads)
                           ? NULL
                           : list_first(&p->threads, struct thread, process_node);
    if (p != process_current() || !t)
        return -EINVAL;
    strlcpy(t->name, text, sizeof(t->name));
    return 0;
}

static void show_user_range(struct proc_text *t, struct process *p, vaddr_t start, vaddr_t end)
{
    char chunk[256];
    while (p->vm && start < end && !t->err) {
        size_t n = end - start < sizeof(chunk) ? (size_t)(end - start) : sizeof(chunk);
        if (vm_copy_in(p->vm, chunk, start, n))
            return;
        proc_append(t, chunk, n);
        start += n;
    }
}

static void show_cmdline(struct proc_text *t, struct process *p)
{
    if (p->vm)
        show_user_range(t, p, p->vm->arg_start, p->vm->arg_end);
}

static void show_environ(struct proc_text *t, struct process *p)
{
    if (p->vm)
        show_user_range(t, p, p->vm->env_start, p->vm->env_end);
}

static void show_auxv(struct proc_text *t, struct process *p)
{
    if (p->vm)
        show_user_range(t, p, p->vm->auxv_start, p->vm->auxv_end);
}

static void show_limits(struct proc_text *t, struct process *p)
{
    static const char *const names[RLIM_COUNT] = {
        "Max cpu time", "Max file size", "Max data size", "Max stack size",
        "Max core file size", "Max resident set", "Max processes", "Max open files",
        "Max locked memory", "Max address space", "Max file locks", "Max pending signals",
        "Max msgqueue size", "Max nice priority", "Max realtime priority",
        "Max realtime timeout",
    };
    proc_printf(t, "%-26s%-21s%-21s\n", "Limit", "Soft Limit", "Hard Limit");
    for (int i = 0; i < RLIM_COUNT; i++) {
        char soft[24] = "unlimited", hard[24] = "unlimited";
        if (p->rlimit[i].soft != RLIM_INFINITY)
            snprintf(soft, sizeof(soft), "%lu", (unsigned long)p->rlimit[i].soft);
        if (p->rlimit[i].hard != RLIM_INFINITY)
            snprintf(hard, sizeof(hard), "%lu", (unsigned long)p->rlimit[i].hard);
        proc_printf(t, "%-26s%-21s%-21s\n", names[i], soft, hard);
    }
}

static void show_oom_adj(struct proc_text *t, struct process *p)
{
    proc_printf(t, "%d\n", p->oom_score_adj);
}

static long store_oom_adj(struct process *p, char *text, size_t len)
{
    int v = 0, i = text[0] == '-';
    for (; (size_t)i < len && text[i] >= '0' && text[i] <= '9'; i++)
        v = v * 10 + (text[i] - '0');
    if (v > 1000)
        return -EINVAL;
    p->oom_score_adj = text[0] == '-' ? -v : v;
    return 0;
}

/* What the OOM rule would weigh: resident memory in thousandths of all, and the adjustment. */
static void show_oom_score(struct proc_text *t, struct process *p)
{
    int64_t total = (int64_t)page_count_total();
    long score = p->vm ? 666 + (long)(oom_badness(p) * 1000 / total) * 2 / 3 : 0;
    proc_printf(t, "%ld\n", score < 0 ? 0 : score);
}

static void show_wchan(struct proc_text *t, struct process *p)
{
    (void)p;
    proc_printf(t, "0");
}

static void show_personality(struct proc_text *t, struct process *p)
{
    proc_printf(t, "%08x\n", p->personality);
}

static void show_cgroup(struct proc_text *t, struct process *p)
{
    (void)p;
    proc_printf(t, "0::/\n");
}

static void show_uid_none(struct proc_text *t, struct process *p)
{
    (void)p;
    proc_printf(t, "%u", UINT32_MAX);
}

static void show_filter(struct proc_text *t, struct process *p)
{
    (void)p;
    proc_printf(t, "00000033\n");
}

/* Input and output are not counted. */
static void show_io(struct proc_text *t, struct process *p)
{
    (void)p;
    proc_printf(t, "rchar: 0\nwchar: 0\nsyscr: 0\nsyscw: 0\nread_bytes: 0\nwrite_bytes: 0\n"
                   "cancelled_write_bytes: 0\n");
}

static int dentry_link_text(struct dentry *d, char *buf, size_t size)
{
    return dentry_path(d, port_fs()->root, true, buf, size);
}

static int link_exe(struct process *p, char *buf, size_t size)
{
    return p->exe ? dentry_link_text(p->exe->dentry, buf, size) : -ENOENT;
}

static int follow_exe(struct process *p, struct dentry **out)
{
    if (!p->exe)
        return -ENOENT;
    *out = dentry_ref(p->exe->dentry);
    return 0;
}

static int link_cwd(struct process *p, char *buf, size_t size)
{
    return p->fs ? dentry_link_text(p->fs->cwd, buf, size) : -ENOENT;
}

static int follow_cwd(struct process *p, struct dentry **out)
{
    if (!p->fs)
        return -ENOENT;
    *out = dentry_ref(p->fs->cwd);
    return 0;
}

static int link_root(struct process *p, char *buf, size_t size)
{
    return p->fs ? dentry_link_text(p->fs->root, buf, size) : -ENOENT;
}

static int follow_root(struct process *p, struct dentry **out)
{
    if (!p->fs)
        return -ENOENT;
    *out = dentry_ref(p->fs->root);
    return 0;
}

#define LINK(name_) \
    {.name = #name_, .mode = S_IFLNK_ | 0777, .link = link_##name_, .follow = follow_##name_}

#define ENTRIES_OF_A_THREAD                                                                       \
    PROC_FILE("auxv", show_auxv), PROC_FILE("cgroup", show_cgroup),                               \
        PROC_FILE("cmdline", show_cmdline),                                                       \
        {.name = "comm", .mode = S_IFREG_ | 0644, .show = show_comm, .store = store_comm},        \
        PROC_FILE("coredump_filter", show_filter), LINK(cwd), PROC_FILE("environ", show_environ), \
        LINK(exe), {.name = "fd", .mode = S_IFDIR_ | 0500, .kind = PROC_FDS},                     \
        {.name = "fdinfo", .mode = S_IFDIR_ | 0555, .kind = PROC_FDINFOS},                        \
        PROC_FILE("io", show_io), PROC_FILE("limits", show_limits),                               \
        PROC_FILE("loginuid", show_uid_none), PROC_FILE("maps", proc_show_maps),                  \
        {.name = "mem", .mode = S_IFREG_ | 0600, .kind = PROC_MEM},                               \
        PROC_FILE("mountinfo", proc_show_mountinfo), PROC_FILE("mounts", proc_show_mounts),       \
        PROC_DIR("ns", proc_ns_entries), PROC_FILE("oom_score", show_oom_score),                  \
        {.name = "oom_score_adj", .mode = S_IFREG_ | 0644, .show = show_oom_adj,                  \
         .store = store_oom_adj},                                                                 \
        PROC_FILE("personality", show_personality), LINK(root),                                   \
        PROC_FILE("sessionid", show_uid_none), PROC_FILE("smaps", proc_show_smaps),               \
        PROC_FILE("smaps_rollup", proc_show_smaps_rollup), PROC_FILE("stat", proc_show_pid_stat), \
        PROC_FILE("statm", proc_show_statm), PROC_FILE("status", proc_show_status),               \
        PROC_FILE("wchan", show_wchan)

const struct proc_entry proc_task_entries[] = {ENTRIES_OF_A_THREAD, {0}};

const struct proc_entry proc_pid_entries[] = {
    ENTRIES_OF_A_THREAD,
    {.name = "task", .mode = S_IFDIR_ | 0555, .kind = PROC_TASKS},
    {0},
};
