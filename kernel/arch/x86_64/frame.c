// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * frame.c - the user frame as a value, for common code that knows no register names.
 *
 * The system call convention (System V ABI for x86-64, A.2.1): number and result in RAX,
 * arguments in RDI, RSI, RDX, R10, R8, R9; RCX and R11 are lost. In the frame RCX and R11 are
 * what SYSCALL put there, RIP and RFLAGS, so a frame that nobody changed can leave by
 * SYSRET.
 *
 * The kernel is compiled without FP registers and never uses the user's segments, so between a
 * user's entry and its return they keep the user's values by themselves. That ends in one
 * place, when arch_thread_activate() is about to let another thread run: frame_unload() stores
 * them. So frame_live is NULL or the frame of the current thread, and a frame that is not
 * live is complete in memory. XSAVE costs more than all the rest of a system call.
 */
#include "kernel/arch/x86_64/frame.h"
#include "kernel/arch/x86_64/cpu.h"
#include "kernel/include/arch.h"
#include "kernel/include/string.h"

#define FCW_INIT 0x37f    /* FNINIT: all exceptions masked, 64-bit precision (vol. 1, 8.1.5) */
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

/* ---- live and in memory ---- */

static void fp_save(struct fp_state *fp)
{
    if (cpu_local.has_xsave)
        __asm__ volatile("xsave64 %0" : "+m"(*fp) : "a"(XSTATE_ALL), "d"(0));
    else
        __asm__ volatile("fxsave64 %0" : "+m"(*fp));
}

static void fp_load(const struct fp_state *fp)
{
    if (cpu_local.has_xsave)
        __asm__ volatile("xrstor64 %0" : : "m"(*fp), "a"(XSTATE_ALL), "d"(0));
    else
        __asm__ volatile("fxrstor64 %0" : : "m"(*fp));
}

void frame_sync(struct trap_frame *f)
{
    if (f != cpu_local.frame_live)
        return;
    fp_save(&f->fp);
    __asm__ volatile("movw %%ds, %0" : "=m"(f->ds));
    __asm__ volatile("movw %%es, %0" : "=m"(f->es));
    __asm__ volatile("movw %%fs, %0" : "=m"(f->fs));
    __asm__ volatile("movw %%gs, %0" : "=m"(f->gs));
    f->fs_base = rdmsr(MSR_FS_BASE);
    f->gs_base = rdmsr(MSR_KERNEL_GS_BASE); /* after SWAPGS: the user's */
}

void frame_edit(struct trap_frame *f)
{
    frame_sync(f);
    if (f == cpu_local.frame_live)
        cpu_local.frame_live = NULL;
}

/* Loading FS and GS changes their bases: GS while the user's base is in GS_BASE, both first. */
static void segments_load(const struct trap_frame *f)
{
    __asm__ volatile("movw %0, %%ds" : : "m"(f->ds));
    __asm__ volatile("movw %0, %%es" : : "m"(f->es));
    __asm__ volatile("movw %0, %%fs" : : "m"(f->fs));
    __asm__ volatile("swapgs\n\t"
                     "movw %0, %%gs\n\t"
                     "swapgs"
                     :
                     : "r"(f->gs)
                     : "memory");
    wrmsr(MSR_FS_BASE, f->fs_base);
    wrmsr(MSR_KERNEL_GS_BASE, f->gs_base);
}

void frame_load(struct trap_frame *f)
{
    fp_load(&f->fp);
    segments_load(f);
    cpu_local.frame_live = f;
}

void frame_unload(void)
{
    if (cpu_local.frame_live)
        frame_edit(cpu_local.frame_live);
}

/* ---- the frame as a value ---- */

void frame_init_user(struct trap_frame *f, vaddr_t pc, vaddr_t sp)
{
    if (f == cpu_local.frame_live)
        cpu_local.frame_live = NULL;
    memset(f, 0, sizeof(*f));
    fp_state_reset(&f->fp);
    f->syscall_number = UINT64_MAX;
    f->regs.rip = pc;
    f->regs.cs = USER_CS;
    f->regs.rflags = FLAG_IF | FLAG_ALWAYS;
    f->regs.rsp = sp;
    f->regs.ss = USER_DS;
}

void frame_copy(struct trap_frame *dst, struct trap_frame *src)
{
    frame_sync(src);
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
    frame_edit(f);
    f->fs_base = base;
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
