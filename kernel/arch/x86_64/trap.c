// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * trap.c - what each vector means.
 *
 * From user mode an exception becomes a resolved page fault or a signal, with Linux's
 * number, code and address (the table below). From kernel mode the only legitimate
 * exceptions are page faults of the code in the fixup table (uaccess.S) and a
 * refused IRETQ (trap.S); anything else is a bug and ends the machine.
 *
 * CR2 is read before interrupts are enabled: another fault would overwrite it.
 */
#include "kernel/arch/x86_64/trap.h"
#include "kernel/arch/x86_64/cpu.h"
#include "kernel/arch/x86_64/intr.h"
#include "kernel/arch/x86_64/kmap.h"
#include "kernel/include/arch.h"
#include "kernel/include/printk.h"
#include "kernel/include/ptrace.h"
#include "kernel/include/syscall.h"
#include "kernel/uapi/signal.h"

/* Error code of #PF (6.15). */
#define PF_PRESENT 1u
#define PF_WRITE 2u
#define PF_USER 4u
#define PF_RESERVED 8u
#define PF_FETCH 16u

#define DR6_STEP (1u << 14)

/* Exception flags, the same bits in the x87 status word and in MXCSR (vol. 1, 8.1.3, 10.2.3). */
#define FP_INVALID 0x01u
#define FP_DENORMAL 0x02u
#define FP_DIVIDE 0x04u
#define FP_OVERFLOW 0x08u
#define FP_UNDERFLOW 0x10u
#define FP_INEXACT 0x20u
#define FP_FLAGS 0x3fu

struct fixup {
    uint64_t from, to, target;
};
extern const struct fixup fixup_table_start[], fixup_table_end[];

/* Exceptions that are a signal without looking further. SI_KERNEL has no address. */
static const struct {
    uint8_t signo, code;
    bool addr_is_rip;
} plain_signals[VECTOR_IRQ] = {
    [VECTOR_DE] = { SIGFPE, FPE_INTDIV, true },
    [VECTOR_BP] = { SIGTRAP, SI_KERNEL, false },
    [VECTOR_OF] = { SIGSEGV, SI_KERNEL, false },
    [VECTOR_BR] = { SIGSEGV, SI_KERNEL, false },
    [VECTOR_UD] = { SIGILL, ILL_ILLOPN, true },
    [VECTOR_TS] = { SIGSEGV, SI_KERNEL, false },
    [VECTOR_NP] = { SIGBUS, SI_KERNEL, false },
    [VECTOR_SS] = { SIGBUS, SI_KERNEL, false },
    [VECTOR_GP] = { SIGSEGV, SI_KERNEL, false },
    [VECTOR_AC] = { SIGBUS, BUS_ADRALN, false },
};

static _Noreturn void trap_panic(const char *what, const struct trap_regs *r)
{
    panic("%s: vector %lu error 0x%lx at 0x%lx, stack 0x%lx, address 0x%lx", what, r->vector,
          r->error, r->rip, r->rsp, read_cr2());
}

/* ---- from user mode ---- */

static void user_signal(struct trap_frame *f, int signo, int code, vaddr_t addr)
{
    f->fault_vector = f->regs.vector;
    f->fault_error = f->regs.error;
    trap_user_signal(signo, code, addr, (int)f->regs.vector, f->regs.error);
}

static void user_page_fault(struct trap_frame *f, vaddr_t addr)
{
    uint64_t error = f->regs.error;
    struct user_fault fault = {
        .addr = addr,
        .is_write = error & PF_WRITE,
        .is_exec = error & PF_FETCH,
        .from_user = true,
    };

    if (error & PF_RESERVED)
        trap_panic("damaged page table", &f->regs);
    if (!trap_page_fault(&fault))
        return;
    /* Linux does not tell a program which kernel addresses are mapped. */
    f->fault_vector = VECTOR_PF;
    f->fault_error = error | (addr >= USER_TOP ? PF_PRESENT : 0);
    f->fault_addr = addr;
}

/* An unmasked x87 or SSE exception; the first that applies, in Linux's order. */
static void user_fp_exception(struct trap_frame *f)
{
    const struct fp_state *fp = &f->fp;
    unsigned flags;
    int code;

    frame_sync(f);
    if (f->regs.vector == VECTOR_MF)
        flags = fp->fsw & ~(unsigned)fp->fcw & FP_FLAGS;
    else
        flags = fp->mxcsr & ~(fp->mxcsr >> 7) & FP_FLAGS;
    if (flags & FP_INVALID)
        code = FPE_FLTINV;
    else if (flags & FP_DIVIDE)
        code = FPE_FLTDIV;
    else if (flags & FP_OVERFLOW)
        code = FPE_FLTOVF;
    else if (flags & (FP_DENORMAL | FP_UNDERFLOW))
        code = FPE_FLTUND;
    else if (flags & FP_INEXACT)
        code = FPE_FLTRES;
    else
        return;
    user_signal(f, SIGFPE, code, f->regs.rip);
}

