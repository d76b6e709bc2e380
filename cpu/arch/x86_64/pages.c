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
#include <string.h>
#include <unicorn/unicorn.h>

#include "cpu/arch/x86_64/count.h"
#include "cpu/arch/x86_64/x86.h"

#define PAGE_BYTES 4096u

struct x86_pages {
    uc_hook hook;
    bool hooked;
    bool leave;         /* the hook is to go: this block of user mode was translated with it */
    vaddr_t pc;
    struct pages_clients clients;
};

static void on_store(uc_engine *uc, uc_mem_type type, uint64_t at, int size, int64_t value,
                     void *opaque)
{
    struct x86 *x = opaque;
    const struct x86_pages *p = x->pages;
    size_t page = at / PAGE_BYTES;
    struct cpu_store s;

    (void)uc;
    (void)type;
    if (!pages_clients_want(&p->clients, page))
        return;
    x86_count_block(x, &s.n, &s.pc, &s.code_bytes); /* the engine's own RIP may lag behind */
    s.pa = at;
    s.bytes = (unsigned)size;
    s.value = pages_store_value((uint64_t)value, s.bytes);
    pages_clients_tell(&p->clients, page, !(s.pc >> 63) && x86_cpl(x) == 3, &s);
}

/* As the kernel's, for it is by the kernel's rights. */
void x86_pages_model_store(struct x86 *x, paddr_t pa, const uint8_t *bytes, unsigned len)
{
    const struct x86_pages *p = x->pages;
    struct cpu_store s = {.n = x->count.n, .pa = pa, .bytes = len};

    memcpy(&s.value, bytes, len);
    if (p)
        pages_clients_tell(&p->clients, pa / PAGE_BYTES, false, &s);
}

/* ---- the hook ---- */

static int hook(struct x86 *x)
{
    struct x86_pages *p = x->pages;
    uint64_t base = 0;

    if (p->hooked)
        return 0;
    if (uc_hook_add(x86_engine_handle(x), &p->hook, UC_HOOK_MEM_WRITE, (void *)on_store, x, base,
                    base + x->config.ram_bytes - 1))
        return -ENOMEM;
    p->hooked = true;
    return 0;
}

static void unhook(struct x86 *x)
{
    if (x->pages->hooked)
        uc_hook_del(x86_engine_handle(x), x->pages->hook);
    x->pages->hooked = x->pages->leave = false;
}

void x86_pages_translated(struct x86 *x, vaddr_t pc)
{
    struct x86_pages *p = x->pages;

    if (!p || !p->hooked || pc >> 63 || pages_clients_want_user(&p->clients) || x86_cpl(x) < 3)
        return;
    p->leave = true;
    p->pc = pc;
    x86_count_hold(x);
}

void x86_pages_stopped(struct x86 *x)
{
    struct x86_pages *p = x->pages;

    if (!p || !p->leave)
        return;
    unhook(x);
    /* By its first byte: blocks that begin in it stay, which it would be translated for in turn. */
    x86_engine_drop_code(x, p->pc, p->pc + 1);
}

void x86_pages_in_kernel(struct x86 *x)
{
    if (!x->pages || hook(x) == 0)
        return;
    snprintf(x->error, sizeof(x->error), "out of memory to watch stores");
    x86_stop(x, CPU_STOP_ENGINE, 0);
}

/* The hook sees all stores: nested tables cannot forbid one, as the engine walks tables as if it
 * wrote to them (dirty.c). */
void x86_pages_add(struct x86 *x, uint32_t page)
{
    (void)x;
    (void)page;
}

void x86_pages_added(struct x86 *x)
{
    (void)x;
}

/* ---- who looks ---- */

void x86_pages_destroy(struct x86 *x)
{
    free(x->pages);
    x->pages = NULL;
}

int x86_pages_watch(struct x86 *x, unsigned client, const struct pages_client *c)
{
    struct x86_pages *p = x->pages;
    int rc = 0;

    if (c->map && !p)
        x->pages = p = calloc(1, sizeof(*p));
    if (c->map && !p)
        return -ENOMEM;
    if (p) {
        p->clients.of[client] = *c;
        rc = hook(x);
        if (!pages_clients_any(&p->clients)) {
            unhook(x);
            x86_pages_destroy(x);
            rc = 0;
        }
    }
    x86_count_forget(x); /* translated anew: without watched stores they are done in line */
    return rc;
}
