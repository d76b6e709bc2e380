/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The trace file: what is written is read; damage is refused, a cut is not. */
#include "tests/cmocka.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>
#include <xxhash.h>

#include "sim/host.h"
#include "sim/trace.h"
#include "tests/sim/fake_cpu.h"

#define CHUNKS_MAX 64u
static char err[512];

struct file {
    char path[64];
    struct blob bytes;
    size_t chunk[CHUNKS_MAX + 1]; /* offsets; the last is the end of the file */
    size_t chunks;
};

static struct digest digest_at(insn_t n, bool has_ram)
{
    struct digest d = {.n = n, .cycles = n + n / 3, .state = n * 7, .traps = n * 11, .pieces = 3,
                       .piece = {1, 2, (uint16_t)n}, .has_ram = has_ram};

    if (has_ram) {
        d.ram = n * 13;
        d.region[63] = 9;
    }
    return d;
}

static void index_chunks(struct file *f)
{
    size_t at = 16;

    f->chunks = 0;
    while (at < f->bytes.bytes) {
        uint64_t stored;

        assert_in_range(f->chunks, 0, CHUNKS_MAX - 1);
        f->chunk[f->chunks++] = at;
        memcpy(&stored, f->bytes.data + at + 8, 8);
        at += 40 + stored;
    }
    assert_int_equal(at, f->bytes.bytes);
    f->chunk[f->chunks] = at;
}

static void write_events(struct trace_writer *w)
{
    for (unsigned i = 1; i <= 100; i++) {
        struct digest d = digest_at(i * 1000, i % 10 == 0);
        struct trace_console c = {.idle = i % 2, .jump = i, .bytes = (const uint8_t *)"abc",
                                  .len = 3};

        if (i % 20 == 0)
            trace_put_console(w, i * 1000 - 500, &c);
        if (i == 50) {
            trace_put_net(w, 49998, 66398, &(struct trace_net){4, (const uint8_t *)"wire"});
            trace_put_console_at(w, 49998, 66498, &c);
        }
        trace_put_delay(w, i * 1000 - 1, i);
        trace_put_digest(w, &d);
    }
}

static int make_file_of(void **state, enum arch arch)
{
    static const struct fake_program program = {.magic = FAKE_MAGIC, .insns = 100};
    static const char *const argv[] = {"/bin/sh", "-c", "", NULL};
    struct file *f = calloc(1, sizeof(*f));
    struct sim_end end = {.reason = SIM_END_POWEROFF, .status = 3, .n = 100001};
    struct digest last = digest_at(100001, true);
    struct trace_writer *w;
    struct machine m;

    fake_machine(&m, arch, &program);
    m.seed = 5;
    machine_set_initrd(&m, (struct blob){.data = (uint8_t *)strdup("archive"), .bytes = 7});
    assert_ok(machine_set_argv(&m, argv), "argv");
    strcpy(f->path, "/tmp/trapline-trace-XXXXXX");
    close(mkstemp(f->path));
    assert_ok(trace_create(f->path, &m, true, NULL, &w, err, sizeof(err)), err);
    trace_put_note(w, "what failed, and why\n");
    write_events(w);
    assert_ok(trace_finish(w, &end, &last, err, sizeof(err)), err);
    assert_ok(host_read_file(f->path, &f->bytes, err, sizeof(err)), err);
    index_chunks(f);
    machine_free(&m);
    *state = f;
    return 0;
}

static int make_file(void **state)
{
    return make_file_of(state, ARCH_ARM64);
}

static int make_file_x86_64(void **state)
{
    return make_file_of(state, ARCH_X86_64);
}

static int drop_file(void **state)
{
    struct file *f = *state;

    unlink(f->path);
    blob_free(&f->bytes);
    free(f);
    return 0;
}

