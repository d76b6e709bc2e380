// SPDX-License-Identifier: GPL-2.0-or-later
/* Limits read and set, for oneself and others, and who may raise them. */
#include "contract.h"

int main(void)
{
    struct rlimit r = {9, 9};

    R(getrlimit(RLIMIT_NOFILE, &r));
    SAY("%llu %llu", (unsigned long long)r.rlim_cur, (unsigned long long)r.rlim_max);
    r.rlim_cur = 20;
    R(setrlimit(RLIMIT_NOFILE, &r));
    R(dup2(0, 19));
    R(dup2(0, 20));
    R(fcntl(0, F_DUPFD, 20));
    r.rlim_cur = 5000;
    R(setrlimit(RLIMIT_NOFILE, &r));
    R(getrlimit(99, &r));
    R(setrlimit(99, &r));
    R(syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, (void *)8, NULL));
    R(syscall(SYS_prlimit64, 99999, RLIMIT_NOFILE, NULL, &r));
    R(prlimit(getppid(), RLIMIT_CPU, NULL, &r));
    V(r.rlim_max == RLIM_INFINITY);
    CHILD(getrlimit(RLIMIT_NOFILE, &r); V(r.rlim_cur));
    CHILD({
        R(setuid(1000));
        r = (struct rlimit){10, 100};
        R(setrlimit(RLIMIT_NOFILE, &r));
        r.rlim_max = 200;
        R(setrlimit(RLIMIT_NOFILE, &r));
        R(prlimit(1, RLIMIT_NOFILE, NULL, &r));
        R(open("/dev/null", O_RDONLY));
        for (int i = 0; i < 6; i++)
            if (open("/dev/null", O_RDONLY) < 0)
                SAY("open %d: %s", i, errno_name(errno));
    });
    for (int i = 0; i < 16; i++) {
        CHECK(getrlimit(i, &r) == 0);
        if (i != RLIMIT_NPROC && i != RLIMIT_SIGPENDING && i != RLIMIT_MEMLOCK &&
            i != RLIMIT_NOFILE)
            SAY("%d: %lld %lld", i, (long long)r.rlim_cur, (long long)r.rlim_max);
    }
    return verdict();
}
