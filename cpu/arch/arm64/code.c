/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Code is what RAM holds: no instruction runs that is not there any more.
 *
 * The architecture lets a CPU run old code until IC; which it runs would depend on what the engine
 * has translated when, and so on where a run is cut. Here instruction fetch is coherent with
 * stores, as on x86_64, and IC does nothing.
 *
 * Stage 2 keeps the two apart: a page of RAM can be written or executed, never both.
 *   - The first fetch from a page is a stage-2 abort. From then on stores to it are forbidden, and
 *     to those around it that stage 1 maps in the same way, if that is as text: each time all that
 *     the TLB holds has to be forgotten.
 *   - A store to such a page is a stage-2 abort, before anything of it has happened. Mostly the
 *     page is opened: what was translated from it goes, and the store runs again. A page that has
 *     been opened a moment ago, or from which the store itself was fetched, stays closed: the
 *     store is done here (or alone, where it is of no simple form), and only what was translated
 *     from the words that it changes goes.
 * A page whose stores somebody is to be told of (pages.c) is closed to them, too: they are done
 * here. Which of the ways is taken makes a difference in time alone. The guest sees none of these
 * aborts, and they are not counted.
 *
 * What was translated from which words the engine tells when it translates. Inside of a hook
 * nothing is dropped: the engine stops before its next block, and it goes then.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/arch/arm64/arm64.h"
#include "cpu/arch/arm64/insn.h"

#define PAGE_SHIFT 12
#define PAGE_BYTES (1u << PAGE_SHIFT)
#define PAGE_WORDS (PAGE_BYTES / 4)
#define DROPS_MAX  256u
#define NO_PAGE    UINT32_MAX

/* A page that is written again within so many instructions stays closed, for some stores. */
#define OPEN_PERIOD 0x40000u
#define STORES_MAX  1024u

#define SCTLR_BIG_ENDIAN (3u << 24) /* EE, E0E */

struct drop {
    uint32_t page;
    uint16_t from, bytes; /* in the page */
    bool open;
};

struct code_page {
    uint64_t words[PAGE_WORDS / 64]; /* bit per word: it may stand in a translation */
    insn_t opened;                   /* number of the last time, plus 1; 0: never */
    uint16_t stores;                 /* done here since */
    bool here;                       /* may be executed, must not be written */
};

struct arm64_code {
    struct code_page *page;
    uint32_t lone;            /* may be written and executed, for one instruction; or NO_PAGE */
    struct drop drop[DROPS_MAX];
    unsigned drops;
    bool all;                 /* as if all pages stood there */
};

static size_t page_count(const struct arm64 *a)
{
    return a->config.ram_bytes >> PAGE_SHIFT;
}

int arm64_code_create(struct arm64 *a)
{
    struct arm64_code *c = calloc(1, sizeof(*c));

    a->code = c;
    if (!c || !(c->page = calloc(page_count(a), sizeof(c->page[0]))))
        return -ENOMEM;
    c->lone = NO_PAGE;
    return 0;
}

void arm64_code_destroy(struct arm64 *a)
{
    if (a->code)
        free(a->code->page);
    free(a->code);
    a->code = NULL;
}

void arm64_code_allow(struct arm64 *a, uint32_t page)
{
    const struct arm64_code *c = a->code;
    bool here = c->page[page].here, lone = page == c->lone;
    bool writes = lone || (!here && !arm64_pages_guard(a, page));

    arm64_engine_allow(a, page, writes && !arm64_dirty_is_clean(a, page), here);
}

/* ---- what was translated ---- */

/* The words of [from, from + bytes) of a page: set, cleared, or only looked at. */
enum words { WORDS_SET, WORDS_CLEAR, WORDS_LOOK };

static bool words(struct code_page *p, uint32_t from, uint32_t bytes, enum words what)
{
    bool any = false;

    for (uint32_t i = from / 4; i <= (from + bytes - 1) / 4; i++) {
        any |= p->words[i / 64] >> i % 64 & 1;
        if (what == WORDS_SET)
            p->words[i / 64] |= 1ull << i % 64;
        if (what == WORDS_CLEAR)
            p->words[i / 64] &= ~(1ull << i % 64);
    }
    return any;
}

void arm64_code_translated(struct arm64 *a, paddr_t pa, uint32_t bytes)
{
    uint64_t page = (pa - ARM64_RAM_BASE) >> PAGE_SHIFT;

    if (bytes && !(pa & 3) && pa >= ARM64_RAM_BASE && page < page_count(a)) /* else: flash */
        (void)words(&a->code->page[page], pa & (PAGE_BYTES - 1), bytes, WORDS_SET);
}

/* ---- dropping ---- */

static void want_drop(struct arm64 *a, struct drop d)
{
    struct arm64_code *c = a->code;

    for (unsigned i = c->drops; i > 0 && d.bytes == PAGE_BYTES; i--) /* the last ones come again */
        if (c->drop[i - 1].page == d.page && c->drop[i - 1].bytes == PAGE_BYTES &&
            c->drop[i - 1].open >= d.open)
            return;
    c->drop[c->drops++] = d;
}

void arm64_code_translate_again(struct arm64 *a, paddr_t pa, uint32_t bytes)
{
    uint64_t page = (pa - ARM64_RAM_BASE) >> PAGE_SHIFT;

    if (!bytes || pa < ARM64_RAM_BASE || page >= page_count(a))
        a->code->all = true; /* it may be flash */
    else
        want_drop(a, (struct drop){(uint32_t)page, pa & (PAGE_BYTES - 1), (uint16_t)bytes, false});
    arm64_count_hold(a);
}

static void open_page(struct arm64 *a, uint32_t page)
{
    struct code_page *p = &a->code->page[page];

    p->here = false;
    p->opened = a->count.n + 1;
    p->stores = 0;
    arm64_code_allow(a, page);
    arm64_tlb_drop_page(a, page); /* its entry may still allow fetches */
}

void arm64_code_settle(struct arm64 *a)
{
    struct arm64_code *c = a->code;

    if (c->all)
        arm64_engine_drop_code(a);
    c->all = false;
    if (!c->drops)
        return;
    arm64_engine_drop_begin(a);
    for (unsigned i = 0; i < c->drops; i++) {
        const struct drop *d = &c->drop[i];
        struct code_page *p = &c->page[d->page];

        arm64_engine_drop(a, ((paddr_t)d->page << PAGE_SHIFT) + d->from, d->bytes);
        (void)words(p, d->from, d->bytes, WORDS_CLEAR);
    }
    arm64_engine_drop_end(a);
    for (unsigned i = 0; i < c->drops; i++)
        if (c->drop[i].open)
            open_page(a, c->drop[i].page);
    c->drops = 0;
}

void arm64_code_host_write(struct arm64 *a, paddr_t pa, size_t len)
{
    struct arm64_code *c = a->code;
    uint64_t first = (pa - ARM64_RAM_BASE) >> PAGE_SHIFT;

    for (uint64_t page = first; len && page <= (pa + len - 1 - ARM64_RAM_BASE) >> PAGE_SHIFT;
         page++) {
        if (!c->page[page].here)
            continue;
        if (c->drops == DROPS_MAX)
            arm64_code_settle(a);
        want_drop(a, (struct drop){(uint32_t)page, 0, PAGE_BYTES, false});
    }
}

bool arm64_code_here(const struct arm64 *a, uint32_t page)
{
    return a->code->page[page].here;
}

/* ---- aborts ---- */

static void allow_fetch(struct arm64 *a, paddr_t pa)
{
    uint64_t page = (pa - ARM64_RAM_BASE) >> PAGE_SHIFT;

    if (pa < ARM64_RAM_BASE || page >= page_count(a) || a->code->page[page].here)
        return;
    a->code->page[page].here = true;
    arm64_code_allow(a, (uint32_t)page);
    arm64_tlb_drop_page(a, (uint32_t)page); /* its entry may still allow stores */
}

void arm64_code_fetched(struct arm64 *a, uint32_t page, vaddr_t va)
{
    if (a->code->page[page].here)
        return;
    allow_fetch(a, ARM64_RAM_BASE + ((paddr_t)page << PAGE_SHIFT));
    arm64_walk_text(a, va, allow_fetch);
}

static uint64_t base_value(struct arm64 *a, unsigned rn)
{
    return rn == 31 ? arm64_sp_live(a) : arm64_x(a, rn);
}

/* The value of one register of a store, as bytes. */
static void store_value(struct arm64 *a, const struct insn_store *s, unsigned i, uint8_t value[16])
{
    uint64_t x;

    if (s->vector) {
        arm64_vector(a, s->rt[i], value);
        return;
    }
    x = arm64_x(a, s->rt[i]);
    memcpy(value, &x, sizeof(x));
}

