/* SPDX-License-Identifier: GPL-2.0-or-later */
/* user.S - the one program: a memset by 16 bytes over memory that nobody touched, then a look. */
#define HEAP  0x2000000
#define BYTES (8 * 4096)

    .section .user, "ax"
    .global user_start, user_store
user_start:
    mov $0xa5a5a5a5, %eax
    movd %eax, %xmm0
    pshufd $0, %xmm0, %xmm0
    mov $HEAP, %edi
user_store:
    movups %xmm0, (%rdi)
    add $16, %rdi
    cmp $HEAP + BYTES, %rdi
    jb user_store
    mov $HEAP, %esi
1:  cmpb $0xa5, (%rsi)
    jne 2f
    inc %rsi
    cmp %rdi, %rsi
    jb 1b
    xor %edi, %edi
    int $0x80                       /* exit: all is as it was stored */
2:  mov $1, %edi
    int $0x80

    .section .note.GNU-stack, "", %progbits
