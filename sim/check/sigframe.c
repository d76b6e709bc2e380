/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/check/sigframe.c - what holds for the signal frames of both CPUs; see sigframe.h. */
#include "sim/check/sigframe.h"

#include <string.h>

#define SS_DISABLE    2u
#define SS_AUTODISARM (1u << 31)

static const struct sigframe_arch *arch_of(struct cpu *cpu)
{
    return cpu_arch(cpu) == ARCH_ARM64 ? &arm64_sigframe_arch : &x86_64_sigframe_arch;
}

static bool on_altstack(const struct sigframe *f, vaddr_t sp)
{
    return !(f->alt_flags & SS_DISABLE) && f->alt_bytes && sp > f->alt_sp &&
           sp - f->alt_sp <= f->alt_bytes;
}

/* The frame is below what is in use, on whichever stack it is. */
static void look_at_place(const struct sigframe *f, const char *sp, sigframe_bad_fn bad, void *ctx)
{
    bool here = on_altstack(f, f->sp), there = on_altstack(f, f->saved_sp);
    vaddr_t top = f->saved_sp - f->red_zone;

    if (f->alt_flags & SS_AUTODISARM)
        return; /* what is in use there is nobody's business */
    if (here && !there)
        top = f->alt_sp + f->alt_bytes;
    if (here == there || here) {
        if (f->sp < top && f->end <= top)
            return;
        bad(ctx,
            here && !there ? "the signal frame ends behind the alternate stack"
                           : "the signal frame lies over the interrupted code's stack",
            sp, 0, top - (f->end - f->sp), f->sp);
    }
}

void sigframe_look(struct cpu *cpu, const struct ustate *now, struct sigframe *f,
                   sigframe_bad_fn bad, void *ctx)
{
    const struct sigframe_arch *arch = arch_of(cpu);

    memset(f, 0, sizeof(*f));
    if (arch->look(cpu, now, f, bad, ctx))
        look_at_place(f, arch->sp, bad, ctx);
}

bool sigframe_mask(struct cpu *cpu, vaddr_t sp, uint64_t *mask)
{
    return cpu_mem_read(cpu, arch_of(cpu)->mask_at(sp), mask, 8) == 0;
}
