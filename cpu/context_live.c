/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/context_live.c - where the engine's state is; see context_live.h.
 *
 * The engine says it nowhere, and what points to it lies among its own fields, which differ between
 * versions. So what they point to is searched for the registers, and found is only what another value
 * of a register then shows in. Words among those fields may be anything, so their targets are read by
 * peek().
 */
#include "cpu/context_live.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cpu/peek.h"

#define LIVE_BYTES (128u << 10) /* of an object are looked at; the state begins at 34 KB */

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

/* Where in the object at `from` the probed bytes of `saved` are, as the address of offset 0; or NULL. */
static uint8_t *live_in(uc_engine *uc, const struct live_probe *p, const uc_context *saved,
                        int memory, uint64_t from, uint8_t *buf)
{
    const uint8_t *wanted = (const uint8_t *)saved + p->at;
    size_t got = peek(memory, from, buf, LIVE_BYTES);

    for (size_t o = 0; o + p->bytes <= got; o += 8) {
        uint8_t *live = (uint8_t *)(uintptr_t)(from + o - p->at);

        if (memcmp(buf + o, wanted, p->bytes) == 0 && live != (const uint8_t *)saved &&
            live_follows(uc, p, live))
            return live;
    }
    return NULL;
}

uint8_t *context_live(uc_engine *uc, const struct live_probe *p, uc_context *scratch)
{
    size_t words = malloc_usable_size(uc) / 8;
    uint8_t *buf = malloc(LIVE_BYTES), *live = NULL;
    int memory = peek_open();

    if (uc_context_save(uc, scratch))
        words = 0;
    for (size_t i = 0; buf && memory >= 0 && !live && i < words; i++) {
        uint64_t word;

        memcpy(&word, (const uint8_t *)uc + 8 * i, sizeof(word));
        if (word % 8 == 0 && word >= 1u << 16 && !(word >> 47))
            live = live_in(uc, p, scratch, memory, word, buf);
    }
    if (memory >= 0)
        close(memory);
    free(buf);
    return live;
}

