/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Faults that the engine does not know: #XM and #MF (but for FWAIT), #AC, and #GP
 * for a misaligned SSE operand.
 *
 * With all exceptions masked and RFLAGS.AC clear, which is how nearly all code
 * runs, nothing here costs anything. When something is unmasked, blocks that
 * hold FP arithmetic run one instruction at a time: the processor is marked, the
 * instruction runs under a trap flag of ours, and what the engine noted of its
 * exceptions is compared with the masks. An unmasked SSE exception takes the
 * instruction back and is delivered (SDM vol. 1, 11.5); an x87 exception stays
 * pending until the next waiting x87 instruction (8.6). RFLAGS.AC with CR0.AM
 * does the same to all user code.
 *
 * When to look: LDMXCSR, FLDCW and their like end in a look before the next
 * block. What FLDCW unmasks counts from the next branch on, so that the usual
 * FLDCW, FISTP, FLDCW of a conversion runs at full speed; where a run is cut must
 * not show, so a cut inside of such a block defers the look (X86_LOOK_CUT).
 * User code sets AC by POPF, which is looked at too, or returns to it from a
 * signal handler, which the next trap shows; from there on every block is looked at.
 */
#include "cpu/arch/x86_64/counter.h"
#include "cpu/arch/x86_64/insn.h"
#include "cpu/arch/x86_64/operands.h"

#define FSW_ES       0x80u
#define FSW_B        0x8000u
#define X87_INVALID  0x5u /* invalid and division by zero: the operands stay as they are */

void x86_checks_look(struct x86 *x)
{
    struct x86_fp_words w = x86_fp_words(x);

    x->checks.unknown = false;
    x->checks.fp = ((w.mxcsr >> 7 & 0x3f) != 0x3f || (w.fcw & 0x3f) != 0x3f) &&
                   !(x->flow.look & X86_LOOK_CUT);
    if (x->flow.look & X86_LOOK_AC)
        x86_checks_user_flags(x, x86_cpl(x), x86_reg(x, X86_RFLAGS), x86_reg(x, X86_CR0));
    x->flow.look = x->flow.look & X86_LOOK_CUT ? X86_LOOK_FP : 0;
}

void x86_checks_user_flags(struct x86 *x, unsigned cpl, uint64_t rflags, uint64_t cr0)
{
    if (cpl == 3 && (rflags & FLAG_AC) && (cr0 & CR0_AM))
        x->flow.ac_watch = 1;
}

static bool alignment_checked(struct x86 *x)
{
    return x->flow.ac_watch && x86_cpl(x) == 3 && (x86_reg(x, X86_RFLAGS) & FLAG_AC) &&
           (x86_reg(x, X86_CR0) & CR0_AM);
}

bool x86_checks_block(struct x86 *x, bool has_fp)
{
    return (x->checks.fp && has_fp) || alignment_checked(x);
}

/* May run under our trap flag: does not show it, change it or end the step in a way of its own. */
static bool steppable(const struct insn *i)
{
    static const uint8_t one[] = {0x17, 0x8e, 0x9c, 0x9d, 0xcc, 0xcd, 0xce, 0xcf, 0xf4, 0xfa, 0xfb};
    unsigned flags = blocks_insn_flags(i);

    if (i->map == MAP_ONE)
        for (size_t k = 0; k < ARRAY_LEN(one); k++)
            if (i->opcode == one[k])
                return false;
    if (i->map == MAP_0F && (i->opcode == 0x05 || i->opcode == 0x07))
        return false;
    return !(flags & (BLOCK_PORT | BLOCK_SHADOW));
}

static bool is_x87(const struct insn *i)
{
    return i->map == MAP_ONE && ((i->opcode >= 0xd8 && i->opcode <= 0xdf) || i->opcode == 0x9b);
}

/* The FN instructions, which run whatever is pending (SDM vol. 1, 8.3.11). */
static bool waits(const struct insn *i)
{
    unsigned reg = i->modrm >> 3 & 7;
    bool memory = i->modrm < 0xc0;

    if (i->opcode == 0xd9 && memory)
        return reg < 6;
    if (i->opcode == 0xdd && memory)
        return reg < 6;
    if (i->opcode == 0xdb && !memory)
        return i->modrm != 0xe2 && i->modrm != 0xe3;
    return !(i->opcode == 0xdf && i->modrm == 0xe0);
}

/*
 * The engine returns to virtual 8086 mode by an IRETD of any privilege level whose flags have VM,
 * in long mode too, where that mode is not (AMD APM vol. 3, IRET). What it would go to is no
 * segment of this machine's, so the selector is refused.
 */
