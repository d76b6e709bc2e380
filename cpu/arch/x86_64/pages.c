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
    const uint8_t *map;
    cpu_page_store_fn fn;
    void *ctx;
};

static void on_store(uc_engine *uc, uc_mem_type type, uint64_t at, int size, int64_t value,
                     void *user)
{
    struct x86 *x = user;
    const struct x86_pages *p = x->pages;
    struct cpu_store s;

    (void)uc;
    (void)type;
    if (!p->map[(at - 0) / PAGE_BYTES])
        return;
    x86_count_block(x, &s.n, &s.pc, &s.code_bytes); /* the engine's own RIP may lag behind */
    s.pa = at;
    s.bytes = (unsigned)size;
    s.value = size < 8 ? (uint64_t)value & ((1ull << 8 * size) - 1) : (uint64_t)value;
    p->fn(p->ctx, &s);
}

void x86_pages_destroy(struct x86 *x)
{
    free(x->pages);
    x->pages = NULL;
}

int x86_pages_watch(struct x86 *x, const uint8_t *map, cpu_page_store_fn fn, void *ctx)
{
    uc_engine *uc = x86_engine_handle(x);
    uint64_t base = 0;
    struct x86_pages *p;

    if (x->pages)
        uc_hook_del(uc, x->pages->hook);
    x86_pages_destroy(x);
    if (map) {
        x->pages = p = calloc(1, sizeof(*p));
        if (!p || uc_hook_add(uc, &p->hook, UC_HOOK_MEM_WRITE, (void *)on_store, x, base,
                              base + x->config.ram_bytes - 1)) {
            x86_pages_destroy(x);
            return -ENOMEM;
        }
        p->map = map;
        p->fn = fn;
        p->ctx = ctx;
    }
    x86_count_forget(x); /* translated anew: without watched stores they are done in line */
    return 0;
}
