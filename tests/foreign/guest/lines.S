// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lines.S - line tables as gcc makes them of Linux, in a kernel that switches off. The lines are those of
 * "made.c", which is not there; start, body and power_off are the CPU's (arch/CPU/lines.h).
 *   - A row of no bytes in front of another: a statement that left no instruction.
 *   - A row of no bytes at the end of a function, where its sequence of rows ends too. The next function of the
 *     unit stands in a section far away (lines.ld), and what is between them is nobody's.
 *   - A function that never runs.
 */
#include "lines.h"
        .file   1 "made.c"

        .section .text.near, "ax"
        .globl  _start
        .type   _start, %function
_start:
        .loc    1 10
        START
        .loc    1 11                            // no bytes
        .loc    1 12
        BODY
        .loc    1 13
        JUMP    far
        .loc    1 14                            // no bytes, and the end
        .loc    1 15
        .size   _start, . - _start
start_end:

        .section .text.idle, "ax"
        .type   idle, %function
idle:
        .loc    1 20
        BODY
        .loc    1 21
        JUMP    idle
        .size   idle, . - idle
idle_end:

        .section .text.far, "ax"
        .type   far, %function
far:
        .loc    1 30
        BODY
        .loc    1 31
        POWER_OFF
        .size   far, . - far
far_end:

        // The unit: its lines, and where its code is.
        .section .debug_abbrev, ""
        .uleb128 1, 0x11                        // DW_TAG_compile_unit
        .byte   0
        .uleb128 0x10, 0x17                     // DW_AT_stmt_list, DW_FORM_sec_offset
        .uleb128 0x11, 0x01                     // DW_AT_low_pc, DW_FORM_addr
        .uleb128 0x55, 0x17                     // DW_AT_ranges, DW_FORM_sec_offset
        .uleb128 0, 0, 0
        .section .debug_info, ""
        .long   unit_end - unit
unit:   .short  4                               // of DWARF
        .long   .debug_abbrev
        .byte   8                               // bytes of an address
        .uleb128 1
        .long   .debug_line
        .quad   0
        .long   .debug_ranges
unit_end:
        .section .debug_ranges, ""
        .quad   _start, start_end, idle, idle_end, far, far_end, 0, 0
        .section .debug_line, ""

        .section .note.GNU-stack, "", %progbits
