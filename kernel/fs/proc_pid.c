/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proc_pid.c - /proc/PID: what a process looks like from outside.
 *
 * Formats are those of proc(5). Fields that have no meaning here are 0, as
 * Linux prints them for what it does not account.
 */
#include "kernel/fs/proc.h"
#include "kernel/include/tty.h"
#include "kernel/include/vm.h"

#define TICK_NS 10000000ull

static struct thread *leader(const struct process *p)
{
    if (list_is_empty(&p->threads))
        return NULL;
    return list_first(&p->threads, struct thread, process_node);
}

static const char *comm(const struct process *p)
{
    const struct thread *t = leader(p);
    return t ? t->name : ""; /* a zombie whose threads are gone */
}

static char state_letter(const struct process *p)
{
    const struct thread *t = leader(p);
    if (p->state == PROCESS_ZOMBIE || !t)
        return 'Z';
    if (t->state == THREAD_RUNNABLE)
        return 'R';
    return t->state == THREAD_STOPPED ? 'T' : 'S';
}

static const char *state_name(char letter)
{
    switch (letter) {
    case 'R':
        return "running";
    case 'T':
        return "stopped";
    case 'Z':
        return "zombie";
    }
    return "sleeping";
}

static void show_comm(struct proc_text *t, struct process *p)
{
    proc_printf(t, "%s\n", comm(p));
}

static long store_comm(struct process *p, char *text, size_t len)
{
    if (len && text[len - 1] == '\n')
        text[len - 1] = '\0';
    struct thread *t = leader(p);
    if (p != process_current() || !t)
        return -EINVAL;
    strlcpy(t->name, text, sizeof(t->name));
    return 0;
}

static void signal_sets(const struct process *p, uint64_t *ignored, uint64_t *caught)
{
    *ignored = *caught = 0;
    for (int i = 0; p->sighand && i < SIGNAL_COUNT; i++) {
        uint64_t h = p->sighand->action[i].handler;
        if (h == (uint64_t)SIG_IGN)
            *ignored |= 1ull << i;
        else if (h != (uint64_t)SIG_DFL)
            *caught |= 1ull << i;
    }
}

static void show_stat(struct proc_text *t, struct process *p)
{
    const struct thread *l = leader(p);
    struct usage u;
    uint64_t ignored, caught;
    process_usage(p, &u);
    signal_sets(p, &ignored, &caught);
    uint64_t pages = p->vm ? p->vm->pages : 0, resident = p->vm ? vm_resident_pages(p->vm) : 0;
    proc_printf(t, "%d (%s) %c %d %d %d %u %d 0 %lu %lu 0 0 ", p->pid, comm(p), state_letter(p),
                p->parent ? p->parent->pid : 0, p->pgrp, p->session, tty_device(p->tty),
                tty_foreground_pgrp(p->tty), (unsigned long)u.faults_minor,
                (unsigned long)p->usage_children.faults_minor);
    proc_printf(t, "%lu %lu %lu %lu %d %d %u 0 %lu %lu %lu %lu ",
                (unsigned long)(u.user_ns / TICK_NS), (unsigned long)(u.system_ns / TICK_NS),
                (unsigned long)(p->usage_children.user_ns / TICK_NS),
                (unsigned long)(p->usage_children.system_ns / TICK_NS), 20 + (l ? l->nice : 0),
                l ? l->nice : 0, p->thread_count, (unsigned long)(p->start_ns / TICK_NS),
                (unsigned long)(pages * PAGE_BYTES), (unsigned long)resident,
                (unsigned long)p->rlimit[RLIMIT_RSS].soft);
    const struct vm_map *m = p->vm;
    proc_printf(t, "%lu %lu %lu 0 0 %lu %lu %lu %lu 0 0 0 %d 0 0 0 0 0 0 ",
                (unsigned long)(m ? m->code_start : 0), (unsigned long)(m ? m->code_end : 0),
                (unsigned long)(m ? m->stack_start : 0),
                (unsigned long)(l ? l->pending.set : 0),
                (unsigned long)(l ? l->signal_mask : 0), (unsigned long)ignored,
                (unsigned long)caught, p->exit_signal);
    proc_printf(t, "%lu %lu %lu %lu %lu %lu %lu 0\n", (unsigned long)(m ? m->data_start : 0),
                (unsigned long)(m ? m->data_end : 0), (unsigned long)(m ? m->brk_start : 0),
                (unsigned long)(m ? m->arg_start : 0), (unsigned long)(m ? m->arg_end : 0),
                (unsigned long)(m ? m->env_start : 0), (unsigned long)(m ? m->env_end : 0));
}

static void status_ids(struct proc_text *t, const struct process *p)
{
    const struct cred *c = &p->cred;
    proc_printf(t, "Uid:\t%u\t%u\t%u\t%u\n", c->uid, c->euid, c->suid, c->fsuid);
    proc_printf(t, "Gid:\t%u\t%u\t%u\t%u\n", c->gid, c->egid, c->sgid, c->fsgid);
    proc_printf(t, "FDSize:\t%u\nGroups:\t", p->fds ? p->fds->count : 0);
    for (unsigned i = 0; i < c->group_count; i++)
        proc_printf(t, "%u ", c->groups[i]);
    proc_printf(t, "\n");
}

static void status_memory(struct proc_text *t, const struct process *p)
{
    if (!p->vm)
        return;
    unsigned long size = (unsigned long)p->vm->pages * 4;
    unsigned long rss = (unsigned long)vm_resident_pages(p->vm) * 4;
    proc_printf(t, "VmPeak:\t%8lu kB\nVmSize:\t%8lu kB\nVmRSS:\t%8lu kB\n", size, size, rss);
}