static void test_read_gives_what_was_written(void **state)
{
    struct file *f = *state;
    struct digest d = digest_at(20000, true);
    struct trace *t;

    assert_ok(trace_read_file(f->path, &t, err, sizeof(err)), err);
    assert_false(t->cut);
    assert_int_equal(t->machine.seed, 5);
    assert_string_equal(t->machine.cmdline, "quiet");
    assert_string_equal(t->machine.argv[1], "-c");
    assert_null(t->machine.argv[3]);
    assert_int_equal(t->machine.initrd.bytes, 7);
    assert_string_equal(t->note, "what failed, and why\n");
    assert_int_equal(t->stop_count, 107);
    assert_int_equal(t->delay_count, 100);
    assert_int_equal(t->delays[41].delay, 42);
    assert_int_equal(t->delays[41].n, 41999);
    assert_int_equal(t->stops[19].kind, TRACE_STOP_CONSOLE);
    assert_int_equal(t->stops[19].n, 19500);
    assert_int_equal(t->stops[19].console.jump, 20);
    assert_memory_equal(t->stops[19].console.bytes, "abc", 3);
    assert_memory_equal(&t->stops[20].digest, &d, sizeof(d));
    assert_false(t->stops[20].timed);
    assert_int_equal(t->stops[51].kind, TRACE_STOP_NET);
    assert_int_equal(t->stops[51].n, 49998);
    assert_int_equal(t->stops[51].cycles, 66398);
    assert_int_equal(t->stops[51].net.len, 4);
    assert_memory_equal(t->stops[51].net.bytes, "wire", 4);
    assert_true(t->stops[52].timed && t->stops[52].kind == TRACE_STOP_CONSOLE);
    assert_int_equal(t->stops[52].cycles, 66498);
    assert_memory_equal(t->stops[52].console.bytes, "abc", 3);
    assert_int_equal(t->stops[53].digest.cycles, 50000 + 50000 / 3);
    assert_int_equal(t->end.status, 3);
    assert_int_equal(t->end.n, 100001);
    trace_free(t);
}

static void test_read_rejects_foreign_files(void **state)
{
    static const char *const foreign[] = {"", "x", "\177ELF and more than sixteen bytes of it",
                                          "\x89TLT\r\n\x1a\n\x63\0\0\0\0\0\0\0"};
    static const size_t len[] = {0, 1, 38, 16};
    struct trace *t;

    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(foreign); i++) {
        assert_int_equal(trace_read((const uint8_t *)foreign[i], len[i], "F", &t, err, sizeof(err)),
                         -EBADMSG);
        assert_non_null(strstr(err, "F is "));
        assert_null(t);
    }
}

static void test_read_rejects_a_flipped_bit_in_each_chunk(void **state)
{
    struct file *f = *state;

    for (size_t c = 0; c < f->chunks; c++) {
        size_t bytes = f->chunk[c + 1] - f->chunk[c];

        for (size_t at = 0; at < bytes; at += at < 48 ? 1 : bytes / 7 + 1) {
            uint8_t *victim = &f->bytes.data[f->chunk[c] + at];
            struct trace *t;

            *victim ^= (uint8_t)(1u << at % 8);
            assert_int_equal(
                trace_read(f->bytes.data, f->bytes.bytes, "F", &t, err, sizeof(err)), -EBADMSG);
            assert_non_null(strstr(err, "F is damaged"));
            *victim ^= (uint8_t)(1u << at % 8);
        }
    }
}

