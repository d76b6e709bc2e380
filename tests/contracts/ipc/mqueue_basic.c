// SPDX-License-Identifier: GPL-2.0-or-later
/* POSIX message queues: order by priority, limits, timeouts, readiness, notification; errors. */
#include "contract.h"

#include <mqueue.h>
#include <poll.h>

static volatile int told;

static void handler(int signo, siginfo_t *info, void *context)
{
    (void)signo, (void)context;
    told++;
    SAY("told: code %d, value %d", info->si_code, info->si_value.sival_int);
}

static void show(const char *when, mqd_t q)
{
    struct mq_attr a;
    struct pollfd p = {.fd = q, .events = POLLIN | POLLOUT};

    CHECK(mq_getattr(q, &a) == 0);
    poll(&p, 1, 0);
    SAY("%s: flags 0x%lx, %ld of %ld messages of %ld bytes,%s%s", when, a.mq_flags, a.mq_curmsgs,
        a.mq_maxmsg, a.mq_msgsize, p.revents & POLLIN ? " IN" : "",
        p.revents & POLLOUT ? " OUT" : "");
}

static void take(mqd_t q)
{
    char text[64] = "";
    unsigned priority = 99;
    ssize_t n = mq_receive(q, text, sizeof(text), &priority);

    if (n < 0)
        SAY("receive: %s", errno_name(errno));
    else
        SAY("receive: %zd \"%s\" priority %u", n, text, priority);
}

int main(void)
{
    struct mq_attr a = {.mq_maxmsg = 3, .mq_msgsize = 32}, none = {.mq_maxmsg = 0, .mq_msgsize = 8};
    struct timespec past = {1, 0}, bad = {1, -1};
    struct sigevent e = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    char small[8];
    mqd_t q, r;

    R(mq_open("/none", O_RDWR));
    R(mq_open("/a/b", O_RDWR | O_CREAT, 0600, NULL));
    R(mq_open("/q", O_RDWR | O_CREAT, 0600, &none));
    q = mq_open("/q", O_RDWR | O_CREAT | O_EXCL, 0600, &a);
    CHECK(q >= 0);
    V(fcntl(q, F_GETFD));
    R(mq_open("/q", O_RDWR | O_CREAT | O_EXCL, 0600, &a));
    show("new", q);
    R(mq_send(q, "low", 3, 1));
    R(mq_send(q, "high", 4, 9));
    R(mq_send(q, "low too", 7, 1));
    show("full", q);
    R(mq_timedsend(q, "x", 1, 0, &past));
    R(mq_timedsend(q, "x", 1, 0, &bad));
    R(mq_receive(q, small, sizeof(small), NULL));
    take(q);
    take(q);
    take(q);
    R(mq_timedreceive(q, (char[64]){0}, 64, NULL, &past));
    R(mq_send(q, (char[64]){0}, 33, 0));
    R(mq_send(q, "x", 1, 32768));
    R(mq_send(q, "", 0, 32767));
    take(q);
    a.mq_flags = O_NONBLOCK;
    R(mq_setattr(q, &a, NULL));
    take(q);
    show("nonblocking", q);
    a.mq_flags = 0;
    R(mq_setattr(q, &a, NULL));
    r = mq_open("/q", O_RDONLY);
    R(mq_send(r, "x", 1, 0));
    r = mq_open("/q", O_WRONLY | O_NONBLOCK);
    take(r);
    on_signal(SIGUSR1, handler, 0);
    e.sigev_value.sival_int = 7;
    R(mq_notify(q, &e));
    CHILD(R(mq_notify(q, &e)));
    R(mq_send(q, "x", 1, 0));
    V(told);
    R(mq_send(q, "y", 1, 0));
    V(told);
    take(q);
    take(q);
    R(mq_notify(q, &e));
    R(mq_notify(q, NULL));
    R(mq_send(q, "z", 1, 0));
    V(told);
    take(q);
    if (fork() == 0) {
        sleep_ms(20);
        mq_send(q, "later", 5, 3);
        _exit(0);
    }
    take(q);
    wait(NULL);
    R(mq_unlink("/q"));
    R(mq_unlink("/q"));
    R(mq_open("/q", O_RDWR));
    R(mq_send(q, "after", 5, 0));
    take(q);
    R(mq_close(q));
    R(mq_send(q, "x", 1, 0));
    R(mq_send(0, "x", 1, 0));
    return verdict();
}
