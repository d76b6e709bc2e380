/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * modes.S - the same bytes at the same address run as 64-bit and as 32-bit code, where they are other
 * instructions in another number: by far returns, and over an interrupt that comes back.
 */
.text
.include "boot.inc"
.set table, 0
common:
 add $16,%rsp
 iretq
sysent: hlt
body:
 lgdt modes_gdtr
 xor %eax,%eax
 mov $6,%ebx
again:
 sub $8,%rsp
 movl $as_64,(%rsp)
 movl $8,4(%rsp)
 jmp both
as_64:
 sub $16,%rsp
 movl $both,(%rsp)
 movl $0x18,4(%rsp)
 movl $as_32,8(%rsp)
 movl $8,12(%rsp)
 lret
as_32:
 dec %ebx
 jnz again
 sub $24,%eax
 mov $0xf4,%dx
 out %al,(%dx)
/* 64 bits: a NOP with two prefixes, NOP, INT, the same NOP, RETF; 32 bits: INC, INC, NOP, NOP, .. */
both:
 .byte 0x40, 0x40, 0x90, 0x90
 .byte 0xcd, 0x80
 .byte 0x40, 0x40, 0x90
 .byte 0xcb
.align 16
modes_gdt: .quad 0, 0x00af9b000000ffff, 0x00cf93000000ffff, 0x00cf9b000000ffff
modes_gdtr: .word 31
 .quad modes_gdt
