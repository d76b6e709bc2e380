/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exits: addresses before which the engine's translator puts a halt, which is
 * intercepted with the exact RIP.
 *
 * They end a block in its middle (count.c), and stand before port instructions, which
 * the engine does not intercept: the first block found to hold one adds its address
 * for good. The same is done before LOCK BT, BTS, BTR and BTC of a register (#UD; SDM vol. 2,
 * LOCK), over which the engine gives up while it translates: it asks for the address of an operand
 * in memory that there is none of. Addresses are virtual: an exit where another address space has
 * something else is recognised as stale and removed.
 *
 * What the engine translates at an exit is the halt and nothing of the guest. It looks up the page
 * of that block's last byte, and where the exit is a page's first byte that is the page before,
 * which the guest need not have: such a fault is nobody's, and the exit was reached.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cpu/arch/x86_64/counter.h"
#include "cpu/arch/x86_64/insn.h"

#define FOUND_MAX       16
#define LEARNT_MAX 64 /* exits in a row without an instruction; some blocks have several */

/* Leave the engine to change the exits: translated code is not dropped inside a hook. */
void exits_want(struct x86 *x, vaddr_t from, vaddr_t to)
{
    struct x86_counter *r = x->counter;

    if (!r->want_exits) {
        r->drop_from = from;
        r->drop_to = to;
    }
    r->drop_from = from < r->drop_from ? from : r->drop_from;
    r->drop_to = to > r->drop_to ? to : r->drop_to;
    r->want_exits = true;
    x86_engine_stop(x);
    x86_count_limit(&x->count, 0);
}

static void mark(struct x86_counter *r, vaddr_t pc)
{
    r->exit_marks[exits_mark(pc) / 64] |= 1ull << exits_mark(pc) % 64;
}

bool exits_is(const struct x86_counter *r, vaddr_t pc)
{
    if ((r->tail && r->tail_at == pc) || (r->step && r->step_at == pc) ||
        (r->fence && r->fence_at == pc))
        return true;
    if (!exits_may_be(r, pc))
        return false;
    for (size_t i = 0; i < r->exit_count; i++)
        if (r->exits[i] == pc)
            return true;
    return false;
}

int x86_engine_set_exits(struct x86 *x)
{
    struct x86_counter *r = x->counter;
    size_t count = r->exit_count;

    memset(r->exit_marks, 0, sizeof(r->exit_marks));
    for (size_t i = 0; i < count; i++)
        mark(r, r->exits[i]);
    if (r->tail)
        r->exits[count++] = r->tail_at;
    if (r->step)
        r->exits[count++] = r->step_at;
    if (r->fence)
        r->exits[count++] = r->fence_at;
    return x86_engine_put_exits(x, r->exits, count);
}

static void add(struct x86_counter *r, vaddr_t pc)
{
    if (r->exit_count == X86_EXITS_MAX) { /* forget the oldest; it will be learnt again */
        memmove(r->exits, r->exits + 1, (X86_EXITS_MAX - 1) * sizeof(r->exits[0]));
        r->exit_count--;
    }
    r->exits[r->exit_count++] = pc;
    mark(r, pc);
}

/* The LOCK BTs on the straight way from `pc` to where a block must have ended; false: none. */
static bool learn_lock_bt(struct x86 *x, vaddr_t pc)
{
    uint8_t buf[INSN_BYTES_MAX];
    unsigned found = 0;
    struct insn i;

    for (vaddr_t at = pc; at - pc < BLOCK_BYTES_MAX && found < FOUND_MAX; at += i.length) {
        size_t got = x86_fetch(x, at, buf, sizeof(buf));

        insn_decode(&i, buf, got, x86_long_code(x));
        if (got < i.length)
            break;
        if (!insn_is_lock_bt(&i))
            continue;
        found++;
        if (!exits_is(x->counter, at))
            add(x->counter, at);
    }
    return found > 0;
}

int x86_count_gave_up(struct x86 *x, const char *words, bool may)
{
    vaddr_t rip = x86_reg(x, X86_RIP);

    x86_count_sync(x, rip, true);
    if (may && learn_lock_bt(x, rip)) {
        exits_want(x, rip, rip + BLOCK_BYTES_MAX);
        return 0;
    }
    snprintf(x->error, sizeof(x->error), "the engine gave up at instruction %llu, PC 0x%llx: %s",
             (unsigned long long)x->count.n, (unsigned long long)rip, words);
    return -EIO;
}

/* A block with a port instruction: it must end before that. */
void exits_learn_port(struct x86 *x, const struct x86_blocks_cold *b)
{
    struct x86_counter *r = x->counter;

    r->learnt = r->learnt_n == x->count.n ? r->learnt + 1 : 0;
    r->learnt_n = x->count.n;
    if (r->learnt > LEARNT_MAX) { /* the engine sees no instruction where insn.c sees one */
        snprintf(x->error, sizeof(x->error), "the code at 0x%llx cannot be decoded",
                 (unsigned long long)b->pc);
        x86_stop(x, CPU_STOP_ENGINE, 0);
        return;
    }
    add(r, b->pc + b->port_at);
    exits_want(x, b->pc, b->pc + b->size);
}

bool x86_count_is_unseen(const struct x86 *x, vaddr_t rip, vaddr_t fault)
{
    return !(rip & 0xfff) && fault >> 12 == (rip - 1) >> 12 && exits_is(x->counter, rip);
}

bool x86_count_exit(struct x86 *x, vaddr_t rip)
{
    struct x86_counter *r = x->counter;
    uint8_t buf[INSN_BYTES_MAX];
    struct insn i;

    if (r->tail && rip == r->tail_at && x->count.n == r->stop_at) {
        r->tail_reached = true;
        x86_count_hold(x);
        return true;
    }
    insn_decode(&i, buf, x86_fetch(x, rip, buf, sizeof(buf)), x86_long_code(x));
    if ((i.map == MAP_ONE && i.opcode == 0xf4) || (blocks_insn_flags(&i) & BLOCK_PORT)) {
        if (x->count.n < r->stop_at)
            return false;
        x86_count_hold(x);
        return true;
    }
    /* Stale: something else stands here. Take the exit away and run it. */
    if (r->step && rip == r->step_at)
        r->step = false;
    if (r->fence && rip == r->fence_at)
        r->fence = false;
    if (r->tail && rip == r->tail_at)
        r->tail = false;
    for (size_t k = 0; k < r->exit_count; k++)
        if (r->exits[k] == rip)
            r->exits[k--] = r->exits[--r->exit_count];
    exits_want(x, rip, rip + 1);
    return true;
}

/* A fetch fault on the page after RIP's: run up to the instruction that crosses. */
bool x86_count_fetch_ahead(struct x86 *x, vaddr_t rip, vaddr_t fault)
{
    struct x86_counter *r = x->counter;
    vaddr_t at = rip, next;

    if (fault <= rip || (fault & ~0xfffull) != (rip & ~0xfffull) + 0x1000)
        return false;
    while ((next = at + x86_insn_len(x, at)) <= (fault & ~0xfffull))
        at = next;
    if (at == rip)
        return false;
    blocks_open_ends(x);
    r->step = true;
    r->step_from = UINT64_MAX;
    r->step_at = at;
    exits_want(x, at, at + 1);
    return true;
}
