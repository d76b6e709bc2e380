/* SPDX-License-Identifier: GPL-2.0-or-later */
/* state.S - x87, SSE and general registers live across saves, under a timer. */
.text
.include "boot.inc"
.set table, 0
common:
 push %rbx
 mov $0xfee00000,%ebx
 movl $0,0xb0(%rbx)
 incq 0x40000
 pop %rbx
 add $16,%rsp
 iretq
sysent: hlt
body:
 mov %cr4,%rax
 or $0x40600,%rax
 mov %rax,%cr4
 xor %ecx,%ecx
 xor %edx,%edx
 mov $3,%eax
 xsetbv
 fninit
 fldpi
 fld1
 mov $0xfee00000,%ebx
 movl $0x1ff,0xf0(%rbx)
 movl $0xb,0x3e0(%rbx)
 movl $0x20040,0x320(%rbx)
 movl $1009,0x380(%rbx)
 mov $0x43,%dx
 mov $0x34,%al
 out %al,$0x43
 mov $0x10,%al
 out %al,$0x40
 out %al,$0x40
 mov $0x1234,%eax
 movd %eax,%xmm3
 sti
 mov $3000,%r12d
1: fadd %st(1),%st
 mov $0xc0000102,%ecx
 mov %r12d,%eax
 add $0x10,%eax
 xor %edx,%edx
 wrmsr
 nop
 nop
 rdmsr
 add %rax,%r14
 xor %ecx,%ecx
 paddd %xmm3,%xmm4
 pshufd $0x1b,%xmm4,%xmm5
 rdtsc
 xor %rax,%r13
 in $0x40,%al
 add %al,%r13b
 xgetbv
 add %rax,%r14
 dec %r12d
 jnz 1b
 fstpt 0x41000
 movups %xmm4,0x41010
 movups %xmm5,0x41020
 mov %r13,0x41030
 mov %r14,0x41038
 mov $0,%al
 out %al,$0xf4
