/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/race.c - see race.h.
 *
 * The words are those that the interrupted code loaded in its last WINDOW_INSNS and did not store
 * to since; not its stack, which is its own. From where it goes on, a word that it touches again
 * is forgotten: it has been looked at once more.
 */
#include "sim/check/race.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sim/check/touch.h"
#include "sim/timeline.h"

#define MARKED_MAX   64u
#define WINDOW_INSNS 400u
#define RETURN_INSNS 20000u /* from the return of the switch to that of the interrupt */
#define WORDS_MAX    256u
#define STACK_NEAR   0x4000u
#define TOLD_MAX     2u
#define CODE_BYTES   15u

enum race { RACE_STORE, RACE_SLEEP, RACES };

static const char *const text[RACES] = {
    [RACE_STORE] = "a store is undone: an interrupt gave the CPU away between load and store",
    [RACE_SLEEP] = "the kernel goes idle by what it read before an interrupt changed it",
};

struct marked {
    struct cpu_trap irq;
    insn_t from, to;        /* where the way behind it is walked */
    insn_t user_n;          /* the trap from user mode before it, 0: not known */
};

struct races {
    struct marked list[RACES][MARKED_MAX];
    size_t count[RACES];
    struct cpu_trap last;   /* the last exception entry */
    cycles_t idle;          /* cycles that were skipped until then */
    bool plain;             /* it is an interrupt of kernel code that ran */
    unsigned told[RACES];
};

struct races *races_create(void)
{
    return calloc(1, sizeof(struct races));
}

void races_destroy(struct races *r)
{
    free(r);
}

static void mark(struct races *r, enum race kind, const struct cpu_trap *irq, insn_t from,
                 insn_t to, insn_t user_n)
{
    if (r->count[kind] < MARKED_MAX)
        r->list[kind][r->count[kind]++] = (struct marked){*irq, from, to, user_n};
}

void race_event(struct races *r, const struct derived *d)
{
    cycles_t idle;

    if (d->kind != DERIVED_TRAP)
        return;
    idle = d->trap->cycles - d->trap->n;
    if (r->plain && idle != r->idle && d->trap->n - r->last.n < RACE_NEAR_INSNS)
        mark(r, RACE_SLEEP, &r->last, r->last.n, d->trap->n - 1, 0);
    r->plain = d->trap->kind == CPU_TRAP_IRQ && !d->trap->from_user && idle == r->idle;
    r->last = *d->trap;
    r->idle = idle;
}

void race_end(struct races *r, const struct sim_end *end)
{
    if (r->plain && end->reason == SIM_END_STARVED && end->n - r->last.n < RACE_NEAR_INSNS)
        mark(r, RACE_SLEEP, &r->last, r->last.n, end->n, 0);
}

void race_add_switch(struct races *r, const struct cpu_trap *irq, const struct cpu_trap *user,
                     insn_t back_n)
{
    mark(r, RACE_STORE, irq, back_n, back_n + RETURN_INSNS, user->n);
}

bool races_any(const struct races *r)
{
    return r->count[RACE_STORE] || r->count[RACE_SLEEP];
}

/* ---- behind the replay ---- */

struct word {
    vaddr_t va;
    unsigned bytes;
    insn_t n;               /* of the load */
    uint64_t was, is;
};

struct walk {
    struct cpu *cpu;
    csh cs;
    cs_insn *insn;
    enum race kind;
    vaddr_t pc, sp;         /* of the interrupted code */
    struct word word[WORDS_MAX];
    size_t words;
    insn_t on_n;            /* it goes on there; 0: not yet */
    struct word hit;
    insn_t hit_n;           /* the store or the halt; 0: none */
};

static uint64_t read_word(struct cpu *cpu, const struct word *w)
{
    uint64_t value = 0;

    return cpu_mem_read(cpu, w->va, &value, w->bytes) == 0 ? value : 0;
}

static bool overlap(const struct word *w, const struct touch *t)
{
    return w->va < t->va + t->bytes && t->va < w->va + w->bytes;
}

