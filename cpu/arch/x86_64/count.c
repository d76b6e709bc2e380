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
 * A block that would pass the limit does not run: the engine stops at its
 * start, an exit (see below) is set at the instruction of the limit, and the
 * shortened block runs up to it.
 *
 * Exits are addresses before which the engine's translator puts a halt, which
 * is intercepted with the exact RIP. The same serve for port instructions,
 * which the engine does not intercept: the first block found to hold one adds
 * its address for good. Addresses are virtual: an exit where another address
 * space has something else is recognised as stale and removed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/arch/x86_64/count.h"
#include "cpu/arch/x86_64/insn.h"
#include "cpu/arch/x86_64/x86.h"

#define PAGE_SHIFT  12
#define PAGE_CACHE  256u
#define BLOCK_BYTES 4112u

enum { CODE_NONE, CODE_HERE, CODE_STALE };
enum { BLOCK_SHADOW = 1, BLOCK_REMAP = 2, BLOCK_PORT = 4 };

struct x86_blocks_cold {
    vaddr_t pc;
    uint64_t starts[4]; /* bit per byte: an instruction starts there (first 256 bytes) */
    uint64_t page[2];   /* physical page numbers, the second UINT64_MAX if there is none */
    uint32_t gen[2];
    uint16_t size, insns;
    uint32_t flags;
    uint32_t port_at; /* offset of the first port instruction, BLOCK_PORT */
};

struct page_cache {
    uint64_t bias, vpage, ppage;
};

struct x86_counter {
    uint32_t *gen;      /* per page of RAM */
    uint8_t *protected; /* per page: write-protected, holds decoded code */
    uint8_t *code;      /* per page: CODE_*, whether the engine may hold translations */
    struct page_cache cache[PAGE_CACHE];
    struct x86_block lone;
    uint64_t bias_count;
    insn_t stop_at;      /* no instruction runs at this number */
    bool slow;           /* every block takes the slow path */
    bool want_partial;   /* the engine stopped before a block that passes stop_at */
    bool hold;           /* the engine was asked to stop: no block runs any more */
    bool want_exits;     /* the list of exits grew: drop [drop_from, drop_to) and go on */
    vaddr_t block_pc;    /* of the block that did not run */
    uint32_t block_size;
    vaddr_t drop_from, drop_to;
    vaddr_t tail_at;     /* temporary exit */
    bool tail;
    vaddr_t step_from;   /* the one instruction to run unprotected, or UINT64_MAX */
    vaddr_t step_at;     /* temporary exit that only re-forms blocks */
    bool step;
    uint64_t exits[X86_EXITS_MAX + 2];
    size_t exit_count;
};

static uint64_t biased_generation(struct x86_counter *r)
{
    return r->bias_count << 49 & ~(1ull << 63);
}

void x86_count_remap(struct x86 *x)
{
    struct x86_counter *r = x->counter;

    x->paging_known = false;
    if (++r->bias_count == 1 << 14) {
        r->bias_count = 1;
        memset(r->cache, 0xff, sizeof(r->cache));
        for (unsigned i = 0; i < X86_BLOCKS; i++)
            x->count.blocks[i].size = X86_BLOCK_UNCACHED;
    }
    x->count.bias = biased_generation(r);
}

void x86_count_page_written(struct x86 *x, paddr_t pa)
{
    struct x86_counter *r = x->counter;
    uint64_t page = pa >> PAGE_SHIFT;

    if (!r->protected[page])
        return;
    r->protected[page] = 0;
    r->gen[page]++;
    x86_engine_protect(x, pa & ~0xfffull, true);
    x86_count_remap(x);
}

/* Leave the engine to change the exits: translated code is not dropped inside a hook. */
static void want_exits(struct x86 *x, vaddr_t from, vaddr_t to)
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
    x->count.limit = 0;
}

