/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/adversary.c - see adversary.h.
 *
 * `table` lists the pages that hold tables of the root in use; they are found by a walk when the
 * root is taken into use, and by each link that is stored. `held` lists the words of them
 * whose old value the walker still has, by the order of their first store.
 */
#include "cpu/adversary.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_SHIFT    12
#define PAGE_BYTES    4096u
#define TABLE_ENTRIES 512u
#define HELD_MAX      65536u

/* Where a change stands on its way to the walker and the TLB. */
enum stage { STAGE_WRITTEN, STAGE_SEEN, STAGE_INVALIDATED, STAGE_DONE };

struct table {
    uint32_t page;
    uint32_t level;
    vaddr_t va;             /* of its first entry */
};

struct held {
    paddr_t pa;
    vaddr_t va;
    uint32_t level, stage;
    uint64_t old, now;
    insn_t n;               /* of the block with the last store to it */
    vaddr_t pc;
};

/* What a mark keeps. */
struct state {
    struct table *table;
    struct held *held;
    size_t tables, held_count;
    struct adversary_root root;
    struct adversary_root empty; /* a root without entries that is in use; pa 0: none */
    bool known, out;        /* a root is followed; the old values stand in RAM */
};

struct adversary_mark {
    struct state s;
};

struct adversary {
    const struct adversary_arch *arch;
    void *machine;
    uint8_t *ram, *map;
    paddr_t base;
    size_t pages, table_room, held_room;
    struct state s;
    cpu_stale_fn fn;
    void *ctx;
};

struct adversary *adversary_create(const struct adversary_arch *arch, void *machine, uint8_t *ram,
                                   paddr_t base, size_t bytes)
{
    struct adversary *a = calloc(1, sizeof(*a));

    if (!a)
        return NULL;
    a->arch = arch;
    a->machine = machine;
    a->ram = ram;
    a->base = base;
    a->pages = bytes >> PAGE_SHIFT;
    a->map = calloc(a->pages, 1);
    if (!a->map) {
        free(a);
        return NULL;
    }
    return a;
}

void adversary_destroy(struct adversary *a)
{
    if (a) {
        free(a->map);
        free(a->s.table);
        free(a->s.held);
    }
    free(a);
}

const uint8_t *adversary_map(const struct adversary *a)
{
    return a->map;
}

void adversary_watch(struct adversary *a, cpu_stale_fn fn, void *ctx)
{
    a->fn = fn;
    a->ctx = ctx;
}

/* ---- tables ---- */

static bool page_of(const struct adversary *a, paddr_t pa, size_t *page)
{
    *page = (pa - a->base) >> PAGE_SHIFT;
    return pa >= a->base && *page < a->pages;
}

static uint64_t *word_at(const struct adversary *a, paddr_t pa)
{
    return (uint64_t *)(void *)(a->ram + (pa - a->base));
}

static struct table *table_of(const struct adversary *a, size_t page)
{
    for (size_t i = 0; i < a->s.tables; i++)
        if (a->s.table[i].page == page)
            return &a->s.table[i];
    return NULL;
}

static void learn(struct adversary *a, paddr_t pa, unsigned level, vaddr_t va, unsigned count)
{
    size_t page;
    paddr_t to;

    if (!level || !page_of(a, pa, &page) || a->map[page])
        return;
    if (a->s.tables == a->table_room) {
        size_t room = a->table_room ? 2 * a->table_room : 64;
        struct table *grown = realloc(a->s.table, room * sizeof(*grown));

        if (!grown)
            return; /* not followed: the walker is honest there */
        a->s.table = grown;
        a->table_room = room;
    }
    a->map[page] = 1;
    a->s.table[a->s.tables++] = (struct table){(uint32_t)page, level, va};
    pa &= ~(paddr_t)(PAGE_BYTES - 1);
    for (unsigned i = 0; level > 1 && i < count; i++)
        if (a->arch->read(*word_at(a, pa + 8 * i), level, &to) == ADVERSARY_TABLE)
            learn(a, to, level - 1, va + ((vaddr_t)i << (PAGE_SHIFT + 9 * (level - 1))),
                  TABLE_ENTRIES);
}

