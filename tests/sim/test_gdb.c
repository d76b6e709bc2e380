/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GDB's protocol on the fake cpu: framing, answers, and any bytes at all. */
#include "tests/cmocka.h"

#include <unistd.h>

#include "sim/gdb_packet.h"
#include "sim/gdb_stub.h"
#include "sim/gdb_target.h"
#include "sim/session.h"
#include "tests/sim/fake_cpu.h"

static char err[512];
static const struct fake_program busy = {.magic = FAKE_MAGIC, .trap_every = 1000,
                                         .timer_every = 300000, .insns = 2000000};

struct fixture {
    struct trace *trace;
    struct timeline *timeline;
    struct gdb_stub *stub;
};

static void set_up(struct fixture *f, enum arch arch)
{
    char path[] = "/tmp/trapline-gdb-XXXXXX";
    struct session s = {.trace_path = path, .limit = INSN_NONE};
    struct sim_end end;
    struct machine m;

    close(mkstemp(path));
    fake_machine(&m, arch, &busy);
    assert_ok(session_run(&m, &s, &end, err, sizeof(err)), err);
    machine_free(&m);
    assert_ok(trace_read_file(path, &f->trace, err, sizeof(err)), err);
    unlink(path);
    assert_ok(timeline_open(f->trace, &f->timeline, err, sizeof(err)), err);
    assert_int_equal(gdb_stub_create(f->trace, f->timeline, &f->stub), 0);
}

static void tear_down(struct fixture *f)
{
    gdb_stub_destroy(f->stub);
    timeline_close(f->timeline);
    trace_free(f->trace);
}

static bool ask(struct fixture *f, const char *payload, char *answer, size_t len)
{
    struct byte_buf out = {0};
    bool leave = gdb_stub_command(f->stub, payload, strlen(payload), &out);

    snprintf(answer, len, "%.*s", (int)out.used, out.data ? (const char *)out.data : "");
    buf_free(&out);
    return leave;
}

static void expect(struct fixture *f, const char *payload, const char *want)
{
    char answer[65536];

    ask(f, payload, answer, sizeof(answer));
    assert_string_equal(answer, want);
}

static enum gdb_event feed(struct gdb_reader *r, const char *bytes)
{
    enum gdb_event event = GDB_NOTHING;

    for (; *bytes; bytes++)
        event = gdb_reader_put(r, (uint8_t)*bytes);
    return event;
}

static void test_gdb_packets_are_framed(void **state)
{
    static struct gdb_reader r;
    struct byte_buf b = {0};

    (void)state;
    assert_int_equal(feed(&r, "+$m10,4#5b"), GDB_BAD);
    assert_int_equal(feed(&r, "+$m10,4#2e"), GDB_PACKET);
    assert_string_equal(r.payload, "m10,4");
    assert_int_equal(feed(&r, "$}\x03#80"), GDB_PACKET);
    assert_string_equal(r.payload, "#");
    assert_int_equal(feed(&r, "\x03"), GDB_INTERRUPT);
    assert_int_equal(feed(&r, "$?#xx"), GDB_NOTHING); /* bad at the first x, then skipped */
    gdb_put_packet(&b, "a#b", 3);
    buf_put(&b, "", 1);
    assert_string_equal((const char *)b.data, "$a}\x03" "b#43");
    buf_free(&b);
}

static void test_gdb_a_packet_too_long_is_refused(void **state)
{
    static struct gdb_reader r;

    (void)state;
    gdb_reader_put(&r, '$');
    for (unsigned i = 0; i < GDB_PACKET_BYTES_MAX + 10; i++)
        assert_int_equal(gdb_reader_put(&r, 0), GDB_NOTHING);
    assert_int_equal(feed(&r, "#00"), GDB_BAD);
    assert_int_equal(feed(&r, "$#00"), GDB_PACKET);
}

static void test_gdb_moves_both_ways(void **state)
{
    char answer[256];
    struct fixture f;

    (void)state;
    set_up(&f, ARCH_ARM64);
    ask(&f, "bs", answer, sizeof(answer));
    assert_non_null(strstr(answer, "replaylog:begin;"));
    ask(&f, "s", answer, sizeof(answer));
    assert_int_equal(timeline_now(f.timeline), 1);
    ask(&f, "bs", answer, sizeof(answer));
    assert_int_equal(timeline_now(f.timeline), 0);
    ask(&f, "c", answer, sizeof(answer));
    assert_non_null(strstr(answer, "replaylog:end;"));
    assert_int_equal(timeline_now(f.timeline), timeline_end(f.timeline));
    for (insn_t back = 1; back < 300; back++) {
        ask(&f, "bs", answer, sizeof(answer));
        assert_int_equal(timeline_now(f.timeline), timeline_end(f.timeline) - back);
    }
    ask(&f, "bc", answer, sizeof(answer));
    assert_int_equal(timeline_now(f.timeline), 0);
    tear_down(&f);
}

