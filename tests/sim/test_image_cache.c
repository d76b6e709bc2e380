/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compressed images that are kept: the same trace with and without, deaf to damage. */
#include "tests/cmocka.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>
#include <zstd.h>

#include "sim/host.h"
#include "sim/image_cache.h"
#include "sim/trace.h"
#include "tests/sim/fake_cpu.h"

#define IMAGE_BYTES (IMAGE_CACHE_BYTES_MIN + 1000)

static const struct fake_program program = {.magic = FAKE_MAGIC, .insns = 1000};

struct fixture {
    char dir[40], trace[64], err[256];
    struct machine m;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    uint8_t *image = malloc(IMAGE_BYTES);

    strcpy(f->dir, "/tmp/trapline-images-XXXXXX");
    if (!mkdtemp(f->dir))
        return -1;
    snprintf(f->trace, sizeof(f->trace), "%s/run.tlt", f->dir);
    fake_machine(&f->m, ARCH_ARM64, &program);
    for (size_t i = 0; i < IMAGE_BYTES; i++)
        image[i] = i % 256 < 64 ? (uint8_t)(i * i >> 9) : 0;
    machine_set_initrd(&f->m, (struct blob){.data = image, .bytes = IMAGE_BYTES});
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

static struct blob record(struct fixture *f, const char *cache)
{
    struct digest last = {.has_ram = true};
    struct sim_end end = {.reason = SIM_END_POWEROFF};
    struct trace_writer *w;
    struct blob trace;

    assert_ok(trace_create(f->trace, &f->m, true, cache, &w, f->err, sizeof(f->err)), f->err);
    assert_ok(trace_finish(w, &end, &last, f->err, sizeof(f->err)), f->err);
    assert_ok(host_read_file(f->trace, &trace, f->err, sizeof(f->err)), f->err);
    return trace;
}

static void assert_same(struct blob a, struct blob b)
{
    assert_int_equal(a.bytes, b.bytes);
    assert_memory_equal(a.data, b.data, a.bytes);
    blob_free(&a);
    blob_free(&b);
}

/* The one entry; its path into `path`. */
static struct blob entry(struct fixture *f, char path[128])
{
    struct blob file;
    char **names;

    assert_ok(host_list_dir(f->dir, ".image", &names, f->err, sizeof(f->err)), f->err);
    assert_non_null(names[0]);
    assert_null(names[1]); /* the kernel is small */
    snprintf(path, 128, "%s/%s", f->dir, names[0]);
    free(names);
    assert_ok(host_read_file(path, &file, f->err, sizeof(f->err)), f->err);
    return file;
}

static void write_file(const char *path, const struct blob *b, size_t bytes)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(b->data, 1, bytes, file), bytes);
    assert_int_equal(fclose(file), 0);
}

static void test_image_cache_gives_the_same_trace(void **state)
{
    struct fixture *f = *state;
    struct blob kept;
    char path[128];

    assert_same(record(f, NULL), record(f, f->dir));
    kept = entry(f, path);
    blob_free(&kept);
    assert_same(record(f, NULL), record(f, f->dir));
}

/* A frame that only the cache has: the next trace holds it, and is read as any other. */
static void test_image_cache_is_used(void **state)
{
    struct fixture *f = *state;
    size_t room = ZSTD_compressBound(IMAGE_BYTES), bytes;
    uint8_t *frame = malloc(room);
    struct blob plain = record(f, NULL), other;
    struct trace *t;

    bytes = ZSTD_compress(frame, room, f->m.initrd.data, IMAGE_BYTES, 19);
    image_cache_put(f->dir, &f->m.initrd_hash, IMAGE_BYTES, 1, frame, bytes);
    free(frame);
    other = record(f, f->dir);
    assert_int_not_equal(plain.bytes, other.bytes);
    assert_ok(trace_read_file(f->trace, &t, f->err, sizeof(f->err)), f->err);
    assert_int_equal(t->machine.initrd.bytes, IMAGE_BYTES);
    assert_memory_equal(t->machine.initrd.data, f->m.initrd.data, IMAGE_BYTES);
    trace_free(t);
    blob_free(&plain);
    blob_free(&other);
}

static void test_image_cache_keys_hold_all(void **state)
{
    struct fixture *f = *state;
    struct image_hash other = f->m.initrd_hash;
    struct image_frame got;

    image_cache_put(f->dir, &f->m.initrd_hash, IMAGE_BYTES, 1, "frame", 5);
    assert_ok(image_cache_get(f->dir, &f->m.initrd_hash, IMAGE_BYTES, 1, &got), "");
    assert_int_equal(got.bytes, 5);
    assert_memory_equal(got.data, "frame", 5);
    blob_free(&got.file);
    other.xxh3_128[15] ^= 1;
    assert_int_equal(image_cache_get(f->dir, &other, IMAGE_BYTES, 1, &got), -ENOENT);
    assert_int_equal(image_cache_get(f->dir, &f->m.initrd_hash, IMAGE_BYTES + 1, 1, &got), -ENOENT);
    assert_int_equal(image_cache_get(f->dir, &f->m.initrd_hash, IMAGE_BYTES, 2, &got), -ENOENT);
}

static void test_image_cache_ignores_damage(void **state)
{
    struct fixture *f = *state;
    struct blob first = record(f, f->dir), kept;
    char path[128];

    kept = entry(f, path);
    for (size_t at = 0; at < kept.bytes; at += at < 50 ? 1 : 997) {
        kept.data[at] ^= 1;
        write_file(path, &kept, kept.bytes);
        kept.data[at] ^= 1;
        assert_same(record(f, NULL), record(f, f->dir));
        assert_same(entry(f, path), (struct blob){memcpy(malloc(kept.bytes), kept.data, kept.bytes),
                                                  kept.bytes, false}); /* it was replaced */
    }
    for (size_t bytes = 0; bytes < kept.bytes; bytes += bytes < 50 ? 1 : 997) {
        write_file(path, &kept, bytes);
        assert_same(record(f, NULL), record(f, f->dir));
    }
    blob_free(&first);
    blob_free(&kept);
}

static void test_image_cache_may_be_missing(void **state)
{
    struct fixture *f = *state;

    assert_same(record(f, NULL), record(f, "/proc/nowhere"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_image_cache_gives_the_same_trace, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_image_cache_is_used, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_image_cache_keys_hold_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_image_cache_ignores_damage, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_image_cache_may_be_missing, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
