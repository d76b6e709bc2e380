// SPDX-License-Identifier: GPL-2.0-or-later
/* Shared memory segments, semaphores and message queues. */
#include "contract.h"

#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

int main(void)
{
    int id = shmget(IPC_PRIVATE, 8192, IPC_CREAT | 0600);
    struct shmid_ds ds;

    if (id < 0) {
        SAY("shmget: %s", errno_name(errno));
        return verdict();
    }
    char *p = shmat(id, NULL, 0);
    CHILD(p[5] = 3);
    V(p[5]);
    R(shmctl(id, IPC_STAT, &ds));
    V(ds.shm_segsz);
    V(ds.shm_nattch);
    R(shmctl(id, IPC_RMID, NULL));
    R(shmdt(p));
    R(shmdt(p));
    R((long)shmat(id, NULL, 0));
    int s = semget(IPC_PRIVATE, 2, 0600);
    struct sembuf op = {0, -1, IPC_NOWAIT};
    R(semop(s, &op, 1));
    op.sem_op = 2;
    R(semop(s, &op, 1));
    R(semctl(s, 0, GETVAL));
    R(semctl(s, 0, IPC_RMID));
    int q = msgget(IPC_PRIVATE, 0600);
    struct {
        long type;
        char text[8];
    } m = {4, "hello"};
    R(msgsnd(q, &m, 6, 0));
    R(msgrcv(q, &m, 8, 5, IPC_NOWAIT));
    R(msgrcv(q, &m, 8, 4, 0));
    S(m.text);
    R(msgctl(q, IPC_RMID, NULL));
    return verdict();
}
