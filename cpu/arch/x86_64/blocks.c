/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the blocks that the engine translated hold: number and places of their
 * instructions, and what is special about them (blocks_flags.c). Decoded from RAM, and proved
 * again whenever RAM or a mapping may have changed (see count.c).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/arch/x86_64/arch.h"
#include "cpu/arch/x86_64/counter.h"
#include "cpu/arch/x86_64/insn.h"
#include "cpu/arch/x86_64/operands.h"

/* Canonical addresses repeat bit 63 in bit 48, which so is free to tell the mode. */
static uint64_t biased_generation(struct x86_counter *r)
{
    return (r->bias_count << 49 & ~(1ull << 63)) | (r->is_long ? 0 : 1ull << 48);
}

void blocks_set_mode(struct x86 *x, bool is_long)
{
    x->counter->is_long = is_long;
    x->counter->mode_unknown = false;
    x->count.bias = biased_generation(x->counter);
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

bool x86_count_holds_code(const struct x86 *x, paddr_t pa)
{
    return x->counter->protected[pa >> PAGE_SHIFT];
}

/* What is known of the page's code is no longer so. */
static void page_opens(struct x86 *x, uint64_t page)
{
    struct x86_counter *r = x->counter;

    if (!r->protected[page])
        return;
    r->protected[page] = 0;
    r->gen[page]++;
    x86_engine_protect(x, page << PAGE_SHIFT, true);
    x86_count_remap(x);
}

/* Inside a hook nothing is dropped: the engine stops before its next block, and it goes then. */
static void page_stales(struct x86 *x, uint64_t page)
{
    struct x86_counter *r = x->counter;

    if (r->code[page] != CODE_HERE)
        return;
    r->code[page] = CODE_STALE;
    if (r->drops < X86_DROPS_MAX)
        r->drop_page[r->drops] = page;
    r->drops += r->drops <= X86_DROPS_MAX;
    r->want_drop = true;
    /* The next block is looked at and not run: x86_engine_stop_before(). */
    x86_count_limit(&x->count, 0);
}

void x86_count_page_written(struct x86 *x, paddr_t pa)
{
    page_opens(x, pa >> PAGE_SHIFT);
    page_stales(x, pa >> PAGE_SHIFT);
}

static bool look_up_page(struct x86 *x, vaddr_t va, struct page_cache *c)
{
    paddr_t pa;

    if (x86_peek(x, va, &pa) || pa >= x->config.ram_bytes)
        return false;
    *c = (struct page_cache){x->count.bias, va >> PAGE_SHIFT, pa >> PAGE_SHIFT};
    return true;
}

static inline bool page_of(struct x86 *x, vaddr_t va, uint64_t *ppage)
{
    struct page_cache *c = &x->counter->cache[(va >> PAGE_SHIFT) % PAGE_CACHE];

    if ((c->vpage != va >> PAGE_SHIFT || c->bias != x->count.bias) && !look_up_page(x, va, c))
        return false;
    *ppage = c->ppage;
    return true;
}

bool blocks_page_of(struct x86 *x, vaddr_t va, uint64_t *ppage)
{
    return page_of(x, va, ppage);
}

size_t x86_fetch(struct x86 *x, vaddr_t pc, uint8_t *buf, size_t len)
{
    size_t done = 0;
    uint64_t page;

    while (done < len && blocks_page_of(x, pc + done, &page)) {
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

/*
 * `got` bytes, more than the block has where they are there: what the engine took for no
 * instruction it did not read to its end.
 */
static void decode_bytes(struct x86 *x, struct x86_blocks_cold *b, const uint8_t *buf, size_t got,
                         bool is_long)
{
    struct insn i;
    unsigned at = 0, flags;
    bool candidate = false, loaded = false;

    b->insns = 0;
    b->flags = 0;
    b->checks = 0;
    memset(b->starts, 0, sizeof(b->starts));
    while (at < b->size) {
        if (at < 256)
            b->starts[at / 64] |= 1ull << at % 64;
        insn_decode(&i, buf + at, got - at, is_long);
        flags = at + i.length <= got ? blocks_insn_flags(&i) : 0;
        if ((flags & BLOCK_PORT) && !(b->flags & BLOCK_PORT))
            b->port_at = at;
        if (((flags & BLOCK_FP) && loaded) ||
            ((flags & BLOCK_FPCTL) && blocks_fp_words(&i) != WORDS_CONTROL &&
             (b->flags & BLOCK_FP)))
            flags |= BLOCK_SPLIT;
        if (insn_is_iretd(&i)) /* step.c looks at what it would return to */
            flags |= BLOCK_SPLIT;
        loaded |= blocks_fp_words(&i) == WORDS_LOADED;
        if (flags == BLOCK_POPF && b->pc >> 63) /* the kernel's half: AC means nothing there */
            flags = 0;
        candidate |= x86_operands_candidate(&i);
        b->flags |= flags;
        b->insns++;
        at = i.too_long ? b->size : at + i.length; /* it faults: the engine's block ends with it */
    }
    if (candidate && is_long)
        x86_operands_align(x, b, buf);
}

unsigned blocks_insns_before(struct x86 *x, const struct x86_blocks_cold *b, uint32_t offset)
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

bool blocks_is_start(struct x86 *x, const struct x86_blocks_cold *b, uint32_t offset)
{
    uint32_t at = 0;

    if (offset < 256)
        return b->starts[offset / 64] >> offset % 64 & 1;
    while (at < offset)
        at += x86_insn_len(x, b->pc + at);
    return at == offset;
}

unsigned blocks_flags_before(struct x86 *x, const struct x86_blocks_cold *b, uint32_t offset)
{
    uint8_t buf[INSN_BYTES_MAX];
    unsigned flags = 0;
    struct insn i;

    for (uint32_t at = 0; at < offset; at += i.length) {
        insn_decode(&i, buf, x86_fetch(x, b->pc + at, buf, sizeof(buf)), b->is_long);
        flags |= blocks_insn_flags(&i);
    }
    return flags;
}

bool blocks_aligned(struct x86 *x, const struct x86_blocks_cold *b)
{
    for (unsigned i = 0; i < b->checks; i++) {
        const struct x86_block_check *c = &b->check[i];
        uint64_t at = c->disp;
        if (c->base >= 0)
            at += x86_gpr(x, (unsigned)c->base);
        if (c->index >= 0)
            at += x86_gpr(x, (unsigned)c->index) * c->scale;
        if (at & 15)
            return false;
    }
    return true;
}

static inline bool block_pages(struct x86 *x, vaddr_t pc, uint32_t size, uint64_t page[2])
{
    page[1] = UINT64_MAX;
    if (!page_of(x, pc, &page[0]))
        return false;
    return (pc & 0xfff) + size <= 0x1000 || page_of(x, pc + size - 1, &page[1]);
}

/* ---- the one instruction that runs while its page is open ---- */

bool blocks_is_open(const struct x86_counter *r, vaddr_t pc, uint32_t size)
{
    return r->step && pc == r->step_from && pc + size == r->step_at;
}

static bool open_changed(struct x86 *x)
{
    const struct x86_counter *r = x->counter;
    uint8_t now[INSN_BYTES_MAX];

    return x86_fetch(x, r->open.pc, now, r->open.len) != r->open.len ||
           memcmp(now, r->open.bytes, r->open.len) != 0;
}

void blocks_open_ends(struct x86 *x)
{
    struct x86_counter *r = x->counter;

    for (int i = 0; i < 2 && r->open.known; i++)
        if (r->open.page[i] != UINT64_MAX && !r->protected[r->open.page[i]])
            page_stales(x, r->open.page[i]);
    r->open.known = false;
}

bool blocks_open_holds(struct x86 *x)
{
    if (!x->counter->open.known || !open_changed(x))
        return true;
    blocks_open_ends(x);
    return false;
}

/*
 * No hook shows the stores to its pages until other code of them runs. The engine notes the first
 * of them alone, and of those that the model makes itself (x86_mem_write()) none.
 */
static void open_begins(struct x86 *x, vaddr_t pc, uint32_t size)
{
    struct x86_counter *r = x->counter;

    blocks_open_ends(x);
    if (size > sizeof(r->open.bytes) || !block_pages(x, pc, size, r->open.page) ||
        x86_fetch(x, pc, r->open.bytes, size) != size)
        return;
    r->open.pc = pc;
    r->open.len = size;
    r->open.known = true;
    for (int i = 0; i < 2; i++)
        if (r->open.page[i] != UINT64_MAX && r->code[r->open.page[i]] == CODE_NONE)
            r->code[r->open.page[i]] = CODE_HERE;
}

static void protect_page(struct x86 *x, uint64_t page, bool *flush)
{
    struct x86_counter *r = x->counter;

    if (page == UINT64_MAX)
        return;
    if (r->code[page] == CODE_NONE)
        r->code[page] = CODE_HERE;
    if (r->protected[page])
        return;
    if (r->open.known && (page == r->open.page[0] || page == r->open.page[1]) && open_changed(x))
        blocks_open_ends(x);
    r->protected[page] = 1;
    x86_engine_protect(x, page << PAGE_SHIFT, false);
    *flush = true; /* entries of the engine's TLB may still allow stores */
}

/*
 * From here on stores show to the pages, before the block has run: it may have to wait while an
 * interrupt is taken, and the handler may store there.
 */
void blocks_translated(struct x86 *x, vaddr_t pc, uint32_t size)
{
    uint64_t page[2];
    bool flush = false;

    if (!size) /* an exit is nothing of the guest */
        return;
    if (blocks_is_open(x->counter, pc, size)) {
        open_begins(x, pc, size);
        return;
    }
    if (!block_pages(x, pc, size, page))
        return;
    protect_page(x, page[0], &flush);
    protect_page(x, page[1], &flush);
    if (flush)
        x86_engine_flush_tlb(x);
}

/* Block and entry are of `page`. */
static inline bool holds(const struct x86_counter *r, const struct x86_blocks_cold *b, vaddr_t pc,
                  uint32_t size, const uint64_t page[2])
{
    return b->pc == pc && b->size == size && b->is_long == r->is_long && b->page[0] == page[0] &&
           b->page[1] == page[1] && b->gen[0] == r->gen[page[0]] && r->protected[page[0]] &&
           (page[1] == UINT64_MAX || (b->gen[1] == r->gen[page[1]] && r->protected[page[1]]));
}

bool x86_count_again(struct x86 *x, vaddr_t pc, uint32_t size)
{
    struct x86_counter *r = x->counter;
    unsigned index = x86_block_index(pc);
    struct x86_block *hot = &x->count.blocks[index];
    const struct x86_blocks_cold *b = &x->count.cold[index];
    uint64_t page[2];
    uint16_t marks;
    insn_t end;

    if (!hot->size) /* nothing stood there ever: the cold entry's page need not be */
        return false;
    marks = blocks_size_marks(b);
    end = x->count.n + b->insns;
    if (b->pc != pc || b->size != size || end > x->count.limit[pc >> 63] || r->step ||
        marks == X86_BLOCK_UNCACHED ||
        ((r->mixed || r->low_kernel) && (b->flags & BLOCK_FAR)))
        return false;
    if (hot->key != (pc ^ x->count.bias) || hot->size != (size | marks)) {
        if (!block_pages(x, pc, size, page) || !holds(r, b, pc, size, page) ||
            r->tail || r->fence || (exits_may_be(r, pc) && exits_is(r, pc)))
            return false;
        *hot = (struct x86_block){pc ^ x->count.bias, (uint16_t)(size | marks), b->insns, index};
    }
    if ((marks & X86_BLOCK_CHECK) && !blocks_aligned(x, b))
        return false;
    x->count.n = end;
    x->count.current = hot;
    if (marks & X86_BLOCK_SHADOWS) {
        r->look_before = x->flow.look;
        r->shadow_before = x->flow.shadow_n;
        x->flow.shadow_n = end;
    }
    return true;
}

bool blocks_prove(struct x86 *x, struct x86_blocks_cold *b, vaddr_t pc, uint32_t size)
{
    struct x86_counter *r = x->counter;
    uint8_t buf[BLOCK_BYTES_MAX + INSN_BYTES_MAX];
    uint64_t page[2];
    bool flush = false;
    size_t got;

    if (!block_pages(x, pc, size, page) || size > BLOCK_BYTES_MAX)
        return false;
    if (holds(r, b, pc, size, page))
        return true;
    if (!x86_flat_code(x))
        return false;
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
    got = x86_fetch(x, pc, buf, size + INSN_BYTES_MAX);
    if (got < size)
        return false;
    b->is_long = r->is_long;
    decode_bytes(x, b, buf, got, b->is_long);
    return true;
}

/*
 * Real mode, and segments of 16 bits or with a base, are not part of this machine. Where the tables
 * map no code (any more) the engine goes by an entry of its TLB that they have lost: it forgets it
 * now, and finds what they say. Code is behind RAM's end only if the tables say so as well.
 */
void blocks_no_code(struct x86 *x, vaddr_t pc)
{
    struct x86_counter *r = x->counter;
    bool flat = x86_flat_code(x);

    if (flat && (r->lost_pc != pc || r->lost_n != x->count.n)) {
        r->lost_pc = pc;
        r->lost_n = x->count.n;
        x86_count_remap(x);
        x86_engine_flush_tlb(x);
        return;
    }

    snprintf(x->error, sizeof(x->error),
             flat ? "no code at 0x%llx"
                  : "the code at 0x%llx is in a segment of 16 bits or with a base: not implemented",
             (unsigned long long)pc);
    x86_stop(x, flat ? CPU_STOP_ENGINE : CPU_STOP_STRICT, 0);
}

static bool page_stale(const struct x86 *x, uint64_t page)
{
    return x->counter->code[page] == CODE_STALE;
}

void blocks_drop(struct x86 *x)
{
    struct x86_counter *r = x->counter;
    size_t pages = x->config.ram_bytes >> PAGE_SHIFT;

    if (r->drops > X86_DROPS_MAX)
        x86_engine_drop_pages(x, page_stale);
    for (unsigned i = 0; i < r->drops && r->drops <= X86_DROPS_MAX; i++) {
        x86_engine_drop_page(x, r->drop_page[i]);
        r->code[r->drop_page[i]] = CODE_NONE;
    }
    for (size_t i = 0; i < pages && r->drops > X86_DROPS_MAX; i++)
        if (r->code[i] == CODE_STALE)
            r->code[i] = CODE_NONE;
    r->drops = 0;
    r->want_drop = false;
}

void blocks_want_drop_all(struct x86 *x)
{
    struct x86_counter *r = x->counter;

    for (size_t i = 0; i < x->config.ram_bytes >> PAGE_SHIFT; i++)
        if (r->code[i] == CODE_HERE)
            r->code[i] = CODE_STALE;
    r->drops = X86_DROPS_MAX + 1;
    r->want_drop = true;
    /* The next block is looked at and not run: x86_engine_stop_before(). */
    x86_count_limit(&x->count, 0);
}

static bool page_goes(struct x86 *x, uint64_t page)
{
    page_opens(x, page);
    if (x->counter->code[page] == CODE_NONE)
        return false;
    x->counter->code[page] = CODE_STALE;
    return true;
}

/* Code that was translated from these pages is gone with what they held. */
void x86_count_host_write(struct x86 *x, paddr_t pa, size_t len)
{
    struct x86_counter *r = x->counter;
    bool code = false;

    for (uint64_t page = pa >> PAGE_SHIFT; len && page <= (pa + len - 1) >> PAGE_SHIFT; page++)
        code |= page_goes(x, page);
    if (!code)
        return;
    x86_engine_drop_pages(x, page_stale);
    for (uint64_t page = pa >> PAGE_SHIFT; page <= (pa + len - 1) >> PAGE_SHIFT; page++)
        if (r->code[page] == CODE_STALE)
            r->code[page] = CODE_NONE;
}

void x86_count_code_here(struct x86 *x)
{
    paddr_t pa;

    if (!x86_translate(x, x86_reg(x, X86_RIP), &pa) && pa < x->config.ram_bytes &&
        x->counter->code[pa >> PAGE_SHIFT] == CODE_NONE)
        x->counter->code[pa >> PAGE_SHIFT] = CODE_HERE;
}

bool x86_count_page_put(struct x86 *x, uint32_t page)
{
    return page_goes(x, page);
}

void x86_count_settle(struct x86 *x, const uint32_t *page, size_t count)
{
    x86_engine_drop_pages(x, page_stale);
    for (size_t i = 0; i < count; i++)
        x->counter->code[page[i]] = CODE_NONE;
}

void x86_count_forget(struct x86 *x)
{
    x86_count_host_write(x, 0, x->config.ram_bytes);
    x->counter->exit_count = 0;
}
