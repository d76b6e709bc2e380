// SPDX-License-Identifier: GPL-2.0-or-later
/* A mutex and a condition in shared memory hold between processes. */
#include "contract.h"

#include <pthread.h>

struct shared {
    pthread_mutex_t m;
    pthread_cond_t c;
    int turn, sum;
};

int main(void)
{
    struct shared *s = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t ma;
    pthread_condattr_t ca;
    pid_t p[3];

    pthread_mutexattr_init(&ma);
    R(pthread_mutexattr_setpshared(&ma, PTHREAD_PROCESS_SHARED));
    R(pthread_mutex_init(&s->m, &ma));
    pthread_condattr_init(&ca);
    R(pthread_condattr_setpshared(&ca, PTHREAD_PROCESS_SHARED));
    R(pthread_cond_init(&s->c, &ca));
    for (int i = 0; i < 3; i++) {
        p[i] = fork();
        if (p[i] == 0) {
            for (int n = 0; n < 50; n++) {
                pthread_mutex_lock(&s->m);
                while (s->turn != i)
                    pthread_cond_wait(&s->c, &s->m);
                s->sum = (s->sum * 3 + i) % 1000003;
                s->turn = (i + 1) % 3;
                pthread_cond_broadcast(&s->c);
                pthread_mutex_unlock(&s->m);
            }
            _exit(i);
        }
    }
    for (int i = 0; i < 3; i++)
        show_status("child", reap(p[i]));
    V(s->sum);
    V(s->turn);
    return verdict();
}
