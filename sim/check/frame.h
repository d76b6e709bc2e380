/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/frame.h - the check frame: one writer for each purpose of a saved word.
 *
 * Purpose: what user code had stands in a frame in the kernel's memory between trap and return. A
 * word of it is written when it is saved, and again where the ABI wants another value there: by the
 * system call's result, by the delivery of a signal, by rt_sigreturn. Who writes after that undoes
 * it.
 *
 * What is reported, with both writers
 *   - a word that held what user code is to see, and was written over before it was loaded
 *   - a word that is written twice after it was copied into the signal frame, from where on it is
 *     the handler's: even where both writers happen to agree
 *   - a system call's result that was a request to run it again, and was written over with the
 *     register of before the call, while PC was left behind the call
 *
 * Any kernel: the word is the memory that the register was loaded from on the way out.
 *
 * Rules of use: frames_add() while the recording is replayed, frames_find() behind that.
 */
#ifndef TRAPLINE_SIM_CHECK_FRAME_H
#define TRAPLINE_SIM_CHECK_FRAME_H

#include "sim/check/check.h"

#define FRAMES_MAX 96u

struct frames {
    struct finding list[FRAMES_MAX]; /* that may come of it; `frame_at`: the word of
                                        the signal frame */
    unsigned value[FRAMES_MAX];
    size_t count;
    bool restart[FRAMES_MAX];        /* the last of the rules above */
    uint64_t way[FRAMES_MAX];        /* by which the kernel was entered: one look
                                        at each is enough */
};

/* Is there to be a look at this value after this kind of entry? */
bool frames_wants(const struct frames *all, unsigned value, uint64_t way);
void frames_add(struct frames *all, const struct finding *f, unsigned value, uint64_t way,
                bool restart);
/* Replays the ways of all that was added; what is true goes to `findings`, named. */
MUST_CHECK int frames_find(struct frames *all, struct timeline *t, struct places *places,
                           const struct machine *m, struct findings *findings);

#endif
