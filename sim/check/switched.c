/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/switched.c - see switched.h.
 *
 * A note is what one who left a stack must find: the registers, at the stack pointer with which it
 * returns. It is made anew at each switch there, so who comes back always meets its own; a switch
 * from code that was not known to switch yet takes away the one that it may have overtaken.
 *
 * A thread's start meets no note. Whether its stack was already another's is told by the words
 * that it starts from, just below its stack pointer: where they stood there when the stack was
 * left for the last time, the store that made them is looked for in the second pass.
 */
#include "sim/check/switched.h"

#include <stdio.h>
#include <string.h>

#include "sim/check/race.h"
#include "sim/timeline.h"
#include "sim/who.h"

#define FAR_BYTES   1024u /* a function's frame; a switch to another stack goes farther */
#define LARGE_BYTES 8192u /* a large frame on the same stack, such as Linux's random offset */
#define STACK_BYTES (64u << 10)
#define PAGE_BYTES  4096u
#define SITES       64u
#define NOTES       1024u
#define STACKS      1024u
#define KEPT_MAX    12u   /* registers, the return address too */
#define COPY_BYTES  2048u /* of a stack's top */
#define START_BYTES 64u   /* that a thread starts from */
#define AWAIT_MAX   256u  /* blocks between the switch and the return from it */
#define TOLD_MAX    4u

static const char *const arm64_kept[] = {"x19", "x20", "x21", "x22", "x23", "x24",
                                         "x25", "x26", "x27", "x28", "x29", "x30", NULL};
static const char *const x86_64_kept[] = {"rbx", "rbp", "r12", "r13", "r14", "r15", NULL};

struct note {
    vaddr_t sp, ret, top;   /* where it goes on; the stack, 0: not known */
    insn_t n, over_n;       /* it left there; another thread began on the stack, 0: not */
    struct cpu_trap irq;    /* from whose handler it left; n 0: none */
    struct cpu_trap trap;   /* by which its thread had left user mode; n 0: not known */
    uint64_t reg[KEPT_MAX];
};

/* A stack that was left: its top, and the highest bytes of it as they were then. */
struct left {
    vaddr_t top;
    insn_t n, since;        /* it was left; the thread on it began, or was first seen */
    uint8_t copy[COPY_BYTES];
};

struct entered {
    vaddr_t top;
    struct cpu_trap trap;
};

struct switched {
    struct cpu *cpu;
    struct findings *findings;
    struct races *races;
    bool arm;
    const char *const *name;
    int id[KEPT_MAX];
    unsigned kept;          /* registers that must come back */
    unsigned await;         /* blocks that may still be the return from a switch */
    insn_t n, jump_n;       /* of the last block; of the block that switched last */
    vaddr_t pc, end, sp, top; /* of the last block; end: behind it */
    vaddr_t left_sp;        /* of the known stack that was left last */
    vaddr_t site[SITES];    /* blocks of code that switch */
    struct note now;        /* taken at the last block; n 0: none */
    struct note note[NOTES];
    struct left *left;
    struct entered entered[STACKS]; /* from user mode */
    struct cpu_trap irq;    /* whose handler runs on the stack in use; n 0: none */
    vaddr_t irq_sp;         /* that it interrupted */
    unsigned told[4];
};

struct switched *switched_create(struct cpu *cpu, struct findings *findings, struct races *races)
{
    struct switched *w = calloc(1, sizeof(*w));

    if (!w)
        return NULL;
    w->cpu = cpu;
    w->findings = findings;
    w->races = races;
    w->arm = cpu_arch(cpu) == ARCH_ARM64;
    w->name = w->arm ? arm64_kept : x86_64_kept;
    w->left = calloc(STACKS, sizeof(*w->left));
    for (w->kept = 0; w->name[w->kept]; w->kept++)
        w->id[w->kept] = cpu_reg_find(cpu_arch(cpu), w->name[w->kept]);
    if (!w->left) {
        free(w);
        return NULL;
    }
    return w;
}

void switched_destroy(struct switched *w)
{
    if (w)
        free(w->left);
    free(w);
}