static void test_read_rejects_each_bit_of_the_file_header(void **state)
{
    struct file *f = *state;

    for (unsigned bit = 0; bit < 128; bit++) {
        struct trace *t;

        if (bit == 8 * 8 + 1)
            continue; /* that is version 4, which for arm64 has the same bytes */
        f->bytes.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(trace_read(f->bytes.data, f->bytes.bytes, "F", &t, err, sizeof(err)),
                         -EBADMSG);
        f->bytes.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

/* Versions 4 and 5 have the same bytes, and were other machines on x86_64 alone. */
static void test_read_takes_older_versions_of_arm64(void **state)
{
    struct file *f = *state;
    struct trace *t;

    for (uint8_t version = 4; version <= 5; version++) {
        f->bytes.data[8] = version;
        assert_ok(trace_read(f->bytes.data, f->bytes.bytes, "F", &t, err, sizeof(err)), err);
        trace_free(t);
    }
}

static void test_read_refuses_older_versions_of_x86_64(void **state)
{
    struct file *f = *state;
    struct trace *t;

    assert_ok(trace_read(f->bytes.data, f->bytes.bytes, "F", &t, err, sizeof(err)), err);
    trace_free(t);
    for (uint8_t version = 4; version <= 5; version++) {
        f->bytes.data[8] = version;
        assert_int_equal(trace_read(f->bytes.data, f->bytes.bytes, "F", &t, err, sizeof(err)),
                         -EBADMSG);
        assert_non_null(strstr(err, ", of an x86_64 machine"));
    }
}

/* At each chunk boundary, and one byte to either side of it. */
static void test_read_takes_a_cut_trace_to_its_last_whole_chunk(void **state)
{
    struct file *f = *state;
    insn_t before = 0;

    for (size_t c = 0; c < f->chunks; c++) {
        for (int off = -1; off <= 1; off++) {
            size_t len = f->chunk[c] + (size_t)(off + (c == 0 && off < 0));
            struct trace *t;
            int rc = trace_read(f->bytes.data, len, "F", &t, err, sizeof(err));

            if (c < 3 || (c == 3 && off < 0)) { /* machine, kernel, initrd */
                assert_int_equal(rc, -EBADMSG);
                assert_non_null(strstr(err, "cut"));
                continue;
            }
            assert_ok(rc, err);
            assert_true(t->cut);
            assert_true(t->end.n >= before || off < 0);
            if (off == 0)
                before = t->end.n;
            trace_free(t);
        }
    }
    assert_int_equal(before, 100000);
}

static void test_read_rejects_chunks_in_another_order(void **state)
{
    struct file *f = *state;
    size_t a = f->chunk[3], b = f->chunk[4], end = f->bytes.bytes;
    uint8_t *copy = malloc(end);
    struct trace *t;

    /* One event chunk left out. */
    memcpy(copy, f->bytes.data, a);
    memcpy(copy + a, f->bytes.data + b, end - b);
    assert_int_equal(trace_read(copy, a + end - b, "F", &t, err, sizeof(err)), -EBADMSG);
    free(copy);
    /* Something behind the end. */
    copy = calloc(1, end + 1);
    memcpy(copy, f->bytes.data, end);
    assert_int_equal(trace_read(copy, end + 1, "F", &t, err, sizeof(err)), -EBADMSG);
    free(copy);
}

static uint64_t next_random(uint64_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    return *x;
}

static void mend_checksums(uint8_t *chunk, uint64_t index)
{
    uint64_t stored, hash;

    memcpy(&stored, chunk + 8, 8);
    hash = XXH3_64bits_withSeed(chunk + 40, stored, index);
    memcpy(chunk + 24, &hash, 8);
    hash = XXH3_64bits_withSeed(chunk, 32, index);
    memcpy(chunk + 32, &hash, 8);
}

/* Random bytes behind right checksums: the parsers themselves must hold. */
static void test_read_survives_damage_with_right_checksums(void **state)
{
    struct file *f = *state;
    uint64_t x = 88172645463325252ull;
    unsigned read = 0;

    for (unsigned round = 0; round < 20000; round++) {
        size_t c = round % f->chunks, bytes = f->chunk[c + 1] - f->chunk[c];
        uint8_t *chunk = malloc(bytes), *at = f->bytes.data + f->chunk[c];
        struct trace *t;

        memcpy(chunk, at, bytes);
        for (unsigned k = 0; k < 1 + round % 3; k++)
            at[(next_random(&x) % 4 ? 40 : 16) + next_random(&x) % (bytes - 40)] ^=
                (uint8_t)next_random(&x);
        memcpy(at + 8, chunk + 8, 8); /* the stored size stays, so that the chunk is found */
        mend_checksums(at, c);
        if (trace_read(f->bytes.data, f->bytes.bytes, "F", &t, err, sizeof(err)) == 0) {
            read++;
            trace_free(t);
        }
        memcpy(at, chunk, bytes);
        free(chunk);
    }
    assert_in_range(read, 1, 19999);
}

static void test_create_keeps_a_file_that_is_no_trace(void **state)
{
    struct file *f = *state;
    struct trace_writer *w;
    struct machine m = {0};
    struct blob after;
    char path[] = "/tmp/trapline-other-XXXXXX";
    int fd = mkstemp(path);

    (void)f;
    assert_int_equal(write(fd, "precious text", 13), 13);
    close(fd);
    assert_int_equal(trace_create(path, &m, false, NULL, &w, err, sizeof(err)),
                     -EEXIST);
    assert_ok(host_read_file(path, &after, err, sizeof(err)), err);
    assert_int_equal(after.bytes, 13);
    blob_free(&after);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_gives_what_was_written),
        cmocka_unit_test(test_read_rejects_foreign_files),
        cmocka_unit_test(test_read_rejects_each_bit_of_the_file_header),
        cmocka_unit_test_setup_teardown(test_read_takes_older_versions_of_arm64, make_file,
                                        drop_file),
        cmocka_unit_test_setup_teardown(test_read_refuses_older_versions_of_x86_64,
                                        make_file_x86_64, drop_file),
        cmocka_unit_test(test_read_rejects_a_flipped_bit_in_each_chunk),
        cmocka_unit_test(test_read_takes_a_cut_trace_to_its_last_whole_chunk),
        cmocka_unit_test(test_read_rejects_chunks_in_another_order),
        cmocka_unit_test(test_read_survives_damage_with_right_checksums),
        cmocka_unit_test(test_create_keeps_a_file_that_is_no_trace),
    };

    return cmocka_run_group_tests_name("sim.trace", tests, make_file, drop_file);
}
