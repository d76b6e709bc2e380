// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ptrace.c - a stopped thread's registers as Linux's notes and requests show them (arch/x86:
 * user_regs_struct, the FXSAVE and XSAVE images), and single steps by RFLAGS.TF.
 */
#include "kernel/arch/x86_64/cpu.h"
#include "kernel/arch/x86_64/frame.h"
#include "kernel/include/errno.h"
#include "kernel/include/ptrace.h"
#include "kernel/include/string.h"

#define AUDIT_ARCH_X86_64 0xc000003eu
/* What a tracer may change: CF PF AF ZF SF TF DF OF NT RF AC. */
#define FLAGS_USER 0x54dd5ull
#define PTRACE_PEEKUSR 3
#define PTRACE_POKEUSR 6
#define PTRACE_GETREGS 12
#define PTRACE_SETREGS 13
#define PTRACE_GETFPREGS 14
#define PTRACE_SETFPREGS 15
#define USER_BYTES 912u
#define USER_DEBUGREG 848u
#define FXSAVE_BYTES 512u
#define XSAVE_XCR0 464 /* where Linux tells XCR0, in the bytes that belong to software */

const uint32_t arch_audit = AUDIT_ARCH_X86_64;

struct user_regs {
    uint64_t r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi, orig_rax;
    uint64_t rip, cs, rflags, rsp, ss, fs_base, gs_base, ds, es, fs, gs;
};

void frame_set_step(struct trap_frame *f, bool on)
{
    f->regs.rflags = on ? f->regs.rflags | FLAG_TF : f->regs.rflags & ~(uint64_t)FLAG_TF;
}

/* At the entry RAX says that nothing has been done yet. */
uint64_t frame_begin_syscall_stop(struct trap_frame *f, bool at_exit)
{
    if (!at_exit)
        f->regs.rax = (uint64_t)-ENOSYS;
    return 0;
}

void frame_end_syscall_stop(struct trap_frame *f, uint64_t mark)
{
    (void)f;
    (void)mark;
}

void frame_syscall_args(const struct trap_frame *f, uint64_t args[6])
{
    memcpy(args, &f->regs.rdi, 6 * sizeof(args[0]));
}

long frame_result(const struct trap_frame *f)
{
    return (long)f->regs.rax;
}

static void get_general(const struct thread *t, struct user_regs *r)
{
    const struct trap_frame *f = t->frame;
    const struct trap_regs *g = &f->regs;

    *r = (struct user_regs){
        g->r15, g->r14, g->r13, g->r12, g->rbp, g->rbx, g->r11, g->r10, g->r9, g->r8,
        g->rax, g->rcx, g->rdx, g->rsi, g->rdi, f->syscall_number, g->rip, g->cs, g->rflags,
        g->rsp, g->ss, f->fs_base, f->gs_base, f->ds, f->es, f->fs, f->gs,
    };
    if (t->trace->kind == TRACE_SYSCALL_ENTRY)
        r->orig_rax = t->trace->syscall_number;
}

static long set_general(struct thread *t, const struct user_regs *r)
{
    struct trap_frame *f = t->frame;
    struct trap_regs *g = &f->regs;

    if (r->fs_base >= USER_TOP || r->gs_base >= USER_TOP || r->cs != USER_CS || r->ss != USER_DS)
        return -EIO;
    if (r->rip != g->rip || r->rax != g->rax || (int64_t)r->orig_rax < 0)
        t->restart_code = 0; /* it goes somewhere else: no system call is run again */
    *g = (struct trap_regs){
        .rdi = r->rdi, .rsi = r->rsi, .rdx = r->rdx, .r10 = r->r10, .r8 = r->r8, .r9 = r->r9,
        .rax = r->rax, .rcx = r->rcx, .r11 = r->r11, .rbx = r->rbx, .rbp = r->rbp, .r12 = r->r12,
        .r13 = r->r13, .r14 = r->r14, .r15 = r->r15, .vector = g->vector, .error = g->error,
        .rip = r->rip, .cs = g->cs, .rsp = r->rsp, .ss = g->ss,
        .rflags = (g->rflags & ~FLAGS_USER) | (r->rflags & FLAGS_USER),
    };
    f->syscall_number = r->orig_rax;
    t->trace->syscall_number = r->orig_rax;
    f->fs_base = r->fs_base;
    f->gs_base = r->gs_base;
    return 0;
}

