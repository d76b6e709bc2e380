/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proc_status.c - stat, statm and status of /proc/PID and of /proc/PID/task/TID.
 *
 * Formats are those of proc(5). Fields that have no meaning here are 0, as Linux prints them for
 * what it does not account. A thread shows its own name, state and times, a process those of its
 * first thread and the times of all.
 */
#include "kernel/fs/proc.h"
#include "kernel/include/ptrace.h"
#include "kernel/include/tty.h"
#include "kernel/include/vm.h"

#define TICK_NS 10000000ull

struct thread *proc_thread(const struct proc_text *t, const struct process *p)
{
    if (t->thread)
        return t->thread;
    return list_is_empty(&p->threads) ? NULL
                                      : list_first(&p->threads, struct thread, process_node);
}

static char state_letter(const struct proc_text *t, const struct process *p)
{
    const struct thread *th = proc_thread(t, p);
    if (p->state == PROCESS_ZOMBIE || !th)
        return 'Z';
    if (th->trace && th->trace->stopped)
        return 't';
    if (th->state == THREAD_RUNNABLE)
        return 'R';
    return th->state == THREAD_STOPPED ? 'T' : 'S';
}

static const char *state_name(char letter)
{
    switch (letter) {
    case 'R':
        return "running";
    case 'T':
        return "stopped";
    case 't':
        return "tracing stop";
    case 'Z':
        return "zombie";
    }
    return "sleeping";
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

static void usage_of(const struct proc_text *t, const struct process *p, struct usage *u)
{
    *u = (struct usage){0};
    if (!t->thread) {
        process_usage(p, u);
        return;
    }
    u->user_ns = t->thread->user_ns;
    u->system_ns = t->thread->system_ns;
    u->faults_minor = t->thread->faults_minor;
    u->switches_voluntary = t->thread->switches_voluntary;
    u->switches_involuntary = t->thread->switches_involuntary;
}

static void stat_place(struct proc_text *t, const struct process *p)
{
    const struct thread *l = proc_thread(t, p);
    struct usage u;
    usage_of(t, p, &u);
    proc_printf(t, "%d (%s) %c %d %d %d %u %d 0 %lu %lu 0 0 ", t->thread ? t->thread->tid : p->pid,
                l ? l->name : p->name, state_letter(t, p), p->parent ? p->parent->pid : 0, p->pgrp,
                p->session, tty_device(p->tty), tty_foreground_pgrp(p->tty),
                (unsigned long)u.faults_minor, (unsigned long)p->usage_children.faults_minor);
    proc_printf(t, "%lu %lu %lu %lu %d %d %u 0 %lu ", (unsigned long)(u.user_ns / TICK_NS),
                (unsigned long)(u.system_ns / TICK_NS),
                (unsigned long)(p->usage_children.user_ns / TICK_NS),
                (unsigned long)(p->usage_children.system_ns / TICK_NS), 20 + (l ? l->nice : 0),
                l ? l->nice : 0, p->thread_count, (unsigned long)(p->start_ns / TICK_NS));
}

void proc_show_pid_stat(struct proc_text *t, struct process *p)
{
    const struct thread *l = proc_thread(t, p);
    const struct vm_map *m = p->vm;
    uint64_t ignored, caught;
    signal_sets(p, &ignored, &caught);
    stat_place(t, p);
    proc_printf(t, "%lu %lu %lu ", (unsigned long)(m ? m->pages * PAGE_BYTES : 0),
                (unsigned long)(m ? vm_resident_pages(m) : 0),
                (unsigned long)p->rlimit[RLIMIT_RSS].soft);
    proc_printf(t, "%lu %lu %lu 0 0 %lu %lu %lu %lu 0 0 0 %d 0 %u %u 0 0 0 ",
                (unsigned long)(m ? m->code_start : 0), (unsigned long)(m ? m->code_end : 0),
                (unsigned long)(m ? m->stack_start : 0), (unsigned long)(l ? l->pending.set : 0),
                (unsigned long)(l ? l->signal_mask : 0), (unsigned long)ignored,
                (unsigned long)caught, p->exit_signal, l ? l->rt_priority : 0, l ? l->policy : 0);
    proc_printf(t, "%lu %lu %lu %lu %lu %lu %lu %d\n", (unsigned long)(m ? m->data_start : 0),
                (unsigned long)(m ? m->data_end : 0), (unsigned long)(m ? m->brk_start : 0),
                (unsigned long)(m ? m->arg_start : 0), (unsigned long)(m ? m->arg_end : 0),
                (unsigned long)(m ? m->env_start : 0), (unsigned long)(m ? m->env_end : 0),
                p->state == PROCESS_ZOMBIE ? p->exit_status : 0);
}

static void status_ids(struct proc_text *t, const struct process *p)
{
    const struct thread *l = proc_thread(t, p);
    const struct cred *c = &p->cred;
    int32_t tid = t->thread ? t->thread->tid : p->pid;
    proc_printf(t, "Tgid:\t%d\nNgid:\t0\nPid:\t%d\nPPid:\t%d\nTracerPid:\t%d\n", p->pid, tid,
                p->parent ? p->parent->pid : 0,
                l && l->trace ? l->trace->tracer->process->pid : 0);
    proc_printf(t, "Uid:\t%u\t%u\t%u\t%u\n", c->uid, c->euid, c->suid, c->fsuid);
    proc_printf(t, "Gid:\t%u\t%u\t%u\t%u\n", c->gid, c->egid, c->sgid, c->fsgid);
    proc_printf(t, "FDSize:\t%u\nGroups:\t", p->fds ? p->fds->count : 0);
    for (unsigned i = 0; i < c->group_count; i++)
        proc_printf(t, i ? " %u" : "%u", c->groups[i]);
    proc_printf(t, " \nNStgid:\t%d\nNSpid:\t%d\nNSpgid:\t%d\nNSsid:\t%d\n", p->pid, tid, p->pgrp,
                p->session);
}

struct sizes {
    unsigned long data, stack, code, library; /* KiB */
};

static struct sizes sizes_of(const struct vm_map *m)
{
    struct sizes s = {0};
    for (const struct vm_area *a = vm_next(m, NULL); a; a = vm_next(m, a)) {
        unsigned long kib = (unsigned long)(a->end - a->start) / 1024;
        if (a->flags & VM_STACK)
            s.stack += kib;
        else if ((a->prot & PROT_W) && !(a->flags & VM_SHARED))
            s.data += kib;
        else if ((a->prot & PROT_X) && a->start <= m->code_start && m->code_start < a->end)
            s.code += kib;
        else if (a->prot & PROT_X)
            s.library += kib;
    }
    return s;
}

static void status_memory(struct proc_text *t, const struct process *p)
{
    if (!p->vm)
        return;
    struct sizes s = sizes_of(p->vm);
    unsigned long size = (unsigned long)p->vm->pages * 4;
    unsigned long rss = (unsigned long)vm_resident_pages(p->vm) * 4;
    unsigned long peak = (unsigned long)p->max_resident_pages * 4;
    const struct {
        const char *name;
        unsigned long kib;
    } rows[] = {
        {"VmPeak:", size},     {"VmSize:", size},   {"VmLck:", 0},          {"VmPin:", 0},
        {"VmHWM:", peak > rss ? peak : rss},        {"VmRSS:", rss},        {"RssAnon:", rss},
        {"RssFile:", 0},       {"RssShmem:", 0},    {"VmData:", s.data},    {"VmStk:", s.stack},
        {"VmExe:", s.code},    {"VmLib:", s.library}, {"VmPTE:", 0},        {"VmSwap:", 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        proc_printf(t, "%s\t%8lu kB\n", rows[i].name, rows[i].kib);
}

static void status_signals(struct proc_text *t, const struct process *p)
{
    const struct thread *l = proc_thread(t, p);
    uint64_t ignored, caught;
    signal_sets(p, &ignored, &caught);
    proc_printf(t, "Threads:\t%u\nSigQ:\t%u/%lu\n", p->thread_count,
                p->pending.count + (l ? l->pending.count : 0),
                (unsigned long)p->rlimit[RLIMIT_SIGPENDING].soft);
    proc_printf(t, "SigPnd:\t%016lx\nShdPnd:\t%016lx\n", (unsigned long)(l ? l->pending.set : 0),
                (unsigned long)p->pending.set);
    proc_printf(t, "SigBlk:\t%016lx\nSigIgn:\t%016lx\nSigCgt:\t%016lx\n",
                (unsigned long)(l ? l->signal_mask : 0), (unsigned long)ignored,
                (unsigned long)caught);
    const struct cred *c = &p->cred;
    proc_printf(t, "CapInh:\t%016lx\nCapPrm:\t%016lx\nCapEff:\t%016lx\nCapBnd:\t%016lx\n",
                (unsigned long)c->cap_inheritable, (unsigned long)c->cap_permitted,
                (unsigned long)c->cap_effective, (unsigned long)c->cap_bounding);
    proc_printf(t, "CapAmb:\t%016lx\nNoNewPrivs:\t%d\nSeccomp:\t0\nSeccomp_filters:\t0\n",
                (unsigned long)c->cap_ambient, p->no_new_privs);
}

void proc_show_status(struct proc_text *t, struct process *p)
{
    const struct thread *l = proc_thread(t, p);
    char letter = state_letter(t, p);
    struct usage u;
    usage_of(t, p, &u);
    proc_printf(t, "Name:\t%s\nUmask:\t%04o\nState:\t%c (%s)\n", l ? l->name : p->name,
                p->fs ? p->fs->umask : 0, letter, state_name(letter));
    status_ids(t, p);
    status_memory(t, p);
    status_signals(t, p);
    proc_printf(t, "Cpus_allowed:\t1\nCpus_allowed_list:\t0\nMems_allowed:\t1\n"
                   "Mems_allowed_list:\t0\n");
    proc_printf(t, "voluntary_ctxt_switches:\t%lu\nnonvoluntary_ctxt_switches:\t%lu\n",
                (unsigned long)u.switches_voluntary, (unsigned long)u.switches_involuntary);
}

void proc_show_statm(struct proc_text *t, struct process *p)
{
    unsigned long pages = p->vm ? (unsigned long)p->vm->pages : 0;
    unsigned long rss = p->vm ? (unsigned long)vm_resident_pages(p->vm) : 0;
    struct sizes s = {0};
    if (p->vm)
        s = sizes_of(p->vm);
    proc_printf(t, "%lu %lu 0 %lu 0 %lu 0\n", pages, rss, s.code / 4, (s.data + s.stack) / 4);
}
