// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * signal.c - Linux's signal frames on arm64 (layout: sigframe.h).
 *
 * The frame is written piece by piece to the user's stack; what Linux leaves unwritten (the
 * rest of the mask, padding, reserved bytes behind the terminator) stays as it was there. x0 to
 * PSTATE stand in a signal frame as in a trap frame, and go over in one piece each way.
 *
 * Coming back, nothing in the frame is trusted. PSTATE must be EL0 AArch64 with
 * nothing masked; the records must be aligned, known, inside the reserved bytes, and hold
 * the FP state exactly once. Anything else is -EFAULT, which becomes SIGSEGV with the registers
 * that were read so far and a PSTATE that is a user's (Linux: valid_user_regs()).
 */
#include "kernel/arch/arm64/frame.h"
#include "kernel/arch/arm64/sigframe.h"
#include "kernel/include/errno.h"
#include "kernel/include/ktrace.h"
#include "kernel/include/string.h"

#define REG_FP 29
#define REG_LR 30
#define STACK_ALIGN 16
#define RECORDS_MAX (RESERVED_BYTES / 16)

#define REGS_BYTES (offsetof(struct trap_frame, tpidr) - offsetof(struct trap_frame, x))
_Static_assert(sizeof(struct sigcontext_regs) == sizeof(uint64_t) + REGS_BYTES &&
                   offsetof(struct sigcontext_regs, pc) - offsetof(struct sigcontext_regs, regs) ==
                       offsetof(struct trap_frame, pc),
               "x0 to PSTATE in the order of struct sigcontext");

const bool arch_bad_frame_is_fault = true;
const uint64_t arch_altstack_bytes_min = 5120;
const uint64_t arch_minsigstksz =
    sizeof(struct rt_sigframe) + sizeof(struct frame_record) + STACK_ALIGN;

static vaddr_t uc_at(vaddr_t frame, size_t offset)
{
    return frame + offsetof(struct rt_sigframe, uc) + offset;
}

static int put_regs(vaddr_t frame, const struct trap_frame *f)
{
    vaddr_t at = uc_at(frame, offsetof(struct ucontext_k, regs));

    return quiet_copy_to_user(at, &f->fault_address, sizeof(f->fault_address)) ||
           quiet_copy_to_user(at + offsetof(struct sigcontext_regs, regs), f->x, REGS_BYTES);
}

static int put_fpsimd(vaddr_t at, const struct trap_frame *f)
{
    const struct fpsimd_head fp = {
        .head = { FPSIMD_MAGIC, sizeof(struct fpsimd_context) },
        .fpsr = (uint32_t)f->fpsr,
        .fpcr = (uint32_t)f->fpcr,
    };

    return quiet_copy_to_user(at, &fp, sizeof(fp)) ||
           quiet_copy_to_user(at + sizeof(fp), f->v, sizeof(f->v));
}

static int put_records(vaddr_t frame, const struct trap_frame *f)
{
    vaddr_t at = uc_at(frame, offsetof(struct ucontext_k, reserved));
    const struct esr_context esr = { .head = { ESR_MAGIC, sizeof(esr) },
                                     .esr = f->fault_syndrome };
    const struct context_head end = { 0, 0 };

    if (put_fpsimd(at, f))
        return -EFAULT;
    at += sizeof(struct fpsimd_context);
    if (f->fault_syndrome) {
        if (quiet_copy_to_user(at, &esr, sizeof(esr)))
            return -EFAULT;
        at += sizeof(esr);
    }
    return quiet_copy_to_user(at, &end, sizeof(end));
}

