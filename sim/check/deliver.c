/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/deliver.c - see deliver.h.
 *
 * A handler's start is told of right behind the end of what it interrupts, with the same number.
 * So who is back without a handler is judged at the event after.
 *
 * The instruction: something was left undone. The way through the kernel is laid beside that of
 * the last delivery on the way out of the same call, and the branch at which they part is to
 * blame.
 */
#include "sim/check/deliver.h"

#include <stdio.h>
#include <string.h>

#include "sim/check/masks.h"
#include "sim/timeline.h"

#define SIGNALS     64u
#define WAYS        16u
#define WAY_INSNS   100000u /* of the kernel's; longer ways are not compared */
#define TOLD_MAX    2u
#define SA_RESETHAND 0x80000000ull
#define CLONE_SIGHAND 0x800u
#define CLONE_THREAD  0x10000u

static const char *const takes[] = {"rt_sigtimedwait", "signalfd", "signalfd4"};

struct process_signals {
    uint64_t handled;       /* 1 << signal - 1: a handler, to stay */
    uint64_t pid;           /* 0: not known */
    unsigned threads;
    bool off;
};

struct thread_signals {
    uint64_t tid;           /* 0: not known */
    uint64_t pending;       /* sent by itself, and not seen delivered */
    struct cpu_trap trap;   /* the last of its own */
    uint64_t way;           /* how it entered the kernel there */
};

/* A delivery: which way the kernel was entered, and from where to where it led. */
struct way {
    uint64_t way;
    insn_t trap_n, n;
};

struct deliver {
    const struct sim_arch *arch;
    struct findings *findings;
    struct masks *masks;
    struct process_signals *process; /* by number */
    struct thread_signals *thread;
    size_t processes, threads;
    bool off;
    struct way way[WAYS];   /* the last ones, round and round */
    unsigned ways, told;
    bool waits;             /* `f` is a finding unless a handler's start comes next */
    uint64_t missing;
    unsigned waits_thread;
    struct finding f;
};

struct deliver *deliver_create(enum arch arch, struct findings *findings)
{
    struct deliver *l = calloc(1, sizeof(*l));

    if (!l)
        return NULL;
    l->arch = sim_arch_get(arch);
    l->findings = findings;
    l->masks = masks_create(arch);
    if (!l->masks) {
        free(l);
        return NULL;
    }
    return l;
}

void deliver_destroy(struct deliver *l)
{
    if (l) {
        masks_destroy(l->masks);
        free(l->process);
        free(l->thread);
    }
    free(l);
}

/* Entry `number` of a list that grows; NULL: no memory. */
static void *entry_of(void **list, size_t *count, size_t bytes, unsigned number)
{
    if (number >= *count) {
        size_t room = number * 2 + 16;
        char *grown = realloc(*list, room * bytes);

        if (!grown)
            return NULL;
        memset(grown + *count * bytes, 0, (room - *count) * bytes);
        *list = grown;
        *count = room;
    }
    return (char *)*list + number * bytes;
}

static struct process_signals *process_of(struct deliver *l, unsigned number)
{
    return entry_of((void **)&l->process, &l->processes, sizeof(*l->process), number);
}

static struct thread_signals *thread_of(struct deliver *l, unsigned number)
{
    return entry_of((void **)&l->thread, &l->threads, sizeof(*l->thread), number);
}

/* ---- what the calls tell ---- */

static uint64_t bit_of(uint64_t signo)
{
    return signo >= 1 && signo <= SIGNALS ? 1ull << (signo - 1) : 0;
}

static void on_sigaction(struct process_signals *p, const struct derived *d)
{
    const uint64_t *arg = d->call->arg;
    uint64_t action[2]; /* handler, flags */

    p->handled &= ~bit_of(arg[0]) | (arg[1] ? 0 : p->handled);
    if (arg[1] && cpu_mem_read(d->cpu, arg[1], action, sizeof(action)) == 0 && action[0] > 1 &&
        !(action[1] & SA_RESETHAND))
        p->handled |= bit_of(arg[0]);
}

