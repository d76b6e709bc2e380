/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/stale.c - see stale.h.
 *
 * Each entry to user mode with something stale opens a window, which the next trap closes. A fault
 * at a stale address is the access; else user mode's instructions in the window are decoded
 * one by one until one touches a stale page. Each store to a table is reported once.
 */
#include "sim/check/stale.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sim/check/access.h"
#include "sim/timeline.h"

#define WINDOWS_MAX     256u
#define WINDOWS_OF_SITE 8u
#define WINDOW_INSNS    (1u << 20) /* of a window are looked at */
#define BLOCK_INSNS     256u
#define INSN_BYTES_MAX  15u

static const char *const lacks_text[] = {
    [CPU_STALE_BARRIER] = "the entry for 0x%llx is not seen: no DSB since it was written",
    [CPU_STALE_INVALIDATION] = "the old entry for 0x%llx is used: not invalidated since",
    [CPU_STALE_COMPLETION] = "the old entry for 0x%llx is used: no DSB since its invalidation",
};

struct window {
    insn_t n, end_n;            /* first and last state of user mode in it */
    struct cpu_stale entry[CPU_STALE_MAX];
    size_t count;
    struct cpu_trap trap;       /* by which the kernel was entered before */
    unsigned process, thread;
    char cause[120], place[160], program[160];
    vaddr_t base;
    bool faulted;
    vaddr_t fault;              /* the address, where it was in a stale page */
};

struct stale {
    struct cpu *cpu;
    struct window *window;
    size_t windows;
    bool open;
    struct cpu_trap trap;       /* the last from user mode */
    unsigned process, thread;
    /* while a window is walked */
    const struct window *walked;
    struct timeline *timeline;
    csh cs;
    const struct cpu_stale *used;
    insn_t used_n;
};

static bool covers(const struct cpu_stale *e, vaddr_t va)
{
    return va - e->va < e->bytes;
}

/* How many windows there are already that this store could be reported from. */
static size_t windows_of(const struct stale *s, const struct cpu_stale *e)
{
    size_t count = 0;

    for (size_t i = 0; i < s->windows; i++)
        for (size_t k = 0; k < s->window[i].count; k++)
            count += s->window[i].entry[k].pc == e->pc && s->window[i].entry[k].lacks == e->lacks;
    return count;
}

static void on_stale(void *ctx, insn_t n, const struct cpu_stale *list, size_t count)
{
    struct stale *s = ctx;
    struct window *w;
    bool wanted = false;

    for (size_t i = 0; i < count; i++)
        wanted |= windows_of(s, &list[i]) < WINDOWS_OF_SITE;
    if (!wanted || s->windows == WINDOWS_MAX)
        return;
    w = &s->window[s->windows++];
    memset(w, 0, sizeof(*w));
    w->n = n;
    w->end_n = INSN_NONE;
    memcpy(w->entry, list, count * sizeof(*list));
    w->count = count;
    w->trap = s->trap;
    w->process = s->process;
    w->thread = s->thread;
    s->open = true;
}

struct stale *stale_create(struct cpu *cpu)
{
    struct stale *s = calloc(1, sizeof(*s));

    if (s)
        s->window = calloc(WINDOWS_MAX, sizeof(*s->window));
    if (!s || !s->window) {
        free(s);
        return NULL;
    }
    s->cpu = cpu;
    cpu_watch_stale(cpu, on_stale, s);
    return s;
}

void stale_destroy(struct stale *s)
{
    if (s)
        free(s->window);
    free(s);
}

static void close_window(struct stale *s, const struct derived *d)
{
    struct window *w = &s->window[s->windows - 1];
    struct trap_words words;
    struct place place;

    s->open = false;
    w->end_n = d->trap->n - 1;
    derive_words(d, w->process, &w->trap, &words, &place);
    snprintf(w->cause, sizeof(w->cause), "%s", words.cause);
    place_text(&place, false, w->place, sizeof(w->place));
    if (d->program)
        snprintf(w->program, sizeof(w->program), "%s", d->program->path);
    w->base = d->base;
    for (size_t i = 0; i < w->count && d->trap->kind == CPU_TRAP_SYNC; i++)
        if (covers(&w->entry[i], d->trap->addr)) {
            w->faulted = true;
            w->fault = d->trap->addr;
        }
}

void stale_event(struct stale *s, const struct derived *d)
{
    if (d->kind != DERIVED_TRAP || !d->trap->from_user)
        return;
    if (s->open)
        close_window(s, d);
    s->trap = *d->trap;
    s->process = d->process;
    s->thread = d->thread;
}

/* ---- behind the replay ---- */

