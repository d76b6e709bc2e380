/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/end.h - why a run ended.
 *
 * Rules of use: the numbers are part of the trace format; new ones go at the end.
 */
#ifndef TRAPLINE_SIM_END_H
#define TRAPLINE_SIM_END_H

#include "cpu/types.h"

enum sim_end_reason {
    SIM_END_POWEROFF = 0,    /* the guest switched the machine off with `status` */
    SIM_END_RESET = 1,       /* the guest asked for a reset */
    SIM_END_SHUTDOWN = 2,    /* triple fault, or a vector that cannot be fetched */
    SIM_END_STRICT = 3,      /* unimplemented access under --strict */
    SIM_END_STARVED = 4,     /* the guest waits for input that will never come */
    SIM_END_LIMIT = 5,       /* the number that was asked for */
    SIM_END_INTERRUPTED = 6, /* Ctrl-C */
    SIM_END_ENGINE = 7,      /* the engine refused: a bug of ours */
    SIM_END_CALLER = 8,      /* the caller's hooks asked for it; never in a trace */
};
#define SIM_END_REASONS 8u /* that may stand in a trace */

struct sim_end {
    enum sim_end_reason reason;
    int status; /* SIM_END_POWEROFF */
    insn_t n;
    cycles_t cycles;
};

/* True when the machine stopped by itself, false when it was stopped at a number. */
bool sim_end_is_own(enum sim_end_reason reason);
/* One sentence without a full stop: "the guest switched off with status 3". */
void sim_end_text(const struct sim_end *end, char *text, size_t len);

#endif
