/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/bisect_traps.c - two kernels: user code's own traps side by side.
 *
 * A kernel that was rebuilt has other instruction numbers and other interrupts, but a program that
 * is the same file comes into it by the same system calls and faults, with the same registers.
 * These are listed by thread (signal handlers apart, as in course.h) without interrupts, and
 * compared in their order: cause, address, PC; and the hash of all that user code sees.
 */
#include "sim/bisect_private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "loader/array.h"
#include "loader/fail.h"
#include "sim/check/ustate.h"
#include "cpu/search.h"

#define REGISTERS_SHOWN_MAX 6u

struct user_trap {
    struct cpu_trap trap;
    uint64_t what, state; /* hashes */
};

struct user_traps {
    struct user_trap *list;
    size_t count, room;
};

struct reading {
    const struct course *course;
    struct ustate_reader reader;
    const struct sim_arch *arch;
    struct user_traps (*traps)[COURSE_LANES]; /* by index in the course */
    unsigned *depth;
    bool failed;
    void (*tick)(void *ctx, struct sim *sim);
    void *tick_ctx;
};

static size_t index_of(const struct course *c, unsigned thread)
{
    size_t i = 0;

    while (i < c->threads && c->thread[i]->thread != thread)
        i++;
    return i;
}

/* What depends on page tables or the compiler is left out. */
static uint64_t trap_hash(const struct sim_arch *arch, const struct cpu_trap *trap)
{
    char text[TRAP_TEXT_LEN + 80];
    struct trap_words w;

    arch->describe_trap(trap, &w);
    snprintf(text, sizeof(text), "%s %s 0x%llx 0x%llx", w.vector, w.stable,
             (unsigned long long)trap->pc, (unsigned long long)trap->addr);
    return XXH3_64bits(text, strlen(text));
}

static void add(struct reading *r, size_t i, struct cpu *cpu, const struct cpu_trap *trap)
{
    struct user_traps *l = &r->traps[i][r->depth[i] ? COURSE_HANDLER : COURSE_MAIN];
    struct user_trap *grown = array_room(l->list, l->count, &l->room, sizeof(*l->list));
    struct user_trap t = {.trap = *trap, .what = trap_hash(r->arch, trap)};
    struct ustate state;

    if (!grown) {
        r->failed = true;
        return;
    }
    l->list = grown;
    ustate_at_trap(&r->reader, cpu, trap, &state);
    t.state = XXH3_64bits(state.v, r->reader.arch->count * sizeof(state.v[0]));
    /* A call that runs again, as a signal came: that depends on when. */
    if (l->count == 0 || trap->kind != CPU_TRAP_SYSCALL ||
        l->list[l->count - 1].what != t.what || l->list[l->count - 1].state != t.state)
        l->list[l->count++] = t;
}

static void on_event(void *ctx, const struct derived *d)
{
    struct reading *r = ctx;
    size_t i = d->thread ? index_of(r->course, d->thread) : r->course->threads;

    if (i == r->course->threads)
        return;
    switch (d->kind) {
    case DERIVED_TRAP:
        if (d->trap->from_user && d->trap->kind != CPU_TRAP_IRQ)
            add(r, i, d->cpu, d->trap);
        break;
    case DERIVED_SIGNAL:
        r->depth[i]++;
        break;
    case DERIVED_SIGRETURN:
        r->depth[i] -= r->depth[i] > 0;
        break;
    case DERIVED_SYSCALL:
        if (d->returned && syscall_is_exec(d->call) && (int64_t)d->result == 0)
            r->depth[i] = 0;
        break;
    default:
        break;
    }
}

static void on_tick(void *ctx, struct sim *sim)
{
    struct reading *r = ctx;

    if (r->tick)
        r->tick(r->tick_ctx, sim);
}

