// SPDX-License-Identifier: GPL-2.0-or-later
/* Processes and threads with different registers, switched by the timer, each keep theirs. */
#include "contract.h"

#include <pthread.h>
#include "traps/regs.h"

static char *flag;

static void spin(unsigned seed, const char *who)
{
    struct state in, out;

    fill_state(&in, seed);
    run_with_state(&in, &out, OP_SPIN, flag);
    if (!vectors_same(&in, &out) || !control_same(&in, &out) || !flags_same(&in, &out) ||
        !general_same(&in, &out))
        compare(who, &in, &out);
}

static void *thread(void *arg)
{
    spin((unsigned)(uintptr_t)arg, "thread");
    return NULL;
}

int main(void)
{
    pid_t p[3], timer;
    pthread_t t[3];

    flag = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (unsigned i = 0; i < 3; i++) {
        p[i] = fork();
        if (p[i] == 0) {
            spin(i + 1, "process");
            _exit(0);
        }
    }
    timer = fork();
    if (timer == 0) {
        sleep_ms(50);
        *flag = 1;
        _exit(0);
    }
    for (unsigned i = 0; i < 3; i++)
        pthread_create(&t[i], NULL, thread, (void *)(uintptr_t)(i + 10));
    for (unsigned i = 0; i < 3; i++)
        pthread_join(t[i], NULL);
    for (unsigned i = 0; i < 3; i++)
        show_status("process", reap(p[i]));
    reap(timer);
    return verdict();
}
