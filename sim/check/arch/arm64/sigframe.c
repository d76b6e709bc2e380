/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Linux's rt_sigframe on arm64: siginfo (128 bytes), ucontext: flags, link, stack (24), mask and
 * padding (128); at a multiple of 16 the sigcontext: fault address, x0..x30, sp, pc, pstate; at a
 * multiple of 16 again 4096 bytes for records {magic, size, ...}. Behind all of that a frame
 * record.
 */
#include "sim/check/sigframe.h"

#include <string.h>

#define UC            128u
#define UC_MASK       (UC + 40u)
#define REGS          (UC + 176u + 8u)
#define RECORDS       (UC + 464u)
#define RECORDS_BYTES 4096u
#define FRAME_BYTES   (RECORDS + RECORDS_BYTES)
#define FPSIMD_MAGIC  0x46508001u
#define FPSIMD_BYTES  0x210u
#define X29 29
#define X30 30
#define SP  31

struct head {
    uint64_t flags, link, alt_sp;
    uint32_t alt_flags, pad;
    uint64_t alt_bytes, mask;
};

/* x0..x3 and x29..sp stand where ustate.c has them. */
static void look_at_record(struct cpu *cpu, const struct ustate *now, vaddr_t sp,
                           const uint64_t *saved, struct sigframe *f, sigframe_bad_fn bad,
                           void *ctx)
{
    vaddr_t at = ustate_get(now, X29);
    uint64_t record[2];

    f->end = sp + FRAME_BYTES;
    if (at < f->end || at - f->end > RECORDS_BYTES || (at & 15) ||
        cpu_mem_read(cpu, at, record, sizeof(record)) != 0) {
        bad(ctx, "x29 does not point at a frame record behind the signal frame", "x29", 0, f->end,
            at);
        return;
    }
    f->end = at + sizeof(record);
    if (record[0] != saved[X29])
        bad(ctx, "the frame record does not hold the interrupted x29", "fp", at, saved[X29],
            record[0]);
    if (record[1] != saved[X30])
        bad(ctx, "the frame record does not hold the interrupted x30", "lr", at + 8, saved[X30],
            record[1]);
}

static void look_at_records(struct cpu *cpu, vaddr_t sp, sigframe_bad_fn bad, void *ctx)
{
    vaddr_t at = sp + RECORDS, end = at + RECORDS_BYTES;
    unsigned states = 0;
    uint32_t head[2];

    for (; at + sizeof(head) <= end; at += head[1]) {
        if (cpu_mem_read(cpu, at, head, sizeof(head)) != 0)
            return;
        if (!head[0] && !head[1])
            break;
        states += head[0] == FPSIMD_MAGIC;
        if (head[0] == FPSIMD_MAGIC && head[1] != FPSIMD_BYTES)
            bad(ctx, "the FPSIMD record has another size", "size", at + 4, FPSIMD_BYTES, head[1]);
        if (head[1] < sizeof(head) || (head[1] & 15) || head[1] > end - at) {
            bad(ctx, "a record of the signal frame has a size that leads nowhere", "size", at + 4,
                16, head[1]);
            return;
        }
    }
    if (at + sizeof(head) > end)
        bad(ctx, "the records of the signal frame have no terminator", "magic", at - 16, 0, 1);
    if (states != 1)
        bad(ctx, "the signal frame does not hold the FP state once", "magic", sp + RECORDS,
            FPSIMD_MAGIC, states);
}

static bool look(struct cpu *cpu, const struct ustate *now, struct sigframe *f, sigframe_bad_fn bad,
                 void *ctx)
{
    vaddr_t sp = ustate_get(now, SP);
    uint64_t saved[32];
    struct head head;

    if (cpu_mem_read(cpu, sp + UC, &head, sizeof(head)) != 0 ||
        cpu_mem_read(cpu, sp + REGS, saved, sizeof(saved)) != 0)
        return false;
    f->sp = sp;
    f->saved_sp = saved[SP];
    f->alt_sp = head.alt_sp;
    f->alt_bytes = head.alt_bytes;
    f->alt_flags = head.alt_flags;
    f->mask = head.mask;
    if (sp & 15)
        bad(ctx, "a handler starts with a misaligned stack pointer", "sp", 0, sp & ~15ull, sp);
    if (head.flags)
        bad(ctx, "uc_flags of the signal frame is not 0", "flags", sp + UC, 0, head.flags);
    if (head.link)
        bad(ctx, "uc_link of the signal frame is not 0", "link", sp + UC + 8, 0, head.link);
    if (ustate_get(now, 1) == sp && ustate_get(now, 2) != sp + UC)
        bad(ctx, "x2 of a handler is not its ucontext", "x2", 0, sp + UC, ustate_get(now, 2));
    if (!ustate_get(now, X30))
        bad(ctx, "a handler has nowhere to return to", "x30", 0, 1, 0);
    look_at_record(cpu, now, sp, saved, f, bad, ctx);
    look_at_records(cpu, sp, bad, ctx);
    return true;
}

static vaddr_t mask_at(vaddr_t sp)
{
    return sp + UC_MASK;
}

const struct sigframe_arch arm64_sigframe_arch = {.sp = "sp", .look = look, .mask_at = mask_at};
