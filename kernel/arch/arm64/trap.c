// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * trap.c - what each exception means.
 *
 * A page fault is asked of common code (trap_page_fault). Everything else that a user
 * program can cause becomes the signal and si_code that Linux gives for it
 * (arch/arm64: fault.c's table, traps.c). What the kernel causes itself is a panic, but
 * for a fault on a marked user access (uaccess.S), which goes on at its fixup.
 *
 * fault_address and fault_syndrome of the frame keep what a signal frame shows of the last
 * fault, as Linux keeps them per thread.
 */
#include "kernel/arch/arm64/trap.h"
#include "kernel/arch/arm64/cpu.h"
#include "kernel/arch/arm64/esr.h"
#include "kernel/arch/arm64/intr.h"
#include "kernel/include/printk.h"
#include "kernel/include/ptrace.h"
#include "kernel/include/signal.h"
#include "kernel/include/syscall.h"

#define REG_SYSCALL 8
#define INSTRUCTION_BYTES 4
#define ADDRESS_TAG_SHIFT 56
#define ADDRESS_IS_KERNEL (1ull << 55) /* chooses between TTBR0 and TTBR1 */

_Static_assert(USER_TOP == 0x00007ffffffff000, "uaccess.S has the same limit");

struct fixup {
    vaddr_t access, resume;
};
extern const struct fixup fixup_table_start[], fixup_table_end[];

static bool is_in_group(uint64_t esr, unsigned group)
{
    return (esr & ESR_FSC_MASK & ~ESR_FSC_LEVEL) == group;
}

/* Faults that the page tables can answer for. */
static bool is_page_fault(uint64_t esr)
{
    return is_in_group(esr, FSC_TRANSLATION) || is_in_group(esr, FSC_ACCESS_FLAG) ||
           is_in_group(esr, FSC_PERMISSION);
}

/* TBI0 lets user addresses carry a tag; page tables, areas and si_addr know none. */
vaddr_t arch_untagged(vaddr_t va)
{
    return (uint64_t)((int64_t)(va << (64 - ADDRESS_TAG_SHIFT)) >> (64 - ADDRESS_TAG_SHIFT));
}

static struct user_fault fault_of(uint64_t esr, uint64_t far, bool from_user)
{
    unsigned ec = esr_ec(esr);
    bool is_exec = ec == EC_FETCH_EL0 || ec == EC_FETCH_EL1;

    return (struct user_fault){
        .addr = arch_untagged(far),
        .is_exec = is_exec,
        .is_write = !is_exec && (esr & ESR_WNR) && !(esr & ESR_CM),
        .from_user = from_user,
    };
}

/*
 * What user mode may know of a fault. For a kernel address it is always "translation fault,
 * level 0", so that nobody can find out what is mapped there.
 */
static void note_fault(struct trap_frame *f, uint64_t esr, vaddr_t addr)
{
    if (addr & ADDRESS_IS_KERNEL) {
        uint64_t keep = ESR_EC_MASK | ESR_IL;

        if (esr_ec(esr) == EC_DATA_EL0)
            keep |= ESR_CM | ESR_WNR;
        esr = (esr & keep) | FSC_TRANSLATION;
    }
    f->fault_address = addr;
    f->fault_syndrome = esr;
}

/* A signal with the syndrome in its frame and, as Linux has it, no fault address there. */
static void signal_with_syndrome(struct trap_frame *f, int signo, int code, vaddr_t addr,
                                 uint64_t esr)
{
    f->fault_address = 0;
    f->fault_syndrome = esr;
    trap_user_signal(signo, code, addr, 0, esr);
}

static void user_abort(struct trap_frame *f, uint64_t esr, uint64_t far)
{
    struct user_fault fault = fault_of(esr, far, true);

    if (is_page_fault(esr)) {
        if (trap_page_fault(&fault))
            note_fault(f, esr, fault.addr);
        return;
    }
    note_fault(f, esr, fault.addr);
    switch (esr & ESR_FSC_MASK) {
    case FSC_ALIGNMENT:
        trap_user_signal(SIGBUS, BUS_ADRALN, fault.addr, 0, esr);
        break;
    case FSC_EXTERNAL:
    case FSC_PARITY:
    case FSC_EXCLUSIVE:
        trap_user_signal(SIGBUS, BUS_OBJERR, (esr & ESR_FNV) ? 0 : fault.addr, 0, esr);
        break;
    default: /* address size, errors on the walk, TLB conflicts: ours or the machine's fault */
        trap_user_signal(SIGKILL, SI_KERNEL, fault.addr, 0, esr);
        break;
    }
}

static int fp_code(uint64_t esr)
{
    if (!(esr & ESR_FP_TFV))
        return FPE_FLTUNK;
    if (esr & ESR_FP_IOF)
        return FPE_FLTINV;
    if (esr & ESR_FP_DZF)
        return FPE_FLTDIV;
    if (esr & ESR_FP_OFF)
        return FPE_FLTOVF;
    if (esr & ESR_FP_UFF)
        return FPE_FLTUND;
    return (esr & ESR_FP_IXF) ? FPE_FLTRES : FPE_FLTUNK;
}

static void user_exception(struct trap_frame *f, uint64_t esr, uint64_t far)
{
    switch (esr_ec(esr)) {
    case EC_FETCH_EL0:
    case EC_DATA_EL0:
        user_abort(f, esr, far);
        break;
    case EC_WFX: /* WFI is a hint: going on at once is allowed (SCTLR_EL1.nTWI) */
        f->pc += INSTRUCTION_BYTES;
        break;
    case EC_BRK:
        trap_user_signal(SIGTRAP, TRAP_BRKPT, f->pc, 0, esr);
        break;
    case EC_BREAKPOINT_EL0:
    case EC_STEP_EL0:
    case EC_WATCHPOINT_EL0:
        trap_user_signal(SIGTRAP, TRAP_TRACE, f->pc, 0, esr);
        break;
    case EC_PC_ALIGNMENT:
        signal_with_syndrome(f, SIGBUS, BUS_ADRALN, far, esr);
        break;
    case EC_SP_ALIGNMENT:
        signal_with_syndrome(f, SIGBUS, BUS_ADRALN, f->sp, esr);
        break;
    case EC_FP_EXCEPTION:
        trap_user_signal(SIGFPE, fp_code(esr), f->pc, 0, esr);
        break;
    case EC_UNKNOWN:
    case EC_SYSTEM_REGISTER:
        signal_with_syndrome(f, SIGILL, ILL_ILLOPC, f->pc, 0);
        break;
    default:
        signal_with_syndrome(f, SIGILL, ILL_ILLOPC, f->pc, esr);
        break;
    }
}

/* The tracer may change number and arguments, or have it skipped (number -1). */
static void traced_syscall(struct trap_frame *f)
{
    int32_t number = (int32_t)trace_syscall_enter(f->x[REG_SYSCALL]);
    long result;

    f->orig_x0 = f->x[0];
    if (number != -1) {
        result = syscall_dispatch((uint64_t)(int64_t)number, f->x);
        if (result != SYSCALL_FRAME_SET)
            f->x[0] = (uint64_t)result;
    } else if (f->x[0] == f->orig_x0) {
        f->x[0] = (uint64_t)-ENOSYS;
    }
    if (current->syscall_hooks)
        trace_syscall_exit();
}

FAULT_PATH void trap_user_sync(struct trap_frame *f, uint64_t esr)
{
    if (esr_ec(esr) == EC_SVC) {
        long result;

        cpu_irq_enable();
        f->orig_x0 = f->x[0];
        if (current->syscall_hooks) {
            traced_syscall(f);
        } else {
            result = syscall_dispatch(f->x[REG_SYSCALL], f->x);
            if (result != SYSCALL_FRAME_SET)
                f->x[0] = (uint64_t)result;
        }
    } else {
        uint64_t far = cpu_read(far_el1); /* before an interrupt can bring another */

        cpu_irq_enable();
        user_exception(f, esr, far);
    }
    cpu_irq_disable();
    trap_leave_user(f);
}

void trap_user_irq(struct trap_frame *f)
{
    intr_dispatch();
    trap_leave_user(f);
}

static void print_frame(const struct kernel_frame *f, uint64_t esr, uint64_t far)
{
    printk("pc %016lx sp %016lx pstate %08lx esr %08lx far %016lx", f->pc, f->sp, f->pstate, esr,
           far);
    for (unsigned i = 0; i < 28; i += 4)
        printk("x%-2u %016lx %016lx %016lx %016lx", i, f->x[i], f->x[i + 1], f->x[i + 2],
               f->x[i + 3]);
    printk("x28 %016lx %016lx %016lx", f->x[28], f->x[29], f->x[30]);
}

static const struct fixup *fixup_find(vaddr_t pc)
{
    for (const struct fixup *e = fixup_table_start; e < fixup_table_end; e++)
        if (e->access == pc)
            return e;
    return NULL;
}

/*
 * The only exception the kernel may cause: a data abort at an access that uaccess.S marked.
 * The interrupted code had interrupts on or off, and so has the work on its fault.
 */
void trap_kernel_sync(struct kernel_frame *f, uint64_t esr, uint64_t far)
{
    const struct fixup *fixup = esr_ec(esr) == EC_DATA_EL1 ? fixup_find(f->pc) : NULL;
    struct user_fault fault = fault_of(esr, far, false);
    int error = -1;

    if (!fixup) {
        print_frame(f, esr, far);
        panic("unexpected exception in the kernel");
    }
    if (is_page_fault(esr)) {
        if (!(f->pstate & PSTATE_IRQ))
            cpu_irq_enable();
        error = trap_page_fault(&fault);
        cpu_irq_disable();
    }
    if (error)
        f->pc = fixup->resume;
}

_Noreturn void trap_unexpected(const struct kernel_frame *f, uint64_t esr, uint64_t far)
{
    print_frame(f, esr, far);
    panic("unexpected interrupt or system error");
}

_Noreturn void trap_stack_overflow(const struct kernel_frame *f, uint64_t esr, uint64_t far)
{
    print_frame(f, esr, far);
    panic("kernel stack overflow");
}