/* A store that hit a protected page is about to run again. */
void x86_count_code_store(struct x86 *x, paddr_t pa, vaddr_t rip)
{
    struct x86_counter *r = x->counter;
    paddr_t at;

    x86_count_page_written(x, pa);
    /*
     * A block that changes itself is cut short by the engine in a way that no
     * hook shows. So a store into its own page runs as a block of one.
     */
    if (x86_peek(x, rip, &at) || (at >> PAGE_SHIFT != pa >> PAGE_SHIFT &&
                                  (x86_peek(x, rip + 64, &at) || at >> PAGE_SHIFT != pa >> PAGE_SHIFT)))
        return;
    r->step = true;
    r->step_from = rip;
    r->step_at = rip + x86_insn_len(x, rip);
    want_exits(x, rip, r->step_at + 1);
}

static bool page_of(struct x86 *x, vaddr_t va, uint64_t *ppage)
{
    struct x86_counter *r = x->counter;
    uint64_t vpage = va >> PAGE_SHIFT;
    struct page_cache *c = &r->cache[vpage % PAGE_CACHE];
    paddr_t pa;

    if (c->vpage == vpage && c->bias == x->count.bias) {
        *ppage = c->ppage;
        return true;
    }
    if (x86_peek(x, va, &pa) || pa >= x->config.ram_bytes)
        return false;
    *c = (struct page_cache){x->count.bias, vpage, pa >> PAGE_SHIFT};
    *ppage = c->ppage;
    return true;
}

size_t x86_fetch(struct x86 *x, vaddr_t pc, uint8_t *buf, size_t len)
{
    size_t done = 0;
    uint64_t page;

    while (done < len && page_of(x, pc + done, &page)) {
        size_t offset = (pc + done) & 0xfff, part = 0x1000 - offset;
        if (part > len - done)
            part = len - done;
        memcpy(buf + done, x->ram + (page << PAGE_SHIFT) + offset, part);
        done += part;
    }
    return done;
}

unsigned x86_insn_len(struct x86 *x, vaddr_t pc)
{
    uint8_t buf[INSN_BYTES_MAX];
    size_t got = x86_fetch(x, pc, buf, sizeof(buf));
    struct insn i;

    insn_decode(&i, buf, got, x86_long_code(x));
    return i.length;
}

static unsigned insn_flags(const struct insn *i, const uint8_t *bytes)
{
    (void)bytes;
    if (i->map == MAP_ONE) {
        if (i->opcode == 0xfb || i->opcode == 0x17 ||
            (i->opcode == 0x8e && (i->modrm >> 3 & 7) == 2))
            return BLOCK_SHADOW; /* STI, POP SS, MOV SS */
        if ((i->opcode >= 0x6c && i->opcode <= 0x6f) || (i->opcode >= 0xe4 && i->opcode <= 0xe7) ||
            (i->opcode >= 0xec && i->opcode <= 0xef))
            return BLOCK_PORT;
    }
    if (i->map == MAP_0F &&
        (i->opcode == 0x22 || (i->opcode == 0x01 && (i->modrm >> 3 & 7) == 7 && i->modrm < 0xc0)))
        return BLOCK_REMAP; /* MOV to CR, INVLPG */
    return 0;
}

static void decode_bytes(struct x86_blocks_cold *b, const uint8_t *buf, bool is_long)
{
    struct insn i;
    unsigned at = 0, flags;

    b->insns = 0;
    b->flags = 0;
    memset(b->starts, 0, sizeof(b->starts));
    while (at < b->size) {
        if (at < 256)
            b->starts[at / 64] |= 1ull << at % 64;
        insn_decode(&i, buf + at, b->size - at, is_long);
        flags = insn_flags(&i, buf + at);
        if ((flags & BLOCK_PORT) && !(b->flags & BLOCK_PORT))
            b->port_at = at;
        b->flags |= flags;
        b->insns++;
        at += i.length;
    }
}

static bool block_pages(struct x86 *x, vaddr_t pc, uint32_t size, uint64_t page[2])
{
    page[1] = UINT64_MAX;
    if (!page_of(x, pc, &page[0]))
        return false;
    return (pc & 0xfff) + size <= 0x1000 || page_of(x, pc + size - 1, &page[1]);
}

