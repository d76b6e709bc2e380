/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_cpio.c - newc archives: good ones, several in a row, and damaged ones. */
#include "tests/cmocka.h"

#include <stdio.h>
#include <stdlib.h>

#include "kernel/fs/cpio.h"
#include "kernel/include/errno.h"
#include "kernel/include/string.h"

static uint8_t archive[4096];
static size_t archive_bytes;

static void put(const char *name, unsigned mode, const char *content)
{
    size_t name_bytes = strlen(name) + 1, bytes = strlen(content);
    archive_bytes += (size_t)sprintf((char *)archive + archive_bytes,
                                     "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x",
                                     7,
                                     mode, 1, 2, 1, 1234, (unsigned)bytes, 3, 4, 5, 6,
                                     (unsigned)name_bytes, 0);
    memcpy(archive + archive_bytes, name, name_bytes);
    archive_bytes = (archive_bytes + name_bytes + 3) & ~(size_t)3;
    memcpy(archive + archive_bytes, content, bytes);
    archive_bytes = (archive_bytes + bytes + 3) & ~(size_t)3;
}

static int setup(void **state)
{
    (void)state;
    memset(archive, 0, sizeof(archive));
    archive_bytes = 0;
    return 0;
}

/* The archive copied to a block of its own size, so that reading past it is caught. */
static int walk(size_t bytes, int *entries)
{
    uint8_t *copy = malloc(bytes ? bytes : 1);
    memcpy(copy, archive, bytes);
    struct cpio c = {.data = copy, .bytes = bytes};
    struct cpio_entry e;
    int r;
    volatile uint8_t sum = 0;
    *entries = 0;
    while ((r = cpio_next(&c, &e)) > 0) {
        (*entries)++;
        for (uint32_t i = 0; i < e.bytes; i++)
            sum = (uint8_t)(sum + e.content[i]);
        sum = (uint8_t)(sum + strlen(e.name));
    }
    free(copy);
    return r;
}

static void test_entries_of_two_archives(void **state)
{
    (void)state;
    put(".", 0040755, "");
    put("./etc", 0040755, "");
    put("/etc/motd", 0100644, "hello");
    put("TRAILER!!!", 0, "");
    archive_bytes += 512; /* padding */
    put("second", 0120777, "etc/motd");
    put("TRAILER!!!", 0, "");
    struct cpio c = {.data = archive, .bytes = archive_bytes};
    struct cpio_entry e;
    assert_int_equal(cpio_next(&c, &e), 1);
    assert_string_equal(e.name, ".");
    assert_int_equal(cpio_next(&c, &e), 1);
    assert_string_equal(e.name, "etc");
    assert_int_equal(cpio_next(&c, &e), 1);
    assert_string_equal(e.name, "etc/motd");
    assert_int_equal(e.bytes, 5);
    assert_memory_equal(e.content, "hello", 5);
    assert_int_equal(e.mode, 0100644);
    assert_int_equal(e.uid, 1);
    assert_int_equal(e.gid, 2);
    assert_int_equal(e.mtime, 1234);
    assert_int_equal(e.rdev_major, 5);
    assert_int_equal(e.rdev_minor, 6);
    assert_int_equal(cpio_next(&c, &e), 1);
    assert_string_equal(e.name, "second");
    assert_int_equal(cpio_next(&c, &e), 0);
}

static void test_other_formats_are_refused(void **state)
{
    (void)state;
    int n;
    memcpy(archive, "\x1f\x8b\x08 gzip", 8);
    assert_int_equal(walk(300, &n), -ENOEXEC);
    memcpy(archive, "070707", 6);
    assert_int_equal(walk(300, &n), -ENOEXEC);
}

static void test_every_cut_is_refused_or_shorter(void **state)
{
    (void)state;
    int whole, n;
    put("a", 0100644, "some content here");
    put("b", 0100644, "more");
    put("TRAILER!!!", 0, "");
    assert_int_equal(walk(archive_bytes, &whole), 0);
    assert_int_equal(whole, 2);
    for (size_t cut = 0; cut < archive_bytes; cut++) {
        int r = walk(cut, &n);
        assert_true(r == 0 || r == -EINVAL);
        assert_true(n <= 2);
    }
}

static void test_every_flipped_byte_is_survived(void **state)
{
    (void)state;
    int n;
    put("a", 0100644, "some content here");
    put("TRAILER!!!", 0, "");
    for (size_t at = 0; at < archive_bytes; at++) {
        for (int bit = 0; bit < 8; bit++) {
            archive[at] ^= (uint8_t)(1 << bit);
            int r = walk(archive_bytes, &n);
            assert_true(r == 0 || r == -EINVAL || r == -ENOEXEC);
            archive[at] ^= (uint8_t)(1 << bit);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_entries_of_two_archives, setup),
        cmocka_unit_test_setup(test_other_formats_are_refused, setup),
        cmocka_unit_test_setup(test_every_cut_is_refused_or_shorter, setup),
        cmocka_unit_test_setup(test_every_flipped_byte_is_survived, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
