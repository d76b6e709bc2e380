/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exact instruction counting and exact stops.
 *
 * Each translated block adds its number of instructions, a quarter of its
 * bytes, when it begins. An event inside it takes back what lies behind the PC.
 *
 * A block that would pass the limit does not run: the engine stops at its
 * start, an exit is set at the instruction of the limit, and the shortened
 * block runs up to it. Nothing depends on how blocks were formed.
 *
 * While an interrupt waits for being unmasked, while FP instructions trap and at EL2, every block
 * takes the slow path; in watch mode behind an exception entry, those of the lower half do. That is
 * exact because what unmasks (a write to DAIF, ERET) or changes a mode (MSR) ends a block.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/arch/arm64/arm64.h"
#include "cpu/arch/arm64/insn.h"

/* Why the block hook stopped the engine before a block. */
enum want {
    WANT_NOTHING,
    WANT_LOOP,
    WANT_PARTIAL,
    WANT_LONE,
    WANT_FP_TRAP,
    WANT_PC_FAULT,
    WANT_ILLEGAL,
    WANT_ERET
};

struct arm64_counter {
    insn_t stop_at;      /* no instruction runs at this number */
    bool hold;           /* the engine was asked to stop: no block runs any more */
    bool fp_check;       /* FP instructions may trap */
    bool bad_return;     /* ERET at EL1 would lead to a state that is not there */
    bool only_looks;     /* only who looks on sends blocks to the slow path */
    bool tail;           /* `exit` is set */
    bool stale;          /* a block that ends at a former exit was left in the engine */
    vaddr_t exit;
    uint32_t page;       /* that the lone instruction stores to, WANT_LONE */
    enum want want;
    vaddr_t block_pc;    /* of the block that did not run */
    uint32_t block_size;
    uint32_t partial;    /* instructions of it that may run, WANT_PARTIAL and WANT_LONE */
};

int arm64_count_create(struct arm64 *a)
{
    a->counter = calloc(1, sizeof(*a->counter));
    return a->counter ? 0 : -ENOMEM;
}

void arm64_count_destroy(struct arm64 *a)
{
    free(a->counter);
    a->counter = NULL;
}

void arm64_count_reset(struct arm64 *a)
{
    *a->counter = (struct arm64_counter){.stop_at = 0};
    arm64_count_limit(&a->count, 0);
    a->count.size = 0;
}

insn_t arm64_count_at(const struct arm64 *a, vaddr_t pc)
{
    const struct arm64_count *c = &a->count;

    if (!c->size || pc < c->pc || pc >= c->pc + c->size)
        return c->n;
    return c->n - (c->pc + c->size - pc) / 4;
}

void arm64_count_sync(struct arm64 *a, vaddr_t pc, bool all_retired)
{
    arm64_adversary_ran(a, all_retired ? a->count.pc + a->count.size : pc);
    if (!all_retired)
        a->count.n = arm64_count_at(a, pc);
    a->count.size = 0;
}

bool arm64_count_reached(const struct arm64 *a)
{
    return a->count.n >= a->counter->stop_at;
}

void arm64_count_hold(struct arm64 *a)
{
    a->counter->hold = true;
    arm64_count_limit(&a->count, 0);
    arm64_engine_stop(a);
}

/* In watch mode, behind an exception entry: the return to user mode is to be told of. */
static bool awaits_return(const struct arm64 *a)
{
    return a->watch && a->flow.from_kernel;
}

/* Is somebody told of the blocks that run now? */
static bool looks_at_blocks(const struct arm64 *a)
{
    return a->blocks.fn && (!a->blocks.kernel || !a->watch || a->flow.from_kernel);
}

/* What blocks may run up to without a look at anything else. A return shows in the lower half. */
static void set_limits(struct arm64 *a)
{
    struct arm64_counter *r = a->counter;
    bool all, returns;

    r->only_looks = false;
    arm64_count_limit(&a->count, 0);
    if (r->hold || r->tail || r->want != WANT_NOTHING || r->fp_check || r->bad_return ||
        a->el2.active || arm64_irq_pending(a))
        return;
    returns = awaits_return(a);
    all = a->breaks.count || looks_at_blocks(a) || arm64_adversary_looks(a) ||
          (a->adversary && returns);
    r->only_looks = all || returns;
    a->count.limit[0] = r->only_looks ? 0 : r->stop_at;
    a->count.limit[1] = all ? 0 : r->stop_at;
}

void arm64_count_recheck(struct arm64 *a, insn_t stop_at)
{
    struct arm64_counter *r = a->counter;

    if (stop_at < r->stop_at)
        r->stop_at = stop_at;
    set_limits(a);
}

/*
 * At an exit the engine runs a WFI of its own, which traps where SCTLR_EL1 traps
 * WFI at EL0. The PC is then 4 before the exit, at an instruction that did run.
 */
