// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * traps_x86_64.S - one bare program that takes the synchronous exceptions of
 * the CPU, first in ring 0, then in ring 3, and powers off. No interrupts, no
 * device but COM1, so that two models of the CPU must agree on all of it.
 *
 * Entered by PVH: 32-bit, paging off. Memory: identity map of the first 2 MiB
 * by 4 KiB pages: this program for ring 0, from 0x180000 on the pages of the
 * test, the rest unmapped.
 * Left out: SSE operands that are not at a multiple of 16 (#GP), which the engine lets pass.
 * Registers kept throughout: r15 = where the handler resumes after a fault.
 */
        .equ    PAGE_RW,   0x180000
        .equ    PAGE_RO,   0x181000
        .equ    PAGE_SUP,  0x182000
        .equ    PAGE_CODE, 0x183000
        .equ    PAGE_NX,   0x184000
        .equ    PAGE_RSVD, 0x185000
        .equ    PAGE_NONE, 0x186000
        .equ    UNMAPPED,  0x40000000
        .equ    COM1,      0x3f8
        .equ    EXIT_PORT, 0xf4

        .equ    P,  1
        .equ    RW, 2
        .equ    US, 4
        .equ    NX_HI, 0x80000000               // in the entry's upper half

        // Run one instruction that faults; the handler goes on behind it.
        .macro  try insn:vararg
        lea     7770f(%rip), %r15
        \insn
7770:
        .endm

        .section .note.pvh, "a", @note
        .balign 4
        .long   4, 4, 18
        .asciz  "Xen"
        .long   _start

        .text
        .code32
        .globl  _start
_start:
        cli
        movl    $stack_top, %esp
        movl    $pdpt + P + RW + US, pml4
        movl    $pd + P + RW + US, pdpt
        movl    $pt + P + RW + US, pd
        // Ring 0's own pages: 0x100000 to 0x17ffff.
        movl    $0x100000 + P + RW, %eax
        movl    $pt + 0x100 * 8, %edi
1:      movl    %eax, (%edi)
        addl    $8, %edi
        addl    $0x1000, %eax
        cmpl    $0x180000, %eax
        jb      1b
        movl    $PAGE_RW + P + RW + US, pt + 0x180 * 8
        movl    $NX_HI, pt + 0x180 * 8 + 4
        movl    $PAGE_RO + P + US, pt + 0x181 * 8
        movl    $NX_HI, pt + 0x181 * 8 + 4
        movl    $PAGE_SUP + P + RW, pt + 0x182 * 8
        movl    $PAGE_CODE + P + US, pt + 0x183 * 8
        movl    $PAGE_NX + P + RW + US, pt + 0x184 * 8
        movl    $NX_HI, pt + 0x184 * 8 + 4
        movl    $PAGE_RSVD + P + RW + US, pt + 0x185 * 8
        movl    $0x00080000, pt + 0x185 * 8 + 4 // bit 51: a reserved address bit

        movl    $0x6a0, %eax                    // PAE, PGE, OSFXSR, OSXMMEXCPT
        movl    %eax, %cr4
        movl    $pml4, %eax
        movl    %eax, %cr3
        movl    $0xc0000080, %ecx
        rdmsr
        orl     $0x901, %eax                    // LME, NXE, SCE
        wrmsr
        movl    $0x80010033, %eax               // PG, WP, NE, ET, MP, PE
        movl    %eax, %cr0
        lgdt    gdt_pointer
        ljmp    $0x08, $long_mode

        .code64
long_mode:
        movw    $0x10, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %ss
        movw    $0, %ax
        movw    %ax, %fs
        movw    %ax, %gs
        // TSS descriptor and IDT: 64 gates, each to its stub of 16 bytes.
        movl    $tss, %eax
        movw    %ax, gdt_tss + 2
        shrl    $16, %eax
        movb    %al, gdt_tss + 4
        movb    %ah, gdt_tss + 7
        movq    $stack_top, tss + 4
        movw    $0x28, %ax
        ltr     %ax
        movl    $stubs, %eax
        movl    $idt, %edi
        movl    $256, %ecx
2:      movw    %ax, (%rdi)
        movw    $0x08, 2(%rdi)
        movw    $0x8e00, 4(%rdi)
        movl    %eax, %edx
        shrl    $16, %edx
        movw    %dx, 6(%rdi)
        addl    $16, %eax
        addl    $16, %edi
        decl    %ecx
        jnz     2b
        movw    $0xee00, idt + 3 * 16 + 4       // ring 3 may INT3 and INT 0x80
        movw    $0xee00, idt + 0x80 * 16 + 4
        lidt    idt_pointer

        call    ring0_cases
        movl    $user_code, %esi
        movl    $PAGE_CODE, %edi
        movl    $user_code_end - user_code, %ecx
        movq    %cr0, %rax                      // write to the read-only page
        andl    $~0x10000, %eax
        movq    %rax, %cr0
        rep movsb
        orl     $0x10000, %eax
        movq    %rax, %cr0
        pushq   $0x1b                           // SS
        pushq   $PAGE_RW + 0x1000
        pushq   $0x2                            // RFLAGS
        pushq   $0x23                           // CS
        pushq   $PAGE_CODE
        iretq

ring0_cases:
        xorl    %edx, %edx
        xorl    %ecx, %ecx
        movl    $1, %eax
        try     divl %ecx
        try     ud2
        int3
        int     $0x42
        movq    $PAGE_NONE, %rbx
        try     movq 8(%rbx), %rax
        try     movq %rax, 16(%rbx)
        try     incl 24(%rbx)
        movq    $PAGE_NONE - 4, %rbx
        try     movq (%rbx), %rax               // crosses from the reserved page
        movq    $PAGE_RO, %rbx
        try     movq %rax, (%rbx)               // CR0.WP
        movq    $PAGE_RSVD, %rbx
        try     movq (%rbx), %rax               // reserved bit set
        movq    $UNMAPPED, %rbx
        try     movq (%rbx), %rax
        movq    $PAGE_NX, %rbx
        try     jmp *%rbx
        movabs  $0x0000800000000000, %rbx
        try     movq (%rbx), %rax               // not canonical
        try     jmp *%rbx
        movw    $0x50, %ax
        try     movw %ax, %ds                   // past the GDT's limit
        try     ltr %ax
        movq    %cr0, %r13
        orq     $8, %r13                        // CR0.TS: no FPU
        movq    %r13, %cr0
        try     fld1
        try     movaps %xmm0, %xmm1
        clts
        fninit
        movaps  %xmm0, %xmm1
        pushfq                                  // TF: one single step
        orl     $0x100, (%rsp)
        popfq
        nop
        ret

        // Copied to PAGE_CODE: position independent.
user_code:
        movl    $0x180000, %ebx
        movl    $1, %eax
        xorl    %edx, %edx
        xorl    %ecx, %ecx
        try     divl %ecx
        try     ud2
        int3
        int     $0x80
        try     int $0x42                       // a gate of ring 0
        try     hlt
        try     cli
        try     inb $0x71, %al
        try     movq %cr0, %rax
        try     rdmsr
        try     lidt (%rbx)
        try     movq %rax, 0x1000(%rbx)         // read-only
        try     movq 0x2000(%rbx), %rax         // ring 0's
        try     movb %al, 0x2001(%rbx)
        try     movq 0x6000(%rbx), %rax         // not there
        try     movups %xmm0, 0x6010(%rbx)
        try     pushq 0x6008(%rbx)
        movl    $0x100000, %esi
        try     lodsq
        movl    $0x40000000, %esi
        try     movq (%rsi), %rax
        leaq    0x4000(%rbx), %rdi
        try     jmp *%rdi                       // not executable
        leaq    0x6000(%rbx), %rdi
        try     jmp *%rdi
        movl    $0x100000, %edi
        try     jmp *%rdi                       // ring 0's code
        movabs  $0x8000000000000000, %rsi
        try     movq (%rsi), %rax
        leaq    0xff8(%rbx), %rdi
        movl    $4, %ecx
        cld
        try     rep stosq                       // faults in its second step
        movw    $0x10, %ax
        try     movw %ax, %ss                   // wrong privilege
        movl    $0xe0d, %eax                    // the handler ends the run
        int     $0x80
        jmp     .
user_code_end:

        // One stub for each vector, 16 bytes apart; the vector itself is not needed but for 0x80.
        .balign 16
stubs:
        .set    vector, 0
        .rept   256
        .if     vector == 8 || (vector >= 10 && vector <= 14) || vector == 17
        jmp     fault_with_code
        .elseif vector == 1 || vector == 3 || vector == 0x42
        jmp     trap
        .elseif vector == 0x80
        jmp     call
        .else
        jmp     fault
        .endif
        .balign 16
        .set    vector, vector + 1
        .endr

fault_with_code:
        addq    $8, %rsp
fault:
        movq    %r15, (%rsp)
        iretq
trap:
        andl    $~0x100, 16(%rsp)
        iretq
call:
        cmpl    $0xe0d, %eax
        je      finish
        iretq

finish:
        movl    $message, %esi
        movw    $COM1, %dx
3:      lodsb
        testb   %al, %al
        jz      4f
        outb    %al, %dx
        jmp     3b
4:      movw    $EXIT_PORT, %dx
        movb    $0, %al
        outb    %al, %dx
        hlt
        jmp     .
message:
        .asciz  "traps: done\n"

        .data
        .balign 16
gdt:    .quad   0
        .quad   0x00af9b000000ffff              // 0x08 ring 0 code
        .quad   0x00cf93000000ffff              // 0x10 ring 0 data
        .quad   0x00cff3000000ffff              // 0x18 ring 3 data
        .quad   0x00affb000000ffff              // 0x20 ring 3 code
gdt_tss:
        .quad   0x0000890000000067, 0           // 0x28
gdt_end:
gdt_pointer:
        .word   gdt_end - gdt - 1
        .quad   gdt
idt_pointer:
        .word   256 * 16 - 1
        .quad   idt

        .bss
        .balign 4096
pml4:   .skip   4096
pdpt:   .skip   4096
pd:     .skip   4096
pt:     .skip   4096
idt:    .skip   4096
tss:    .skip   104
        .balign 16
        .skip   4096
stack_top:
