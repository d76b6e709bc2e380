/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For lines.S: power-off by PSCI SYSTEM_OFF with status 0. */
#define START     nop
#define BODY      nop; nop
#define JUMP      b
#define POWER_OFF movz w0, #8; movk w0, #0x8400, lsl #16; mov x1, #0; hvc #0
