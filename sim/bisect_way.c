/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/bisect_way.c - where the way of a thread parts before its first event that differs.
 *
 * Since the event before, which was the same, both runs of the thread have run the same
 * instructions at the same distance, until one where they have not. A long stretch is halved
 * by standing at one distance in both; the last WINDOW instructions are listed and compared. When
 * the way is the same up to a system call, its number, arguments or the memory that they mean
 * differ; when those do not, the kernel's answer does, and its way is compared instead.
 */
#include "sim/bisect_private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "loader/fail.h"

#define WINDOW        (1u << 20)
#define TOGETHER      (1u << 16) /* spans closer than that are traced in one go */
#define KERNEL_INSNS  (1u << 20)
#define ARG_BYTES_MAX 4096u
#define ARG_BYTES_LEAST 32u
#define CALL_REGS     7u

struct pcs {
    const struct course_list *list; /* user code of that lane alone; NULL: all */
    struct who_insn *insn;
    size_t count, room, span;
    bool failed;
};

static void note(void *ctx, insn_t n, vaddr_t pc)
{
    struct pcs *p = ctx;
    struct who_insn *grown;

    if (p->list) {
        while (p->span < p->list->spans && p->list->span[p->span].to <= n)
            p->span++;
        if (p->span == p->list->spans || n < p->list->span[p->span].from)
            return;
    }
    /* A store that was noted first is begun twice. */
    if (p->count > 0 && p->insn[p->count - 1].n == n)
        p->count--;
    if (p->count == p->room) {
        grown = realloc(p->insn, (2 * p->room + 4096) * sizeof(*grown));
        if (!grown) {
            p->failed = true;
            return;
        }
        p->insn = grown;
        p->room = 2 * p->room + 4096;
    }
    p->insn[p->count++] = (struct who_insn){n, pc};
}

static int trace_failed(struct bisecting *s, unsigned side, int rc)
{
    return loader_fail(s->err, s->err_len, rc, "the %s trace: %s", side ? "bad" : "good",
                       rc == -ENOMEM ? "out of memory"
                                     : timeline_error(s->pair.side[side].timeline));
}

/* The instructions of the lane from distance `from` to before `to`. */
static int list_lane(struct bisecting *s, unsigned side, uint64_t from, uint64_t to,
                     struct pcs *p)
{
    const struct course_list *l = p->list;
    int rc = 0;

    for (size_t i = 0; i < l->spans && rc == 0; i++) {
        size_t last = i;
        insn_t begin, end;

        if (l->span[i].before + (l->span[i].to - l->span[i].from) <= from)
            continue;
        if (l->span[i].before >= to)
            break;
        while (last + 1 < l->spans && l->span[last + 1].before < to &&
               l->span[last + 1].from < l->span[last].to + TOGETHER)
            last++;
        begin = l->span[i].before < from ? l->span[i].from + (from - l->span[i].before)
                                         : l->span[i].from;
        end = l->span[last].to;
        if (end - l->span[last].from > to - l->span[last].before)
            end = l->span[last].from + (to - l->span[last].before);
        p->span = i;
        rc = timeline_trace(s->pair.side[side].timeline, begin, end, note, p);
        i = last;
    }
    return rc != 0 ? trace_failed(s, side, rc) : p->failed ? trace_failed(s, side, -ENOMEM) : 0;
}

/* ---- the same distance in both ---- */

static bool spots(const struct bisecting *s, uint64_t insns, insn_t n[2])
{
    for (unsigned i = 0; i < 2; i++) {
        struct course_spot spot = {s->thread[i], s->lane, s->event, insns};

        n[i] = course_n_at(&s->course[i], &spot);
        if (n[i] == INSN_NONE)
            return false;
    }
    return true;
}

static int stand(struct bisecting *s, const insn_t n[2])
{
    for (unsigned i = 0; i < 2; i++) {
        int rc = timeline_seek(s->pair.side[i].timeline, n[i]);

        if (rc != 0)
            return trace_failed(s, i, rc);
    }
    return 0;
}

/* 1: the same instruction with the same stack pointer is next, 0: not, or an error. */
static int same_place(struct bisecting *s, uint64_t insns)
{
    struct cpu *a = pair_cpu(&s->pair, 0), *b = pair_cpu(&s->pair, 1);
    insn_t n[2];
    int rc;

    if (!spots(s, insns, n))
        return 0;
    rc = stand(s, n);
    return rc != 0 ? rc : cpu_pc(a) == cpu_pc(b) && cpu_sp(a) == cpu_sp(b);
}

