/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * smc.S - code that changes under the counter: rewritten in another page, in its
 * own page, the same address mapped to other code by CR3 and by INVLPG, and code
 * patched through another mapping of its page, which is not executable.
 */
.text
.include "boot.inc"
.set table, 0
common: hlt
sysent: hlt
body:
 /* 1: rewrite code in another page; the lengths change, the size does not */
 mov $40,%ebx
1: mov $0x200000,%edi
 lea three(%rip),%rsi
 test $1,%ebx
 jz 2f
 lea one(%rip),%rsi
2: mov $4,%ecx
 rep movsb
 mov $0x200000,%eax
 call *%rax
 dec %ebx
 jnz 1b
 /* 2: a loop that rewrites its own next instruction */
 mov $40,%ebx
3: movb %bl,4f+1(%rip)
4: mov $0x55,%al
 cmp %bl,%al
 jne bad
 dec %ebx
 jnz 3b
 xor %r10d,%r10d
 /* 3: the same address, two page tables */
 mov $0x200000,%edi
 lea three(%rip),%rsi
 mov $4,%ecx
 rep movsb
 mov $0x201000,%edi
 lea one(%rip),%rsi
 mov $4,%ecx
 rep movsb
 movl $0x14007,0x12030 /* 0xc00000 by 4 KiB pages */
 movl $0x200007,0x14000
 mov $40,%ebx
5: xorl $0x1000,0x14000
 mov %cr3,%rax
 mov %rax,%cr3
 call measure
 dec %ebx
 jnz 5b
 mov $40,%ebx
6: xorl $0x1000,0x14000
 invlpg 0xc00000
 call measure
 dec %ebx
 jnz 6b
 /* 4: two functions of one page that have run; both are rewritten before either runs again,
    by their own address, then through another mapping of the page */
 movl $0x200007,0x14000
 invlpg 0xc00000
 mov $0x200000,%edx
 call rewrite_both
 mov $0xc00000,%edx
 call rewrite_both
 /* 5: a call becomes cli; nop and back, by its own mapping and by another */
 movl $0x15003,0x12038 /* 0xe00000 by 4 KiB pages, not executable */
 movl $0x200003,0x15000
 movl $0x80000000,0x15004
 lea 10f(%rip),%rax
 and $-4096,%eax
 or $3,%eax
 mov %eax,0x15008
 movl $0x80000000,0x1500c
 mov %cr3,%rax
 mov %rax,%cr3
 mov $0x200800,%edi
 lea seven(%rip),%rsi
 mov $6,%ecx
 rep movsb
 mov $80,%ebx
8: mov $0x200000,%r11d
 test $2,%ebx
 jz 9f
 mov $0xe00000,%r11d
9: movb $0xc3,0x900(%r11) /* this store opens the page */
 lea calls(%rip),%rsi
 test $1,%ebx
 jnz 9f
 lea masks(%rip),%rsi
9: lea (%r11),%rdi
 mov $9,%ecx
 rep movsb
 mov $0x200000,%eax
 call *%rax
 mov %ebx,%ecx
 and $1,%ecx
 imul $7,%ecx
 cmp %ecx,%eax
 jne bad
 mov $0x200800,%eax /* and something else runs in the page */
 call *%rax
 dec %ebx
 jnz 8b
 /* 6: a loop that rewrites its own next instruction by the other mapping */
 lea 10f(%rip),%rdx
 and $4095,%edx
 mov $40,%ebx
9: movb %bl,0xe01001(%rdx)
10: mov $0x55,%al
 cmp %bl,%al
 jne bad
 dec %ebx
 jnz 9b
 mov $0,%al
 out %al,$0xf4
/* %edx: where the page is written. Each function is mov $N,%eax; ret. */
rewrite_both:
 movl $0x0000b8,0x200000
 movw $0xc300,0x200004
 movl $0x0000b8,0x200040
 movw $0xc300,0x200044
 mov $40,%ebx
8: mov %bl,1(%edx)
 mov %bl,0x41(%edx)
 mov $0x200000,%eax
 call *%rax
 cmp %ebx,%eax
 jne bad
 mov $0x200040,%eax
 call *%rax
 cmp %ebx,%eax
 jne bad
 dec %ebx
 jnz 8b
 ret
/* The two codes differ by two instructions: so must the clock, each time. */
measure:
 rdtsc
 mov %eax,%r8d
 mov $0xc00000,%eax
 call *%rax
 rdtsc
 sub %r8d,%eax
 mov %eax,%r9d
 sub %r10d,%eax
 test %r10d,%r10d
 mov %r9d,%r10d
 jz 7f
 imul %eax,%eax
 cmp $4,%eax
 jne bad
7: ret
bad: mov $1,%al
 out %al,$0xf4
three: nop; nop; nop; ret
one: .byte 0x0f,0x1f,0x00; ret
seven: mov $7,%eax; ret
calls: xor %eax,%eax; .byte 0xe8; .long 0x7f9; nop; ret
masks: xor %eax,%eax; cli; .byte 0x0f,0x1f,0x44,0,0; ret
