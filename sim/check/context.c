/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/context.c - the checks context and sigframe.
 *
 * At each trap from user mode all that its code could see is kept, by thread. When the thread
 * goes on (derive.h says which it is, through switches, forks and signals), it must see the
 * same, but for what the ABI lets that trap change:
 *
 *   fault, interrupt    nothing
 *   system call         its result; what the instruction itself clobbers; the thread pointer
 *                       where the call is there to set it
 *   the same, restarted nothing but the result register, which is the first argument again
 *   fork, clone         in the child: the result, and SP and thread pointer where it was given some
 *   signal, rt_sigreturn  see context_signal.c
 */
#include "sim/check/context_private.h"

#include <stdio.h>

#include "sim/check/frame.h"
#include "sim/check/masks.h"

struct context *context_create(const struct trace *t, unsigned kinds, struct findings *findings,
                               struct frames *frames)
{
    struct context *c = calloc(1, sizeof(*c));

    if (!c)
        return NULL;
    ustate_reader_init(&c->reader, t->machine.arch);
    c->arch = c->reader.arch;
    c->kinds = kinds;
    c->findings = findings;
    c->frames = frames;
    if (kinds & 1u << CHECK_SIGFRAME) {
        c->masks = masks_create(t->machine.arch);
        findings->failed |= !c->masks;
    }
    return c;
}

void context_destroy(struct context *c)
{
    if (c) {
        free(c->kept);
        masks_destroy(c->masks);
    }
    free(c);
}

struct kept *context_kept(struct context *c, unsigned thread)
{
    if (thread >= c->room) {
        size_t room = thread * 2 + 16;
        struct kept *grown = realloc(c->kept, room * sizeof(*grown));

        if (!grown) {
            c->findings->failed = true;
            return NULL;
        }
        memset(grown + c->room, 0, (room - c->room) * sizeof(*grown));
        c->kept = grown;
        c->room = room;
    }
    return &c->kept[thread];
}

void context_state_now(const struct context *c, const struct derived *d, struct ustate *s)
{
    if (d->seen_by)
        ustate_at_trap(&c->reader, d->cpu, d->seen_by, s);
    else
        ustate_live(&c->reader, d->cpu, s);
}

bool context_is_in(const struct context *c, const unsigned *list, unsigned value)
{
    for (; *list != c->arch->count; list++)
        if (*list == value)
            return true;
    return false;
}

void context_fill(struct context *c, enum check_kind check, const struct kept *k,
                 const struct derived *d, unsigned value, const uint8_t *was, const uint8_t *is,
                 const char *what, struct finding *f)
{
    struct trap_words words;
    struct place place;

    memset(f, 0, sizeof(*f));
    f->check = check;
    f->trap_n = k->n;
    f->back_n = d->kind == DERIVED_SYSCALL ? d->n_end : d->n;
    f->process = d->process;
    f->thread = d->thread;
    derive_words(d, k->process, &k->trap, &words, &place);
    snprintf(f->trap, sizeof(f->trap), "%s", words.cause);
    place_text(&place, false, f->place, sizeof(f->place));
    f->value = c->arch->name[value];
    f->bytes = ustate_bytes(c->arch, value);
    snprintf(f->what, sizeof(f->what), what, f->value);
    memcpy(f->was, was, 16);
    memcpy(f->is, is, 16);
}

void context_report(struct context *c, enum check_kind check, const struct kept *k,
                   const struct derived *d, unsigned value, const uint8_t *was, const uint8_t *is,
                   const char *what)
{
    struct findings *all = c->findings;

    if (!(c->kinds & 1u << check) || all->count == all->max)
        return;
    context_fill(c, check, k, d, value, was, is, what, &all->list[all->count]);
    all->value[all->count++] = value;
}

void context_look_at_frame(struct context *c, const struct kept *k, const struct derived *d,
                          unsigned value, const uint8_t *was, const uint8_t *is, vaddr_t pushed)
{
    struct finding f;

    if (!c->frames || !k->known || !frames_wants(c->frames, value, k->way))
        return;
    context_fill(c, CHECK_FRAME, k, d, value, was, is,
         pushed ? "%s of the saved frame has a second writer after the signal was delivered"
                : "%s of the saved frame has a second writer", &f);
    f.frame_at = pushed;
    frames_add(c->frames, &f, value, k->way, false);
}

void context_compare(struct context *c, enum check_kind check, const struct kept *k,
                    const struct ustate *was, const struct ustate *is, const bool *any,
                    const struct derived *d, const char *what)
{
    if (memcmp(was, is, sizeof(*was)) == 0)
        return;
    for (unsigned i = 0; i < c->arch->count; i++) {
        if (any[i] || memcmp(was->v[i], is->v[i], 16) == 0)
            continue;
        context_report(c, check, k, d, i, was->v[i], is->v[i], what);
        if (d->kind != DERIVED_SIGNAL && d->kind != DERIVED_START)
            context_look_at_frame(c, k, d, i, was->v[i], is->v[i], 0);
    }
}