void adversary_forget(struct adversary *a)
{
    for (size_t i = 0; i < a->s.tables; i++)
        a->map[a->s.table[i].page] = 0;
    if (a->s.empty.pa)
        a->map[(a->s.empty.pa - a->base) >> PAGE_SHIFT] = 0;
    a->s.empty.pa = 0;
    a->s.tables = a->s.held_count = 0;
    a->s.known = a->s.out = false;
}

static bool is_empty(const struct adversary *a, const struct adversary_root *root)
{
    size_t page;
    paddr_t to;

    if (!page_of(a, root->pa, &page))
        return false;
    for (unsigned i = 0; i < root->count; i++)
        if (a->arch->read(*word_at(a, (root->pa & ~(paddr_t)(PAGE_BYTES - 1)) + 8 * i), root->level,
                          &to) != ADVERSARY_INVALID)
            return false;
    return true;
}

/*
 * A root without entries is what kernels use for "nobody", and the one that was followed may come
 * back; or it is a new one, which shows by the first store to it.
 */
static void use_empty(struct adversary *a, const struct adversary_root *root)
{
    size_t page = (root->pa - a->base) >> PAGE_SHIFT;

    if (a->s.empty.pa && !table_of(a, (a->s.empty.pa - a->base) >> PAGE_SHIFT))
        a->map[(a->s.empty.pa - a->base) >> PAGE_SHIFT] = 0;
    a->s.empty = *root;
    a->map[page] = 1;
}

void adversary_use_root(struct adversary *a, const struct adversary_root *root)
{
    if (!root || a->s.out)
        return;
    if (a->s.known && root->pa == a->s.root.pa && root->tag == a->s.root.tag)
        return;
    if (is_empty(a, root)) {
        use_empty(a, root);
        return;
    }
    adversary_forget(a);
    a->s.root = *root;
    a->s.known = true;
    learn(a, root->pa, root->level, 0, root->count);
}

/* ---- changes ---- */

static struct held *held_at(const struct adversary *a, paddr_t pa)
{
    for (size_t i = a->s.held_count; i-- > 0;)
        if (a->s.held[i].pa == pa)
            return &a->s.held[i];
    return NULL;
}

static void drop_held(struct adversary *a, size_t i)
{
    memmove(&a->s.held[i], &a->s.held[i + 1], (--a->s.held_count - i) * sizeof(a->s.held[0]));
}

/* The walker has seen the last of a table: its pages are anything from now on. */
static void forget_below(struct adversary *a, const struct held *h)
{
    unsigned shift = PAGE_SHIFT + 9 * (h->level - 1);
    size_t kept = 0;
    paddr_t to;

    for (size_t i = 0; i < a->s.tables; i++) {
        const struct table *t = &a->s.table[i];

        if (t->level < h->level && t->va >> shift == h->va >> shift)
            a->map[t->page] = 0;
        else
            a->s.table[kept++] = *t;
    }
    a->s.tables = kept;
    for (size_t i = a->s.held_count; i-- > 0;)
        if (a->s.held[i].level < h->level && a->s.held[i].va >> shift == h->va >> shift)
            drop_held(a, i);
    if (a->arch->read(h->now, h->level, &to) == ADVERSARY_TABLE)
        learn(a, to, h->level - 1, h->va, TABLE_ENTRIES);
}

/* The walker and the TLB have what the kernel wrote. */
static void settle(struct adversary *a, size_t i)
{
    struct held h = a->s.held[i];
    paddr_t to;

    drop_held(a, i);
    if (a->arch->read(h.old, h.level, &to) == ADVERSARY_TABLE)
        forget_below(a, &h);
}

static void settle_done(struct adversary *a)
{
    for (size_t i = 0; i < a->s.held_count;)
        if (a->s.held[i].stage == STAGE_DONE) {
            settle(a, i);
            i = 0; /* others may have gone with it */
        } else {
            i++;
        }
}

static bool hold(struct adversary *a, const struct held *h)
{
    if (a->s.held_count == a->held_room) {
        size_t room = a->held_room ? 2 * a->held_room : 64;
        struct held *grown =
            room > HELD_MAX ? NULL : realloc(a->s.held, room * sizeof(*grown));

        if (!grown)
            return false;
        a->s.held = grown;
        a->held_room = room;
    }
    a->s.held[a->s.held_count++] = *h;
    return true;
}

