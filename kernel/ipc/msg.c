/* SPDX-License-Identifier: GPL-2.0-or-later */
/* msg.c - System V message queues. */
#include "kernel/include/syscall.h"
#include "kernel/ipc/ipc.h"

#define MSG_BYTES_MAX 8192u
#define QUEUE_BYTES 16384u
#define QUEUES_MAX 32000
#define MSG_NOERROR 010000u
#define MSG_EXCEPT 020000u
#define MSG_COPY 040000u
#define MSG_STAT 11
#define MSG_INFO 12
#define MSG_STAT_ANY 13

struct msg {
    struct list node;
    int64_t type;
    size_t len;
    uint8_t data[];
};

struct msg_queue {
    struct ipc_object o;
    struct list msgs;
    uint64_t count, bytes, bytes_max;
    int64_t stime, rtime, ctime;
    int32_t lspid, lrpid;
};

static void queue_free(struct ipc_object *o)
{
    struct msg_queue *q = container_of(o, struct msg_queue, o);
    list_for_each_safe(m, &q->msgs, struct msg, node)
        kfree(m);
    kfree(q);
}

static struct ipc_table table = {.free = queue_free};

static struct msg_queue *queue_of(struct ipc_object *o)
{
    return container_of(o, struct msg_queue, o);
}

static int check(const struct ipc_object *o, const struct ipc_request *r)
{
    (void)o, (void)r;
    return 0;
}

static struct ipc_object *create(const struct ipc_request *r, int *err)
{
    (void)r, (void)err;
    struct msg_queue *q = kzalloc(sizeof(*q));
    if (!q)
        return NULL;
    list_init(&q->msgs);
    q->bytes_max = QUEUE_BYTES;
    q->ctime = ipc_now_s();
    return &q->o;
}

SYSCALL2(msgget, uint64_t, key, uint64_t, flags)
{
    const struct ipc_request r = {(int32_t)key, (uint32_t)flags, 0};
    return ipc_get(&table, &r, check, create);
}

static long put(struct msg_queue *q, struct msg *m, uint64_t flags)
{
    while (q->bytes + m->len > q->bytes_max || q->count + 1 > q->bytes_max) {
        if (flags & IPC_NOWAIT)
            return -EAGAIN;
        int err = ipc_wait(&table, &q->o, NO_DEADLINE);
        if (err)
            return err == -EINTR ? -ERESTARTNOHAND : err;
    }
    list_push_back(&q->msgs, &m->node);
    q->count++;
    q->bytes += m->len;
    q->stime = ipc_now_s();
    q->lspid = port_pid();
    wait_wake_all(&q->o.waiters);
    return 0;
}

SYSCALL4(msgsnd, uint64_t, id, uint64_t, addr, uint64_t, len, uint64_t, flags)
{
    struct ipc_object *o;
    int64_t type;
    if (port_copy_in(&type, addr, sizeof(type)))
        return -EFAULT;
    if (len > MSG_BYTES_MAX || (int32_t)id < 0 || type < 1)
        return -EINVAL;
    struct msg *m = kmalloc(sizeof(*m) + len);
    if (!m)
        return -ENOMEM;
    m->type = type;
    m->len = len;
    long r = len && port_copy_in(m->data, addr + sizeof(type), len) ? -EFAULT : 0;
    if (!r)
        r = ipc_find(&table, (int)id, IPC_MAY_WRITE, &o);
    if (!r)
        r = put(queue_of(o), m, flags);
    if (r)
        kfree(m);
    return r;
}

/* The message that the type asks for: the first, the first of a type, the lowest up to one. */
static struct msg *choose(const struct msg_queue *q, int64_t type, uint64_t flags)
{
    struct msg *best = NULL;
    int64_t n = 0;
    list_for_each(m, &q->msgs, struct msg, node) {
        if (flags & MSG_COPY) {
            if (n++ == type)
                return m;
        } else if (type == 0 || (type > 0 && (m->type == type) == !(flags & MSG_EXCEPT))) {
            return m;
        } else if (type < 0 && m->type <= -type && (!best || m->type < best->type)) {
            best = m;
            if (m->type == 1) /* nothing is lower */
                return m;
        }
    }
    return best;
}

