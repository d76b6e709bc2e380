/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/who_find.c - the last writer of a register or of memory; see who.h.
 *
 * Registers: the instructions of a stretch before the place are listed once (timeline_trace()),
 * and searched backwards by decoding: many links of a chain lie in one stretch. Stretches grow.
 * What is not found in the last WHO_EXACT_INSNS is looked for by comparing values at points ever
 * closer, and then exactly between the last two.
 *
 * Memory: timeline_backward() with a watch. It sees stores of instructions, of devices, and what an
 * exception entry pushes (x86). What else there may be is noticed by the bytes that do not fit, and
 * found by comparing values.
 */
#include "sim/who.h"

#include <errno.h>
#include <string.h>

#include "cpu/search.h"

#define STRETCH_FIRST 4096u
#define STRETCH_GROWS 16u
#define POINTS        16u
#define TRAPS_EXACT   32u
#define TRAP_INSNS    16384u /* of the kernel, from an exception entry to the return */

struct cpu *who_cpu(struct who *w)
{
    return sim_cpu(timeline_sim(w->timeline));
}

bool who_read(struct who *w, const struct value_place *place, uint8_t value[16])
{
    uint8_t all[16] = {0};

    memset(value, 0, 16);
    if (place->in_memory)
        return cpu_mem_read(who_cpu(w), place->va, value, place->bytes) == 0;
    if (cpu_reg_read(who_cpu(w), place->reg, all) != 0)
        return false;
    memcpy(value, all + place->offset, place->bytes);
    return true;
}

/* ---- registers ---- */

static void note_insn(void *ctx, insn_t n, vaddr_t pc)
{
    struct who *w = ctx;

    if (w->seen_count == w->seen_room) {
        size_t room = w->seen_room * 2 + STRETCH_FIRST;
        struct who_insn *grown = realloc(w->seen, room * sizeof(*grown));

        if (!grown) {
            w->failed = true;
            return;
        }
        w->seen = grown;
        w->seen_room = room;
    }
    w->seen[w->seen_count++] = (struct who_insn){n, pc};
}

/* All instructions of [from, to). */
static int see(struct who *w, insn_t from, insn_t to)
{
    int rc;

    w->seen_count = 0;
    rc = timeline_trace(w->timeline, from, to, note_insn, w);
    w->seen_from = from;
    w->seen_to = rc ? from : to;
    return rc ? rc : w->failed ? -ENOMEM : 0;
}

/* Index behind the last instruction before `n`. */
static size_t seen_before(const struct who *w, insn_t n)
{
    return SEARCH_FROM(w->seen, w->seen_count, n, n);
}

/* SP, PC and flags are not the instructions' alone: exception entries and returns change them; and
 * which base a WRMSR writes its operands do not say. */