static void protect_page(struct x86 *x, uint64_t page, bool *flush)
{
    if (page == UINT64_MAX || x->counter->protected[page])
        return;
    x->counter->protected[page] = 1;
    x->counter->code[page] = CODE_HERE;
    x86_engine_protect(x, page << PAGE_SHIFT, false);
    *flush = true; /* entries of the engine's TLB may still allow stores */
}

/* Make the entry for (pc, size) true; false when the code cannot be found. */
static bool block_prove(struct x86 *x, struct x86_blocks_cold *b, vaddr_t pc, uint32_t size)
{
    struct x86_counter *r = x->counter;
    uint8_t buf[BLOCK_BYTES];
    uint64_t page[2];
    bool flush = false;

    if (!block_pages(x, pc, size, page) || size > sizeof(buf))
        return false;
    if (b->pc == pc && b->size == size && b->page[0] == page[0] && b->page[1] == page[1] &&
        b->gen[0] == r->gen[page[0]] && r->protected[page[0]] &&
        (page[1] == UINT64_MAX || (b->gen[1] == r->gen[page[1]] && r->protected[page[1]])))
        return true;
    protect_page(x, page[0], &flush);
    protect_page(x, page[1], &flush);
    if (flush)
        x86_engine_flush_tlb(x);
    b->pc = pc;
    b->size = (uint16_t)size;
    for (int i = 0; i < 2; i++) {
        b->page[i] = page[i];
        b->gen[i] = page[i] == UINT64_MAX ? 0 : r->gen[page[i]];
    }
    if (x86_fetch(x, pc, buf, size) != size)
        return false;
    decode_bytes(b, buf, x86_long_code(x));
    return true;
}

static bool is_exit(const struct x86_counter *r, vaddr_t pc)
{
    if ((r->tail && r->tail_at == pc) || (r->step && r->step_at == pc))
        return true;
    for (size_t i = 0; i < r->exit_count; i++)
        if (r->exits[i] == pc)
            return true;
    return false;
}

int x86_engine_set_exits(struct x86 *x)
{
    struct x86_counter *r = x->counter;
    size_t count = r->exit_count;

    if (r->tail)
        r->exits[count++] = r->tail_at;
    if (r->step)
        r->exits[count++] = r->step_at;
    return x86_engine_put_exits(x, r->exits, count);
}

static void not_run(struct x86 *x, vaddr_t pc, uint32_t size)
{
    x->count.current = NULL;
    x->counter->block_pc = pc;
    x->counter->block_size = size;
    x86_engine_stop(x);
}

/* A block with a port instruction: it must end before that. */
static void learn_port(struct x86 *x, const struct x86_blocks_cold *b)
{
    struct x86_counter *r = x->counter;

    if (r->exit_count == X86_EXITS_MAX) { /* forget the oldest; it will be learnt again */
        memmove(r->exits, r->exits + 1, (X86_EXITS_MAX - 1) * sizeof(r->exits[0]));
        r->exit_count--;
    }
    r->exits[r->exit_count++] = b->pc + b->port_at;
    want_exits(x, b->pc, b->pc + b->size);
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
    }
    if (!x86_irq_pending(x) || !(x86_reg(x, X86_RFLAGS) & FLAG_IF))
        return false;
    if (x->flow.shadow_n != x->count.n)
        return true;
    if (r->stop_at > x->count.n + 1)
        r->stop_at = x->count.n + 1;
    return false;
}

/* A block of one instruction that may store into its own page. */
static void count_lone(struct x86 *x, vaddr_t pc, uint32_t size)
{
    struct x86_blocks_cold *b = &x->count.cold[X86_BLOCKS];

    x->counter->lone = (struct x86_block){.size = (uint16_t)size, .insns = 1, .index = X86_BLOCKS};
    *b = (struct x86_blocks_cold){.pc = pc, .starts = {1}, .size = (uint16_t)size, .insns = 1};
    x->count.n++;
    x->count.current = &x->counter->lone;
}

