/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ipc.h - what the three kinds of System V objects share: identifiers, keys, permission.
 *
 * Rules of use
 *   - An object embeds struct ipc_object first. The table holds one reference until IPC_RMID; a
 *     sleeper holds another, and finds `removed` when it wakes (-EIDRM).
 *   - An identifier is slot + 32768 * sequence; a slot's sequence grows with each use, so that an
 *     old identifier is -EINVAL.
 */
#ifndef KERNEL_IPC_H
#define KERNEL_IPC_H

#include "kernel/fs/port.h"
#include "kernel/include/fs_uapi.h"
#include "kernel/include/wait.h"
#include "kernel/ipc/uapi.h"

#define IPC_SLOTS 512

struct process;

struct ipc_object {
    int32_t key, id;
    uint32_t refs;
    bool removed;
    uint32_t uid, gid, cuid, cgid, mode;
    struct wait_queue waiters; /* for any change */
};

struct ipc_table {
    struct ipc_object *slot[IPC_SLOTS];
    uint16_t sequence[IPC_SLOTS];
    void (*free)(struct ipc_object *o); /* the last reference is gone */
};

#define IPC_MAY_READ 0444u
#define IPC_MAY_WRITE 0222u

/*
 * The get calls: the id of an existing object that check() accepts (0 or -errno), or of a new one
 * from create() (NULL and *err: refused).
 */
struct ipc_request {
    int32_t key;
    uint32_t flags;
    uint64_t size;
};
int ipc_get(struct ipc_table *t, const struct ipc_request *r,
            int (*check)(const struct ipc_object *o, const struct ipc_request *r),
            struct ipc_object *(*create)(const struct ipc_request *r, int *err));
/* The object of an id: -EINVAL, -EIDRM; with mask, -EACCES. No reference. */
int ipc_find(struct ipc_table *t, int id, uint32_t mask, struct ipc_object **out);
/* The object of a slot, for the *_STAT calls. */
int ipc_at(struct ipc_table *t, int slot, uint32_t mask, struct ipc_object **out);
int ipc_last_slot(const struct ipc_table *t); /* 0 also where there is none */
int ipc_may_change(const struct ipc_object *o); /* IPC_SET, IPC_RMID: -EPERM */
void ipc_remove(struct ipc_table *t, struct ipc_object *o); /* drops the table's reference */
void ipc_unref(struct ipc_table *t, struct ipc_object *o);
void ipc_show(const struct ipc_object *o, struct ipc_perm_k *p);
void ipc_set(struct ipc_object *o, const struct ipc_perm_k *p);
int64_t ipc_now_s(void);
/* Until the next change of o: 0, -EIDRM, -EINTR (a signal), -EAGAIN (the deadline). */
int ipc_wait(struct ipc_table *t, struct ipc_object *o, uint64_t deadline_ns);

/* A process has ended: what it asked semaphores to forget is undone (SEM_UNDO). */
void ipc_process_exit(struct process *p);

#endif