static bool is_shared(struct who *w, int reg)
{
    static const char *const names[] = {
        "sp",       "pc",      "pstate",  "rsp",    "rip",    "rflags",  "elr_el1",
        "spsr_el1", "esr_el1", "far_el1", "sp_el0", "sp_el1", "cr2",     "cs",
        "ss",       "ds",      "es",      "fs",     "gs",     "fs_base", "gs_base"};
    size_t count;
    const char *name = cpu_reg_table(w->machine->arch, &count)[reg].name;

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/*
 * The code is looked at from where the machine stands; where it is not mapped, from its own place.
 */
static int decode_at(struct who *w, const struct who_insn *insn, int reg)
{
    if (!operands_decode(&w->operands, who_cpu(w), insn->pc)) {
        int rc = timeline_seek(w->timeline, insn->n);

        if (rc)
            return rc;
        if (!operands_decode(&w->operands, who_cpu(w), insn->pc))
            return 0;
    }
    return operands_writes(&w->operands, reg);
}

static int writes_at(struct who *w, const struct who_insn *insn, int reg)
{
    size_t slot = (insn->pc >> (w->machine->arch == ARCH_ARM64 ? 2 : 0)) % WHO_DECODED;

    if (w->decoded[slot].pc != insn->pc || w->decoded[slot].reg != reg) {
        int writes = decode_at(w, insn, reg);

        if (writes < 0)
            return writes;
        w->decoded[slot].pc = insn->pc;
        w->decoded[slot].reg = reg;
        w->decoded[slot].writes = writes;
    }
    return w->decoded[slot].writes;
}

/* The last writer among what was seen before `n`: 1, or 0. */
static int writer_seen(struct who *w, insn_t n, const struct value_place *place, insn_t *found)
{
    for (size_t i = seen_before(w, n); i-- > 0;) {
        int rc = writes_at(w, &w->seen[i], place->reg);

        if (rc > 0)
            *found = w->seen[i].n;
        if (rc)
            return rc;
    }
    return 0;
}

/* The last number in [from, to) where the place was not what it is at `to`; 0: none. */
static int last_other(struct who *w, const struct value_place *place, insn_t from, insn_t to,
                      insn_t least, insn_t *at)
{
    uint8_t is[16], was[16];
    insn_t step;
    bool found = false;
    int rc = timeline_seek(w->timeline, to);

    if (rc || !who_read(w, place, is))
        return rc ? rc : 0;
    while (to - from > least || !found) {
        insn_t low = INSN_NONE;

        step = (to - from + POINTS - 1) / POINTS;
        for (insn_t n = from; n < to; n += step) {
            rc = timeline_seek(w->timeline, n);
            if (rc)
                return rc;
            if (!who_read(w, place, was) || memcmp(was, is, place->bytes) != 0)
                low = n;
        }
        if (low == INSN_NONE)
            break;
        found = true;
        from = low;
        to = low + step < to ? low + step : to;
        if (step == 1)
            break;
    }
    *at = from;
    return found;
}

struct values {
    struct who *who;
    const struct value_place *place;
    uint8_t last[16];
    insn_t last_n;
    bool any, changed;
    insn_t changed_n;   /* the state before the last change */
    insn_t changed_to;  /* and the one behind it that was looked at */
};

static void note_value(void *ctx, insn_t n, vaddr_t pc)
{
    struct values *v = ctx;
    uint8_t now[16];

    (void)pc;
    if (!who_read(v->who, v->place, now))
        return;
    if (v->any && memcmp(now, v->last, v->place->bytes) != 0) {
        v->changed = true;
        v->changed_n = v->last_n;
        v->changed_to = n;
    }
    memcpy(v->last, now, sizeof(now));
    v->last_n = n;
    v->any = true;
}

/* The last change of a value in [from, to), instruction by instruction: 1, or 0. */
static int last_change(struct who *w, const struct value_place *place, insn_t from, insn_t to,
                       insn_t *found)
{
    struct values v = {.who = w, .place = place};
    int rc = timeline_trace(w->timeline, from, to, note_value, &v);

    if (rc)
        return rc;
    note_value(&v, to, 0);
    *found = v.changed_n;
    if (v.changed && v.changed_to - v.changed_n > 1) /* an instruction between was not shown */
        return last_other(w, place, v.changed_n, v.changed_to, 1, found);
    return v.changed;
}

/* Found by values: was it the instruction there, or an exception? 1. */
static int tell_entry(struct who *w, const struct value_place *place, insn_t found, bool *entry)
{
    int rc = timeline_seek(w->timeline, found);

    if (rc)
        return rc;
    *entry = !operands_decode(&w->operands, who_cpu(w), cpu_pc(who_cpu(w))) ||
             !operands_writes(&w->operands, place->reg);
    return 1;
}

/* By values alone: SP, PC, flags, exception registers. */
static int find_shared(struct who *w, insn_t n, const struct value_place *place, insn_t *found,
                       bool *entry)
{
    insn_t width = 64, from, to = n;
    int rc = 0;

    for (; to > 0 && rc == 0; to = from, width *= STRETCH_GROWS) {
        from = to > width ? to - width : 0;
        if (n - to < WHO_EXACT_INSNS && n - from > WHO_EXACT_INSNS)
            from = n - WHO_EXACT_INSNS; /* what changes and changes back is seen up to there */
        if (n - from > WHO_EXACT_INSNS)
            rc = last_other(w, place, from, to, 1, found);
        else
            rc = last_change(w, place, from, to, found);
    }
    return rc <= 0 ? rc : tell_entry(w, place, *found, entry);
}

/* Does the place hold behind the instruction `found` what it holds at `to`? */
static int is_brought(struct who *w, const struct value_place *place, insn_t found, insn_t to)
{
    uint8_t is[16], was[16];
    int rc = timeline_seek(w->timeline, to);

    if (rc == 0 && !who_read(w, place, is))
        return -EFAULT;
    if (rc == 0)
        rc = timeline_seek(w->timeline, found + 1);
    return rc ? rc : who_read(w, place, was) && memcmp(is, was, place->bytes) == 0;
}

/*
 * A writer that was found by looks at some points may have brought another value, which went again,
 * as a signal handler's does at its return: then the one that is meant is behind it.
 */
static int settle(struct who *w, insn_t to, const struct value_place *place, insn_t *found)
{
    insn_t at;
    int rc;

    while ((rc = is_brought(w, place, *found, to)) == 0) {
        rc = last_other(w, place, *found + 1, to, STRETCH_FIRST, &at);
        if (rc <= 0)
            return rc;
        rc = see(w, at, at + STRETCH_FIRST < to ? at + STRETCH_FIRST : to);
        if (rc == 0)
            rc = writer_seen(w, w->seen_to, place, found);
        if (rc <= 0)
            return rc;
    }
    return rc;
}

/*
 * Farther back than all that was looked at one by one. Between two traps code is all of one
 * kind, and values at some points tell where to look; what a trap brings is short, so that is
 * looked at one by one, for the last TRAPS_EXACT of them.
 */
static int find_far(struct who *w, insn_t n, insn_t to, const struct value_place *place,
                    insn_t *found)
{
    const insn_t end = to; /* from there on nothing writes it */
    insn_t width = WHO_EXACT_INSNS, from, at;
    unsigned traps = 0;
    int rc;

    for (; to > 0; to = from) {
        insn_t trap = timeline_trap_before(w->timeline, to - 1);

        from = to > width ? to - width : 0;
        if (traps < TRAPS_EXACT && trap + TRAP_INSNS >= to) {
            from = trap;
            traps++;
            rc = see(w, from, to);
            if (rc == 0)
                rc = writer_seen(w, to, place, found);
            if (rc)
                return rc < 0 ? rc : settle(w, end, place, found);
            continue;
        }
        if (traps < TRAPS_EXACT && from < trap + TRAP_INSNS)
            from = trap + TRAP_INSNS;
        else
            width *= 8;
        rc = last_other(w, place, from, to, STRETCH_FIRST, &at);
        if (rc < 0)
            return rc;
        if (rc) {
            rc = see(w, at, at + STRETCH_FIRST < n ? at + STRETCH_FIRST : n);
            if (rc == 0)
                rc = writer_seen(w, w->seen_to, place, found);
            return rc <= 0 ? rc : settle(w, end, place, found);
        }
    }
    return 0;
}

/*
 * The last writer that was listed, where an instruction that is not (x86_64: port input, which the
 * machine does for the engine) may have written behind it.
 */
static int confirm(struct who *w, insn_t n, const struct value_place *place, insn_t *found,
                   bool *entry)
{
    int rc = is_brought(w, place, *found, n);

    if (rc)
        return rc;
    rc = last_other(w, place, *found + 1, n, 1, found);
    return rc <= 0 ? rc : tell_entry(w, place, *found, entry);
}

int who_find_reg(struct who *w, insn_t n, const struct value_place *place, insn_t *found,
                 bool *entry)
{
    insn_t width = STRETCH_FIRST, to = n, from;
    int rc;

    *entry = false;
    if (is_shared(w, place->reg))
        return find_shared(w, n, place, found, entry);
    while (to > 0) {
        if (to > w->seen_from && to <= w->seen_to) {
            rc = writer_seen(w, to, place, found);
            if (rc)
                return rc < 0 ? rc : confirm(w, n, place, found, entry);
            to = w->seen_from;
            continue;
        }
        if (n - to >= WHO_EXACT_INSNS)
            break;
        from = to > width ? to - width : 0;
        width *= STRETCH_GROWS;
        rc = see(w, from, to);
        if (rc)
            return rc;
    }
    if (to == 0)
        return 0;
    return find_far(w, n, to, place, found);
}

/* ---- memory ---- */

int who_find_memory(struct who *w, insn_t n, const struct value_place *place, insn_t *found,
                    bool *entry)
{
    struct timeline_watch watch = {.va = place->va, .bytes = place->bytes};
    struct timeline_goals goals = {.watches = &watch, .watch_count = 1, .any_store = true};
    struct timeline_arrival arrival;
    uint8_t is[16], after[16];
    int rc = timeline_seek(w->timeline, n);

    *entry = false;
    if (rc)
        return rc;
    if (!who_read(w, place, is))
        return -EFAULT;
    rc = timeline_backward(w->timeline, &goals, &arrival);
    if (rc)
        return rc;
    *found = timeline_now(w->timeline);
    if (arrival.stop == TIMELINE_WATCH) {
        rc = timeline_seek(w->timeline, *found + 1);
        *entry = timeline_trap_before(w->timeline, *found + 1) == *found + 1;
        if (rc || (who_read(w, place, after) && memcmp(is, after, place->bytes) == 0))
            return rc ? rc : 1;
    }
    /* By nothing that was told of. */
    *entry = true;
    rc = last_other(w, place, *found + (arrival.stop == TIMELINE_WATCH), n, 1, found);
    return rc;
}

static void note_device(void *ctx, unsigned slot, paddr_t pa, size_t len)
{
    struct who *w = ctx;

    if (pa < w->device.pa + w->device.bytes && w->device.pa < pa + len) {
        w->device.any = true;
        w->device.slot = slot;
    }
}

int who_find_device(struct who *w, insn_t n, const struct value_place *place, unsigned *slot)
{
    int rc = timeline_seek(w->timeline, n);

    w->device.any = false;
    w->device.bytes = place->bytes;
    if (rc || !place->in_memory || cpu_translate(who_cpu(w), place->va, &w->device.pa))
        return rc;
    cpu_watch_dma(who_cpu(w), note_device, w);
    rc = timeline_travel(w->timeline, n + 1);
    cpu_watch_dma(who_cpu(w), NULL, NULL);
    *slot = w->device.slot;
    return rc ? rc : w->device.any;
}
