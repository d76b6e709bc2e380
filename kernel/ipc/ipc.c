/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ipc.c - identifiers, keys and permission of System V objects. */
#include "kernel/ipc/ipc.h"

#define SEQUENCE_UNIT 32768

static int permitted(const struct ipc_object *o, uint32_t mask)
{
    uint32_t bits, uid = port_fsuid();
    if (uid == o->uid || uid == o->cuid)
        bits = (o->mode >> 6 & 7) * 0111;
    else if (port_in_group(o->gid) || port_in_group(o->cgid) || port_fsgid() == o->gid ||
             port_fsgid() == o->cgid)
        bits = (o->mode >> 3 & 7) * 0111;
    else
        bits = (o->mode & 7) * 0111;
    return !(mask & 0777 & ~bits) || port_is_privileged() ? 0 : -EACCES;
}

static int install(struct ipc_table *t, struct ipc_object *o, const struct ipc_request *r)
{
    for (int i = 0; i < IPC_SLOTS; i++) {
        if (t->slot[i])
            continue;
        o->refs = 1;
        o->key = r->key;
        o->id = i + t->sequence[i]++ * SEQUENCE_UNIT;
        o->uid = o->cuid = port_fsuid();
        o->gid = o->cgid = port_fsgid();
        o->mode = r->flags & 0777;
        wait_init(&o->waiters);
        t->slot[i] = o;
        return o->id;
    }
    o->refs = 1;
    ipc_unref(t, o);
    return -ENOSPC;
}

int ipc_get(struct ipc_table *t, const struct ipc_request *r,
            int (*check)(const struct ipc_object *o, const struct ipc_request *r),
            struct ipc_object *(*create)(const struct ipc_request *r, int *err))
{
    for (int i = 0; i < IPC_SLOTS && r->key != IPC_PRIVATE; i++) {
        struct ipc_object *o = t->slot[i];
        if (!o || o->key != r->key)
            continue;
        if ((r->flags & (IPC_CREAT | IPC_EXCL)) == (IPC_CREAT | IPC_EXCL))
            return -EEXIST;
        int err = check(o, r);
        if (!err)
            err = permitted(o, r->flags);
        return err ? err : o->id;
    }
    if (r->key != IPC_PRIVATE && !(r->flags & IPC_CREAT))
        return -ENOENT;
    int err = -ENOMEM;
    struct ipc_object *o = create(r, &err);
    return o ? install(t, o, r) : err;
}

int ipc_find(struct ipc_table *t, int id, uint32_t mask, struct ipc_object **out)
{
    struct ipc_object *o = id < 0 ? NULL : t->slot[id % SEQUENCE_UNIT % IPC_SLOTS];
    if (!o || o->id != id)
        return -EINVAL;
    int err = mask ? permitted(o, mask) : 0;
    *out = o;
    return err;
}

int ipc_at(struct ipc_table *t, int slot, uint32_t mask, struct ipc_object **out)
{
    if (slot < 0 || slot % SEQUENCE_UNIT >= IPC_SLOTS || !t->slot[slot % SEQUENCE_UNIT])
        return -EINVAL;
    *out = t->slot[slot % SEQUENCE_UNIT];
    return mask ? permitted(*out, mask) : 0;
}

int ipc_last_slot(const struct ipc_table *t)
{
    int last = 0;
    for (int i = 0; i < IPC_SLOTS; i++)
        if (t->slot[i])
            last = i;
    return last;
}

int ipc_may_change(const struct ipc_object *o)
{
    uint32_t uid = port_fsuid();
    return uid == o->uid || uid == o->cuid || port_is_privileged() ? 0 : -EPERM;
}

void ipc_unref(struct ipc_table *t, struct ipc_object *o)
{
    if (--o->refs == 0)
        t->free(o);
}

void ipc_remove(struct ipc_table *t, struct ipc_object *o)
{
    t->slot[o->id % SEQUENCE_UNIT] = NULL;
    o->removed = true;
    wait_wake_all(&o->waiters);
    ipc_unref(t, o);
}

void ipc_show(const struct ipc_object *o, struct ipc_perm_k *p)
{
    *p = (struct ipc_perm_k){
        .key = o->key,
        .uid = o->uid,
        .gid = o->gid,
        .cuid = o->cuid,
        .cgid = o->cgid,
        .mode = o->mode,
        .seq = (uint16_t)(o->id / SEQUENCE_UNIT),
    };
}

void ipc_set(struct ipc_object *o, const struct ipc_perm_k *p)
{
    o->uid = p->uid;
    o->gid = p->gid;
    o->mode = (o->mode & ~0777u) | (p->mode & 0777);
}

int64_t ipc_now_s(void)
{
    return port_realtime_ns() / PORT_NS_PER_S;
}

int ipc_wait(struct ipc_table *t, struct ipc_object *o, uint64_t deadline_ns)
{
    o->refs++;
    int err = wait_sleep(&o->waiters, deadline_ns, true);
    if (o->removed)
        err = -EIDRM;
    else if (err == -ETIMEDOUT)
        err = -EAGAIN;
    ipc_unref(t, o);
    return err;
}
