/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/pair.h - two replays side by side, for sim/diff.c. Inside sim/ only. */
#ifndef TRAPLINE_SIM_PAIR_H
#define TRAPLINE_SIM_PAIR_H

#include "sim/diff.h"

/* What is compared. */
enum pair_scope {
    PAIR_STATE,     /* registers, devices, clock */
    PAIR_REGISTERS, /* the register table and the PC */
    PAIR_RAM,       /* state and RAM */
};

struct pair_side {
    struct replay replay;
    struct sim_end end;
    bool ended;
    struct cpu_trap trap; /* the last one */
    bool any_trap;
};

struct pair {
    struct pair_side side[2];
};

MUST_CHECK int pair_open(struct pair *p, const struct trace *a, const struct trace *b,
                         struct diff *d, char *err, size_t err_len);
void pair_close(struct pair *p);
/* Run both to n or to their ends. */
MUST_CHECK int pair_run(struct pair *p, insn_t n, char *err, size_t err_len);
/* Are they equal now? Ending at different numbers or for different reasons is a difference. */
MUST_CHECK int pair_equal(struct pair *p, enum pair_scope scope, bool *equal);
/* Lines for people. */
void pair_describe(struct pair *p, insn_t n, char *lines, size_t len);
void pair_place(struct pair *p, char *text, size_t len);

#endif