/* The signal that the call has sent to its own thread, as far as one can tell; 0: none. */
static uint64_t sent(const struct process_signals *p, const struct thread_signals *t,
                     const struct derived *d)
{
    const uint64_t *arg = d->call->arg;

    if (syscall_is(d->call, "kill") || syscall_is(d->call, "rt_sigqueueinfo"))
        return p->pid && arg[0] == p->pid && p->threads == 1 ? bit_of(arg[1]) : 0;
    if (syscall_is(d->call, "tkill"))
        return t->tid && arg[0] == t->tid ? bit_of(arg[1]) : 0;
    if (syscall_is(d->call, "tgkill"))
        return t->tid && arg[1] == t->tid ? bit_of(arg[2]) : 0;
    return 0;
}

static void on_call(struct deliver *l, struct process_signals *p, struct thread_signals *t,
                    const struct derived *d)
{
    if (!d->returned || (int64_t)d->result < 0)
        return;
    for (size_t i = 0; i < sizeof(takes) / sizeof(takes[0]); i++)
        p->off |= syscall_is(d->call, takes[i]);
    if (syscall_is(d->call, "ptrace") || (syscall_is(d->call, "clone") &&
        (d->call->arg[0] & (CLONE_SIGHAND | CLONE_THREAD)) == CLONE_SIGHAND))
        l->off = true;
    if (syscall_is(d->call, "getpid"))
        p->pid = d->result;
    else if (syscall_is(d->call, "gettid") || syscall_is(d->call, "set_tid_address"))
        t->tid = d->result;
    else if (syscall_is(d->call, "rt_sigaction"))
        on_sigaction(p, d);
    else if (syscall_is_exec(d->call))
        p->handled = 0;
    else
        t->pending |= sent(p, t, d);
}

static void on_start(struct deliver *l, struct process_signals *p, const struct derived *d)
{
    const struct process_signals *parent = d->parent ? process_of(l, d->parent) : NULL;

    p = process_of(l, d->process); /* the list may have moved */
    if (p && d->parent == d->process) {
        p->threads++;
    } else if (p) {
        *p = (struct process_signals){.threads = 1};
        if (parent) {
            p->handled = parent->handled;
            p->off = parent->off;
        }
    }
}

static void on_trap(struct thread_signals *t, const struct derived *d)
{
    t->trap = *d->trap;
    t->way = d->trap->kind == CPU_TRAP_SYSCALL ? cpu_syscall_number(d->cpu)
                                               : UINT64_MAX - d->trap->vector;
}

/* ---- judging ---- */

/* Back in user mode, and not in a handler as far as it is known yet. */
static void suspect(struct deliver *l, const struct thread_signals *t, const struct derived *d,
                    uint64_t missing)
{
    struct finding *f = &l->f;
    struct trap_words words;
    struct place place;
    uint64_t signo = (uint64_t)__builtin_ctzll(missing) + 1;

    l->waits = true;
    l->missing = missing;
    l->waits_thread = d->thread;
    memset(f, 0, sizeof(*f));
    f->check = CHECK_SIGFRAME;
    f->trap_n = t->trap.n;
    f->back_n = d->kind == DERIVED_SYSCALL ? d->n_end : d->n;
    f->process = d->process;
    f->thread = d->thread;
    derive_words(d, d->process, &t->trap, &words, &place);
    snprintf(f->trap, sizeof(f->trap), "%s", words.cause);
    place_text(&place, false, f->place, sizeof(f->place));
    snprintf(f->what, sizeof(f->what), "%s is sent and not blocked, and its handler does not run",
             signal_name((int)signo));
    f->value = "signal";
    f->bytes = 8;
    memcpy(f->was, &signo, 8);
    for (unsigned i = 0; i < WAYS && i < l->ways; i++) {
        const struct way *w = &l->way[(l->ways - 1 - i) % WAYS];

        if (w->way != t->way)
            continue;
        f->slot = w->trap_n; /* for deliver_name() */
        f->frame_at = w->n;
        break;
    }
}