static bool is_near(vaddr_t a, vaddr_t b)
{
    return a - b + FAR_BYTES < 2 * FAR_BYTES;
}

/* From the block before to here: is it another stack? */
static bool is_jump(const struct switched *w, vaddr_t sp, vaddr_t top)
{
    return !is_near(w->sp, sp) &&
           (!top || top != w->top || w->sp - sp + LARGE_BYTES >= 2 * LARGE_BYTES);
}

static struct note *note_of(struct switched *w, vaddr_t sp)
{
    return &w->note[(sp >> 3 ^ sp >> 13) % NOTES];
}

static struct left *left_of(struct switched *w, vaddr_t top)
{
    return &w->left[(top >> 12 ^ top >> 22) % STACKS];
}

static struct entered *entered_of(const struct switched *w, vaddr_t top)
{
    return (struct entered *)&w->entered[(top >> 12 ^ top >> 22) % STACKS];
}

const struct cpu_trap *switched_trap(const struct switched *w, vaddr_t top)
{
    const struct entered *e = entered_of(w, top);

    return top && e->top == top ? &e->trap : NULL;
}

static void say_trap(const struct switched *w, const struct note *note, unsigned kind,
                     struct finding *f)
{
    struct trap_words words;

    if (note->trap.n) {
        sim_arch_get(cpu_arch(w->cpu))->describe_trap(&note->trap, &words);
        f->trap_n = f->user_n = note->trap.n;
        f->user_pc = note->trap.pc;
        f->whose = true;
        snprintf(f->trap, sizeof(f->trap), "%s", words.cause);
    } else {
        f->trap_n = note->n;
        snprintf(f->trap, sizeof(f->trap), "%s", kind == SWITCHED_START ?
                 "the other thread on it" : "a switch to another stack");
    }
    snprintf(f->place, sizeof(f->place), "0x%llx",
             (unsigned long long)(note->trap.n ? note->trap.pc : note->ret));
}

static struct finding *report(struct switched *w, unsigned kind, const struct note *note, insn_t n,
                              const char *value, uint64_t was, uint64_t is)
{
    static const char *const what[] = {
        [SWITCHED_REGISTER] = "%s is not what it was before the switch to another stack",
        [SWITCHED_RETURN] = "a stack is gone on with, on which another thread began meanwhile",
        [SWITCHED_START] = "a thread begins on a stack that another was still running on"};
    struct findings *all = w->findings;
    struct finding *f;

    if (!all || w->told[kind] == TOLD_MAX || all->count == all->max)
        return NULL;
    f = &all->list[all->count];
    w->told[kind]++;
    memset(f, 0, sizeof(*f));
    f->check = CHECK_STACK;
    f->back_n = n;
    say_trap(w, note, kind, f);
    f->left.n = note->n; /* named afterwards, as is the culprit */
    snprintf(f->what, sizeof(f->what), what[kind], value);
    f->value = value;
    f->bytes = 8;
    memcpy(f->was, &was, 8);
    memcpy(f->is, &is, 8);
    f->culprit.n = kind == SWITCHED_REGISTER ? w->jump_n : note->over_n;
    all->value[all->count++] = kind;
    return f;
}

/* The registers that must come back; x86_64: the return address is on the stack. */
static bool read_kept(struct switched *w, uint64_t reg[KEPT_MAX])
{
    uint8_t value[KEPT_MAX][16];

    if (cpu_reg_read_list(w->cpu, w->id, w->kept, value) != 0)
        return false;
    for (unsigned i = 0; i < w->kept; i++)
        memcpy(&reg[i], value[i], 8);
    return true;
}

static void take(struct switched *w, insn_t n, vaddr_t sp, vaddr_t top)
{
    struct note *now = &w->now;

    *now = (struct note){.sp = w->arm ? sp : sp + 8, .top = top};
    if (!read_kept(w, now->reg))
        return;
    if (w->arm)
        now->ret = now->reg[w->kept - 1];
    else if (cpu_mem_read(w->cpu, sp, &now->ret, 8) != 0)
        return;
    now->n = now->ret == w->end ? n : 0; /* called by the block before */
}

