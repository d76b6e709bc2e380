/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files in an initramfs: found through links and later archives; damage is no crash. */
#include "tests/cmocka.h"

#include <errno.h>
#include <sys/stat.h>

#include "sim/cpio.h"

static void put_link(struct byte_buf *b, unsigned *ino, const char *path, const char *to)
{
    cpio_put(b, ino, path, S_IFLNK | 0777, to, strlen(to));
}

static struct blob archive(void)
{
    struct byte_buf b = {0};
    unsigned ino = 0;

    cpio_put(&b, &ino, "bin", S_IFDIR | 0755, NULL, 0);
    cpio_put(&b, &ino, "bin/one", S_IFREG | 0755, "first", 5);
    put_link(&b, &ino, "bin/two", "one");
    put_link(&b, &ino, "sbin", "bin");
    put_link(&b, &ino, "bin/abs", "/sbin/../bin/two");
    put_link(&b, &ino, "loop", "/loop");
    cpio_end(&b);
    cpio_put(&b, &ino, "bin/late", S_IFREG | 0644, "second archive", 14);
    cpio_end(&b);
    assert_false(b.failed);
    return (struct blob){.data = b.data, .bytes = b.used};
}

static void expect(const struct blob *a, const char *path, const char *contents)
{
    const uint8_t *data;
    size_t bytes;

    assert_int_equal(cpio_find(a, path, &data, &bytes), 0);
    assert_int_equal(bytes, strlen(contents));
    assert_memory_equal(data, contents, bytes);
}

static void test_find(void **state)
{
    struct blob a = archive();
    const uint8_t *data;
    size_t bytes;

    (void)state;
    assert_int_equal(cpio_find(&a, "/bin", &data, &bytes), -ENOENT);
    assert_int_equal(cpio_find(&a, "/bin/none", &data, &bytes), -ENOENT);
    assert_int_equal(cpio_find(&a, "/loop", &data, &bytes), -ELOOP);
    expect(&a, "/bin/one", "first");
    expect(&a, "./bin//two", "first");
    expect(&a, "/sbin/one", "first");
    expect(&a, "/bin/abs", "first");
    expect(&a, "bin/late", "second archive");
    blob_free(&a);
}

static void test_damage_is_survived(void **state)
{
    struct blob a = archive();
    const uint8_t *data;
    size_t bytes;

    (void)state;
    for (size_t i = 0; i < a.bytes; i++) {
        uint8_t kept = a.data[i];
        struct blob cut = {.data = a.data, .bytes = i};

        a.data[i] = (uint8_t)(kept * 31 + 7);
        if (cpio_find(&a, "/bin/abs", &data, &bytes) == 0)
            assert_true(data >= a.data && data + bytes <= a.data + a.bytes);
        a.data[i] = kept;
        if (cpio_find(&cut, "/bin/late", &data, &bytes) == 0)
            assert_true(data + bytes <= a.data + i);
    }
    blob_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_damage_is_survived),
    };

    return cmocka_run_group_tests_name("sim.cpio", tests, NULL, NULL);
}
