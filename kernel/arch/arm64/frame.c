// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * frame.c - the user's frame as common code sees it (arch.h), and which part of it is in the CPU.
 *
 * The kernel is compiled without FP registers and uses no TPIDR_EL0, so between a user's entry
 * and its return they keep the user's values by themselves. That ends in one place, when
 * arch_thread_activate() is about to let another thread run: frame_unload() stores them. So
 * frame_live is NULL or the frame of the current thread, and a frame that is not live is
 * complete in memory.
 */
#include "kernel/arch/arm64/cpu.h"
#include "kernel/arch/arm64/frame.h"
#include "kernel/include/arch.h"
#include "kernel/include/string.h"

#define SVC_BYTES 4

struct trap_frame *frame_live;

void frame_sync(struct trap_frame *f)
{
    if (f != frame_live)
        return;
    f->tpidr = cpu_read(tpidr_el0);
    fpsimd_save(f);
}

void frame_edit(struct trap_frame *f)
{
    frame_sync(f);
    if (f == frame_live)
        frame_live = NULL;
}

void frame_load(struct trap_frame *f)
{
    cpu_write(tpidr_el0, f->tpidr);
    fpsimd_load(f);
    frame_live = f;
}

void frame_unload(void)
{
    if (frame_live)
        frame_edit(frame_live);
}

void frame_init_user(struct trap_frame *f, vaddr_t pc, vaddr_t sp)
{
    if (f == frame_live)
        frame_live = NULL;
    memset(f, 0, sizeof(*f));
    f->pc = pc;
    f->sp = sp;
    f->pstate = PSTATE_EL0T;
}

void frame_copy(struct trap_frame *dst, struct trap_frame *src)
{
    frame_sync(src);
    *dst = *src;
}

vaddr_t frame_pc(const struct trap_frame *f)
{
    return f->pc;
}

vaddr_t frame_sp(const struct trap_frame *f)
{
    return f->sp;
}

void frame_set_sp(struct trap_frame *f, vaddr_t sp)
{
    f->sp = sp;
}

void frame_set_tls(struct trap_frame *f, vaddr_t base)
{
    frame_edit(f);
    f->tpidr = base;
}

void frame_set_result(struct trap_frame *f, long result)
{
    f->x[0] = (uint64_t)result;
}

void frame_syscall_restart(struct trap_frame *f)
{
    f->x[0] = f->orig_x0;
    f->pc -= SVC_BYTES;
}
