/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_splice.c - data from descriptor to descriptor; socket pairs; extended attributes. */
#include "tests/cmocka.h"

#include "tests/kernel/host_port.h"

static uint64_t file, other, rd, wr;
static uint8_t data[10000], back[70000];

static int setup(void **state)
{
    (void)state;
    int32_t fds[2];
    host_boot();
    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)(i * 11 + (i >> 8));
    file = (uint64_t)CALL(openat, HERE, P("/f"), O_CREAT | O_RDWR, 0644);
    other = (uint64_t)CALL(openat, HERE, P("/g"), O_CREAT | O_RDWR, 0644);
    CALL(pwrite64, file, P(data), sizeof(data), 0);
    CALL(pipe2, P(fds), O_NONBLOCK);
    rd = (uint64_t)fds[0];
    wr = (uint64_t)fds[1];
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    host_halt();
    assert_int_equal(host.pages, 0);
    return 0;
}

static void test_sendfile(void **state)
{
    (void)state;
    uint64_t off = 100;
    assert_int_equal(CALL(sendfile, other, file, P(&off), 5000), 5000);
    assert_int_equal(off, 5100);
    assert_int_equal(CALL(sendfile, other, file, P(&off), 50000), 4900);
    assert_int_equal(CALL(pread64, other, P(back), 20000, 0), 9900);
    assert_memory_equal(back, data + 100, 9900);
    assert_int_equal(CALL(lseek, file, 0, SEEK_CUR), 0);
    assert_int_equal(CALL(sendfile, wr, file, 0, 3), 3);
    assert_int_equal(CALL(lseek, file, 0, SEEK_CUR), 3);
    assert_int_equal(CALL(sendfile, other, rd, 0, 3), -EINVAL);
    assert_int_equal(CALL(sendfile, other, rd, P(&off), 3), -ESPIPE);
    assert_int_equal(CALL(sendfile, rd, file, 0, 3), -EBADF);
}

static void test_splice_and_tee(void **state)
{
    (void)state;
    int32_t fds[2];
    uint64_t off = 0;
    assert_int_equal(CALL(splice, rd, 0, other, 0, 10, 0), -EAGAIN);
    assert_int_equal(CALL(splice, file, P(&off), other, 0, 10, 0), -EINVAL);
    assert_int_equal(CALL(splice, file, 0, wr, P(&off), 10, 0), -ESPIPE);
    assert_int_equal(CALL(splice, file, P(&off), wr, 0, 6000, 0), 6000);
    CALL(pipe2, P(fds), O_NONBLOCK);
    assert_int_equal(CALL(tee, rd, (uint64_t)fds[1], 50000, 0), 6000);
    assert_int_equal(CALL(tee, rd, wr, 5, 0), -EINVAL);
    assert_int_equal(CALL(splice, rd, 0, other, 0, 50000, 0), 6000);
    assert_int_equal(CALL(read, (uint64_t)fds[0], P(back), 7000), 6000);
    assert_memory_equal(back, data, 6000);
    assert_int_equal(CALL(pread64, other, P(back), 7000, 0), 6000);
    assert_memory_equal(back, data, 6000);
}

static void test_copy_file_range(void **state)
{
    (void)state;
    uint64_t from = 10, to = 20;
    assert_int_equal(CALL(copy_file_range, file, P(&from), other, P(&to), 9000, 0), 9000);
    assert_int_equal(CALL(pread64, other, P(back), 9000, 20), 9000);
    assert_memory_equal(back, data + 10, 9000);
    assert_int_equal(CALL(copy_file_range, file, P(&from), rd, 0, 1, 0), -EBADF);
    assert_int_equal(CALL(copy_file_range, file, P(&from), wr, 0, 1, 0), -EINVAL);
    assert_int_equal(CALL(copy_file_range, file, 0, other, 0, 1, 1), -EINVAL);
    from = 0;
    to = 50;
    assert_int_equal(CALL(copy_file_range, file, P(&from), file, P(&to), 100, 0), -EINVAL);
}

static void test_socketpair(void **state)
{
    (void)state;
    int32_t s[2];
    assert_int_equal(CALL(socketpair, 2, 1, 0, P(s)), -EOPNOTSUPP);
    assert_int_equal(CALL(socketpair, 1, 1 | O_NONBLOCK, 0, P(s)), 0);
    uint64_t a = (uint64_t)s[0], b = (uint64_t)s[1];
    assert_int_equal(CALL(write, a, P("ping"), 4), 4);
    assert_int_equal(CALL(write, b, P("pong!"), 5), 5);
    assert_int_equal(CALL(read, b, P(back), 10), 4);
    assert_int_equal(CALL(read, a, P(back), 10), 5);
    assert_memory_equal(back, "pong!", 5);
    assert_int_equal(CALL(read, a, P(back), 10), -EAGAIN);
    CALL(write, a, P("left"), 4);
    CALL(close, a);
    assert_int_equal(CALL(read, b, P(back), 10), 4);
    assert_int_equal(CALL(read, b, P(back), 10), 0);
    assert_int_equal(CALL(write, b, P("x"), 1), -EPIPE);
    assert_int_equal(host.signals_self, 1ull << 13);
}

static void test_xattr(void **state)
{
    (void)state;
    assert_int_equal(CALL(getxattr, P("/f"), P("user.a"), P(back), 10), -ENODATA);
    assert_int_equal(CALL(setxattr, P("/f"), P("user.a"), P("value"), 5, 2), -ENODATA);
    assert_int_equal(CALL(setxattr, P("/f"), P("user.a"), P("value"), 5, 0), 0);
    assert_int_equal(CALL(setxattr, P("/f"), P("user.a"), P("value"), 5, 1), -EEXIST);
    assert_int_equal(CALL(getxattr, P("/f"), P("user.a"), 0, 0), 5);
    assert_int_equal(CALL(getxattr, P("/f"), P("user.a"), P(back), 4), -ERANGE);
    assert_int_equal(CALL(getxattr, P("/f"), P("user.a"), P(back), 10), 5);
    assert_memory_equal(back, "value", 5);
    assert_int_equal(CALL(setxattr, P("/f"), P("strange.a"), P("v"), 1, 0), -EOPNOTSUPP);
    assert_int_equal(CALL(setxattr, P("/f"), P(""), P("v"), 1, 0), -ERANGE);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_sendfile),   TEST(test_splice_and_tee), TEST(test_copy_file_range),
        TEST(test_socketpair), TEST(test_xattr),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