static void note_access(struct stale *s, insn_t n, vaddr_t va)
{
    for (size_t i = 0; i < s->walked->count && !s->used; i++)
        if (covers(&s->walked->entry[i], va)) {
            s->used = &s->walked->entry[i];
            s->used_n = n;
        }
}

static void on_insn(void *ctx, insn_t n, vaddr_t pc)
{
    struct stale *s = ctx;
    struct cpu *cpu = sim_cpu(timeline_sim(s->timeline));
    uint8_t code[INSN_BYTES_MAX];
    vaddr_t at[ACCESSES_MAX];
    cs_insn *insn;
    size_t got = 0;

    if (s->used || pc >> 63)
        return;
    note_access(s, n, pc);
    while (got < sizeof(code) && cpu_mem_read(cpu, pc + got, code + got, 1) == 0)
        got++;
    if (s->used || cs_disasm(s->cs, code, got, pc, 1, &insn) != 1)
        return;
    for (unsigned i = access_list(cpu, s->cs, insn, at); i-- > 0;)
        note_access(s, n, at[i]);
    cs_free(insn, 1);
}

/* The access of a window; none: nothing in it used what was stale. */
static int find_access(struct stale *s, const struct window *w)
{
    insn_t end = w->end_n < w->n + WINDOW_INSNS ? w->end_n : w->n + WINDOW_INSNS;

    s->walked = w;
    s->used = NULL;
    if (w->faulted) {
        note_access(s, w->end_n, w->fault);
        return 0;
    }
    return timeline_trace(s->timeline, w->n, end, on_insn, s);
}

/* The instruction of the block that wrote the entry. */
static insn_t find_store(struct stale *s, const struct cpu_stale *e)
{
    struct cpu *cpu = sim_cpu(timeline_sim(s->timeline));
    uint64_t before, after;

    for (insn_t n = e->n; n < e->n + BLOCK_INSNS; n++) {
        if (timeline_seek(s->timeline, n) || cpu_phys_read(cpu, e->pa, &before, 8) ||
            timeline_seek(s->timeline, n + 1) || cpu_phys_read(cpu, e->pa, &after, 8))
            break;
        if (after == e->now && before != after)
            return n;
    }
    return e->n;
}

static void describe_use(struct stale *s, struct places *places, const struct window *w,
                         struct finding *f)
{
    const struct program *program = w->program[0] ? places_program(places, w->program) : NULL;
    struct place place;

    culprit_describe(s->timeline, places, s->used_n, &f->used);
    place = places_find(places, program, w->base, f->used.pc);
    place_text(&place, false, f->used.where, sizeof(f->used.where));
}

static void report(struct stale *s, struct places *places, const struct window *w,
                   struct findings *all)
{
    const struct cpu_stale *e = s->used;
    struct finding *f = &all->list[all->count];

    memset(f, 0, sizeof(*f));
    f->check = CHECK_STALE;
    f->trap_n = w->trap.n;
    f->back_n = w->n;
    f->process = w->process;
    f->thread = w->thread;
    memcpy(f->trap, w->cause, sizeof(f->trap));
    memcpy(f->place, w->place, sizeof(f->place));
    snprintf(f->what, sizeof(f->what), lacks_text[e->lacks], (unsigned long long)e->va);
    f->value = "entry";
    f->bytes = 8;
    memcpy(f->was, &e->old, 8);
    memcpy(f->is, &e->now, 8);
    f->slot = e->pa;
    culprit_describe(s->timeline, places, find_store(s, e), &f->culprit);
    describe_use(s, places, w, f);
    for (size_t i = 0; i < all->count; i++)
        if (all->list[i].check == CHECK_STALE && all->list[i].culprit.pc == f->culprit.pc)
            return; /* told of */
    all->value[all->count++] = 0;
}

int stale_find(struct stale *s, struct timeline *t, struct places *places,
               struct findings *findings)
{
    bool arm = cpu_arch(sim_cpu(timeline_sim(t))) == ARCH_ARM64;
    int rc = 0;

    s->timeline = t;
    if (cs_open(arm ? CS_ARCH_ARM64 : CS_ARCH_X86, arm ? CS_MODE_ARM : CS_MODE_64, &s->cs))
        return -ENOMEM;
    cs_option(s->cs, CS_OPT_DETAIL, CS_OPT_ON);
    for (size_t i = 0; i < s->windows && findings->count < findings->max && rc == 0; i++) {
        rc = find_access(s, &s->window[i]);
        if (rc == 0 && s->used)
            report(s, places, &s->window[i], findings);
    }
    cs_close(&s->cs);
    return rc;
}