/* Make *hi - *lo at most WINDOW: the same place at *lo, not at *hi, unless that is the end. */
static int halve(struct bisecting *s, uint64_t *lo, uint64_t *hi)
{
    while (*hi - *lo > WINDOW) {
        uint64_t middle = *lo + (*hi - *lo) / 2;
        int same = same_place(s, middle);

        if (same < 0)
            return same;
        if (same)
            *lo = middle;
        else
            *hi = middle;
    }
    return 0;
}

int bisect_describe(struct bisecting *s, unsigned side, insn_t n, struct bisect_at *at)
{
    struct who_link *link = calloc(1, sizeof(*link));
    int rc;

    rc = link ? who_describe(s->who[side], n, link) : -ENOMEM;

    memset(at, 0, sizeof(*at));
    if (rc == 0) {
        at->known = true;
        at->n = n;
        memcpy(at->where, link->where, sizeof(at->where));
        memcpy(at->code, link->code, sizeof(at->code));
        memcpy(at->source, link->source, sizeof(at->source));
    }
    free(link);
    return rc != 0 ? trace_failed(s, side, rc) : 0;
}

static int parted(struct bisecting *s, const insn_t at[2], const insn_t next[2])
{
    struct bisect *b = s->b;
    int rc = 0;

    b->has_way = true;
    for (unsigned i = 0; i < 2 && rc == 0; i++) {
        rc = bisect_describe(s, i, at[i], &b->way[i]);
        if (rc == 0)
            rc = bisect_describe(s, i, next[i], &b->next[i]);
    }
    return rc != 0 ? rc : bisect_chain_from_insn(s, at);
}

/* Compare two lists from the start; 1: they part, and `at` is the last place in common. */
static int compare(struct bisecting *s, const struct pcs p[2], uint64_t *common)
{
    size_t count = p[0].count < p[1].count ? p[0].count : p[1].count, i = 0;
    insn_t at[2], next[2];
    int rc;

    while (i < count && p[0].insn[i].pc == p[1].insn[i].pc)
        i++;
    *common += i;
    if (i == count || i == 0)
        return 0;
    for (unsigned side = 0; side < 2; side++) {
        at[side] = p[side].insn[i - 1].n;
        next[side] = p[side].insn[i].n;
    }
    rc = parted(s, at, next);
    return rc != 0 ? rc : 1;
}

/* ---- what of a system call differs ---- */

static const char *const call_regs[2][CALL_REGS] = {
    [ARCH_ARM64] = {"x8", "x0", "x1", "x2", "x3", "x4", "x5"},
    [ARCH_X86_64] = {"rax", "rdi", "rsi", "rdx", "r10", "r8", "r9"},
};

/* The first byte of an argument's memory that differs: 1, or 0. */
static bool memory_differs(struct bisecting *s, vaddr_t va, uint64_t len, struct value_place *p)
{
    for (uint64_t i = 0; i < len; i++) {
        uint8_t c[2];

        if (cpu_mem_read(pair_cpu(&s->pair, 0), va + i, &c[0], 1) != 0 ||
            cpu_mem_read(pair_cpu(&s->pair, 1), va + i, &c[1], 1) != 0)
            return false;
        if (c[0] != c[1]) {
            *p = (struct value_place){.in_memory = true, .va = va + i, .bytes = 1};
            return true;
        }
        if (len == ARG_BYTES_MAX && c[0] == '\0')
            return false;
    }
    return false;
}

/* At the call in both: the register or memory that is not the same. 1, 0: none, or an error. */
static int call_differs(struct bisecting *s, struct value_place *place)
{
    enum arch arch = s->trace[0]->machine.arch;
    uint64_t arg[CALL_REGS + 1] = {0};
    bool differs = false;

    for (unsigned i = 0; i < CALL_REGS && !differs; i++) {
        uint64_t v[2] = {0};
        int id = cpu_reg_find(arch, call_regs[arch][i]);

        for (unsigned side = 0; side < 2; side++)
            if (cpu_reg_read(pair_cpu(&s->pair, side), id, &v[side]) != 0)
                return 0;
        arg[i] = v[0];
        differs = v[0] != v[1];
        if (differs)
            *place = (struct value_place){.reg = id, .bytes = 8};
    }
    for (unsigned i = 1; i < CALL_REGS && !differs; i++) {
        uint64_t len = arg[i + 1] > 0 && arg[i + 1] < ARG_BYTES_MAX ? arg[i + 1] : ARG_BYTES_MAX;

        if (len < ARG_BYTES_LEAST) /* a count of things, not of bytes */
            len = ARG_BYTES_LEAST;

        differs = arg[i] >= 4096 && memory_differs(s, arg[i], len, place);
    }
    return differs;
}