static bool returns_to_vm86(struct x86 *x, const struct insn *i, uint32_t *selector)
{
    uint32_t frame[3], error;
    vaddr_t bad;

    if (!insn_is_iretd(i) || !x86_long_mode(x))
        return false;
    if (x86_mem_read(x, x86_gpr(x, 4), frame, sizeof(frame), &bad, &error))
        return false; /* the engine finds that, too */
    *selector = frame[1] & 0xfffcu;
    return frame[2] & FLAG_VM;
}

/* A fault that comes before the instruction does anything; true when it was delivered. */
static bool refuse(struct x86 *x, const struct insn *i, vaddr_t rip, const uint8_t *bytes)
{
    struct x86_operand op[X86_OPERANDS_MAX];
    struct x86_fp_words w = x86_fp_words(x);
    unsigned count = x86_operands(x, rip, bytes, i->length, op);
    bool checked = alignment_checked(x);
    uint32_t selector;

    if (returns_to_vm86(x, i, &selector)) {
        x86_fault(x, X86_GP, selector);
        return true;
    }
    if (is_x87(i) && waits(i) && (w.fsw & ~w.fcw & 0x3f) && (x86_reg(x, X86_CR0) & CR0_NE)) {
        x86_fault(x, X86_MF, X86_NO_ERROR);
        return true;
    }
    for (unsigned k = 0; k < count; k++) {
        unsigned natural = op[k].bytes == 10 ? 8 : op[k].bytes;
        if (op[k].must_align && (op[k].at & 15)) {
            x86_fault(x, X86_GP, 0);
            return true;
        }
        if (checked && natural <= 8 && natural && (op[k].at & (natural - 1))) {
            x86_fault(x, X86_AC, 0);
            return true;
        }
    }
    return false;
}

/* Exceptions of the instruction that just ran: into the registers, or into a fault. */
static void judge(struct x86 *x, vaddr_t rip, const struct insn *i)
{
    struct x86_fp_words w;
    uint32_t x87, sse;
    bool approximate = i->map == MAP_0F && (i->opcode == 0x52 || i->opcode == 0x53);
    vaddr_t after = x86_reg(x, X86_RIP);

    x86_fp_take_raised(x, &x87, &sse);
    if (approximate) /* RCP and RSQRT raise nothing */
        return;
    w = x86_fp_words(x);
    if (sse & ~(w.mxcsr >> 7)) {
        x86_engine_back(x);
        w = x86_fp_words(x);
        w.mxcsr |= sse;
        x86_fp_words_put(x, &w);
        x->count.n--;
        x86_set_reg(x, X86_RIP, rip);
        x86_fault(x, x86_reg(x, X86_CR4) & CR4_OSXMMEXCPT ? X86_XM : X86_UD, X86_NO_ERROR);
        return;
    }
    if (is_x87(i))
        x87 |= w.fsw & 0x3f & ~w.fcw; /* division by zero is there already */
    if (x87 & ~w.fcw & X87_INVALID) {
        x86_engine_back(x);
        x86_set_reg(x, X86_RIP, after);
        w = x86_fp_words(x);
    }
    if (x87 & ~w.fcw & 0x3f)
        w.fsw |= FSW_ES | FSW_B;
    w.fsw |= (uint16_t)x87;
    w.mxcsr |= sse;
    x86_fp_words_put(x, &w);
}

void x86_step_end(struct x86 *x)
{
    if (!x->checks.stepping)
        return;
    x->checks.stepping = false;
    x86_set_reg(x, X86_RFLAGS, x86_reg(x, X86_RFLAGS) & ~(uint64_t)FLAG_TF);
    x86_count_hold(x);
}

/* Run it under our trap flag. */
static int run_one(struct x86 *x, vaddr_t rip, const struct insn *i)
{
    uint64_t dr[8];
    int rc;

    x86_debug_regs(x, dr, false);
    x86_fp_sync(x);
    x86_engine_mark(x);
    x86_set_reg(x, X86_RFLAGS, x86_reg(x, X86_RFLAGS) | FLAG_TF);
    x->checks.stepping = true;
    x->checks.stepped = false;
    rc = x86_engine_run(x);
    x->count.current = NULL;
    if (x->checks.stepping)
        x86_step_end(x);
    if (rc || !x->checks.stepped)
        return rc;
    x86_debug_regs(x, dr, true);
    judge(x, rip, i);
    return 0;
}

int x86_step(struct x86 *x)
{
    uint8_t bytes[INSN_BYTES_MAX];
    vaddr_t rip = x86_reg(x, X86_RIP);
    struct insn i;
    size_t got = x86_fetch(x, rip, bytes, sizeof(bytes));

    insn_decode(&i, bytes, got, x86_long_code(x));
    if (got >= i.length && refuse(x, &i, rip, bytes))
        return 0;
    if (got >= i.length && steppable(&i) && !(x86_reg(x, X86_RFLAGS) & FLAG_TF))
        return run_one(x, rip, &i);
    return x86_count_one(x, rip, i.length);
}
