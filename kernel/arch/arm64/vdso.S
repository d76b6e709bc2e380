/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vdso.S - the vDSO's assembly on arm64: the note that says which Linux this is, and the
 * trampoline that signal handlers without SA_RESTORER return to.
 *
 * Unwinders know the trampoline by its two words, and look one instruction before the address
 * they return to: hence the NOP. It has no CFI, so that they do.
 */
#define LINUX_6_1 0x060100

    .section .note.Linux, "a", %note
    .balign 4
    .long 2f - 1f
    .long 4f - 3f
    .long 0
1:  .asciz "Linux"
2:  .balign 4
3:  .long LINUX_6_1
4:

    .section .sigreturn, "ax", %progbits
    .balign 4
    nop
    .global __kernel_rt_sigreturn
    .type __kernel_rt_sigreturn, %function
__kernel_rt_sigreturn:
    mov x8, #139                /* rt_sigreturn */
    svc #0
    .size __kernel_rt_sigreturn, . - __kernel_rt_sigreturn

    .section .note.GNU-stack, "", %progbits
