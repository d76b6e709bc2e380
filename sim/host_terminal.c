/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/host_terminal.c - raw mode, its guard, and the escape key; see host_terminal.h. */
#include "sim/host_terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the child: until the other end of the pipe is closed by our end, whatever ended us. */
static _Noreturn void guard_run(const struct host_terminal *t, int fd)
{
    sigset_t all;
    char byte;

    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL); /* SIGTTOU too: a background process may restore */
    while (read(fd, &byte, 1) < 0 && errno == EINTR)
        ;
    tcsetattr(STDIN_FILENO, TCSANOW, &t->old);
    _exit(0);
}

static bool guard_start(struct host_terminal *t)
{
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) != 0)
        return false;
    t->guard = fork();
    if (t->guard == 0) {
        close(fds[1]);
        guard_run(t, fds[0]);
    }
    close(fds[0]);
    t->guard_fd = fds[1];
    if (t->guard < 0)
        close(fds[1]);
    return t->guard > 0;
}

static void guard_stop(struct host_terminal *t)
{
    close(t->guard_fd);
    while (waitpid(t->guard, NULL, 0) < 0 && errno == EINTR)
        ;
}

void terminal_enter(struct host_terminal *t)
{
    struct termios raw;

    if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &t->old) != 0 || !guard_start(t))
        return;
    raw = t->old;
    raw.c_iflag &= ~(tcflag_t)(BRKINT | ISTRIP | ICRNL | INLCR | IGNCR | IXON);
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHONL | IEXTEN | ISIG);
    if (isatty(STDOUT_FILENO)) /* what the guest writes has its carriage returns */
        raw.c_oflag &= ~(tcflag_t)OPOST;
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    t->active = tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
    if (!t->active)
        guard_stop(t);
}

void terminal_leave(struct host_terminal *t)
{
    if (!t->active)
        return;
    t->active = false;
    tcsetattr(STDIN_FILENO, TCSADRAIN, &t->old);
    guard_stop(t);
}

static void type_byte(struct host_terminal *t, uint8_t byte)
{
    if (t->used < HOST_TYPED_BYTES)
        t->typed[(t->head + t->used++) % HOST_TYPED_BYTES] = byte;
}

void terminal_key(struct host_terminal *t, uint8_t key)
{
    if (!t->escape) {
        if (key == HOST_ESCAPE_KEY)
            t->escape = true;
        else
            type_byte(t, key);
        return;
    }
    t->escape = false;
    if (key == 'q') {
        t->leave = true;
        return;
    }
    type_byte(t, HOST_ESCAPE_KEY);
    if (key != HOST_ESCAPE_KEY)
        type_byte(t, key);
}

void terminal_pump(struct host_terminal *t)
{
    struct pollfd fd = {.fd = STDIN_FILENO, .events = POLLIN};
    uint8_t keys[256];

    while (t->active && !t->ended && t->used + 2 * sizeof(keys) <= HOST_TYPED_BYTES &&
           poll(&fd, 1, 0) > 0) {
        ssize_t got = read(STDIN_FILENO, keys, sizeof(keys));

        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            return;
        if (got <= 0)
            t->ended = true;
        for (ssize_t i = 0; i < got; i++)
            terminal_key(t, keys[i]);
    }
}

size_t terminal_take(struct host_terminal *t, uint8_t *bytes, size_t len)
{
    size_t n = 0;

    for (; n < len && t->used > 0; n++, t->used--) {
        bytes[n] = t->typed[t->head];
        t->head = (t->head + 1) % HOST_TYPED_BYTES;
    }
    return n;
}
