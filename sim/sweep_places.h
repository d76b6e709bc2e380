/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/sweep_places.h - the places of a sweep: which instructions of a run are meant.
 *
 * A place is written as one of
 *   1000..2000          instruction numbers, the first and the last
 *   copy_to_user        all instructions of this function; PROGRAM:FUNCTION of a program in the
 *                       initramfs; 0x401000: this one instruction
 *   A..B                from each arrival at A to the next one at B, both of the kind above, B
 *   included trap-paths          each instruction of the kernel since the first program ran
 *   user:PROGRAM        all instructions of this program's file name in user mode, its libraries'
 *                       too
 *
 * Rules of use: places_wish_add() for each, then sweep_places_find() with a recording of the
 * undisturbed run. Of instructions that differ in nothing but their number, which is to say in
 * neither address nor what led into the kernel, one is kept for each `each` = false.
 */
#ifndef TRAPLINE_SIM_SWEEP_PLACES_H
#define TRAPLINE_SIM_SWEEP_PLACES_H

#include "sim/sweep.h"

struct sweep_wish;

/* One that ran, where it was loaded; as in places.h. */
struct sweep_program {
    char *path;
    vaddr_t base;
};

struct sweep_places {
    struct sweep_place *list;  /* by n */
    size_t count, room;
    uint64_t passed;           /* instructions that are meant, the kept ones among them */
    struct sweep_program *program; /* of sweep_place.program - 1 */
    size_t programs;
};

/* -EINVAL with a sentence: there is no such symbol, or the text is none of these. */
MUST_CHECK int sweep_wish_add(struct sweep_wish **list, const struct machine *m, const char *text,
                              char *err, size_t err_len);
void sweep_wish_free(struct sweep_wish *list);
MUST_CHECK int sweep_places_find(const struct trace *undisturbed, const struct sweep_wish *list,
                                 bool each, struct sweep_places *out, char *err, size_t err_len);
void sweep_places_free(struct sweep_places *p);

#endif
