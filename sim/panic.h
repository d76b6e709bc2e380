/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/panic.h - what the console says of a kernel that gave up or halted, or of a fault in it.
 *
 * Rules of use
 *   - Zero is a console without a line. panic_console() has all of its bytes, in order.
 *   - `words` is the first line with "Kernel panic" (Linux), or the one behind "kernel: panic"
 *     (ours); "" while there is none.
 *   - `oops.words` is the first line of Linux' first oops (a line with "[#1]": an exception in the
 *     kernel, BUG(); what was said of it right before is better) or soft lockup. Linux may go on.
 *   - Linux' last line, "---[ end Kernel panic", says that it neither resets nor starts another
 *     kernel: it spins from then on; so does "reboot: System halted", `halt`, on a CPU whose Linux
 *     does not wait there. panic_spins() believes either where nothing follows for
 *     PANIC_SPIN_INSNS.
 */
#ifndef TRAPLINE_SIM_PANIC_H
#define TRAPLINE_SIM_PANIC_H

#include "cpu/cpu.h"

#define PANIC_SPIN_INSNS (1ull << 26)
#define PANIC_LEN        240u

/* A line of the console, and the console's state when it was whole; "" while there is none. */
struct panic_line {
    char words[PANIC_LEN];
    insn_t n;
};

struct panic {
    char line[PANIC_LEN];  /* so far, without its beginning's time in brackets */
    size_t used;
    bool next;             /* the next line is the reason */
    char words[PANIC_LEN];
    insn_t n;              /* the console's state when that line was whole */
    struct panic_line cause; /* the last line that reads like the beginning of an oops */
    struct panic_line oops;
    struct panic_line halt;
    bool over;             /* the last line was said; */
    insn_t quiet_n;        /* and nothing since this number */
};

void panic_console(struct panic *p, insn_t n, const uint8_t *bytes, size_t len);
/* Between two quanta. */
bool panic_spins(const struct panic *p, struct cpu *cpu);

#endif
