/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stores to the pages of a map; see cpu_watch_pages().
 *
 * The engine calls a hook before each store to RAM while there is one, in the page or not: what
 * is asked for is told from the rest here, by one byte.
 */
#include <errno.h>
#include <stdlib.h>
#include <unicorn/unicorn.h>

#include "cpu/arch/arm64/arm64.h"

#define PAGE_BYTES 4096u

struct arm64_pages {
    uc_hook hook;
    struct {
        const uint8_t *map; /* NULL: nobody */
        cpu_page_store_fn fn;
        void *ctx;
    } client[PAGES_CLIENTS];
};

void arm64_pages_tell(struct arm64 *a, paddr_t at, unsigned bytes, uint64_t value)
{
    const struct arm64_pages *p = a->pages;
    size_t page = (at - ARM64_RAM_BASE) / PAGE_BYTES;
    struct cpu_store s;

    if (!p)
        return;
    if (!(p->client[0].map && p->client[0].map[page]) &&
        !(p->client[1].map && p->client[1].map[page]))
        return;
    s.pc = a->count.pc; /* the engine's own PC may lag behind */
    s.code_bytes = a->count.size;
    s.n = a->count.n - a->count.size / 4;
    s.pa = at;
    s.bytes = bytes;
    s.value = bytes < 8 ? value & ((1ull << 8 * bytes) - 1) : value;
    for (unsigned i = 0; i < PAGES_CLIENTS; i++)
        if (p->client[i].map && p->client[i].map[page])
            p->client[i].fn(p->client[i].ctx, &s);
}

static void on_store(uc_engine *uc, uc_mem_type type, uint64_t at, int size, int64_t value,
                     void *user)
{
    (void)uc;
    (void)type;
    arm64_pages_tell(user, at, (unsigned)size, (uint64_t)value);
}

void arm64_pages_destroy(struct arm64 *a)
{
    free(a->pages);
    a->pages = NULL;
}

int arm64_pages_watch(struct arm64 *a, unsigned client, const uint8_t *map, cpu_page_store_fn fn,
                      void *ctx)
{
    uc_engine *uc = arm64_engine_handle(a);
    uint64_t base = ARM64_RAM_BASE;
    struct arm64_pages *p = a->pages;

    if (map && !p) {
        a->pages = p = calloc(1, sizeof(*p));
        if (!p || uc_hook_add(uc, &p->hook, UC_HOOK_MEM_WRITE, (void *)on_store, a, base,
                              base + a->config.ram_bytes - 1)) {
            arm64_pages_destroy(a);
            return -ENOMEM;
        }
    }
    if (p) {
        p->client[client].map = map;
        p->client[client].fn = fn;
        p->client[client].ctx = ctx;
        if (!p->client[0].map && !p->client[1].map) {
            uc_hook_del(uc, p->hook);
            arm64_pages_destroy(a);
        }
    }
    arm64_engine_drop_code(a); /* translated anew: without watched stores they are done in line */
    return 0;
}
