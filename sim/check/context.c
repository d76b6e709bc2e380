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
 *   signal              the frame holds the interrupted state; the handler's first argument is
 *                       the signal's number
 *   rt_sigreturn        what its frame says
 */
#include "sim/check/check.h"

#include <stdio.h>

#include "sim/check/frame.h"
#include "sim/check/masks.h"
#include "sim/check/sigframe.h"
#include "sim/check/ustate.h"

struct kept {
    bool known;
    insn_t n;
    unsigned process;
    struct ustate state;
    struct cpu_trap trap;
    uint64_t way;           /* how the kernel was entered: the call's number, or the vector */
    unsigned forks;         /* that returned here, and whose child has not been seen yet */
    insn_t fork_n;
    struct ustate fork;     /* at the last of them */
    bool sigreturn;         /* `frame` is what it must restore */
    struct ustate frame;
    vaddr_t where[USTATE_VALUES_MAX];
};

struct context {
    const struct ustate_arch *arch;
    struct ustate_reader reader;
    unsigned kinds;
    struct findings *findings;
    struct frames *frames;  /* NULL: not asked for */
    struct masks *masks;    /* likewise */
    struct kept *kept;      /* by thread number */
    size_t room;
};

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

static struct kept *kept_of(struct context *c, unsigned thread)
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

static void state_now(const struct context *c, const struct derived *d, struct ustate *s)
{
    if (d->seen_by)
        ustate_at_trap(&c->reader, d->cpu, d->seen_by, s);
    else
        ustate_live(&c->reader, d->cpu, s);
}

static bool is_in(const struct context *c, const unsigned *list, unsigned value)
{
    for (; *list != c->arch->count; list++)
        if (*list == value)
            return true;
    return false;
}

