/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/minimize.c - what of a schedule's events it takes; see minimize.h.
 *
 * The items are what the full schedule has, in the order delays, events, console input.
 *
 * First they are narrowed: the shortest beginning of them that fails ends in one that it takes,
 * which is kept, and the search goes on in those before it. That is some log(items) runs for each
 * one that it takes, when a run that fails does so with more events too. Where one does not, what
 * is left still fails, but may be too much; so ddmin goes over it: a round cuts what is left into
 * `parts` and tries each part alone, then all but each. Then each delay that is left is made as
 * short as still fails, by halving.
 */
#include "sim/minimize.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum item_kind { ITEM_DELAY, ITEM_EVENT, ITEM_CONSOLE };

/* that one round tries; a number of its own, or -j would decide what is found */
#define BEGINNINGS 4u

struct item {
    enum item_kind kind;
    size_t index;
};

struct minimize {
    const struct minimize_how *how;
    struct item *item;      /* what is left */
    size_t count;
    size_t parts;           /* of this round; 0: candidate 0 is `item` as it stands */
    bool narrowing;         /* candidates are beginnings: */
    size_t kept;            /* so many items, which it takes, */
    size_t low, high;       /* and more behind them: `high` fail, fewer than `low` do not */
    cycles_t *delay;        /* as they are by now */
};

size_t minimize_events(const struct schedule *s)
{
    size_t count = s->count + s->console_count;

    for (size_t i = 0; i < s->delay_count; i++)
        count += s->delays[i] != 0;
    return count;
}

size_t minimize_left(const struct minimize *m)
{
    return m->count;
}

static int add_items(struct minimize *m)
{
    const struct schedule *s = m->how->full;

    m->item = calloc(minimize_events(s) + 1, sizeof(*m->item));
    m->delay = calloc(s->delay_count + 1, sizeof(*m->delay));
    if (!m->item || !m->delay)
        return -ENOMEM;
    for (size_t i = 0; i < s->delay_count; i++) {
        m->delay[i] = s->delays[i];
        if (s->delays[i] != 0)
            m->item[m->count++] = (struct item){ITEM_DELAY, i};
    }
    for (size_t i = 0; i < s->count; i++)
        m->item[m->count++] = (struct item){ITEM_EVENT, i};
    for (size_t i = 0; i < s->console_count; i++)
        m->item[m->count++] = (struct item){ITEM_CONSOLE, i};
    return 0;
}

/* Part i of `parts`: from..to-1 of the items. */
static void part(const struct minimize *m, size_t i, size_t *from, size_t *to)
{
    *from = i * m->count / m->parts;
    *to = (i + 1) * m->count / m->parts;
}

/* Candidates: each part alone, then all but each. Two parts are each other's rest. */
static size_t candidates(const struct minimize *m)
{
    return m->parts <= 2 ? m->parts : 2 * m->parts;
}

/* How many items behind the kept ones: from `low` up to fewer than `high`. */
static size_t beginning(const struct minimize *m, size_t candidate)
{
    size_t span = m->high - m->low;

    return span <= BEGINNINGS ? m->low + candidate : m->low + span * candidate / BEGINNINGS;
}

static bool has(const struct minimize *m, size_t candidate, size_t item)
{
    size_t from, to;

    if (m->narrowing)
        return item < m->kept + beginning(m, candidate);
    if (m->parts == 0)
        return candidate == 0;
    part(m, candidate % m->parts, &from, &to);
    return (item >= from && item < to) == (candidate < m->parts);
}

static int put_item(const struct minimize *m, const struct item *item, struct schedule *out)
{
    const struct schedule *s = m->how->full;

    switch (item->kind) {
    case ITEM_DELAY:
        out->delays[item->index] = m->delay[item->index];
        return 0;
    case ITEM_EVENT:
        return schedule_add(out, s->events[item->index].n, &s->events[item->index].what);
    default:
        out->console[out->console_count++] = s->console[item->index];
        return 0;
    }
}

