// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's own objects until there is no memory: each maker fails with ENOMEM or its limit. */
#include "pressure.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>

#define STEP_BYTES (2 * PAGE)
#define FDS_MAX 16384

static int fds[FDS_MAX];

static int is_shortage(int error)
{
    return error == ENOMEM || error == EMFILE || error == ENFILE || error == EAGAIN ||
           error == ENOSPC;
}

/* Every second page has other rights: an area for each. */
static void areas(void)
{
    size_t bytes = 8ul << 30, i;
    char *p = map(bytes, PROT_READ);

    CHECK(p != MAP_FAILED);
    for (i = 0; i < bytes; i += STEP_BYTES)
        if (mprotect(p + i, PAGE, PROT_NONE) != 0)
            break;
    CHECK(i < bytes && errno == ENOMEM && i > 100 * STEP_BYTES);
    CHECK(munmap(p, bytes) == 0);
    memory_is_back();
    STEP("areas");
}

static void descriptors(int (*make)(void), const char *what)
{
    int n = 0;

    while (n < FDS_MAX - 16 && (fds[n] = make()) >= 0)
        n++;
    CHECK(n > 100 && (n == FDS_MAX - 16 || is_shortage(errno)));
    while (n)
        close(fds[--n]);
    memory_is_back();
    STEP(what);
}

static int make_eventfd(void)
{
    return eventfd(0, 0);
}

static int make_epoll(void)
{
    struct epoll_event e = {.events = EPOLLIN};
    int fd = epoll_create1(0);

    if (fd >= 0 && epoll_ctl(fd, EPOLL_CTL_ADD, 0, &e) != 0 && errno == ENOMEM) {
        close(fd);
        errno = ENOMEM;
        return -1;
    }
    return fd;
}

static int make_timerfd(void)
{
    return timerfd_create(CLOCK_MONOTONIC, 0);
}

static int make_memfd(void)
{
    int fd = (int)syscall(SYS_memfd_create, "m", 0);

    if (fd >= 0 && write(fd, "x", 1) != 1) {
        close(fd);
        errno = ENOMEM;
        return -1;
    }
    return fd;
}

/* Names in the root file system. */
static void names(void)
{
    char path[64];
    int n = 0;

    CHECK(mkdir("/tmp/d", 0700) == 0);
    for (;; n++) {
        snprintf(path, sizeof(path), "/tmp/d/a-name-of-some-length-%d", n);
        if (mkdir(path, 0700) != 0)
            break;
    }
    CHECK(is_shortage(errno) && n > 100);
    while (n--) {
        snprintf(path, sizeof(path), "/tmp/d/a-name-of-some-length-%d", n);
        CHECK(rmdir(path) == 0);
    }
    CHECK(rmdir("/tmp/d") == 0);
    memory_is_back();
    STEP("names");
}

int main(void)
{
    struct rlimit limit = {FDS_MAX, FDS_MAX};

    CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    memset(fds, 0xff, sizeof(fds)); /* as large as it becomes before the start is measured */
    fds[0] = dup2(0, FDS_MAX - 1);
    CHECK(fds[0] >= 0 && close(fds[0]) == 0);
    begin();
    areas();
    descriptors(make_eventfd, "event descriptors");
    descriptors(make_epoll, "epoll");
    descriptors(make_timerfd, "timers");
    descriptors(make_memfd, "memory files");
    names();
    return verdict();
}