static int read_traps(struct bisecting *s, unsigned side, struct reading *r)
{
    struct derive how = {.ctx = r, .event = on_event, .tick = on_tick, .until = INSN_NONE,
                         .plain = true};
    enum arch arch = s->trace[side]->machine.arch;
    struct divergence divergence = {0};
    int rc;

    *r = (struct reading){.course = &s->course[side], .arch = sim_arch_get(arch),
                          .tick = s->b->tick, .tick_ctx = s->b->ctx};
    ustate_reader_init(&r->reader, arch);
    r->traps = calloc(r->course->threads + 1, sizeof(*r->traps));
    r->depth = calloc(r->course->threads + 1, sizeof(*r->depth));
    if (!r->traps || !r->depth)
        return loader_fail(s->err, s->err_len, -ENOMEM, "out of memory");
    rc = derive_run(s->trace[side], &how, &divergence, s->err, s->err_len);
    if (rc == -EILSEQ)
        return loader_fail(s->err, s->err_len, rc, "the replay diverged: %s", divergence.what);
    return rc == 0 && r->failed ? loader_fail(s->err, s->err_len, -ENOMEM, "out of memory") : rc;
}

static void drop(struct reading *r)
{
    for (size_t i = 0; r->traps && i < r->course->threads; i++)
        for (unsigned lane = 0; lane < COURSE_LANES; lane++)
            free(r->traps[i][lane].list);
    free(r->traps);
    free(r->depth);
}

/* ---- the first that differs ---- */

struct found {
    bool known;
    unsigned thread[2];
    size_t index;
    const struct user_trap *at[2]; /* NULL: there is none */
};

static insn_t number(const struct found *f)
{
    return f->at[1] ? f->at[1]->trap.n : INSN_NONE;
}

static void take(struct found *best, const struct found *f)
{
    if (!best->known || number(f) < number(best))
        *best = *f;
}

/* Instructions of the lane before n. */
static uint64_t insns_before(const struct course_list *l, insn_t n)
{
    size_t behind = SEARCH_BEHIND(l->span, l->spans, to, n);
    const struct course_span *last = behind ? &l->span[behind - 1] : NULL;

    return last ? last->before + (last->to - last->from) : 0;
}

/*
 * The first difference of one pair of lists, of traps and of registers. A list that merely ends is
 * none: what comes instead is told of by the system calls. Where a thread has run more or fewer
 * instructions its way has parted before, and its registers differ for that.
 */
static void compare(const struct bisecting *s, const struct reading r[2], unsigned good,
                    unsigned lane, struct found *trap, struct found *state)
{
    unsigned thread[2] = {good, s->twin[good]};
    const struct user_traps *a = &r[0].traps[thread[0]][lane], *b = &r[1].traps[thread[1]][lane];
    const struct course_list *l[2];
    bool has_state = false;

    for (unsigned i = 0; i < 2; i++)
        l[i] = &s->course[i].thread[thread[i]]->lane[lane];
    for (size_t i = 0; i < a->count && i < b->count; i++) {
        struct found f = {true, {thread[0], thread[1]}, i + 1, {&a->list[i], &b->list[i]}};

        if (a->list[i].what != b->list[i].what) {
            take(trap, &f);
            return;
        }
        if (a->list[i].state != b->list[i].state && !has_state &&
            insns_before(l[0], f.at[0]->trap.n) == insns_before(l[1], f.at[1]->trap.n)) {
            take(state, &f);
            has_state = true;
        }
    }
}

static int stand(struct bisecting *s, const insn_t n[2])
{
    for (unsigned i = 0; i < 2; i++) {
        int rc = timeline_seek(s->pair.side[i].timeline, n[i]);

        if (rc != 0)
            return loader_fail(s->err, s->err_len, rc, "the %s trace: %s", i ? "bad" : "good",
                               timeline_error(s->pair.side[i].timeline));
    }
    return 0;
}

