/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_no_memory.c - every allocation of some file work fails in turn: paths, tmpfs, pipes, locks,
 * epoll, sockets.
 *
 * The same steps are made again and again; in run n the n-th allocation fails. The step that met
 * it must say -ENOMEM (or what Linux says there), and have left nothing behind: made again, it
 * succeeds, and what is read in the end is the same. The address sanitizer finds what is lost.
 */
#include "tests/cmocka.h"

#include "kernel/fs/locks.h"
#include "tests/kernel/host_port.h"

#define RUNS_MAX 2000
#define BYTES 9000u

static uint8_t data[BYTES], back[BYTES];
static uint64_t file;
static int fds[2], pair[2];
static long epoll_fd, event_fd;

static long put_file(const char *path, unsigned flags)
{
    long fd = CALL(openat, HERE, P(path), O_CREAT | flags, 0644);
    return fd < 0 ? fd : CALL(close, (uint64_t)fd);
}

static long make_dirs(void)
{
    return CALL(mkdirat, HERE, P("/a"), 0755);
}

static long make_deeper(void)
{
    return CALL(mkdirat, HERE, P("/a/b"), 0755);
}

static long make_link(void)
{
    return CALL(symlinkat, P("a/b"), HERE, P("/way"));
}

static long create_through_link(void)
{
    return put_file("/way/../../way/f", O_WRONLY);
}

static long open_file(void)
{
    long fd = CALL(openat, HERE, P("/a/b/f"), O_RDWR, 0);
    file = (uint64_t)fd;
    return fd < 0 ? fd : 0;
}

/* A write that meets the failure after its first page is short. */
static long write_file(void)
{
    long n = CALL(pwrite64, file, P(data), BYTES, 100);
    return n < 0 ? n : n == BYTES ? 0 : -ENOMEM;
}

static long write_far(void)
{
    long n = CALL(pwrite64, file, P(data), 10, 1ull << 33);
    return n < 0 ? n : 0;
}

static long cut_file(void)
{
    return CALL(ftruncate, file, 100 + BYTES);
}

static long hard_link(void)
{
    return CALL(linkat, HERE, P("/a/b/f"), HERE, P("/g"), 0);
}

static long rename_file(void)
{
    return CALL(renameat2, HERE, P("/a/b/f"), HERE, P("/a/h"), 0);
}

static long set_attribute(void)
{
    return CALL(setxattr, P("/g"), P("user.name"), P(data), 300, 0);
}

static long read_dir(void)
{
    long fd = CALL(openat, HERE, P("/a"), O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0)
        return fd;
    long n = CALL(getdents64, (uint64_t)fd, P(back), sizeof(back));
    CALL(close, (uint64_t)fd);
    return n < 0 ? n : 0;
}

static long lock_file(void)
{
    struct flock_k l = {.type = 1, .start = 10, .len = 100}; /* F_WRLCK */
    long r = CALL(fcntl, file, F_SETLK, P(&l));
    l = (struct flock_k){.type = 2, .start = 40, .len = 10}; /* F_UNLCK: a split */
    return r ? r : CALL(fcntl, file, F_SETLK, P(&l));
}

static long open_pipe(void)
{
    return CALL(pipe2, P(fds), O_NONBLOCK);
}

/* What a short write has put there is taken out again. */
static long fill_pipe(void)
{
    long n = CALL(write, (uint64_t)fds[1], P(data), BYTES);
    if (n == BYTES)
        return 0;
    if (n > 0)
        assert_int_equal(CALL(read, (uint64_t)fds[0], P(back), BYTES), n);
    return n < 0 ? n : -ENOMEM;
}

static long resize_pipe(void)
{
    long n = CALL(fcntl, (uint64_t)fds[1], F_SETPIPE_SZ, 1 << 17);
    return n < 0 ? n : 0;
}

static long async_pipe(void)
{
    return CALL(fcntl, (uint64_t)fds[0], F_SETFL, O_NONBLOCK | O_ASYNC);
}

static long duplicate_high(void)
{
    long fd = CALL(fcntl, file, F_DUPFD, 900); /* the table grows */
    return fd < 0 ? fd : CALL(close, (uint64_t)fd);
}