static void status_signals(struct proc_text *t, const struct process *p)
{
    const struct thread *l = leader(p);
    uint64_t ignored, caught;
    signal_sets(p, &ignored, &caught);
    proc_printf(t, "Threads:\t%u\nSigQ:\t0/1024\n", p->thread_count);
    proc_printf(t, "SigPnd:\t%016lx\nShdPnd:\t%016lx\n", (unsigned long)(l ? l->pending.set : 0),
                (unsigned long)p->pending.set);
    proc_printf(t, "SigBlk:\t%016lx\nSigIgn:\t%016lx\nSigCgt:\t%016lx\n",
                (unsigned long)(l ? l->signal_mask : 0), (unsigned long)ignored,
                (unsigned long)caught);
    const struct cred *c = &p->cred;
    proc_printf(t, "CapInh:\t%016lx\nCapPrm:\t%016lx\nCapEff:\t%016lx\nCapBnd:\t%016lx\n",
                (unsigned long)c->cap_inheritable, (unsigned long)c->cap_permitted,
                (unsigned long)c->cap_effective, (unsigned long)c->cap_bounding);
    proc_printf(t, "CapAmb:\t%016lx\nNoNewPrivs:\t%d\nSeccomp:\t0\n",
                (unsigned long)c->cap_ambient, p->no_new_privs);
}

static void show_status(struct proc_text *t, struct process *p)
{
    char letter = state_letter(p);
    proc_printf(t, "Name:\t%s\nUmask:\t%04o\nState:\t%c (%s)\n", comm(p), p->fs ? p->fs->umask : 0,
                letter, state_name(letter));
    proc_printf(t, "Tgid:\t%d\nNgid:\t0\nPid:\t%d\nPPid:\t%d\nTracerPid:\t0\n", p->pid, p->pid,
                p->parent ? p->parent->pid : 0);
    status_ids(t, p);
    status_memory(t, p);
    status_signals(t, p);
    struct usage u;
    process_usage(p, &u);
    proc_printf(t, "Cpus_allowed:\t1\nCpus_allowed_list:\t0\n");
    proc_printf(t, "voluntary_ctxt_switches:\t%lu\nnonvoluntary_ctxt_switches:\t%lu\n",
                (unsigned long)u.switches_voluntary, (unsigned long)u.switches_involuntary);
}

static void show_statm(struct proc_text *t, struct process *p)
{
    unsigned long pages = p->vm ? (unsigned long)p->vm->pages : 0;
    unsigned long rss = p->vm ? (unsigned long)vm_resident_pages(p->vm) : 0;
    proc_printf(t, "%lu %lu 0 0 0 %lu 0\n", pages, rss, rss);
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

static const char *area_name(const struct vm_area *a)
{
    return a->flags & VM_STACK ? "[stack]" : a->flags & VM_HEAP ? "[heap]"
           : a->flags & VM_SIGPAGE                              ? "[vdso]"
                                                                : NULL;
}

void proc_show_maps(struct proc_text *t, struct process *p)
{
    char *path = kmalloc(PATH_BYTES_MAX);
    if (!p->vm || !path) {
        kfree(path);
        return;
    }
    for (struct vm_area *a = vm_next(p->vm, NULL); a; a = vm_next(p->vm, a)) {
        char line[96];
        const struct vnode *vn = a->vnode;
        int n = snprintf(line, sizeof(line), "%08lx-%08lx %c%c%c%c %08lx %02x:%02x %lu ",
                         (unsigned long)a->start, (unsigned long)a->end,
                         a->prot & PROT_R ? 'r' : '-', a->prot & PROT_W ? 'w' : '-',
                         a->prot & PROT_X ? 'x' : '-', a->flags & VM_SHARED ? 's' : 'p',
                         (unsigned long)(vn ? a->file_index * PAGE_BYTES : 0),
                         vn ? dev_major(vn->sb->dev) : 0, vn ? dev_minor(vn->sb->dev) : 0,
                         vn ? (unsigned long)vn->ino : 0ul);
        const char *name = area_name(a);
        if (a->file && file_path(a->file, path, PATH_BYTES_MAX) > 0)
            name = path;
        proc_append(t, line, (size_t)n);
        if (name) {
            proc_printf(t, "%*s", 73 - n > 0 ? 73 - n : 0, "");
            proc_append(t, name, strlen(name));
        }
        proc_append(t, "\n", 1);
    }
    kfree(path);
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

const struct proc_entry proc_pid_entries[] = {
    PROC_FILE("auxv", show_auxv),
    PROC_FILE("cmdline", show_cmdline),
    {.name = "comm", .mode = S_IFREG_ | 0644, .show = show_comm, .store = store_comm},
    LINK(cwd),
    PROC_FILE("environ", show_environ),
    LINK(exe),
    {.name = "fd", .mode = S_IFDIR_ | 0500, .is_fd_dir = true},
    PROC_FILE("limits", show_limits),
    PROC_FILE("maps", proc_show_maps),
    PROC_FILE("mountinfo", proc_show_mountinfo),
    PROC_FILE("mounts", proc_show_mounts),
    {.name = "oom_score_adj", .mode = S_IFREG_ | 0644, .show = show_oom_adj,
     .store = store_oom_adj},
    LINK(root),
    PROC_FILE("stat", show_stat),
    PROC_FILE("statm", show_statm),
    PROC_FILE("status", show_status),
    {.name = "task", .mode = S_IFDIR_ | 0555, .is_task_dir = true},
    {0},
};
