/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/sweep_memo.c - states that disturbed runs have been in; see sweep_memo.h.
 *
 * Two runs meet only at one number, so all look at multiples of the same powers: soon after the
 * event, then eight times as far each time. What a state is here decides the future and the
 * verdict: registers, devices, RAM, clock, and all that the console has shown; not the traps that
 * were.
 */
#include "sim/sweep_memo.h"

#include <errno.h>
#include <xxhash.h>

#define FIRST_BITS 13u
#define LEVEL_BITS 3u

int memo_start(struct sweep_memo *m, struct snapshots *all)
{
    return snapshot_take(all, &m->base);
}

void memo_free(struct sweep_memo *m, struct snapshots *all)
{
    snapshot_free(all, m->base);
    free(m->entry);
    *m = (struct sweep_memo){0};
}

insn_t memo_next(const struct memo_way *way, insn_t now)
{
    unsigned bits = FIRST_BITS + LEVEL_BITS * way->count;
    insn_t ahead = way->count == 0 ? 1u << (FIRST_BITS - 1) : 1;

    if (way->count == MEMO_LEVELS)
        return INSN_NONE;
    return ((now + ahead) >> bits << bits) + (1ull << bits);
}

static struct memo_entry *slot_of(const struct sweep_memo *m, uint64_t hash)
{
    size_t at = (size_t)hash & (m->room - 1);

    while (m->entry[at].hash != 0 && m->entry[at].hash != hash)
        at = (at + 1) & (m->room - 1);
    return &m->entry[at];
}

int memo_look(struct sweep_memo *m, struct sim *sim, struct snapshots *all,
              const struct byte_buf *console, struct memo_way *way, struct sweep_verdict *v)
{
    struct snapshot *now;
    const struct memo_entry *e;
    struct digest d;
    uint64_t word[5];
    int rc = sim_digest(sim, false, &d);

    if (rc == 0)
        rc = snapshot_take(all, &now);
    if (rc != 0)
        return rc;
    word[0] = d.n;
    word[1] = d.cycles;
    word[2] = d.state;
    word[3] = snapshot_ram_hash(m->base, now);
    word[4] = XXH3_64bits(console->data, console->used);
    snapshot_free(all, now);
    way->hash[way->count] = XXH3_64bits(word, sizeof(word)) | 1;
    e = m->room ? slot_of(m, way->hash[way->count]) : NULL;
    if (!e || e->hash == 0) {
        way->count++;
        return 0;
    }
    v->failure = e->failure;
    v->end = e->end;
    return 1;
}

/* No memory is no harm: less is known. */
static void grow(struct sweep_memo *m)
{
    struct sweep_memo was = *m;

    m->room = was.room ? 2 * was.room : 1024;
    m->entry = calloc(m->room, sizeof(*m->entry));
    if (!m->entry) {
        *m = was;
        return;
    }
    for (size_t i = 0; i < was.room; i++)
        if (was.entry[i].hash != 0)
            *slot_of(m, was.entry[i].hash) = was.entry[i];
    free(was.entry);
}

void memo_put(struct sweep_memo *m, const struct memo_way *way, const struct sweep_verdict *v)
{
    for (unsigned i = 0; i < way->count; i++) {
        if (2 * m->used >= m->room)
            grow(m);
        if (m->used + 1 >= m->room)
            return;
        struct memo_entry *e = slot_of(m, way->hash[i]);

        m->used += e->hash == 0;
        *e = (struct memo_entry){way->hash[i], v->failure, v->end};
    }
}
