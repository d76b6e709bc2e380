/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot.S - entry by PVH: 32-bit, flat, paging off. Tables, long mode, descriptors, then down to
 * user_start in ring 3. Memory is one to one: 2 MiB for the kernel, 2 MiB at 4 MiB for the user
 * program; the heap's table is memory.c's.
 */
#define HEAP_ENTRY 16               /* 32 MiB, in units of 2 MiB */

    .section .note.pvh, "a"
    .long 4, 4, 18                  /* XEN_ELFNOTE_PHYS32_ENTRY */
    .asciz "Xen"
    .long _start

    .section .text.boot, "ax"
    .code32
    .global _start
_start:
    mov $kernel_stack_top, %esp
    movl $pdpt + 7, pml4
    movl $directory + 7, pdpt
    movl $0x83, directory
    movl $0x400085, directory + 16
    movl $heap_table + 7, directory + HEAP_ENTRY * 8
    mov $0x620, %eax                /* PAE, OSFXSR, OSXMMEXCPT */
    mov %eax, %cr4
    mov $pml4, %eax
    mov %eax, %cr3
    mov $0xc0000080, %ecx           /* EFER: LME, NXE */
    rdmsr
    or $0x900, %eax
    wrmsr
    mov $0x80010023, %eax           /* PG, WP, NE, MP, PE */
    mov %eax, %cr0
    lgdt gdtr
    ljmp $8, $1f

    .code64
1:  mov $0x10, %eax
    mov %eax, %ss
    mov %eax, %ds
    mov %eax, %es
    mov $kernel_stack_top, %rax
    mov %rax, tss + 4               /* RSP0 */
    mov $tss, %eax
    mov %ax, gdt_tss + 2
    shr $16, %eax
    mov %al, gdt_tss + 4
    mov $0x28, %eax
    ltr %ax
    mov $page_fault, %eax           /* vector 14 */
    mov %ax, idt + 14 * 16
    shr $16, %eax
    mov %ax, idt + 14 * 16 + 6
    movw $8, idt + 14 * 16 + 2
    movw $0x8e00, idt + 14 * 16 + 4
    mov $exit_call, %eax            /* vector 0x80, from ring 3 */
    mov %ax, idt + 0x80 * 16
    shr $16, %eax
    mov %ax, idt + 0x80 * 16 + 6
    movw $8, idt + 0x80 * 16 + 2
    movw $0xee00, idt + 0x80 * 16 + 4
    lidt idtr
    pushq $0x1b                     /* SS, RSP, RFLAGS, CS, RIP of user mode */
    pushq $0
    pushq $2
    pushq $0x23
    pushq $user_start
    iretq

    .data
    .balign 16
gdt:
    .quad 0, 0x00af9b000000ffff, 0x00cf93000000ffff, 0x00cff3000000ffff, 0x00affb000000ffff
gdt_tss:
    .quad 0x0000890000000067, 0
gdtr:
    .word 55
    .quad gdt
idtr:
    .word 0x81 * 16 - 1
    .quad idt
    .balign 16
tss:
    .skip 0x66
    .word 0x68

    .bss
    .balign 4096
pml4:
    .skip 4096
pdpt:
    .skip 4096
directory:
    .skip 4096
idt:
    .skip 4096
    .skip 8192
kernel_stack_top:

    .section .note.GNU-stack, "", %progbits
