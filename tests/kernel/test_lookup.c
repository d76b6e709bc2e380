/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_lookup.c - paths: symlinks, dots, mounts, permissions, and the names that calls make. */
#include "tests/cmocka.h"

#include <stdio.h>

#include "tests/kernel/host_port.h"

static char text[PATH_BYTES_MAX + 8];

static int setup(void **state)
{
    (void)state;
    host_boot();
    CALL(mkdirat, HERE, P("/a"), 0755);
    CALL(mkdirat, HERE, P("/a/b"), 0755);
    CALL(mkdirat, HERE, P("/a/b/c"), 0755);
    long fd = CALL(openat, HERE, P("/a/file"), O_CREAT | O_WRONLY, 0644);
    CALL(write, (uint64_t)fd, P("hello"), 5);
    CALL(close, (uint64_t)fd);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    host_halt();
    return 0;
}

static long stat_of(const char *path, struct stat_k *st)
{
    return CALL(newfstatat, HERE, P(path), P(st), 0);
}

static uint64_t ino(const char *path)
{
    struct stat_k st;
    assert_int_equal(stat_of(path, &st), 0);
    return st.st_ino;
}

static long opened(const char *path, unsigned flags)
{
    long fd = CALL(openat, HERE, P(path), flags, 0644);
    if (fd >= 0)
        CALL(close, (uint64_t)fd);
    return fd < 0 ? fd : 0;
}

static void test_errors(void **state)
{
    (void)state;
    struct stat_k st;
    assert_int_equal(stat_of("", &st), -ENOENT);
    assert_int_equal(stat_of("/nothing", &st), -ENOENT);
    assert_int_equal(stat_of("/a/nothing/x", &st), -ENOENT);
    assert_int_equal(stat_of("/a/file/x", &st), -ENOTDIR);
    assert_int_equal(stat_of("/a/file/", &st), -ENOTDIR);
    assert_int_equal(stat_of("/a/file/.", &st), -ENOTDIR);
    memset(text, 'n', 256);
    text[0] = '/';
    text[257] = '\0';
    text[256] = 'n';
    assert_int_equal(stat_of(text, &st), -ENAMETOOLONG);
    memset(text, '/', sizeof(text));
    text[4096] = '\0';
    assert_int_equal(stat_of(text, &st), -ENAMETOOLONG);
    assert_int_equal(CALL(newfstatat, HERE, 0, P(&st), 0), -EFAULT);
    assert_int_equal(CALL(newfstatat, 55, P("x"), P(&st), 0), -EBADF);
}

static void test_dots_and_slashes(void **state)
{
    (void)state;
    assert_int_equal(ino("/a/./b//c/../"), ino("/a/b"));
    assert_int_equal(ino("/../../a"), ino("/a"));
    assert_int_equal(ino("//"), ino("/"));
    assert_int_equal(CALL(chdir, P("/a/b")), 0);
    assert_int_equal(ino(".."), ino("/a"));
    assert_int_equal(ino("c/"), ino("/a/b/c"));
    assert_int_equal(CALL(getcwd, P(text), sizeof(text)), 5);
    assert_string_equal(text, "/a/b");
    assert_int_equal(CALL(getcwd, P(text), 4), -ERANGE);
}

