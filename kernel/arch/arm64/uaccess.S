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
#include "kernel/arch/arm64/asm.h"

#define USER_TOP 0x00007ffffffff000 /* arch.h; trap.c has the assertion */
#define ERROR_FAULT -14
#define ERROR_NAMETOOLONG -36
#define WORD 8
#define CHUNK (8 * WORD)

    /* One access of user memory: `op register, [base, offset]`, with its fixup entry. */
    .macro user_access op, register, base, offset
    .pushsection .fixup_table, "a", %progbits
    .balign 8
    .quad .Laccess\@, .Lfault
    .popsection
.Laccess\@:
    \op \register, [\base, #\offset]
    .endm

    /* -EFAULT unless [start, start + len) is below USER_TOP. Uses x16. */
    .macro check_range start, len
    ldr x16, =USER_TOP
    subs x16, x16, \len
    b.lo .Lfault
    cmp \start, x16
    b.hi .Lfault
    .endm

    .text
/* int copy_from_user(x0 = dst, x1 = user src, x2 = bytes): 0 or -EFAULT */
FUNCTION(copy_from_user)
    check_range x1, x2
    subs x2, x2, #CHUNK
    b.lo 2f
1:  user_access ldtr, x3, x1, 0
    user_access ldtr, x4, x1, WORD
    user_access ldtr, x5, x1, 2 * WORD
    user_access ldtr, x6, x1, 3 * WORD
    user_access ldtr, x7, x1, 4 * WORD
    user_access ldtr, x8, x1, 5 * WORD
    user_access ldtr, x9, x1, 6 * WORD
    user_access ldtr, x10, x1, 7 * WORD
    add x1, x1, #CHUNK
    stp x3, x4, [x0], #(2 * WORD)
    stp x5, x6, [x0], #(2 * WORD)
    stp x7, x8, [x0], #(2 * WORD)
    stp x9, x10, [x0], #(2 * WORD)
    subs x2, x2, #CHUNK
    b.hs 1b
2:  add x2, x2, #CHUNK
    subs x2, x2, #WORD
    b.lo 4f
3:  user_access ldtr, x3, x1, 0
    add x1, x1, #WORD
    str x3, [x0], #WORD
    subs x2, x2, #WORD
    b.hs 3b
4:  adds x2, x2, #WORD
    b.eq 6f
5:  user_access ldtrb, w3, x1, 0
    add x1, x1, #1
    strb w3, [x0], #1
    subs x2, x2, #1
    b.ne 5b
6:  mov x0, #0
    ret
END_FUNCTION(copy_from_user)

/* int copy_to_user(x0 = user dst, x1 = src, x2 = bytes): 0 or -EFAULT */
FUNCTION(copy_to_user)
    check_range x0, x2
    subs x2, x2, #CHUNK
    b.lo 2f
1:  ldp x3, x4, [x1], #(2 * WORD)
    ldp x5, x6, [x1], #(2 * WORD)
    ldp x7, x8, [x1], #(2 * WORD)
    ldp x9, x10, [x1], #(2 * WORD)
    user_access sttr, x3, x0, 0
    user_access sttr, x4, x0, WORD
    user_access sttr, x5, x0, 2 * WORD
    user_access sttr, x6, x0, 3 * WORD
    user_access sttr, x7, x0, 4 * WORD
    user_access sttr, x8, x0, 5 * WORD
    user_access sttr, x9, x0, 6 * WORD
    user_access sttr, x10, x0, 7 * WORD
    add x0, x0, #CHUNK
    subs x2, x2, #CHUNK
    b.hs 1b
2:  add x2, x2, #CHUNK
    subs x2, x2, #WORD
    b.lo 4f
3:  ldr x3, [x1], #WORD
    user_access sttr, x3, x0, 0
    add x0, x0, #WORD
    subs x2, x2, #WORD
    b.hs 3b
4:  adds x2, x2, #WORD
    b.eq 6f
5:  ldrb w3, [x1], #1
    user_access sttrb, w3, x0, 0
    add x0, x0, #1
    subs x2, x2, #1
    b.ne 5b
6:  mov x0, #0
    ret
END_FUNCTION(copy_to_user)

/* int clear_user(x0 = user dst, x1 = bytes): 0 or -EFAULT */
FUNCTION(clear_user)
    check_range x0, x1
    subs x1, x1, #WORD
    b.lo 2f
1:  user_access sttr, xzr, x0, 0
    add x0, x0, #WORD
    subs x1, x1, #WORD
    b.hs 1b
2:  adds x1, x1, #WORD
    b.eq 4f
3:  user_access sttrb, wzr, x0, 0
    add x0, x0, #1
    subs x1, x1, #1
    b.ne 3b
4:  mov x0, #0
    ret
END_FUNCTION(clear_user)

/*
 * long strncpy_from_user(x0 = dst, x1 = user src, x2 = size of dst): the length without NUL,
 * -EFAULT, or -ENAMETOOLONG when no NUL is among the first x2 bytes. A string that
 * runs into USER_TOP faults there: nothing is ever mapped at it.
 */
FUNCTION(strncpy_from_user)
    check_range x1, xzr
    mov x3, x1
    cbz x2, 2f
1:  user_access ldtrb, w4, x1, 0
    strb w4, [x0], #1
    cbz w4, 3f
    add x1, x1, #1
    subs x2, x2, #1
    b.ne 1b
2:  mov x0, #ERROR_NAMETOOLONG
    ret
3:  sub x0, x1, x3
    ret
END_FUNCTION(strncpy_from_user)

FUNCTION(uaccess_fault)
.Lfault:
    mov x0, #ERROR_FAULT
    ret
END_FUNCTION(uaccess_fault)
    .section .note.GNU-stack, "", %progbits
