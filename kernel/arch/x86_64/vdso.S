/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vdso.S - the vDSO's assembly on x86_64: the note that says which Linux this is. There is no
 * trampoline: signal handlers bring their own restorer.
 */
#define LINUX_6_1 0x060100

    .section .note.Linux, "a", @note
    .balign 4
    .long 2f - 1f
    .long 4f - 3f
    .long 0
1:  .asciz "Linux"
2:  .balign 4
3:  .long LINUX_6_1
4:

    .section .note.GNU-stack, "", @progbits