static void convict(struct deliver *l)
{
    struct findings *all = l->findings;
    struct thread_signals *t = thread_of(l, l->waits_thread);

    l->waits = false;
    if (t)
        t->pending &= ~l->missing;
    if (l->told == TOLD_MAX || all->count == all->max)
        return;
    l->told++;
    all->value[all->count] = DELIVER_SIGNAL;
    all->list[all->count++] = l->f;
}

static void on_signal(struct deliver *l, struct thread_signals *t, const struct derived *d)
{
    t->pending &= ~bit_of((uint64_t)d->signo);
    if (l->waits && l->waits_thread == d->thread && d->n == l->f.back_n)
        l->waits = false; /* what else is pending may be blocked by this handler */
    if (d->runs)
        l->way[l->ways++ % WAYS] = (struct way){t->way, t->trap.n, d->n};
}

void deliver_event(struct deliver *l, const struct derived *d)
{
    struct process_signals *p = d->thread ? process_of(l, d->process) : NULL;
    struct thread_signals *t = d->thread ? thread_of(l, d->thread) : NULL;
    uint64_t mask, missing, none[2];
    struct mask_since since;

    (void)masks_event(l->masks, d, &none[0], &none[1], &since);
    if (!p || !t)
        return;
    if (l->waits && d->kind != DERIVED_SIGNAL)
        convict(l);
    switch (d->kind) {
    case DERIVED_TRAP:
        if (d->trap->from_user)
            on_trap(t, d);
        return;
    case DERIVED_START:
        on_start(l, p, d);
        return;
    case DERIVED_SIGNAL:
        on_signal(l, t, d);
        return;
    case DERIVED_SYSCALL:
        if (!d->returned && !d->restarted) {
            p->threads -= p->threads != 0;
            return;
        }
        on_call(l, p, t, d);
        break;
    case DERIVED_RETURN:
    case DERIVED_SIGRETURN:
        break;
    }
    missing = t->pending & p->handled;
    if (missing && !l->off && !p->off && !d->seen_by && masks_now(l->masks, d->thread, &mask) &&
        (missing & ~mask))
        suspect(l, t, d, missing & ~mask);
}

/* ---- naming ---- */

struct course {
    vaddr_t *pc;            /* of the kernel's instructions, and their numbers */
    insn_t *n;
    size_t count;
};

static void on_insn(void *ctx, insn_t n, vaddr_t pc)
{
    struct course *c = ctx;

    if (!(pc >> 63) || c->count == WAY_INSNS)
        return;
    c->pc[c->count] = pc;
    c->n[c->count++] = n;
}

static bool walk(struct timeline *t, insn_t from, insn_t to, struct course *c)
{
    c->pc = calloc(WAY_INSNS, sizeof(*c->pc));
    c->n = calloc(WAY_INSNS, sizeof(*c->n));
    return c->pc && c->n && timeline_trace(t, from, to, on_insn, c) == 0;
}

void deliver_name(struct timeline *t, struct places *places, struct finding *f)
{
    struct course good = {0}, bad = {0};
    size_t at = 0;

    if (f->slot && walk(t, f->slot, f->frame_at, &good) && walk(t, f->trap_n, f->back_n, &bad)) {
        while (at < good.count && at < bad.count && good.pc[at] == bad.pc[at])
            at++;
        if (at > 0 && at < good.count && at < bad.count)
            culprit_describe(t, places, bad.n[at - 1], &f->culprit);
    }
    f->slot = f->frame_at = 0;
    free(good.pc);
    free(good.n);
    free(bad.pc);
    free(bad.n);
}
