/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_tmpfs.c - bytes, holes, sizes, directory listing, seals, locks, descriptors. */
#include "tests/cmocka.h"

#include <stdio.h>

#include "tests/kernel/host_port.h"

static uint64_t fd;
static uint8_t buf[20000], ref[20000];

static int setup(void **state)
{
    (void)state;
    host_boot();
    fd = (uint64_t)CALL(openat, HERE, P("/f"), O_CREAT | O_RDWR, 0644);
    for (size_t i = 0; i < sizeof(ref); i++)
        ref[i] = (uint8_t)(i * 13 + (i >> 9));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    host_halt();
    assert_int_equal(host.pages, 0);
    return 0;
}

static struct stat_k status(void)
{
    struct stat_k st;
    assert_int_equal(CALL(fstat, fd, P(&st)), 0);
    return st;
}

static void test_write_read_across_pages(void **state)
{
    (void)state;
    assert_int_equal(CALL(pwrite64, fd, P(ref), sizeof(ref), 4000), sizeof(ref));
    assert_int_equal(status().st_size, 24000);
    assert_int_equal(status().st_blocks, 6 * 8);
    assert_int_equal(CALL(pread64, fd, P(buf), sizeof(buf), 4000), sizeof(buf));
    assert_memory_equal(buf, ref, sizeof(buf));
    assert_int_equal(CALL(pread64, fd, P(buf), 100, 23990), 10);
    assert_int_equal(CALL(pread64, fd, P(buf), 100, 24000), 0);
    assert_int_equal(CALL(pread64, fd, P(buf), 100, UINT64_MAX), -EINVAL);
    assert_int_equal(CALL(read, fd, 0, 10), -EFAULT);
}

static void test_holes(void **state)
{
    (void)state;
    const uint64_t far = 1ull << 40;
    assert_int_equal(CALL(pwrite64, fd, P(ref), 1, far), 1);
    assert_int_equal(status().st_size, far + 1);
    assert_int_equal(status().st_blocks, 8);
    memset(buf, 0xff, sizeof(buf));
    assert_int_equal(CALL(pread64, fd, P(buf), 5000, 100), 5000);
    for (int i = 0; i < 5000; i++)
        assert_int_equal(buf[i], 0);
    assert_int_equal(CALL(lseek, fd, 0, SEEK_DATA), far);
    assert_int_equal(CALL(lseek, fd, 0, SEEK_HOLE), 0);
    assert_int_equal(CALL(lseek, fd, far, SEEK_HOLE), far + 1);
    assert_int_equal(CALL(lseek, fd, far + 1, SEEK_DATA), -ENXIO);
    assert_int_equal(CALL(lseek, fd, (uint64_t)-1, SEEK_SET), -EINVAL);
    assert_int_equal(CALL(lseek, fd, 0, 7), -EINVAL);
    assert_int_equal(CALL(pwrite64, fd, P(ref), 10, INT64_MAX), -EFBIG);
    assert_int_equal(CALL(pwrite64, fd, P(ref), 10, INT64_MAX - 3), 3);
}

static void test_truncate(void **state)
{
    (void)state;
    CALL(pwrite64, fd, P(ref), 10000, 0);
    assert_int_equal(CALL(ftruncate, fd, 5000), 0);
    assert_int_equal(CALL(ftruncate, fd, 9000), 0);
    assert_int_equal(CALL(pread64, fd, P(buf), 9000, 0), 9000);
    assert_memory_equal(buf, ref, 5000);
    for (int i = 5000; i < 9000; i++)
        assert_int_equal(buf[i], 0);
    assert_int_equal(CALL(ftruncate, fd, (uint64_t)-1), -EINVAL);
    assert_int_equal(CALL(fallocate, fd, 3, 4000, 1000), 0); /* punch */
    CALL(pread64, fd, P(buf), 9000, 0);
    assert_memory_equal(buf, ref, 4000);
    for (int i = 4000; i < 5000; i++)
        assert_int_equal(buf[i], 0);
    assert_int_equal(CALL(fallocate, fd, 0, 9000, 1000), 0);
    assert_int_equal(status().st_size, 10000);
    assert_int_equal(CALL(fallocate, fd, 0, 0, 0), -EINVAL);
    host.limit_fsize = 11000;
    assert_int_equal(CALL(pwrite64, fd, P(ref), 5000, 10000), 1000);
    assert_int_equal(CALL(pwrite64, fd, P(ref), 5000, 11000), -EFBIG);
    assert_true(host.signals_self & (1ull << 25));
}

