/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pty.c - see pty.h. */
#include "tests/interactive/pty.h"
#include "tests/cmocka.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>

static double now_s(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

void pty_start(struct pty *p, char *const argv[], unsigned rows, unsigned cols)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};

    p->used = p->mark = 0;
    assert_int_equal(openpty(&p->master, &p->slave, NULL, NULL, &size), 0);
    assert_int_equal(tcgetattr(p->slave, &p->before), 0);
    p->pid = fork();
    assert_true(p->pid >= 0);
    if (p->pid == 0) {
        close(p->master);
        login_tty(p->slave);
        execv(argv[0], argv);
        _exit(127);
    }
}

/* What there is within the time; false: nothing. */
static bool take(struct pty *p, int timeout_ms)
{
    struct pollfd fd = {.fd = p->master, .events = POLLIN};
    ssize_t n;

    if (poll(&fd, 1, timeout_ms) <= 0 || !(fd.revents & POLLIN))
        return false;
    n = read(p->master, p->seen + p->used, sizeof(p->seen) - 1 - p->used);
    if (n <= 0)
        return false;
    p->used += (size_t)n;
    p->seen[p->used] = '\0';
    return true;
}

void pty_expect(struct pty *p, const char *text)
{
    double end = now_s() + PTY_TIMEOUT_S;
    char *found;

    p->seen[p->used] = '\0';
    while (!(found = strstr(p->seen + p->mark, text))) {
        if (now_s() > end) {
            kill(p->pid, SIGTERM);
            fail_msg("waited in vain for '%s'; the screen was:\n%s", text, p->seen);
        }
        take(p, 100);
    }
    p->mark = (size_t)(found - p->seen) + strlen(text);
}

void pty_type(struct pty *p, const char *keys)
{
    size_t len = strlen(keys);

    assert_int_equal(write(p->master, keys, len), len);
}

void pty_pause(struct pty *p)
{
    double end = now_s() + 0.4;

    while (now_s() < end)
        take(p, 50);
}

int pty_end(struct pty *p)
{
    double end = now_s() + PTY_TIMEOUT_S;
    int status;

    while (waitpid(p->pid, &status, WNOHANG) == 0) {
        if (now_s() > end) {
            kill(p->pid, SIGKILL);
            fail_msg("the program did not end; the screen was:\n%s", p->seen);
        }
        take(p, 50);
    }
    while (take(p, 50))
        ;
    return status;
}

bool pty_is_restored(const struct pty *p)
{
    struct termios now;

    return tcgetattr(p->slave, &now) == 0 && now.c_iflag == p->before.c_iflag &&
           now.c_oflag == p->before.c_oflag && now.c_lflag == p->before.c_lflag &&
           now.c_cflag == p->before.c_cflag;
}

void pty_close(struct pty *p)
{
    close(p->master);
    close(p->slave);
}
