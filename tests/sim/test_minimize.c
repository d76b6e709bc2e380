/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/minimize.c: what is left is what fails, no less, and does not depend on how many are tried at
 * once.
 */
#include "sim/minimize.h"

#include <errno.h>
#include <string.h>

#include "tests/cmocka.h"

#define DELAYS 40u
#define EVENTS 30u

/* Fails when all of these are there; the delay of index `delay` must be `delay_least` at least. */
struct oracle {
    int delay;              /* -1: none */
    cycles_t delay_least;
    insn_t event[3];        /* numbers; 0: none */
    int give_up_after;      /* candidates; 0: never */
    int give_up_with;       /* 0: -EINTR */
    unsigned tried;
    bool last_first;        /* looks at candidates from the last to the first, as a
                               fast process may */
};

static bool has_event(const struct schedule *s, insn_t n)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->events[i].n == n)
            return true;
    return n == 0;
}

static bool fails(const struct oracle *o, const struct schedule *s)
{
    bool delay = o->delay < 0 || s->delays[o->delay] >= o->delay_least;

    return delay && has_event(s, o->event[0]) && has_event(s, o->event[1]) &&
           has_event(s, o->event[2]);
}

static int first_failing(void *ctx, struct minimize *m, size_t count, size_t *first)
{
    struct oracle *o = ctx;

    *first = count;
    for (size_t k = 0; k < count; k++) {
        size_t i = o->last_first ? count - 1 - k : k;
        struct schedule s;

        if (++o->tried > (unsigned)o->give_up_after && o->give_up_after)
            return o->give_up_with ? o->give_up_with : -EINTR;
        assert_int_equal(minimize_candidate(m, i, &s), 0);
        for (size_t e = 1; e < s.count; e++)
            assert_true(s.events[e - 1].n < s.events[e].n);
        if (fails(o, &s) && i < *first)
            *first = i;
        schedule_free(&s);
    }
    return 0;
}

static void fill(struct schedule *full)
{
    *full = (struct schedule){.has_delays = true, .delay_count = DELAYS};
    full->delays = calloc(DELAYS, sizeof(*full->delays));
    for (unsigned i = 0; i < DELAYS; i++)
        full->delays[i] = i % 4 ? 1000u * i : 0;
    for (unsigned i = 1; i <= EVENTS; i++)
        assert_int_equal(schedule_add(full, 100 * i, &(struct injection){.kind = INJECT_IRQ}), 0);
}

static void minimal(struct oracle o, size_t events_left, cycles_t delay_most)
{
    struct schedule full, least, other;
    struct minimize_how how = {.full = &full, .finest = 10, .ctx = &o,
                               .first_failing = first_failing};

    fill(&full);
    assert_int_equal(minimize_events(&full), 30 + EVENTS);
    assert_int_equal(minimize_schedule(&how, &least), 0);
    assert_true(fails(&o, &least));
    assert_int_equal(minimize_events(&least), events_left);
    if (o.delay >= 0)
        assert_in_range(least.delays[o.delay], o.delay_least, delay_most);
    o.last_first = true;
    assert_int_equal(minimize_schedule(&how, &other), 0);
    assert_int_equal(other.count, least.count);
    for (size_t i = 0; i < least.count; i++)
        assert_int_equal(other.events[i].n, least.events[i].n);
    assert_memory_equal(other.delays, least.delays, DELAYS * sizeof(*least.delays));
    schedule_free(&full);
    schedule_free(&least);
    schedule_free(&other);
}

static void test_one_event(void **state)
{
    (void)state;
    for (insn_t n = 100; n <= 100 * EVENTS; n += 100)
        minimal((struct oracle){.delay = -1, .event = {n}}, 1, 0);
}

static void test_several_events_far_apart(void **state)
{
    (void)state;
    minimal((struct oracle){.delay = -1, .event = {100, 1700, 3000}}, 3, 0);
}

static void test_a_delay_is_as_short_as_it_may_be(void **state)
{
    (void)state;
    minimal((struct oracle){.delay = 39, .delay_least = 12345}, 1, 12345 + 12345 / 32);
    minimal((struct oracle){.delay = 39, .delay_least = 12345, .event = {2000}}, 2,
            12345 + 12345 / 32);
}

static void test_nothing_at_all_may_be_enough(void **state)
{
    (void)state;
    minimal((struct oracle){.delay = -1}, 0, 0);
}

static void test_it_gives_up_when_it_is_told(void **state)
{
    struct oracle o = {.delay = -1, .event = {500}, .give_up_after = 3};
    struct schedule full, least = {0};
    struct minimize_how how = {.full = &full, .ctx = &o, .first_failing = first_failing};

    (void)state;
    fill(&full);
    assert_int_equal(minimize_schedule(&how, &least), -EINTR);
    schedule_free(&full);
}

#define MANY 400u

static void fill_many(struct schedule *full)
{
    *full = (struct schedule){.has_delays = true, .delay_count = MANY};
    full->delays = calloc(MANY, sizeof(*full->delays));
    for (unsigned i = 0; i < MANY; i++)
        full->delays[i] = 1000;
}

/* A run may be the boot of a whole Linux: what is late and does not matter must cost few. */
static void test_one_of_many_takes_few_runs(void **state)
{
    (void)state;
    for (int needed = 0; needed < (int)MANY; needed += 57) {
        struct oracle o = {.delay = needed, .delay_least = 1000};
        struct schedule full, least;
        struct minimize_how how = {.full = &full, .finest = 1000, .ctx = &o,
                                   .first_failing = first_failing};

        fill_many(&full);
        assert_int_equal(minimize_schedule(&how, &least), 0);
        assert_int_equal(minimize_events(&least), 1);
        assert_int_equal(least.delays[needed], 1000);
        assert_in_range(o.tried, 1, 4 * 5 + 4); /* log4(400), four at a time; then: is it alone? */
        schedule_free(&full);
        schedule_free(&least);
    }
}

/* Out of time: the least that is known to fail. */
static void test_the_best_when_time_is_out(void **state)
{
    size_t before = MANY + 1;

    (void)state;
    for (int after = 1; after < 40; after += 3) {
        struct oracle o = {.delay = 300, .delay_least = 1000, .give_up_after = after,
                           .give_up_with = -ETIME};
        struct schedule full, least;
        struct minimize_how how = {.full = &full, .finest = 1, .ctx = &o,
                                   .first_failing = first_failing};

        int rc;

        fill_many(&full);
        full.delays[300] = 64000;
        rc = minimize_schedule(&how, &least);
        assert_int_equal(rc, o.tried > (unsigned)after ? -ETIME : 0);
        assert_true(fails(&o, &least));
        assert_in_range(minimize_events(&least), 1, before);
        before = minimize_events(&least);
        schedule_free(&full);
        schedule_free(&least);
    }
    assert_int_equal(before, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_event),
        cmocka_unit_test(test_several_events_far_apart),
        cmocka_unit_test(test_a_delay_is_as_short_as_it_may_be),
        cmocka_unit_test(test_nothing_at_all_may_be_enough),
        cmocka_unit_test(test_it_gives_up_when_it_is_told),
        cmocka_unit_test(test_one_of_many_takes_few_runs),
        cmocka_unit_test(test_the_best_when_time_is_out),
    };

    return cmocka_run_group_tests_name("sim.minimize", tests, NULL, NULL);
}