static long open_epoll(void)
{
    epoll_fd = CALL(epoll_create1, 0);
    return epoll_fd < 0 ? epoll_fd : 0;
}

static long open_event(void)
{
    event_fd = CALL(eventfd2, 1, 0);
    return event_fd < 0 ? event_fd : 0;
}

static long watch_event(void)
{
    uint32_t event[3] = {1, 7, 0}; /* EPOLLIN */
    return CALL(epoll_ctl, (uint64_t)epoll_fd, 1, (uint64_t)event_fd, P(event));
}

static long open_sockets(void)
{
    return CALL(socketpair, 1, 1, 0, P(pair));
}

static long send_socket(void)
{
    long n = CALL(write, (uint64_t)pair[0], P(data), 3000);
    return n < 0 ? n : 0;
}

static long poll_many(void)
{
    struct {
        int32_t fd;
        int16_t events, revents;
    } p[40];
    for (int i = 0; i < 40; i++)
        p[i].fd = i % 2 ? fds[0] : pair[1], p[i].events = 1;
    long n = CALL(poll, P(p), 40, 0);
    return n < 0 ? n : 0;
}

static const struct {
    const char *name;
    long (*step)(void);
} steps[] = {
#define STEP(name) {#name, name}
    STEP(make_dirs),   STEP(make_deeper),   STEP(make_link),     STEP(create_through_link),
    STEP(open_file),   STEP(write_file),    STEP(write_far),     STEP(cut_file),
    STEP(hard_link),   STEP(rename_file),   STEP(set_attribute), STEP(read_dir),
    STEP(lock_file),   STEP(open_pipe),     STEP(fill_pipe),     STEP(resize_pipe),
    STEP(async_pipe),  STEP(duplicate_high), STEP(open_epoll),   STEP(open_event),
    STEP(watch_event), STEP(open_sockets),  STEP(send_socket),   STEP(poll_many),
};

static void make_steps(unsigned run)
{
    for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        bool before = host.failed;
        long r = steps[i].step();
        if (host.failed != before && r) {
            if (r != -ENOMEM && r != -ENOLCK && r != -ENOBUFS)
                fail_msg("run %u: %s says %ld without memory", run, steps[i].name, r);
            r = steps[i].step();
        }
        if (r)
            fail_msg("run %u: %s says %ld with memory", run, steps[i].name, r);
    }
}

static void check_contents(void)
{
    uint64_t fd = (uint64_t)CALL(openat, HERE, P("/way/../h"), O_RDONLY, 0);
    assert_int_equal(CALL(pread64, fd, P(back), BYTES, 100), BYTES);
    assert_memory_equal(back, data, BYTES);
    assert_int_equal(CALL(pread64, fd, P(back), BYTES, 100 + BYTES), 0);
    assert_int_equal(CALL(getxattr, P("/a/h"), P("user.name"), P(back), BYTES), 300);
    assert_int_equal(CALL(faccessat, HERE, P("/a/b/f"), 0), -ENOENT);
    assert_int_equal(CALL(read, (uint64_t)fds[0], P(back), BYTES), BYTES);
    assert_memory_equal(back, data, BYTES);
    assert_int_equal(CALL(read, (uint64_t)pair[1], P(back), BYTES), 3000);
    assert_memory_equal(back, data, 3000);
    assert_int_equal(CALL(epoll_pwait, (uint64_t)epoll_fd, P(back), 4, 0, 0, 8), 1);
}

static void test_each_allocation_fails_in_turn(void **state)
{
    unsigned run = 0;
    bool failed;
    (void)state;
    for (unsigned i = 0; i < BYTES; i++)
        data[i] = (uint8_t)(i * 7 + (i >> 8));
    do {
        host_boot();
        host.fail_in = ++run;
        make_steps(run);
        failed = host.failed;
        host.fail_in = 0;
        check_contents();
        host_halt();
        assert_int_equal(host.pages, 0);
    } while (failed && run < RUNS_MAX);
    assert_in_range(run, 60, RUNS_MAX - 1); /* the last run had none left to fail */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_allocation_fails_in_turn),
    };

    return cmocka_run_group_tests_name("kernel.no_memory", tests, NULL, NULL);
}
