// SPDX-License-Identifier: GPL-2.0-or-later
/* System V semaphores: values, operations together, waiting, undo, removal; errors. */
#include "contract.h"

#include <sys/ipc.h>
#include <sys/sem.h>

static int op(int id, int num, int by, int flags)
{
    struct sembuf b = {(unsigned short)num, (short)by, (short)flags};

    return semop(id, &b, 1);
}

static int set(int id, int num, int v)
{
    return semctl(id, num, SETVAL, v);
}

static void waiting(int id)
{
    struct timespec t = {0, 20000000};
    struct sembuf b = {0, -1, 0};

    CHECK(set(id, 0, 0) == 0);
    R(op(id, 0, -1, IPC_NOWAIT));
    R(semtimedop(id, &b, 1, &t));
    pid_t child = fork();
    if (child == 0) {
        _exit(op(id, 0, -2, 0) == 0 ? 0 : 1);
    }
    while (semctl(id, 0, GETNCNT) == 0)
        sleep_ms(1);
    V(semctl(id, 0, GETNCNT));
    R(op(id, 0, 1, 0));
    V(semctl(id, 0, GETVAL));
    R(op(id, 0, 1, 0));
    show_status("child", reap(child));
    V(semctl(id, 0, GETVAL));
    CHECK(set(id, 0, 1) == 0);
    child = fork();
    if (child == 0) {
        _exit(op(id, 0, 0, 0) == 0 ? 0 : 1);
    }
    while (semctl(id, 0, GETZCNT) == 0)
        sleep_ms(1);
    R(op(id, 0, -1, 0));
    show_status("child", reap(child));
}

int main(void)
{
    int id = semget(IPC_PRIVATE, 3, 0600);
    unsigned short all[3] = {1, 2, 3}, got[3];
    struct sembuf two[2] = {{0, -1, 0}, {1, -3, IPC_NOWAIT}};
    struct semid_ds d;

    CHECK(id >= 0);
    V(semctl(id, 0, GETVAL));
    V(semctl(id, 0, GETPID));
    R(semctl(id, 0, SETALL, all));
    R(semctl(id, 0, GETALL, got));
    SAY("%d %d %d", got[0], got[1], got[2]);
    R(semop(id, two, 2));
    V(semctl(id, 0, GETVAL));
    two[1].sem_op = -2;
    R(semop(id, two, 2));
    SAY("%d %d", semctl(id, 0, GETVAL), semctl(id, 1, GETVAL));
    V(semctl(id, 1, GETPID) == getpid());
    R(semctl(id, 0, IPC_STAT, &d));
    SAY("%lu semaphores, mode %o", (long)d.sem_nsems, d.sem_perm.mode);
    waiting(id);
    CHECK(set(id, 2, 5) == 0);
    CHILD(R(op(id, 2, -3, SEM_UNDO)); V(semctl(id, 2, GETVAL)));
    V(semctl(id, 2, GETVAL));
    CHILD(R(op(id, 2, 2, SEM_UNDO)); R(set(id, 2, 4)));
    V(semctl(id, 2, GETVAL));
    R(op(id, 3, 1, 0));
    R(op(id, 0, 32767, 0));
    R(op(id, 0, 32767, 0));
    R(set(id, 0, 32768));
    R(set(id, 0, -1));
    R(semctl(id, 3, GETVAL));
    R(semctl(id, 0, 99));
    R(semop(id, two, 0));
    R(semop(id, two, 501));
    R(semop(999999, two, 1));
    R(semget(IPC_PRIVATE, 0, 0600));
    R(semget(IPC_PRIVATE, 32001, 0600));
    R(semget(0x77, 1, 0));
    pid_t child = fork();
    if (child == 0) {
        CHECK(set(id, 1, 0) == 0);
        _exit(op(id, 1, -1, 0) == -1 && errno == EIDRM ? 0 : 1);
    }
    while (semctl(id, 1, GETNCNT) == 0)
        sleep_ms(1);
    R(semctl(id, 0, IPC_RMID));
    show_status("child", reap(child));
    R(op(id, 0, 1, 0));
    return verdict();
}
