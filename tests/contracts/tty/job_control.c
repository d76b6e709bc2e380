// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A session on a pty: who is in the foreground, SIGTTIN, SIGTTOU, the keys' signals, orphaned
 * groups, and the hang-up when the master goes.
 */
#include "pty.h"

static int report[2], done[2];

static void wait_for(const char *text)
{
    char got[64] = "";
    size_t len = strlen(text);

    CHECK(read(report[0], got, len) == (ssize_t)len && !strcmp(got, text));
}

static void tell(const char *text)
{
    CHECK(write(report[1], text, strlen(text)) == (ssize_t)strlen(text));
}

/* In a group of its own, in the foreground or not; runs fn. */
static pid_t member(bool foreground, void (*fn)(void))
{
    pid_t pid = fork();

    if (pid == 0) {
        setpgid(0, 0);
        if (foreground) {
            signal(SIGTTOU, SIG_IGN);
            CHECK(tcsetpgrp(slave, getpid()) == 0);
            signal(SIGTTOU, SIG_DFL);
        }
        fn();
        _exit(7);
    }
    setpgid(pid, pid);
    return pid;
}

static void do_read(void)
{
    char c;

    R(read(slave, &c, 1));
}

static void do_read_ignoring(void)
{
    char c;

    signal(SIGTTIN, SIG_IGN);
    R(read(slave, &c, 1));
}

static void do_write_tostop(void)
{
    R(write(slave, "w", 1));
}

static void do_setattr(void)
{
    struct termios t = modes();

    R(tcsetattr(slave, TCSANOW, &t));
}

static void do_wait(void)
{
    tell("r");
    for (;;)
        pause();
}

static void stopped_then_killed(const char *what, pid_t pid)
{
    int status;

    CHECK(waitpid(pid, &status, WUNTRACED) == pid);
    show_status(what, status);
    if (WIFSTOPPED(status)) {
        kill(pid, SIGKILL);
        CHECK(waitpid(pid, &status, 0) == pid);
    }
}

static void key(const char *what, const char *keys)
{
    pid_t pid = member(true, do_wait);

    wait_for("r");
    type(keys);
    stopped_then_killed(what, pid);
    signal(SIGTTOU, SIG_IGN);
    CHECK(tcsetpgrp(slave, getpgrp()) == 0);
    signal(SIGTTOU, SIG_DFL);
}

static void leader(void)
{
    struct termios t;
    int value;

    CHECK(setsid() == getpid());
    R(ioctl(slave, TIOCSPGRP, &(int){getpid()}));
    R(ioctl(slave, TIOCSCTTY, 0));
    V(tcgetpgrp(slave) == getpid());
    V(tcgetsid(slave) == getpid());
    R(ioctl(slave, TIOCSCTTY, 0));
    V(open("/dev/tty", O_RDWR) >= 0);
    R(ioctl(slave, TIOCSPGRP, &(int){-5}));
    R(ioctl(slave, TIOCSPGRP, &(int){999999}));
    R(ioctl(slave, TIOCSPGRP, &(int){1}));
    R(ioctl(slave, TIOCSPGRP, (void *)8));
    R(ioctl(master, TIOCGPGRP, &value));
    V(value == getpid());
    stopped_then_killed("background read", member(false, do_read));
    stopped_then_killed("background read, SIGTTIN ignored", member(false, do_read_ignoring));
    stopped_then_killed("background write", member(false, do_write_tostop));
    t = modes();
    t.c_lflag |= TOSTOP;
    CHECK(tcsetattr(slave, TCSANOW, &t) == 0);
    stopped_then_killed("background write, TOSTOP", member(false, do_write_tostop));
    stopped_then_killed("background tcsetattr", member(false, do_setattr));
    key("^C", "\003");
    key("^\\", "\034");
    key("^Z", "\032");
    CHECK(write(done[1], "h", 1) == 1);
    for (;;)
        pause();
}

int main(void)
{
    char c;
    pid_t pid;

    CHECK(pipe(report) == 0 && pipe(done) == 0);
    open_pair(0);
    R(ioctl(slave, TIOCGPGRP, &(int){0}));
    pid = fork();
    if (pid == 0)
        leader();
    CHECK(read(done[0], &c, 1) == 1 && c == 'h');
    close(master);
    /* The leader has a copy of the master: end it by hand, then see the hang-up from outside. */
    kill(pid, SIGTERM);
    show_status("leader", reap(pid));
    V(read(slave, &c, 1));
    R(write(slave, "x", 1));
    return verdict();
}
