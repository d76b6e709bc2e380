/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * align.S - user code that IRETQ gave RFLAGS.AC: from its next trap on, each misaligned load is
 * #AC, wherever a run is cut, and though the same code ran before without it.
 */
.text
.include "boot.inc"
.set table, 0
common:
 cmpq $17,(%rsp)
 jne 1f
 incq 0x40000
 addq $2,16(%rsp) /* behind the load */
 jmp 2f
1:
 cmp $2,%ebx /* all blocks ran before */
 jne 2f
 orq $0x40000,32(%rsp) /* AC */
2:
 add $16,%rsp
 iretq
sysent:
 mov 0x40000,%eax
 sub $20,%eax
 out %al,$0xf4
body:
 fninit /* with its exceptions masked nothing else has blocks looked at */
 movq $0,0x40000
 lea user(%rip),%rsi
 mov $0x400000,%edi
 mov $userend-user,%ecx
 rep movsb
 pushq $0x23
 pushq $0x900000
 pushq $0x202
 pushq $0x2b
 pushq $0x400000
 iretq
user:
 mov $0x800001,%esi
 mov $3,%ebx
pass:
 mov $20,%ecx
load:
 mov (%rsi),%eax
 nop
 dec %ecx
 jnz load
 int $0x80 /* in the second pass it brings AC, */
 int $0x80 /* which this shows */
 dec %ebx
 jnz pass
 syscall
userend:
