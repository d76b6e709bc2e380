/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_initramfs.c - a boot archive becomes files, directories, links and nodes. */
#include "tests/cmocka.h"

#include <stdio.h>

#include "kernel/fs/initramfs.h"
#include "tests/kernel/host_port.h"

static uint8_t archive[8192];
static size_t archive_bytes;

struct entry {
    unsigned ino, mode, uid, nlink, rdev_major, rdev_minor;
    const char *name, *content;
};

static void put(struct entry e)
{
    size_t name_bytes = strlen(e.name) + 1, bytes = e.content ? strlen(e.content) : 0;
    archive_bytes +=
        (size_t)sprintf((char *)archive + archive_bytes,
                        "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", e.ino, e.mode,
                        e.uid, 0, e.nlink, 77, (unsigned)bytes, 0, 0, e.rdev_major, e.rdev_minor,
                        (unsigned)name_bytes, 0);
    memcpy(archive + archive_bytes, e.name, name_bytes);
    archive_bytes = (archive_bytes + name_bytes + 3) & ~(size_t)3;
    if (bytes)
        memcpy(archive + archive_bytes, e.content, bytes);
    archive_bytes = (archive_bytes + bytes + 3) & ~(size_t)3;
}

static int setup(void **state)
{
    (void)state;
    host_boot();
    memset(archive, 0, sizeof(archive));
    archive_bytes = 0;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    host_halt();
    assert_int_equal(host.pages, 0);
    return 0;
}

static void expect_content(const char *path, const char *content)
{
    char buf[64] = "";
    uint64_t fd = (uint64_t)CALL(openat, HERE, P(path), O_RDONLY, 0);
    assert_int_equal(CALL(read, fd, P(buf), sizeof(buf)), strlen(content));
    assert_string_equal(buf, content);
    CALL(close, fd);
}

static void test_unpack(void **state)
{
    (void)state;
    struct stat_k st;
    char buf[32] = "";
    put((struct entry){.ino = 1, .mode = 0040700, .nlink = 2, .name = "bin"});
    put((struct entry){.ino = 2, .mode = 0104755, .uid = 5, .nlink = 1, .name = "bin/su",
                       .content = "program"});
    put((struct entry){.ino = 3, .mode = 0120777, .nlink = 1, .name = "bin/sh", .content = "su"});
    put((struct entry){.ino = 4, .mode = 0100644, .nlink = 1, .name = "made/up/file",
                       .content = "deep"});
    put((struct entry){.ino = 5, .mode = 0100600, .nlink = 2, .name = "hard1"});
    put((struct entry){.ino = 5, .mode = 0100600, .nlink = 2, .name = "hard2",
                       .content = "shared"});
    put((struct entry){.ino = 6, .mode = 0020620, .nlink = 1, .rdev_major = 1, .rdev_minor = 3,
                       .name = "null"});
    put((struct entry){.ino = 7, .mode = 0100644, .nlink = 1, .name = "twice",
                       .content = "long old"});
    put((struct entry){.name = "TRAILER!!!"});
    put((struct entry){.ino = 7, .mode = 0100644, .nlink = 1, .name = "twice", .content = "new"});
    put((struct entry){.name = "TRAILER!!!"});
    assert_int_equal(initramfs_unpack(archive, archive_bytes), 0);
    expect_content("/bin/sh", "program");
    expect_content("/made/up/file", "deep");
    expect_content("/hard1", "shared");
    expect_content("/hard2", "shared");
    expect_content("/twice", "new");
    CALL(newfstatat, HERE, P("/bin/su"), P(&st), 0);
    assert_int_equal(st.st_mode, 0104755);
    assert_int_equal(st.st_uid, 5);
    assert_int_equal(st.st_mtime_s, 77);
    CALL(newfstatat, HERE, P("/hard1"), P(&st), 0);
    assert_int_equal(st.st_nlink, 2);
    CALL(newfstatat, HERE, P("/bin"), P(&st), 0);
    assert_int_equal(st.st_mode, 0040700);
    CALL(newfstatat, HERE, P("/null"), P(&st), 0);
    assert_int_equal(st.st_mode, 0020620);
    assert_int_equal(st.st_rdev, 0x103);
    uint64_t fd = (uint64_t)CALL(openat, HERE, P("/null"), O_RDWR, 0);
    assert_int_equal(CALL(write, fd, P("x"), 1), 1);
    assert_int_equal(CALL(read, fd, P(buf), 1), 0);
}

static void test_damage_keeps_what_came_before(void **state)
{
    (void)state;
    put((struct entry){.ino = 1, .mode = 0100644, .nlink = 1, .name = "first", .content = "1"});
    memcpy(archive + archive_bytes, "07070x", 6);
    assert_int_equal(initramfs_unpack(archive, archive_bytes + 110), -ENOEXEC);
    expect_content("/first", "1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_unpack, setup, teardown),
        cmocka_unit_test_setup_teardown(test_damage_keeps_what_came_before, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
