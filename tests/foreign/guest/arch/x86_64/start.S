// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The entry of the x86_64 hobby kernel, by multiboot or by PVH: 32-bit, paging off. It goes to long
 * mode with the first GiB mapped to itself.
 */
        .equ    MULTIBOOT, 0x1badb002
        .equ    FLAGS, 3                        // aligned modules, memory information

#ifdef PVH
        .section .note.pvh, "a", @note
        .balign 4
        .long   4, 4, 18
        .asciz  "Xen"
        .long   _start

#else
        .section .multiboot, "ax"
        .balign 4
        .long   MULTIBOOT, FLAGS, -(MULTIBOOT + FLAGS)
#endif

        .text
        .code32
        .globl  _start
_start:
        cli
        cld
        movl    %eax, %esi                      // 0x2badb002 by multiboot
        movl    %ebx, %ebp
        movl    $stack_top, %esp
        movl    $pdpt + 3, pml4
        movl    $pd + 3, pdpt
        movl    $0x83, %eax
        movl    $pd, %edi
1:      movl    %eax, (%edi)
        addl    $8, %edi
        addl    $0x200000, %eax
        cmpl    $0x40000083, %eax
        jb      1b
        movl    $0x620, %eax                    // PAE, OSFXSR, OSXMMEXCPT
        movl    %eax, %cr4
        movl    $pml4, %eax
        movl    %eax, %cr3
        movl    $0xc0000080, %ecx
        rdmsr
        orl     $0x100, %eax                    // LME
        wrmsr
        movl    $0x80010033, %eax               // PG, WP, NE, ET, MP, PE
        movl    %eax, %cr0
        lgdt    gdt_pointer
        ljmp    $8, $long_mode

        .code64
long_mode:
        movl    $16, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %ss
        movq    $stack_top, %rsp
        movl    %ebp, %edi
        movl    %esi, %esi
        call    arch_main
1:      hlt
        jmp     1b

        .macro  entry name handler
        .globl  \name
\name:
        push    %rax
        push    %rcx
        push    %rdx
        push    %rsi
        push    %rdi
        push    %r8
        push    %r9
        push    %r10
        push    %r11
        cld
        call    \handler
        pop     %r11
        pop     %r10
        pop     %r9
        pop     %r8
        pop     %rdi
        pop     %rsi
        pop     %rdx
        pop     %rcx
        pop     %rax
        iretq
        .endm

        entry   breakpoint_entry, hobby_exception
        entry   timer_entry, timer_interrupt

        .section .rodata
        .balign 8
gdt:    .quad   0, 0x00af9b000000ffff, 0x00cf93000000ffff
gdt_pointer:
        .word   23
        .long   gdt

        .bss
        .balign 4096
pml4:   .skip   4096
pdpt:   .skip   4096
pd:     .skip   4096
        .skip   16384
stack_top:

        .section .note.GNU-stack, "", @progbits