static void test_symlinks(void **state)
{
    (void)state;
    struct stat_k st;
    CALL(symlinkat, P("a/b"), HERE, P("/rel"));
    CALL(symlinkat, P("/a"), HERE, P("/a/b/abs"));
    CALL(symlinkat, P("../file"), HERE, P("/a/b/up"));
    CALL(symlinkat, P("loop2"), HERE, P("/loop1"));
    CALL(symlinkat, P("loop1"), HERE, P("/loop2"));
    CALL(symlinkat, P("nowhere"), HERE, P("/dangling"));
    assert_int_equal(ino("/rel/c"), ino("/a/b/c"));
    assert_int_equal(ino("/rel/abs/b/up"), ino("/a/file"));
    assert_int_equal(ino("/rel/.."), ino("/a"));
    assert_int_equal(stat_of("/loop1", &st), -ELOOP);
    assert_int_equal(stat_of("/dangling", &st), -ENOENT);
    assert_int_equal(CALL(newfstatat, HERE, P("/dangling"), P(&st), AT_SYMLINK_NOFOLLOW), 0);
    assert_int_equal(st.st_mode, S_IFLNK_ | 0777);
    assert_int_equal(st.st_size, 7);
    assert_int_equal(CALL(readlinkat, HERE, P("/rel"), P(text), 2), 2);
    assert_memory_equal(text, "a/", 2);
    assert_int_equal(CALL(readlinkat, HERE, P("/a"), P(text), 9), -EINVAL);
    assert_int_equal(opened("/rel", O_RDONLY | O_NOFOLLOW), -ELOOP);
    assert_int_equal(opened("/rel", O_RDONLY | O_NOFOLLOW | O_DIRECTORY), -ENOTDIR);
    assert_int_equal(opened("/rel", O_PATH | O_NOFOLLOW), 0);
    assert_int_equal(opened("/dangling", O_CREAT | O_EXCL | O_WRONLY), -EEXIST);
    assert_int_equal(opened("/dangling", O_CREAT | O_WRONLY), 0);
    assert_int_equal(ino("/nowhere"), ino("/dangling"));
}

static void test_forty_links(void **state)
{
    (void)state;
    struct stat_k st;
    char name[8], target[8];
    for (int i = 0; i < 41; i++) {
        sprintf(name, "/l%d", i);
        sprintf(target, i == 0 ? "a" : "l%d", i - 1);
        CALL(symlinkat, P(target), HERE, P(name));
    }
    assert_int_equal(stat_of("/l39", &st), 0);
    assert_int_equal(stat_of("/l40", &st), -ELOOP);
}

static void test_open_flags(void **state)
{
    (void)state;
    assert_int_equal(opened("/a", O_WRONLY), -EISDIR);
    assert_int_equal(opened("/a", O_RDONLY | O_CREAT), -EISDIR);
    assert_int_equal(opened("/new/", O_WRONLY | O_CREAT), -EISDIR);
    assert_int_equal(opened("/a/file", O_RDONLY | O_DIRECTORY), -ENOTDIR);
    assert_int_equal(opened("/a/file", O_WRONLY | O_CREAT | O_EXCL), -EEXIST);
    assert_int_equal(opened("/a/file", O_WRONLY | O_TRUNC), 0);
    struct stat_k st;
    assert_int_equal(stat_of("/a/file", &st), 0);
    assert_int_equal(st.st_size, 0);
    CALL(umask, 077);
    assert_int_equal(opened("/masked", O_WRONLY | O_CREAT), 0);
    assert_int_equal(stat_of("/masked", &st), 0);
    assert_int_equal(st.st_mode, S_IFREG_ | 0600);
    host.limit_files = 0;
    assert_int_equal(opened("/a/file", O_RDONLY), -EMFILE);
}

static void test_permissions(void **state)
{
    (void)state;
    struct stat_k st;
    CALL(fchmodat, HERE, P("/a/b"), 0700);
    CALL(fchmodat, HERE, P("/a/file"), 0640);
    assert_int_equal(opened("/a/file", O_RDWR), 0);
    host.uid = host.gid = 1000;
    assert_int_equal(stat_of("/a/b/c", &st), -EACCES);
    assert_int_equal(opened("/a/file", O_RDONLY), -EACCES);
    assert_int_equal(CALL(faccessat, HERE, P("/a/file"), 0), 0);
    assert_int_equal(CALL(faccessat, HERE, P("/a/file"), 4), -EACCES);
    assert_int_equal(CALL(mkdirat, HERE, P("/a/mine"), 0755), -EACCES);
    assert_int_equal(CALL(mkdirat, HERE, P("/a/b"), 0755), -EEXIST);
    assert_int_equal(CALL(unlinkat, HERE, P("/a/file"), 0), -EACCES);
    assert_int_equal(CALL(fchmodat, HERE, P("/a/file"), 0777), -EPERM);
    assert_int_equal(CALL(fchownat, HERE, P("/a/file"), 1000, 1000, 0), -EPERM);
    host.uid = host.gid = 0;
    CALL(fchmodat, HERE, P("/a"), 01777);
    host.uid = 1000;
    assert_int_equal(CALL(unlinkat, HERE, P("/a/file"), 0), -EPERM); /* sticky */
    assert_int_equal(opened("/a/own", O_WRONLY | O_CREAT), 0);
    assert_int_equal(CALL(unlinkat, HERE, P("/a/own"), 0), 0);
}

