/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The boot cache on the fake cpu: exact, keyed by everything, deaf to damage, bounded. */
#include "tests/cmocka.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/host.h"
#include "sim/host_cache.h"
#include "sim/session.h"
#include "tests/sim/fake_cpu.h"

/* Three address spaces, the third after 20000 instructions: there is the cut. */
static const struct fake_program booting = {.magic = FAKE_MAGIC, .trap_every = 1000,
                                            .timer_every = 3000, .insns = 10000000, .spaces = 3};
static const char dir_template[] = "/tmp/trapline-cache-XXXXXX";

struct fixture {
    char dir[40], trace[64], err[256];
    struct boot_cache cache;
    struct machine m;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    strcpy(f->dir, dir_template);
    if (!mkdtemp(f->dir))
        return -1;
    snprintf(f->trace, sizeof(f->trace), "%s/run.tlt", f->dir);
    f->cache.dir = f->dir;
    fake_machine(&f->m, ARCH_ARM64, &booting);
    f->m.chaos = 3;
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    char command[64];

    snprintf(command, sizeof(command), "rm -rf %s", f->dir);
    machine_free(&f->m);
    free(f);
    return system(command);
}

static void keep_console(void *ctx, const uint8_t *bytes, size_t len)
{
    buf_put(ctx, bytes, len);
}

static struct blob record(struct fixture *f, const struct boot_cache *cache, insn_t limit)
{
    struct byte_buf console = {0};
    struct session s = {.trace_path = f->trace, .limit = limit, .boot_cache = cache,
                        .ctx = &console, .console = keep_console};
    struct sim_end end;
    struct blob trace;

    assert_ok(session_run(&f->m, &s, &end, f->err, sizeof(f->err)), f->err);
    assert_ok(host_read_file(f->trace, &trace, f->err, sizeof(f->err)), f->err);
    trace.data = realloc(trace.data, trace.bytes + console.used + 1);
    if (console.used > 0)
        memcpy(trace.data + trace.bytes, console.data, console.used);
    trace.bytes += console.used;
    buf_free(&console);
    return trace;
}

static void assert_same(const struct blob *a, const struct blob *b)
{
    assert_int_equal(a->bytes, b->bytes);
    assert_memory_equal(a->data, b->data, a->bytes);
}

/* The path of the one entry; its inode tells whether it was written anew. */
static char *entry_path(struct fixture *f, char path[128])
{
    char **names;

    assert_ok(host_list_dir(f->dir, ".boot", &names, f->err, sizeof(f->err)), f->err);
    assert_non_null(names[0]);
    assert_null(names[1]);
    snprintf(path, 128, "%s/%s", f->dir, names[0]);
    free(names);
    return path;
}

static size_t entry_count(struct fixture *f)
{
    size_t count = 0;
    char **names;

    assert_ok(host_list_dir(f->dir, ".boot", &names, f->err, sizeof(f->err)), f->err);
    while (names[count])
        count++;
    free(names);
    return count;
}

static void test_boot_cache_gives_the_same_trace(void **state)
{
    struct fixture *f = *state;
    struct blob cold = record(f, NULL, INSN_NONE), first = record(f, &f->cache, INSN_NONE), warm;
    struct stat made, used;
    char path[128];

    stat(entry_path(f, path), &made);
    warm = record(f, &f->cache, INSN_NONE);
    stat(path, &used);
    assert_same(&cold, &first);
    assert_same(&cold, &warm);
    assert_int_equal(made.st_ino, used.st_ino);
    assert_true(used.st_mtim.tv_sec > made.st_mtim.tv_sec ||
                used.st_mtim.tv_nsec > made.st_mtim.tv_nsec);
    blob_free(&cold);
    blob_free(&first);
    blob_free(&warm);
}

static void test_boot_cache_stands_where_it_was_saved(void **state)
{
    struct fixture *f = *state;
    struct boot_past past;
    struct inputs inputs;
    struct digest a, b;
    struct sim_end end;
    struct sim *sim;

    for (unsigned i = 0; i < 2; i++) {
        inputs_init_live(&inputs, &f->m, NULL, NULL);
        assert_ok(sim_create(&f->m, &inputs, NULL, &sim, f->err, sizeof(f->err)), f->err);
        if (i == 0) {
            assert_ok(boot_past_start(&past, sim), "");
            assert_ok(sim_run(sim, 12345, &end), sim_error(sim));
            assert_true(boot_cache_save(&f->cache, sim, &past));
        } else {
            assert_int_equal(boot_cache_load(&f->cache, sim, 12344, &past), -ENOENT);
            assert_ok(boot_cache_load(&f->cache, sim, 12345, &past), "");
        }
        boot_past_free(&past);
        assert_ok(sim_digest(sim, true, i == 0 ? &a : &b), "");
        sim_destroy(sim);
    }
    assert_memory_equal(&a, &b, sizeof(a));
}

