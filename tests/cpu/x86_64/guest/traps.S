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
CASE ud_vex 0
 nop
 AT ud_vex
 .byte 0xc5, 0xba, 0xa0, 0x00, 0xee /* for the engine a PUSH FS */
CASE ud_vex_user 3
 nop
 AT ud_vex_user
 .byte 0xc4, 0xe1, 0x78, 0xae, 0x10 /* VLDMXCSR */
CASE ud_memory 0
 nop
 AT ud_memory
 .byte 0x0f, 0x50, 0xb3, 0x33, 0xaa, 0x0f, 0x8b /* MOVMSKPS with a displacement */
 in $0x71, %al /* for the engine in the middle of something */
CASE ud_memory_user 3
 nop
 AT ud_memory_user
 .byte 0x0f, 0x71, 0x90, 0xe5, 0x71, 0xe5, 0x71, 0x03 /* PSRLW */
 in $0x71, %eax
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
/* Machine checks that nothing can report: no bank, no status, CPUID and CR4 know them. */
CASE mcg 0
 xor %edx,%edx
 mov $0x40668,%ecx
 mov %rcx,%cr4
 mov $1,%eax
 cpuid
 and $0x4080,%edx
 mov %edx,0x50050
 xor %eax,%eax
 xor %edx,%edx
 mov $0x17a,%ecx
 wrmsr
 mov $-1,%rax
 mov $-1,%rdx
 rdmsr
 or %eax,0x50050
 dec %ecx
 rdmsr
 or %eax,0x50050
 int3
 AT mcg
 nop
CASE gp_mcg_status 0
 mov $0x17a,%ecx
 mov $4,%eax
 xor %edx,%edx
 AT gp_mcg_status
 wrmsr
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
CASE syscall_prefixed 3
 nop
 .byte 0x66, 0x48
 syscall
 AT syscall_prefixed
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

/* Faults that the engine does not raise by itself. */
.macro SSE_ON flags
 mov %cr4,%rcx
 or $\flags,%rcx
 mov %rcx,%cr4
 movl $0x1d80,0x58020 /* division by zero unmasked */
 ldmxcsr 0x58020
 mov $0x3f800000,%ecx
 movd %ecx,%xmm0
 xorps %xmm1,%xmm1
.endm
CASE xm 0
 SSE_ON 0x600
 addss %xmm0,%xmm1
 subss %xmm0,%xmm1
 AT xm
 divss %xmm1,%xmm0
CASE xm_ud 0
 SSE_ON 0x200
 AT xm_ud
 divss %xmm1,%xmm0
CASE xm_after_block 0
 SSE_ON 0x600
 mov $3,%ecx
1: addss %xmm0,%xmm1
 dec %ecx
 jnz 1b
 movl $0,0x58028
 AT xm_after_block
 divss 0x58028,%xmm1
CASE xm_masked_again 0
 SSE_ON 0x600
 movl $0x1f80,0x58020
 ldmxcsr 0x58020
 divss %xmm1,%xmm0
 stmxcsr 0x50050 /* masked: noted, no fault */
 int3
 AT xm_masked_again
 nop
CASE mf_any 0
 mov %cr0,%rcx
 or $0x20,%rcx
 mov %rcx,%cr0
 fninit
 movw $0x37e,0x58020 /* invalid unmasked */
 fldcw 0x58020
 fldz
 fldz
 fdivrp
 fnstsw 0x50050
 mov $7,%ecx
 AT mf_any
 fld1
CASE fsw_masked 0
 fninit
 fld1
 fldz
 fdivrp
 fldz
 fldz
 fdivrp
 fnstsw %ax
 mov %rax,0x50050
 int3
 AT fsw_masked
 nop
CASE gp_movaps 0
 mov %cr4,%rcx
 or $0x600,%rcx
 mov %rcx,%cr4
 mov $0x58008,%ecx
 movups (%rcx),%xmm0
 movaps 8(%rcx),%xmm0
 AT gp_movaps
 movaps %xmm0,(%rcx)
CASE gp_movdqa_loop 0
 mov %cr4,%rcx
 or $0x600,%rcx
 mov %rcx,%cr4
 mov $0x900000,%ecx
1: movdqa (%rcx),%xmm0
 lea 16(%rcx),%rcx
 cmp $0x900100,%ecx
 jne 1b
 inc %rcx
 add $15,%rcx
 dec %rcx
 AT gp_movdqa_loop
 paddd (%rcx),%xmm0
CASE ac_user 3
 orb $0,(%rsp)
 pushfq
 orl $0x40000,(%rsp)
 popfq
 mov $0x900001,%ecx
 movzbl (%rcx),%eax
 movl 3(%rcx),%eax
 AT ac_user
 movl (%rcx),%eax
CASE ac_off 3
 mov $0x900001,%ecx
 movl (%rcx),%eax
 int3
 AT ac_off
 nop
CASE gp_movaps_loaded 0
 mov %cr4,%rcx
 or $0x600,%rcx
 mov %rcx,%cr4
 movl $0x58008,0x58020
 mov 0x58020,%ecx
 AT gp_movaps_loaded
 movaps %xmm0,(%rcx)
CASE ac_kernel_off 0
 pushfq
 orl $0x40000,(%rsp)
 popfq
 mov $0x900001,%ecx
 movl (%rcx),%eax
 int3
 AT ac_kernel_off
 nop
CASE fldcw_conversion 0
 fninit
 fld1
 movw $0x37b,0x58020
 movw $0x37f,0x58022
 fldcw 0x58020
 fldz
 fdivr %st(1),%st
 fnstsw 0x50050
 fldcw 0x58022
 int3
 AT fldcw_conversion
 nop
