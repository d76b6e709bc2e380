// SPDX-License-Identifier: GPL-2.0-or-later
/* frame.c - the user's frame as common code sees it (arch.h). */
#include "kernel/arch/arm64/frame.h"
#include "kernel/include/arch.h"
#include "kernel/include/string.h"

#define SVC_BYTES 4
#define REG_SYSCALL 8

void frame_init_user(struct trap_frame *f, vaddr_t pc, vaddr_t sp)
{
    memset(f, 0, sizeof(*f));
    f->pc = pc;
    f->sp = sp;
    f->pstate = PSTATE_EL0T;
}

void frame_copy(struct trap_frame *dst, const struct trap_frame *src)
{
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
    f->tpidr = base;
}

long frame_syscall_number(const struct trap_frame *f)
{
    return (long)f->x[REG_SYSCALL];
}

const uint64_t *frame_syscall_args(const struct trap_frame *f, uint64_t scratch[6])
{
    (void)scratch;
    return f->x;
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
