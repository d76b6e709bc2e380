/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/whose.h - which task a trap was of, and where in its program.
 *
 * Purpose: the checks stack, leak and race see traps and blocks of kernel code, not tasks. What
 * they find has a number and an address; the names are put to it afterwards.
 *
 * Rules of use: whose_event() with every event of the first replay; then whose_fill().
 */
#ifndef TRAPLINE_SIM_CHECK_WHOSE_H
#define TRAPLINE_SIM_CHECK_WHOSE_H

#include "sim/check/check.h"

struct whose;
/* NULL when out of memory. */
struct whose *whose_create(void);
void whose_destroy(struct whose *w);
void whose_event(struct whose *w, const struct derived *d);
/*
 * The task of the trap from user mode at f->user_n (0: of the one that goes on at f->back_n), and,
 * where f->user_pc is not 0, f->place by it. What is not known stays as it is.
 */
void whose_fill(const struct whose *w, struct places *places, struct finding *f);

#endif
