/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/snapshot.c - states of one machine; see snapshot.h.
 *
 * `ram` says what RAM held at the last take or restore. Since then only the pages that the CPU
 * model names as written can differ from it. So taking copies those, and restoring puts back
 * those and the pages in which the two page maps differ.
 */
#include "sim/snapshot.h"

#include <errno.h>
#include <xxhash.h>

#include "sim/host.h"
#include "cpu/page_map.h"

struct snapshot {
    struct page_map ram;
    struct cpu_mark *mark;
    struct sim_cursor cursor;
    insn_t n;
};

struct snapshots {
    struct cpu *cpu;
    struct sim *sim; /* NULL: the machine is nobody's but the caller's */
    struct page_map ram;
    int failed; /* no memory for a page: what RAM held is not known any more */
};

static void keep_page(void *ctx, uint32_t page, const uint8_t *bytes)
{
    struct snapshots *all = ctx;

    if (all->failed == 0)
        all->failed = page_map_set(&all->ram, page, page_is_zero(bytes) ? NULL : bytes);
}

/* What RAM holds now, and from here on only what is written. */
static int keep_all(struct snapshots *all)
{
    struct cpu *cpu = all->cpu;
    size_t bytes, pages;
    paddr_t base;
    const uint8_t *ram = cpu_ram(cpu, &base, &bytes);
    uint8_t *touched;

    pages = bytes / PAGE_MAP_PAGE_BYTES;
    touched = malloc(pages);
    if (!touched)
        return -ENOMEM;
    host_pages_touched(ram, pages, touched);
    for (uint32_t page = 0; page < pages; page++)
        if (touched[page])
            keep_page(all, page, ram + (size_t)page * PAGE_MAP_PAGE_BYTES);
    free(touched);
    return all->failed ? all->failed : cpu_dirty_start(cpu);
}

static int create(struct cpu *cpu, struct sim *sim, struct snapshots **out)
{
    struct snapshots *all = calloc(1, sizeof(*all));
    int rc;

    *out = NULL;
    if (!all)
        return -ENOMEM;
    all->cpu = cpu;
    all->sim = sim;
    rc = keep_all(all);
    if (rc == 0)
        *out = all;
    else
        snapshots_destroy(all);
    return rc;
}

int snapshots_create(struct sim *sim, struct snapshots **out)
{
    return create(sim_cpu(sim), sim, out);
}

int snapshots_create_bare(struct cpu *cpu, struct snapshots **out)
{
    return create(cpu, NULL, out);
}

void snapshots_destroy(struct snapshots *all)
{
    if (!all)
        return;
    page_map_drop(&all->ram);
    free(all);
}

static void put_page(void *ctx, uint32_t page, const uint8_t *bytes)
{
    struct snapshots *all = ctx;

    cpu_ram_put_page(all->cpu, page, bytes);
}

static void put_back(void *ctx, uint32_t page, const uint8_t *bytes)
{
    struct snapshots *all = ctx;

    (void)bytes;
    cpu_ram_put_page(all->cpu, page, page_map_get(&all->ram, page));
}

int snapshot_take(struct snapshots *all, struct snapshot **out)
{
    struct cpu *cpu = all->cpu;
    struct snapshot *s = calloc(1, sizeof(*s));
    int rc;

    *out = NULL;
    if (!s)
        return -ENOMEM;
    rc = cpu_mark_take(cpu, &s->mark);
    if (rc == 0) {
        cpu_dirty_take(cpu, keep_page, all);
        rc = all->failed;
    }
    if (rc != 0) {
        snapshot_free(all, s);
        return rc;
    }
    s->ram = page_map_share(&all->ram);
    if (all->sim)
        s->cursor = sim_cursor(all->sim);
    s->n = cpu_now(cpu);
    *out = s;
    return 0;
}

int snapshot_restore(struct snapshots *all, const struct snapshot *s)
{
    struct cpu *cpu = all->cpu;
    struct page_map was = all->ram;

    all->ram = page_map_share(&s->ram);
    page_map_diff(&was, &all->ram, put_page, all);
    page_map_drop(&was);
    cpu_dirty_take(cpu, put_back, all);
    if (all->sim)
        sim_set_cursor(all->sim, &s->cursor);
    return cpu_mark_restore(cpu, s->mark);
}

void snapshot_free(struct snapshots *all, struct snapshot *s)
{
    if (!s)
        return;
    if (s->mark)
        cpu_mark_free(all->cpu, s->mark);
    page_map_drop(&s->ram);
    free(s);
}

/* Pages are copied whenever they were written, so one copy in both means that none was. */
bool snapshot_same_page(const struct snapshot *a, const struct snapshot *b, uint32_t page)
{
    const uint8_t *bytes = page_map_get(&a->ram, page);

    return bytes && bytes == page_map_get(&b->ram, page);
}

static const uint8_t zeros[PAGE_MAP_PAGE_BYTES];

static bool same_bytes(const uint8_t *a, const uint8_t *b)
{
    return a == b || memcmp(a ? a : zeros, b ? b : zeros, PAGE_MAP_PAGE_BYTES) == 0;
}

struct comparison {
    const struct page_map *with;
    bool differs;
    uint64_t hash;
};

static void compare_page(void *ctx, uint32_t page, const uint8_t *bytes)
{
    struct comparison *c = ctx;

    c->differs = c->differs || !same_bytes(page_map_get(c->with, page), bytes);
}

bool snapshot_same_ram(const struct snapshot *a, const struct snapshot *b)
{
    struct comparison c = {.with = &a->ram};

    page_map_diff(&a->ram, &b->ram, compare_page, &c);
    return !c.differs;
}

static void hash_page(void *ctx, uint32_t page, const uint8_t *bytes)
{
    struct comparison *c = ctx;

    if (!same_bytes(page_map_get(c->with, page), bytes))
        c->hash += XXH3_64bits_withSeed(bytes ? bytes : zeros, PAGE_MAP_PAGE_BYTES, page + 1);
}

uint64_t snapshot_ram_hash(const struct snapshot *base, const struct snapshot *s)
{
    struct comparison c = {.with = &base->ram};

    page_map_diff(&base->ram, &s->ram, hash_page, &c);
    return c.hash;
}

insn_t snapshot_n(const struct snapshot *s)
{
    return s->n;
}
