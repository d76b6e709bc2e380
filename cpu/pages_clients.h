/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/pages_clients.h - who is to be told of stores to which pages; see cpu_watch_pages().
 *
 * Rules of use: for the machines in cpu/arch, which find out that there is a store, and by whom
 * (pages.c). A page is counted from the beginning of RAM; maps are the callers' own.
 */
#ifndef TRAPLINE_CPU_PAGES_CLIENTS_H
#define TRAPLINE_CPU_PAGES_CLIENTS_H

#include "cpu/cpu.h"

/* There are two who may look. */
enum { PAGES_OBSERVER, PAGES_ADVERSARY, PAGES_CLIENTS };

struct pages_client {
    const uint8_t *map;     /* a byte for each page; NULL: nobody */
    cpu_page_store_fn fn;
    void *ctx;
    bool kernel;            /* user mode's stores are of no interest */
};

struct pages_clients {
    struct pages_client of[PAGES_CLIENTS];
};

static inline bool pages_client_wants(const struct pages_client *c, size_t page, bool user)
{
    return c->map && c->map[page] && !(c->kernel && user);
}

/* Does anybody want a store of the kernel to the page? */
static inline bool pages_clients_want(const struct pages_clients *c, size_t page)
{
    return pages_client_wants(&c->of[PAGES_OBSERVER], page, false) ||
           pages_client_wants(&c->of[PAGES_ADVERSARY], page, false);
}

static inline void pages_clients_tell(const struct pages_clients *c, size_t page, bool user,
                                      const struct cpu_store *s)
{
    for (unsigned i = 0; i < PAGES_CLIENTS; i++)
        if (pages_client_wants(&c->of[i], page, user))
            c->of[i].fn(c->of[i].ctx, s);
}

/* Does anybody want stores of user mode? */
static inline bool pages_clients_want_user(const struct pages_clients *c)
{
    for (unsigned i = 0; i < PAGES_CLIENTS; i++)
        if (c->of[i].map && !c->of[i].kernel)
            return true;
    return false;
}

static inline bool pages_clients_any(const struct pages_clients *c)
{
    return c->of[PAGES_OBSERVER].map || c->of[PAGES_ADVERSARY].map;
}

/* Of `value` what a store of so many bytes stores. */
static inline uint64_t pages_store_value(uint64_t value, unsigned bytes)
{
    return bytes < 8 ? value & ((1ull << 8 * bytes) - 1) : value;
}

#endif