/* The first entry of a root that had none: it is somebody's from now on. */
static void fill_empty(struct adversary *a)
{
    struct adversary_root root = a->s.empty;

    adversary_forget(a);
    a->s.root = root;
    a->s.known = true;
    learn(a, root.pa, root.level, 0, root.count);
}

bool adversary_store(struct adversary *a, const struct cpu_store *s)
{
    paddr_t pa = s->pa & ~7ull, to;
    uint64_t was = *word_at(a, pa), is = was;
    unsigned index = (unsigned)(pa & (PAGE_BYTES - 1)) / 8;
    struct held new = {.pa = pa, .old = was, .n = s->n, .pc = s->pc};
    enum adversary_entry before;
    struct table *t;
    struct held *h;

    memcpy((uint8_t *)&is + (s->pa & 7), &s->value, s->bytes);
    if (a->s.empty.pa && (pa ^ a->s.empty.pa) < PAGE_BYTES && index < a->s.empty.count &&
        a->arch->read(is, a->s.empty.level, &to) != ADVERSARY_INVALID)
        fill_empty(a);
    t = table_of(a, (pa - a->base) >> PAGE_SHIFT);
    h = held_at(a, pa);
    if (!t || was == is || a->s.out)
        return false;
    if (t->page == (a->s.root.pa - a->base) >> PAGE_SHIFT && index >= a->s.root.count)
        return false;
    new.level = t->level;
    new.va = t->va + ((vaddr_t)index << (PAGE_SHIFT + 9 * (t->level - 1)));
    new.now = is;
    if (a->arch->read(is, t->level, &to) == ADVERSARY_TABLE)
        learn(a, to, new.level - 1, new.va, TABLE_ENTRIES); /* `t` may move */
    if (h) {
        new.old = h->old;
        *h = new;
        if (is == h->old)
            drop_held(a, (size_t)(h - a->s.held));
        return true;
    }
    before = a->arch->read(was, new.level, &to);
    if (before == ADVERSARY_INVALID &&
        (!a->arch->needs_barriers || a->arch->read(is, new.level, &to) == ADVERSARY_INVALID))
        return false; /* seen at once, or nothing to see */
    return hold(a, &new);
}

static bool was_valid(const struct adversary *a, const struct held *h)
{
    paddr_t to;

    return a->arch->read(h->old, h->level, &to) != ADVERSARY_INVALID;
}

void adversary_barrier(struct adversary *a, bool invalidations)
{
    for (size_t i = 0; i < a->s.held_count; i++) {
        struct held *h = &a->s.held[i];

        if (h->stage == STAGE_WRITTEN && was_valid(a, h))
            h->stage = STAGE_SEEN;
        else if (h->stage == STAGE_WRITTEN || (h->stage == STAGE_INVALIDATED && invalidations))
            h->stage = STAGE_DONE;
    }
    settle_done(a);
}

/* Does the invalidation name what the entry is for? */
static bool names(const struct adversary *a, const struct adversary_invalidation *in,
                  const struct held *h)
{
    unsigned shift = PAGE_SHIFT + 9 * (h->level - 1);
    paddr_t to;

    if (!in->all_tags && in->tag != a->s.root.tag)
        return false;
    if (in->all_addresses)
        return true;
    return in->va >> shift == h->va >> shift &&
           !(in->last_level && a->arch->read(h->old, h->level, &to) == ADVERSARY_TABLE);
}

void adversary_invalidate(struct adversary *a, const struct adversary_invalidation *in)
{
    for (size_t i = 0; i < a->s.held_count; i++) {
        struct held *h = &a->s.held[i];

        if (!names(a, in, h))
            continue;
        if (!a->arch->needs_barriers)
            h->stage = STAGE_DONE;
        else if (h->stage == STAGE_SEEN)
            h->stage = STAGE_INVALIDATED;
    }
    settle_done(a);
}

bool adversary_holds(const struct adversary *a)
{
    return a->s.held_count != 0;
}

