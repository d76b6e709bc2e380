/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Linux's rt_sigframe on x86_64: restorer (8 bytes), ucontext: flags, link, stack (24), sigcontext
 * (256), mask (8); siginfo (128). The FP state stands apart, at a multiple of 64: an XSAVE area
 * whose software bytes hold a magic and sizes, and a second magic behind it.
 */
#include "sim/check/sigframe.h"

#include <string.h>

#define UC           8u
#define CONTEXT      (UC + 40u)
#define CONTEXT_RSP  (CONTEXT + 15u * 8u)
#define CONTEXT_FP   (CONTEXT + 23u * 8u)
#define UC_MASK      (CONTEXT + 256u)
#define INFO         (UC_MASK + 8u)
#define FRAME_BYTES  (INFO + 128u)
#define RED_ZONE     128u
#define FXSAVE_BYTES 512u
#define SOFTWARE     464u
#define MAGIC1       0x46505853u
#define MAGIC2       0x46505845u
#define MAGIC2_BYTES 4u
#define UC_FP_XSTATE 1u
#define XSTATE_BYTES_MIN (FXSAVE_BYTES + 64u)
#define RDX 3
#define RSI 4
#define RSP 7

struct head {
    uint64_t flags, link, alt_sp;
    uint32_t alt_flags, pad;
    uint64_t alt_bytes;
};

struct software {
    uint32_t magic1, extended_bytes;
    uint64_t features;
    uint32_t xstate_bytes;
};

static void look_at_fp(struct cpu *cpu, vaddr_t at, bool xstate, struct sigframe *f,
                       sigframe_bad_fn bad, void *ctx)
{
    struct software s;
    uint64_t header;
    uint32_t magic2;

    if (cpu_mem_read(cpu, at + SOFTWARE, &s, sizeof(s)) != 0)
        return;
    if (at + FXSAVE_BYTES > f->end)
        f->end = at + FXSAVE_BYTES;
    if (at & (xstate ? 63 : 15))
        bad(ctx, "the FP state of the signal frame is misaligned", "fpstate",
            f->sp + CONTEXT_FP, at & ~63ull, at);
    if (!xstate)
        return;
    if (s.magic1 != MAGIC1) {
        bad(ctx, "the FP state of the signal frame lacks its first magic", "magic1", at + SOFTWARE,
            MAGIC1, s.magic1);
        return;
    }
    if (s.xstate_bytes < XSTATE_BYTES_MIN || s.extended_bytes != s.xstate_bytes + MAGIC2_BYTES) {
        bad(ctx, "the sizes in the FP state of the signal frame do not fit", "extended_size",
            at + SOFTWARE + 4, s.xstate_bytes + MAGIC2_BYTES, s.extended_bytes);
        return;
    }
    if (cpu_mem_read(cpu, at + s.xstate_bytes, &magic2, sizeof(magic2)) != 0 || magic2 != MAGIC2)
        bad(ctx, "the FP state of the signal frame lacks its second magic", "magic2",
            at + s.xstate_bytes, MAGIC2, magic2);
    if (cpu_mem_read(cpu, at + FXSAVE_BYTES, &header, sizeof(header)) == 0 &&
        (header & ~s.features))
        bad(ctx, "the XSAVE header of the signal frame has parts that the frame has not",
            "xstate_bv", at + FXSAVE_BYTES, header & s.features, header);
    if (at + s.extended_bytes > f->end)
        f->end = at + s.extended_bytes;
}

static bool look(struct cpu *cpu, const struct ustate *now, struct sigframe *f, sigframe_bad_fn bad,
                 void *ctx)
{
    vaddr_t sp = ustate_get(now, RSP);
    uint64_t restorer, fp;
    struct head head;
    uint8_t code;

    if (cpu_mem_read(cpu, sp, &restorer, 8) != 0 ||
        cpu_mem_read(cpu, sp + UC, &head, sizeof(head)) != 0 ||
        cpu_mem_read(cpu, sp + CONTEXT_RSP, &f->saved_sp, 8) != 0 ||
        cpu_mem_read(cpu, sp + CONTEXT_FP, &fp, 8) != 0 ||
        cpu_mem_read(cpu, sp + UC_MASK, &f->mask, 8) != 0)
        return false;
    f->sp = sp;
    f->end = sp + FRAME_BYTES;
    f->red_zone = RED_ZONE;
    f->alt_sp = head.alt_sp;
    f->alt_bytes = head.alt_bytes;
    f->alt_flags = head.alt_flags;
    if ((sp + 8) & 15)
        bad(ctx, "a handler starts with a misaligned stack pointer", "rsp", 0,
            ((sp + 8) & ~15ull) - 8, sp);
    if (!restorer || cpu_mem_read(cpu, restorer, &code, 1) != 0)
        bad(ctx, "a handler has nowhere to return to", "restorer", sp, 1, restorer);
    if (head.link)
        bad(ctx, "uc_link of the signal frame is not 0", "link", sp + UC + 8, 0, head.link);
    if (ustate_get(now, RSI) != sp + INFO)
        bad(ctx, "rsi of a handler is not its siginfo", "rsi", 0, sp + INFO, ustate_get(now, RSI));
    if (ustate_get(now, RDX) != sp + UC)
        bad(ctx, "rdx of a handler is not its ucontext", "rdx", 0, sp + UC, ustate_get(now, RDX));
    if (fp)
        look_at_fp(cpu, fp, head.flags & UC_FP_XSTATE, f, bad, ctx);
    return true;
}

static vaddr_t mask_at(vaddr_t sp)
{
    return sp + UC_MASK;
}

const struct sigframe_arch x86_64_sigframe_arch = {.sp = "rsp", .look = look, .mask_at = mask_at};
