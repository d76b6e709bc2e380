/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/closeup_private.h - shared by closeup.c and closeup_frame.c only. */
#ifndef TRAPLINE_SIM_CLOSEUP_PRIVATE_H
#define TRAPLINE_SIM_CLOSEUP_PRIVATE_H

#include <capstone/capstone.h>

#include "sim/closeup.h"
#include "sim/timeline.h"

#define CLOSEUP_REGS_MAX 160u

struct closeup {
    enum arch arch;
    const struct sim_closeup *words;
    const struct cpu_reg_desc *regs;
    size_t reg_count;
    struct timeline *timeline;
    struct places *places;
    const struct program *program; /* that the trap came from, and where it was loaded; NULL: the */
    vaddr_t base;                  /* kernel, or not known */
    csh cs;
    char error[256];
    /* of the trap at hand: one instruction before it, at the vector, after the return */
    uint8_t before[CLOSEUP_REGS_MAX][16], vector[CLOSEUP_REGS_MAX][16],
        after[CLOSEUP_REGS_MAX][16];
};

struct cpu *closeup_cpu(const struct closeup *c);
void closeup_hex(json_t *o, const char *key, uint64_t v);
/* One instruction with its place. */
json_t *closeup_insn(struct closeup *c, vaddr_t pc);
/* "frame" and "path" of a trap whose states were read; false: closeup_error(). */
bool closeup_add_frame(struct closeup *c, json_t *o, const struct story_item *i);

#endif
