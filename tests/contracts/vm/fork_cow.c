// SPDX-License-Identifier: GPL-2.0-or-later
/* After fork each side sees its own writes, through several generations. */
#include "contract.h"

int main(void)
{
    volatile int *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                           -1, 0);
    static volatile int data = 5;
    volatile int local = 9;

    CHECK(p != MAP_FAILED);
    p[0] = 1;
    p[1024] = 2;
    CHILD({
        p[0] = 10;
        data = 50;
        local = 90;
        CHILD(p[0] = 100; p[2048] = 7; V(p[0]); V(p[1024]); V(data));
        V(p[0]);
        V(p[2048]);
        V(local);
    });
    V(p[0]);
    V(p[1024]);
    V(p[2048]);
    V(data);
    V(local);
    for (int i = 0; i < 3; i++) {
        pid_t child = fork();

        if (child == 0) {
            p[0] += i;
            _exit(p[0] + 40);
        }
        p[0] += 10;
        show_status("child", reap(child));
    }
    V(p[0]);
    return verdict();
}