/* Registers that differ where both stand, and the first of them; false: none. */
static bool put_registers(struct bisecting *s, char *text, size_t len, struct value_place *first)
{
    struct ustate_reader r;
    struct ustate v[2];
    unsigned shown = 0, more = 0;
    size_t used = 0;

    ustate_reader_init(&r, s->trace[0]->machine.arch);
    for (unsigned i = 0; i < 2; i++)
        ustate_live(&r, pair_cpu(&s->pair, i), &v[i]);
    text[0] = '\0';
    for (unsigned i = 0; i < r.arch->count; i++) {
        if (memcmp(v[0].v[i], v[1].v[i], 16) == 0)
            continue;
        if (shown == REGISTERS_SHOWN_MAX) {
            more++;
            continue;
        }
        if (shown++ == 0)
            *first = (struct value_place){.reg = r.id[i], .bytes = ustate_bytes(r.arch, i)};
        used += (size_t)snprintf(text + used, len - used, "  %-12s ", r.arch->name[i]);
        for (unsigned side = 0; side < 2; side++) {
            used += (size_t)snprintf(text + used, len - used, "%s0x", side ? "   " : "");
            for (unsigned byte = ustate_bytes(r.arch, i); byte-- > 0;)
                used += (size_t)snprintf(text + used, len - used, "%02x", v[side].v[i][byte]);
        }
        used += (size_t)snprintf(text + used, len - used, "\n");
    }
    if (more)
        snprintf(text + used, len - used, "  and %u registers more\n", more);
    return shown > 0;
}

static int describe(struct bisecting *s, const struct found *f, struct bisect_user_trap *out)
{
    const struct course_thread *t = s->course[1].thread[f->thread[1]];
    const unsigned was[2] = {s->thread[0], s->thread[1]};
    int rc = 0;

    if (!f->known)
        return 0;
    out->known = true;
    out->process = t->process;
    out->thread = t->thread;
    out->index = f->index;
    snprintf(out->program, sizeof(out->program), "%s", t->program[0] ? t->program : "init");
    for (unsigned i = 0; i < 2 && rc == 0; i++) {
        const struct cpu_trap *trap = &f->at[i]->trap;
        struct trap_words w;
        int used;

        s->thread[i] = f->thread[i];
        rc = bisect_describe(s, i, trap->n - 1, &out->at[i]);
        sim_arch_get(s->trace[i]->machine.arch)->describe_trap(trap, &w);
        out->at[i].n = trap->n;
        used = snprintf(out->at[i].text, sizeof(out->at[i].text), "%s", w.cause);
        if (trap->addr)
            snprintf(out->at[i].text + used, sizeof(out->at[i].text) - (size_t)used,
                     ", address 0x%llx",
                     (unsigned long long)trap->addr);
    }
    memcpy(s->thread, was, sizeof(was));
    return rc;
}

/* Who wrote the first register that differs: becomes part of it instead of the way's chain. */
static int explain(struct bisecting *s, const struct found *f, struct bisect_user_trap *t)
{
    const insn_t n[2] = {f->at[0]->trap.n - 1, f->at[1]->trap.n - 1};
    struct value_place place;
    int rc = stand(s, n);

    if (rc != 0 || !put_registers(s, t->registers, sizeof(t->registers), &place))
        return rc;
    rc = bisect_chain(s, n, &place);
    t->links = s->b->links < BISECT_FIRST_MAX ? s->b->links : BISECT_FIRST_MAX;
    memcpy(t->link, s->b->link, t->links * sizeof(t->link[0]));
    s->b->links = 0;
    return rc;
}

int bisect_traps(struct bisecting *s)
{
    struct found trap = {0}, state = {0};
    struct reading r[2] = {{0}, {0}};
    int rc = read_traps(s, 0, &r[0]);

    if (rc == 0)
        rc = read_traps(s, 1, &r[1]);
    for (unsigned i = 0; rc == 0 && i < s->course[0].threads; i++)
        for (unsigned lane = 0; s->twin[i] != COURSE_NONE && lane < COURSE_LANES; lane++)
            compare(s, r, i, lane, &trap, &state);
    if (rc == 0)
        rc = describe(s, &trap, &s->b->user_trap);
    /* Behind another trap they differ for that. */
    if (rc == 0 && state.known && (!trap.known || number(&state) < number(&trap))) {
        rc = describe(s, &state, &s->b->user_state);
        if (rc == 0)
            rc = explain(s, &state, &s->b->user_state);
    }
    drop(&r[0]);
    drop(&r[1]);
    return rc;
}