static void test_names_made_and_removed(void **state)
{
    (void)state;
    struct stat_k st;
    assert_int_equal(CALL(mkdirat, HERE, P("/"), 0755), -EEXIST);
    assert_int_equal(CALL(mkdirat, HERE, P("/a/d/"), 0755), 0);
    assert_int_equal(CALL(mkdirat, HERE, P("/x/y"), 0755), -ENOENT);
    assert_int_equal(CALL(unlinkat, HERE, P("/a"), 0), -EISDIR);
    assert_int_equal(CALL(unlinkat, HERE, P("/a/file/"), 0), -ENOTDIR);
    assert_int_equal(CALL(unlinkat, HERE, P("/a"), AT_REMOVEDIR), -ENOTEMPTY);
    assert_int_equal(CALL(unlinkat, HERE, P("/a/d/."), AT_REMOVEDIR), -EINVAL);
    assert_int_equal(CALL(unlinkat, HERE, P("/a/d/.."), AT_REMOVEDIR), -ENOTEMPTY);
    assert_int_equal(CALL(unlinkat, HERE, P("/"), AT_REMOVEDIR), -EBUSY);
    assert_int_equal(CALL(unlinkat, HERE, P("/a/file"), AT_REMOVEDIR), -ENOTDIR);
    assert_int_equal(CALL(linkat, HERE, P("/a/file"), HERE, P("/hard"), 0), 0);
    assert_int_equal(CALL(linkat, HERE, P("/a"), HERE, P("/hard2"), 0), -EPERM);
    assert_int_equal(CALL(linkat, HERE, P("/a/file"), HERE, P("/hard"), 0), -EEXIST);
    assert_int_equal(stat_of("/hard", &st), 0);
    assert_int_equal(st.st_nlink, 2);
    assert_int_equal(CALL(unlinkat, HERE, P("/a/file"), 0), 0);
    assert_int_equal(stat_of("/hard", &st), 0);
    assert_int_equal(st.st_nlink, 1);
    assert_int_equal(stat_of("/a", &st), 0);
    assert_int_equal(st.st_nlink, 4); /* itself, its name, b, d */
}

static void test_removed_directory(void **state)
{
    (void)state;
    CALL(chdir, P("/a/b/c"));
    assert_int_equal(CALL(unlinkat, HERE, P("/a/b/c"), AT_REMOVEDIR), 0);
    assert_int_equal(CALL(getcwd, P(text), sizeof(text)), -ENOENT);
    assert_int_equal(CALL(mkdirat, HERE, P("x"), 0755), -ENOENT);
    assert_int_equal(opened("x", O_CREAT | O_WRONLY), -ENOENT);
    assert_int_equal(ino(".."), ino("/a/b"));
}

static void test_rename(void **state)
{
    (void)state;
    struct stat_k st;
    uint64_t file = ino("/a/file"), c = ino("/a/b/c");
    assert_int_equal(CALL(renameat2, HERE, P("/a/file"), HERE, P("/a/b/moved"), 0), 0);
    assert_int_equal(ino("/a/b/moved"), file);
    assert_int_equal(stat_of("/a/file", &st), -ENOENT);
    assert_int_equal(CALL(renameat2, HERE, P("/a"), HERE, P("/a/b/in"), 0), -EINVAL);
    assert_int_equal(CALL(renameat2, HERE, P("/a/b"), HERE, P("/a"), 0), -ENOTEMPTY);
    assert_int_equal(CALL(renameat2, HERE, P("/a/b/moved"), HERE, P("/a/b/c"), 0), -EISDIR);
    assert_int_equal(CALL(renameat2, HERE, P("/a/b/c"), HERE, P("/a/b/moved"), 0), -ENOTDIR);
    assert_int_equal(CALL(renameat2, HERE, P("/a/b/."), HERE, P("/q"), 0), -EBUSY);
    assert_int_equal(CALL(renameat2, HERE, P("/a/b/c"), HERE, P("/c"), 1), 0);
    assert_int_equal(CALL(renameat2, HERE, P("/c"), HERE, P("/a"), 1), -EEXIST);
    assert_int_equal(CALL(renameat2, HERE, P("/c"), HERE, P("/a/b/moved"), 2), 0);
    assert_int_equal(ino("/c"), file);
    assert_int_equal(ino("/a/b/moved"), c);
    assert_int_equal(stat_of("/", &st), 0);
    assert_int_equal(st.st_nlink, 3);
    assert_int_equal(stat_of("/a/b", &st), 0);
    assert_int_equal(st.st_nlink, 3);
    /* Replace, with the working directory inside what moves. */
    CALL(chdir, P("/a/b/moved"));
    assert_int_equal(CALL(mkdirat, HERE, P("/empty"), 0755), 0);
    assert_int_equal(CALL(renameat2, HERE, P("/a/b"), HERE, P("/empty"), 0), 0);
    CALL(getcwd, P(text), sizeof(text));
    assert_string_equal(text, "/empty/moved");
}