/* A stack is left: what stands at its top stays there until somebody else has it. */
static void keep_top(struct switched *w)
{
    struct left *l = left_of(w, w->top);

    if (!w->top || cpu_mem_read(w->cpu, w->top - COPY_BYTES, l->copy, COPY_BYTES) != 0)
        return;
    if (l->top != w->top)
        l->since = w->n;
    l->top = w->top;
    l->n = w->n;
    w->left_sp = w->sp;
}

static void leave(struct switched *w)
{
    const struct cpu_trap *trap;

    w->jump_n = w->n;
    w->site[(w->pc >> 2) % SITES] = w->pc;
    if (w->now.n && w->now.n == w->n) {
        if (w->irq.n && w->irq_sp - w->now.sp < STACK_BYTES)
            w->now.irq = w->irq;
        w->irq.n = 0;
        trap = switched_trap(w, w->top);
        if (trap)
            w->now.trap = *trap;
        *note_of(w, w->now.sp) = w->now;
    } else {
        note_of(w, w->sp)->sp = 0;
        note_of(w, w->sp + 8)->sp = 0;
    }
    keep_top(w);
    w->await = AWAIT_MAX;
}

/* The return from a switch, if this is one. */
static bool come_back(struct switched *w, insn_t n, vaddr_t pc, vaddr_t sp)
{
    struct note *note = note_of(w, sp);
    uint64_t now[KEPT_MAX];

    if (note->sp != sp || note->ret != pc)
        return false;
    if (note->over_n)
        report(w, SWITCHED_RETURN, note, n, w->arm ? "sp" : "rsp", note->top, sp);
    else if (read_kept(w, now))
        for (unsigned i = 0; i < w->kept; i++)
            if (now[i] != note->reg[i] && i + w->arm < w->kept)
                report(w, SWITCHED_REGISTER, note, n, w->name[i], note->reg[i], now[i]);
    if (note->irq.n && w->races)
        race_add_switch(w->races, &note->irq, &note->trap, n);
    note->sp = 0;
    w->await = 0;
    return true;
}

/* Nobody left here: a thread's first code on this stack. */
static void begin(struct switched *w, insn_t n, vaddr_t pc, vaddr_t sp, vaddr_t top)
{
    const struct cpu_trap *trap = switched_trap(w, top);
    struct left *l = left_of(w, top);
    struct note start = {.sp = sp, .ret = pc, .top = top, .over_n = n};
    uint8_t now[START_BYTES];
    insn_t since = l->since;
    struct finding *f;

    if (is_near(sp, w->left_sp))
        return; /* the same one: the stack pointer was taken for arithmetic */
    for (size_t i = 0; i < NOTES; i++)
        if (w->note[i].top == top && w->note[i].sp && w->note[i].sp < sp)
            w->note[i].over_n = n;
    if (l->top == top)
        l->since = n;
    if (l->top != top || top - sp > COPY_BYTES - START_BYTES || sp % PAGE_BYTES < START_BYTES ||
        cpu_mem_read(w->cpu, sp - START_BYTES, now, START_BYTES) != 0 ||
        memcmp(now, l->copy + COPY_BYTES - (top - sp) - START_BYTES, START_BYTES) != 0)
        return;
    start.n = since;
    if (trap)
        start.trap = *trap;
    f = report(w, SWITCHED_START, &start, n, w->arm ? "sp" : "rsp", top, sp);
    if (f)
        f->slot = l->n; /* for name_start() */
}

void switched_interrupt(struct switched *w, const struct cpu_trap *irq, vaddr_t sp)
{
    if (w->irq.n || !is_near(sp, w->sp))
        return; /* the outer one is what counts; on a stack of its own it says nothing */
    w->irq = *irq;
    w->irq_sp = sp;
}

void switched_entry(struct switched *w, vaddr_t top, const struct cpu_trap *trap)
{
    *entered_of(w, top) = (struct entered){top, *trap};
    w->irq.n = 0;
    w->sp = w->top = top;
    w->await = 0;
}