/* What the instruction touches, but for its stack and user memory. */
static unsigned touches(struct walk *w, vaddr_t pc, struct touch list[TOUCHES_MAX])
{
    uint8_t code[CODE_BYTES];
    const uint8_t *at = code;
    bool arm = cpu_arch(w->cpu) == ARCH_ARM64;
    size_t bytes = arm ? 4 : CODE_BYTES;
    uint64_t address = pc;
    vaddr_t sp = cpu_sp(w->cpu);
    unsigned count, kept = 0;

    if (cpu_mem_read(w->cpu, pc, code, bytes) != 0 ||
        !cs_disasm_iter(w->cs, &at, &bytes, &address, w->insn))
        return 0;
    count = touch_list(w->cpu, w->cs, w->insn, list);
    for (unsigned i = 0; i < count; i++)
        if (list[i].va >> 63 && list[i].va - sp + STACK_NEAR >= 2 * STACK_NEAR)
            list[kept++] = list[i];
    return kept;
}

static void forget(struct walk *w, const struct touch *t)
{
    for (size_t i = w->words; i-- > 0;)
        if (overlap(&w->word[i], t))
            w->word[i] = w->word[--w->words];
}

/* The code before the interrupt: what has it loaded? */
static void on_before(void *ctx, insn_t n, vaddr_t pc)
{
    struct walk *w = ctx;
    struct touch list[TOUCHES_MAX];
    unsigned count;

    if (!(pc >> 63)) {
        w->words = 0;
        return;
    }
    count = touches(w, pc, list);
    for (unsigned i = 0; i < count; i++) {
        forget(w, &list[i]);
        if (list[i].loads && !list[i].stores && list[i].bytes <= 8 && w->words < WORDS_MAX)
            w->word[w->words++] = (struct word){list[i].va, list[i].bytes, n, 0, 0};
    }
}

/* It goes on: only words that are not what they were are of interest. */
static void go_on(struct walk *w, insn_t n)
{
    w->on_n = n;
    for (size_t i = w->words; i-- > 0;) {
        struct word *d = &w->word[i];

        d->is = read_word(w->cpu, d);
        if (d->is == d->was || (w->kind == RACE_SLEEP && !d->is == !d->was))
            *d = w->word[--w->words];
    }
}

static bool is_halt(struct cpu *cpu, vaddr_t pc)
{
    bool arm = cpu_arch(cpu) == ARCH_ARM64;
    uint32_t code = 0;

    return cpu_mem_read(cpu, pc, &code, arm ? 4 : 1) == 0 && code == (arm ? 0xd503207f : 0xf4);
}

/* A store-exclusive fails behind an exception, and its code loads again. */
static bool is_exclusive(const struct walk *w)
{
    return cpu_arch(w->cpu) == ARCH_ARM64 && (strncmp(w->insn->mnemonic, "stx", 3) == 0 ||
                                              strncmp(w->insn->mnemonic, "stlx", 4) == 0);
}

static void on_after(void *ctx, insn_t n, vaddr_t pc)
{
    struct walk *w = ctx;
    struct touch list[TOUCHES_MAX];
    unsigned count;

    if (!w->on_n && pc == w->pc && cpu_sp(w->cpu) == w->sp)
        go_on(w, n);
    if (!w->on_n || w->hit_n || !w->words || n - w->on_n > WINDOW_INSNS)
        return;
    if (!(pc >> 63)) {
        w->words = 0;
        return;
    }
    if (w->kind == RACE_SLEEP && is_halt(w->cpu, pc)) {
        w->hit = w->word[0];
        w->hit_n = n;
        return;
    }
    count = touches(w, pc, list);
    for (unsigned i = 0; i < count; i++) {
        bool store = list[i].stores && !list[i].loads && !is_exclusive(w);

        for (size_t k = 0; store && k < w->words && w->kind == RACE_STORE && !w->hit_n; k++)
            if (overlap(&w->word[k], &list[i])) {
                w->hit = w->word[k];
                w->hit_n = n;
            }
        forget(w, &list[i]);
    }
}