static void test_mounts(void **state)
{
    (void)state;
    struct stat_k outside, inside;
    assert_int_equal(stat_of("/a/b", &outside), 0);
    assert_int_equal(CALL(mount, P("none"), P("/a/b"), P("nosuch"), 0, 0), -ENODEV);
    assert_int_equal(CALL(mount, P("none"), P("/a/file"), P("tmpfs"), 0, 0), -ENOTDIR);
    assert_int_equal(CALL(mount, P("none"), P("/a/b"), P("tmpfs"), 0, P("size=8k,mode=700")), 0);
    assert_int_equal(stat_of("/a/b", &inside), 0);
    assert_int_not_equal(inside.st_dev, outside.st_dev);
    assert_int_equal(inside.st_mode, S_IFDIR_ | 0700);
    assert_int_equal(ino("/a/b/.."), ino("/a"));
    assert_int_equal(stat_of("/a/b/c", &inside), -ENOENT);
    assert_int_equal(CALL(unlinkat, HERE, P("/a/b"), AT_REMOVEDIR), -EBUSY);
    assert_int_equal(CALL(renameat2, HERE, P("/a/file"), HERE, P("/a/b/f"), 0), -EXDEV);
    assert_int_equal(CALL(mkdirat, HERE, P("/a/b/in"), 0755), 0);
    CALL(chdir, P("/a/b/in"));
    CALL(getcwd, P(text), sizeof(text));
    assert_string_equal(text, "/a/b/in");
    assert_int_equal(CALL(umount2, P("/a/b"), 0), -EBUSY);
    CALL(chdir, P("/"));
    long fd = CALL(openat, HERE, P("/a/b/big"), O_CREAT | O_RDWR, 0644);
    static char bytes[3 * 4096];
    assert_int_equal(CALL(write, (uint64_t)fd, P(bytes), sizeof(bytes)), 8192);
    assert_int_equal(CALL(write, (uint64_t)fd, P(bytes), 1), -ENOSPC);
    assert_int_equal(CALL(umount2, P("/a/b"), 0), -EBUSY);
    CALL(close, (uint64_t)fd);
    assert_int_equal(CALL(umount2, P("/a/b"), 0), 0);
    assert_int_equal(CALL(umount2, P("/a/b"), 0), -EINVAL);
    assert_int_equal(ino("/a/b"), outside.st_ino);
}

static void test_chroot(void **state)
{
    (void)state;
    uint64_t b = ino("/a/b");
    CALL(symlinkat, P("/b"), HERE, P("/a/abs"));
    CALL(chdir, P("/a"));
    assert_int_equal(CALL(chroot, P("/a/file")), -ENOTDIR);
    assert_int_equal(CALL(chroot, P("/a")), 0);
    assert_int_equal(ino("/b"), b);
    assert_int_equal(ino("/../../b"), b);
    assert_int_equal(ino("/abs"), b);
    CALL(getcwd, P(text), sizeof(text));
    assert_string_equal(text, "/");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_errors),     TEST(test_dots_and_slashes),       TEST(test_symlinks),
        TEST(test_forty_links), TEST(test_open_flags),            TEST(test_permissions),
        TEST(test_names_made_and_removed), TEST(test_removed_directory), TEST(test_rename),
        TEST(test_mounts),     TEST(test_chroot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
