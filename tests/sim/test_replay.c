/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Record and replay on the fake cpu: equal runs, chaos, input, injected mismatches, cut traces. */
#include "tests/cmocka.h"

#include <errno.h>
#include <unistd.h>

#include "sim/replay.h"
#include "sim/session.h"
#include "tests/sim/fake_cpu.h"

static char err[512];
static const enum arch arches[] = {ARCH_ARM64, ARCH_X86_64};

static const struct fake_program busy = {.magic = FAKE_MAGIC, .trap_every = 1000,
                                         .timer_every = 300000, .insns = 10000000, .status = 0};

static void record(enum arch arch, const struct fake_program *p, uint64_t chaos, insn_t limit,
                   const char *path, struct sim_end *end)
{
    struct session s = {.trace_path = path, .limit = limit};
    struct machine m;

    fake_machine(&m, arch, p);
    m.chaos = chaos;
    assert_ok(session_run(&m, &s, end, err, sizeof(err)), err);
    machine_free(&m);
}

static void temporary(char path[32])
{
    strcpy(path, "/tmp/trapline-run-XXXXXX");
    close(mkstemp(path));
}

static int replay(const char *path, struct replay *r, struct sim_end *end)
{
    struct trace *t;
    int rc;

    assert_ok(trace_read_file(path, &t, err, sizeof(err)), err);
    assert_ok(replay_open(r, t, NULL, err, sizeof(err)), err);
    rc = replay_run(r, INSN_NONE, end);
    replay_close(r);
    trace_free(t);
    return rc;
}

static void test_replay_agrees_with_its_recording(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        for (uint64_t chaos = 0; chaos < 4; chaos++) {
            char path[32];
            struct sim_end a, b;
            struct replay r;

            temporary(path);
            record(arches[i], &busy, chaos, INSN_NONE, path, &a);
            assert_int_equal(a.reason, SIM_END_POWEROFF);
            assert_ok(replay(path, &r, &b), r.divergence.what);
            assert_int_equal(a.n, b.n);
            assert_int_equal(a.cycles, b.cycles);
            assert_int_equal(r.verified, 3); /* two on the way, one at the end */
            unlink(path);
        }
    }
}

static void test_two_recordings_are_byte_identical(void **state)
{
    (void)state;
    for (uint64_t chaos = 0; chaos < 2; chaos++) {
        char path[2][32];
        struct blob bytes[2];
        struct sim_end end;

        for (unsigned i = 0; i < 2; i++) {
            temporary(path[i]);
            record(ARCH_ARM64, &busy, chaos, INSN_NONE, path[i], &end);
            assert_ok(host_read_file(path[i], &bytes[i], err, sizeof(err)), err);
            unlink(path[i]);
        }
        assert_int_equal(bytes[0].bytes, bytes[1].bytes);
        assert_memory_equal(bytes[0].data, bytes[1].data, bytes[0].bytes);
        blob_free(&bytes[0]);
        blob_free(&bytes[1]);
    }
}

static void test_chaos_moves_traps(void **state)
{
    char path[32];
    struct trace *t[2];
    struct sim_end end;

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        temporary(path);
        record(ARCH_ARM64, &busy, i + 1, INSN_NONE, path, &end);
        assert_ok(trace_read_file(path, &t[i], err, sizeof(err)), err);
        unlink(path);
    }
    assert_true(t[0]->delay_count > 10);
    assert_int_not_equal(t[0]->last.traps, t[1]->last.traps);
    trace_free(t[0]);
    trace_free(t[1]);
}

/*
 * Events of a schedule: recorded where they stand, replayed, and the run is another than without.
 */
static void test_a_schedule_is_recorded_and_replays(void **state)
{
    const struct injection ahead = {INJECT_PREEMPT, 1, 500000}, here = {INJECT_IRQ, INJECT_HERE, 0};
    struct schedule schedule = {0}, again;
    char path[32];

    (void)state;
    assert_int_equal(schedule_add(&schedule, 0, &here), 0);
    assert_int_equal(schedule_add(&schedule, 5000500, &ahead), 0);
    assert_int_equal(schedule_add(&schedule, 5000500, &here), 0);
    for (uint64_t chaos = 0; chaos < 2; chaos++) {
        struct session s = {.trace_path = path, .limit = INSN_NONE, .schedule = &schedule};
        struct sim_end a, b;
        struct machine m;
        struct replay r;
        struct trace *t;

        temporary(path);
        fake_machine(&m, ARCH_ARM64, &busy);
        m.chaos = chaos;
        assert_ok(session_run(&m, &s, &a, err, sizeof(err)), err);
        assert_true(a.cycles >= a.n + 500000);
        assert_ok(replay(path, &r, &b), r.divergence.what);
        assert_int_equal(a.cycles, b.cycles);
        assert_ok(trace_read_file(path, &t, err, sizeof(err)), err);
        assert_int_equal(schedule_of_trace(t, &again), 0);
        assert_int_equal(again.count, 3);
        assert_int_equal(again.events[1].n, 5000500);
        assert_int_equal(again.events[1].what.value, 500000);
        assert_int_equal(again.events[2].what.number, 1); /* resolved */
        assert_int_equal(again.delay_count > 0, chaos != 0);
        schedule_free(&again);
        trace_free(t);
        machine_free(&m);
        unlink(path);
    }
    schedule_free(&schedule);
}

