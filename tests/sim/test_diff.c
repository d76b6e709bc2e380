/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first difference of two recordings, on the fake cpu. */
#include "tests/cmocka.h"

#include <sys/stat.h>
#include <unistd.h>

#include "sim/diff.h"
#include "sim/session.h"
#include "tests/sim/fake_cpu.h"

static char err[512];
static const struct fake_program program = {.magic = FAKE_MAGIC, .trap_every = 1000,
                                            .timer_every = 300000, .insns = 10000000};

/* `torn` bytes of the file's end are lost. */
static struct trace *record_torn(const struct fake_program *p, uint64_t chaos, off_t torn)
{
    char path[] = "/tmp/trapline-diff-XXXXXX";
    struct session s = {.trace_path = path, .limit = INSN_NONE};
    struct machine m;
    struct sim_end end;
    struct stat file;
    struct trace *t;

    close(mkstemp(path));
    fake_machine(&m, ARCH_ARM64, p);
    m.chaos = chaos;
    assert_ok(session_run(&m, &s, &end, err, sizeof(err)), err);
    machine_free(&m);
    assert_ok(stat(path, &file), "stat");
    assert_ok(truncate(path, file.st_size - torn), "truncate");
    assert_ok(trace_read_file(path, &t, err, sizeof(err)), err);
    unlink(path);
    return t;
}

static struct trace *record(const struct fake_program *p, uint64_t chaos)
{
    return record_torn(p, chaos, 0);
}

static void test_equal_runs_have_no_difference(void **state)
{
    struct trace *a = record(&program, 1), *b = record(&program, 1);
    struct diff *d = calloc(1, sizeof(*d));

    (void)state;
    assert_ok(diff_find(a, b, d, err, sizeof(err)), err);
    assert_false(d->differ);
    assert_string_equal(d->machines, "");
    free(d);
    trace_free(a);
    trace_free(b);
}

/* The first instruction sets the timer's deadline; registers follow with the interrupt. */
static void test_chaos_differs_first_in_the_timer_then_in_a_register(void **state)
{
    struct trace *a = record(&program, 1), *b = record(&program, 2);
    struct diff *d = calloc(1, sizeof(*d));

    (void)state;
    assert_true(a->delays[0].delay != b->delays[0].delay);
    assert_ok(diff_find(a, b, d, err, sizeof(err)), err);
    assert_non_null(strstr(d->machines, "chaos"));
    assert_true(d->differ && d->first_is_hidden && d->has_visible);
    assert_int_equal(d->first.before, 0);
    assert_int_equal(d->first.n, 1);
    if (!strstr(d->first.lines, "state of     timer"))
        fail_msg("%s", d->first.lines);
    assert_int_equal(d->visible.n, d->visible.before + 1);
    assert_in_range(d->visible.n, 300000, 300000 + 5000000);
    assert_non_null(strstr(d->visible.lines, "takes a trap"));
    free(d);
    trace_free(a);
    trace_free(b);
}

static void test_another_end_is_a_difference(void **state)
{
    struct fake_program shorter = program;
    struct diff *d = calloc(1, sizeof(*d));
    struct trace *a, *b;

    (void)state;
    shorter.insns = 9000500;
    a = record(&program, 0);
    b = record(&shorter, 0);
    assert_ok(diff_find(a, b, d, err, sizeof(err)), err);
    assert_true(d->differ);
    assert_non_null(strstr(d->machines, "kernel"));
    assert_int_equal(d->first.n, 9000501);
    assert_non_null(strstr(d->first.lines, "second       ended at 9000500"));
    free(d);
    trace_free(a);
    trace_free(b);
}

/* The run did not end there: its file does. */
static void test_a_trace_that_was_cut_is_said_to_be(void **state)
{
    struct diff *d = calloc(1, sizeof(*d));
    struct trace *a = record(&program, 1), *b = record_torn(&program, 1, 20);
    const char *said;

    (void)state;
    assert_true(b->cut);
    assert_ok(diff_find(a, b, d, err, sizeof(err)), err);
    assert_true(d->differ);
    assert_int_equal(d->first.n, b->end.n);
    assert_non_null(said = strstr(d->first.lines, "second       ended at "));
    assert_string_equal(strstr(said, ": "),
                        ": the trace was cut here; no whole chunk follows\n");
    free(d);
    trace_free(a);
    trace_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_runs_have_no_difference),
        cmocka_unit_test(test_chaos_differs_first_in_the_timer_then_in_a_register),
        cmocka_unit_test(test_another_end_is_a_difference),
        cmocka_unit_test(test_a_trace_that_was_cut_is_said_to_be),
    };

    return cmocka_run_group_tests_name("sim.diff", tests, NULL, NULL);
}
