/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * traps.S - one exception per case. The harness writes a case number to 0x58000;
 * the handler stores what it found at 0x50000 and powers off with the vector.
 *
 *   0x50000: vector, error, rip, cs, rflags, rsp, ss, cr2, handler's rsp, cs
 */
.text
.include "boot.inc"

common:
 mov %rsp,%r15
 pop 0x50000
 pop 0x50008
 pop 0x50010
 pop 0x50018
 pop 0x50020
 pop 0x50028
 pop 0x50030
 mov %cr2,%rax
 mov %rax,0x50038
 mov %r15,0x50040
 mov %cs,%eax
 mov %rax,0x50048
 mov 0x50000,%eax
 out %al,$0xf4
sysent:
 movq $0x100,0x50000
 mov %rcx,0x50010
 mov %r11,0x50020
 mov %rsp,0x50028
 mov %ss,%eax
 mov %rax,0x50030
 mov %cs,%eax
 mov %rax,0x50048
 mov $0xee,%al
 out %al,$0xf4

.macro CASE name, ring
 .pushsection .rodata
 .quad case_\name, at_\name, \ring
 .popsection
case_\name:
.endm
.macro AT name
at_\name:
.endm
.pushsection .rodata
.align 8
table:
.popsection

body:
 movw $0x0,0x58010
 mov 0x58000,%rbx
 imul $24,%rbx
 cmpl $3,table+16(%rbx)
 mov table(%rbx),%rcx
 je to_user
 mov $0x2a,%eax
 jmp *%rcx
to_user:
 mov $0x8,%ax
 orb $4,0x12000 /* user code lives where it was linked */
 mov %cr3,%rax
 mov %rax,%cr3
 mov $0x23,%eax
 mov %eax,%ds
 mov $0x2a,%eax
 pushq $0x23
 pushq $0x900000
 pushq $0x202
 pushq $0x2b
 push %rcx
 iretq

CASE de 0
 xor %ecx,%ecx
 nop
 AT de
 div %ecx
CASE de_user 3
 xor %ecx,%ecx
 AT de_user
 div %ecx
CASE ud 0
 nop
 AT ud
 ud2
CASE ud_user 3
 nop
 AT ud_user
 ud2
CASE bp 3
 nop
 int3
 AT bp
 nop
CASE int80 3
 nop
 int $0x80
 AT int80
 nop
CASE int_dpl 3
 nop
 AT int_dpl
 int $0x21
CASE int_kernel 0
 int $0x21
 AT int_kernel
 nop
CASE gp_hlt 3
 nop
 AT gp_hlt
 hlt
CASE gp_cli 3
 nop
 AT gp_cli
 cli
CASE gp_io 3
 mov $0x3f8,%edx
 AT gp_io
 out %al,%dx
CASE gp_rdmsr 3
 mov $0x10,%ecx
 AT gp_rdmsr
 rdmsr
CASE gp_msr 0
 mov $0x12345,%ecx
 nop
 AT gp_msr
 rdmsr
CASE gp_selector 0
 mov $0x7b,%ecx
 AT gp_selector
 mov %ecx,%ds
CASE gp_noncanonical 0
 movabs $0x8000000000000000,%rcx
 AT gp_noncanonical
 mov (%rcx),%rax
CASE gp_cr0 0
 mov $0x80000000,%ecx
 AT gp_cr0
 mov %rcx,%cr0
CASE gp_cr4 0
 mov $0x80000020,%ecx
 AT gp_cr4
 mov %rcx,%cr4
CASE pf_read 0
 mov $0x600123,%ecx
 nop
 AT pf_read
 mov (%rcx),%eax
CASE pf_write_user 3
 mov $0x600123,%ecx
 AT pf_write_user
 mov %eax,(%rcx)
CASE pf_protect_user 3
 mov $0xa00010,%ecx
 AT pf_protect_user
 mov %eax,(%rcx)
CASE pf_supervisor_user 3
 mov $0x300010,%ecx
 AT pf_supervisor_user
 mov (%rcx),%eax
CASE pf_fetch_user 3
 mov $0x600123,%ecx
 jmp *%rcx
.set at_pf_fetch_user, 0x600123
CASE pf_nx_user 3
 mov $0x800123,%ecx
 jmp *%rcx
.set at_pf_nx_user, 0x800123
CASE pf_page_cross 0
 movl $0x90909090,0x5ffff8
 movl $0x05c79090,0x5ffffc
 mov $0x5ffff8,%ecx
 jmp *%rcx
.set at_pf_page_cross, 0x5ffffe
CASE nm 0
 mov %cr0,%rcx
 or $8,%rcx
 mov %rcx,%cr0
 AT nm
 fld1
CASE nm_sse 0
 mov %cr4,%rcx
 or $0x600,%rcx
 mov %rcx,%cr4
 mov %cr0,%rcx
 or $8,%rcx
 mov %rcx,%cr0
 AT nm_sse
 movaps %xmm0,%xmm1
CASE mf 0
 mov %cr0,%rcx
 or $0x20,%rcx
 mov %rcx,%cr0
 fninit
 movw $0x37b,0x58020
 fldcw 0x58020
 fld1
 fldz
 fdivrp
 AT mf
 fwait
CASE ss_noncanonical 0
 movabs $0x8000000000000000,%rsp
 AT ss_noncanonical
 push %rax
CASE np 0
 movq $0x00af1b000000ffff,%rcx
 movabs $0x00af1b000000ffff,%rcx
 mov %rcx,gdt+24
 pushq $0x18
 pushq $0x1000
 AT np
 lretq
CASE df 0
 movq $0,0x20000+14*16
 movq $0,0x20000+14*16+8
 mov $0x600123,%ecx
 AT df
 mov (%rcx),%eax
CASE db_tf 0
 pushfq
 orl $0x100,(%rsp)
 popfq
 nop
 AT db_tf
 nop
CASE db_cpuid 0
 pushfq
 orl $0x100,(%rsp)
 popfq
 cpuid
 AT db_cpuid
 nop
CASE syscall 3
 nop
 syscall
 AT syscall
 nop
CASE io_allowed 3
 out %al,$0x80
 int $0x80
 AT io_allowed
 nop
CASE cr8 0
 mov $5,%ecx
 mov %rcx,%cr8
 xor %ecx,%ecx
 mov %cr8,%rcx
 mov %rcx,0x50050
 int3
 AT cr8
 nop