/* The answer alone differs: the kernel's way from the call at n[] on, to before end[]. */
static int kernel_way(struct bisecting *s, const insn_t n[2], const insn_t ends[2])
{
    struct pcs p[2] = {{0}, {0}};
    uint64_t common = 0;
    int rc = 0;

    if (!s->b->same_kernel)
        return 0;
    for (unsigned i = 0; i < 2 && rc == 0; i++) {
        insn_t end = n[i] + KERNEL_INSNS < ends[i] ? n[i] + KERNEL_INSNS : ends[i];

        s->base[i] = n[i];
        rc = timeline_trace(s->pair.side[i].timeline, n[i], end, note, &p[i]);
        if (rc != 0 || p[i].failed)
            rc = trace_failed(s, i, rc ? rc : -ENOMEM);
    }
    s->b->way_in_kernel = true;
    if (rc == 0)
        rc = compare(s, p, &common);
    s->b->way_insns = common;
    free(p[0].insn);
    free(p[1].insn);
    return rc < 0 ? rc : 0;
}

static size_t call_len(const char *text)
{
    const char *equals = strstr(text, ") = ");

    return equals ? (size_t)(equals - text) : strlen(text);
}

/* A handler is entered otherwise: with another argument or stack, or at another place. */
static int by_handler(struct bisecting *s, insn_t good, insn_t bad)
{
    static const char *const regs[2][5] = {
        [ARCH_ARM64] = {"x0", "x1", "x2", "sp", "pc"},
        [ARCH_X86_64] = {"rdi", "rsi", "rdx", "rsp", "rip"},
    };
    enum arch arch = s->trace[0]->machine.arch;
    const insn_t n[2] = {good, bad};
    int rc = stand(s, n);

    for (size_t i = 0; rc == 0 && i < ARRAY_LEN(regs[0]); i++) {
        struct value_place place = {.reg = cpu_reg_find(arch, regs[arch][i]), .bytes = 8};
        uint64_t v[2] = {0};

        for (unsigned side = 0; side < 2; side++)
            if (place.reg < 0 || cpu_reg_read(pair_cpu(&s->pair, side), place.reg, &v[side]) != 0)
                return 0;
        if (v[0] != v[1])
            return bisect_chain(s, n, &place);
    }
    return rc;
}

static int by_event(struct bisecting *s)
{
    const struct course_event *e[2];
    const char *text[2];
    struct value_place place;
    insn_t n[2];
    int rc;

    for (unsigned i = 0; i < 2; i++) {
        e[i] = &bisect_list(s, i)->event[s->event];
        text[i] = course_text(&s->course[i], e[i]);
        n[i] = e[i]->n - 1;
    }
    if (e[0]->is_signal && e[1]->is_signal)
        return by_handler(s, e[0]->n, e[1]->n);
    if (e[0]->is_signal || e[1]->is_signal)
        return 0;
    if (call_len(text[0]) == call_len(text[1]) &&
        memcmp(text[0], text[1], call_len(text[0])) == 0)
        return kernel_way(s, (const insn_t[]){e[0]->n, e[1]->n},
                          (const insn_t[]){e[0]->n_end, e[1]->n_end});
    rc = stand(s, n);
    if (rc == 0)
        rc = call_differs(s, &place);
    return rc > 0 ? bisect_chain(s, n, &place) : rc;
}

/* The good run's instruction at n had a fault before it ran: the trap's number. */
static bool faults_too(const struct bisecting *s, insn_t n, insn_t *trap)
{
    const struct course *c = &s->course[0];
    const struct course_list *l = bisect_list(s, 0);

    for (size_t i = 1; i < l->spans; i++)
        if (l->span[i].from == n) {
            *trap = l->span[i - 1].to + 1;
            for (size_t k = 0; k < c->traps; k++)
                if (c->trap[k].n == *trap)
                    return c->trap[k].kind == CPU_TRAP_SYNC;
        }
    return false;
}

