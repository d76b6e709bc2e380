/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Saving and loading: a machine loaded from another's state and RAM goes on as
 * that one would have, to the same bytes.
 */
#include "tests/cpu/x86_64/harness.h"

#define STATE_BYTES 16384

struct buffer {
    uint8_t bytes[STATE_BYTES];
    size_t len, at;
};

static int save_piece(void *ctx, const char *name, void *data, size_t len)
{
    struct buffer *b = ctx;

    (void)name;
    assert_true(b->len + len <= STATE_BYTES);
    memcpy(b->bytes + b->len, data, len);
    b->len += len;
    return 0;
}

static int load_piece(void *ctx, const char *name, void *data, size_t len)
{
    struct buffer *b = ctx;

    (void)name;
    assert_true(b->at + len <= b->len);
    memcpy(data, b->bytes + b->at, len);
    b->at += len;
    return 0;
}

static struct buffer *save(struct machine *m)
{
    struct buffer *b = calloc(1, sizeof(*b));

    assert_int_equal(x86_state_visit(&m->x, CPU_STATE_SAVE, save_piece, b), 0);
    return b;
}

static void move_to(struct machine *from, struct machine *to)
{
    struct buffer *b = save(from), *again;

    memcpy(to->x.ram, from->x.ram, from->x.config.ram_bytes);
    assert_int_equal(x86_state_visit(&to->x, CPU_STATE_LOAD, load_piece, b), 0);
    again = save(to);
    assert_int_equal(again->len, b->len);
    assert_memory_equal(again->bytes, b->bytes, b->len);
    free(again);
    free(b);
}

static void compare(struct machine *a, struct machine *b)
{
    struct buffer *sa = save(a), *sb = save(b);

    assert_int_equal(a->x.count.n, b->x.count.n);
    assert_int_equal(sa->len, sb->len);
    for (size_t i = 0; i < sa->len; i++)
        if (sa->bytes[i] != sb->bytes[i])
            fail_msg("state differs at byte %zu", i);
    assert_memory_equal(a->x.ram, b->x.ram, a->x.config.ram_bytes);
    free(sa);
    free(sb);
}

/* At many places, in different guests: load into a fresh machine and finish there. */
static void round_trip(const char *guest, insn_t from, insn_t step)
{
    struct machine *whole = machine_open(guest);
    struct cpu_stop end = machine_run(whole, 10000000), stop = {0};
    struct machine *m = machine_open(guest), *next;

    stop = machine_run(m, from);
    while (stop.reason == CPU_STOP_TARGET) {
        next = machine_open(guest);
        move_to(m, next);
        machine_close(m);
        m = next;
        stop = machine_run(m, m->x.count.n + step);
    }
    assert_int_equal(stop.reason, end.reason);
    assert_int_equal(stop.status, end.status);
    compare(m, whole);
    machine_close(m);
    machine_close(whole);
}

static void test_state_round_trip_with_fpu_and_timers(void **state)
{
    (void)state;
    round_trip("state", 19000, 1777);
}

static void test_state_round_trip_in_user_mode(void **state)
{
    (void)state;
    round_trip("flow", 19900, 997);
}

/* A machine that is sent back starts again from there, over its own newer RAM and code. */
static void test_state_back_in_time(void **state)
{
    struct machine *m = machine_open("smc"), *whole = machine_open("smc");
    size_t bytes = m->x.config.ram_bytes;
    uint8_t *ram = malloc(bytes);

    (void)state;
    machine_run(whole, 1000000);
    machine_run(m, 20150);
    for (unsigned i = 0; i < 60; i++) {
        struct buffer *b;
        insn_t next = m->x.count.n + 13;
        machine_run(m, next);
        b = save(m);
        memcpy(ram, m->x.ram, bytes);
        machine_run(m, next + 700); /* on to other code */
        memcpy(m->x.ram, ram, bytes);
        assert_int_equal(x86_state_visit(&m->x, CPU_STATE_LOAD, load_piece, b), 0);
        free(b);
    }
    assert_int_equal(machine_run(m, 1000000).status, 0);
    compare(m, whole);
    free(ram);
    machine_close(m);
    machine_close(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_state_round_trip_with_fpu_and_timers),
        cmocka_unit_test(test_state_round_trip_in_user_mode),
        cmocka_unit_test(test_state_back_in_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
