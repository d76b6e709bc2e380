/* SPDX-License-Identifier: GPL-2.0-or-later */
/* uapi.h - numbers and structures of System V IPC that are the same on both CPUs. */
#ifndef KERNEL_IPC_UAPI_H
#define KERNEL_IPC_UAPI_H

#include <stdint.h>

#define IPC_PRIVATE 0
#define IPC_CREAT 01000u
#define IPC_EXCL 02000u
#define IPC_NOWAIT 04000u
#define IPC_RMID 0
#define IPC_SET 1
#define IPC_STAT 2
#define IPC_INFO 3

struct ipc_perm_k {
    int32_t key;
    uint32_t uid, gid, cuid, cgid;
    uint32_t mode;
    uint16_t seq;
    uint16_t pad;
    uint64_t unused[2];
};
_Static_assert(sizeof(struct ipc_perm_k) == 48, "struct ipc64_perm");

struct shmid_k {
    struct ipc_perm_k perm;
    uint64_t bytes;
    int64_t atime, dtime, ctime;
    int32_t cpid, lpid;
    uint64_t nattch;
    uint64_t unused[2];
};

struct msqid_k {
    struct ipc_perm_k perm;
    int64_t stime, rtime, ctime;
    uint64_t cbytes, qnum, qbytes;
    int32_t lspid, lrpid;
    uint64_t unused[2];
};

struct sembuf_k {
    uint16_t num;
    int16_t op;
    int16_t flags;
};

#endif