void switched_block(struct switched *w, insn_t n, vaddr_t pc, uint32_t bytes, vaddr_t sp,
                    vaddr_t top)
{
    bool jumped = is_jump(w, sp, top);

    if (w->irq.n && !jumped && (sp > w->irq_sp || (sp == w->irq_sp && pc == w->irq.pc)))
        w->irq.n = 0; /* it has returned */
    if (jumped)
        leave(w);
    if (w->await && !come_back(w, n, pc, sp)) {
        w->await--;
        if (jumped && top)
            begin(w, n, pc, sp, top);
    }
    if (w->site[(pc >> 2) % SITES] == pc)
        take(w, n, sp, top);
    w->n = n;
    w->pc = pc;
    w->end = pc + bytes;
    w->sp = sp;
    w->top = top;
}

/* ---- naming ---- */

/* The instruction of a way with which the stack pointer goes far. */
struct jump {
    struct cpu *cpu;
    insn_t n, last_n;
    vaddr_t sp;
};

static void on_insn(void *ctx, insn_t n, vaddr_t pc)
{
    struct jump *j = ctx;
    vaddr_t sp = cpu_sp(j->cpu);

    (void)pc;
    if (j->last_n && !j->n && !is_near(j->sp, sp))
        j->n = j->last_n;
    j->last_n = n;
    j->sp = sp;
}

/*
 * Who wrote the register since its stack was in use again; where nobody did, the instruction that
 * took the stack into use ought to have been followed by one that does, and who wrote it stands
 * beside it.
 */
static bool name_register(struct timeline *t, struct places *places, const struct machine *m,
                          struct finding *f)
{
    struct value_place place = {.reg = cpu_reg_find(m->arch, f->value), .bytes = 8};
    struct jump jump = {.cpu = sim_cpu(timeline_sim(t))};
    insn_t from = f->culprit.n, writer = 0;
    struct who *w;
    bool entry;
    int rc;

    f->culprit.n = 0;
    if (timeline_trace(t, from, f->back_n + 1, on_insn, &jump) != 0 ||
        who_open(t, places, m, &w) != 0)
        return true;
    rc = who_find_reg(w, f->back_n, &place, &writer, &entry);
    who_close(w);
    if (rc == 1 && writer > jump.n) {
        culprit_describe(t, places, writer, &f->culprit);
        return true;
    }
    culprit_describe(t, places, jump.n, &f->culprit);
    if (rc == 1)
        culprit_describe(t, places, writer, &f->first);
    return true;
}

/* The last store to what a thread's start was made of: by whom, and while who had the stack? */
static bool name_start(struct timeline *t, struct places *places, struct finding *f)
{
    struct timeline_watch word = {.bytes = START_BYTES};
    struct timeline_goals goals = {.watches = &word, .watch_count = 1, .any_store = true};
    struct timeline_arrival arrival;
    insn_t start = f->culprit.n, left_n = f->slot, since = f->left.n;
    vaddr_t top, sp;

    memcpy(&top, f->was, 8);
    memcpy(&sp, f->is, 8);
    word.va = sp - START_BYTES;
    f->culprit.n = f->slot = 0;
    if (timeline_seek(t, start) || timeline_backward(t, &goals, &arrival) ||
        arrival.stop != TIMELINE_WATCH || timeline_now(t) >= left_n ||
        timeline_now(t) <= since ||
        top - cpu_sp(sim_cpu(timeline_sim(t))) < STACK_BYTES)
        return false;
    culprit_describe(t, places, timeline_now(t), &f->culprit);
    culprit_describe(t, places, left_n, &f->used);
    return true;
}

bool switched_name(struct timeline *t, struct places *places, const struct machine *m,
                   struct finding *f, unsigned value)
{
    if (value == SWITCHED_START)
        return name_start(t, places, f);
    culprit_describe(t, places, f->left.n, &f->left);
    if (value == SWITCHED_REGISTER)
        return name_register(t, places, m, f);
    culprit_describe(t, places, f->culprit.n, &f->culprit);
    return true;
}