/* TF, or INT1 (which sets nothing in DR6). DR6 is never cleared by the CPU (17.2.3). */
static void user_debug(struct trap_frame *f)
{
    uint64_t dr6;

    __asm__ volatile("mov %%dr6, %0" : "=r"(dr6));
    __asm__ volatile("mov %0, %%dr6" : : "r"(0xffff0ff0ul));
    user_signal(f, SIGTRAP, (dr6 & DR6_STEP) ? TRAP_TRACE : TRAP_BRKPT, f->regs.rip);
}

static void user_exception(struct trap_frame *f)
{
    uint64_t vector = f->regs.vector, addr = read_cr2();

    cpu_irq_enable();
    switch (vector) {
    case VECTOR_PF:
        user_page_fault(f, addr);
        return;
    case VECTOR_DB:
        user_debug(f);
        return;
    case VECTOR_MF:
    case VECTOR_XM:
        user_fp_exception(f);
        return;
    }
    if (!plain_signals[vector].signo)
        trap_panic("unexpected exception of a program", &f->regs);
    user_signal(f, plain_signals[vector].signo, plain_signals[vector].code,
                plain_signals[vector].addr_is_rip ? f->regs.rip : 0);
}

FAULT_PATH void trap_user(struct trap_frame *f)
{
    if (f->regs.vector < VECTOR_IRQ) {
        user_exception(f);
        cpu_irq_disable();
    } else {
        intr_dispatch((unsigned)f->regs.vector);
    }
    trap_leave_user(f);
}

/* The tracer may change number and arguments, or have it skipped (number -1). */
static void traced_syscall(struct trap_frame *f)
{
    int32_t number = (int32_t)trace_syscall_enter(f->syscall_number);
    long result;

    f->syscall_number = (uint64_t)(int64_t)number;
    if (number != -1) {
        result = syscall_dispatch((uint64_t)number, &f->regs.rdi);
        if (result != SYSCALL_FRAME_SET)
            f->regs.rax = (uint64_t)result;
    }
    if (current->syscall_hooks)
        trace_syscall_exit();
}

/* Linux takes the number from EAX. */
void trap_syscall(struct trap_frame *f)
{
    long result;

    cpu_irq_enable();
    if (current->syscall_hooks) {
        traced_syscall(f);
    } else {
        result = syscall_dispatch((uint64_t)(int32_t)f->syscall_number, &f->regs.rdi);
        if (result != SYSCALL_FRAME_SET)
            f->regs.rax = (uint64_t)result;
    }
    cpu_irq_disable();
    trap_leave_user(f);
}

/* ---- from kernel mode ---- */

static uint64_t fixup_of(uint64_t rip)
{
    for (const struct fixup *f = fixup_table_start; f < fixup_table_end; f++)
        if (rip >= f->from && rip < f->to)
            return f->target;
    return 0;
}

static void kernel_page_fault(struct trap_regs *r, uint64_t fixup)
{
    struct user_fault fault = { .addr = read_cr2(), .is_write = r->error & PF_WRITE };
    int error;

    if (r->error & PF_RESERVED)
        trap_panic("damaged page table", r);
    if (r->rflags & FLAG_IF)
        cpu_irq_enable();
    error = trap_page_fault(&fault);
    cpu_irq_disable();
    if (error)
        r->rip = fixup;
}

/* #GP, #SS or #NP of the IRETQ to user mode (trap.S): the program's, not ours. */
static void refused_iret(struct trap_regs *r, uint64_t fixup)
{
    cpu_local.iret_error = r->error;
    r->rip = fixup;
}

void trap_kernel(struct trap_regs *r)
{
    uint64_t fixup;

    if (r->vector >= VECTOR_IRQ) {
        intr_dispatch((unsigned)r->vector);
        return;
    }
    fixup = fixup_of(r->rip);
    if (!fixup)
        trap_panic("exception in the kernel", r);
    if (r->vector == VECTOR_PF && !(r->error & PF_USER) && read_cr2() < USER_TOP)
        kernel_page_fault(r, fixup);
    else
        refused_iret(r, fixup);
}

/* NMI: nothing in this machine sends one. #DF and #MC cannot be returned from (6.15). */
void trap_paranoid(struct trap_regs *r)
{
    if (r->vector == VECTOR_NMI)
        return;
    if (r->vector == VECTOR_DF)
        trap_panic(kmap_is_stack_gap(read_cr2()) ? "kernel stack overflow" : "double fault", r);
    trap_panic("machine check", r);
}
