/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_pipe.c - pipes and FIFOs: order, atomicity, ends, sizes. */
#include "tests/cmocka.h"

#include "tests/kernel/host_port.h"

#define SIGPIPE_ 13

static int fds[2];
static uint8_t big[70000], back[70000];

static int setup(void **state)
{
    (void)state;
    host_boot();
    assert_int_equal(CALL(pipe2, P(fds), O_NONBLOCK), 0);
    for (size_t i = 0; i < sizeof(big); i++)
        big[i] = (uint8_t)(i * 7 + (i >> 8));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    host_halt();
    return 0;
}

static long rd(void *buf, size_t n)
{
    return CALL(read, (uint64_t)fds[0], P(buf), n);
}

static long wr(const void *buf, size_t n)
{
    return CALL(write, (uint64_t)fds[1], P(buf), n);
}

static void test_wrong_end_and_bad_fd(void **state)
{
    (void)state;
    assert_int_equal(CALL(read, (uint64_t)fds[1], P(back), 1), -EBADF);
    assert_int_equal(CALL(write, (uint64_t)fds[0], P(big), 1), -EBADF);
    assert_int_equal(CALL(read, 77, P(back), 1), -EBADF);
    assert_int_equal(CALL(lseek, (uint64_t)fds[0], 0, SEEK_SET), -ESPIPE);
    assert_int_equal(CALL(pread64, (uint64_t)fds[0], P(back), 1, 0), -ESPIPE);
    assert_int_equal(CALL(pipe2, 0, 0), -EFAULT);
    assert_int_equal(CALL(pipe2, P(fds), 1), -EINVAL);
}

static void test_empty_and_full(void **state)
{
    (void)state;
    assert_int_equal(rd(back, 1), -EAGAIN);
    assert_int_equal(wr(big, sizeof(big)), 65536);
    assert_int_equal(wr(big, 1), -EAGAIN);
    /* A page is full until all of it is read. */
    assert_int_equal(rd(back, 100), 100);
    assert_int_equal(wr(big, 100), -EAGAIN);
    assert_int_equal(rd(back, 3996), 3996);
    assert_int_equal(wr(big, 4000), 4000);
    /* Small writes go in whole or not at all. */
    assert_int_equal(wr(big, 97), -EAGAIN);
    assert_int_equal(wr(big, 96), 96);
    assert_int_equal(rd(back, sizeof(back)), 65536);
    assert_memory_equal(back, big + 4096, 61440);
    assert_memory_equal(back + 61440, big, 4000);
    assert_memory_equal(back + 65440, big, 96);
}

static void test_end_of_file_and_sigpipe(void **state)
{
    (void)state;
    assert_int_equal(wr("tail", 4), 4);
    assert_int_equal(CALL(close, (uint64_t)fds[1]), 0);
    assert_int_equal(rd(back, 10), 4);
    assert_int_equal(rd(back, 10), 0);
    assert_int_equal(CALL(pipe2, P(fds), 0), 0);
    assert_int_equal(CALL(close, (uint64_t)fds[0]), 0);
    assert_int_equal(wr("x", 1), -EPIPE);
    assert_int_equal(host.signals_self, 1ull << SIGPIPE_);
}

static void read_everything(void)
{
    rd(back, sizeof(back));
}

static void test_blocking_write_goes_on(void **state)
{
    (void)state;
    assert_int_equal(CALL(fcntl, (uint64_t)fds[1], F_SETFL, 0), 0);
    host.on_sleep = read_everything;
    assert_int_equal(wr(big, sizeof(big)), sizeof(big));
    host.on_sleep = NULL;
    assert_int_equal(rd(back, sizeof(back)), sizeof(big) - 65536);
    assert_memory_equal(back, big + 65536, sizeof(big) - 65536);
    /* Interrupted before anything moved, and after. */
    assert_int_equal(CALL(fcntl, (uint64_t)fds[0], F_SETFL, 0), 0);
    assert_int_equal(rd(back, 1), -ERESTARTSYS);
    assert_int_equal(wr(big, sizeof(big)), 65536);
    assert_int_equal(wr(big, 1), -ERESTARTSYS);
}

