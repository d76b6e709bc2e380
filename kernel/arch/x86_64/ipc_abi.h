/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ipc_abi.h - what x86_64's System V calls have of their own: struct semid64_ds. */
#ifndef KERNEL_ARCH_IPC_ABI_H
#define KERNEL_ARCH_IPC_ABI_H

#include "kernel/ipc/uapi.h"

struct semid_k {
    struct ipc_perm_k perm;
    int64_t otime;
    uint64_t unused1;
    int64_t ctime;
    uint64_t unused2;
    uint64_t nsems;
    uint64_t unused[2];
};
_Static_assert(sizeof(struct semid_k) == 104, "struct semid64_ds of x86_64");

#endif
