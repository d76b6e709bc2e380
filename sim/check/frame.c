/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/frame.c - see frame.h.
 *
 * The way from the trap to the return runs once more with the page of the word watched, and that
 * of the signal frame: all stores to both are listed in their order, equal values too.
 */
#include "sim/check/frame.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sim/check/frame_writes.h"
#include "sim/check/store.h"
#include "sim/who.h"

#define PAGE_SHIFT 12
#define WAY_INSNS  50000000u /* longer ways, as through other threads, are not walked */
#define STEPS      64u       /* from a block's first push, as all have one operand, to the one */

struct way {
    struct cpu *cpu;
    struct store_finder *finder;
    paddr_t slot, pushed;       /* pushed: the word of the signal frame; 0: none */
    struct frame_writes writes;
};

bool frames_wants(const struct frames *all, unsigned value, uint64_t way)
{
    for (size_t i = 0; i < all->count; i++)
        if (all->value[i] == value && all->way[i] == way)
            return false;
    return all->count < FRAMES_MAX;
}

void frames_add(struct frames *all, const struct finding *f, unsigned value, uint64_t way,
                bool restart)
{
    if (all->count == FRAMES_MAX)
        return;
    all->list[all->count] = *f;
    all->value[all->count] = value;
    all->restart[all->count] = restart;
    all->way[all->count++] = way;
}

/* Does the store begin at the word or in it? Pieces of a wider one are told of one by one. */
static bool hits(const struct cpu_store *s, paddr_t word)
{
    return word && s->pa < word + 8 && word < s->pa + s->bytes;
}

static void on_store(void *ctx, const struct cpu_store *s)
{
    struct way *w = ctx;
    struct store_place place;

    if (!hits(s, w->slot) && !hits(s, w->pushed))
        return;
    store_find(w->finder, s, &place);
    if (hits(s, w->pushed))
        w->writes.push_n = place.n;
    if (hits(s, w->slot))
        frame_writes_add(&w->writes, place.n, s->value);
}

/* All stores of the kernel to the words from `from` to `to`, or to the first one in steps. */
static int walk(struct timeline *t, insn_t from, insn_t to, bool steps, struct way *w)
{
    paddr_t base;
    size_t bytes;
    uint8_t *map;
    int rc;

    cpu_ram(w->cpu, &base, &bytes);
    map = calloc(bytes >> PAGE_SHIFT, 1);
    if (!map)
        return -ENOMEM;
    map[(w->slot - base) >> PAGE_SHIFT] = 1;
    if (w->pushed)
        map[(w->pushed - base) >> PAGE_SHIFT] = 1;
    rc = timeline_seek(t, from);
    if (rc == 0)
        rc = cpu_watch_kernel_pages(w->cpu, map, on_store, w);
    if (rc == 0) {
        while (rc == 0 && steps && from + 1 < to && !w->writes.count)
            rc = timeline_travel(t, ++from);
        if (!steps)
            rc = timeline_travel(t, to);
        (void)!cpu_watch_kernel_pages(w->cpu, NULL, NULL, NULL);
    }
    free(map);
    return rc;
}

/* The word is stored to by the instruction at `n` or by one soon behind it: by which. */
static insn_t exact(struct timeline *t, const struct way *w, insn_t n)
{
    struct way by_steps = {.cpu = w->cpu, .finder = w->finder, .slot = w->slot};

    return walk(t, n, n + STEPS, true, &by_steps) == 0 && by_steps.writes.count
               ? by_steps.writes.list[0].n : n;
}

/*
 * Where the register was loaded from on the way out. By the instruction that wrote it last; where
 * that is not a plain load (XRSTOR), by the last change of its value.
 */
static bool find_slot(struct who *who, struct finding *f, unsigned value, insn_t *load_n,
                      struct timeline_watch *slot)
{
    struct value_place place = {.reg = cpu_reg_find(who->machine->arch, f->value), .bytes = 8},
                       from;
    struct cpu *cpu = who_cpu(who);
    bool entry;

    if (timeline_seek(who->timeline, f->back_n) == 0 &&
        who_find_reg(who, f->back_n, &place, load_n, &entry) == 1 && !entry &&
        *load_n >= f->trap_n && timeline_seek(who->timeline, *load_n) == 0 &&
        operands_decode(&who->operands, cpu, cpu_pc(cpu)) &&
        operands_source(&who->operands, cpu, &place, &from) == SOURCE_LOAD && from.in_memory) {
        *slot = (struct timeline_watch){from.va, from.bytes};
        return true;
    }
    return culprit_slot(who->timeline, f, value, load_n, slot);
}

static int find_one(struct who *who, struct store_finder *finder, struct finding *f, unsigned value,
                    bool restart, bool *found)
{
    struct timeline *t = who->timeline;
    struct places *places = who->code->places;
    struct way w = {.cpu = sim_cpu(timeline_sim(t)), .finder = finder};
    struct timeline_watch slot = {0};
    insn_t load_n, first, second;
    uint64_t was;
    int rc;

    *found = false;
    if (f->back_n - f->trap_n > WAY_INSNS || !find_slot(who, f, value, &load_n, &slot) ||
        cpu_translate(w.cpu, slot.va, &w.slot) != 0)
        return 0;
    if (f->frame_at && !restart && (timeline_seek(t, f->back_n) != 0 ||
                        cpu_translate(w.cpu, f->frame_at, &w.pushed) != 0))
        return 0;
    memcpy(&was, f->was, 8);
    w.writes.is_pushed = w.pushed != 0;
    rc = walk(t, f->trap_n, f->back_n, false, &w);
    if (rc || !(restart ? frame_restart_writers : frame_two_writers)(&w.writes, was, &first,
                                                                     &second))
        return rc;
    culprit_describe(t, places, exact(t, &w, first), &f->first);
    culprit_describe(t, places, load_n, &f->load);
    culprit_describe(t, places, exact(t, &w, second), &f->culprit);
    f->slot = slot.va;
    f->frame_at = 0;
    *found = true;
    return 0;
}

int frames_find(struct frames *all, struct timeline *t, struct places *places,
                const struct machine *m, struct findings *findings)
{
    struct store_finder *finder = store_finder_create(sim_cpu(timeline_sim(t)));
    struct who *who;
    int rc = finder ? who_open(t, places, m, &who) : -ENOMEM;

    if (rc) {
        store_finder_destroy(finder);
        return rc;
    }
    for (size_t i = 0; i < all->count && findings->count < findings->max && rc != -ENOMEM; i++) {
        bool found;

        rc = find_one(who, finder, &all->list[i], all->value[i], all->restart[i], &found);
        if (rc || !found)
            continue;
        findings->value[findings->count] = all->value[i];
        findings->list[findings->count++] = all->list[i];
    }
    who_close(who);
    store_finder_destroy(finder);
    return rc == -ENOMEM ? rc : 0;
}