static long take(struct msg_queue *q, uint64_t addr, uint64_t len, int64_t type, uint64_t flags)
{
    struct msg *m;
    while (!(m = choose(q, type, flags))) {
        if (flags & (IPC_NOWAIT | MSG_COPY))
            return -ENOMSG;
        int err = ipc_wait(&table, &q->o, NO_DEADLINE);
        if (err)
            return err == -EINTR ? -ERESTARTNOHAND : err;
    }
    if (m->len > len && !(flags & MSG_NOERROR))
        return -E2BIG;
    size_t n = m->len < len ? m->len : len;
    bool failed = port_copy_out(addr, &m->type, sizeof(m->type)) ||
                  (n && port_copy_out(addr + sizeof(m->type), m->data, n));
    if (!(flags & MSG_COPY)) {
        list_remove(&m->node);
        q->count--;
        q->bytes -= m->len;
        q->rtime = ipc_now_s();
        q->lrpid = port_pid();
        wait_wake_all(&q->o.waiters);
        kfree(m);
    }
    return failed ? -EFAULT : (long)n;
}

SYSCALL5(msgrcv, uint64_t, id, uint64_t, addr, uint64_t, len, uint64_t, type, uint64_t, flags)
{
    struct ipc_object *o;
    if ((int32_t)id < 0 || (int64_t)len < 0)
        return -EINVAL;
    if ((flags & MSG_COPY) && ((flags & MSG_EXCEPT) || !(flags & IPC_NOWAIT)))
        return -EINVAL;
    int err = ipc_find(&table, (int)id, IPC_MAY_READ, &o);
    return err ? err : take(queue_of(o), addr, len, (int64_t)type, flags);
}

static long stat_out(struct msg_queue *q, uint64_t addr, long result)
{
    struct msqid_k d = {.stime = q->stime, .rtime = q->rtime, .ctime = q->ctime};
    ipc_show(&q->o, &d.perm);
    d.cbytes = q->bytes;
    d.qnum = q->count;
    d.qbytes = q->bytes_max;
    d.lspid = q->lspid;
    d.lrpid = q->lrpid;
    return port_copy_out(addr, &d, sizeof(d)) ? -EFAULT : result;
}

static long info_out(uint64_t addr, int cmd)
{
    int32_t info[8] = {0, 0, MSG_BYTES_MAX, QUEUE_BYTES, QUEUES_MAX, 16, 0, 0xffff};
    if (cmd == MSG_INFO)
        for (int i = 0; i < IPC_SLOTS; i++)
            if (table.slot[i]) {
                info[0]++;
                info[1] += (int32_t)queue_of(table.slot[i])->count;
                info[6] += (int32_t)queue_of(table.slot[i])->bytes;
            }
    return port_copy_out(addr, info, sizeof(info)) ? -EFAULT : ipc_last_slot(&table);
}

static long change(struct msg_queue *q, uint64_t addr)
{
    struct msqid_k d;
    if (port_copy_in(&d, addr, sizeof(d)))
        return -EFAULT;
    int err = ipc_may_change(&q->o);
    if (err)
        return err;
    if (d.qbytes > QUEUE_BYTES && !port_is_privileged())
        return -EPERM;
    q->bytes_max = d.qbytes;
    ipc_set(&q->o, &d.perm);
    q->ctime = ipc_now_s();
    wait_wake_all(&q->o.waiters);
    return 0;
}

SYSCALL3(msgctl, uint64_t, id, uint64_t, command, uint64_t, addr)
{
    struct ipc_object *o;
    int cmd = (int)command, err;
    if ((int32_t)id < 0 || cmd < 0)
        return -EINVAL;
    if (cmd == IPC_INFO || cmd == MSG_INFO)
        return info_out(addr, cmd);
    if (cmd == MSG_STAT || cmd == MSG_STAT_ANY) {
        err = ipc_at(&table, (int)id, cmd == MSG_STAT ? IPC_MAY_READ : 0, &o);
        return err ? err : stat_out(queue_of(o), addr, o->id);
    }
    if (cmd != IPC_RMID && cmd != IPC_SET && cmd != IPC_STAT)
        return -EINVAL;
    err = ipc_find(&table, (int)id, cmd == IPC_STAT ? IPC_MAY_READ : 0, &o);
    if (err)
        return err;
    if (cmd == IPC_STAT)
        return stat_out(queue_of(o), addr, 0);
    if (cmd == IPC_SET)
        return change(queue_of(o), addr);
    err = ipc_may_change(o);
    if (!err)
        ipc_remove(&table, o);
    return err;
}