/* Do the store at the PC, all of it in `page`; false: it is of another form, and did not happen. */
static bool perform(struct arm64 *a, uint32_t page)
{
    struct code_page *p = &a->code->page[page];
    vaddr_t pc = arm64_pc_get(a), at;
    struct insn_store s;
    uint32_t word, bytes, offset;
    paddr_t pa;

    if (arm64_fetch(a, pc, &word) || !insn_decode_store(word, &s) ||
        (arm64_pstate(a) & PSTATE_SS) || (arm64_sysreg(a, SYS_SCTLR) & SCTLR_BIG_ENDIAN))
        return false;
    at = base_value(a, s.rn) + insn_store_offset(&s, s.indexed ? arm64_x(a, s.rm) : 0);
    offset = at & (PAGE_BYTES - 1);
    bytes = s.size * s.count;
    if (offset + bytes > PAGE_BYTES)
        return false;
    pa = ARM64_RAM_BASE + ((paddr_t)page << PAGE_SHIFT) + offset;
    arm64_dirty_note(a, pa, bytes);
    a->count.pc = pc;
    a->count.size = 4;
    a->count.n++;
    blocks_tell(&a->blocks, a->count.n - 1, pc, 4);
    for (unsigned i = 0; i < s.count; i++) {
        uint8_t value[16];

        store_value(a, &s, i, value);
        arm64_engine_tell_store(a, pa + i * s.size, s.size, value);
        memcpy(a->ram + (pa - ARM64_RAM_BASE) + i * s.size, value, s.size);
    }
    a->count.size = 0;
    if (s.writeback && s.rn == 31)
        arm64_sp_live_set(a, arm64_sp_live(a) + (uint64_t)s.writeback_offset);
    else if (s.writeback)
        arm64_set_x(a, s.rn, arm64_x(a, s.rn) + (uint64_t)s.writeback_offset);
    arm64_pc_set(a, pc + 4);
    if (words(p, offset, bytes, WORDS_LOOK)) {
        want_drop(a, (struct drop){page, (uint16_t)(offset & ~3u),
                                   (uint16_t)((bytes + (offset & 3) + 3) & ~3u), false});
        arm64_count_hold(a);
    }
    return true;
}

/* Was the instruction at the PC fetched from this page? */
static bool is_own(struct arm64 *a, uint32_t page)
{
    paddr_t pa;

    return !arm64_walk(a, arm64_pc_get(a), &pa, NULL) && pa >= ARM64_RAM_BASE &&
           (pa - ARM64_RAM_BASE) >> PAGE_SHIFT == page;
}

/* Nothing was translated from the page: it is opened at once, with its like around it. */
static bool open_around(struct arm64 *a, uint32_t page)
{
    const uint32_t pages = ARM64_TEXT_AROUND >> PAGE_SHIFT;

    if (words(&a->code->page[page], 0, PAGE_BYTES, WORDS_LOOK))
        return false;
    for (uint32_t i = page & ~(pages - 1); i < (page | (pages - 1)) + 1 && i < page_count(a); i++)
        if (a->code->page[i].here && !words(&a->code->page[i], 0, PAGE_BYTES, WORDS_LOOK))
            open_page(a, i);
    return true;
}

void arm64_code_store(struct arm64 *a, uint32_t page)
{
    struct code_page *p = &a->code->page[page];
    bool own = is_own(a, page);
    bool again = p->opened && a->count.n + 1 - p->opened < OPEN_PERIOD && p->stores < STORES_MAX;

    if ((own || again) && perform(a, page)) {
        p->stores += p->stores < STORES_MAX;
        return;
    }
    if (own) {
        arm64_count_lone(a, page);
        return;
    }
    if (open_around(a, page))
        return;
    want_drop(a, (struct drop){page, 0, PAGE_BYTES, true});
    arm64_count_hold(a);
}

void arm64_code_guarded(struct arm64 *a, uint32_t page, vaddr_t far)
{
    if (perform(a, page))
        return;
    arm64_pages_lone_at(a, far);
    arm64_count_lone(a, page);
}

void arm64_code_lone(struct arm64 *a, uint32_t page, bool begin)
{
    struct arm64_code *c = a->code;

    c->lone = begin ? page : NO_PAGE;
    if (begin)
        arm64_dirty_note(a, ARM64_RAM_BASE + ((paddr_t)page << PAGE_SHIFT), 1);
    arm64_code_allow(a, page);
    arm64_engine_flush_tlb(a);
    if (begin)
        return;
    want_drop(a, (struct drop){page, 0, PAGE_BYTES, false});
    arm64_code_settle(a);
}
