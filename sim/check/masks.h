/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/masks.h - does rt_sigreturn bring back the signal mask that its frame holds?
 *
 * The mask is the kernel's own and nothing that user code sees in a register. It shows in the next
 * frame's uc_sigmask, and where the program asks for it by rt_sigprocmask; in between it changes by
 * that call alone. A mask that does not show is not judged.
 *
 * Rules of use: masks_event() with every event; true: the mask was `want` by the last frame or
 * call, and is `is`. `since` is the sigreturn that ought to have brought it back.
 */
#ifndef TRAPLINE_SIM_CHECK_MASKS_H
#define TRAPLINE_SIM_CHECK_MASKS_H

#include "sim/derive.h"

struct mask_since {
    struct cpu_trap trap;   /* rt_sigreturn */
    insn_t back_n;
    unsigned process;
};

struct masks;
struct masks *masks_create(enum arch arch);
void masks_destroy(struct masks *m);
bool masks_event(struct masks *m, const struct derived *d, uint64_t *want, uint64_t *is,
                 struct mask_since *since);
/* The mask of a thread, as far as it shows. */
bool masks_now(const struct masks *m, unsigned thread, uint64_t *mask);

#endif
