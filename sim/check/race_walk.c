/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/race_walk.c - see race_walk.h.
 *
 * The words are those that the interrupted code loaded and did not store to since; not its stack,
 * which is its own. From where it goes on, a word that it touches again is forgotten: it has been
 * looked at once more.
 */
#include "sim/check/race_walk.h"

#include <string.h>

#include "sim/check/touch.h"

#define WORDS_MAX  256u
#define STACK_NEAR 0x4000u
#define CODE_BYTES 15u

struct word {
    vaddr_t va;
    unsigned bytes;
    insn_t n;               /* of the load */
    uint64_t was, is;
};

struct race_walk {
    struct cpu *cpu;
    csh cs;
    cs_insn *insn;
    enum race kind;
    vaddr_t pc, sp;         /* of the interrupted code */
    struct word word[WORDS_MAX];
    size_t words;
    insn_t on_n;            /* it goes on there; 0: not yet */
    struct race_hit hit;    /* n 0: none */
};

struct race_walk *race_walk_create(struct cpu *cpu)
{
    bool arm = cpu_arch(cpu) == ARCH_ARM64;
    struct race_walk *w = calloc(1, sizeof(*w));

    if (!w)
        return NULL;
    w->cpu = cpu;
    if (cs_open(arm ? CS_ARCH_ARM64 : CS_ARCH_X86, arm ? CS_MODE_ARM : CS_MODE_64, &w->cs)) {
        free(w);
        return NULL;
    }
    cs_option(w->cs, CS_OPT_DETAIL, CS_OPT_ON);
    w->insn = cs_malloc(w->cs);
    if (w->insn)
        return w;
    race_walk_destroy(w);
    return NULL;
}

void race_walk_destroy(struct race_walk *w)
{
    if (!w)
        return;
    if (w->insn)
        cs_free(w->insn, 1);
    cs_close(&w->cs);
    free(w);
}

void race_walk_begin(struct race_walk *w, enum race kind)
{
    w->kind = kind;
    w->words = 0;
    w->on_n = 0;
    w->hit = (struct race_hit){0};
}

const struct race_hit *race_walk_hit(const struct race_walk *w)
{
    return w->hit.n ? &w->hit : NULL;
}

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
static unsigned touches(struct race_walk *w, vaddr_t pc, struct touch list[TOUCHES_MAX])
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

static void forget(struct race_walk *w, const struct touch *t)
{
    for (size_t i = w->words; i-- > 0;)
        if (overlap(&w->word[i], t))
            w->word[i] = w->word[--w->words];
}

void race_walk_before(struct race_walk *w, insn_t n, vaddr_t pc)
{
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

bool race_walk_interrupt(struct race_walk *w)
{
    w->pc = cpu_pc(w->cpu);
    w->sp = cpu_sp(w->cpu);
    for (size_t i = 0; i < w->words; i++)
        w->word[i].was = read_word(w->cpu, &w->word[i]);
    return w->words != 0;
}

/* It goes on: only words that are not what they were are of interest. */
static void go_on(struct race_walk *w, insn_t n)
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
static bool is_exclusive(const struct race_walk *w)
{
    return cpu_arch(w->cpu) == ARCH_ARM64 && (strncmp(w->insn->mnemonic, "stx", 3) == 0 ||
                                              strncmp(w->insn->mnemonic, "stlx", 4) == 0);
}

static void hit(struct race_walk *w, const struct word *d, insn_t n)
{
    w->hit = (struct race_hit){d->va, d->bytes, d->was, d->is, d->n, w->on_n, n};
}

void race_walk_after(struct race_walk *w, insn_t n, vaddr_t pc)
{
    struct touch list[TOUCHES_MAX];
    unsigned count;

    if (!w->on_n && pc == w->pc && cpu_sp(w->cpu) == w->sp)
        go_on(w, n);
    if (!w->on_n || w->hit.n || !w->words || n - w->on_n > RACE_WINDOW_INSNS)
        return;
    if (!(pc >> 63)) {
        w->words = 0;
        return;
    }
    if (w->kind == RACE_SLEEP && is_halt(w->cpu, pc)) {
        hit(w, &w->word[0], n);
        return;
    }
    count = touches(w, pc, list);
    for (unsigned i = 0; i < count; i++) {
        bool store = list[i].stores && !list[i].loads && !is_exclusive(w);

        for (size_t k = 0; store && k < w->words && w->kind == RACE_STORE && !w->hit.n; k++)
            if (overlap(&w->word[k], &list[i]))
                hit(w, &w->word[k], n);
        forget(w, &list[i]);
    }
}
