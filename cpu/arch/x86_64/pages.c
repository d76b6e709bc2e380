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

#include "cpu/arch/x86_64/count.h"
#include "cpu/arch/x86_64/x86.h"

#define PAGE_BYTES 4096u

struct x86_pages {
    uc_hook hook;
    struct {
        const uint8_t *map; /* NULL: nobody */
        cpu_page_store_fn fn;
        void *ctx;
    } client[PAGES_CLIENTS];
};

static void on_store(uc_engine *uc, uc_mem_type type, uint64_t at, int size, int64_t value,
                     void *user)
{
    struct x86 *x = user;
    const struct x86_pages *p = x->pages;
    size_t page = at / PAGE_BYTES;
    struct cpu_store s;

    (void)uc;
    (void)type;
    if (!(p->client[0].map && p->client[0].map[page]) &&
        !(p->client[1].map && p->client[1].map[page]))
        return;
    x86_count_block(x, &s.n, &s.pc, &s.code_bytes); /* the engine's own RIP may lag behind */
    s.pa = at;
    s.bytes = (unsigned)size;
    s.value = size < 8 ? (uint64_t)value & ((1ull << 8 * size) - 1) : (uint64_t)value;
    for (unsigned i = 0; i < PAGES_CLIENTS; i++)
        if (p->client[i].map && p->client[i].map[page])
            p->client[i].fn(p->client[i].ctx, &s);
}

void x86_pages_destroy(struct x86 *x)
{
    free(x->pages);
    x->pages = NULL;
}

int x86_pages_watch(struct x86 *x, unsigned client, const uint8_t *map, cpu_page_store_fn fn,
                    void *ctx)
{
    uc_engine *uc = x86_engine_handle(x);
    uint64_t base = 0;
    struct x86_pages *p = x->pages;

    if (map && !p) {
        x->pages = p = calloc(1, sizeof(*p));
        if (!p || uc_hook_add(uc, &p->hook, UC_HOOK_MEM_WRITE, (void *)on_store, x, base,
                              base + x->config.ram_bytes - 1)) {
            x86_pages_destroy(x);
            return -ENOMEM;
        }
    }
    if (p) {
        p->client[client].map = map;
        p->client[client].fn = fn;
        p->client[client].ctx = ctx;
        if (!p->client[0].map && !p->client[1].map) {
            uc_hook_del(uc, p->hook);
            x86_pages_destroy(x);
        }
    }
    x86_count_forget(x); /* translated anew: without watched stores they are done in line */
    return 0;
}