/* A schedule's own delays take the place of those of chaos, and those left out are 0. */
static void test_delays_of_a_schedule(void **state)
{
    cycles_t delays[] = {7, 0, 1000};
    const struct schedule schedule = {.has_delays = true, .delays = delays, .delay_count = 3};
    char path[32];
    struct session s = {.trace_path = path, .limit = INSN_NONE, .schedule = &schedule};
    struct sim_end a, b;
    struct machine m;
    struct replay r;
    struct trace *t;

    (void)state;
    temporary(path);
    fake_machine(&m, ARCH_X86_64, &busy);
    m.chaos = 9;
    assert_ok(session_run(&m, &s, &a, err, sizeof(err)), err);
    assert_ok(replay(path, &r, &b), r.divergence.what);
    assert_ok(trace_read_file(path, &t, err, sizeof(err)), err);
    assert_true(t->delay_count > 4);
    for (size_t i = 0; i < t->delay_count; i++)
        assert_int_equal(t->delays[i].delay, i < 3 ? delays[i] : 0);
    trace_free(t);
    machine_free(&m);
    unlink(path);
}

static void expect_divergence(const char *path, const char *where, insn_t agreed)
{
    struct sim_end end;
    struct replay r;

    assert_int_equal(replay(path, &r, &end), -EILSEQ);
    assert_int_equal(r.divergence.agreed_n, agreed);
    if (!strstr(r.divergence.details, where) && !strstr(r.divergence.what, where))
        fail_msg("no '%s' in: %s\n%s", where, r.divergence.what, r.divergence.details);
}

static void test_replay_reports_an_injected_mismatch(void **state)
{
    char path[32];
    struct sim_end end;

    (void)state;
    temporary(path);
    record(ARCH_ARM64, &busy, 3, INSN_NONE, path, &end);
    fake_knobs.flip_register_at = 5000500;
    expect_divergence(path, "general", DIGEST_INTERVAL_INSNS);
    fake_knobs.flip_register_at = 0;
    fake_knobs.flip_ram_at = 9000500;
    expect_divergence(path, "RAM         differs in 0x40300000-0x4033ffff",
                      2 * DIGEST_INTERVAL_INSNS);
    fake_knobs.flip_ram_at = 0;
    fake_knobs.delay_ask_late = 6000000;
    expect_divergence(path, "timer was armed", DIGEST_INTERVAL_INSNS);
    fake_knobs.delay_ask_late = 0;
    unlink(path);
}

static void test_replay_notices_another_end(void **state)
{
    struct fake_program p = busy;
    struct sim_end end;
    struct replay r;
    struct trace *t;
    char path[32];

    (void)state;
    p.insns = 1000;
    temporary(path);
    record(ARCH_ARM64, &p, 0, INSN_NONE, path, &end);
    assert_ok(trace_read_file(path, &t, err, sizeof(err)), err);
    t->end.n -= 10; /* as if it had ended earlier */
    assert_ok(replay_open(&r, t, NULL, err, sizeof(err)), err);
    assert_int_equal(replay_run(&r, INSN_NONE, &end), -EILSEQ);
    assert_non_null(strstr(r.divergence.what, "the guest goes on at instruction 991"));
    replay_close(&r);
    trace_free(t);
    unlink(path);
}

static void test_limit_and_until(void **state)
{
    struct sim_end end;
    struct replay r;
    struct trace *t;
    char path[32];

    (void)state;
    temporary(path);
    record(ARCH_X86_64, &busy, 0, 5000001, path, &end);
    assert_int_equal(end.reason, SIM_END_LIMIT);
    assert_int_equal(end.n, 5000001);
    assert_ok(replay(path, &r, &end), r.divergence.what);
    assert_int_equal(end.reason, SIM_END_LIMIT);
    assert_ok(trace_read_file(path, &t, err, sizeof(err)), err);
    assert_ok(replay_open(&r, t, NULL, err, sizeof(err)), err);
    for (insn_t n = 1; n < 6000000; n = n * 3 + 1) {
        assert_ok(replay_run(&r, n, &end), r.divergence.what);
        assert_int_equal(end.n, n < 5000001 ? n : 5000001);
    }
    assert_ok(replay_run(&r, INSN_NONE, &end), r.divergence.what);
    assert_int_equal(r.verified, 2);
    replay_close(&r);
    trace_free(t);
    unlink(path);
}

/* Standard input becomes a pipe with this text at its reading end, closed behind it. */
static void feed_stdin(const char *text)
{
    int fd[2];

    assert_int_equal(pipe(fd), 0);
    assert_int_equal(write(fd[1], text, strlen(text)), strlen(text));
    close(fd[1]);
    dup2(fd[0], STDIN_FILENO);
    close(fd[0]);
}

static void record_with_input(const struct fake_program *p, const char *text, const char *path,
                              struct sim_end *end)
{
    struct session s = {.trace_path = path, .limit = INSN_NONE};
    struct machine m;

