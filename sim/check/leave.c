/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/check/leave.c - see leave.h. */
#include "sim/check/leave.h"

#include <stdio.h>
#include <string.h>

#include "sim/timeline.h"

#define CANDIDATES_MAX 8u
#define ENTRY_INSNS    2000u /* C code is reached within so many of the kernel's */
#define FLAG_DF        0x400u
#define CODE_BYTES     3u

enum rule { RULE_BASE, RULE_ACTIVE, RULE_DIRECTION, RULES };

static const char *const rule_text[RULES] = {
    [RULE_BASE] = "%s in user mode is an address of the kernel's half",
    [RULE_ACTIVE] = "an interrupt is still %s in user mode",
    [RULE_DIRECTION] = "the kernel calls C code with the direction flag of user mode in %s",
};

struct candidate {
    enum rule rule;
    struct finding f;
};

struct leave {
    struct cpu *cpu;
    int base[2], flags;         /* registers, -1: none */
    struct candidate list[CANDIDATES_MAX];
    size_t count;
    unsigned seen[RULES];
    struct cpu_trap trap;       /* the last from user mode */
    unsigned process, thread;
    /* while a way is walked */
    struct timeline *timeline;
    insn_t call_n;
};

struct leave *leave_create(struct cpu *cpu)
{
    bool x86 = cpu_arch(cpu) == ARCH_X86_64;
    struct leave *l = calloc(1, sizeof(*l));

    if (!l)
        return NULL;
    l->cpu = cpu;
    l->base[0] = cpu_reg_find(cpu_arch(cpu), x86 ? "gs_base" : "tpidr_el0");
    l->base[1] = x86 ? cpu_reg_find(ARCH_X86_64, "fs_base") : -1;
    l->flags = x86 ? cpu_reg_find(ARCH_X86_64, "rflags") : -1;
    return l;
}

void leave_destroy(struct leave *l)
{
    free(l);
}

static void add(struct leave *l, enum rule rule, const struct derived *d, const char *value,
                uint64_t was, uint64_t is)
{
    struct finding *f;
    struct trap_words words;
    struct place place;

    if (l->count == CANDIDATES_MAX || l->seen[rule]++ >= (rule == RULE_DIRECTION ? 4u : 1u))
        return;
    f = &l->list[l->count].f;
    memset(f, 0, sizeof(*f));
    f->check = CHECK_CONTEXT;
    f->trap_n = l->trap.n;
    f->back_n = d->seen_by ? d->seen_by->n - 1 : d->kind == DERIVED_SYSCALL ? d->n_end : d->n;
    f->process = d->process;
    f->thread = d->thread;
    if (l->trap.n) {
        derive_words(d, l->process, &l->trap, &words, &place);
        snprintf(f->trap, sizeof(f->trap), "%s", words.cause);
    } else {
        snprintf(f->trap, sizeof(f->trap), "none: user mode is entered for the first time");
        place = (struct place){.va = d->pc};
    }
    place_text(&place, false, f->place, sizeof(f->place));
    f->value = value;
    f->bytes = 8;
    snprintf(f->what, sizeof(f->what), rule_text[rule], value);
    memcpy(f->was, &was, 8);
    memcpy(f->is, &is, 8);
    l->list[l->count++].rule = rule;
}

static const char *register_name(const struct leave *l, int id)
{
    size_t count;

    return cpu_reg_table(cpu_arch(l->cpu), &count)[id].name;
}

static void on_trap(struct leave *l, const struct derived *d)
{
    uint8_t flags[16] = {0};
    uint64_t word;

    l->trap = *d->trap;
    l->process = d->process;
    l->thread = d->thread;
    if (l->flags < 0 || cpu_reg_read(l->cpu, l->flags, flags) != 0)
        return;
    memcpy(&word, flags, 8);
    if (word & FLAG_DF) /* entries leave it alone, but where SYSCALL masks it */
        add(l, RULE_DIRECTION, d, "rflags", word & ~(uint64_t)FLAG_DF, word);
}

void leave_event(struct leave *l, const struct derived *d)
{
    unsigned active;

    if (d->kind == DERIVED_TRAP) {
        if (d->trap->from_user)
            on_trap(l, d);
        return;
    }
    if (d->kind == DERIVED_SYSCALL && !d->returned && !d->restarted)
        return;
    active = l->seen[RULE_ACTIVE] ? 0 : cpu_interrupts_active(l->cpu);
    if (active)
        add(l, RULE_ACTIVE, d, "active", 0, active);
    for (unsigned i = 0; i < 2 && !l->seen[RULE_BASE] && l->base[i] >= 0; i++) {
        uint64_t base = 0;

        if (cpu_reg_read(l->cpu, l->base[i], &base) == 0 && base >> 63)
            add(l, RULE_BASE, d, register_name(l, l->base[i]), 0, base);
    }
}

bool leave_any(const struct leave *l)
{
    return l->count != 0;
}

/* ---- behind the replay ---- */

/* CALL rel32, or by a register or memory: C code is entered. */
static void on_insn(void *ctx, insn_t n, vaddr_t pc)
{
    struct leave *l = ctx;
    struct cpu *cpu = sim_cpu(timeline_sim(l->timeline));
    uint8_t code[CODE_BYTES] = {0}, flags[16] = {0};
    unsigned at;

    if (l->call_n || !(pc >> 63) || cpu_mem_read(cpu, pc, code, sizeof(code)) != 0 ||
        cpu_reg_read(cpu, l->flags, flags) != 0 || !(flags[1] & FLAG_DF >> 8))
        return;
    at = (code[0] & 0xf0) == 0x40; /* REX */
    if (code[at] == 0xe8 || (code[at] == 0xff && (code[at + 1] >> 3 & 7) == 2))
        l->call_n = n;
}

static int name_direction(struct leave *l, struct finding *f, struct places *places)
{
    insn_t end = f->trap_n + ENTRY_INSNS;
    int rc;

    l->call_n = 0;
    rc = timeline_trace(l->timeline, f->trap_n, end, on_insn, l);
    if (rc == 0 && l->call_n)
        culprit_describe(l->timeline, places, l->call_n, &f->culprit);
    return rc;
}

int leave_find(struct leave *l, struct timeline *t, struct places *places,
               struct findings *findings)
{
    bool direction = false;
    int rc = 0;

    l->timeline = t;
    for (size_t i = 0; i < l->count && rc == 0 && findings->count < findings->max; i++) {
        struct candidate *c = &l->list[i];

        if (c->rule == RULE_DIRECTION) {
            rc = direction ? 0 : name_direction(l, &c->f, places);
            if (rc || !c->f.culprit.known)
                continue;
            direction = true;
        } else if (c->f.back_n) {
            culprit_describe(t, places, c->f.back_n - 1, &c->f.culprit);
        }
        findings->value[findings->count] = 0;
        findings->list[findings->count++] = c->f;
    }
    return rc;
}
