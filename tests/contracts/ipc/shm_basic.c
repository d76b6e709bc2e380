// SPDX-License-Identifier: GPL-2.0-or-later
/* System V shared memory: made, attached, shared with a child, removed while attached; errors. */
#include "contract.h"

#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    int id = shmget(IPC_PRIVATE, 5000, IPC_CREAT | 0600), other;
    struct shmid_ds d;
    char *p, *q;

    CHECK(id >= 0);
    p = shmat(id, NULL, 0);
    CHECK(p != (void *)-1);
    strcpy(p, "parent");
    V(p[4999]);
    CHILD(S(p); strcpy(p, "child"));
    S(p);
    q = shmat(id, NULL, SHM_RDONLY);
    S(q);
    strcpy(p, "both");
    S(q);
    CHILD(q[0] = 'x');
    R(shmctl(id, IPC_STAT, &d));
    SAY("size %zu, attached %lu, mode %o, creator mine %d", d.shm_segsz, (long)d.shm_nattch,
        d.shm_perm.mode, d.shm_cpid == getpid());
    R(shmdt(q));
    R(shmdt(q));
    R(shmdt(p + 1));
    CHECK(shmctl(id, IPC_STAT, &d) == 0);
    V(d.shm_nattch);
    R(shmctl(id, IPC_RMID, NULL));
    CHECK(shmctl(id, IPC_STAT, &d) == 0);
    SAY("removed, attached %lu, mode %o", (long)d.shm_nattch, d.shm_perm.mode);
    S(p);
    R(shmdt(p));
    R(shmctl(id, IPC_STAT, &d));
    R(shmat(id, NULL, 0) == (void *)-1);

    id = shmget(0x1234, 4096, IPC_CREAT | IPC_EXCL | 0640);
    CHECK(id >= 0);
    R(shmget(0x1234, 4096, IPC_CREAT | IPC_EXCL | 0640));
    R(shmget(0x1234, 4096, 0) == id);
    R(shmget(0x1234, 4097, 0));
    R(shmget(0x1235, 4096, 0));
    R(shmget(IPC_PRIVATE, 0, 0600));
    R(shmget(0x1236, 0, IPC_CREAT | 0600));
    R(shmget(0x1234, 0, 0) == id);
    R(shmctl(id, 99, &d));
    R(shmctl(999999, IPC_STAT, &d));
    R(shmctl(-1, IPC_STAT, &d));
    R((long)shmat(-1, NULL, 0));
    R((long)shmat(id, (void *)0x1001, 0));
    R((long)shmat(id, NULL, SHM_REMAP));
    CHECK(shmctl(id, IPC_STAT, &d) == 0);
    d.shm_perm.mode = 0444;
    R(shmctl(id, IPC_SET, &d));
    CHECK(shmctl(id, IPC_STAT, &d) == 0);
    SAY("mode %o key 0x%x", d.shm_perm.mode, d.shm_perm.__key);
    CHILD(CHECK(setuid(7) == 0); R((long)shmat(id, NULL, 0)); R(shmctl(id, IPC_RMID, NULL));
          R((long)shmat(id, NULL, SHM_RDONLY) == -1); R(shmget(0x1234, 0, 0200)));
    R(shmctl(id, IPC_RMID, NULL));
    other = shmget(0x1234, 4096, IPC_CREAT | 0600);
    R(other != id);
    R(shmctl(other, IPC_RMID, NULL));
    return verdict();
}
