/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exact instruction counting and exact stops.
 *
 * Each translated block adds its number of instructions when it begins. The
 * number comes from a table, and stays right because
 *   - a page of RAM from which a block was decoded is write-protected in the
 *     nested tables. A store to it is reported before it happens: the page
 *     becomes writable, its generation changes, all entries must be proved anew;
 *   - after everything that may change a mapping (CR writes, INVLPG) likewise;
 *   - an entry is proved by its physical pages and their generations.
 *
 * How a run ends at an exact number is count_run.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/arch/x86_64/counter.h"

#define FENCE_INSNS 8u

vaddr_t count_skip_insns(struct x86 *x, vaddr_t pc, uint64_t count)
{
    while (count--)
        pc += x86_insn_len(x, pc);
    return pc;
}

/*
 * A store that hit a protected page is about to run again. What the engine translated from the
 * page goes as a whole: of later stores to it, as long as none of its code runs, the engine notes
 * only the first of each mapping, and drops only what that one hits.
 */
void x86_count_code_store(struct x86 *x, paddr_t pa, vaddr_t rip)
{
    struct x86_counter *r = x->counter;

    x86_count_page_written(x, pa);
    /*
     * A block that changes itself is cut short by the engine in a way that no hook shows. So a
     * store into one of its own pages, or a walk of tables that stand there, runs as a block of
     * one.
     */
    if (!r->ran_lone && r->ran[0] != pa >> PAGE_SHIFT && r->ran[1] != pa >> PAGE_SHIFT)
        return;
    blocks_open_ends(x);
    r->step = true;
    r->step_from = rip;
    r->step_at = rip + x86_insn_len(x, rip);
    /* The next store may be the next instruction: no long block is translated for each. */
    r->fence = true;
    r->fence_at = count_skip_insns(x, r->step_at, FENCE_INSNS);
    exits_want(x, rip, r->fence_at + 1);
}

static void not_run(struct x86 *x, vaddr_t pc, uint32_t size)
{
    x->count.current = NULL;
    x->counter->block_pc = pc;
    x->counter->block_size = size;
    x86_engine_stop_before(x, pc - x86_code_base(x));
}

/* Is somebody told of the blocks that run now? */
static bool looks_at_blocks(const struct x86 *x)
{
    return x->blocks.fn && (!x->blocks.kernel || !x->watch || x->flow.from_kernel);
}

void count_set_limit(struct x86 *x)
{
    const struct x86_counter *r = x->counter;
    bool watched = x->breaks.count || looks_at_blocks(x) || x86_adversary_looks(x) ||
                   x->remap_bytes;
    bool stopping = r->hold || r->want_exits || r->want_drop || r->mode_unknown;
    bool all = watched || stopping || x->checks.unknown || x->flow.look ||
               (x->adversary && r->slow);

    x->count.limit[0] = all || r->slow ? 0 : r->stop_at;
    x->count.limit[1] = all || (r->slow && !r->only_returns) ? 0 : r->stop_at;
}

void count_choose_way(struct x86 *x)
{
    struct x86_counter *r = x->counter;
    bool returns = x->watch && x->flow.from_kernel && r->may_return;
    bool other = x86_irq_pending(x) || x->checks.fp || x->flow.ac_watch;

    r->slow = other || returns;
    r->only_returns = returns && !other;
    count_set_limit(x);
}

/*
 * Kernel code in the lower half of the addresses, such as Linux' own decompressor: user mode is
 * entered by a far transfer alone, so only behind one of these the next block there is looked at
 * again.
 */
static void in_low_kernel(struct x86 *x)
{
    struct x86_counter *r = x->counter;

    r->may_return = false;
    if (r->low_kernel)
        return;
    r->low_kernel = true; /* blocks with BLOCK_FAR take the slow path from now on */
    x86_count_remap(x);
}

/* In watch mode and while an interrupt waits: what to look at before each block. */
static bool block_watch(struct x86 *x, vaddr_t pc)
{
    struct x86_counter *r = x->counter;

    if (x->watch) {
        bool kernel = x86_cpl(x) < 3;
        if (!kernel && x->flow.from_kernel && x->config.host.user_return)
            x->config.host.user_return(x->config.host.ctx, x->count.n, pc);
        x->flow.from_kernel = kernel;
        if (kernel)
            in_low_kernel(x);
        count_choose_way(x);
    }
    if (!x86_irq_pending(x) || !(x86_reg(x, X86_RFLAGS) & FLAG_IF))
        return false;
    if (x->flow.shadow_n != x->count.n)
        return true;
    if (r->stop_at > x->count.n + 1)
        r->stop_at = x->count.n + 1;
    return false;
}

