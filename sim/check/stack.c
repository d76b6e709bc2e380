/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/check/stack.c - see stack.h. Every block of the kernel's code is looked at. */
#include "sim/check/stack.h"

#include <stdio.h>
#include <string.h>

#include "sim/check/kernel_sp.h"
#include "sim/check/switched.h"
#include "cpu/search.h"
#include "sim/who.h"

#define STACK_BYTES_MAX (64u << 10)
#define TOPS_MAX        4096u
#define ENTRIES         512u
#define STEP_BYTES_MAX  1024u /* a function's frame; a switch to another stack goes farther */
#define GAP_BYTES       4096u

/* A thread in the kernel, by its address space and stack pointer in user mode. */
struct entry {
    uint64_t root;
    vaddr_t sp, top;
    struct cpu_trap trap;
    bool forks;             /* parent and child come back to one place */
};

struct stack {
    enum arch cpu_arch;
    const struct sim_arch *arch;
    struct cpu *cpu;
    struct findings *findings;
    struct stack_depths *depths;
    struct entry entry[ENTRIES];
    struct known {
        vaddr_t top;
        struct stack_depth *path; /* of the last entry with this stack */
    } top[TOPS_MAX];        /* all stacks seen, ascending */
    size_t tops;
    vaddr_t current, last_sp; /* the stack in use, 0: not known; SP at the last block on it */
    struct stack_depth *path; /* its */
    struct cpu_trap trap;     /* the last from user mode */
    struct switched *switched;
    bool told;              /* an overflow is reported once: what follows comes of it */
};

static struct entry *entry_of(struct stack *s, uint64_t root, vaddr_t sp)
{
    return &s->entry[((root >> 12) * 31 + (sp >> 4)) % ENTRIES];
}

/* Index of the lowest known top at or above `sp`. */
static size_t top_above(const struct stack *s, vaddr_t sp)
{
    return SEARCH_FROM(s->top, s->tops, top, sp);
}

static void know_top(struct stack *s, vaddr_t top, struct stack_depth *path)
{
    size_t at = top_above(s, top);

    if (at == s->tops || s->top[at].top != top) {
        if (s->tops == TOPS_MAX)
            return;
        memmove(&s->top[at + 1], &s->top[at], (s->tops - at) * sizeof(s->top[0]));
        s->tops++;
    }
    s->top[at] = (struct known){top, path};
}

/* The stack pointer has jumped: onto which stack? One without a hole up to its top, or none. */
static void find_stack(struct stack *s, struct cpu *cpu, vaddr_t sp)
{
    size_t at = top_above(s, sp);
    paddr_t pa;

    s->current = 0;
    s->path = NULL;
    if (at == s->tops || s->top[at].top - sp >= STACK_BYTES_MAX)
        return;
    for (vaddr_t page = sp & ~(vaddr_t)(GAP_BYTES - 1); page < s->top[at].top; page += GAP_BYTES)
        if (cpu_translate(cpu, page, &pa) != 0)
            return;
    s->current = s->top[at].top;
    s->path = s->top[at].path;
}

/* ---- depth ---- */

static struct stack_depth *path_of(struct stack *s, struct cpu *cpu, const struct cpu_trap *trap)
{
    char name[sizeof(s->depths->path[0].path)];
    struct trap_words words;

    if (trap->kind == CPU_TRAP_SYSCALL) {
        uint64_t number = cpu_syscall_number(cpu);
        const char *call =
            number < *s->arch->syscall_count ? s->arch->syscall_names[number] : NULL;

        snprintf(name, sizeof(name), "%s", call ? call : "system call");
    } else {
        s->arch->describe_trap(trap, &words);
        snprintf(name, sizeof(name), "%.47s", words.stable);
    }
    for (size_t i = 0; i < s->depths->count; i++)
        if (strcmp(s->depths->path[i].path, name) == 0)
            return &s->depths->path[i];
    if (s->depths->count == STACK_PATHS_MAX)
        return NULL;
    memcpy(s->depths->path[s->depths->count].path, name, sizeof(name));
    return &s->depths->path[s->depths->count++];
}