static void test_boot_cache_key_holds_all_of_the_machine(void **state)
{
    struct fixture *f = *state;
    struct machine *m = &f->m;
    struct blob trace = record(f, &f->cache, INSN_NONE);
    size_t count = entry_count(f);

    blob_free(&trace);
    assert_int_equal(count, 1);
    for (unsigned i = 0; i < 8; i++) {

        switch (i) {
        case 0: m->seed++; break;
        case 1: m->chaos++; break;
        case 2: m->wall_start_s++; break;
        case 3: m->hz *= 2; break;
        case 4: m->ram_bytes *= 2; break;
        case 5: free(m->cmdline); m->cmdline = strdup("loud"); break;
        case 6: m->strict = true; break;
        case 7: machine_set_initrd(m, (struct blob){.data = calloc(1, 1), .bytes = 1}); break;
        }
        trace = record(f, &f->cache, INSN_NONE);
        blob_free(&trace);
        assert_int_equal(entry_count(f), ++count);
    }
    f->cache.build.xxh3_128[3] ^= 1;
    trace = record(f, &f->cache, INSN_NONE);
    blob_free(&trace);
    assert_int_equal(entry_count(f), count + 1);
}

static void test_boot_cache_ignores_damage(void **state)
{
    struct fixture *f = *state;
    struct blob good = record(f, &f->cache, INSN_NONE), entry;
    struct boot_past past;
    struct inputs inputs;
    struct sim *sim;
    char path[128];

    entry_path(f, path);
    assert_ok(host_read_file(path, &entry, f->err, sizeof(f->err)), f->err);
    inputs_init_live(&inputs, &f->m, NULL, NULL);
    assert_ok(sim_create(&f->m, &inputs, NULL, &sim, f->err, sizeof(f->err)), f->err);
    for (size_t at = 0; at < entry.bytes; at += at < 200 ? 1 : entry.bytes / 50) {
        bool cut = at % 2;

        entry.data[at] ^= 0x10;
        assert_ok(host_write_file(path, entry.data, cut ? at : entry.bytes, f->err,
                                  sizeof(f->err)), f->err);
        assert_int_equal(boot_cache_load(&f->cache, sim, INSN_NONE, &past), -ENOENT);
        entry.data[at] ^= 0x10;
    }
    sim_destroy(sim);
    blob_free(&entry);
    entry = record(f, &f->cache, INSN_NONE); /* boots, and puts a whole one in place */
    assert_same(&good, &entry);
    blob_free(&entry);
    blob_free(&good);
}

/* A boot that asks for live input is nobody else's. */
static void test_boot_cache_keeps_no_boot_with_input(void **state)
{
    struct fixture *f = *state;
    struct fake_program p = booting;
    struct blob trace;

    machine_free(&f->m);
    p.input_wanted = 1;
    fake_machine(&f->m, ARCH_ARM64, &p);
    trace = record(f, &f->cache, INSN_NONE);
    blob_free(&trace);
    assert_int_equal(entry_count(f), 0);
}

/*
 * The oldest one goes; each is as old as it is said to be here, as the file system's clock has
 * ticks.
 */
static void test_host_cache_is_bounded(void **state)
{
    static const char *const names[] = {"a.boot", "b.boot", "c.boot", "d.boot"};
    struct fixture *f = *state;
    struct blob got;
    uint8_t data[100] = {0};
    char path[64];

    for (unsigned i = 0; i < 3; i++) {
        const struct timespec at = {.tv_sec = 1000 + i}, times[] = {at, at};

        assert_ok(host_cache_put(f->dir, names[i], data, sizeof(data), 300), "");
        snprintf(path, sizeof(path), "%s/%s", f->dir, names[i]);
        assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    }
    host_cache_used(f->dir, names[0]);
    assert_ok(host_cache_put(f->dir, names[3], data, sizeof(data), 300), "");
    assert_int_equal(entry_count(f), 3);
    assert_int_not_equal(host_cache_get(f->dir, names[1], &got), 0);
    assert_ok(host_cache_get(f->dir, names[0], &got), "");
    blob_free(&got);
    assert_int_not_equal(host_cache_put(f->dir, "e.boot", data, sizeof(data), 99), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_boot_cache_gives_the_same_trace, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_boot_cache_stands_where_it_was_saved, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_boot_cache_key_holds_all_of_the_machine, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_boot_cache_ignores_damage, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_boot_cache_keeps_no_boot_with_input, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_host_cache_is_bounded, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
