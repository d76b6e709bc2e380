/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uaccess.S - the only code of the kernel that touches user memory.
 *
 * Each function checks that the range lies below USER_TOP, opens the SMAP window, and
 * stands in the fixup table: a fault inside that demand paging cannot resolve goes on at
 * uaccess_failed, which closes the window and returns -EFAULT. Copies go by 128, 32, 8 and 1
 * bytes, as memcpy() does.
 */
#include "kernel/arch/x86_64/asm.h"
#include "kernel/arch/x86_64/cpu.h"

#define EFAULT 14
#define ENAMETOOLONG 36

    /* To uaccess_denied unless \start + \len <= USER_TOP. Clobbers RAX and RCX. */
    .macro check_user_range start, len
    movabsq $USER_TOP_ASM, %rcx
    movq %\start, %rax
    addq %\len, %rax
    jc uaccess_denied
    cmpq %rcx, %rax
    ja uaccess_denied
    .endm

    .text
/* int copy_from_user(void *dst, vaddr_t src, size_t len) */
func copy_from_user
    check_user_range rsi, rdx
    jmp copy_checked
endfunc copy_from_user

/* int copy_to_user(vaddr_t dst, const void *src, size_t len) */
func copy_to_user
    check_user_range rdi, rdx
    jmp copy_checked
endfunc copy_to_user

    .macro copy_32 offset
    movq \offset(%rsi), %rax
    movq \offset + 8(%rsi), %rcx
    movq \offset + 16(%rsi), %r8
    movq \offset + 24(%rsi), %r9
    movq %rax, \offset(%rdi)
    movq %rcx, \offset + 8(%rdi)
    movq %r8, \offset + 16(%rdi)
    movq %r9, \offset + 24(%rdi)
    .endm

/* RDI: to, RSI: from, RDX: bytes. Returns 0. */
func copy_checked
    smap_open
copy_begin:
    subq $128, %rdx
    jb 2f
1:  copy_32 0
    copy_32 32
    copy_32 64
    copy_32 96
    subq $-128, %rsi
    subq $-128, %rdi
    addq $-128, %rdx
    jc 1b
2:  addq $128 - 32, %rdx
    js 2f
1:  copy_32 0
    addq $32, %rsi
    addq $32, %rdi
    subq $32, %rdx
    jns 1b
2:  addq $32 - 8, %rdx
    js 4f
3:  movq (%rsi), %rax
    movq %rax, (%rdi)
    addq $8, %rsi
    addq $8, %rdi
    subq $8, %rdx
    jns 3b
4:  addq $8, %rdx
    jz copy_end
5:  movb (%rsi), %al
    movb %al, (%rdi)
    incq %rsi
    incq %rdi
    decq %rdx
    jnz 5b
copy_end:
    smap_close
    xorl %eax, %eax
    ret
endfunc copy_checked
    fixup_range copy_begin, copy_end, uaccess_failed

/* int clear_user(vaddr_t dst, size_t len) */
func clear_user
    check_user_range rdi, rsi
    smap_open
    xorl %eax, %eax
clear_begin:
    subq $8, %rsi
    jb 2f
1:  movq %rax, (%rdi)
    addq $8, %rdi
    subq $8, %rsi
    jae 1b
2:  addq $8, %rsi
    jz clear_end
3:  movb %al, (%rdi)
    incq %rdi
    decq %rsi
    jnz 3b
clear_end:
    smap_close
    ret
endfunc clear_user
    fixup_range clear_begin, clear_end, uaccess_failed

/*
 * long strncpy_from_user(char *dst, vaddr_t src, size_t size)
 * A string that runs into USER_TOP is -EFAULT, one that does not end in size bytes -ENAMETOOLONG.
 */
func strncpy_from_user
    movabsq $USER_TOP_ASM, %rcx
    subq %rsi, %rcx                     /* bytes up to USER_TOP */
    jbe uaccess_denied
    xorl %eax, %eax
    smap_open
string_begin:
1:  cmpq %rdx, %rax
    jae string_too_long
    cmpq %rcx, %rax
    jae uaccess_failed
    movb (%rsi,%rax), %r8b
    movb %r8b, (%rdi,%rax)
    testb %r8b, %r8b
    jz string_end
    incq %rax
    jmp 1b
string_too_long:
    movq $-ENAMETOOLONG, %rax
string_end:
    smap_close
    ret
endfunc strncpy_from_user
    fixup_range string_begin, string_end, uaccess_failed

func uaccess_failed
    smap_close
uaccess_denied:
    movq $-EFAULT, %rax
    ret
endfunc uaccess_failed

    .section .note.GNU-stack, "", %progbits