bool adversary_is_out(const struct adversary *a)
{
    return a->s.out;
}

/* ---- whose turn it is ---- */

static void tell(const struct adversary *a, insn_t n)
{
    struct cpu_stale list[CPU_STALE_MAX];
    size_t count = 0;

    for (size_t i = 0; i < a->s.held_count && count < CPU_STALE_MAX; i++) {
        const struct held *h = &a->s.held[i];

        list[count++] = (struct cpu_stale){
            .pa = h->pa,
            .va = h->va,
            .bytes = 1ull << (PAGE_SHIFT + 9 * (h->level - 1)),
            .old = h->old,
            .now = h->now,
            .n = h->n,
            .pc = h->pc,
            .lacks = h->stage == STAGE_INVALIDATED ? CPU_STALE_COMPLETION
                     : was_valid(a, h)             ? CPU_STALE_INVALIDATION
                                                   : CPU_STALE_BARRIER,
        };
    }
    a->fn(a->ctx, n, list, count);
}

void adversary_enter_user(struct adversary *a, insn_t n)
{
    if (a->s.out || !a->s.held_count)
        return;
    for (size_t i = 0; i < a->s.held_count; i++) {
        a->arch->note(a->machine, a->s.held[i].pa);
        *word_at(a, a->s.held[i].pa) = a->s.held[i].old;
    }
    a->s.out = true;
    a->arch->flush(a->machine);
    if (a->fn)
        tell(a, n);
}

/* Accessed and dirty bits that the walk has set meanwhile are of the old entry. */
void adversary_leave_user(struct adversary *a)
{
    if (!a->s.out)
        return;
    for (size_t i = 0; i < a->s.held_count; i++) {
        a->arch->note(a->machine, a->s.held[i].pa);
        a->s.held[i].old = *word_at(a, a->s.held[i].pa);
        *word_at(a, a->s.held[i].pa) = a->s.held[i].now;
    }
    a->s.out = false;
    a->arch->flush(a->machine);
}

/* ---- keeping it ---- */

static bool copy_state(struct state *to, const struct state *from)
{
    *to = *from;
    to->table = calloc(from->tables + 1, sizeof(*to->table));
    to->held = calloc(from->held_count + 1, sizeof(*to->held));
    if (!to->table || !to->held) {
        free(to->table);
        free(to->held);
        return false;
    }
    if (from->tables > 0)
        memcpy(to->table, from->table, from->tables * sizeof(*to->table));
    if (from->held_count > 0)
        memcpy(to->held, from->held, from->held_count * sizeof(*to->held));
    return true;
}

struct adversary_mark *adversary_mark(const struct adversary *a)
{
    struct adversary_mark *m = calloc(1, sizeof(*m));

    if (m && !copy_state(&m->s, &a->s)) {
        free(m);
        return NULL;
    }
    return m;
}

int adversary_restore(struct adversary *a, const struct adversary_mark *mark)
{
    struct state s;

    if (!copy_state(&s, &mark->s))
        return -ENOMEM;
    adversary_forget(a);
    free(a->s.table);
    free(a->s.held);
    a->s = s;
    a->table_room = s.tables;
    a->held_room = s.held_count;
    for (size_t i = 0; i < s.tables; i++)
        a->map[s.table[i].page] = 1;
    if (s.empty.pa)
        a->map[(s.empty.pa - a->base) >> PAGE_SHIFT] = 1;
    return 0;
}

void adversary_mark_free(struct adversary_mark *mark)
{
    if (mark) {
        free(mark->s.table);
        free(mark->s.held);
    }
    free(mark);
}

uint64_t adversary_hash(const struct adversary *a)
{
    uint64_t h = a->s.held_count;

    for (size_t i = 0; i < a->s.held_count; i++) {
        const struct held *e = &a->s.held[i];
        const uint64_t word[] = {e->pa, e->va, e->level, e->stage, e->old, e->now};

        for (size_t k = 0; k < ARRAY_LEN(word); k++)
            h = ((h ^ word[k]) * 0x9e3779b97f4a7c15ull) ^ (h >> 29);
    }
    return h;
}
