/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/bisect.c - from two recordings to the first cause; see bisect.h.
 *
 * Each recording is run twice: once for its course (course.h), and once as a timeline for the
 * search of states and instructions, which goes no farther than it must.
 */
#include "sim/bisect_private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "loader/fail.h"

static bool same_hash(const struct image_hash *a, const struct image_hash *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

static int open_all(struct bisecting *s)
{
    const struct machine *m[2] = {&s->trace[0]->machine, &s->trace[1]->machine};
    int rc = pair_open(&s->pair, s->trace[0], s->trace[1], s->err, s->err_len);

    if (rc != 0)
        return rc;
    for (unsigned i = 0; i < 2; i++) {
        s->places[i] = places_create(m[i]);
        if (!s->places[i] ||
            who_open(s->pair.side[i].timeline, s->places[i], m[i], &s->who[i]) != 0)
            return loader_fail(s->err, s->err_len, -ENOMEM, "out of memory");
        s->thread[i] = COURSE_NONE;
        s->base[i] = INSN_NONE;
    }
    s->b->same_cpu = m[0]->arch == m[1]->arch;
    s->b->same_kernel = s->b->same_cpu && same_hash(&m[0]->kernel_hash, &m[1]->kernel_hash);
    s->b->same_programs = s->b->same_cpu && same_hash(&m[0]->initrd_hash, &m[1]->initrd_hash);
    return 0;
}

static void close_all(struct bisecting *s)
{
    for (unsigned i = 0; i < 2; i++) {
        who_close(s->who[i]);
        places_destroy(s->places[i]);
        course_free(&s->course[i]);
    }
    pair_close(&s->pair);
    free(s->twin);
}

static int read_courses(struct bisecting *s)
{
    int rc = 0;

    for (unsigned i = 0; i < 2 && rc == 0; i++) {
        s->course[i].tick = s->b->tick;
        s->course[i].tick_ctx = s->b->ctx;
        rc = course_read(s->trace[i], &s->course[i], s->err, s->err_len);
    }
    return rc;
}

/* ---- traps ---- */

static int describe_trap(struct bisecting *s, unsigned side, size_t i, struct bisect_at *at)
{
    const struct course *course = &s->course[side];
    struct timeline *t = s->pair.side[side].timeline;
    const struct cpu_trap *trap;
    struct trap_words w;
    insn_t n;
    int rc;

    memset(at, 0, sizeof(*at));
    if (i >= course->traps)
        return 0;
    n = course->trap[i].n;
    rc = timeline_seek(t, n - 1);
    if (rc == 0)
        rc = timeline_travel(t, n);
    if (rc != 0)
        return loader_fail(s->err, s->err_len, rc, "%s", timeline_error(t));
    at->known = true;
    at->cycles = course->trap[i].cycles;
    code_place_text(s->who[side]->code, n - 1, course->trap[i].pc, at->where, at->source);
    trap = timeline_last_trap(t);
    at->n = n;
    if (trap && trap->n == n) {
        sim_arch_get(s->trace[side]->machine.arch)->describe_trap(trap, &w);
        snprintf(at->text, sizeof(at->text), "%s, %s", w.vector, w.cause);
    }
    return 0;
}

static int find_trap(struct bisecting *s)
{
    const struct course *a = &s->course[0], *b = &s->course[1];
    size_t i = 0;
    int rc = 0;

    while (i < a->traps && i < b->traps && a->trap[i].n == b->trap[i].n &&
           a->trap[i].kind == b->trap[i].kind && a->trap[i].vector == b->trap[i].vector &&
           a->trap[i].pc == b->trap[i].pc && a->trap[i].cycles == b->trap[i].cycles)
        i++;
    s->b->has_trap = i < a->traps || i < b->traps;
    for (unsigned side = 0; s->b->has_trap && side < 2 && rc == 0; side++)
        rc = describe_trap(s, side, i, &s->b->trap[side]);
    return rc;
}

/* The kernel itself faulted, where it does not when all is well, and no user code ran after that:
 * what it died of, most likely. */
static int find_fault(struct bisecting *s)
{
    const struct course *good = &s->course[0], *bad = &s->course[1];
    size_t i = bad->traps;

    while (i > 0 && !bad->trap[i - 1].from_user && bad->trap[i - 1].kind != CPU_TRAP_SYNC)
        i--;
    if (i == 0 || bad->trap[i - 1].from_user)
        return 0;
    for (size_t k = 0; k < good->traps && s->b->same_cpu; k++)
        if (!good->trap[k].from_user && good->trap[k].pc == bad->trap[i - 1].pc)
            return 0;
    return describe_trap(s, 1, i - 1, &s->b->fault);
}

static void fill_ends(struct bisecting *s)
{
    for (unsigned i = 0; i < 2; i++) {
        struct bisect_at *at = &s->b->end[i];

        at->known = true;
        at->n = s->trace[i]->end.n;
        trace_end_text(s->trace[i], at->text, sizeof(at->text));
    }
    s->b->differ |= strcmp(s->b->end[0].text, s->b->end[1].text) != 0;
}

static int compare_states(struct bisecting *s)
{
    struct diff *d = &s->b->diff;

    d->tick = s->b->tick;
    d->ctx = s->b->ctx;
    if (!s->b->same_kernel || !s->b->same_programs) {
        diff_machines(s->trace[0], s->trace[1], d);
        return 0;
    }
    return diff_find_pair(&s->pair, d, s->err, s->err_len);
}

/* The instruction before the first state that differs, by the program's symbols too. */
static int name_first(struct bisecting *s)
{
    struct difference *d = &s->b->diff.first;
    struct bisect_at at;
    int rc = 0;

    if (s->b->diff.differ && d->n > 0) {
        rc = bisect_describe(s, 0, d->n - 1, &at);
        if (rc == 0)
            snprintf(d->place, sizeof(d->place), "%.90s  %.80s", at.where, at.code);
    }
    return rc;
}

static int search(struct bisecting *s)
{
    struct bisect *b = s->b;
    int rc = compare_states(s);

    if (rc == 0 && b->same_kernel && b->same_programs && !b->diff.differ && !b->diff.machines[0]) {
        fill_ends(s);
        return 0;
    }
    if (rc == 0)
        rc = read_courses(s);
    if (rc == 0)
        rc = name_first(s);
    if (rc == 0 && b->same_kernel && b->same_programs)
        rc = find_trap(s);
    if (rc == 0)
        rc = bisect_align(s);
    if (rc == 0 && !b->same_kernel && b->same_programs)
        rc = bisect_traps(s);
    if (rc == 0 && b->has_event && b->same_programs)
        rc = bisect_way(s);
    fill_ends(s);
    if (rc == 0 && b->same_cpu && b->differ)
        rc = find_fault(s);
    b->differ |= b->diff.differ || b->has_event || b->has_trap || b->user_trap.known;
    return rc;
}

int bisect_find(const struct trace *good, const struct trace *bad, struct bisect *b, char *err,
                size_t err_len)
{
    struct bisecting s = {.b = b, .trace = {good, bad}, .err = err, .err_len = err_len};
    int rc = open_all(&s);

    if (rc == 0)
        rc = search(&s);
    close_all(&s);
    return rc;
}