/* Does the block have to run one instruction at a time, with checks (step.c)? */
static bool needs_steps(struct x86 *x, const struct x86_blocks_cold *b)
{
    if (x->counter->one || x->checks.stepping)
        return false;
    return (b->flags & BLOCK_SPLIT) || x86_checks_block(x, b->flags & BLOCK_FP) ||
           (b->checks && !blocks_aligned(x, b));
}

static void far_transfer(struct x86 *x)
{
    struct x86_counter *r = x->counter;

    r->mode_unknown |= r->mixed;
    r->may_return = true;
    count_choose_way(x);
}

/* What a block's special instructions bring about, as it begins. */
static void count_special(struct x86 *x, const struct x86_blocks_cold *b)
{
    x->counter->look_before = x->flow.look;
    x->counter->shadow_before = x->flow.shadow_n;
    if (b->flags & BLOCK_SHADOW)
        x->flow.shadow_n = x->count.n;
    if (b->flags & BLOCK_REMAP) {
        x86_count_remap(x);
        x86_remap_begins(x, b->pc, b->size);
    }
    if (b->flags & BLOCK_FPCTL)
        x86_fp_sync(x);
    if (b->flags & BLOCK_FPCTL)
        x->flow.look |= X86_LOOK_FP;
    if (b->flags & BLOCK_POPF)
        x->flow.look |= X86_LOOK_AC;
    if (b->flags & BLOCK_FAR)
        far_transfer(x);
    count_set_limit(x);
}

/*
 * It ended before `offset`: what its special instructions from there on would have brought about.
 */
static void take_back(struct x86 *x, const struct x86_blocks_cold *b, uint32_t offset)
{
    if (b->flags & BLOCK_SHADOW) /* its last instruction */
        x->flow.shadow_n = x->counter->shadow_before;
    if ((b->flags & (BLOCK_FPCTL | BLOCK_POPF)) &&
        !(blocks_flags_before(x, b, offset) & (BLOCK_FPCTL | BLOCK_POPF)))
        x->flow.look = x->counter->look_before;
}

/* The block may run up to the next break; its first instruction has been looked at. */
static void stop_at_break(struct x86 *x, const struct x86_blocks_cold *b)
{
    insn_t *stop_at = &x->counter->stop_at;
    vaddr_t end = b->pc + b->size, at = b->pc;

    while ((at = breaks_next(&x->breaks, at + 1, end)) < end) {
        vaddr_t offset = at - b->pc;
        insn_t n;

        if (!blocks_is_start(x, b, (uint32_t)offset))
            continue;
        n = x->count.n + blocks_insns_before(x, b, (uint32_t)offset);
        if (n < *stop_at)
            *stop_at = n;
        return;
    }
}

/*
 * A block without a break, proved before, and who looks on is all that holds it up. In the
 * kernel's half of the addresses nobody is in user mode.
 */
static bool passes_looks(const struct x86 *x, vaddr_t pc, uint32_t size)
{
    const struct x86_counter *r = x->counter;
    const struct x86_block *hot = &x->count.blocks[x86_block_index(pc)];

    return (!r->slow || (r->only_returns && pc >> 63)) && !r->hold && !r->want_exits &&
           !r->want_drop && !r->want_partial && !r->want_step && !x->stopped && !x->stop_asked &&
           !x->checks.unknown && !x->flow.look && !r->step && !r->tail &&
           hot->key == (pc ^ x->count.bias) && hot->size == size &&
           x->count.n + hot->insns <= r->stop_at &&
           breaks_next(&x->breaks, pc, pc + size) == pc + size;
}

/* A block of one instruction that may store into its own page. */
static void count_lone(struct x86 *x, vaddr_t pc, uint32_t size)
{
    struct x86_blocks_cold *b = &x->count.cold[X86_BLOCKS];

    x->counter->lone = (struct x86_block){.size = (uint16_t)size, .insns = 1, .index = X86_BLOCKS};
    *b = (struct x86_blocks_cold){.pc = pc, .starts = {1}, .size = (uint16_t)size, .insns = 1};
    x->count.n++;
    x->count.current = &x->counter->lone;
    far_transfer(x); /* it may be one */
    x86_remap_begins(x, pc, size);
    count_set_limit(x);
}