/* The last store that changed the word before the code went on. */
static insn_t changed_by(struct timeline *t, const struct walk *w)
{
    struct timeline_watch word = {w->hit.va, w->hit.bytes};
    struct timeline_goals goals = {.watches = &word, .watch_count = 1};
    struct timeline_arrival arrival;

    if (timeline_seek(t, w->on_n) || timeline_backward(t, &goals, &arrival) ||
        arrival.stop != TIMELINE_WATCH)
        return 0;
    return timeline_now(t);
}

static void report(struct timeline *t, struct places *places, const struct marked *k,
                   const struct walk *w, struct findings *all)
{
    struct finding *f = &all->list[all->count];
    struct place place = places_find(places, NULL, 0, k->irq.pc);
    insn_t by;

    memset(f, 0, sizeof(*f));
    f->check = CHECK_RACE;
    f->trap_n = k->irq.n;
    f->back_n = w->on_n;
    snprintf(f->trap, sizeof(f->trap), "interrupt");
    place_text(&place, false, f->place, sizeof(f->place));
    snprintf(f->what, sizeof(f->what), "%s", text[w->kind]);
    f->user_n = k->user_n;
    f->whose = k->user_n != 0; /* the place is the kernel's */
    f->bytes = w->hit.bytes;
    memcpy(f->was, &w->hit.was, 8);
    memcpy(f->is, &w->hit.is, 8);
    f->slot = w->hit.va;
    by = changed_by(t, w);
    culprit_describe(t, places, w->hit_n, &f->culprit);
    if (by)
        culprit_describe(t, places, by, &f->first);
    culprit_describe(t, places, w->hit.n, &f->load);
    all->value[all->count++] = 0;
}

/* One interrupt: true when it did harm. */
static int look(struct timeline *t, const struct marked *k, struct walk *w)
{
    insn_t at = k->irq.n - 1, from = at > WINDOW_INSNS ? at - WINDOW_INSNS : 0;
    insn_t to = k->to < timeline_end(t) ? k->to : timeline_end(t);
    int rc = timeline_trace(t, from, at, on_before, w);

    if (rc || !w->words || cpu_pc(w->cpu) != k->irq.pc)
        return rc;
    w->pc = k->irq.pc;
    w->sp = cpu_sp(w->cpu);
    for (size_t i = 0; i < w->words; i++)
        w->word[i].was = read_word(w->cpu, &w->word[i]);
    return timeline_trace(t, k->from, to, on_after, w);
}

int race_find(struct races *r, struct timeline *t, struct places *places, const struct machine *m,
              struct findings *findings)
{
    bool arm = m->arch == ARCH_ARM64;
    struct walk *w = calloc(1, sizeof(*w));
    int rc = w ? 0 : -ENOMEM;
    csh cs = 0;

    if (rc == 0 && cs_open(arm ? CS_ARCH_ARM64 : CS_ARCH_X86, arm ? CS_MODE_ARM : CS_MODE_64, &cs))
        rc = -ENOMEM;
    if (rc == 0)
        cs_option(cs, CS_OPT_DETAIL, CS_OPT_ON);
    for (enum race kind = 0; rc == 0 && kind < RACES; kind++)
        for (size_t i = 0; i < r->count[kind] && rc == 0 && r->told[kind] < TOLD_MAX; i++) {
            memset(w, 0, sizeof(*w));
            w->cpu = sim_cpu(timeline_sim(t));
            w->cs = cs;
            w->kind = kind;
            w->insn = cs_malloc(cs);
            rc = w->insn ? look(t, &r->list[kind][i], w) : -ENOMEM;
            if (w->insn)
                cs_free(w->insn, 1);
            if (rc || !w->hit_n || findings->count == findings->max)
                continue;
            r->told[kind]++;
            report(t, places, &r->list[kind][i], w, findings);
        }
    if (cs)
        cs_close(&cs);
    free(w);
    return rc;
}
