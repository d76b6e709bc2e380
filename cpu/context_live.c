/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/context_live.c - where the engine's state is; see context_live.h.
 *
 * The engine says it nowhere, and what points to it lies among its own fields, which differ between
 * versions. So what they point to is searched for the registers, and found is only what another value
 * of a register then shows in. Words among those fields may be anything, so their targets are read by a
 * system call that may refuse.
 */
#include "cpu/context_live.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define LIVE_PAGE  4096u
#define LIVE_PAGES 32u /* of an object are looked at; the state begins 34 KB behind what is pointed to */

/* Bytes that could be read at `from`, page by page. */
static size_t live_peek(uint64_t from, uint8_t *to)
{
    struct iovec local = {to, LIVE_PAGES * LIVE_PAGE}, remote[LIVE_PAGES + 1];
    uint64_t at = from, end = from + LIVE_PAGES * LIVE_PAGE;
    unsigned count = 0;
    ssize_t got;

    while (at < end) {
        uint64_t next = (at | (LIVE_PAGE - 1)) + 1;

        next = next < end ? next : end;
        remote[count++] = (struct iovec){(void *)(uintptr_t)at, next - at};
        at = next;
    }
    got = process_vm_readv(getpid(), &local, 1, remote, count, 0);
    return got < 0 ? 0 : (size_t)got;
}

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
                        uint64_t from, uint8_t *buf)
{
    const uint8_t *wanted = (const uint8_t *)saved + p->at;
    size_t got = live_peek(from, buf);

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
    uint8_t *buf = malloc(LIVE_PAGES * LIVE_PAGE), *live = NULL;

    if (uc_context_save(uc, scratch))
        words = 0;
    for (size_t i = 0; buf && !live && i < words; i++) {
        uint64_t word;

        memcpy(&word, (const uint8_t *)uc + 8 * i, sizeof(word));
        if (word % 8 == 0 && word >= 1u << 16 && !(word >> 47))
            live = live_in(uc, p, scratch, word, buf);
    }
    free(buf);
    return live;
}

