/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flow.S - user code under a periodic timer, with system calls, software
 * interrupts, faults, port output, REP strings, STI and MOV SS shadows, HLT.
 */
.text
.include "boot.inc"
.set table, 0
common:
 push %rax
 push %rbx
 mov 16(%rsp),%rax
 cmp $0x40,%al
 je 1f
 cmp $6,%al
 je 2f
 cmp $14,%al
 je 3f
 jmp 4f
1: mov $0xfee00000,%ebx
 movl $0,0xb0(%rbx)
 incq 0x40000
 jmp 4f
2: addq $2,32(%rsp)
 jmp 4f
3: movb $0x87,0x12018
4: pop %rbx
 pop %rax
 add $16,%rsp
 iretq
sysent:
 mov $0x3f8,%edx
 mov %edi,%eax
 out %al,%dx
 cmp $'!',%al
 je 1f
 sysretq
1: movb $0x83,0x12000 /* kernel code again */
 mov %cr3,%rbx
 mov %rbx,%cr3
 mov $50,%ebx
2: sti
 hlt
 cli
 mov %ss,%eax
 sti
 mov %eax,%ss
 nop
 nop
 cli
 dec %ebx
 jnz 2b
 mov $1000,%ebx /* the timer comes with interrupts off: taken after the NOP */
3: sti
 nop
 cli
 dec %ebx
 jnz 3b
 mov %ss,%eax
 sti
 mov $1000,%ebx
3: mov %eax,%ss
 nop
 dec %ebx
 jnz 3b
 mov 0x40000,%eax
 out %al,$0xf4
body:
 mov $0xfee00000,%ebx
 movl $0x1ff,0xf0(%rbx)
 movl $0xb,0x3e0(%rbx)
 movl $0x20040,0x320(%rbx)
 movl $3001,0x380(%rbx)
 lea user(%rip),%rsi
 mov $0x400ff0,%rdi /* code crosses a page */
 mov $userend-user,%ecx
 rep movsb
 mov $0x23,%eax
 mov %eax,%ds
 mov %eax,%es
 pushq $0x23
 pushq $0x900000
 pushq $0x202
 pushq $0x2b
 pushq $0x400ff0
 iretq
user:
 mov $'a',%edi
 syscall
 int $0x80
 ud2
 mov $200,%r12d
1: mov $0x600000,%edi
 mov $37,%ecx
 rep stosb
 mov $0x600000,%edi
 mov $0,%ecx
 rep stosb
 call 2f
 xor %ecx,%ecx
 sub $3,%rbp
 jp 3f
 inc %rax
3: dec %r12d
 jnz 1b
 mov $'!',%edi
 syscall
2: push %rax
 pop %rax
 ret
userend:
