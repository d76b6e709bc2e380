// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * signal.c - Linux's rt_sigframe: pushed before a handler, popped by rt_sigreturn.
 *
 * Both work on a copy in the kernel and move it in one piece each way. What comes back is
 * the program's to write, so sigframe_pop() lets nothing into the frame that trap_return_user
 * could choke on: of RFLAGS only the bits that user mode owns, selectors with RPL 3, and FP
 * state that XRSTOR accepts (vol. 1, 13.8.1). A RIP that is not canonical and a selector that
 * is no program's make IRETQ fault, which trap.S turns into SIGSEGV at that RIP, as Linux does.
 *
 * The handler starts with FP state as after exec, as on Linux; sigreturn brings the
 * interrupted state back.
 */
#include "kernel/arch/x86_64/sigframe.h"
#include "kernel/arch/x86_64/cpu.h"
#include "kernel/include/errno.h"
#include "kernel/include/ktrace.h"
#include "kernel/include/signal.h"
#include "kernel/include/string.h"

#define RED_ZONE_BYTES 128 /* System V ABI, 3.2.2: a leaf function's, below RSP */
#define FLAGS_RESTORED                                                                            \
    (FLAG_AC | FLAG_OF | FLAG_DF | FLAG_TF | FLAG_SF | FLAG_ZF | FLAG_AF | FLAG_PF | FLAG_CF |    \
     FLAG_RF)

/* The largest frame with all its padding (Linux: init_sigframe_size()). */
#define SIGFRAME_BYTES_MAX (sizeof(struct rt_sigframe_k) + 15 + FP_FRAME_BYTES + 63)
const bool arch_bad_frame_is_fault = false;
const uint64_t arch_altstack_bytes_min = 2048;
const uint64_t arch_minsigstksz = (SIGFRAME_BYTES_MAX + 15) & ~15ull;

vaddr_t arch_untagged(vaddr_t va)
{
    return va;
}

static bool on_stack(vaddr_t sp, vaddr_t base, uint64_t size)
{
    return sp > base && sp - base <= size;
}

/* ---- push ---- */

/* From the frame itself, whose software bytes XRSTOR ignores: fp_state_reset() clears them. */
static int push_fp(struct trap_frame *f, vaddr_t at)
{
    const uint32_t magic2 = FP_XSTATE_MAGIC2;
    const struct fp_software software = {
        .magic1 = FP_XSTATE_MAGIC1,
        .extended_bytes = FP_FRAME_BYTES,
        .features = XSTATE_ALL,
        .xstate_bytes = FP_BYTES,
    };

    if (!cpu_local.has_xsave)
        return quiet_copy_to_user(at, &f->fp, FXSAVE_BYTES);
    memcpy(f->fp.software, &software, sizeof(software));
    /* A part in its initial state may be marked absent; a handler that edits it means it. */
    f->fp.header.xstate_bv |= XSTATE_ALL;
    return quiet_copy_to_user(at, &f->fp, FP_BYTES) ||
           quiet_copy_to_user(at + FP_BYTES, &magic2, sizeof(magic2));
}

static void fill_sigcontext(struct sigcontext_k *sc, const struct trap_frame *f)
{
    const struct trap_regs *r = &f->regs;

    *sc = (struct sigcontext_k){
        .r8 = r->r8, .r9 = r->r9, .r10 = r->r10, .r11 = r->r11,
        .r12 = r->r12, .r13 = r->r13, .r14 = r->r14, .r15 = r->r15,
        .rdi = r->rdi, .rsi = r->rsi, .rbp = r->rbp, .rbx = r->rbx,
        .rdx = r->rdx, .rax = r->rax, .rcx = r->rcx,
        .rsp = r->rsp, .rip = r->rip, .rflags = r->rflags,
        .cs = (uint16_t)r->cs, .ss = (uint16_t)r->ss,
        .err = f->fault_error, .trapno = f->fault_vector, .cr2 = f->fault_addr,
    };
}

static void enter_handler(struct trap_frame *f, vaddr_t sp, const struct sigaction_k *act,
                          int signo)
{
    struct trap_regs *r = &f->regs;

    r->rdi = (uint64_t)signo;
    r->rsi = sp + offsetof(struct rt_sigframe_k, info);
    r->rdx = sp + offsetof(struct rt_sigframe_head, uc);
    r->rax = 0; /* no vector registers, to a variadic function */
    r->rip = act->handler;
    r->rsp = sp;
    r->cs = USER_CS;
    r->ss = USER_DS;
    r->rflags &= ~(uint64_t)(FLAG_DF | FLAG_RF | FLAG_TF);
    fp_state_reset(&f->fp);
}

int sigframe_push(struct trap_frame *f, const struct ksiginfo *info, const struct sigaction_k *act,
                  uint64_t mask, const struct sigaltstack_k *altstack, bool on_altstack)
{
    struct rt_sigframe_head frame;
    vaddr_t sp = f->regs.rsp - RED_ZONE_BYTES, fp_at;
    bool stays_on_altstack = !(altstack->flags & (SS_DISABLE | (int)SS_AUTODISARM)) &&
                             on_stack(f->regs.rsp, altstack->sp, altstack->size);

    if (!(act->flags & SA_RESTORER))
        return -EFAULT;
    if (on_altstack)
        sp = altstack->sp + altstack->size;
    fp_at = (sp - (cpu_local.has_xsave ? FP_FRAME_BYTES : FXSAVE_BYTES)) & ~63ull;
    /* As if by a call: RSP + 8 is a multiple of 16 at the handler's first instruction. */
    sp = ((fp_at - sizeof(struct rt_sigframe_k)) & ~15ull) - 8;
    if ((on_altstack || stays_on_altstack) && !on_stack(sp, altstack->sp, altstack->size))
        return -EFAULT;

    frame.pretcode = act->restorer;
    frame.uc.link = 0;
    frame.uc.flags = UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS |
                     (cpu_local.has_xsave ? UC_FP_XSTATE : 0);
    frame.uc.stack = *altstack;
    fill_sigcontext(&frame.uc.mcontext, f);
    frame.uc.mcontext.oldmask = mask;
    frame.uc.mcontext.fpstate = fp_at;
    frame.uc.sigmask = mask;
    frame_edit(f); /* the handler begins with another FP state */
    ktrace(user_copy, sp, (fp_at + FP_FRAME_BYTES - sp) | KTRACE_TO_USER);
    if (push_fp(f, fp_at) || quiet_copy_to_user(sp, &frame, sizeof(frame)) ||
        quiet_copy_to_user(sp + offsetof(struct rt_sigframe_k, info), info, sizeof(*info)))
        return -EFAULT;
    enter_handler(f, sp, act, info->signo);
    return 0;
}

/* ---- pop ---- */

static struct fp_software *software_of(struct fp_state *fp)
{
    return (void *)fp->software; /* 16-byte aligned, and the kernel is -fno-strict-aliasing */
}

/* Does the frame hold an XSAVE header? Else it is an FXSAVE image, as on Linux. */
static bool has_xstate(struct fp_state *fp, vaddr_t at)
{
    const struct fp_software *software = software_of(fp);
    uint32_t magic2;

    return cpu_local.has_xsave && software->magic1 == FP_XSTATE_MAGIC1 &&
           software->xstate_bytes == FP_BYTES && software->extended_bytes >= FP_BYTES &&
           !quiet_copy_from_user(&magic2, at + FP_BYTES, sizeof(magic2)) &&
           magic2 == FP_XSTATE_MAGIC2;
}

static int pop_fp(struct fp_state *fp, vaddr_t at)
{
    uint64_t bv = XSTATE_ALL;

    if (!at) {
        fp_state_reset(fp);
        return 0;
    }
    ktrace(user_copy, at, FP_FRAME_BYTES);
    if (quiet_copy_from_user(fp, at, FXSAVE_BYTES))
        return -EFAULT;
    if (has_xstate(fp, at)) {
        if ((at & 63) || quiet_copy_from_user(&fp->header, at + FXSAVE_BYTES, sizeof(fp->header)))
            return -EFAULT;
        bv = fp->header.xstate_bv;
        if ((bv & ~(uint64_t)XSTATE_ALL) || fp->header.xcomp_bv || fp->header.reserved[0])
            return -EFAULT;
        bv &= software_of(fp)->features;
        if (!(software_of(fp)->features & XSTATE_SSE)) /* not asked for: MXCSR is not looked at */
            fp->mxcsr = MXCSR_INIT;
    } else if (at & 15) {
        return -EFAULT; /* FXRSTOR would fault */
    }
    if (fp->mxcsr & ~fp_mxcsr_mask)
        return -EFAULT;
    *software_of(fp) = (struct fp_software){ 0 };
    fp->header = (struct xsave_header){ .xstate_bv = bv };
    return 0;
}

static void restore_regs(struct trap_regs *r, const struct ucontext_k *uc)
{
    const struct sigcontext_k *sc = &uc->mcontext;

    r->r8 = sc->r8;
    r->r9 = sc->r9;
    r->r10 = sc->r10;
    r->r11 = sc->r11;
    r->r12 = sc->r12;
    r->r13 = sc->r13;
    r->r14 = sc->r14;
    r->r15 = sc->r15;
    r->rdi = sc->rdi;
    r->rsi = sc->rsi;
    r->rbp = sc->rbp;
    r->rbx = sc->rbx;
    r->rdx = sc->rdx;
    r->rax = sc->rax;
    r->rcx = sc->rcx;
    r->rsp = sc->rsp;
    r->rip = sc->rip;
    r->cs = sc->cs | 3u;
    r->ss = (uc->flags & UC_STRICT_RESTORE_SS) ? sc->ss | 3u : USER_DS;
    r->rflags = (r->rflags & ~(uint64_t)FLAGS_RESTORED) | (sc->rflags & FLAGS_RESTORED);
}

/* The handler's RET has taken the restorer's address off the stack. */
static vaddr_t frame_uc(const struct trap_frame *f)
{
    return f->regs.rsp - sizeof(uint64_t) + offsetof(struct rt_sigframe_head, uc);
}

/* Linux's order: SIGSEGV for a bad FP state is at the place that the frame names. */
int sigframe_pop(struct trap_frame *f, uint64_t *mask, struct sigaltstack_k *altstack)
{
    struct ucontext_k uc;
    struct fp_state *fp;

    if (copy_from_user(&uc, frame_uc(f), sizeof(uc)))
        return -EFAULT;
    restore_regs(&f->regs, &uc);
    f->syscall_number = UINT64_MAX;
    *mask = uc.sigmask;
    *altstack = uc.stack;
    frame_edit(f);
    fp = &f->fp;
    if (pop_fp(fp, uc.mcontext.fpstate)) {
        fp_state_reset(fp);
        return -EFAULT;
    }
    return 0;
}
