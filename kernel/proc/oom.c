// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * oom.c - out of memory: who dies.
 *
 * The rule is Linux's: the process with the most resident memory, moved by oom_score_adj, never
 * PID 1 and never one with an adjustment of -1000; all that share its address space die with
 * it. Linux's reaper takes the private memory of a victim before it has come to its end; here it
 * is taken at once, which is right because a process with SIGKILL pending never sees its memory
 * again. So nobody has to wait, and a fault can be resolved inside a user copy too.
 */
#include "kernel/proc/oom.h"
#include "kernel/include/page.h"
#include "kernel/include/printk.h"
#include "kernel/include/process.h"
#include "kernel/include/signal.h"
#include "kernel/include/vm.h"

#define ADJUST_NEVER (-1000)
#define ADJUST_RANGE 1000

static uint64_t kills;

uint64_t oom_kills(void)
{
    return kills;
}

int64_t oom_badness(const struct process *p)
{
    return (int64_t)vm_resident_pages(p->vm) +
           p->oom_score_adj * (int64_t)page_count_total() / ADJUST_RANGE;
}

/* Whoever has been killed before and gave its memory back is not asked twice. */
static bool can_be_chosen(const struct process *p)
{
    return p->pid != 1 && p->state == PROCESS_ALIVE && p->vm && !p->exiting &&
           p->oom_score_adj != ADJUST_NEVER && !(p->pending.set & sig_bit(SIGKILL));
}

static struct process *choose(void)
{
    struct process *victim = NULL;
    int64_t most = INT64_MIN;

    for (struct process *p = process_next(NULL); p; p = process_next(p)) {
        if (can_be_chosen(p) && oom_badness(p) > most) {
            victim = p;
            most = oom_badness(p);
        }
    }
    return victim;
}

bool oom_kill(void)
{
    struct process *victim = choose();
    struct vm_map *m = victim ? victim->vm : NULL;

    if (!victim)
        return false;
    printk("Out of memory: Killed process %d (%s), %lu KiB resident", victim->pid,
           list_first(&victim->threads, struct thread, process_node)->name,
           (unsigned long)vm_resident_pages(m) * (PAGE_SIZE / 1024));
    kills++;
    for (struct process *p = process_next(NULL); p; p = process_next(p))
        if (p->vm == m && p->pid != 1)
            signal_send_process(p, SIGKILL, NULL);
    if (m == current->process->vm || process_init()->vm == m)
        return false;
    vm_map_discard(m, 0, USER_TOP);
    return true;
}