static void test_unlinked_file_lives_on(void **state)
{
    (void)state;
    CALL(write, fd, P("alive"), 5);
    assert_int_equal(CALL(unlinkat, HERE, P("/f"), 0), 0);
    assert_int_equal(status().st_nlink, 0);
    assert_int_equal(CALL(pread64, fd, P(buf), 10, 0), 5);
    assert_int_equal(host.pages, 1);
    CALL(close, fd);
    assert_int_equal(host.pages, 0);
}

static void test_append_and_dup_share_position(void **state)
{
    (void)state;
    uint64_t a = (uint64_t)CALL(openat, HERE, P("/f"), O_WRONLY | O_APPEND, 0);
    CALL(write, fd, P("12345"), 5);
    CALL(write, a, P("67"), 2);
    CALL(write, fd, P("x"), 1);
    assert_int_equal(CALL(pread64, fd, P(buf), 10, 0), 7);
    assert_memory_equal(buf, "12345x7", 7);
    uint64_t d = (uint64_t)CALL(dup, fd);
    assert_int_equal(CALL(read, d, P(buf), 10), 1);
    assert_int_equal(CALL(read, fd, P(buf), 10), 0);
    assert_int_equal(CALL(fcntl, a, F_GETFL, 0) & (O_ACCMODE | O_APPEND), O_WRONLY | O_APPEND);
    assert_int_equal(CALL(fcntl, a, F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(CALL(fcntl, a, F_GETFL, 0) & (O_APPEND | O_NONBLOCK), O_NONBLOCK);
}

static void test_descriptors(void **state)
{
    (void)state;
    assert_int_equal(CALL(dup3, fd, fd, 0), -EINVAL);
    assert_int_equal(CALL(dup3, fd, 2000, 0), -EBADF);
    assert_int_equal(CALL(dup3, 99, 5, 0), -EBADF);
    assert_int_equal(CALL(dup3, fd, 100, O_CLOEXEC), 100);
    assert_int_equal(CALL(fcntl, 100, F_GETFD, 0), FD_CLOEXEC);
    assert_int_equal(CALL(fcntl, fd, F_DUPFD, 100), 101);
    assert_int_equal(CALL(fcntl, fd, F_DUPFD, 5000), -EINVAL);
    assert_int_equal(CALL(fcntl, fd, F_DUPFD_CLOEXEC, 1), 1);
    struct fd_table *copy = fd_table_copy(host.fds);
    assert_int_equal(fd_table_exec(&copy), 0);
    assert_null(fd_table_peek(copy, 100));
    assert_non_null(fd_table_peek(copy, 101));
    fd_table_unref(copy);
    assert_int_equal(CALL(close_range, 50, 40, 0), -EINVAL);
    assert_int_equal(CALL(close_range, 100, UINT32_MAX, 0), 0);
    assert_int_equal(CALL(close, 101), -EBADF);
    assert_int_equal(CALL(fcntl, 1, F_GETFD, 0), FD_CLOEXEC);
}

struct dirent_k {
    uint64_t ino, off;
    uint16_t reclen;
    uint8_t type;
    char name[];
};

/* Names of /d in order, with a buffer of the given size; unlinks `victim` after the first call. */
static int list(size_t size, const char *victim, char *names)
{
    uint64_t d = (uint64_t)CALL(openat, HERE, P("/d"), O_RDONLY | O_DIRECTORY, 0);
    long n;
    int count = 0;
    uint64_t space[128];
    names[0] = '\0';
    while ((n = CALL(getdents64, d, P(space), size)) > 0) {
        for (long at = 0; at < n; count++) {
            const struct dirent_k *e = (const void *)((const uint8_t *)space + at);
            names += sprintf(names, "%s ", e->name);
            at += e->reclen;
        }
        if (victim)
            CALL(unlinkat, HERE, P(victim), 0);
        victim = NULL;
    }
    assert_int_equal(n, 0);
    CALL(close, d);
    return count;
}

static void test_getdents_is_stable(void **state)
{
    (void)state;
    char names[256], path[16];
    CALL(mkdirat, HERE, P("/d"), 0755);
    for (int i = 0; i < 9; i++) {
        sprintf(path, "/d/n%d", i);
        CALL(close, (uint64_t)CALL(openat, HERE, P(path), O_CREAT | O_WRONLY, 0644));
    }
    assert_int_equal(list(1024, NULL, names), 11);
    assert_string_equal(names, ". .. n0 n1 n2 n3 n4 n5 n6 n7 n8 ");
    assert_int_equal(list(24, NULL, names), 11);
    assert_string_equal(names, ". .. n0 n1 n2 n3 n4 n5 n6 n7 n8 ");
    assert_int_equal(list(72, "/d/n0", names), 11); /* already given */
    assert_int_equal(list(72, "/d/n3", names), 9);
    assert_string_equal(names, ". .. n1 n2 n4 n5 n6 n7 n8 ");
    uint64_t d = (uint64_t)CALL(openat, HERE, P("/d"), O_RDONLY, 0);
    assert_int_equal(CALL(getdents64, d, P(buf), 10), -EINVAL);
    assert_int_equal(CALL(getdents64, fd, P(buf), 100), -ENOTDIR);
    assert_int_equal(CALL(read, d, P(buf), 100), -EISDIR);
    struct stat_k st;
    CALL(fstat, d, P(&st));
    assert_int_equal(st.st_size, 40 + 7 * 20);
}

static void test_memfd_seals(void **state)
{
    (void)state;
    uint64_t m = (uint64_t)CALL(memfd_create, P("name"), 2);
    assert_int_equal(CALL(write, m, P(ref), 100), 100);
    assert_int_equal(CALL(fcntl, m, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW), 0);
    assert_int_equal(CALL(ftruncate, m, 50), -EPERM);
    assert_int_equal(CALL(ftruncate, m, 150), -EPERM);
    assert_int_equal(CALL(pwrite64, m, P(ref), 10, 95), 5);
    assert_int_equal(CALL(pwrite64, m, P(ref), 10, 100), -EPERM);
    assert_int_equal(CALL(fcntl, m, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SEAL), 0);
    assert_int_equal(CALL(pwrite64, m, P(ref), 10, 0), -EPERM);
    assert_int_equal(CALL(fcntl, m, F_ADD_SEALS, 0), -EPERM);
    assert_int_equal(CALL(fcntl, m, F_GET_SEALS, 0), 15);
    assert_int_equal(CALL(fcntl, fd, F_GET_SEALS, 0), -EINVAL);
    uint64_t plain = (uint64_t)CALL(memfd_create, P("p"), 0);
    assert_int_equal(CALL(fcntl, plain, F_ADD_SEALS, F_SEAL_WRITE), -EPERM);
}

struct flock_user {
    int16_t type, whence;
    int64_t start, len;
    int32_t pid;
};

static long lock(uint64_t file, int cmd, int16_t type, int64_t start, int64_t len)
{
    struct flock_user l = {type, SEEK_SET, start, len, 0};
    long r = CALL(fcntl, file, (uint64_t)cmd, P(&l));
    return cmd == F_OFD_GETLK && !r ? l.type : r;
}

static void test_locks(void **state)
{
    (void)state;
    uint64_t other = (uint64_t)CALL(openat, HERE, P("/f"), O_RDWR, 0);
    assert_int_equal(lock(fd, F_OFD_SETLK, F_WRLCK, 0, 100), 0);
    assert_int_equal(lock(other, F_OFD_SETLK, F_RDLCK, 50, 10), -EAGAIN);
    assert_int_equal(lock(other, F_OFD_SETLK, F_WRLCK, 100, 0), 0);
    assert_int_equal(lock(fd, F_OFD_SETLK, F_UNLCK, 40, 20), 0); /* splits */
    assert_int_equal(lock(other, F_OFD_SETLK, F_WRLCK, 40, 20), 0);
    assert_int_equal(lock(other, F_OFD_SETLK, F_WRLCK, 39, 1), -EAGAIN);
    assert_int_equal(lock(other, F_OFD_GETLK, F_RDLCK, 60, 1), F_WRLCK);
    assert_int_equal(lock(other, F_OFD_GETLK, F_RDLCK, 40, 20), F_UNLCK);
    CALL(close, fd);
    assert_int_equal(lock(other, F_OFD_SETLK, F_WRLCK, 0, 0), 0);
    assert_int_equal(CALL(flock, other, 2 | 4), 0);
    uint64_t third = (uint64_t)CALL(openat, HERE, P("/f"), O_RDONLY, 0);
    assert_int_equal(CALL(flock, third, 1 | 4), -EAGAIN);
    assert_int_equal(CALL(flock, other, 8), 0);
    assert_int_equal(CALL(flock, third, 1 | 4), 0);
    assert_int_equal(lock(third, F_OFD_SETLK, F_WRLCK, 0, 1), -EBADF);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_write_read_across_pages), TEST(test_holes),
        TEST(test_truncate),                TEST(test_unlinked_file_lives_on),
        TEST(test_append_and_dup_share_position), TEST(test_descriptors),
        TEST(test_getdents_is_stable),      TEST(test_memfd_seals),
        TEST(test_locks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
