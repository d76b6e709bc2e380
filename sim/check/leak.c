/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/leak.c - the two runs and what differs between them; see leak.h.
 *
 * Each return to user mode leaves a number and a hash of what user mode sees there. The second run
 * stops where its own differ from the first's; the first is run again up to there, and both are
 * compared byte by byte.
 */
#include "sim/check/leak.h"

#include <errno.h>
#include <stdio.h>
#include <xxhash.h>

#include "loader/fail.h"
#include "sim/check/ustate.h"
#include "sim/who.h"

#define PAGE_BYTES   4096u
#define STACK_BYTES  2048u
#define BUFFER_BYTES 512u
#define PIECES_MAX   9u
#define ENTRIES      512u
#define EXECS_MAX    4096u

/* What is known of a thread in the kernel, found again by its address space and stack pointer. */
struct entry {
    uint64_t root;
    vaddr_t sp, pc;
    struct cpu_trap trap;
    uint64_t arg[6];
    bool is_call, is_exec;
    size_t exec;            /* its number among the recording's execve calls */
};

struct piece {
    vaddr_t va;
    unsigned bytes;
    uint8_t data[PAGE_BYTES];
};

/* All that is compared at one return. */
struct sight {
    insn_t n;
    struct ustate regs;
    struct cpu_trap trap;
    vaddr_t pc;             /* where user mode goes on */
    unsigned pieces;
    struct piece piece[PIECES_MAX];
};

struct seen {
    insn_t n;
    uint64_t hash;
};

struct leak {
    const struct trace *trace;
    const struct sim_arch *arch;
    struct ustate_reader reader;
    bool poisons, differs, failed;
    struct seen *seen;      /* of the first run */
    size_t seen_count, seen_room;
    size_t at;              /* returns so far in this run */
    size_t stop_at;         /* the first run again: where to look; SIZE_MAX: not */
    struct entry entry[ENTRIES];
    struct cpu_trap last;   /* from user mode */
    uint64_t last_root;
    size_t execs;
    bool exec_failed[EXECS_MAX]; /* known after the first run */
    struct leak_poison poison;
    struct sight now, other;
};

static struct entry *entry_of(struct leak *l, uint64_t root, vaddr_t sp)
{
    return &l->entry[((root >> 12) * 31 + (sp >> 4)) % ENTRIES];
}

static const char *call_name(const struct sim_arch *arch, uint64_t number)
{
    const char *name = number < *arch->syscall_count ? arch->syscall_names[number] : NULL;

    return name ? name : "";
}

void leak_trap(struct leak *l, struct cpu *cpu, const struct cpu_trap *trap)
{
    const char *call = NULL;
    struct entry *e;
    vaddr_t sp;

    if (!trap->from_user)
        return;
    l->last = *trap;
    l->last_root = cpu_asid_root(cpu);
    sp = l->arch->trap_user_sp(cpu, trap);
    e = entry_of(l, cpu_asid_root(cpu), sp);
    *e = (struct entry){.root = cpu_asid_root(cpu), .sp = sp, .pc = trap->pc, .trap = *trap,
                        .is_call = trap->kind == CPU_TRAP_SYSCALL};
    if (e->is_call) {
        call = call_name(l->arch, cpu_syscall_number(cpu));
        for (int i = 0; i < 6; i++)
            e->arg[i] = cpu_syscall_arg(cpu, i);
        e->is_exec = strncmp(call, "execve", 6) == 0;
        if (e->is_exec)
            e->exec = l->execs++;
    }
    if (l->poisons)
        leak_poison_trap(&l->poison, cpu, call,
                         e->is_exec && e->exec < EXECS_MAX && !l->exec_failed[e->exec]);
}

/* ---- what user mode sees ---- */

static void add_piece(struct sight *s, struct cpu *cpu, vaddr_t va, unsigned bytes)
{
    unsigned left = PAGE_BYTES - (unsigned)(va % PAGE_BYTES);
    struct piece *p = &s->piece[s->pieces];

    if (s->pieces == PIECES_MAX || va < PAGE_BYTES || va >> 63)
        return;
    p->va = va;
    p->bytes = bytes < left ? bytes : left;
    if (cpu_mem_read(cpu, va, p->data, p->bytes) == 0)
        s->pieces++;
}

static void look(struct leak *l, struct cpu *cpu, insn_t n, const struct entry *e)
{
    struct sight *s = &l->now;
    vaddr_t sp = cpu_sp(cpu);

    s->n = n;
    s->pieces = 0;
    s->trap = l->last_root == cpu_asid_root(cpu) ? l->last : (struct cpu_trap){0};
    ustate_live(&l->reader, cpu, &s->regs);
    add_piece(s, cpu, sp, STACK_BYTES);
    if (!e)
        return;
    s->trap = e->trap;
    for (int i = 0; e->is_call && i < 6; i++)
        add_piece(s, cpu, e->arg[i], BUFFER_BYTES);
    if (!e->is_call && e->trap.addr)
        add_piece(s, cpu, e->trap.addr & ~(vaddr_t)(PAGE_BYTES - 1), PAGE_BYTES);
}