bool arm64_count_exit(struct arm64 *a)
{
    struct arm64_counter *r = a->counter;
    vaddr_t pc = arm64_pc_get(a);
    uint32_t word;

    if (arm64_fetch(a, pc, &word) || insn_is_wait(word))
        return false;
    arm64_count_sync(a, pc + 4, true); /* the block ended at the exit */
    arm64_pc_set(a, pc + 4);
    if (!r->tail || pc + 4 != r->exit)
        r->stale = true;
    arm64_count_hold(a);
    return true;
}

static void not_run(struct arm64 *a, vaddr_t pc, uint32_t size, enum want want)
{
    struct arm64_counter *r = a->counter;

    if (r->want == WANT_NOTHING) {
        r->want = want;
        r->block_pc = pc;
        r->block_size = size;
    }
    a->count.size = 0;
    arm64_count_limit(&a->count, 0);
    arm64_engine_stop_before(a, pc);
}

/*
 * Index of the first FP or SIMD instruction of the block; its length where there is none. A
 * block never reaches into another page, so one walk finds all of it.
 */
static uint32_t first_fp(struct arm64 *a, vaddr_t pc, uint32_t size)
{
    const uint8_t *code;
    paddr_t pa;
    uint32_t word;

    if (arm64_walk(a, pc, &pa, NULL) || !(code = arm64_memory(a, pa, size)))
        return size / 4;
    for (uint32_t at = 0; at < size; at += 4) {
        memcpy(&word, code + at, 4);
        if (insn_is_fp(word))
            return at / 4;
    }
    return size / 4;
}

static void watch_return(struct arm64 *a, vaddr_t pc, bool user)
{
    const struct cpu_host *host = &a->config.host;

    if (user && a->flow.from_kernel && host->user_return)
        host->user_return(host->ctx, a->count.n, pc);
    a->flow.from_kernel = !user;
    if (user)
        set_limits(a);
}

/*
 * A block without a break, and who looks on is all that holds it up. In the kernel's half of the
 * addresses nobody is in user mode.
 */
static bool passes_looks(const struct arm64 *a, vaddr_t pc, uint32_t size)
{
    const struct arm64_counter *r = a->counter;

    return r->only_looks && !((awaits_return(a) || a->adversary) && !(pc >> 63)) && !r->hold &&
           r->want == WANT_NOTHING && !r->tail && !a->stopped &&
           !a->stop_asked && !(pc & 3) && a->count.n + size / 4 <= r->stop_at &&
           breaks_next(&a->breaks, pc, pc + size) == pc + size;
}

/* An ERET is not the engine's. */
static bool returns_here(struct arm64 *a)
{
    return a->el2.active ||
           (a->counter->bad_return && arm64_return_is_illegal(arm64_sysreg(a, SYS_SPSR)));
}

void arm64_count_slow(struct arm64 *a, vaddr_t pc, uint32_t size)
{
    struct arm64_counter *r = a->counter;
    uint64_t pstate;
    bool user;
    uint32_t insns = size / 4;

    arm64_adversary_ran(a, a->count.pc + a->count.size);
    if (passes_looks(a, pc, size)) {
        if (a->adversary)
            arm64_adversary_block(a, pc, size, false);
        blocks_tell(&a->blocks, a->count.n, pc, size);
        a->count.n += insns;
        a->count.pc = pc;
        a->count.size = size;
        return;
    }
    pstate = arm64_pstate(a);
    user = !(pstate & PSTATE_EL);
    if (r->tail && pc == r->exit) {
        a->count.size = 0; /* the halt before the exit is no instruction */
        return;
    }
    if (a->stopped || a->stop_asked || r->hold || r->want != WANT_NOTHING ||
        a->count.n >= r->stop_at || (arm64_irq_pending(a) && arm64_irq_open(a, pstate))) {
        not_run(a, pc, size, WANT_LOOP);
        return;
    }
    if (breaks_stop(&a->breaks, pc, a->count.n)) {
        not_run(a, pc, size, WANT_LOOP);
        return;
    }
    if (a->watch)
        watch_return(a, pc, user);
    if (pc & 3) {
        not_run(a, pc, size, WANT_PC_FAULT);
        return;
    }
    if (r->bad_return && (pstate & PSTATE_IL)) {
        not_run(a, pc, size, WANT_ILLEGAL);
        return;
    }
    if (r->fp_check && arm64_fp_forbidden(a, user))
        insns = first_fp(a, pc, size);
    if (!insns) {
        not_run(a, pc, size, WANT_FP_TRAP);
        return;
    }
    if (returns_here(a) && arm64_el2_is_eret(a, pc + size - 4) && insns == size / 4 && !--insns) {
        not_run(a, pc, size, WANT_ERET);
        return;
    }
    if (a->breaks.count) /* the first instruction has been looked at */
        insns = (uint32_t)(breaks_next(&a->breaks, pc + 4, pc + 4 * insns) - pc) / 4;
    if (a->count.n + insns > r->stop_at)
        insns = (uint32_t)(r->stop_at - a->count.n);
    if (insns < size / 4) {
        r->partial = insns;
        not_run(a, pc, size, WANT_PARTIAL);
        return;
    }
    if (a->adversary) {
        arm64_adversary_block(a, pc, size, user);
        set_limits(a);
    }
    blocks_tell(&a->blocks, a->count.n, pc, size);
    a->count.n += insns;
    a->count.pc = pc;
    a->count.size = size;
}

