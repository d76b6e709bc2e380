/* SPDX-License-Identifier: GPL-2.0-or-later */
/* moves(rdi: 256 bytes to be read, rsi: 1024 to be written); last of all what was stored is loaded. */
    .text
    .global moves
    .type moves, @function
moves:
    push    %rbp
    mov     %rsp, %rbp
    push    %rbx
    mov     %rdi, %r10
    mov     %rsi, %r11
    /* loads of vector registers, whole, in part, as halves */
    movsd   (%r10), %xmm0
    movss   16(%r10), %xmm1
    movq    24(%r10), %xmm2
    movd    32(%r10), %xmm3
    movups  33(%r10), %xmm4
    movhps  64(%r10), %xmm4
    movaps  %xmm4, %xmm5
    movlps  72(%r10), %xmm5
    movhpd  80(%r10), %xmm6
    movlpd  88(%r10), %xmm6
    movddup 8(%r10), %xmm10
    lddqu   5(%r10), %xmm11
    movntdqa 64(%r10), %xmm12
    /* moves */
    movsd   %xmm4, %xmm0
    movss   %xmm5, %xmm1
    movq    %xmm6, %xmm7
    movq    %xmm7, %rax
    movd    %xmm6, %ecx
    movd    %ecx, %xmm8
    movq    %rax, %xmm9
    movlhps %xmm6, %xmm9
    movhlps %xmm5, %xmm8
    /* stores */
    movsd   %xmm0, (%r11)
    movss   %xmm1, 8(%r11)
    movq    %xmm2, 16(%r11)
    movd    %xmm3, 24(%r11)
    movhps  %xmm4, 32(%r11)
    movlps  %xmm5, 40(%r11)
    movntps %xmm6, 48(%r11)
    movnti  %rax, 64(%r11)
    movups  %xmm7, 80(%r11)
    movdqu  %xmm8, 96(%r11)
    movhpd  %xmm9, 112(%r11)
    movlpd  %xmm9, 120(%r11)
    movdqu  %xmm10, 128(%r11)
    movntdq %xmm11, 144(%r11)
    movapd  %xmm12, 208(%r11)
    /* general registers */
    movzbl  3(%r10), %eax
    movswq  6(%r10), %rcx
    movslq  12(%r10), %rdx
    movb    %ah, %bl
    movb    %al, %bh
    movw    7(%r10), %r8w
    movb    9(%r10), %r9b
    mov     %rax, 160(%r11)
    mov     %rcx, 168(%r11)
    mov     %edx, 176(%r11)
    mov     %bx, 180(%r11)
    mov     %r8w, 184(%r11)
    pushq   40(%r10)
    pop     %rsi
    pushq   $-5
    pop     %rdi
    push    %rdx
    popq    192(%r11)
    xchg    %rsi, %rdi
    xchg    %rsi, 200(%r11)
    mov     50(%r10), %rax
    bswap   %rax
    xor     %ecx, %ecx
    sete    %cl
    cmovne  %rax, %rcx
    mov     %r10, %rsi
    lea     256(%r11), %rdi
    movsb
    movsw
    movsl
    movsq
    lodsq
    stosb
    stosl
    mov     $20, %ecx
    rep movsb
    mov     $3, %ecx
    rep stosq
    movups  (%r11), %xmm0
    movups  16(%r11), %xmm1
    movups  32(%r11), %xmm2
    movups  48(%r11), %xmm3
    movups  64(%r11), %xmm4
    movups  80(%r11), %xmm5
    movups  96(%r11), %xmm6
    movups  112(%r11), %xmm7
    movups  128(%r11), %xmm8
    movups  144(%r11), %xmm9
    movups  160(%r11), %xmm10
    movups  176(%r11), %xmm11
    movups  192(%r11), %xmm12
    movups  208(%r11), %xmm13
    movups  256(%r11), %xmm14
    movups  272(%r11), %xmm15
    mov     -8(%rbp), %rbx
    leave
    ret
    .size moves, . - moves
    .section .note.GNU-stack, "", @progbits