static int by_item(const void *a, const void *b)
{
    const struct item *x = a, *y = b;

    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

/* The items of a candidate in the order that a schedule has: narrowing changes it. */
static int put_items(const struct minimize *m, size_t candidate, struct schedule *out)
{
    struct item *list = malloc((m->count + 1) * sizeof(*list));
    size_t count = 0;
    int rc = list ? 0 : -ENOMEM;

    for (size_t k = 0; list && k < m->count; k++)
        if (has(m, candidate, k))
            list[count++] = m->item[k];
    if (list)
        qsort(list, count, sizeof(*list), by_item);
    for (size_t k = 0; k < count && rc == 0; k++)
        rc = put_item(m, &list[k], out);
    free(list);
    return rc;
}

int minimize_candidate(const struct minimize *m, size_t i, struct schedule *out)
{
    const struct schedule *s = m->how->full;
    int rc = 0;

    *out = (struct schedule){.has_delays = s->has_delays, .delay_count = s->delay_count};
    out->delays = calloc(s->delay_count + 1, sizeof(*out->delays));
    out->console = calloc(s->console_count + 1, sizeof(*out->console));
    if (!out->delays || !out->console)
        rc = -ENOMEM;
    if (rc == 0)
        rc = put_items(m, i, out);
    if (rc != 0)
        schedule_free(out);
    return rc;
}

static void keep(struct minimize *m, size_t candidate)
{
    size_t kept = 0;

    for (size_t k = 0; k < m->count; k++)
        if (has(m, candidate, k))
            m->item[kept++] = m->item[k];
    m->count = kept;
}

/*
 * The shortest beginning behind the kept ones that fails; the rest goes. With `high` 0 nothing more
 * is needed.
 */
static int shortest(struct minimize *m)
{
    int rc = 0;

    m->low = 0;
    m->high = m->count - m->kept;
    while (rc == 0 && m->low < m->high) {
        size_t tries = m->high - m->low < BEGINNINGS ? m->high - m->low : BEGINNINGS;
        size_t first = tries, low = m->low, high = m->high;

        rc = m->how->first_failing(m->how->ctx, m, tries, &first);
        if (rc != 0)
            break;
        if (first > 0)
            low = beginning(m, first - 1) + 1;
        if (first < tries)
            high = beginning(m, first);
        m->low = low;
        m->high = high;
    }
    m->count = m->kept + m->high;
    return rc;
}

/* Behind each search the last one of what is left is needed: it moves to the kept ones. */
static int narrow(struct minimize *m)
{
    int rc;

    m->narrowing = true;
    while ((rc = shortest(m)) == 0 && m->high > 0) {
        struct item needed = m->item[m->count - 1];

        memmove(&m->item[m->kept + 1], &m->item[m->kept],
                (m->count - 1 - m->kept) * sizeof(*m->item));
        m->item[m->kept++] = needed;
    }
    m->narrowing = false;
    return rc;
}

static int reduce(struct minimize *m)
{
    m->parts = 2;
    while (m->count >= 2) {
        size_t all = candidates(m), first = all;
        int rc = m->how->first_failing(m->how->ctx, m, all, &first);

        if (rc != 0)
            return rc;
        if (first < all) {
            bool rest = first >= m->parts;

            keep(m, first);
            m->parts = rest && m->parts > 3 ? m->parts - 1 : 2;
        } else if (m->parts < m->count) {
            m->parts = 2 * m->parts < m->count ? 2 * m->parts : m->count;
        } else {
            return 0;
        }
        if (m->parts > m->count)
            m->parts = m->count;
    }
    return 0;
}

/* Does it fail with what is left as it stands? */
static int fails(struct minimize *m, bool *yes)
{
    size_t first = 1;
    int rc;

    m->parts = 0;
    rc = m->how->first_failing(m->how->ctx, m, 1, &first);
    *yes = first == 0;
    return rc;
}

static int shorten(struct minimize *m, size_t index)
{
    cycles_t low = 0, high = m->delay[index]; /* high fails */
    bool yes;
    int rc = 0;

    while (rc == 0 && high - low > m->how->finest && high - low > high / 64) {
        m->delay[index] = low + (high - low) / 2;
        rc = fails(m, &yes);
        if (rc == 0 && yes)
            high = m->delay[index];
        else
            low = m->delay[index];
    }
    m->delay[index] = high;
    return rc;
}

/* -ETIME: it is the least that was found by then. */
static int narrow_to_least(struct minimize *m)
{
    int rc = narrow(m);

    qsort(m->item, m->count, sizeof(*m->item), by_item);
    if (rc == 0)
        rc = reduce(m);
    for (size_t k = 0; k < m->count && rc == 0; k++)
        if (m->item[k].kind == ITEM_DELAY)
            rc = shorten(m, m->item[k].index);
    return rc;
}

int minimize_schedule(const struct minimize_how *how, struct schedule *out)
{
    struct minimize m = {.how = how};
    int rc = add_items(&m);

    if (rc == 0)
        rc = narrow_to_least(&m);
    m.parts = 0;
    if ((rc == 0 || rc == -ETIME) && minimize_candidate(&m, 0, out) != 0)
        rc = -ENOMEM;
    free(m.item);
    free(m.delay);
    return rc;
}
