// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * context.c - a thread's kernel stack before its first run:
 *
 *   top                    stack window of kmap.c, not the direct map
 *   struct trap_frame      user frame; SP_EL1 = top while in user mode
 *   struct context         popped by context_switch(), which then returns to x30
 *
 * thread_first (switch.S) finds fn in x19 and arg in x20.
 */
#include "kernel/arch/arm64/frame.h"
#include "kernel/arch/arm64/kmap.h"
#include "kernel/include/arch.h"
#include "kernel/include/string.h"

#define CONTEXT_FN 0    /* x19 */
#define CONTEXT_ARG 1   /* x20 */
#define CONTEXT_LR 11   /* x30 */

extern void thread_first(void);

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
    memset(f, 0, sizeof(*f));
    memset(c, 0, sizeof(*c));
    c->x[CONTEXT_FN] = (uint64_t)fn;
    c->x[CONTEXT_ARG] = (uint64_t)arg;
    c->x[CONTEXT_LR] = (uint64_t)thread_first;
    return c;
}