/* It runs now: who looks on is told. */
static void count_known(struct x86 *x, const struct x86_block *hot, vaddr_t pc, uint32_t size)
{
    if (x->adversary) {
        x86_adversary_block(x, pc, size, hot->insns);
        count_set_limit(x);
    }
    blocks_tell(&x->blocks, x->count.n, pc, size);
    x->count.n += hot->insns;
    x->count.current = hot;
}

/* Something comes before the block, or it is none of the guest's. False: it may run. */
static bool comes_first(struct x86 *x, vaddr_t pc, uint32_t size)
{
    struct x86_counter *r = x->counter;

    if (x->stopped || x->stop_asked || r->want_exits || r->want_drop || r->want_partial ||
        r->want_step || r->hold) {
        not_run(x, pc, size);
        return true;
    }
    if (x->checks.unknown || x->flow.look) {
        r->may_return |= x->checks.unknown;
        x86_checks_look(x);
        count_choose_way(x);
    }
    if (exits_is(r, pc)) {
        x->count.current = NULL; /* the halt before it is no instruction */
        return true;
    }
    if (r->slow && block_watch(x, pc)) {
        not_run(x, pc, size);
        return true;
    }
    if (breaks_stop(&x->breaks, pc, x->count.n)) {
        r->hold = true;
        not_run(x, pc, size);
        return true;
    }
    return false;
}

/* Of a block that holds what `b` says: may it run as a whole? */
static bool runs_whole(struct x86 *x, const struct x86_blocks_cold *b)
{
    struct x86_counter *r = x->counter;

    if (r->want_drop)
        return false;
    if (b->flags & BLOCK_PORT) {
        exits_learn_port(x, b);
        return false;
    }
    if (needs_steps(x, b)) {
        r->want_step = true;
        return false;
    }
    if (x->breaks.count)
        stop_at_break(x, b);
    r->want_partial = x->count.n + b->insns > r->stop_at;
    return !r->want_partial;
}

static void count_proved(struct x86 *x, vaddr_t pc, uint32_t size)
{
    struct x86_counter *r = x->counter;
    unsigned index = x86_block_index(pc);
    struct x86_block *hot = &x->count.blocks[index];
    struct x86_blocks_cold *b = &x->count.cold[index];

    hot->size = X86_BLOCK_UNCACHED; /* until the end: it must never disagree with `b` */
    if (!blocks_prove(x, b, pc, size)) {
        blocks_no_code(x, pc);
        not_run(x, pc, size);
        return;
    }
    if (!runs_whole(x, b)) {
        not_run(x, pc, size);
        return;
    }
    *hot = (struct x86_block){pc ^ x->count.bias, (uint16_t)size, b->insns, index};
    hot->size |= blocks_size_marks(b);
    if ((r->mixed || r->low_kernel) && (b->flags & BLOCK_FAR))
        hot->size = X86_BLOCK_UNCACHED;
    count_known(x, hot, pc, size);
    count_special(x, b);
}

void x86_count_slow(struct x86 *x, vaddr_t pc, uint32_t size)
{
    struct x86_counter *r = x->counter;

    if (x86_engine_entering(x, pc))
        return;
    x86_remap_ran(x);
    if (r->mode_unknown) {
        blocks_set_mode(x, x86_long_code(x));
        count_set_limit(x);
    }
    if (passes_looks(x, pc, size)) {
        count_known(x, &x->count.blocks[x86_block_index(pc)], pc, size);
        return;
    }
    if (comes_first(x, pc, size))
        return;
    if (!blocks_is_open(r, pc, size)) {
        count_proved(x, pc, size);
        return;
    }
    if (!blocks_open_holds(x)) {
        not_run(x, pc, size);
        return;
    }
    blocks_tell(&x->blocks, x->count.n, pc, size);
    count_lone(x, pc, size);
}

void x86_count_block(const struct x86 *x, insn_t *n, vaddr_t *pc, uint32_t *bytes)
{
    const struct x86_block *current = x->count.current;

    *n = x->count.n - (current ? current->insns : 0);
    *pc = current ? x->count.cold[current->index].pc : 0;
    *bytes = current ? x->count.cold[current->index].size : 0;
}

void x86_count_sync(struct x86 *x, vaddr_t rip, bool all_retired)
{
    const struct x86_block *current = x->count.current;
    const struct x86_blocks_cold *b;

    x->count.current = NULL;
    x->counter->ran_lone = false;
    x->counter->ran[0] = x->counter->ran[1] = UINT64_MAX;
    if (!current)
        return;
    b = &x->count.cold[current->index];
    x->counter->ran_lone = current == &x->counter->lone;
    if (!x->counter->ran_lone)
        memcpy(x->counter->ran, b->page, sizeof(b->page));
    if (all_retired)
        return;
    if (rip < b->pc || rip >= b->pc + b->size)
        return;
    x->count.n -= b->insns;
    x->count.n += blocks_insns_before(x, b, (uint32_t)(rip - b->pc));
    take_back(x, b, (uint32_t)(rip - b->pc));
}