void arm64_count_entered(struct arm64 *a)
{
    a->flow.from_kernel = 1;
    if (a->watch || a->adversary)
        set_limits(a);
}

void arm64_count_looks(struct arm64 *a)
{
    set_limits(a);
}

/* One stretch of the engine. Sets `halted` when it ended in WFI. */
static int run_engine(struct arm64 *a)
{
    struct arm64_counter *r = a->counter;
    insn_t before = a->count.n;
    vaddr_t from = arm64_pc_get(a), pc;
    uint32_t word;
    int rc;

    a->count.size = 0;
    rc = arm64_engine_run(a);
    arm64_adversary_stopped(a);
    a->count.size = 0;
    if (r->stale)
        arm64_engine_drop_code(a);
    r->stale = false;
    arm64_code_settle(a);
    if (rc || a->stopped || a->stop_asked || r->hold || r->want != WANT_NOTHING)
        return rc;
    pc = arm64_pc_get(a);
    if (r->tail && pc == r->exit)
        return 0;
    if (a->count.n != before && !arm64_fetch(a, pc - 4, &word) && word == INSN_WFI)
        a->flow.halted = 1;
    else if (a->count.n == before && pc == from)
        arm64_engine_drop_code(a); /* a block that ends before itself, left by an exit */
    return 0;
}

/* Run the first `partial` instructions of the block that did not run. */
static int run_tail(struct arm64 *a)
{
    struct arm64_counter *r = a->counter;
    vaddr_t pc = r->block_pc, end = pc + r->block_size;
    int rc;

    r->want = WANT_NOTHING;
    r->exit = pc + 4 * r->partial;
    r->tail = true;
    arm64_engine_set_exit(a, r->exit, pc, end);
    arm64_count_limit(&a->count, 0);
    rc = run_engine(a);
    r->tail = false;
    arm64_engine_set_exit(a, 0, pc, end);
    return rc;
}

void arm64_count_lone(struct arm64 *a, uint32_t page)
{
    struct arm64_counter *r = a->counter;

    r->page = page;
    r->partial = 1;
    not_run(a, arm64_pc_get(a), 4, WANT_LONE);
}

static int run_lone(struct arm64 *a)
{
    uint32_t page = a->counter->page;
    int rc;

    rc = arm64_pages_lone(a, true);
    arm64_code_lone(a, page, true);
    if (!rc)
        rc = run_tail(a);
    if (arm64_pages_lone(a, false))
        rc = -ENOMEM;
    arm64_code_lone(a, page, false);
    return rc;
}

int arm64_count_run(struct arm64 *a, insn_t stop_at)
{
    struct arm64_counter *r = a->counter;
    vaddr_t pc;
    int rc;

    r->stop_at = stop_at;
    r->want = WANT_NOTHING;
    r->hold = false;
    r->fp_check = arm64_fp_forbidden(a, true);
    r->bad_return = !a->el2.active && arm64_return_is_illegal(arm64_sysreg(a, SYS_SPSR));
    set_limits(a);
    rc = run_engine(a);
    if (!rc && r->want == WANT_PARTIAL)
        rc = run_tail(a);
    if (!rc && r->want == WANT_LONE)
        rc = run_lone(a);
    if (rc)
        return rc;
    pc = arm64_pc_get(a);
    if (r->want == WANT_FP_TRAP)
        arm64_trap_sync(a, EC_FP_TRAP << 26 | ESR_IL | 0x1e00000, false, 0, CPU_TRAP_SYNC);
    else if (r->want == WANT_PC_FAULT)
        arm64_trap_sync(a, EC_PC_ALIGN << 26 | ESR_IL, true, pc, CPU_TRAP_SYNC);
    else if (r->want == WANT_ILLEGAL)
        arm64_trap_sync(a, EC_ILLEGAL << 26 | ESR_IL, false, 0, CPU_TRAP_SYNC);
    else if (r->want == WANT_ERET && a->el2.active)
        arm64_el2_eret(a);
    else if (r->want == WANT_ERET)
        arm64_illegal_return(a);
    return 0;
}