static uint64_t hash_of(const struct leak *l)
{
    const struct sight *s = &l->now;
    uint64_t hash = XXH3_64bits(s->regs.v, l->reader.arch->count * 16);

    for (unsigned i = 0; i < s->pieces; i++)
        hash = XXH3_64bits_withSeed(s->piece[i].data, s->piece[i].bytes, hash ^ s->piece[i].va);
    return hash;
}

static void keep(struct leak *l, insn_t n, uint64_t hash)
{
    if (l->seen_count == l->seen_room) {
        size_t room = l->seen_room * 2 + 4096;
        struct seen *grown = realloc(l->seen, room * sizeof(*grown));

        l->failed = !grown;
        if (!grown)
            return;
        l->seen = grown;
        l->seen_room = room;
    }
    l->seen[l->seen_count++] = (struct seen){n, hash};
}

/* True: the run may stop here. */
static bool returned(struct leak *l, struct cpu *cpu, insn_t n, vaddr_t pc)
{
    uint64_t root = cpu_asid_root(cpu), hash;
    struct entry *e = entry_of(l, root, cpu_sp(cpu));
    size_t at = l->at++;

    if (l->failed || l->differs)
        return false;
    if (e->root != root || e->sp != cpu_sp(cpu))
        e = NULL;
    if (l->stop_at != SIZE_MAX && at != l->stop_at)
        return false;
    if (e && e->is_exec && pc == e->pc && e->exec < EXECS_MAX && !l->poisons)
        l->exec_failed[e->exec] = true;
    look(l, cpu, n, e);
    l->now.pc = pc;
    if (at == l->stop_at)
        return true;
    hash = hash_of(l);
    if (!l->poisons)
        keep(l, n, hash);
    else
        l->differs = at >= l->seen_count || l->seen[at].n != n || l->seen[at].hash != hash;
    return l->differs;
}

void leak_return(struct leak *l, struct cpu *cpu, insn_t n, vaddr_t pc)
{
    (void)returned(l, cpu, n, pc);
}

/* ---- the other runs ---- */

static void on_trap(void *ctx, struct sim *sim, const struct cpu_trap *trap)
{
    leak_trap(ctx, sim_cpu(sim), trap);
}

static void on_return(void *ctx, struct sim *sim, insn_t n, vaddr_t pc)
{
    if (returned(ctx, sim_cpu(sim), n, pc))
        sim_request_stop(sim);
}

static int run(struct leak *l, bool poisons, size_t stop_at, char *err, size_t err_len)
{
    struct sim_watch watch = {.ctx = l, .trap = on_trap, .user_return = on_return};
    const struct trace *t = l->trace;
    struct inputs inputs;
    struct sim_end end;
    struct sim *sim;
    int rc;

    l->poisons = poisons;
    l->stop_at = stop_at;
    l->at = l->execs = 0;
    memset(l->entry, 0, sizeof(l->entry));
    inputs_init_replay(&inputs, t);
    rc = sim_create(&t->machine, &inputs, &watch, &sim, err, err_len);
    if (rc)
        return rc;
    rc = sim_run(sim, t->end.n, &end);
    /* A run that is not the recording any more may end in any way. */
    if (rc && !poisons)
        rc = loader_fail(err, err_len, rc, "%s", rc == -EILSEQ ? inputs.diverged : sim_error(sim));
    else
        rc = 0;
    sim_destroy(sim);
    return l->failed ? loader_fail(err, err_len, -ENOMEM, "out of memory") : rc;
}

/* The first bytes that are not the same in both; false: there are none. */
static bool find_difference(const struct leak *l, struct finding *f)
{
    const struct sight *a = &l->now, *b = &l->other; /* as recorded; with the dead changed */
    const struct ustate_arch *u = l->reader.arch;

    for (unsigned p = 0; p < a->pieces && p < b->pieces; p++)
        for (unsigned i = 0; i < a->piece[p].bytes && a->piece[p].va == b->piece[p].va; i++) {
            if (a->piece[p].data[i] == b->piece[p].data[i])
                continue;
            while (f->bytes < 8 && i + f->bytes < a->piece[p].bytes &&
                   a->piece[p].data[i + f->bytes] != b->piece[p].data[i + f->bytes])
                f->bytes++;
            f->frame_at = a->piece[p].va + i;
            memcpy(f->was, b->piece[p].data + i, f->bytes);
            memcpy(f->is, a->piece[p].data + i, f->bytes);
            return true;
        }
    for (unsigned v = 0; v < u->count; v++) {
        if (memcmp(a->regs.v[v], b->regs.v[v], 16) == 0)
            continue;
        f->value = u->name[v];
        f->bytes = ustate_bytes(u, v);
        memcpy(f->was, b->regs.v[v], 16);
        memcpy(f->is, a->regs.v[v], 16);
        return true;
    }
    return false;
}