    feed_stdin(text);
    fake_machine(&m, ARCH_ARM64, p);
    assert_ok(host_open(HOST_INPUT_STDIN, &s.host, err, sizeof(err)), err);
    assert_ok(session_run(&m, &s, end, err, sizeof(err)), err);
    host_close(s.host);
    machine_free(&m);
}

static void test_console_input_is_recorded_and_replayed(void **state)
{
    struct fake_program p = busy;
    const char *text = "forty characters of input for the guest!";
    struct sim_end end;
    struct replay r;
    char path[32];

    (void)state;
    p.input_wanted = 40;
    p.insns = 6000000;
    temporary(path);
    record_with_input(&p, text, path, &end);
    assert_int_equal(end.reason, SIM_END_POWEROFF);
    assert_ok(replay(path, &r, &end), r.divergence.what);
    assert_int_equal(end.reason, SIM_END_POWEROFF);
    unlink(path);
}

static void test_waiting_for_input_that_never_comes_is_an_end(void **state)
{
    struct fake_program p = busy;
    struct sim_end end;
    struct replay r;
    char path[32];

    (void)state;
    p.input_wanted = 40;
    temporary(path);
    record_with_input(&p, "too short", path, &end);
    assert_int_equal(end.reason, SIM_END_STARVED);
    assert_int_equal(end.n, 100);
    assert_ok(replay(path, &r, &end), r.divergence.what);
    assert_int_equal(end.reason, SIM_END_STARVED);
    unlink(path);
}

static void test_cut_trace_replays_to_its_last_whole_chunk(void **state)
{
    struct fake_program p = busy;
    struct blob bytes;
    struct sim_end end;
    char path[32];
    size_t replayed = 0;

    (void)state;
    p.insns = 80000000; /* two chunks of digests */
    p.trap_every = 0;
    temporary(path);
    record(ARCH_ARM64, &p, 9, INSN_NONE, path, &end);
    assert_ok(host_read_file(path, &bytes, err, sizeof(err)), err);
    for (size_t at = 16; at < bytes.bytes;) {
        uint64_t stored;
        struct trace *t;
        struct replay r;

        if (trace_read(bytes.data, at, "cut", &t, err, sizeof(err)) == 0) {
            assert_true(t->cut);
            assert_ok(replay_open(&r, t, NULL, err, sizeof(err)), err);
            assert_ok(replay_run(&r, INSN_NONE, &end), r.divergence.what);
            assert_int_equal(end.n, t->end.n);
            replay_close(&r);
            trace_free(t);
            replayed++;
        }
        memcpy(&stored, bytes.data + at + 8, 8);
        at += 40 + stored;
    }
    assert_in_range(replayed, 2, 100);
    blob_free(&bytes);
    unlink(path);
}

static void test_replay_without_images_wants_the_recorded_ones(void **state)
{
    struct session s = {.limit = INSN_NONE, .without_images = true};
    struct fake_program other = busy;
    struct machine m, wrong;
    struct replay r;
    struct sim_end end;
    struct trace *t;
    char path[32];

    (void)state;
    temporary(path);
    s.trace_path = path;
    fake_machine(&m, ARCH_ARM64, &busy);
    other.status = 1;
    fake_machine(&wrong, ARCH_ARM64, &other);
    assert_ok(session_run(&m, &s, &end, err, sizeof(err)), err);
    assert_ok(trace_read_file(path, &t, err, sizeof(err)), err);
    assert_int_equal(replay_open(&r, t, NULL, err, sizeof(err)), -ENOENT);
    assert_int_equal(replay_supply_images(t, wrong.kernel, (struct blob){0}, err, sizeof(err)),
                     -EBADMSG);
    assert_ok(replay_supply_images(t, m.kernel, (struct blob){0}, err, sizeof(err)), err);
    m.kernel = wrong.kernel = (struct blob){0};
    assert_ok(replay_open(&r, t, NULL, err, sizeof(err)), err);
    assert_ok(replay_run(&r, INSN_NONE, &end), r.divergence.what);
    replay_close(&r);
    trace_free(t);
    machine_free(&m);
    machine_free(&wrong);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replay_agrees_with_its_recording),
        cmocka_unit_test(test_two_recordings_are_byte_identical),
        cmocka_unit_test(test_chaos_moves_traps),
        cmocka_unit_test(test_a_schedule_is_recorded_and_replays),
        cmocka_unit_test(test_delays_of_a_schedule),
        cmocka_unit_test(test_replay_reports_an_injected_mismatch),
        cmocka_unit_test(test_replay_notices_another_end),
        cmocka_unit_test(test_limit_and_until),
        cmocka_unit_test(test_console_input_is_recorded_and_replayed),
        cmocka_unit_test(test_waiting_for_input_that_never_comes_is_an_end),
        cmocka_unit_test(test_cut_trace_replays_to_its_last_whole_chunk),
        cmocka_unit_test(test_replay_without_images_wants_the_recorded_ones),
    };

    return cmocka_run_group_tests_name("sim.replay", tests, NULL, NULL);
}
