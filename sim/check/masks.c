/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/check/masks.c - see masks.h. */
#include "sim/check/masks.h"

#include <stdlib.h>
#include <string.h>

#include "sim/check/sigframe.h"

#define NEVER_BLOCKED (1ull << (9 - 1) | 1ull << (19 - 1)) /* SIGKILL, SIGSTOP */
enum { HOW_BLOCK, HOW_UNBLOCK, HOW_SET };

struct thread_mask {
    bool known, by_sigreturn;
    uint64_t mask;
    bool returning;         /* in rt_sigreturn, whose frame says `next` */
    uint64_t next;
    struct mask_since since;
};

struct masks {
    const struct ustate_arch *arch;
    const struct sim_arch *sim;
    struct thread_mask *thread;
    size_t room;
    insn_t last_signal_n;   /* several delivered at once are told of at one number */
};

struct masks *masks_create(enum arch arch)
{
    struct masks *m = calloc(1, sizeof(*m));

    if (m) {
        m->arch = ustate_arch_get(arch);
        m->sim = sim_arch_get(arch);
    }
    return m;
}

void masks_destroy(struct masks *m)
{
    if (m)
        free(m->thread);
    free(m);
}

static struct thread_mask *thread_of(struct masks *m, unsigned thread)
{
    if (thread >= m->room) {
        size_t room = thread * 2 + 16;
        struct thread_mask *grown = realloc(m->thread, room * sizeof(*grown));

        if (!grown)
            return NULL;
        memset(grown + m->room, 0, (room - m->room) * sizeof(*grown));
        m->thread = grown;
        m->room = room;
    }
    return &m->thread[thread];
}

static void on_trap(struct masks *m, struct thread_mask *t, const struct derived *d)
{
    t->returning = false;
    if (d->trap->kind != CPU_TRAP_SYSCALL || cpu_syscall_number(d->cpu) != m->arch->sigreturn)
        return;
    t->returning = sigframe_mask(
        d->cpu, m->sim->trap_user_sp(d->cpu, d->trap) - m->arch->sigreturn_bias, &t->next);
    t->since = (struct mask_since){*d->trap, 0, d->process};
}

static void on_sigreturn(struct thread_mask *t, const struct derived *d)
{
    t->known = t->by_sigreturn = t->returning;
    t->mask = t->next & ~NEVER_BLOCKED;
    t->since.back_n = d->n;
    t->returning = false;
}

/* The mask was seen to be `is`. */
static bool seen(struct thread_mask *t, uint64_t is, uint64_t *want, uint64_t *now)
{
    bool wrong = t->known && t->by_sigreturn && t->mask != is;

    *want = t->mask;
    *now = is;
    return wrong;
}

/* rt_sigprocmask(how, set, old, bytes) has returned 0. */
static bool on_procmask(struct thread_mask *t, const struct derived *d, uint64_t *want,
                        uint64_t *is)
{
    const uint64_t *arg = d->call->arg;
    uint64_t set, old;
    bool wrong = false;

    if (arg[3] != 8 || d->seen_by || (arg[1] && arg[1] == arg[2])) {
        t->known = false;
        return false;
    }
    if (arg[2] && cpu_mem_read(d->cpu, arg[2], &old, 8) == 0) {
        wrong = seen(t, old, want, is);
        t->by_sigreturn = t->known && t->by_sigreturn && !wrong;
        t->known = true;
        t->mask = old;
    }
    if (!arg[1])
        return wrong;
    if (cpu_mem_read(d->cpu, arg[1], &set, 8) != 0 || (!t->known && arg[0] != HOW_SET)) {
        t->known = false;
        return wrong;
    }
    t->mask = arg[0] == HOW_SET ? set : arg[0] == HOW_BLOCK ? t->mask | set : t->mask & ~set;
    t->mask &= ~NEVER_BLOCKED;
    t->known = true;
    return wrong;
}

bool masks_event(struct masks *m, const struct derived *d, uint64_t *want, uint64_t *is,
                 struct mask_since *since)
{
    struct thread_mask *t = d->thread ? thread_of(m, d->thread) : NULL;
    bool first = d->n != m->last_signal_n, wrong = false;

    if (!t)
        return false;
    *since = t->since;
    if (d->kind == DERIVED_TRAP && d->trap->from_user) {
        on_trap(m, t, d);
    } else if (d->kind == DERIVED_SIGRETURN) {
        on_sigreturn(t, d);
    } else if (d->kind == DERIVED_SIGNAL) {
        m->last_signal_n = d->n;
        wrong = first && !t->returning && d->frame->has_mask &&
                seen(t, d->frame->mask, want, is);
        t->known = t->returning = false;
    } else if (d->kind == DERIVED_SYSCALL) {
        if (syscall_is(d->call, "rt_sigprocmask") && d->returned && d->result == 0)
            wrong = on_procmask(t, d, want, is);
        else if (syscall_is_exec(d->call) || syscall_is_fork(d->call))
            t->known = false;
    }
    return wrong;
}

bool masks_now(const struct masks *m, unsigned thread, uint64_t *mask)
{
    if (thread >= m->room || !m->thread[thread].known)
        return false;
    *mask = m->thread[thread].mask;
    return true;
}
