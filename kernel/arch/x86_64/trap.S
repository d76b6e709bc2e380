/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trap.S - every way into the kernel, and every way out of it.
 *
 * From user mode (exception, interrupt, SYSCALL) the entry saves what C uses in a struct
 * trap_frame at the top of the thread's kernel stack, calls C, and leaves by
 * trap_return_user. FP registers and segments stay in the CPU (frame.h) and are loaded on the
 * way out only where they are not this frame's. From kernel mode it pushes a struct
 * trap_regs on the stack in use: the kernel has no FP state and no user segment.
 * Three vectors with a stack of their own (IST) go a third way, which trusts nothing.
 *
 *   entry                 C handler                     live           stack
 *   trap_stubs -> user    trap_user(frame)              all registers  TSS.RSP0
 *   trap_stubs -> kernel  trap_kernel(regs)             all            the one in use
 *   trap_stubs -> IST     trap_paranoid(regs)           all            TSS.ISTn
 *   syscall_entry         trap_syscall(frame)           all but RCX, R11 (RIP, RFLAGS)
 *                                                                      the user's, then ours
 *   context_start_user    thread_start_user()           none           just below the frame
 *
 * SWAPGS: GS_BASE points at cpu_local whenever kernel code runs. Exactly the paths that cross
 * from or to CPL 3 swap, and they decide by the CPL that the CPU pushed. That is wrong only
 * between an entry and its SWAPGS, or a SWAPGS and its exit: there, interrupts are
 * masked and the only traps are NMI and #MC (their own way), and a fault of IRETQ (below).
 */
#include "kernel/arch/x86_64/asm.h"
#include "kernel/arch/x86_64/cpu.h"
#include "kernel/arch/x86_64/frame.h"

    /* CFI at a stub's first instruction: `pushed` bytes since the interrupted RSP. */
    .macro trap_cfi pushed
    .cfi_startproc simple
    .cfi_signal_frame
    .cfi_def_cfa %rsp, \pushed
    .cfi_offset %rip, REGS_RIP - REGS_BYTES
    .cfi_offset %rsp, REGS_RSP - REGS_BYTES
    .endm

    /* The stack pointer is at REGS_VECTOR; afterwards at a struct trap_regs. */
    .macro push_regs
    push_reg r15
    push_reg r14
    push_reg r13
    push_reg r12
    push_reg rbp
    push_reg rbx
    push_reg r11
    push_reg rcx
    push_reg rax
    push_reg r9
    push_reg r8
    push_reg r10
    push_reg rdx
    push_reg rsi
    push_reg rdi
    .endm

    .macro pop_regs
    pop_reg rdi
    pop_reg rsi
    pop_reg rdx
    pop_reg r10
    pop_reg r8
    pop_reg r9
    pop_reg rax
    pop_reg rcx
    pop_reg r11
    pop_reg rbx
    pop_reg rbp
    pop_reg r12
    pop_reg r13
    pop_reg r14
    pop_reg r15
    .endm

    /* From trap_regs down to the whole frame. What is below trap_regs stays in the CPU (frame.h). */
    .macro make_frame
    subq $FRAME_REGS, %rsp
    .cfi_adjust_cfa_offset FRAME_REGS
    .endm

    .text

/*
 * One stub for each vector: makes the stack the same where the CPU pushed no error
 * code (table 6-1), and pushes the vector. descriptors.c computes their addresses.
 */
    .balign 16
    .global trap_stubs
    .type trap_stubs, @function
trap_stubs:
    .set vector, 0
    .rept 256
    .balign 16
    .if vector == VECTOR_DF || (vector >= VECTOR_TS && vector <= VECTOR_PF) || \
        vector == VECTOR_AC || vector == VECTOR_CP || vector == VECTOR_VC || vector == VECTOR_SX
    trap_cfi (REGS_BYTES - REGS_ERROR)
    .else
    trap_cfi (REGS_BYTES - REGS_RIP)
    pushq $0
    .cfi_adjust_cfa_offset 8
    .endif
    pushq $vector
    .cfi_adjust_cfa_offset 8
    .if vector == VECTOR_NMI || vector == VECTOR_DF || vector == VECTOR_MC
    jmp trap_entry_paranoid
    .else
    jmp trap_entry
    .endif
    .cfi_endproc
    .set vector, vector + 1
    .endr
    .size trap_stubs, . - trap_stubs

    .balign 16
    .type trap_entry, @function
trap_entry:
    trap_cfi (REGS_BYTES - REGS_VECTOR)
    cld                                 /* the C ABI wants DF clear, the user's may be set */
    smap_close
    testb $3, (REGS_CS - REGS_VECTOR)(%rsp)
    jz trap_entry_kernel
    swapgs
trap_entry_user:                        /* also from iret_failed */
    push_regs
    make_frame
    movq $-1, FRAME_SYSCALL_NUMBER(%rsp)
    movq %rsp, %rdi
    call trap_user
    jmp trap_return_user
    .cfi_endproc
    .size trap_entry, . - trap_entry

    .balign 16
    .type trap_entry_kernel, @function
trap_entry_kernel:
    trap_cfi (REGS_BYTES - REGS_VECTOR)
    push_regs
    movq %rsp, %rdi
    call trap_kernel
    pop_regs
    addq $(REGS_RIP - REGS_VECTOR), %rsp
    .cfi_adjust_cfa_offset REGS_VECTOR - REGS_RIP
    iretq
    .cfi_endproc
    .size trap_entry_kernel, . - trap_entry_kernel

