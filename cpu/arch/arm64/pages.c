/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stores to the pages of a map; see cpu_watch_pages().
 *
 * The engine calls a hook before each store to RAM while there is one, in the page or not: what
 * is asked for is told from the rest here, by one byte. Code that it translates while there is
 * a hook is several times slower, loads too, and stays so.
 *
 * So while nobody asks for user mode's stores, its code is translated without: where a block of it
 * was translated with the hook, the engine stops before it, the hook goes, and comes back with the
 * next exception entry. Code that is translated already runs as it is, hook or not, so this happens
 * only where there is new code. Kernel and user mode share no translated code.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unicorn/unicorn.h>

#include "cpu/arch/arm64/arch.h"
#include "cpu/arch/arm64/arm64.h"

#define PAGE_BYTES 4096u

struct arm64_pages {
    uc_hook hook;
    bool hooked;
    bool leave;         /* the hook is to go: this block of user mode was translated with it */
    vaddr_t pc;
    uint32_t size;
    struct pages_client client[PAGES_CLIENTS];
};

static bool wants(const struct pages_client *c, size_t page, bool user)
{
    return c->map && c->map[page] && !(c->kernel && user);
}

void arm64_pages_tell(struct arm64 *a, paddr_t at, unsigned bytes, uint64_t value)
{
    const struct arm64_pages *p = a->pages;
    size_t page = (at - ARM64_RAM_BASE) / PAGE_BYTES;
    struct cpu_store s;
    bool user;

    if (!p || (!wants(&p->client[0], page, false) && !wants(&p->client[1], page, false)))
        return;
    s.pc = a->count.pc; /* the engine's own PC may lag behind */
    s.code_bytes = a->count.size;
    s.n = a->count.n - a->count.size / 4;
    s.pa = at;
    s.bytes = bytes;
    s.value = bytes < 8 ? value & ((1ull << 8 * bytes) - 1) : value;
    user = !(s.pc >> 63) && arm64_in_user(a);
    for (unsigned i = 0; i < PAGES_CLIENTS; i++)
        if (wants(&p->client[i], page, user))
            p->client[i].fn(p->client[i].ctx, &s);
}

static void on_store(uc_engine *uc, uc_mem_type type, uint64_t at, int size, int64_t value,
                     void *opaque)
{
    (void)uc;
    (void)type;
    arm64_pages_tell(opaque, at, (unsigned)size, (uint64_t)value);
}

/* ---- the hook ---- */

static int hook(struct arm64 *a)
{
    struct arm64_pages *p = a->pages;
    uint64_t base = ARM64_RAM_BASE;

    if (p->hooked)
        return 0;
    if (uc_hook_add(arm64_engine_handle(a), &p->hook, UC_HOOK_MEM_WRITE, (void *)on_store, a, base,
                    base + a->config.ram_bytes - 1))
        return -ENOMEM;
    p->hooked = true;
    arm64_engine_flush_tlb(a); /* what was stored to without a hook: see arm64_engine_watch_stores() */
    return 0;
}

static void unhook(struct arm64 *a)
{
    if (a->pages->hooked)
        uc_hook_del(arm64_engine_handle(a), a->pages->hook);
    a->pages->hooked = a->pages->leave = false;
}

static bool only_kernel(const struct arm64_pages *p)
{
    for (unsigned i = 0; i < PAGES_CLIENTS; i++)
        if (p->client[i].map && !p->client[i].kernel)
            return false;
    return true;
}

void arm64_pages_translated(struct arm64 *a, vaddr_t pc, uint32_t size)
{
    struct arm64_pages *p = a->pages;

    if (!p || !p->hooked || pc >> 63 || !only_kernel(p) || !arm64_in_user(a))
        return;
    p->leave = true;
    p->pc = pc;
    p->size = size;
    arm64_count_hold(a);
}

void arm64_pages_stopped(struct arm64 *a)
{
    struct arm64_pages *p = a->pages;

    if (!p || !p->leave)
        return;
    unhook(a);
    uc_ctl_remove_cache(arm64_engine_handle(a), p->pc, p->pc + p->size);
}

void arm64_pages_in_kernel(struct arm64 *a)
{
    if (!a->pages || hook(a) == 0)
        return;
    snprintf(a->error, sizeof(a->error), "out of memory to watch stores");
    arm64_stop(a, CPU_STOP_ENGINE, 0);
}

/* ---- who looks ---- */

void arm64_pages_destroy(struct arm64 *a)
{
    free(a->pages);
    a->pages = NULL;
}

int arm64_pages_watch(struct arm64 *a, unsigned client, const struct pages_client *c)
{
    struct arm64_pages *p = a->pages;
    int rc = 0;

    if (c->map && !p)
        a->pages = p = calloc(1, sizeof(*p));
    if (c->map && !p)
        return -ENOMEM;
    if (p) {
        p->client[client] = *c;
        rc = hook(a);
        if (!p->client[0].map && !p->client[1].map) {
            unhook(a);
            arm64_pages_destroy(a);
            rc = 0;
        }
    }
    arm64_engine_drop_code(a); /* translated anew: without watched stores they are done in line */
    return rc;
}
