/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_poll.c - poll, select, epoll, eventfd, inotify. */
#include "tests/cmocka.h"

#include "tests/kernel/host_port.h"
#include "kernel/fs/inotify.h"

#define EPOLLONESHOT (1u << 30)
#define EPOLLET (1u << 31)

static uint64_t ep, ev;
static const uint64_t one = 1;

static int setup(void **state)
{
    (void)state;
    host_boot();
    ep = (uint64_t)CALL(epoll_create1, O_CLOEXEC);
    ev = (uint64_t)CALL(eventfd2, 0, O_NONBLOCK);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    host_halt();
    return 0;
}

static long ctl(int op, uint64_t fd, uint32_t events)
{
    struct epoll_event_k e = {.events = events, .data = 42};
    return CALL(epoll_ctl, ep, (uint64_t)op, fd, P(&e));
}

static long wait_events(uint32_t *events)
{
    struct epoll_event_k e[4] = {{0}};
    long n = CALL(epoll_pwait, ep, P(e), 4, 0, 0, 0);
    *events = e[0].events;
    if (n > 0)
        assert_int_equal(e[0].data, 42);
    return n;
}

static void test_eventfd(void **state)
{
    (void)state;
    uint64_t v = 5;
    assert_int_equal(CALL(read, ev, P(&v), 8), -EAGAIN);
    assert_int_equal(CALL(read, ev, P(&v), 7), -EINVAL);
    assert_int_equal(CALL(write, ev, P(&v), 8), 8);
    assert_int_equal(CALL(write, ev, P(&one), 8), 8);
    assert_int_equal(CALL(read, ev, P(&v), 8), 8);
    assert_int_equal(v, 6);
    v = UINT64_MAX;
    assert_int_equal(CALL(write, ev, P(&v), 8), -EINVAL);
    uint64_t sem = (uint64_t)CALL(eventfd2, 2, 1 | O_NONBLOCK);
    assert_int_equal(CALL(read, sem, P(&v), 8), 8);
    assert_int_equal(v, 1);
    assert_int_equal(CALL(read, sem, P(&v), 8), 8);
    assert_int_equal(CALL(read, sem, P(&v), 8), -EAGAIN);
}

static void test_epoll_errors(void **state)
{
    (void)state;
    uint64_t file = (uint64_t)CALL(openat, HERE, P("/f"), O_CREAT | O_RDWR, 0644);
    assert_int_equal(ctl(1, file, POLL_IN), -EPERM);
    assert_int_equal(ctl(1, ep, POLL_IN), -EINVAL);
    assert_int_equal(ctl(1, 77, POLL_IN), -EBADF);
    assert_int_equal(ctl(3, ev, POLL_IN), -ENOENT);
    assert_int_equal(ctl(1, ev, POLL_IN), 0);
    assert_int_equal(ctl(1, ev, POLL_IN), -EEXIST);
    assert_int_equal(ctl(9, ev, POLL_IN), -EINVAL);
    uint64_t inner = ep, outer = (uint64_t)CALL(epoll_create1, 0);
    ep = outer;
    assert_int_equal(ctl(1, inner, POLL_IN), 0);
    ep = inner;
    assert_int_equal(ctl(1, outer, POLL_IN), -ELOOP);
    assert_int_equal(CALL(epoll_pwait, ep, P(&one), 0, 0, 0, 0), -EINVAL);
    assert_int_equal(CALL(epoll_pwait, ev, P(&one), 1, 0, 0, 0), -EINVAL);
}

static void test_epoll_level(void **state)
{
    (void)state;
    uint32_t events;
    assert_int_equal(ctl(1, ev, POLL_IN), 0);
    assert_int_equal(wait_events(&events), 0);
    CALL(write, ev, P(&one), 8);
    assert_int_equal(wait_events(&events), 1);
    assert_int_equal(events, POLL_IN);
    assert_int_equal(wait_events(&events), 1);
    uint64_t v;
    CALL(read, ev, P(&v), 8);
    assert_int_equal(wait_events(&events), 0);
}