int sigframe_push(struct trap_frame *f, const struct ksiginfo *info, const struct sigaction_k *act,
                  uint64_t mask, const struct sigaltstack_k *altstack, bool on_altstack)
{
    vaddr_t top = on_altstack ? altstack->sp + altstack->size : f->sp;
    vaddr_t record = (top - sizeof(struct frame_record)) & ~(STACK_ALIGN - 1ull);
    vaddr_t frame = record - sizeof(struct rt_sigframe);
    struct ucontext_head head = { .stack = *altstack, .sigmask = mask };

    ktrace(user_copy, frame, (record + sizeof(struct frame_record) - frame) | KTRACE_TO_USER);
    frame_sync(f);
    if (frame > top || quiet_copy_to_user(record, &f->x[REG_FP], sizeof(struct frame_record)) ||
        quiet_copy_to_user(uc_at(frame, 0), &head, sizeof(head)) || put_regs(frame, f) ||
        put_records(frame, f))
        return -EFAULT;
    if (act->flags & SA_SIGINFO) {
        if (quiet_copy_to_user(frame, info, sizeof(*info)))
            return -EFAULT;
        f->x[1] = frame;
        f->x[2] = uc_at(frame, 0);
    }
    f->x[0] = (uint64_t)info->signo;
    f->x[REG_FP] = record;
    f->x[REG_LR] = (act->flags & SA_RESTORER) ? act->restorer : USER_SIGRETURN;
    f->sp = frame;
    f->pc = act->handler;
    return 0;
}

/* Finds the FP state among the records; -EFAULT: the list is damaged or has none. */
static int find_fpsimd(vaddr_t reserved, vaddr_t *out)
{
    struct context_head head;
    size_t offset = 0;
    bool found = false;

    for (unsigned i = 0; i < RECORDS_MAX; i++) {
        if (offset % 16 || RESERVED_BYTES - offset < sizeof(head) ||
            quiet_copy_from_user(&head, reserved + offset, sizeof(head)) ||
            head.size > RESERVED_BYTES - offset)
            return -EFAULT;
        if (head.magic == 0)
            return head.size == 0 && found ? 0 : -EFAULT;
        if (head.magic == FPSIMD_MAGIC) {
            if (found || head.size != sizeof(struct fpsimd_context))
                return -EFAULT;
            found = true;
            *out = reserved + offset;
        } else if (head.magic != ESR_MAGIC) {
            return -EFAULT;
        }
        if (head.size < sizeof(head))
            return -EFAULT;
        offset += head.size;
    }
    return -EFAULT;
}

static bool pstate_is_valid(uint64_t pstate)
{
    return (pstate & PSTATE_MODE_MASK) == PSTATE_EL0T && !(pstate & PSTATE_DAIF);
}

int sigframe_pop(struct trap_frame *f, uint64_t *mask, struct sigaltstack_k *altstack)
{
    vaddr_t frame = f->sp, fp_at = 0;
    struct ucontext_head head;
    struct fpsimd_head fp;
    bool valid, unread;

    ktrace(user_copy, frame, sizeof(struct rt_sigframe));
    if (frame % STACK_ALIGN || frame > USER_TOP - sizeof(struct rt_sigframe))
        return -EFAULT; /* not looked at, so the registers stay as they are */
    unread = quiet_copy_from_user(&head, uc_at(frame, 0), sizeof(head));
    if (!unread)
        *mask = head.sigmask;
    if (unread ||
        quiet_copy_from_user(f->x, uc_at(frame, offsetof(struct ucontext_k, regs.regs)),
                             REGS_BYTES)) {
        memset(f->x, 0, REGS_BYTES); /* as Linux's __get_user leaves what it cannot read */
        return -EFAULT;
    }
    valid = pstate_is_valid(f->pstate);
    f->pstate &= PSTATE_NZCV; /* the other bits are not the user's on v8.0 */
    if (!valid || find_fpsimd(uc_at(frame, offsetof(struct ucontext_k, reserved)), &fp_at) ||
        quiet_copy_from_user(&fp, fp_at, sizeof(fp)))
        return -EFAULT;
    frame_edit(f);
    if (quiet_copy_from_user(f->v, fp_at + sizeof(fp), sizeof(f->v)))
        return -EFAULT;
    f->fpsr = fp.fpsr;
    f->fpcr = fp.fpcr;
    *altstack = head.stack;
    return 0;
}