static void test_gdb_refuses_to_change_the_recording(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, ARCH_X86_64);
    expect(&f, "M0,1:00", "E1e");
    expect(&f, "P0=00", "E1e");
    expect(&f, "G00", "E1e");
    expect(&f, "X0,0:", "E1e");
    tear_down(&f);
}

static void test_gdb_describes_every_register(void **state)
{
    static const enum arch arches[] = {ARCH_ARM64, ARCH_X86_64};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(arches); i++) {
        char want[32], answer[65536];
        struct fixture f;

        set_up(&f, arches[i]);
        ask(&f, "qXfer:features:read:target.xml:0,ffff", answer, sizeof(answer));
        assert_int_equal(answer[0], 'l');
        snprintf(want, sizeof(want), "<architecture>%s", gdb_target_get(arches[i])->architecture);
        assert_non_null(strstr(answer, want));
        expect(&f, "pfff", "E01");
        expect(&f, "qXfer:features:read:target.xml:ffffff,10", "l");
        expect(&f, "qXfer:features:read:other.xml:0,10", "E00");
        tear_down(&f);
    }
}

/* Seeded: the same bytes each time. */
static uint32_t draw(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void test_gdb_any_packet_is_safe(void **state)
{
    static const char alphabet[] = "?gpmGPMXscbZzqvQHTDk0123456789abcdef,:;-#$}*r";
    uint32_t seed = 1;
    struct fixture f;

    (void)state;
    set_up(&f, ARCH_ARM64);
    for (unsigned i = 0; i < 20000; i++) {
        char payload[64], answer[65536];
        size_t len = draw(&seed) % (sizeof(payload) - 1);

        for (size_t k = 0; k < len; k++)
            payload[k] = alphabet[draw(&seed) % (sizeof(alphabet) - 1)];
        payload[len] = '\0';
        if (payload[0] == 'c' || payload[0] == 'b')
            payload[0] = 'q'; /* runs are tested above, and take long */
        ask(&f, payload, answer, sizeof(answer));
    }
    tear_down(&f);
}

struct bytes {
    const uint8_t *at;
    size_t left;
};

static long read_bytes(void *ctx, void *buf, size_t len)
{
    struct bytes *b = ctx;

    if (len > b->left)
        len = b->left;
    memcpy(buf, b->at, len);
    b->at += len;
    b->left -= len;
    return (long)len;
}

static long write_nothing(void *ctx, const void *buf, size_t len)
{
    (void)ctx;
    (void)buf;
    return (long)len;
}

static bool never_ready(void *ctx)
{
    (void)ctx;
    return false;
}

static void test_gdb_any_bytes_are_safe(void **state)
{
    static uint8_t noise[200000];
    uint32_t seed = 7;
    struct fixture f;

    (void)state;
    set_up(&f, ARCH_X86_64);
    for (size_t i = 0; i < sizeof(noise); i++)
        noise[i] = (uint8_t)(draw(&seed) % 5 == 0 ? (uint8_t)"$#}+\x03"[draw(&seed) % 5]
                                                  : (uint8_t)draw(&seed));
    for (unsigned i = 0; i < 5; i++) {
        struct bytes b = {noise + i, sizeof(noise) - i};
        struct gdb_io io = {&b, read_bytes, write_nothing, never_ready};

        assert_int_equal(gdb_stub_serve(f.stub, &io), 0);
    }
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gdb_packets_are_framed),
        cmocka_unit_test(test_gdb_a_packet_too_long_is_refused),
        cmocka_unit_test(test_gdb_moves_both_ways),
        cmocka_unit_test(test_gdb_refuses_to_change_the_recording),
        cmocka_unit_test(test_gdb_describes_every_register),
        cmocka_unit_test(test_gdb_any_packet_is_safe),
        cmocka_unit_test(test_gdb_any_bytes_are_safe),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