static void on_trap(struct context *c, const struct derived *d)
{
    struct kept *k = d->trap->from_user && d->thread ? context_kept(c, d->thread) : NULL;

    if (!k)
        return;
    k->sigreturn = false;
    k->known = true;
    k->n = d->n;
    k->process = d->process;
    k->trap = *d->trap;
    k->way = d->trap->kind == CPU_TRAP_SYSCALL ? cpu_syscall_number(d->cpu)
                                               : UINT64_MAX - d->trap->vector;
    ustate_at_trap(&c->reader, d->cpu, d->trap, &k->state);
    if (d->trap->kind == CPU_TRAP_SYSCALL &&
        (c->kinds & (1u << CHECK_SIGFRAME | 1u << CHECK_FRAME)) &&
        cpu_syscall_number(d->cpu) == c->arch->sigreturn)
        k->sigreturn = c->arch->read_frame(
            d->cpu, ustate_get(&k->state, c->arch->sp) - c->arch->sigreturn_bias, &k->frame,
            k->where);
}

static void on_return(struct context *c, const struct derived *d)
{
    struct kept *k = context_kept(c, d->thread);
    bool any[USTATE_VALUES_MAX] = {false};
    struct ustate now;

    if (!k || !k->known)
        return;
    context_state_now(c, d, &now);
    context_compare(c, CHECK_CONTEXT, k, &k->state, &now, any, d,
                    "%s is not what it was at the trap");
    k->known = false;
}

/* Calls that are there to change what user code sees. */
static bool changes_tls(const struct derived *d)
{
    return syscall_is(d->call, "arch_prctl") || syscall_is(d->call, "set_thread_area");
}

/* x86_64's arch_prctl(): ARCH_SET_GS and ARCH_SET_FS. What was asked for is what must be there. */
#define ARCH_SET_GS 0x1001u
#define ARCH_SET_FS 0x1002u

static void expect_tls(struct context *c, struct kept *k, const struct derived *d, bool *any)
{
    const uint64_t *arg = d->call->arg;

    if (!syscall_is(d->call, "arch_prctl") || !d->returned || d->result != 0 ||
        (arg[0] != ARCH_SET_FS && arg[0] != ARCH_SET_GS))
        return;
    for (unsigned i = 0; c->arch->tls[i] != c->arch->count; i++) {
        const char *want = arg[0] == ARCH_SET_FS ? "fs_base" : "gs_base";

        any[c->arch->tls[i]] = false;
        if (strcmp(c->arch->name[c->arch->tls[i]], want) == 0)
            ustate_set(&k->state, c->arch->tls[i], arg[1]);
    }
}

static void on_syscall(struct context *c, const struct derived *d)
{
    struct kept *k = context_kept(c, d->thread);
    bool any[USTATE_VALUES_MAX] = {false};
    struct ustate now;

    if (!k || !k->known || !(d->returned || d->restarted) || syscall_is_exec(d->call) ||
        syscall_is(d->call, "ptrace") || syscall_is(d->call, "rt_sigreturn"))
        return;
    if (syscall_is_fork(d->call) && d->returned && (int64_t)d->result > 0) {
        k->forks++;
        k->fork_n = k->n;
        k->fork = k->state;
    }
    context_state_now(c, d, &now);
    for (unsigned i = 0; i < c->arch->count; i++)
        any[i] = i == c->arch->result || context_is_in(c, c->arch->clobbered, i) ||
                 (changes_tls(d) && context_is_in(c, c->arch->tls, i)) ||
                 (d->restarted && i == c->arch->pc);
    expect_tls(c, k, d, any);
    /* Told of by a handler's start: the registers are the handler's; its frame is looked at. */
    if (memcmp(now.v[c->arch->sp], k->state.v[c->arch->sp], 16) != 0)
        return;
    context_compare(c, CHECK_CONTEXT, k, &k->state, &now, any, d,
                    "%s is not what it was at the call");
    k->known = false;
}

static bool same(unsigned value, const struct ustate *a, const struct ustate *b)
{
    return memcmp(a->v[value], b->v[value], 16) == 0;
}

/* The child of a fork begins with its parent's state. */
static void on_start(struct context *c, const struct derived *d)
{
    bool any[USTATE_VALUES_MAX] = {false};
    const struct ustate *was = NULL;
    struct kept parent;
    struct ustate now;

    if (!d->parent)
        return;
    context_state_now(c, d, &now);
    for (size_t i = 0; i < c->room; i++) {
        struct kept *k = &c->kept[i];

        if (k->process != d->parent || k->forks > 1)
            continue; /* of several forks nobody knows whose child this is */
        was = k->forks ? &k->fork : k->known ? &k->state : NULL;
        parent = *k;
        parent.n = k->forks ? k->fork_n : k->n;
        k->forks = 0;
        if (was && same(c->arch->pc, was, &now) && same(c->arch->sp, was, &now))
            break;
        was = NULL;
    }
    if (!was)
        return;
    for (unsigned i = 0; i < c->arch->count; i++)
        any[i] = i == c->arch->result || context_is_in(c, c->arch->clobbered, i) ||
                 context_is_in(c, c->arch->tls, i);
    context_compare(c, CHECK_CONTEXT, &parent, was, &now, any, d,
            "%s of the child is not its parent's");
}

void context_event(struct context *c, const struct derived *d)
{
    context_look_at_mask(c, d);
    switch (d->kind) {
    case DERIVED_TRAP:
        on_trap(c, d);
        break;
    case DERIVED_RETURN:
        on_return(c, d);
        break;
    case DERIVED_SYSCALL:
        on_syscall(c, d);
        break;
    case DERIVED_SIGNAL:
        context_signal(c, d);
        break;
    case DERIVED_SIGRETURN:
        context_sigreturn(c, d);
        break;
    case DERIVED_START:
        on_start(c, d);
        break;
    }
}