static void fill(struct context *c, enum check_kind check, const struct kept *k,
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

static void report(struct context *c, enum check_kind check, const struct kept *k,
                   const struct derived *d, unsigned value, const uint8_t *was, const uint8_t *is,
                   const char *what)
{
    struct findings *all = c->findings;

    if (!(c->kinds & 1u << check) || all->count == all->max)
        return;
    fill(c, check, k, d, value, was, is, what, &all->list[all->count]);
    all->value[all->count++] = value;
}

/* The check frame is to look at the way from the trap to here: `pushed` is in the signal frame. */
static void look_at_frame(struct context *c, const struct kept *k, const struct derived *d,
                          unsigned value, const uint8_t *was, const uint8_t *is, vaddr_t pushed)
{
    struct finding f;

    if (!c->frames || !k->known || !frames_wants(c->frames, value, k->way))
        return;
    fill(c, CHECK_FRAME, k, d, value, was, is,
         pushed ? "%s of the saved frame has a second writer after the signal was delivered"
                : "%s of the saved frame has a second writer", &f);
    f.frame_at = pushed;
    frames_add(c->frames, &f, value, k->way, false);
}

/*
 * A system call that a handler interrupts goes on behind it, with the register that takes its result as it
 * was before: an odd result, or a restart that forgot PC. How that register was written tells.
 */
static void look_at_restart(struct context *c, const struct kept *k, const struct derived *d,
                            const struct ustate *frame)
{
    unsigned result = c->arch->result;
    struct finding f;

    if (!c->frames || k->trap.kind != CPU_TRAP_SYSCALL ||
        ustate_get(frame, c->arch->pc) != ustate_get(&k->state, c->arch->pc) ||
        ustate_get(frame, result) != ustate_get(&k->state, result) ||
        !frames_wants(c->frames, result, ~k->way))
        return;
    fill(c, CHECK_FRAME, k, d, result, k->state.v[result], frame->v[result],
         "%s is put back for a restart of the call, but the PC stays behind it", &f);
    frames_add(c->frames, &f, result, ~k->way, true);
}

/* Compare what was with what is, value by value; `any` says which may be anything. */
static void compare(struct context *c, enum check_kind check, const struct kept *k,
                    const struct ustate *was, const struct ustate *is, const bool *any,
                    const struct derived *d, const char *what)
{
    if (memcmp(was, is, sizeof(*was)) == 0)
        return;
    for (unsigned i = 0; i < c->arch->count; i++) {
        if (any[i] || memcmp(was->v[i], is->v[i], 16) == 0)
            continue;
        report(c, check, k, d, i, was->v[i], is->v[i], what);
        if (d->kind != DERIVED_SIGNAL && d->kind != DERIVED_START)
            look_at_frame(c, k, d, i, was->v[i], is->v[i], 0);
    }
}

static void on_trap(struct context *c, const struct derived *d)
{
    struct kept *k = d->trap->from_user && d->thread ? kept_of(c, d->thread) : NULL;

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
    struct kept *k = kept_of(c, d->thread);
    bool any[USTATE_VALUES_MAX] = {false};
    struct ustate now;

    if (!k || !k->known)
        return;
    state_now(c, d, &now);
    compare(c, CHECK_CONTEXT, k, &k->state, &now, any, d, "%s is not what it was at the trap");
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
    struct kept *k = kept_of(c, d->thread);
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
    state_now(c, d, &now);
    for (unsigned i = 0; i < c->arch->count; i++)
        any[i] = i == c->arch->result || is_in(c, c->arch->clobbered, i) ||
                 (changes_tls(d) && is_in(c, c->arch->tls, i)) ||
                 (d->restarted && i == c->arch->pc);
    expect_tls(c, k, d, any);
    /* Told of by a handler's start: the registers are the handler's; its frame is looked at. */
    if (memcmp(now.v[c->arch->sp], k->state.v[c->arch->sp], 16) != 0)
        return;
    compare(c, CHECK_CONTEXT, k, &k->state, &now, any, d, "%s is not what it was at the call");
    k->known = false;
}

/* The handler that runs now gets the signal's number; nobody writes there once that is so. */
static void check_argument(struct context *c, const struct kept *k, const struct derived *d,
                           const struct ustate *now, vaddr_t pushed)
{
    unsigned argument = c->arch->argument;
    struct ustate want = *now;

    if (d->frame->info_signo <= 0 || d->frame->info_signo > 64)
        return;
    ustate_set(&want, argument, (uint64_t)d->frame->info_signo);
    if (memcmp(want.v[argument], now->v[argument], 16) != 0)
        report(c, CHECK_SIGFRAME, k, d, argument, want.v[argument], now->v[argument],
               "%s is not the number of the signal, as siginfo has it");
    look_at_frame(c, k, d, argument, want.v[argument], now->v[argument], pushed);
}

/* What is wrong with a frame's layout goes to the findings. */
struct layout {
    struct context *c;
    const struct kept *kept;
    const struct derived *d;
};

static void on_bad(void *ctx, const char *what, const char *value, vaddr_t at, uint64_t want,
                   uint64_t is)
{
    const struct layout *l = ctx;
    struct context *c = l->c;
    struct findings *all = c->findings;
    uint8_t was[16] = {0}, now[16] = {0};
    size_t count = all->count;
    unsigned index = 0;

    while (!at && index + 1 < c->arch->count && strcmp(c->arch->name[index], value) != 0)
        index++;
    memcpy(was, &want, 8);
    memcpy(now, &is, 8);
    report(c, CHECK_SIGFRAME, l->kept, l->d, index, was, now, "%s");
    if (all->count == count)
        return;
    all->list[count].value = value;
    all->list[count].bytes = at & 7 ? 4 : 8;
    all->list[count].frame_at = at;
    all->list[count].origin = !at;
    snprintf(all->list[count].what, sizeof(all->list[count].what), "%s", what);
}

static void look_at_layout(struct context *c, const struct kept *k, const struct derived *d,
                           const struct ustate *now)
{
    struct layout l = {c, k, d};
    struct sigframe f;

    if (c->kinds & 1u << CHECK_SIGFRAME)
        sigframe_look(d->cpu, now, &f, on_bad, &l);
}

static void look_at_mask(struct context *c, const struct derived *d)
{
    struct findings *all = c->findings;
    struct mask_since since;
    struct kept k = {.known = true};
    uint8_t was[16] = {0}, is[16] = {0};
    uint64_t want, now;
    size_t count = all->count;

    if (!c->masks || !masks_event(c->masks, d, &want, &now, &since))
        return;
    k.n = since.trap.n;
    k.trap = since.trap;
    k.process = since.process;
    memcpy(was, &want, 8);
    memcpy(is, &now, 8);
    report(c, CHECK_SIGFRAME, &k, d, 0, was, is, "the mask");
    if (all->count == count)
        return;
    all->list[count].value = "mask";
    all->list[count].back_n = since.back_n;
    all->list[count].nobody = true;
    snprintf(all->list[count].what, sizeof(all->list[count].what),
             "the signal mask is not what the frame of rt_sigreturn says");
}

static void on_signal(struct context *c, const struct derived *d)
{
    struct kept *k = kept_of(c, d->thread);
    bool any[USTATE_VALUES_MAX] = {false};
    vaddr_t where[USTATE_VALUES_MAX];
    struct ustate now, frame;
    size_t first;

    if (!k)
        return;
    state_now(c, d, &now);
    if (!c->arch->read_frame(d->cpu, ustate_get(&now, c->arch->sp), &frame, where))
        return;
    if (d->runs) {
        check_argument(c, k, d, &now, where[c->arch->argument]);
        look_at_layout(c, k, d, &now);
    }
    if (!k->known)
        return;
    /* Only the innermost frame of several delivered at once has the thread's own state. */
    if (memcmp(frame.v[c->arch->sp], k->state.v[c->arch->sp], 16) != 0)
        return;
    if (d->interrupted_syscall)
        look_at_restart(c, k, d, &frame);
    for (unsigned i = 0; i < c->arch->count; i++)
        any[i] = !where[i] || (d->interrupted_syscall &&
                              (i == c->arch->result || i == c->arch->pc ||
                               is_in(c, c->arch->clobbered, i)));
    first = c->findings->count;
    compare(c, CHECK_SIGFRAME, k, &k->state, &frame, any, d,
            "%s in the signal frame is not the interrupted one");
    for (size_t i = first; i < c->findings->count; i++)
        c->findings->list[i].frame_at = where[c->findings->value[i]];
    k->known = false;
}

static void on_sigreturn(struct context *c, const struct derived *d)
{
    struct kept *k = kept_of(c, d->thread);
    bool any[USTATE_VALUES_MAX];
    struct ustate now;

    if (!k || !k->known || !k->sigreturn)
        return;
    state_now(c, d, &now);
    for (unsigned i = 0; i < c->arch->count; i++)
        any[i] = !k->where[i];
    compare(c, CHECK_SIGFRAME, k, &k->frame, &now, any, d,
            "%s is not what the signal frame says");
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
    state_now(c, d, &now);
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
        any[i] = i == c->arch->result || is_in(c, c->arch->clobbered, i) ||
                 is_in(c, c->arch->tls, i);
    compare(c, CHECK_CONTEXT, &parent, was, &now, any, d,
            "%s of the child is not its parent's");
}

void context_event(struct context *c, const struct derived *d)
{
    look_at_mask(c, d);
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
        on_signal(c, d);
        break;
    case DERIVED_SIGRETURN:
        on_sigreturn(c, d);
        break;
    case DERIVED_START:
        on_start(c, d);
        break;
    }
}
