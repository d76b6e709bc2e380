/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs that end at an exact instruction number.
 *
 * A block that would pass the limit does not run: the engine stops at its
 * start, an exit (exits.c) is set at the instruction of the limit, and the
 * shortened block runs up to it.
 *
 * In 64-bit code the base of CS counts as 0 (SDM vol. 1, 3.4.2.1). The engine adds it. So a block
 * that it translates with a base does not run, and neither counts a fault of its fetch there: all
 * code goes, and CS has no base from then on. Code of other segments that this machine has not ends
 * the run in the same two places.
 */
#include <errno.h>

#include "cpu/arch/x86_64/counter.h"

insn_t x86_count_stop_at(const struct x86 *x)
{
    return x->counter->stop_at;
}

void x86_count_hold(struct x86 *x)
{
    x->counter->hold = true;
    x86_count_limit(&x->count, 0);
    x86_engine_stop(x);
}

bool x86_count_is_elsewhere(struct x86 *x, vaddr_t rip)
{
    if (!x86_drop_code_base(x) && x86_flat_code(x))
        return false;
    x86_count_sync(x, rip, true);
    if (!x86_flat_code(x))
        blocks_no_code(x, rip);
    return true;
}

/* One stretch of the engine. A store into code ends it before the store. */
static int run_engine(struct x86 *x)
{
    struct x86_counter *r = x->counter;
    int rc = x86_engine_run(x);

    x86_remap_ran(x);
    x86_adversary_stopped(x);
    x86_pages_stopped(x);
    if (r->want_drop) {
        blocks_drop(x);
        r->dropped = true;
        count_set_limit(x);
    }
    x86_drop_code_base(x);
    return rc;
}

static int run_tail(struct x86 *x)
{
    struct x86_counter *r = x->counter;
    vaddr_t from = r->block_pc, to = from + r->block_size;
    int rc;

    r->tail = true;
    r->tail_reached = false;
    r->tail_at = count_skip_insns(x, from, r->stop_at - x->count.n);
    x86_engine_drop_code(x, from, to);
    if (x86_engine_set_exits(x))
        return -EIO;
    rc = run_engine(x);
    if ((x->flow.look & X86_LOOK_FP) && !r->one && r->tail_reached)
        x->flow.look |= X86_LOOK_CUT;
    r->tail = false;
    if (x86_engine_set_exits(x))
        return -EIO;
    x86_engine_drop_code(x, from, to);
    return rc;
}

/*
 * The first instruction may store to a page that is protected only because the whole block reaches
 * into it, and does so again when the whole block is looked at: then the short one simply goes on.
 */
static int run_partial(struct x86 *x)
{
    struct x86_counter *r = x->counter;
    insn_t n = x->count.n;
    int rc = 0;

    do {
        r->dropped = false;
        r->want_partial = false;
        rc = run_tail(x);
    } while (!rc && r->dropped && x->count.n == n && x86_reg(x, X86_RIP) == r->block_pc &&
             !x->stopped && !r->hold);
    return rc;
}

int x86_count_one(struct x86 *x, vaddr_t rip, unsigned len)
{
    struct x86_counter *r = x->counter;
    int rc = 0;

    r->block_pc = rip;
    r->block_size = len;
    r->stop_at = x->count.n + 1;
    r->one = true;
    do {
        r->dropped = false;
        rc = run_tail(x);
    } while (!rc && r->dropped && x->count.n < r->stop_at && !x->stopped && !r->hold);
    r->one = false;
    x->count.current = NULL;
    return rc;
}

/* Run until count.n == stop_at or the machine stopped or an interrupt can be taken. */
int x86_count_run(struct x86 *x, insn_t stop_at)
{
    struct x86_counter *r = x->counter;
    bool step;
    int rc;

    r->stop_at = stop_at;
    r->hold = false;
    if (r->want_drop) /* an entry between two runs wrote to it */
        blocks_drop(x);
    x86_drop_code_base(x); /* put there from outside */
    blocks_set_mode(x, x86_long_code(x));
    count_choose_way(x);
    step = r->want_step && x86_reg(x, X86_RIP) == r->block_pc;
    r->want_step = false;
    rc = step ? x86_step(x) : run_engine(x);
    x->count.current = NULL;
    if (!rc && r->want_exits) {
        r->want_exits = false;
        rc = x86_engine_set_exits(x);
        x86_engine_drop_code(x, r->drop_from, r->drop_to);
    }
    if (!rc && r->want_partial && !r->hold && !x->stopped && x->count.n < r->stop_at) {
        rc = run_partial(x);
        x->count.current = NULL;
    }
    r->want_partial = false;
    return rc;
}