/*
 * NMI, #DF, #MC: may come anywhere, so neither the pushed CPL nor GS_BASE says which
 * GS_BASE is loaded. It is saved, set, and put back, whatever it was.
 */
    .balign 16
    .type trap_entry_paranoid, @function
trap_entry_paranoid:
    trap_cfi (REGS_BYTES - REGS_VECTOR)
    cld
    smap_close
    push_regs
    movl $MSR_GS_BASE, %ecx
    rdmsr
    movl %eax, %r12d                    /* callee-saved: trap_paranoid() keeps them */
    movl %edx, %r13d
    leaq cpu_local(%rip), %rax
    movq %rax, %rdx
    shrq $32, %rdx
    wrmsr
    movq %rsp, %rdi
    call trap_paranoid
    movl $MSR_GS_BASE, %ecx
    movl %r12d, %eax
    movl %r13d, %edx
    wrmsr
    pop_regs
    addq $(REGS_RIP - REGS_VECTOR), %rsp
    .cfi_adjust_cfa_offset REGS_VECTOR - REGS_RIP
    iretq
    .cfi_endproc
    .size trap_entry_paranoid, . - trap_entry_paranoid

/*
 * SYSCALL (vol. 2): RCX = RIP, R11 = RFLAGS, then RFLAGS &= ~FMASK, so interrupts are masked.
 * RSP is still the user's: until it is ours nothing may be pushed. The frame is made
 * as if the CPU had pushed it.
 */
    .balign 16
    .global syscall_entry
    .type syscall_entry, @function
syscall_entry:
    .cfi_startproc simple
    .cfi_signal_frame
    .cfi_def_cfa %rsp, 0
    .cfi_register %rip, %rcx
    swapgs
    movq %rsp, %gs:CPU_USER_RSP
    movq %gs:CPU_KSTACK_TOP, %rsp
    pushq $USER_DS
    pushq %gs:CPU_USER_RSP
    pushq %r11
    pushq $USER_CS
    pushq %rcx
    .cfi_def_cfa %rsp, REGS_BYTES - REGS_RIP
    .cfi_offset %rip, REGS_RIP - REGS_BYTES
    .cfi_offset %rsp, REGS_RSP - REGS_BYTES
    pushq $0
    .cfi_adjust_cfa_offset 8
    pushq $VECTOR_SYSCALL
    .cfi_adjust_cfa_offset 8
    push_regs
    make_frame
    movq %rax, FRAME_SYSCALL_NUMBER(%rsp)
    movq %rsp, %rdi
    call trap_syscall
    /* fall through */

/*
 * To user mode, by the frame at RSP. Interrupts are masked since trap_leave_user().
 */
    .global trap_return_user
trap_return_user:
    cmpq %rsp, %gs:CPU_FRAME_LIVE
    jne 2f
1:  addq $FRAME_REGS, %rsp
    .cfi_adjust_cfa_offset -FRAME_REGS

    /*
     * SYSRET loads RIP from RCX and RFLAGS from R11, so it can only finish a frame in which
     * they agree. With a RIP that is not canonical it would fault in kernel mode on
     * the user's stack (vol. 2, SYSRET), and it cannot set RF or take a trap by TF as
     * IRETQ does. Whatever is unusual leaves by IRETQ.
     */
    cmpq $VECTOR_SYSCALL, REGS_VECTOR(%rsp)
    jne return_iret
    movq REGS_RIP(%rsp), %rcx
    cmpq %rcx, REGS_RCX(%rsp)
    jne return_iret
    shrq $47, %rcx
    jnz return_iret
    movq REGS_RFLAGS(%rsp), %r11
    cmpq %r11, REGS_R11(%rsp)
    jne return_iret
    testl $(FLAG_RF | FLAG_TF), %r11d
    jnz return_iret
    cmpq $USER_CS, REGS_CS(%rsp)
    jne return_iret
    cmpq $USER_DS, REGS_SS(%rsp)
    jne return_iret
    .cfi_remember_state
    pop_regs
    movq (REGS_RSP - REGS_VECTOR)(%rsp), %rsp
    .cfi_def_cfa %rsp, 0
    .cfi_register %rip, %rcx
    .cfi_same_value %rsp
    swapgs
    sysretq

    .cfi_restore_state
    .cfi_remember_state
return_iret:
    pop_regs
    addq $(REGS_RIP - REGS_VECTOR), %rsp
    .cfi_adjust_cfa_offset REGS_VECTOR - REGS_RIP
    swapgs
iret_user:
    iretq
iret_user_end:

    .cfi_restore_state
    .cfi_adjust_cfa_offset FRAME_REGS
2:  movq %rsp, %rdi
    call frame_load
    jmp 1b
    .cfi_endproc
    .size syscall_entry, . - syscall_entry
    fixup_range iret_user, iret_user_end, iret_failed

/*
 * IRETQ to user mode faulted: sigreturn or exec asked for a RIP that is not canonical, or for
 * a selector that does not exist. It faulted in kernel mode with all user registers loaded
 * and RSP at the five words that it could not use; trap_kernel() sends us here with the
 * same. So it becomes a #GP of the program, at the place where it wanted to be.
 */
    .balign 16
    .type iret_failed, @function
iret_failed:
    trap_cfi (REGS_BYTES - REGS_RIP)
    swapgs
    pushq %gs:CPU_IRET_ERROR
    .cfi_adjust_cfa_offset 8
    pushq $VECTOR_GP
    .cfi_adjust_cfa_offset 8
    jmp trap_entry_user
    .cfi_endproc
    .size iret_failed, . - iret_failed

    .section .note.GNU-stack, "", %progbits
