/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uaccess.S - the kernel's loads and stores of user memory.
 *
 * LDTR and STTR access memory with EL0's rights (DDI 0487, "Load/store unprivileged"):
 * a kernel address or a read-only page faults here exactly as it does in the user program.
 * The range check before is for what the rights cannot say: a tagged pointer, which
 * Linux refuses in system calls, and a length that wraps.
 *
 * Each such instruction has an entry in .fixup_table (instruction, where to go on): when
 * trap_page_fault() cannot resolve its fault, trap_kernel_sync() continues there. All leaf
 * functions: x0-x17 at will, no stack.
 */
#include "asm.h"

#define USER_TOP 0x00007ffffffff000 /* arch.h; trap.c has the assertion */
#define ERROR_FAULT -14
#define ERROR_NAMETOOLONG -36
#define CHUNK 64
#define WORD 8

    /* Marks the next instruction as an access to user memory. */
    .macro user_access
    .pushsection .fixup_table, "a", %progbits
    .balign 8
    .quad .Laccess\@, .Lfault
    .popsection
.Laccess\@:
    .endm

    /* Leaves with -EFAULT unless [start, start + len) is below USER_TOP. Uses x16. */
    .macro check_range start, len
    mov x16, #(USER_TOP & 0xffff)
    movk x16, #(USER_TOP >> 16 & 0xffff), lsl #16
    movk x16, #(USER_TOP >> 32 & 0xffff), lsl #32
    subs x16, x16, \len
    b.lo .Lfault
    cmp \start, x16
    b.hi .Lfault
    .endm

    .text
/* int copy_from_user(x0 void *dst, x1 vaddr_t src, x2 size_t len) */
FUNCTION(copy_from_user)
    check_range x1, x2
    subs x2, x2, #CHUNK
    b.lo 2f
1:  .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    user_access
    ldtr x\@, [x1]
    .endr
2:
END_FUNCTION(copy_from_user)