void x86_count_slow(struct x86 *x, vaddr_t pc, uint32_t size)
{
    struct x86_counter *r = x->counter;
    unsigned index = x86_block_index(pc);
    struct x86_block *hot = &x->count.blocks[index];
    struct x86_blocks_cold *b = &x->count.cold[index];

    if (x86_engine_entering(x, pc))
        return;
    if (x->stopped || x->stop_asked || r->want_exits || r->want_partial || r->hold) {
        not_run(x, pc, size);
        return;
    }
    if (is_exit(r, pc)) {
        x->count.current = NULL; /* the halt before it is no instruction */
        return;
    }
    if (r->slow && block_watch(x, pc)) {
        not_run(x, pc, size);
        return;
    }
    if (r->step && pc == r->step_from && pc + size == r->step_at) {
        count_lone(x, pc, size);
        return;
    }
    hot->size = X86_BLOCK_UNCACHED; /* until the end: it must never disagree with `b` */
    if (!block_prove(x, b, pc, size)) {
        snprintf(x->error, sizeof(x->error), "no code at 0x%llx", (unsigned long long)pc);
        x86_stop(x, CPU_STOP_ENGINE, 0);
        not_run(x, pc, size);
        return;
    }
    if (b->flags & BLOCK_PORT) {
        learn_port(x, b);
        not_run(x, pc, size);
        return;
    }
    if (x->count.n + b->insns > r->stop_at) {
        r->want_partial = true;
        not_run(x, pc, size);
        return;
    }
    *hot = (struct x86_block){pc ^ x->count.bias, (uint16_t)size, b->insns, index};
    if (b->flags)
        hot->size = X86_BLOCK_UNCACHED;
    x->count.n += b->insns;
    x->count.current = hot;
    if (b->flags & BLOCK_SHADOW)
        x->flow.shadow_n = x->count.n;
    if (b->flags & BLOCK_REMAP)
        x86_count_remap(x);
}

static unsigned insns_before(struct x86 *x, const struct x86_blocks_cold *b, uint32_t offset)
{
    unsigned count = 0, at = 0;

    if (offset < 256) {
        for (unsigned w = 0; w <= offset / 64; w++) {
            uint64_t bits = b->starts[w];
            if (w == offset / 64)
                bits &= (1ull << offset % 64) - 1;
            count += (unsigned)__builtin_popcountll(bits);
        }
        return count;
    }
    for (; at < offset; count++)
        at += x86_insn_len(x, b->pc + at);
    return count;
}

void x86_count_sync(struct x86 *x, vaddr_t rip, bool all_retired)
{
    const struct x86_block *current = x->count.current;
    const struct x86_blocks_cold *b;

    x->count.current = NULL;
    if (!current || all_retired)
        return;
    b = &x->count.cold[current->index];
    if (rip < b->pc || rip >= b->pc + b->size)
        return;
    x->count.n -= b->insns;
    x->count.n += insns_before(x, b, (uint32_t)(rip - b->pc));
}

/* The address of the instruction `count` after the one at `pc`. */
static vaddr_t skip_insns(struct x86 *x, vaddr_t pc, uint64_t count)
{
    while (count--)
        pc += x86_insn_len(x, pc);
    return pc;
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
    r->step = true;
    r->step_from = UINT64_MAX;
    r->step_at = at;
    want_exits(x, at, at + 1);
    return true;
}

bool x86_count_exit(struct x86 *x, vaddr_t rip)
{
    struct x86_counter *r = x->counter;
    uint8_t buf[INSN_BYTES_MAX];
    struct insn i;

    if (r->tail && rip == r->tail_at && x->count.n == r->stop_at) {
        x86_count_hold(x);
        return true;
    }
    insn_decode(&i, buf, x86_fetch(x, rip, buf, sizeof(buf)), x86_long_code(x));
    if ((i.map == MAP_ONE && i.opcode == 0xf4) || (insn_flags(&i, buf) & BLOCK_PORT)) {
        if (x->count.n < r->stop_at)
            return false;
        x86_count_hold(x);
        return true;
    }
    /* Stale: something else stands here. Take the exit away and run it. */
    if (r->step && rip == r->step_at)
        r->step = false;
    if (r->tail && rip == r->tail_at)
        r->tail = false;
    for (size_t k = 0; k < r->exit_count; k++)
        if (r->exits[k] == rip)
            r->exits[k--] = r->exits[--r->exit_count];
    want_exits(x, rip, rip + 1);
    return true;
}

