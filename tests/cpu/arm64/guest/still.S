/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine with its MMU on and nothing else: tests put their own instructions in place. */
    .include "boot.inc"
main:
table:
ready:
    b ready

    .balign 2048
vectors:
    .rept 512
    b .
    .endr
