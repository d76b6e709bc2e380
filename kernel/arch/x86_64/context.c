// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * context.c - a thread's first context, and what the CPU must know of the one that runs.
 */
#include "kernel/arch/x86_64/cpu.h"
#include "kernel/arch/x86_64/descriptors.h"
#include "kernel/arch/x86_64/frame.h"
#include "kernel/arch/x86_64/kmap.h"
#include "kernel/arch/x86_64/pmap.h"
#include "kernel/include/arch.h"
#include "kernel/include/thread.h"

/* What context_switch() pushes and pops, lowest address first. */
struct context {
    uint64_t r15, r14, r13, r12, rbx, rbp;
    void (*rip)(void);
};

void context_start_user(void);
void context_start_kernel(void);

struct trap_frame *frame_at_top(void *kstack_top)
{
    return (struct trap_frame *)kmap_stack_top(kstack_top) - 1;
}

struct context *context_init(void *kstack_top, void (*fn)(void *), void *arg)
{
    struct trap_frame *f = frame_at_top(kstack_top);
    struct context *c = (struct context *)f - 1;

    if (kmap_stack(kstack_top))
        return NULL;
    /* The return pops all of it, so the first code has the stack pointer at the frame. */
    frame_init_user(f, 0, 0);
    *c = (struct context){ .rip = context_start_user };
    if (fn) {
        c->rip = context_start_kernel;
        c->rbx = (uint64_t)fn;
        c->rbp = (uint64_t)arg;
    }
    return c;
}

void arch_thread_activate(struct thread *t)
{
    frame_unload();
    if (t->kstack_top) /* the idle thread never comes from user mode */
        descriptors_set_kernel_stack(kmap_stack_top(t->kstack_top));
    pmap_activate(t->pmap);
}