insn_t x86_count_stop_at(const struct x86 *x)
{
    return x->counter->stop_at;
}

void x86_count_hold(struct x86 *x)
{
    x->counter->hold = true;
    x->count.limit = 0;
    x86_engine_stop(x);
}

static int run_tail(struct x86 *x)
{
    struct x86_counter *r = x->counter;
    vaddr_t from = r->block_pc, to = from + r->block_size;
    int rc;

    r->tail = true;
    r->tail_at = skip_insns(x, from, r->stop_at - x->count.n);
    x86_engine_drop_code(x, from, to);
    if (x86_engine_set_exits(x))
        return -EIO;
    rc = x86_engine_run(x);
    r->tail = false;
    if (x86_engine_set_exits(x))
        return -EIO;
    x86_engine_drop_code(x, from, to);
    return rc;
}

/* Run until count.n == stop_at or the machine stopped or an interrupt can be taken. */
int x86_count_run(struct x86 *x, insn_t stop_at)
{
    struct x86_counter *r = x->counter;
    int rc;

    r->stop_at = stop_at;
    r->hold = false;
    r->slow = x->watch || x86_irq_pending(x);
    x->count.limit = r->slow ? 0 : stop_at;
    rc = x86_engine_run(x);
    x->count.current = NULL;
    if (!rc && r->want_exits) {
        r->want_exits = false;
        rc = x86_engine_set_exits(x);
        x86_engine_drop_code(x, r->drop_from, r->drop_to);
    }
    if (!rc && r->want_partial && !r->hold && !x->stopped && x->count.n < r->stop_at) {
        r->want_partial = false;
        rc = run_tail(x);
        x->count.current = NULL;
    }
    r->want_partial = false;
    return rc;
}

/* An event changed what the run waits for: let every block be looked at. */
void x86_count_recheck(struct x86 *x, insn_t stop_at)
{
    struct x86_counter *r = x->counter;

    if (stop_at < r->stop_at)
        r->stop_at = stop_at;
    if (x86_irq_pending(x))
        r->slow = true;
    x->count.limit = r->slow || r->hold || r->want_exits ? 0 : r->stop_at;
}

void x86_count_reset(struct x86 *x)
{
    struct x86_counter *r = x->counter;

    x->count.current = NULL;
    r->tail = r->step = r->want_exits = r->want_partial = false;
    x86_count_remap(x);
}

static bool page_stale(const struct x86 *x, uint64_t page)
{
    return x->counter->code[page] == CODE_STALE;
}

/* Code that was translated from these pages is gone with what they held. */
void x86_count_host_write(struct x86 *x, paddr_t pa, size_t len)
{
    struct x86_counter *r = x->counter;
    bool code = false;

    for (uint64_t page = pa >> PAGE_SHIFT; len && page <= (pa + len - 1) >> PAGE_SHIFT; page++) {
        x86_count_page_written(x, page << PAGE_SHIFT);
        if (r->code[page] == CODE_NONE)
            continue;
        r->code[page] = CODE_STALE;
        code = true;
    }
    if (!code)
        return;
    x86_engine_drop_pages(x, page_stale);
    for (uint64_t page = pa >> PAGE_SHIFT; page <= (pa + len - 1) >> PAGE_SHIFT; page++)
        if (r->code[page] == CODE_STALE)
            r->code[page] = CODE_NONE;
}

void x86_count_forget(struct x86 *x)
{
    x86_count_host_write(x, 0, x->config.ram_bytes);
    x->counter->exit_count = 0;
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