/* The way is told from the event before i on. */
static void note_since(struct bisecting *s, size_t i)
{
    if (i > 0)
        snprintf(s->b->way_since, sizeof(s->b->way_since), "%s",
                 course_text(&s->course[1], &bisect_list(s, 1)->event[i - 1]));
}

/* The bad run's thread died of the instruction that the good one ran at that distance. */
static int by_death(struct bisecting *s, uint64_t insns)
{
    const struct course_thread *t = s->course[1].thread[s->thread[1]];
    struct course_spot spot = {s->thread[0], s->lane, s->event, insns};
    insn_t n[2] = {course_n_at(&s->course[0], &spot), t->last_n - 1}, last[2], trap;
    int rc;

    if (n[0] == INSN_NONE)
        return 0;
    rc = stand(s, n);
    if (rc != 0)
        return rc;
    if (cpu_pc(pair_cpu(&s->pair, 0)) != cpu_pc(pair_cpu(&s->pair, 1)) && insns > 0 &&
        spots(s, insns - 1, last)) {
        note_since(s, s->event);
        return parted(s, last, n);
    }
    if (s->b->same_kernel && faults_too(s, n[0], &trap))
        return kernel_way(s, (const insn_t[]){trap, t->last_n},
                          (const insn_t[]){n[0], s->trace[1]->end.n});
    s->b->has_way = true;
    for (unsigned i = 0; i < 2 && rc == 0; i++)
        rc = bisect_describe(s, i, n[i], &s->b->way[i]);
    return rc != 0 ? rc : bisect_chain_from_insn(s, n);
}

/* The bad run's thread does not come back from the call that the good one's event is. */
static int by_silence(struct bisecting *s)
{
    const struct course_thread *t = s->course[1].thread[s->thread[1]];
    const struct course_event *e = &bisect_list(s, 0)->event[s->event];

    if (t->in_user || t->last_kind != CPU_TRAP_SYSCALL)
        return 0;
    return kernel_way(s, (const insn_t[]){e->n, t->last_n},
                      (const insn_t[]){e->n_end, s->trace[1]->end.n});
}

/* Instructions before event i, since the one before it. */
static uint64_t stretch(const struct course_list *l, size_t i)
{
    return (i < l->count ? l->event[i].insns : l->insns) - course_insns_before(l, i);
}

/* The way from event i - 1 to i. 1: it parts, and all about it is found. */
static int stretch_way(struct bisecting *s, size_t i)
{
    const struct course_list *l[2] = {bisect_list(s, 0), bisect_list(s, 1)};
    struct pcs p[2] = {{.list = l[0]}, {.list = l[1]}};
    uint64_t len[2] = {stretch(l[0], i), stretch(l[1], i)}, lo = 0;
    uint64_t hi = len[0] < len[1] ? len[0] : len[1];
    size_t event = s->event;
    int rc;

    s->event = i;
    rc = halve(s, &lo, &hi);
    for (unsigned k = 0; k < 2 && rc == 0; k++) {
        uint64_t before = course_insns_before(l[k], i);

        rc = list_lane(s, k, before + lo, before + hi + (hi < len[k]), &p[k]);
    }
    s->b->way_insns = lo;
    if (rc == 0)
        rc = compare(s, p, &s->b->way_insns);
    if (rc == 1)
        note_since(s, i);
    free(p[0].insn);
    free(p[1].insn);
    s->event = event;
    return rc;
}

int bisect_way(struct bisecting *s)
{
    const struct course_list *l[2] = {bisect_list(s, 0), bisect_list(s, 1)};
    uint64_t len[2] = {stretch(l[0], s->event), stretch(l[1], s->event)};
    bool both = s->event < l[0]->count && s->event < l[1]->count;
    size_t first = 0;
    int rc = 0;

    /* The calls may be the same for a while after the way has parted. */
    while (first < s->event && stretch(l[0], first) == stretch(l[1], first))
        first++;
    if (first < s->event)
        rc = stretch_way(s, first);
    if (rc == 0)
        rc = stretch_way(s, s->event);
    if (rc == 0 && both)
        rc = by_event(s);
    else if (rc == 0 && s->b->event.at[1].known && len[0] > len[1])
        rc = by_death(s, len[1]);
    else if (rc == 0 && s->event < l[0]->count && len[0] == len[1])
        rc = by_silence(s);
    return rc < 0 ? rc : 0;
}
