/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For lines.S: entered by PVH in 32-bit code; power-off with status 0 by a byte to port 0xf4. */
#define START     cli
#define BODY      nop; nop
#define JUMP      jmp
#define POWER_OFF movb $0, %al; outb %al, $0xf4

        .section .note.pvh, "a", @note
        .balign 4
        .long   4, 4, 18
        .asciz  "Xen"
        .long   _start
        .code32
