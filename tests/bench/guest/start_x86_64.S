// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * start_x86_64.S - PVH entry to long mode, code read-only, data never executable; calls
 * bench_main(). A runner that starts in long mode enters at long_mode with CR3 = pml4.
 */
        .section .note.pvh, "a", @note
        .balign 4
        .long   4, 4, 18
        .asciz  "Xen"
        .long   _start

        .section .text.start, "ax"
        .code32
        .globl  _start
_start:
        cli
        movl    $0x20, %eax                     // PAE
        movl    %eax, %cr4
        movl    $pml4, %eax
        movl    %eax, %cr3
        movl    $0xc0000080, %ecx
        movl    $0x900, %eax                    // LME, NXE
        xorl    %edx, %edx
        wrmsr
        movl    $0x80010011, %eax               // PG, WP, ET, PE
        movl    %eax, %cr0
        lgdt    gdt_pointer
        ljmp    $0x08, $1f

        .code64
1:      movw    $0x10, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %ss
        .globl  long_mode
long_mode:
        movl    $stack_top, %esp
        call    bench_main
        movw    $0xf4, %dx
        xorl    %eax, %eax
        outb    %al, %dx
        hlt
        jmp     .

        .data
        .balign 8
gdt:    .quad   0, 0x00af9b000000ffff, 0x00cf93000000ffff
gdt_pointer:
        .word   23
        .long   gdt
        .balign 4096
        .globl  pml4
pml4:   .quad   pdpt + 3
        .skip   4096 - 8
pdpt:   .quad   pd + 3
        .skip   4096 - 8
pd:     .quad   0x81, 0x8000000000200083        // 2 MiB each: code, data
        .skip   4096 - 16

        .bss
        .balign 16
        .skip   65536
stack_top:
