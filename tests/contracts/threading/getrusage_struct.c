// SPDX-License-Identifier: GPL-2.0-or-later
/* Resource usage of oneself, of children and of a thread. */
#include "contract.h"

int main(void)
{
    struct rusage self, kids, thread;
    volatile unsigned sum = 0;

    memset(&self, 0xff, sizeof(self));
    R(getrusage(RUSAGE_SELF, &self));
    V(self.ru_utime.tv_usec < 1000000);
    V(self.ru_minflt > 0);
    V(self.ru_nsignals + self.ru_msgsnd + self.ru_msgrcv + self.ru_nswap + self.ru_isrss);
    R(getrusage(RUSAGE_CHILDREN, &kids));
    V(kids.ru_utime.tv_sec + kids.ru_utime.tv_usec);
    CHILD(for (int i = 0; i < 20000000; i++) sum += (unsigned)i);
    R(getrusage(RUSAGE_CHILDREN, &kids));
    V(kids.ru_utime.tv_sec * 1000000 + kids.ru_utime.tv_usec > 0);
    R(getrusage(RUSAGE_THREAD, &thread));
    V(thread.ru_minflt > 0);
    R(getrusage(99, &self));
    R(syscall(SYS_getrusage, RUSAGE_SELF, (void *)8));
    return verdict();
}
