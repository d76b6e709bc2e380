/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tests/cpu/watchers.h - what those who look on at a machine of either CPU are told, kept to be
 * compared: blocks that run, and stores.
 */
#ifndef TRAPLINE_TESTS_CPU_WATCHERS_H
#define TRAPLINE_TESTS_CPU_WATCHERS_H

#include "tests/cmocka.h"

#include <stdlib.h>

#include "cpu/cpu.h"

/* ---- blocks ---- */

struct code {
    insn_t n;
    vaddr_t pc;
    uint32_t bytes;
};

struct listing {
    struct code *code;
    size_t count, room;
};

/* A cpu_block_fn; ctx is the listing, which starts as zeros. Free its code. */
static inline void list_block(void *ctx, insn_t n, vaddr_t pc, uint32_t bytes)
{
    struct listing *l = ctx;

    if (l->count == l->room) {
        l->room = l->room ? 2 * l->room : 1024;
        l->code = realloc(l->code, l->room * sizeof(*l->code));
    }
    l->code[l->count++] = (struct code){n, pc, bytes};
}

/*
 * The number at which something ended what ran as the listing's block `at`: the next block, the
 * tick of one of `traps` traps, or the run's end.
 */
static inline insn_t listing_end_of(const struct listing *l, size_t at, const struct cpu_trap *trap,
                                    size_t traps, insn_t end)
{
    insn_t here = at + 1 < l->count ? l->code[at + 1].n : end;

    for (size_t i = 0; i < traps; i++)
        if (trap[i].n > l->code[at].n && trap[i].n - 1 < here)
            here = trap[i].n - 1;
    return here;
}

/* ---- stores ---- */

#define STORES_MAX 100000u

/* Those of the kernel. */
struct heard {
    struct cpu_store *store;
    size_t count;
    size_t users; /* of user mode, which are counted alone */
    bool kernel;  /* only the kernel's were asked for */
};

static inline void heard_take(struct heard *h, const struct cpu_store *s, bool user)
{
    if (user) {
        assert_false(h->kernel);
        h->users++;
        return;
    }
    if (!h->store)
        h->store = malloc(STORES_MAX * sizeof(*h->store));
    assert_true(h->count < STORES_MAX);
    h->store[h->count++] = *s;
}

/* The kernel's are the same, whether user mode's were asked for (`all`) or not. Frees both. */
static inline void heard_compare(struct heard *all, struct heard *kernel)
{
    assert_true(all->users > 20 && all->count > 20);
    assert_int_equal(kernel->count, all->count);
    for (size_t i = 0; i < all->count; i++) {
        assert_int_equal(kernel->store[i].pa, all->store[i].pa);
        assert_int_equal(kernel->store[i].bytes, all->store[i].bytes);
        assert_int_equal(kernel->store[i].value, all->store[i].value);
    }
    free(all->store);
    free(kernel->store);
}

#endif
