/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stores to the pages of a map; see cpu_watch_pages().
 *
 * Where all stores are asked for, user mode's too, the engine calls a hook before each store to
 * RAM, in the page or not: what is asked for is told from the rest here, by one byte. Code that it
 * translates while there is a hook is several times slower, loads too, and stays so.
 *
 * Where the kernel's are asked for, the pages are guarded: stage 2 forbids to write them. A store
 * is a stage-2 abort before anything of it has happened; it is told of and done here (code.c), and
 * the engine goes on behind it. What is of no simple form runs alone, with the hook. All other code
 * is as fast as ever. A page that is no more in the map is opened by the next store to it.
 */
#include <errno.h>
#include <stdlib.h>
#include <unicorn/unicorn.h>

#include "cpu/arch/arm64/arch.h"
#include "cpu/arch/arm64/arm64.h"

#define PAGE_BYTES 4096u
#define OPENED_MAX 4u

struct arm64_pages {
    uc_hook hook;
    bool hooked;
    bool lone;          /* one instruction runs alone: nothing is guarded meanwhile */
    vaddr_t far;        /* where it stores, 0: not known */
    uint32_t opened[OPENED_MAX]; /* for it */
    unsigned opened_count;
    bool unflushed;     /* pages are guarded that the TLB may still let be written */
    struct pages_clients clients;
};

void arm64_pages_tell(struct arm64 *a, paddr_t at, unsigned bytes, uint64_t value)
{
    const struct arm64_pages *p = a->pages;
    size_t page = (at - ARM64_RAM_BASE) / PAGE_BYTES;
    struct cpu_store s;

    if (!p || !pages_clients_want(&p->clients, page))
        return;
    s.pc = a->count.pc; /* the engine's own PC may lag behind */
    s.code_bytes = a->count.size;
    s.n = a->count.n - a->count.size / 4;
    s.pa = at;
    s.bytes = bytes;
    s.value = pages_store_value(value, bytes);
    pages_clients_tell(&p->clients, page, !(s.pc >> 63) && arm64_in_user(a), &s);
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
    return 0;
}

static void unhook(struct arm64 *a)
{
    if (a->pages->hooked)
        uc_hook_del(arm64_engine_handle(a), a->pages->hook);
    a->pages->hooked = false;
}

/* ---- the guard ---- */

bool arm64_pages_guard(const struct arm64 *a, uint32_t page)
{
    const struct arm64_pages *p = a->pages;

    if (!p || p->lone)
        return false;
    for (unsigned i = 0; i < PAGES_CLIENTS; i++)
        if (p->clients.of[i].kernel && pages_client_wants(&p->clients.of[i], page, false))
            return true;
    return false;
}

void arm64_pages_opened(struct arm64 *a, uint32_t page)
{
    struct arm64_pages *p = a->pages;

    if (p && p->lone && p->opened_count < OPENED_MAX)
        p->opened[p->opened_count++] = page;
}

void arm64_pages_lone_at(struct arm64 *a, vaddr_t far)
{
    if (a->pages)
        a->pages->far = far;
}

/* A store that reaches into the next page would begin again there, and be told of twice. */
static void open_beside(struct arm64 *a, vaddr_t va)
{
    paddr_t pa;

    if (arm64_walk(a, va, &pa, NULL) || pa < ARM64_RAM_BASE ||
        pa - ARM64_RAM_BASE >= a->config.ram_bytes)
        return;
    arm64_dirty_note(a, pa, 1);
    arm64_code_allow(a, (uint32_t)((pa - ARM64_RAM_BASE) / PAGE_BYTES));
    arm64_pages_opened(a, (uint32_t)((pa - ARM64_RAM_BASE) / PAGE_BYTES));
}

/* The instruction's translation goes behind it, and with it what the hook made slow. */
int arm64_pages_lone(struct arm64 *a, bool begin)
{
    struct arm64_pages *p = a->pages;

    if (!p)
        return 0;
    p->lone = begin;
    if (begin) {
        p->opened_count = 0;
        for (int side = -1; p->far && side <= 1; side += 2)
            open_beside(a, p->far + (vaddr_t)side * PAGE_BYTES);
        p->far = 0;
        return hook(a);
    }
    if (!pages_clients_want_user(&p->clients))
        unhook(a);
    for (unsigned i = 0; i < p->opened_count; i++)
        arm64_code_allow(a, p->opened[i]);
    return 0;
}

/* The engine's TLB may let the page be written until arm64_pages_added(). */
void arm64_pages_add(struct arm64 *a, uint32_t page)
{
    arm64_code_allow(a, page);
    if (a->pages)
        a->pages->unflushed = true;
}

void arm64_pages_added(struct arm64 *a)
{
    if (!a->pages || !a->pages->unflushed)
        return;
    a->pages->unflushed = false;
    arm64_engine_flush_tlb(a);
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
    bool was_hooked = p && p->hooked;
    int rc = 0;

    if (!p && c->map)
        a->pages = p = calloc(1, sizeof(*p));
    if (!p)
        return c->map ? -ENOMEM : 0;
    p->clients.of[client] = *c;
    if (pages_clients_want_user(&p->clients)) /* stores that no guard shows */
        rc = hook(a);
    else
        unhook(a);
    if (p->hooked != was_hooked) /* translated anew: without a hook stores are done in line */
        arm64_engine_drop_code(a);
    if (!pages_clients_any(&p->clients))
        arm64_pages_destroy(a);
    if (!a->code)
        return rc; /* the machine is being made */
    for (uint32_t page = 0; page < a->config.ram_bytes / PAGE_BYTES; page++)
        arm64_code_allow(a, page);
    arm64_engine_flush_tlb(a);
    return rc;
}
