// SPDX-License-Identifier: GPL-2.0-or-later
/* SO_RCVTIMEO and SO_SNDTIMEO, and signals while a socket call waits. */
#include "net.h"

static void timeo(int fd, int name, long ms)
{
    struct timeval t = {ms / 1000, ms % 1000 * 1000};

    CHECK(setsockopt(fd, SOL_SOCKET, name, &t, sizeof(t)) == 0);
}

static void on_alarm(int signo, siginfo_t *info, void *context)
{
    (void)signo, (void)info, (void)context;
}

static void alarm_in(long ms)
{
    struct itimerval t = {{0, 0}, {0, ms * 1000}};

    CHECK(setitimer(ITIMER_REAL, &t, NULL) == 0);
}

int main(void)
{
    static char big[65536];
    struct sockaddr_un a;
    socklen_t len = unix_abstract(&a, "t");
    int s[2], l = socket(AF_UNIX, SOCK_STREAM, 0), c, t = listener4(1);
    long long before;
    char buf[8];

    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0);
    timeo(s[0], SO_RCVTIMEO, 30);
    before = now_ns();
    R(read(s[0], buf, 1));
    SAY("waited %d", now_ns() - before >= 29000000);
    timeo(s[0], SO_SNDTIMEO, 30);
    while (write(s[0], big, sizeof(big)) > 0)
        ;
    SAY("write: %s", errno_name(errno));
    timeo(t, SO_RCVTIMEO, 30);
    R(accept(t, NULL, NULL));
    CHECK(bind(l, SA(&a), len) == 0 && listen(l, 0) == 0);
    c = socket(AF_UNIX, SOCK_STREAM, 0);
    R(connect(c, SA(&a), len));
    c = socket(AF_UNIX, SOCK_STREAM, 0);
    timeo(c, SO_SNDTIMEO, 30);
    R(connect(c, SA(&a), len));

    on_signal(SIGALRM, on_alarm, 0);
    alarm_in(20);
    R(read(s[1], buf, 0));
    while (recv(s[1], big, sizeof(big), MSG_DONTWAIT) > 0)
        ;
    R(recv(s[1], buf, 1, 0));
    alarm_in(20);
    R(accept(l, NULL, NULL) >= 0);
    R(accept(l, NULL, NULL));
    on_signal(SIGALRM, on_alarm, SA_RESTART);
    timeo(s[0], SO_RCVTIMEO, 2000);
    alarm_in(20);
    R(read(s[0], buf, 1));
    alarm_in(20);
    if (fork() == 0) {
        sleep_ms(60);
        write(s[0], "woken", 5);
        _exit(0);
    }
    R(read(s[1], buf, 8));
    return verdict();
}