static void report(struct leak *l, struct findings *findings)
{
    struct finding *f = &findings->list[findings->count];
    struct trap_words words;

    memset(f, 0, sizeof(*f));
    f->check = CHECK_LEAK;
    f->back_n = l->now.n;
    f->trap_n = f->user_n = l->now.trap.n;
    f->user_pc = f->user_n ? l->now.trap.pc : l->now.pc;
    f->whose = true;
    l->arch->describe_trap(&l->now.trap, &words);
    snprintf(f->trap, sizeof(f->trap), "%s",
             f->user_n ? words.cause : "none: a program, a thread or a handler starts");
    snprintf(f->place, sizeof(f->place), "0x%llx", (unsigned long long)f->user_pc);
    if (l->now.n != l->other.n || !find_difference(l, f))
        snprintf(f->what, sizeof(f->what), "what the kernel does depends on bytes that are dead");
    else if (f->value)
        snprintf(f->what, sizeof(f->what), "%s shows what nobody wrote for this program", f->value);
    else
        snprintf(f->what, sizeof(f->what), "0x%llx, %u bytes, shows what nobody wrote there for it",
                 (unsigned long long)f->frame_at, f->bytes);
    findings->value[findings->count++] = 0;
}

struct leak *leak_create(const struct trace *t)
{
    struct leak *l = calloc(1, sizeof(*l));

    if (!l)
        return NULL;
    l->trace = t;
    l->arch = sim_arch_get(t->machine.arch);
    l->stop_at = SIZE_MAX;
    ustate_reader_init(&l->reader, t->machine.arch);
    return l;
}

void leak_destroy(struct leak *l)
{
    if (l)
        free(l->seen);
    free(l);
}

int leak_run(struct leak *l, struct findings *findings, char *err, size_t err_len)
{
    int rc = l->failed ? loader_fail(err, err_len, -ENOMEM, "out of memory")
                       : run(l, true, SIZE_MAX, err, err_len);

    if (rc || !l->differs || findings->count == findings->max)
        return rc;
    l->other = l->now;
    l->differs = false;
    rc = run(l, false, l->at - 1, err, err_len);
    if (rc == 0)
        report(l, findings);
    return rc;
}

/* ---- naming ---- */

struct naming {
    struct finding *f;
    struct check_blame last; /* of the links so far, those since the trap */
    bool done;
};

/*
 * Back from what the user sees: the instruction that took it from memory which was written before
 * the trap only. Where that is the first already, whoever wrote it wrote it for somebody else.
 */
static void on_link(void *ctx, const struct who_link *link)
{
    struct naming *s = ctx;
    struct check_blame b = {.known = link->kind != WHO_BEGINNING, .n = link->n, .pc = link->pc};

    memcpy(b.where, link->where, sizeof(b.where));
    memcpy(b.code, link->code, sizeof(b.code));
    memcpy(b.source, link->source, sizeof(b.source));
    if (s->done)
        return;
    if (link->kind == WHO_BEGINNING || link->n < s->f->trap_n) {
        s->done = true;
        s->f->culprit = s->last.known ? s->last : b;
        if (s->last.known && link->place.in_memory)
            s->f->slot = link->place.va;
    }
    s->last = b;
}

struct changing {
    const struct sim_arch *arch;
    struct leak_poison poison;
};

static void change(void *ctx, struct cpu *cpu, const struct cpu_trap *trap)
{
    struct changing *c = ctx;
    const char *call = NULL;

    if (!trap->from_user)
        return;
    if (trap->kind == CPU_TRAP_SYSCALL)
        call = call_name(c->arch, cpu_syscall_number(cpu));
    leak_poison_trap(&c->poison, cpu, call, false);
}

/*
 * In the run whose dead bytes are changed: there the value stands out from what was there before.
 */
void leak_name(const struct trace *t, struct places *places, struct finding *f)
{
    struct naming s = {.f = f};
    struct value_place place = {.in_memory = !f->value, .va = f->frame_at, .bytes = f->bytes};
    struct changing c = {.arch = sim_arch_get(t->machine.arch)};
    struct timeline *changed;
    struct who *w = NULL;
    char err[256];

    if ((!f->value && !f->frame_at) ||
        timeline_open_changed(t, change, &c, &changed, err, sizeof(err)) != 0)
        return;
    if (f->value)
        place.reg = cpu_reg_find(t->machine.arch, f->value);
    if (who_open(changed, places, &t->machine, &w) == 0 &&
        who_follow(w, f->back_n, &place, 32, on_link, &s, err, sizeof(err)) == 0 && !s.done)
        f->culprit = s.last;
    who_close(w);
    timeline_close(changed);
}