/* `trap` NULL: the last from user mode on the stack in use. */
static void report(struct stack *s, insn_t n, const struct cpu_trap *trap, insn_t culprit,
                   const char *what, vaddr_t was, vaddr_t is)
{
    struct findings *all = s->findings;
    struct trap_words words = {0};
    struct finding *f;

    trap = trap ? trap : switched_trap(s->switched, s->current);
    trap = trap ? trap : &s->trap;

    if (s->told || !all || all->count == all->max)
        return;
    f = &all->list[all->count];
    s->told = true;
    memset(f, 0, sizeof(*f));
    f->check = CHECK_STACK;
    f->trap_n = f->user_n = trap->n;
    f->back_n = n;
    f->whose = true;
    f->user_pc = trap->pc;
    s->arch->describe_trap(trap, &words);
    snprintf(f->trap, sizeof(f->trap), "%s", words.cause);
    snprintf(f->place, sizeof(f->place), "0x%llx", (unsigned long long)trap->pc);
    snprintf(f->what, sizeof(f->what), "%s", what);
    f->value = s->cpu_arch == ARCH_ARM64 ? "sp" : "rsp";
    f->bytes = 8;
    memcpy(f->was, &was, 8);
    memcpy(f->is, &is, 8);
    f->culprit.n = culprit; /* named afterwards */
    all->value[all->count++] = 0;
}

/*
 * Below the stack in use there is nothing, and the stack pointer is there; not at the top of
 * another stack, which is empty, and has the gap of the one above it at its top.
 */
static bool is_unmapped(const struct stack *s, struct cpu *cpu, vaddr_t sp)
{
    paddr_t pa;

    return s->current && sp < s->current && s->current - sp < STACK_BYTES_MAX &&
           cpu_translate(cpu, sp, &pa) != 0 && cpu_translate(cpu, sp - 1, &pa) != 0;
}

void stack_block(struct stack *s, insn_t n, vaddr_t pc, uint32_t bytes)
{
    struct cpu *cpu = s->cpu;
    vaddr_t sp;
    size_t at;

    if (!(pc >> 63))
        return;
    sp = cpu_sp(cpu);
    if (!(sp >> 63))
        return; /* an entry that has not left the user's stack yet */
    if (s->current && sp <= s->current && s->current - sp < STACK_BYTES_MAX &&
        s->last_sp - sp + STEP_BYTES_MAX < 2 * STEP_BYTES_MAX) {
        at = top_above(s, sp);
        if (at < s->tops && s->top[at].top < s->current && s->top[at].top != sp)
            report(s, n, NULL, n, "the kernel's stack goes on into another thread's",
                   s->top[at].top, sp);
    } else {
        if (is_unmapped(s, cpu, sp))
            report(s, n, NULL, n, "the kernel's stack overflows into its gap", s->current, sp);
        find_stack(s, cpu, sp);
    }
    s->last_sp = sp;
    switched_block(s->switched, n, pc, bytes, sp, s->current);
    if (s->current && s->path && s->current - sp > s->path->bytes) {
        s->path->bytes = (unsigned)(s->current - sp);
        s->path->n = n;
        s->path->pc = pc;
    }
}

/* ---- traps ---- */

static bool is_fork(const struct stack *s, uint64_t number)
{
    const char *name = number < *s->arch->syscall_count ? s->arch->syscall_names[number] : NULL;

    return name && (strcmp(name, "fork") == 0 || strcmp(name, "vfork") == 0 ||
                    strncmp(name, "clone", 5) == 0);
}

/*
 * An access below the stack in use that faults: the gap. The trap's own frame may be what did it.
 */
static bool is_gap(struct stack *s, struct cpu *cpu, const struct cpu_trap *trap)
{
    bool x86 = cpu_arch(cpu) == ARCH_X86_64;
    vaddr_t addr = trap->addr, sp = kernel_sp_interrupted(cpu, trap);
    paddr_t pa;

    if (x86 && trap->vector == 8)
        addr = kernel_sp_fault_address(cpu);
    return s->current && (addr >> 63) && addr < s->current &&
           s->current - addr < STACK_BYTES_MAX && addr < sp + STACK_BYTES_MAX &&
           addr + GAP_BYTES > sp && cpu_translate(cpu, addr, &pa) != 0;
}