unsigned x86_count_last_len(struct x86 *x, vaddr_t pc)
{
    const struct x86_block *current = x->count.current;
    const struct x86_blocks_cold *b = current ? &x->count.cold[current->index] : NULL;

    return b ? (unsigned)(b->pc + b->size - pc) : x86_insn_len(x, pc);
}

/* An event changed what the run waits for: let every block be looked at. */
void x86_count_recheck(struct x86 *x, insn_t stop_at)
{
    struct x86_counter *r = x->counter;

    if (stop_at < r->stop_at)
        r->stop_at = stop_at;
    if (x86_irq_pending(x)) {
        r->slow = true;
        r->only_returns = false;
    }
    count_set_limit(x);
}

void x86_count_watched(struct x86 *x)
{
    x->counter->may_return = true;
}

void x86_count_entered(struct x86 *x)
{
    x->flow.from_kernel = 1;
    x->counter->may_return = true;
    x86_pages_in_kernel(x);
    if (x->watch || x->adversary || x->flow.ac_watch) /* this entry may have begun that watch */
        count_choose_way(x);
    if (x->counter->mixed) {
        x->counter->mode_unknown = true;
        count_set_limit(x);
    }
}

/*
 * Translated code is of one mode for the engine, so when a block runs in a mode in which it never
 * ran it is translated, and that is seen here, before it runs. A guest that runs 32-bit code after
 * 64-bit code has its far transfers looked at from then on. On the way up to long mode a few
 * instructions of 32 bits run in it: they go when the first of 64 bits comes, and are seen if they
 * run again.
 */
void x86_count_translated(struct x86 *x, vaddr_t pc, uint32_t size)
{
    struct x86_counter *r = x->counter;
    bool is_long = x86_long_code(x), was_long = r->is_long;

    blocks_translated(x, pc, size);
    if (!x86_flat_code(x))
        blocks_no_code(x, pc);
    if (is_long && x86_code_base(x)) /* count_run.c starts again without it */
        blocks_want_drop_all(x);
    if (!is_long && x86_long_mode(x)) {
        r->compat |= !was_long;
        if (was_long && !r->mixed) {
            r->mixed = true;
            x86_count_remap(x);
        }
    }
    if (is_long == was_long)
        return;
    blocks_set_mode(x, is_long);
    if (is_long && r->compat && !r->mixed) {
        r->compat = false;
        blocks_want_drop_all(x);
    }
    count_set_limit(x);
}

void x86_count_looks(struct x86 *x)
{
    count_set_limit(x);
}

void x86_count_reset(struct x86 *x)
{
    struct x86_counter *r = x->counter;

    x->count.current = NULL;
    r->tail = r->step = r->fence = r->want_exits = r->want_partial = r->want_step = false;
    r->want_drop = false;
    r->may_return = true;
    r->drops = 0;
    r->lost_n = UINT64_MAX;
    /*
     * Put back to 32-bit code: what runs behind it is translated, so its mode shows by nothing
     * else.
     */
    r->mixed |= r->is_long && !x86_long_code(x);
    x86_count_remap(x);
}

int x86_count_create(struct x86 *x)
{
    size_t pages = x->config.ram_bytes >> PAGE_SHIFT;
    struct x86_counter *r = calloc(1, sizeof(*r));

    x->counter = r;
    x->count.blocks = calloc(X86_BLOCKS, sizeof(struct x86_block));
    x->count.cold = calloc(X86_BLOCKS + 1, sizeof(struct x86_blocks_cold));
    if (!r || !x->count.blocks || !x->count.cold)
        return -ENOMEM;
    r->gen = calloc(pages, sizeof(r->gen[0]));
    r->protected = calloc(pages, 1);
    r->code = calloc(pages, 1);
    if (!r->gen || !r->protected || !r->code)
        return -ENOMEM;
    memset(r->cache, 0xff, sizeof(r->cache));
    x86_count_remap(x);
    return 0;
}

void x86_count_destroy(struct x86 *x)
{
    if (x->counter) {
        free(x->counter->gen);
        free(x->counter->protected);
        free(x->counter->code);
    }
    free(x->counter);
    free(x->count.blocks);
    free(x->count.cold);
}