static void test_epoll_edge_and_oneshot(void **state)
{
    (void)state;
    uint32_t events;
    assert_int_equal(ctl(1, ev, POLL_IN | EPOLLET), 0);
    CALL(write, ev, P(&one), 8);
    assert_int_equal(wait_events(&events), 1);
    assert_int_equal(wait_events(&events), 0);
    CALL(write, ev, P(&one), 8);
    assert_int_equal(wait_events(&events), 1);
    assert_int_equal(ctl(3, ev, POLL_IN | EPOLLONESHOT), 0);
    assert_int_equal(wait_events(&events), 1);
    CALL(write, ev, P(&one), 8);
    assert_int_equal(wait_events(&events), 0);
    assert_int_equal(ctl(3, ev, POLL_IN | EPOLLONESHOT), 0);
    assert_int_equal(wait_events(&events), 1);
    assert_int_equal(ctl(2, ev, 0), 0);
    assert_int_equal(wait_events(&events), 0);
}

static void test_epoll_forgets_closed_files(void **state)
{
    (void)state;
    uint32_t events;
    assert_int_equal(ctl(1, ev, POLL_IN), 0);
    CALL(write, ev, P(&one), 8);
    uint64_t copy = (uint64_t)CALL(dup, ev);
    CALL(close, ev);
    assert_int_equal(wait_events(&events), 1); /* still open by its copy */
    CALL(close, copy);
    assert_int_equal(wait_events(&events), 0);
}

static void make_ready(void)
{
    CALL(write, ev, P(&one), 8);
}

static void test_waiting(void **state)
{
    (void)state;
    struct {
        int32_t fd;
        uint16_t events, revents;
    } p[20];
    for (int i = 0; i < 20; i++) {
        p[i].fd = i % 2 ? -1 : (int32_t)ev;
        p[i].events = POLL_IN;
        p[i].revents = 0xff;
    }
    host.on_sleep = make_ready;
    assert_int_equal(CALL(poll, P(p), 20, (uint64_t)-1), 10);
    assert_int_equal(p[0].revents, POLL_IN);
    assert_int_equal(p[1].revents, 0);
    host.on_sleep = NULL;
    uint64_t v;
    CALL(read, ev, P(&v), 8);
    assert_int_equal(CALL(poll, P(p), 20, 100), 0);
    assert_int_equal(host.monotonic_ns, 100000000);
    assert_int_equal(CALL(poll, P(p), 20, (uint64_t)-1), -ERESTART_RESTARTBLOCK);
    assert_int_equal(CALL(poll, P(p), 5000, 0), -EINVAL);
    uint64_t in = 1ull << ev, outset = 1ull << ev;
    assert_int_equal(CALL(select, ev + 1, P(&in), P(&outset), 0, 0), 1);
    assert_int_equal(in, 0);
    assert_int_equal(outset, 1ull << ev);
    in = 1ull << 60;
    assert_int_equal(CALL(select, 61, P(&in), 0, 0, 0), -EBADF);
}

static void test_inotify(void **state)
{
    (void)state;
    struct {
        int32_t wd;
        uint32_t mask, cookie, len;
        char name[16];
    } e[8];
    CALL(mkdirat, HERE, P("/w"), 0755);
    uint64_t in = (uint64_t)CALL(inotify_init1, O_NONBLOCK);
    assert_int_equal(CALL(read, in, P(e), sizeof(e)), -EAGAIN);
    long wd = CALL(inotify_add_watch, in, P("/w"),
                   IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MODIFY);
    assert_int_equal(wd, 1);
    uint64_t f = (uint64_t)CALL(openat, HERE, P("/w/x"), O_CREAT | O_WRONLY, 0644);
    CALL(write, f, P("y"), 1);
    CALL(renameat2, HERE, P("/w/x"), HERE, P("/x"), 0);
    assert_int_equal(CALL(read, in, P(e), 20), -EINVAL);
    assert_int_equal(CALL(read, in, P(e), sizeof(e)), 3 * 32);
    assert_int_equal(e[0].mask, IN_CREATE);
    assert_string_equal(e[0].name, "x");
    assert_int_equal(e[1].mask, IN_MODIFY);
    assert_int_equal(e[2].mask, IN_MOVED_FROM);
    assert_int_not_equal(e[2].cookie, 0);
    assert_int_equal(CALL(unlinkat, HERE, P("/w"), AT_REMOVEDIR), 0);
    assert_int_equal(CALL(read, in, P(e), sizeof(e)), 16);
    assert_int_equal(e[0].mask, IN_IGNORED);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_eventfd),    TEST(test_epoll_errors),
        TEST(test_epoll_level), TEST(test_epoll_edge_and_oneshot),
        TEST(test_epoll_forgets_closed_files), TEST(test_waiting),
        TEST(test_inotify),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