long frame_get_regset(struct thread *t, unsigned type, void *out)
{
    struct trap_frame *f = t->frame;
    uint64_t features = XSTATE_ALL;

    frame_sync(f);
    switch (type) {
    case NT_PRSTATUS:
        get_general(t, out);
        return sizeof(struct user_regs);
    case NT_FPREGSET:
        memcpy(out, &f->fp, FXSAVE_BYTES);
        return FXSAVE_BYTES;
    case NT_X86_XSTATE:
        memcpy(out, &f->fp, FP_BYTES);
        memcpy((char *)out + XSAVE_XCR0, &features, sizeof(features));
        return FP_BYTES;
    default:
        return -EINVAL;
    }
}

/* Nothing gets in at which XRSTOR would fault. */
static long set_fp(struct trap_frame *f, const struct fp_state *fp, bool with_header)
{
    if (fp->mxcsr & ~fp_mxcsr_mask)
        return -EINVAL;
    if (with_header && ((fp->header.xstate_bv & ~(uint64_t)XSTATE_ALL) || fp->header.xcomp_bv))
        return -EINVAL;
    memcpy(&f->fp, fp, FXSAVE_BYTES - sizeof(fp->software));
    if (with_header)
        f->fp.header.xstate_bv = fp->header.xstate_bv;
    else
        f->fp.header.xstate_bv = XSTATE_ALL;
    return 0;
}

long frame_set_regset(struct thread *t, unsigned type, const void *in)
{
    struct fp_state fp;

    frame_edit(t->frame);
    switch (type) {
    case NT_PRSTATUS:
        return set_general(t, in);
    case NT_FPREGSET:
    case NT_X86_XSTATE:
        memset(&fp, 0, sizeof(fp));
        memcpy(&fp, in, type == NT_FPREGSET ? FXSAVE_BYTES : FP_BYTES);
        return set_fp(t->frame, &fp, type == NT_X86_XSTATE);
    default:
        return -EINVAL;
    }
}

/* struct user: the registers at its start; the debug registers read as 0 and stay so. */
static long user_word(struct thread *t, bool write, uint64_t addr, uint64_t data)
{
    struct user_regs r;
    uint64_t word = 0;

    if ((addr & 7) || addr >= USER_BYTES)
        return -EIO;
    get_general(t, &r);
    if (!write) {
        if (addr < sizeof(r))
            memcpy(&word, (char *)&r + addr, sizeof(word));
        return copy_to_user(data, &word, sizeof(word));
    }
    if (addr >= sizeof(r))
        return addr >= USER_DEBUGREG && !data ? 0 : -EIO;
    memcpy((char *)&r + addr, &data, sizeof(data));
    return set_general(t, &r);
}

static long whole_set(struct thread *t, unsigned type, bool write, vaddr_t u)
{
    uint8_t bytes[FP_BYTES];
    long n = frame_get_regset(t, type, bytes);

    if (!write)
        return copy_to_user(u, bytes, (size_t)n);
    if (copy_from_user(bytes, u, (size_t)n))
        return -EFAULT;
    return frame_set_regset(t, type, bytes);
}

long arch_ptrace(struct thread *t, long request, uint64_t addr, uint64_t data)
{
    frame_edit(t->frame);
    switch (request) {
    case PTRACE_PEEKUSR:
    case PTRACE_POKEUSR:
        return user_word(t, request == PTRACE_POKEUSR, addr, data);
    case PTRACE_GETREGS:
    case PTRACE_SETREGS:
        return whole_set(t, NT_PRSTATUS, request == PTRACE_SETREGS, data);
    case PTRACE_GETFPREGS:
    case PTRACE_SETFPREGS:
        return whole_set(t, NT_FPREGSET, request == PTRACE_SETFPREGS, data);
    default:
        return -EIO;
    }
}
