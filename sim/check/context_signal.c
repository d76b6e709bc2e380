/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/context_signal.c - the checks context and sigframe: what a signal does to a thread.
 *
 *   handler starts      the frame holds the interrupted state, but for what the interrupted system
 *                       call may change; the first argument is the signal's number; the frame
 *                       is laid out as Linux's (sigframe.h)
 *   rt_sigreturn        all is as its frame says, the mask too (masks.h)
 *
 * Of several signals delivered at once the frame that was pushed first has the thread's own state:
 * the saved stack pointer tells.
 */
#include "sim/check/context_private.h"

#include <stdio.h>

#include "sim/check/frame.h"
#include "sim/check/masks.h"
#include "sim/check/sigframe.h"

#define SIGNAL_MAX 64u

/* ---- a handler starts ---- */

/*
 * A system call that a handler interrupts goes on behind it, with the register that takes its
 * result as it was before: an odd result, or a restart that forgot PC. How that register was
 * written tells.
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
    context_fill(c, CHECK_FRAME, k, d, result, k->state.v[result], frame->v[result],
         "%s is put back for a restart of the call, but the PC stays behind it", &f);
    frames_add(c->frames, &f, result, ~k->way, true);
}

/*
 * Without SA_SIGINFO the frame's siginfo is what was on the stack before. arm64 tells by a
 * register; on x86_64, where none does, an argument that is some signal's number is believed.
 */
static bool is_siginfo_there(const struct context *c, const struct ustate *now)
{
    uint64_t argument = ustate_get(now, c->arch->argument);

    if (c->arch->siginfo >= 0)
        return ustate_get(now, (unsigned)c->arch->siginfo) == ustate_get(now, c->arch->sp);
    return argument == 0 || argument > SIGNAL_MAX;
}

/* The handler that runs now gets the signal's number; nobody writes there once that is so. */
static void check_argument(struct context *c, const struct kept *k, const struct derived *d,
                           const struct ustate *now, vaddr_t pushed)
{
    unsigned argument = c->arch->argument;
    struct ustate want = *now;

    if (is_siginfo_there(c, now)) {
        if (d->frame->info_signo <= 0 || d->frame->info_signo > (int)SIGNAL_MAX)
            return;
        ustate_set(&want, argument, (uint64_t)d->frame->info_signo);
    }
    if (memcmp(want.v[argument], now->v[argument], 16) != 0)
        context_report(c, CHECK_SIGFRAME, k, d, argument, want.v[argument], now->v[argument],
               "%s is not the number of the signal, as siginfo has it");
    context_look_at_frame(c, k, d, argument, want.v[argument], now->v[argument], pushed);
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
    context_report(c, CHECK_SIGFRAME, l->kept, l->d, index, was, now, "%s");
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

/* ---- the mask ---- */

void context_look_at_mask(struct context *c, const struct derived *d)
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
    context_report(c, CHECK_SIGFRAME, &k, d, 0, was, is, "the mask");
    if (all->count == count)
        return;
    all->list[count].value = "mask";
    all->list[count].back_n = since.back_n;
    all->list[count].nobody = true;
    snprintf(all->list[count].what, sizeof(all->list[count].what),
             "the signal mask is not what the frame of rt_sigreturn says");
}

/* ---- both ends of a handler ---- */

void context_signal(struct context *c, const struct derived *d)
{
    struct kept *k = context_kept(c, d->thread);
    bool any[USTATE_VALUES_MAX] = {false};
    vaddr_t where[USTATE_VALUES_MAX];
    struct ustate now, frame;
    size_t first;

    if (!k)
        return;
    context_state_now(c, d, &now);
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
                               context_is_in(c, c->arch->clobbered, i)));
    first = c->findings->count;
    context_compare(c, CHECK_SIGFRAME, k, &k->state, &frame, any, d,
            "%s in the signal frame is not the interrupted one");
    for (size_t i = first; i < c->findings->count; i++)
        c->findings->list[i].frame_at = where[c->findings->value[i]];
    k->known = false;
}

void context_sigreturn(struct context *c, const struct derived *d)
{
    struct kept *k = context_kept(c, d->thread);
    bool any[USTATE_VALUES_MAX];
    struct ustate now;

    if (!k || !k->known || !k->sigreturn)
        return;
    context_state_now(c, d, &now);
    for (unsigned i = 0; i < c->arch->count; i++)
        any[i] = !k->where[i];
    context_compare(c, CHECK_SIGFRAME, k, &k->frame, &now, any, d,
            "%s is not what the signal frame says");
    k->known = false;
}
