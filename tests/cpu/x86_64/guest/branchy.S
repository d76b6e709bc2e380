/* SPDX-License-Identifier: GPL-2.0-or-later */
/* branchy.S - arithmetic, branches, calls and REP; no trap. Also run bare by the tests. */
.text
.include "boot.inc"
.set table, bounds
.align 8
bounds: .quad loop, loop_end
common: hlt
sysent: hlt
body:
loop:
 mov $400,%r8d
 mov $12345,%eax
1: imul $1103515245,%eax,%eax
 add $12345,%eax
 test $0x10000,%eax
 jz 2f
 inc %rbx
2: test $0x20000,%eax
 jz 3f
 call 5f
3: mov $0x900000,%edi
 mov $5,%ecx
 rep stosq
 repne scasb
 test $0x40000,%eax
 jnz 4f
 xor %rax,%rsi
4: dec %r8d
 jnz 1b
 jmp loop_end
5: push %rax
 pop %rdx
 ret
loop_end:
 nop
 mov $0,%al
 out %al,$0xf4
