/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/context_live.c - where the engine's state is; see context_live.h.
 *
 * The engine says it nowhere, and what points to it lies among its own fields, which differ between
 * versions. So what they point to is searched for the registers, and found is only what another
 * value of a register then shows in. Words among those fields may be anything, so their targets are
 * read by peek_objects().
 */
#include "cpu/context_live.h"

#include <string.h>

#include "cpu/peek.h"

/* Does a new value of the register show at `live`? */
static bool live_follows(uc_engine *uc, const struct live_probe *p, const uint8_t *live)
{
    uint64_t was = 0, other, now;

    uc_reg_read(uc, p->reg, &was);
    other = ~was;
    uc_reg_write(uc, p->reg, &other);
    memcpy(&now, live + p->at, sizeof(now));
    uc_reg_write(uc, p->reg, &was);
    return now == other;
}

struct search {
    uc_engine *uc;
    const struct live_probe *p;
    const uc_context *saved;
};

/* The address of offset 0, where the probed bytes of `saved` are in the object. */
static void *live_in(void *ctx, int memory, uintptr_t from, const uint8_t *copy, size_t got)
{
    const struct search *s = ctx;
    const struct live_probe *p = s->p;
    const uint8_t *wanted = (const uint8_t *)s->saved + p->at;
    uint64_t word, first;

    (void)memory;
    memcpy(&first, wanted, sizeof(first));
    for (size_t o = 0; o + p->bytes <= got; o += 8) {
        uint8_t *live = (uint8_t *)(from + o - p->at);

        memcpy(&word, copy + o, sizeof(word));
        if (word == first && memcmp(copy + o, wanted, p->bytes) == 0 &&
            live != (const uint8_t *)s->saved && live_follows(s->uc, p, live))
            return live;
    }
    return NULL;
}

uint8_t *context_live(uc_engine *uc, const struct live_probe *p, uc_context *scratch)
{
    struct search s = {uc, p, scratch};

    return uc_context_save(uc, scratch) ? NULL : peek_objects(uc, live_in, &s);
}
