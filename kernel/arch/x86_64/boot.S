/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot.S - from PVH entry to C in the higher half.
 *
 * PVH starts us in 32-bit protected mode with paging and interrupts off, flat segments and
 * the physical address of struct hvm_start_info in EBX. Nothing else is promised, not even a
 * stack (Xen, docs/misc/pvh.pandoc). The page tables of this file are constants: the first GiB
 * at 0, at DIRECT_MAP_BASE and at KERNEL_BASE, all of it writable and executable. They live
 * until kmap_init() has built the real ones.
 */
#include "kernel/arch/x86_64/asm.h"
#include "kernel/arch/x86_64/cpu.h"

#define XEN_ELFNOTE_PHYS32_ENTRY 18

#define ENTRY_TABLE 0x3  /* present, writable */
#define ENTRY_2M    0x83 /* and: maps a page itself */
#define GIB_PAGES   512  /* of 2 MiB */

    .section .note.Xen, "a", @note
    .balign 4
    .long 2f - 1f, 4f - 3f, XEN_ELFNOTE_PHYS32_ENTRY
1:  .asciz "Xen"
2:  .balign 4
3:  .quad boot_entry
4:  .balign 4

    .section .boot.data, "aw", @progbits
    .balign 4096
boot_pml4:
    .quad boot_pdpt_low + ENTRY_TABLE
    .fill 255, 8, 0
    .quad boot_pdpt_low + ENTRY_TABLE   /* DIRECT_MAP_BASE: slot 256 */
    .fill 254, 8, 0
    .quad boot_pdpt_high + ENTRY_TABLE  /* the last 512 GiB */
boot_pdpt_low:
    .quad boot_pd + ENTRY_TABLE
    .fill 511, 8, 0
boot_pdpt_high:
    .fill 510, 8, 0
    .quad boot_pd + ENTRY_TABLE         /* KERNEL_BASE: -2 GiB */
    .quad 0
boot_pd:
    .set at, 0
    .rept GIB_PAGES
    .quad at + ENTRY_2M
    .set at, at + 0x200000
    .endr

    /* Enough to load CS with a 64-bit code segment; descriptors.c has the real one. */
    .balign 16
boot_gdt:
    .quad 0, 0
    .quad 0x00af9b000000ffff            /* KERNEL_CS */
    .quad 0x00cf93000000ffff            /* KERNEL_DS */
boot_gdt_end:
boot_gdt_pointer:
    .word boot_gdt_end - boot_gdt - 1
    .long boot_gdt

    .section .boot.text, "ax", @progbits
    .code32
    .global boot_entry
    .type boot_entry, @function
boot_entry:
    cli
    cld
    movl %ebx, %esi                     /* CPUID takes EBX */
    movl $0x80000001, %eax
    cpuid
    andl $(1 << 29 | 1 << 20), %edx     /* long mode, NX */
    cmpl $(1 << 29 | 1 << 20), %edx
    jne boot_unsupported

    /* The order of SDM vol. 3, 9.8.5: PAE, CR3, LME, PG. */
    movl $CR4_PAE, %eax
    movl %eax, %cr4
    movl $boot_pml4, %eax
    movl %eax, %cr3
    movl $MSR_EFER, %ecx
    rdmsr
    orl $(EFER_LME | EFER_NXE | EFER_SCE), %eax
    wrmsr
    movl $(CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_AM | CR0_PG), %eax
    movl %eax, %cr0
    lgdt boot_gdt_pointer
    ljmpl $KERNEL_CS, $boot_long

boot_unsupported:
    hlt
    jmp boot_unsupported
    .size boot_entry, . - boot_entry

    .code64
boot_long:
    movabsq $boot_high, %rax
    jmpq *%rax

    .text
    /* C: boot_main(start_info), init.c. Live: ESI. Stack: boot_stack. */
    .type boot_high, @function
boot_high:
    .cfi_startproc
    .cfi_undefined %rip
    movq $boot_stack_top, %rsp
    xorl %eax, %eax
    movl %eax, %ds                      /* null will do in 64-bit mode (3.4.2) */
    movl %eax, %es
    movl %eax, %fs
    movl %eax, %gs
    movl %eax, %ss
    movl %esi, %edi
    xorl %ebp, %ebp
    call boot_main
    ud2
    .cfi_endproc
    .size boot_high, . - boot_high

    .section .note.GNU-stack, "", %progbits
