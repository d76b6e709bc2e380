/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/whose.c - see whose.h.
 *
 * A stint is a thread's traps from user mode with no other thread's between: it has the numbers of
 * the first and of the last. Stints are in the order of their numbers.
 */
#include "sim/check/whose.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "cpu/search.h"

#define PATH_BYTES 128u

struct program_seen {
    const struct program *key; /* of the replay: to compare, it is gone afterwards */
    vaddr_t base;
    char path[PATH_BYTES];     /* empty: not known */
};

struct stint {
    insn_t first_n, last_n;
    unsigned process, thread;
    size_t program;
};

struct whose {
    struct stint *stint;
    size_t stints, stint_room;
    struct program_seen *program;
    size_t programs, program_room;
};

struct whose *whose_create(void)
{
    return calloc(1, sizeof(struct whose));
}

void whose_destroy(struct whose *w)
{
    if (w) {
        free(w->stint);
        free(w->program);
    }
    free(w);
}

/* Room for one more; false: no memory, and the name will be missing. */
static bool grow(void **list, size_t count, size_t *room, size_t bytes)
{
    size_t more = *room ? 2 * *room : 64;
    void *grown;

    if (count < *room)
        return true;
    grown = realloc(*list, more * bytes);
    if (!grown)
        return false;
    *list = grown;
    *room = more;
    return true;
}

/* Its number; the number of programs: no memory. */
static size_t program_of(struct whose *w, const struct derived *d)
{
    struct program_seen *p;

    for (size_t i = w->programs; i-- > 0;)
        if (w->program[i].key == d->program && w->program[i].base == d->base)
            return i;
    if (!grow((void **)&w->program, w->programs, &w->program_room, sizeof(*w->program)))
        return w->programs;
    p = &w->program[w->programs];
    *p = (struct program_seen){.key = d->program, .base = d->base};
    if (d->program)
        snprintf(p->path, sizeof(p->path), "%s", d->program->path);
    return w->programs++;
}

void whose_event(struct whose *w, const struct derived *d)
{
    struct stint *last = w->stints ? &w->stint[w->stints - 1] : NULL;
    size_t program;

    if (d->kind != DERIVED_TRAP || !d->trap->from_user)
        return;
    if (last && last->process == d->process && last->thread == d->thread &&
        w->program[last->program].key == d->program && w->program[last->program].base == d->base) {
        last->last_n = d->trap->n;
        return;
    }
    program = program_of(w, d);
    if (program == w->programs ||
        !grow((void **)&w->stint, w->stints, &w->stint_room, sizeof(*w->stint)))
        return;
    assert(w->stint);
    w->stint[w->stints++] = (struct stint){d->trap->n, d->trap->n, d->process, d->thread, program};
}

/* The first stint that is not over before `n`; NULL: none. */
static const struct stint *stint_at(const struct whose *w, insn_t n)
{
    size_t i = SEARCH_FROM(w->stint, w->stints, last_n, n);

    return i < w->stints ? &w->stint[i] : NULL;
}

void whose_fill(const struct whose *w, struct places *places, struct finding *f)
{
    const struct stint *s = stint_at(w, f->user_n ? f->user_n : f->back_n);
    const struct program_seen *p;
    struct place place;

    if (!s || (f->user_n && s->first_n > f->user_n))
        return;
    f->process = s->process;
    f->thread = s->thread;
    if (!f->user_pc)
        return;
    p = &w->program[s->program];
    place = places_find(places, p->path[0] ? places_program(places, p->path) : NULL, p->base,
                        f->user_pc);
    place_text(&place, false, f->place, sizeof(f->place));
}
