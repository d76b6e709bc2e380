/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the blocks that the engine translated hold: number and places of their
 * instructions, and what is special about them. Decoded from RAM, and proved
 * again whenever RAM or a mapping may have changed (see count.c).
 */
#include <stdlib.h>
#include <string.h>

#include "cpu/arch/x86_64/counter.h"
#include "cpu/arch/x86_64/insn.h"

#define BLOCK_BYTES 4112u

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

bool blocks_page_of(struct x86 *x, vaddr_t va, uint64_t *ppage)
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

unsigned blocks_insn_flags(const struct insn *i)
{
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
        flags = blocks_insn_flags(&i);
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
    if (!blocks_page_of(x, pc, &page[0]))
        return false;
    return (pc & 0xfff) + size <= 0x1000 || blocks_page_of(x, pc + size - 1, &page[1]);
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

bool blocks_prove(struct x86 *x, struct x86_blocks_cold *b, vaddr_t pc, uint32_t size)
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