static void test_poll_events(void **state)
{
    (void)state;
    struct {
        int32_t fd;
        uint16_t events, revents;
    } p[2] = {{fds[0], POLL_IN, 0}, {fds[1], POLL_OUT, 0}};
    assert_int_equal(CALL(poll, P(p), 2, 0), 1);
    assert_int_equal(p[0].revents, 0);
    assert_int_equal(p[1].revents, POLL_OUT);
    assert_int_equal(wr(big, 65000), 65000);
    assert_int_equal(CALL(poll, P(p), 2, 0), 1);
    assert_int_equal(p[0].revents, POLL_IN);
    assert_int_equal(p[1].revents, 0);
    CALL(close, (uint64_t)fds[1]);
    assert_int_equal(CALL(poll, P(p), 2, 0), 2);
    assert_int_equal(p[0].revents, POLL_IN | POLL_HUP);
    assert_int_equal(p[1].revents, POLL_NVAL);
}

static void test_size(void **state)
{
    (void)state;
    assert_int_equal(CALL(fcntl, (uint64_t)fds[0], F_GETPIPE_SZ, 0), 65536);
    assert_int_equal(wr(big, 5000), 5000);
    assert_int_equal(rd(back, 1000), 1000);
    assert_int_equal(CALL(fcntl, (uint64_t)fds[0], F_SETPIPE_SZ, 1), -EBUSY);
    assert_int_equal(rd(back, 3096), 3096);
    assert_int_equal(CALL(fcntl, (uint64_t)fds[0], F_SETPIPE_SZ, 1), 4096);
    assert_int_equal(rd(back, 5000), 904);
    assert_memory_equal(back, big + 4096, 904);
    assert_int_equal(CALL(fcntl, (uint64_t)fds[0], F_SETPIPE_SZ, 5000), 8192);
    assert_int_equal(wr(big, 9000), 8192);
    assert_int_equal(CALL(fcntl, (uint64_t)fds[0], F_SETPIPE_SZ, 4096), -EBUSY);
}

static void test_opened_again(void **state)
{
    (void)state;
    struct file *again;
    uint64_t pos = 0;
    struct uio u;
    wr("both", 4);
    struct dentry *d = fd_table_peek(host.fds, fds[0])->dentry;
    assert_int_equal(file_open_dentry(d, O_RDONLY, &again), 0);
    CALL(close, (uint64_t)fds[0]);
    uio_init_kernel(&u, back, 10);
    assert_int_equal(again->ops->read(again, &u, &pos), 4);
    assert_int_equal(wr("x", 1), 1);
    file_unref(again);
    assert_int_equal(wr("x", 1), -EPIPE);
}

static void test_opened_again_after_the_writer(void **state)
{
    (void)state;
    struct file *again;
    uint64_t pos = 0;
    struct uio u;
    CALL(write, (uint64_t)fds[1], P("left"), 4);
    CALL(close, (uint64_t)fds[1]);
    struct dentry *d = fd_table_peek(host.fds, fds[0])->dentry;
    assert_int_equal(file_open_dentry(d, O_RDONLY, &again), 0); /* does not wait */
    uio_init_kernel(&u, back, 10);
    assert_int_equal(again->ops->read(again, &u, &pos), 4);
    assert_int_equal(again->ops->read(again, &u, &pos), 0);
    file_unref(again);
}

static void test_fifo(void **state)
{
    (void)state;
    assert_int_equal(CALL(mknodat, HERE, P("/ff"), S_IFIFO_ | 0600, 0), 0);
    assert_int_equal(CALL(openat, HERE, P("/ff"), O_WRONLY | O_NONBLOCK), -ENXIO);
    long r = CALL(openat, HERE, P("/ff"), O_RDONLY | O_NONBLOCK);
    assert_true(r >= 0);
    assert_int_equal(CALL(read, (uint64_t)r, P(back), 1), 0); /* no writer yet: end of file */
    long w = CALL(openat, HERE, P("/ff"), O_WRONLY);
    assert_true(w >= 0);
    assert_int_equal(CALL(read, (uint64_t)r, P(back), 1), -EAGAIN);
    assert_int_equal(CALL(write, (uint64_t)w, P("ok"), 2), 2);
    assert_int_equal(CALL(read, (uint64_t)r, P(back), 9), 2);
    CALL(close, (uint64_t)r);
    CALL(close, (uint64_t)w);
    assert_int_equal(CALL(openat, HERE, P("/ff"), O_RDONLY), -ERESTARTSYS);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_wrong_end_and_bad_fd),   TEST(test_empty_and_full),
        TEST(test_end_of_file_and_sigpipe), TEST(test_blocking_write_goes_on),
        TEST(test_poll_events),            TEST(test_size),
        TEST(test_opened_again),           TEST(test_opened_again_after_the_writer),
        TEST(test_fifo),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
