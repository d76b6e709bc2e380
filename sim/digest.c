/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/digest.c - digests of state, RAM and the stream of traps.
 *
 * All hashes are XXH3, 64 bits. The state's digest is the hash of the list of its pieces'
 * hashes, in cpu_state_visit()'s order. RAM's digest is the hash of the list of its
 * regions' hashes; a region folds in its pages that are not all zero, each with its number,
 * so a page that was never touched and one full of zeros are the same. Integers are hashed as
 * little-endian bytes, as every host that Trapline runs on has them.
 */
#include "sim/digest.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "sim/host.h"

#define SHARED_PAGES 8192u /* 32 MiB: less is read before a second core has begun */

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "digests hash little-endian integers");

uint64_t digest_fold_trap(uint64_t traps, const struct cpu_trap *trap)
{
    const uint64_t fields[] = {
        traps,        trap->n,  trap->cycles,   (uint64_t)trap->kind << 1 | trap->from_user,
        trap->vector, trap->pc, trap->syndrome, trap->addr,
    };

    return XXH3_64bits(fields, sizeof(fields));
}

bool digest_wants_ram(uint64_t index)
{
    uint64_t four = 4;

    while (four < index)
        four *= 4;
    return index == four || (index != 0 && index % DIGEST_RAM_EVERY == 0);
}

struct state_hash {
    struct digest *d;
    uint64_t whole;
};

static int hash_piece(void *ctx, const char *name, void *data, size_t len)
{
    struct state_hash *s = ctx;
    uint64_t h = XXH3_64bits_withSeed(data, len, XXH3_64bits(name, strlen(name)));
    uint64_t pair[2] = {s->whole, h};

    s->whole = XXH3_64bits(pair, sizeof(pair));
    if (s->d->pieces < DIGEST_PIECES_MAX)
        s->d->piece[s->d->pieces++] = (uint16_t)h;
    else
        s->d->piece[DIGEST_PIECES_MAX - 1] ^= (uint16_t)s->whole;
    return 0;
}

bool page_is_zero(const uint8_t *page)
{
    const uint64_t *word = (const uint64_t *)page;

    for (unsigned i = 0; i < DIGEST_PAGE_BYTES / 8; i += 8)
        if (word[i] | word[i + 1] | word[i + 2] | word[i + 3] | word[i + 4] | word[i + 5] |
            word[i + 6] | word[i + 7])
            return false;
    return true;
}

static size_t region_first_page(size_t pages, unsigned region)
{
    return pages * region / DIGEST_REGIONS;
}

struct ram_hash {
    const uint8_t *ram;
    size_t pages;
    uint8_t *touched;            /* of each page */
    uint64_t h[DIGEST_REGIONS];  /* of each region */
};

static void hash_region(struct ram_hash *r, unsigned region)
{
    size_t first = region_first_page(r->pages, region);
    size_t end = region_first_page(r->pages, region + 1);
    uint64_t h = 0;

    for (size_t p = first; p < end; p++) {
        const uint8_t *page = r->ram + p * DIGEST_PAGE_BYTES;

        if (r->touched[p] && !page_is_zero(page))
            h = XXH3_64bits_withSeed(page, DIGEST_PAGE_BYTES, h + p + 1);
    }
    r->h[region] = h;
}

static void *hash_odd_regions(void *ctx)
{
    for (unsigned i = 1; i < DIGEST_REGIONS; i += 2)
        hash_region(ctx, i);
    return NULL;
}

/* Much RAM is waited for: a second core reads half of it. */
static int hash_ram(struct cpu *cpu, struct digest *d)
{
    struct ram_hash r;
    pthread_t second;
    size_t bytes, touched;
    paddr_t base;
    bool shared;

    r.ram = cpu_ram(cpu, &base, &bytes);
    r.pages = bytes / DIGEST_PAGE_BYTES;
    r.touched = malloc(r.pages);
    if (!r.touched)
        return -ENOMEM;
    touched = host_pages_touched(r.ram, r.pages, r.touched);
    shared = touched >= SHARED_PAGES && pthread_create(&second, NULL, hash_odd_regions, &r) == 0;
    for (unsigned i = 0; i < DIGEST_REGIONS; i += 2)
        hash_region(&r, i);
    if (shared)
        pthread_join(second, NULL);
    else
        hash_odd_regions(&r);
    free(r.touched);
    for (unsigned i = 0; i < DIGEST_REGIONS; i++)
        d->region[i] = (uint16_t)r.h[i];
    d->ram = XXH3_64bits(r.h, sizeof(r.h));
    d->has_ram = true;
    return 0;
}

int digest_take(struct cpu *cpu, uint64_t traps, bool with_ram, struct digest *d)
{
    struct state_hash s = {.d = d};
    int rc;

    memset(d, 0, sizeof(*d));
    d->n = cpu_now(cpu);
    d->cycles = cpu_cycles(cpu);
    d->traps = traps;
    rc = cpu_state_visit(cpu, CPU_STATE_SAVE, hash_piece, &s);
    if (rc != 0)
        return rc;
    d->state = s.whole;
    return with_ram ? hash_ram(cpu, d) : 0;
}

void digest_region_range(struct cpu *cpu, unsigned region, paddr_t *start, paddr_t *end)
{
    size_t bytes, pages;
    paddr_t base;

    cpu_ram(cpu, &base, &bytes);
    pages = bytes / DIGEST_PAGE_BYTES;
    *start = base + region_first_page(pages, region) * DIGEST_PAGE_BYTES;
    *end = base + region_first_page(pages, region + 1) * DIGEST_PAGE_BYTES;
}