void stack_trap(struct stack *s, const struct cpu_trap *trap)
{
    struct cpu *cpu = s->cpu;
    struct entry *e;
    vaddr_t sp;

    if (!trap->from_user) {
        if (trap->kind == CPU_TRAP_IRQ)
            switched_interrupt(s->switched, trap, kernel_sp_interrupted(cpu, trap));
        if (is_gap(s, cpu, trap))
            report(s, trap->n, NULL, trap->n - 1, "the kernel's stack overflows into its gap",
                   s->current, kernel_sp_interrupted(cpu, trap));
        return;
    }
    sp = s->arch->trap_user_sp(cpu, trap);
    e = entry_of(s, cpu_asid_root(cpu), sp);
    *e = (struct entry){cpu_asid_root(cpu), sp, kernel_sp_of_entry(cpu), *trap,
                        trap->kind == CPU_TRAP_SYSCALL && is_fork(s, cpu_syscall_number(cpu))};
    s->current = s->last_sp = e->top;
    switched_entry(s->switched, e->top, trap);
    s->trap = *trap;
    s->path = path_of(s, cpu, trap);
    know_top(s, e->top, s->path);
}

void stack_return(struct stack *s, insn_t n, vaddr_t pc)
{
    struct cpu *cpu = s->cpu;
    uint64_t root = cpu_asid_root(cpu);
    struct entry *e = entry_of(s, root, cpu_sp(cpu));
    vaddr_t top;

    if (e->root != root || e->sp != cpu_sp(cpu) || e->trap.pc != pc || e->forks)
        return;
    top = kernel_sp_of_entry(cpu);
    if (top != e->top)
        report(s, n, &e->trap, INSN_NONE, "the kernel's stack is not empty in user mode", e->top,
               top);
}

static void on_link(void *ctx, const struct who_link *link)
{
    struct check_blame *b = ctx;

    b->known = link->kind != WHO_BEGINNING;
    b->n = link->n;
    b->pc = link->pc;
    memcpy(b->where, link->where, sizeof(b->where));
    memcpy(b->code, link->code, sizeof(b->code));
    memcpy(b->source, link->source, sizeof(b->source));
}

/*
 * Not empty in user mode: who left it so. arm64's SP_EL1 is what SP was before ERET; x86_64's
 * next entry begins where the task state segment says.
 */
static void name_not_empty(struct timeline *t, struct places *places, const struct machine *m,
                           struct finding *f)
{
    struct value_place place = {.reg = cpu_reg_find(m->arch, "sp"), .bytes = 8};
    struct timeline_watch word = {.bytes = 8};
    struct timeline_goals goals = {.watches = &word, .watch_count = 1};
    struct timeline_arrival arrival;
    char err[256];
    struct who *w;

    if (m->arch == ARCH_X86_64) {
        if (timeline_seek(t, f->back_n))
            return;
        word.va = kernel_sp_slot(sim_cpu(timeline_sim(t)));
        if (word.va && timeline_backward(t, &goals, &arrival) == 0 &&
            arrival.stop == TIMELINE_WATCH)
            culprit_describe(t, places, timeline_now(t), &f->culprit);
    } else if (who_open(t, places, m, &w) == 0) {
        if (who_follow(w, f->back_n - 1, &place, 1, on_link, &f->culprit, err, sizeof(err)) != 0)
            f->culprit.known = false;
        who_close(w);
    }
}

/* What moved the stack pointer there. */
bool stack_name(struct timeline *t, struct places *places, const struct machine *m,
                struct finding *f, unsigned value)
{
    struct value_place place = {.reg = cpu_reg_find(m->arch, f->value), .bytes = 8};
    insn_t n = f->culprit.n;
    char err[256];
    struct who *w;

    if (value >= SWITCHED_REGISTER)
        return switched_name(t, places, m, f, value);
    f->culprit.n = 0;
    if (n == INSN_NONE)
        name_not_empty(t, places, m, f);
    if (n == INSN_NONE || who_open(t, places, m, &w) != 0)
        return true;
    if (who_follow(w, n, &place, 1, on_link, &f->culprit, err, sizeof(err)) != 0)
        f->culprit.known = false;
    who_close(w);
    return true;
}

struct stack *stack_create(struct cpu *cpu, struct findings *findings, struct stack_depths *depths,
                           struct races *races)
{
    struct stack *s = calloc(1, sizeof(*s));

    if (!s)
        return NULL;
    s->cpu_arch = cpu_arch(cpu);
    s->arch = sim_arch_get(s->cpu_arch);
    s->cpu = cpu;
    s->findings = findings;
    s->depths = depths;
    s->switched = switched_create(cpu, findings, races);
    if (s->switched)
        return s;
    free(s);
    return NULL;
}

void stack_destroy(struct stack *s)
{
    if (s)
        switched_destroy(s->switched);
    free(s);
}
