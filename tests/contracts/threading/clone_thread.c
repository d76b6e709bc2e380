// SPDX-License-Identifier: GPL-2.0-or-later
/* A thread made by clone shares memory, descriptors and ids; its id is cleared at its end. */
#include "contract.h"

static char stack[65536] __attribute__((aligned(16)));
static volatile int value, tid, tid_child = -1;

static int thread(void *arg)
{
    value = *(int *)arg;
    tid_child = (int)syscall(SYS_gettid);
    close(5);
    syscall(SYS_exit, 0);
    return 0;
}

int main(void)
{
    const int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
                      CLONE_SYSVSEM | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;
    int arg = 99, ptid = 0;

    CHECK(dup2(0, 5) == 5);
    tid = 1;
    int r = clone(thread, stack + sizeof(stack), flags, &arg, &ptid, NULL, &tid);
    CHECK(r > 0);
    while (tid != 0)
        syscall(SYS_futex, &tid, 0, tid, NULL);
    V(value);
    V(ptid == r && tid_child == r);
    R(fcntl(5, F_GETFD));
    R(clone(thread, stack + sizeof(stack), CLONE_THREAD, &arg));
    R(clone(thread, stack + sizeof(stack), CLONE_SIGHAND, &arg));
    R(clone(thread, stack + sizeof(stack), CLONE_NEWNS | CLONE_FS, &arg));
    R(waitpid(-1, NULL, 0));
    return verdict();
}
