/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * align.S - user code that IRETQ gave RFLAGS.AC: from its first trap on, each misaligned load is
 * #AC, wherever a run is cut.
 */
.text
.include "boot.inc"
.set table, 0
common:
 cmpq $17,(%rsp)
 jne 1f
 incq 0x40000
 addq $2,16(%rsp) /* behind the load */
1:
 add $16,%rsp
 iretq
sysent:
 mov 0x40000,%eax
 sub $20,%eax
 out %al,$0xf4
body:
 movq $0,0x40000
 lea user(%rip),%rsi
 mov $0x400000,%edi
 mov $userend-user,%ecx
 rep movsb
 pushq $0x23
 pushq $0x900000
 pushq $0x40202
 pushq $0x2b
 pushq $0x400000
 iretq
user:
 mov $0x800001,%esi
 mov $20,%ecx
 int $0x80
1: mov (%rsi),%eax
 nop
 dec %ecx
 jnz 1b
 syscall
userend:
