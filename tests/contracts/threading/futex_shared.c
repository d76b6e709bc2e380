// SPDX-License-Identifier: GPL-2.0-or-later
/* A futex in shared memory works between processes, and a private one does not. */
#include "contract.h"

int main(void)
{
    volatile int *w = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t p = fork();

    if (p == 0) {
        w[1] = 1;
        long r = syscall(SYS_futex, w, 0, 0, NULL);
        sleep_ms(50);
        SAY("the wait gave %ld", r);
        _exit(w[0]);
    }
    while (!w[1])
        sleep_ms(1);
    sleep_ms(20);
    R(syscall(SYS_futex, w, 1 | 128, 1));
    w[0] = 7;
    R(syscall(SYS_futex, w, 1, 1));
    show_status("child", reap(p));
    return verdict();
}
