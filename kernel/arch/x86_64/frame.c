// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * frame.c - the user frame as a value, for common code that knows no register names.
 *
 * The system call convention (System V ABI for x86-64, A.2.1): number and result in RAX,
 * arguments in RDI, RSI, RDX, R10, R8, R9; RCX and R11 are lost. In the frame RCX and R11 are
 * what SYSCALL put there, RIP and RFLAGS, so a frame that nobody changed can leave by
 * SYSRET.
 */
#include "kernel/arch/x86_64/frame.h"
#include "kernel/arch/x86_64/cpu.h"
#include "kernel/include/arch.h"
#include "kernel/include/string.h"

#define FCW_INIT 0x37f    /* FNINIT: all exceptions masked, 64-bit precision (vol. 1, 8.1.5) */
#define MXCSR_INIT 0x1f80 /* the same for SSE (vol. 1, 10.2.3) */
#define MXCSR_MASK_DEFAULT 0xffbf
#define SYSCALL_INSN_BYTES 2

uint32_t fp_mxcsr_mask;

void fp_state_reset(struct fp_state *fp)
{
    memset(fp, 0, sizeof(*fp));
    fp->fcw = FCW_INIT;
    fp->mxcsr = MXCSR_INIT;
    fp->mxcsr_mask = fp_mxcsr_mask;
    fp->header.xstate_bv = XSTATE_ALL;
}

void fp_init(void)
{
    struct cpuid features = cpuid(1, 0);
    struct fp_state fp;

    write_cr4(read_cr4() | CR4_OSFXSR | CR4_OSXMMEXCPT);
    memset(&fp, 0, sizeof(fp));
    __asm__ volatile("fninit; fxsave64 %0" : "+m"(fp));
    fp_mxcsr_mask = fp.mxcsr_mask ? fp.mxcsr_mask : MXCSR_MASK_DEFAULT;
    if (!(features.ecx & CPUID_1C_XSAVE))
        return;
    write_cr4(read_cr4() | CR4_OSXSAVE);
    __asm__ volatile("xsetbv" : : "c"(0), "a"(XSTATE_ALL), "d"(0));
    cpu_local.has_xsave = 1;
}

struct fp_state *frame_fp_edit(struct trap_frame *f)
{
    cpu_local.fp_frame = NULL;
    return &f->fp;
}

void frame_init_user(struct trap_frame *f, vaddr_t pc, vaddr_t sp)
{
    memset(f, 0, sizeof(*f));
    fp_state_reset(frame_fp_edit(f));
    f->syscall_number = UINT64_MAX;
    f->regs.rip = pc;
    f->regs.cs = USER_CS;
    f->regs.rflags = FLAG_IF | FLAG_ALWAYS;
    f->regs.rsp = sp;
    f->regs.ss = USER_DS;
}

void frame_copy(struct trap_frame *dst, const struct trap_frame *src)
{
    frame_fp_edit(dst);
    memcpy(dst, src, sizeof(*dst));
}

vaddr_t frame_pc(const struct trap_frame *f)
{
    return f->regs.rip;
}

vaddr_t frame_sp(const struct trap_frame *f)
{
    return f->regs.rsp;
}

void frame_set_sp(struct trap_frame *f, vaddr_t sp)
{
    f->regs.rsp = sp;
}

void frame_set_tls(struct trap_frame *f, vaddr_t base)
{
    f->fs_base = base;
}

long frame_syscall_number(const struct trap_frame *f)
{
    return (int32_t)f->syscall_number; /* Linux reads EAX */
}

const uint64_t *frame_syscall_args(const struct trap_frame *f, uint64_t scratch[6])
{
    (void)scratch;
    return &f->regs.rdi;
}

void frame_set_result(struct trap_frame *f, long result)
{
    f->regs.rax = (uint64_t)result;
}

void frame_syscall_restart(struct trap_frame *f)
{
    f->regs.rax = f->syscall_number;
    f->regs.rip -= SYSCALL_INSN_BYTES;
}
