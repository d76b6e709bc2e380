/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/context_private.h - what the two files of the checks context and sigframe share:
 * context.c (traps, returns, system calls, forks) and context_signal.c (handlers, their frames,
 * rt_sigreturn).
 */
#ifndef TRAPLINE_SIM_CHECK_CONTEXT_PRIVATE_H
#define TRAPLINE_SIM_CHECK_CONTEXT_PRIVATE_H

#include "sim/check/check.h"
#include "sim/check/ustate.h"

/* What a thread had when it entered the kernel. */
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

/* What is kept of a thread; NULL when out of memory, which is noted. */
struct kept *context_kept(struct context *c, unsigned thread);
/* What user code sees now, at a return. */
void context_state_now(const struct context *c, const struct derived *d, struct ustate *s);
/* Is the value in a list that ends with the count of values? */
bool context_is_in(const struct context *c, const unsigned *list, unsigned value);

/* A finding about a value, as far as it is known in an event; `what` has a %s for its name. */
void context_fill(struct context *c, enum check_kind check, const struct kept *k,
                  const struct derived *d, unsigned value, const uint8_t *was, const uint8_t *is,
                  const char *what, struct finding *f);
/* The same, added to the findings where that check was asked for. */
void context_report(struct context *c, enum check_kind check, const struct kept *k,
                    const struct derived *d, unsigned value, const uint8_t *was, const uint8_t *is,
                    const char *what);
/* The check frame is to look at the way from the trap to here: `pushed` is in the signal frame. */
void context_look_at_frame(struct context *c, const struct kept *k, const struct derived *d,
                           unsigned value, const uint8_t *was, const uint8_t *is, vaddr_t pushed);
/* Compare what was with what is, value by value; `any` says which may be anything. */
void context_compare(struct context *c, enum check_kind check, const struct kept *k,
                     const struct ustate *was, const struct ustate *is, const bool *any,
                     const struct derived *d, const char *what);

/* ---- context_signal.c ---- */
void context_signal(struct context *c, const struct derived *d);
void context_sigreturn(struct context *c, const struct derived *d);
/* With every event: does the signal mask show to be another than rt_sigreturn brought back? */
void context_look_at_mask(struct context *c, const struct derived *d);

#endif
