// SPDX-License-Identifier: GPL-2.0-or-later
/* process.c - the table of processes, groups and sessions, and what a process has used. */
#include "kernel/include/process.h"
#include "kernel/include/kmalloc.h"
#include "kernel/include/string.h"
#include "kernel/proc/ids.h"
#include "kernel/proc/lifecycle.h"
#include "kernel/proc/uts.h"

static struct list all = { &all, &all }; /* by pid */

struct process *process_alloc(int32_t pid)
{
    struct process *p = kzalloc(sizeof(*p));
    struct list *at;

    if (!p || uts_inherit(p)) {
        kfree(p);
        return NULL;
    }
    p->pid = pid;
    list_init(&p->children);
    list_init(&p->sibling);
    list_init(&p->threads);
    list_init(&p->posix_timers);
    sigqueue_init(&p->pending);
    wait_init(&p->wait);
    wait_init(&p->thread_exit);
    poll_head_init(&p->signal_poll);
    poll_head_init(&p->exit_poll);
    p->start_ns = clock_monotonic_ns();
    p->dumpable = true;
    itimer_init(p);
    for (at = all.prev; at != &all; at = at->prev)
        if (list_entry(at, struct process, all_node)->pid < pid)
            break;
    list_push_front(at, &p->all_node);
    return p;
}

void process_free(struct process *p)
{
    uts_drop(p);
    sigqueue_flush(&p->pending, ~0ull);
    timer_cancel(&p->itimer_real.timer);
    timer_cancel(&p->cpu_clock);
    poll_head_destroy(&p->signal_poll);
    poll_head_destroy(&p->exit_poll);
    list_remove(&p->all_node);
    list_remove(&p->sibling);
    kfree(p);
}

void process_add_thread(struct process *p, struct thread *t)
{
    t->process = p;
    list_push_back(&p->threads, &t->process_node);
    p->thread_count++;
}

struct process *process_find(int32_t pid)
{
    list_for_each (p, &all, struct process, all_node)
        if (p->pid == pid)
            return p;
    return NULL;
}

struct process *process_next(const struct process *p)
{
    const struct list *next = p ? p->all_node.next : all.next;

    return next == &all ? NULL : list_entry(next, struct process, all_node);
}

struct process *process_init(void)
{
    return process_find(1);
}

bool id_is_taken(int32_t id)
{
    list_for_each (p, &all, struct process, all_node)
        if (p->pid == id || p->pgrp == id || p->session == id)
            return true;
    return false;
}

bool pgrp_exists_in_session(int32_t pgrp, int32_t session)
{
    list_for_each (p, &all, struct process, all_node)
        if (p->pgrp == pgrp && p->session == session)
            return true;
    return false;
}

bool pgrp_is_orphaned(int32_t pgrp)
{
    list_for_each (p, &all, struct process, all_node) {
        const struct process *parent = p->parent;

        if (p->pgrp != pgrp || p->state == PROCESS_ZOMBIE || !parent || parent->pid == 1)
            continue;
        if (parent->pgrp != pgrp && parent->session == p->session)
            return false;
    }
    return true;
}

void usage_add_thread(struct usage *u, const struct thread *t)
{
    u->user_ns += t->user_ns;
    u->system_ns += t->system_ns;
    if (t == current)
        u->user_ns += clock_monotonic_ns() - t->accounted_until_ns;
    u->faults_minor += t->faults_minor;
    u->switches_voluntary += t->switches_voluntary;
    u->switches_involuntary += t->switches_involuntary;
}

void usage_add(struct usage *u, const struct usage *more)
{
    u->user_ns += more->user_ns;
    u->system_ns += more->system_ns;
    u->faults_minor += more->faults_minor;
    u->switches_voluntary += more->switches_voluntary;
    u->switches_involuntary += more->switches_involuntary;
}

void process_usage(const struct process *p, struct usage *u)
{
    *u = p->usage;
    list_for_each (t, &p->threads, struct thread, process_node)
        usage_add_thread(u, t);
}

bool cred_in_group(const struct cred *c, uint32_t gid)
{
    if (c->fsgid == gid)
        return true;
    for (unsigned i = 0; i < c->group_count; i++)
        if (c->groups[i] == gid)
            return true;
    return false;
}

bool cred_is_privileged(const struct cred *c)
{
    return c->euid == 0;
}
