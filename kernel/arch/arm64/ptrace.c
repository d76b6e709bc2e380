// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ptrace.c - a stopped thread's registers as Linux's notes show them (arch/arm64:
 * user_pt_regs, user_fpsimd_state), and single steps.
 *
 * A single step is PSTATE.SS in the frame and MDSCR_EL1.SS while the thread runs (DDI 0487,
 * "Software Step exceptions"); arch_thread_activate() sees to the latter.
 */
#include "kernel/arch/arm64/frame.h"
#include "kernel/include/errno.h"
#include "kernel/include/ptrace.h"
#include "kernel/include/string.h"

#define PSTATE_SS (1ull << 21)
#define AUDIT_ARCH_AARCH64 0xc00000b7u
#define DEBUG_ARCH_V8 6u
#define REG_SYSCALL_STOP 7

const uint32_t arch_audit = AUDIT_ARCH_AARCH64;

struct user_regs {
    uint64_t x[31], sp, pc, pstate;
};
struct user_fpsimd {
    uint8_t v[512];
    uint32_t fpsr, fpcr;
    uint64_t pad;
};
/* Of hardware breakpoints and watchpoints: how many there are (none). */
struct user_hwdebug {
    uint32_t info, pad;
};

void frame_set_step(struct trap_frame *f, bool on)
{
    f->pstate = on ? f->pstate | PSTATE_SS : f->pstate & ~PSTATE_SS;
}

/* Linux marks stops in x7: 0 at the entry, 1 at the exit. */
uint64_t frame_begin_syscall_stop(struct trap_frame *f, bool at_exit)
{
    uint64_t x7 = f->x[REG_SYSCALL_STOP];

    f->x[REG_SYSCALL_STOP] = at_exit;
    return x7;
}

void frame_end_syscall_stop(struct trap_frame *f, uint64_t x7)
{
    f->x[REG_SYSCALL_STOP] = x7;
}

void frame_syscall_args(const struct trap_frame *f, uint64_t args[6])
{
    memcpy(args, f->x, 6 * sizeof(args[0]));
}

long frame_result(const struct trap_frame *f)
{
    return (long)f->x[0];
}

long frame_get_regset(struct thread *t, unsigned type, void *out)
{
    struct trap_frame *f = t->frame;
    struct user_regs *r = out;
    struct user_fpsimd *fp = out;
    struct user_hwdebug debug = { .info = DEBUG_ARCH_V8 << 8 };

    frame_sync(f);
    switch (type) {
    case NT_PRSTATUS:
        memcpy(r->x, f->x, sizeof(r->x));
        r->sp = f->sp;
        r->pc = f->pc;
        r->pstate = f->pstate;
        return sizeof(*r);
    case NT_FPREGSET:
        *fp = (struct user_fpsimd){ .fpsr = (uint32_t)f->fpsr, .fpcr = (uint32_t)f->fpcr };
        memcpy(fp->v, f->v, sizeof(fp->v));
        return sizeof(*fp);
    case NT_ARM_TLS:
        memcpy(out, &f->tpidr, sizeof(f->tpidr));
        return sizeof(f->tpidr);
    case NT_ARM_SYSTEM_CALL: {
        int32_t number = t->trace->kind == TRACE_SYSCALL_ENTRY ||
                                 t->trace->kind == TRACE_SYSCALL_EXIT
                             ? (int32_t)t->trace->syscall_number
                             : -1;

        memcpy(out, &number, sizeof(number));
        return sizeof(number);
    }
    case NT_ARM_HW_BREAK:
    case NT_ARM_HW_WATCH:
        memcpy(out, &debug, sizeof(debug));
        return sizeof(debug);
    default:
        return -EINVAL;
    }
}

static long set_general(struct thread *t, const struct user_regs *r)
{
    struct trap_frame *f = t->frame;

    if (r->pstate & (PSTATE_MODE_MASK | PSTATE_DAIF))
        return -EINVAL;
    if (r->pc != f->pc)
        t->restart_code = 0; /* it goes somewhere else: no system call is run again */
    memcpy(f->x, r->x, sizeof(r->x));
    f->sp = r->sp;
    f->pc = r->pc;
    f->pstate = r->pstate & PSTATE_NZCV;
    return 0;
}

long frame_set_regset(struct thread *t, unsigned type, const void *in)
{
    struct trap_frame *f = t->frame;
    const struct user_fpsimd *fp = in;
    int32_t number;

    frame_edit(f);
    switch (type) {
    case NT_PRSTATUS:
        return set_general(t, in);
    case NT_FPREGSET:
        memcpy(f->v, fp->v, sizeof(fp->v));
        f->fpsr = fp->fpsr;
        f->fpcr = fp->fpcr;
        return 0;
    case NT_ARM_TLS:
        memcpy(&f->tpidr, in, sizeof(f->tpidr));
        return 0;
    case NT_ARM_SYSTEM_CALL:
        memcpy(&number, in, sizeof(number));
        t->trace->syscall_number = (uint64_t)(int64_t)number;
        return 0;
    case NT_ARM_HW_BREAK:
    case NT_ARM_HW_WATCH:
        return -ENOSPC;
    default:
        return -EINVAL;
    }
}

long arch_ptrace(struct thread *t, long request, uint64_t addr, uint64_t data)
{
    (void)t;
    (void)request;
    (void)addr;
    (void)data;
    return -EIO;
}
