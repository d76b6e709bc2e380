/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sem.c - System V semaphores.
 *
 * The operations of one semop happen together or not at all: they are tried on a copy of the
 * values, which becomes the set where all could go on. A waiter tries again after each change.
 */
#include "kernel/include/process.h"
#include "kernel/include/syscall.h"
#include "kernel/ipc/ipc.h"

#include "ipc_abi.h"

#define SEM_UNDO 0x1000
#define SEM_GETPID 11
#define SEM_GETVAL 12
#define SEM_GETALL 13
#define SEM_GETNCNT 14
#define SEM_GETZCNT 15
#define SEM_SETVAL 16
#define SEM_SETALL 17
#define SEM_STAT 18
#define SEM_INFO 19
#define SEM_STAT_ANY 20
#define SEMS_PER_SET_MAX 32000u
#define OPS_MAX 500u
#define VALUE_MAX 32767
#define SETS_MAX 32000

struct sem_undo {
    struct list node;
    const struct process *process;
    int16_t adjust[];
};

struct sem {
    int32_t value, pid;
    uint32_t ncnt, zcnt; /* who waits for more, for zero */
};

struct sem_set {
    struct ipc_object o;
    struct list undos;
    int64_t otime, ctime;
    uint32_t count;
    struct sem sem[];
};

static void set_free(struct ipc_object *o)
{
    struct sem_set *s = container_of(o, struct sem_set, o);
    list_for_each_safe(u, &s->undos, struct sem_undo, node)
        kfree(u);
    kfree(s);
}

static struct ipc_table table = {.free = set_free};

static struct sem_set *set_of(struct ipc_object *o)
{
    return container_of(o, struct sem_set, o);
}

static int check(const struct ipc_object *o, const struct ipc_request *r)
{
    const struct sem_set *s = container_of(o, const struct sem_set, o);
    return r->size > s->count ? -EINVAL : 0;
}

static struct ipc_object *create(const struct ipc_request *r, int *err)
{
    if (!r->size) {
        *err = -EINVAL;
        return NULL;
    }
    struct sem_set *s = kzalloc(sizeof(*s) + r->size * sizeof(s->sem[0]));
    if (!s)
        return NULL;
    list_init(&s->undos);
    s->count = (uint32_t)r->size;
    s->ctime = ipc_now_s();
    return &s->o;
}

SYSCALL3(semget, uint64_t, key, uint64_t, count, uint64_t, flags)
{
    const struct ipc_request r = {(int32_t)key, (uint32_t)flags, (uint32_t)count};
    if ((int32_t)count < 0 || (uint32_t)count > SEMS_PER_SET_MAX)
        return -EINVAL;
    return ipc_get(&table, &r, check, create);
}

static struct sem_undo *undo_of(struct sem_set *s)
{
    list_for_each(u, &s->undos, struct sem_undo, node)
        if (u->process == process_current())
            return u;
    struct sem_undo *u = kzalloc(sizeof(*u) + s->count * sizeof(u->adjust[0]));
    if (!u)
        return NULL;
    u->process = process_current();
    list_push_back(&s->undos, &u->node);
    return u;
}

/* Takes back the first n operations. */
static void take_back(struct sem_set *s, const struct sembuf_k *ops, unsigned n)
{
    while (n--)
        s->sem[ops[n].num].value -= ops[n].op;
}

/* 0: done; 1: must wait, *at tells for which; -errno. */
static int try_ops(struct sem_set *s, const struct sembuf_k *ops, unsigned n, unsigned *at)
{
    for (*at = 0; *at < n; ++*at) {
        const struct sembuf_k *op = &ops[*at];
        struct sem *sem = &s->sem[op->num];
        int32_t v = sem->value + op->op;
        int r = 0;
        if ((op->op == 0 && sem->value) || v < 0)
            r = op->flags & (int)IPC_NOWAIT ? -EAGAIN : 1;
        else if (v > VALUE_MAX)
            r = -ERANGE;
        if (r) {
            take_back(s, ops, *at);
            return r;
        }
        sem->value = v;
    }
    return 0;
}

static void done(struct sem_set *s, const struct sembuf_k *ops, unsigned n, struct sem_undo *u)
{
    bool changed = false;
    for (unsigned i = 0; i < n; i++) {
        s->sem[ops[i].num].pid = port_pid();
        changed |= ops[i].op != 0;
        if (ops[i].flags & SEM_UNDO)
            u->adjust[ops[i].num] = (int16_t)(u->adjust[ops[i].num] - ops[i].op);
    }
    s->otime = ipc_now_s();
    if (changed)
        wait_wake_all(&s->o.waiters);
}

static int run_ops(struct sem_set *s, const struct sembuf_k *ops, unsigned n, uint64_t deadline)
{
    struct sem_undo *u = NULL;
    unsigned at;
    uint32_t mask = 0444;
    for (unsigned i = 0; i < n; i++) {
        if (ops[i].num >= s->count)
            return -EFBIG;
        if (ops[i].op)
            mask = IPC_MAY_WRITE;
        if ((ops[i].flags & SEM_UNDO) && !u && !(u = undo_of(s)))
            return -ENOMEM;
    }
    struct ipc_object *o;
    int err = ipc_find(&table, s->o.id, mask, &o);
    while (!err) {
        err = try_ops(s, ops, n, &at);
        if (err <= 0)
            break;
        uint16_t num = ops[at].num;
        uint32_t *count = ops[at].op ? &s->sem[num].ncnt : &s->sem[num].zcnt;
        ++*count;
        s->o.refs++;
        err = ipc_wait(&table, &s->o, deadline);
        --*count;
        ipc_unref(&table, &s->o);
    }
    if (!err)
        done(s, ops, n, u);
    return err;
}

SYSCALL4(semtimedop, uint64_t, id, uint64_t, addr, uint64_t, n, uint64_t, timeout)
{
    struct ipc_object *o;
    struct timespec_k ts;
    uint64_t deadline = NO_DEADLINE;
    if (!(uint32_t)n || (int32_t)id < 0)
        return -EINVAL;
    if ((uint32_t)n > OPS_MAX)
        return -E2BIG;
    struct sembuf_k *ops = kmalloc((uint32_t)n * sizeof(*ops));
    if (!ops)
        return -ENOMEM;
    int err = port_copy_in(ops, addr, (uint32_t)n * sizeof(*ops));
    if (!err && timeout)
        err = port_copy_in(&ts, timeout, sizeof(ts));
    if (!err && timeout) {
        if (ts.sec < 0 || ts.nsec < 0 || ts.nsec >= PORT_NS_PER_S)
            err = -EINVAL;
        else if (ts.sec < INT64_MAX / PORT_NS_PER_S / 2)
            deadline = port_monotonic_ns() + (uint64_t)(ts.sec * PORT_NS_PER_S + ts.nsec);
    }
    if (!err)
        err = ipc_find(&table, (int)id, 0, &o);
    if (!err)
        err = run_ops(set_of(o), ops, (unsigned)n, deadline);
    kfree(ops);
    return err;
}

SYSCALL3(semop, uint64_t, id, uint64_t, addr, uint64_t, n)
{
    return syscall_semtimedop(id, addr, n, 0);
}

void ipc_process_exit(struct process *p)
{
    for (int i = 0; i < IPC_SLOTS; i++) {
        struct sem_set *s = table.slot[i] ? set_of(table.slot[i]) : NULL;
        if (!s || list_is_empty(&s->undos))
            continue;
        list_for_each_safe(u, &s->undos, struct sem_undo, node) {
            if (u->process != p)
                continue;
            for (uint32_t k = 0; k < s->count; k++) {
                int32_t v = s->sem[k].value + u->adjust[k];
                if (u->adjust[k])
                    s->sem[k].pid = p->pid;
                s->sem[k].value = v < 0 ? 0 : v > VALUE_MAX ? VALUE_MAX : v;
            }
            list_remove(&u->node);
            kfree(u);
            s->otime = ipc_now_s();
            wait_wake_all(&s->o.waiters);
        }
    }
}

/* New values: nobody's undo holds for them any more. */
static void forget_undos(struct sem_set *s, uint32_t from, uint32_t to)
{
    list_for_each(u, &s->undos, struct sem_undo, node)
        for (uint32_t i = from; i < to; i++)
            u->adjust[i] = 0;
    s->ctime = ipc_now_s();
    wait_wake_all(&s->o.waiters);
}

static long all_values(struct sem_set *s, uint64_t addr, bool set)
{
    uint16_t v;
    for (uint32_t i = 0; i < s->count; i++) {
        v = (uint16_t)s->sem[i].value;
        if (set ? port_copy_in(&v, addr + 2 * i, 2) : port_copy_out(addr + 2 * i, &v, 2))
            return -EFAULT;
        if (set && v > VALUE_MAX)
            return -ERANGE;
    }
    for (uint32_t i = 0; set && i < s->count; i++) {
        if (port_copy_in(&v, addr + 2 * i, 2))
            return -EFAULT;
        s->sem[i].value = v;
        s->sem[i].pid = port_pid();
    }
    if (set)
        forget_undos(s, 0, s->count);
    return 0;
}

static long one_value(struct sem_set *s, int num, int cmd, uint64_t arg)
{
    if (num < 0 || (uint32_t)num >= s->count)
        return -EINVAL;
    struct sem *sem = &s->sem[num];
    switch (cmd) {
    case SEM_GETVAL:
        return sem->value;
    case SEM_GETPID:
        return sem->pid;
    case SEM_GETNCNT:
        return sem->ncnt;
    case SEM_GETZCNT:
        return sem->zcnt;
    }
    if ((int32_t)arg < 0 || (int32_t)arg > VALUE_MAX)
        return -ERANGE;
    sem->value = (int32_t)arg;
    sem->pid = port_pid();
    forget_undos(s, (uint32_t)num, (uint32_t)num + 1);
    return 0;
}

static long stat_out(struct sem_set *s, uint64_t addr, long result)
{
    struct semid_k d = {.otime = s->otime, .ctime = s->ctime, .nsems = s->count};
    ipc_show(&s->o, &d.perm);
    return port_copy_out(addr, &d, sizeof(d)) ? -EFAULT : result;
}

static long info_out(uint64_t addr, int cmd)
{
    int32_t info[10] = {1024000000, SETS_MAX, 1024000000, 1024000000, SEMS_PER_SET_MAX,
                        OPS_MAX,    OPS_MAX,  20,         VALUE_MAX,  VALUE_MAX};
    if (cmd == SEM_INFO) {
        info[7] = info[9] = 0;
        for (int i = 0; i < IPC_SLOTS; i++)
            if (table.slot[i]) {
                info[7]++;
                info[9] += (int32_t)set_of(table.slot[i])->count;
            }
    }
    return port_copy_out(addr, info, sizeof(info)) ? -EFAULT : ipc_last_slot(&table);
}

static long change(struct sem_set *s, int cmd, uint64_t addr)
{
    struct semid_k d;
    if (cmd == IPC_SET && port_copy_in(&d, addr, sizeof(d)))
        return -EFAULT;
    int err = ipc_may_change(&s->o);
    if (err)
        return err;
    if (cmd == IPC_RMID) {
        ipc_remove(&table, &s->o);
        return 0;
    }
    ipc_set(&s->o, &d.perm);
    s->ctime = ipc_now_s();
    return 0;
}

SYSCALL4(semctl, uint64_t, id, uint64_t, num, uint64_t, command, uint64_t, arg)
{
    struct ipc_object *o;
    int cmd = (int)command, err;
    if ((int32_t)id < 0)
        return -EINVAL;
    if (cmd == IPC_INFO || cmd == SEM_INFO)
        return info_out(arg, cmd);
    if (cmd == SEM_STAT || cmd == SEM_STAT_ANY) {
        err = ipc_at(&table, (int)id, cmd == SEM_STAT ? IPC_MAY_READ : 0, &o);
        return err ? err : stat_out(set_of(o), arg, o->id);
    }
    if (cmd < IPC_RMID || (cmd > IPC_STAT && cmd < SEM_GETPID) || cmd > SEM_SETALL)
        return -EINVAL;
    bool reads = cmd == IPC_STAT || (cmd >= SEM_GETPID && cmd <= SEM_GETZCNT);
    bool writes = cmd == SEM_SETVAL || cmd == SEM_SETALL;
    err = ipc_find(&table, (int)id, reads ? IPC_MAY_READ : writes ? IPC_MAY_WRITE : 0, &o);
    if (err)
        return err;
    if (cmd == IPC_STAT)
        return stat_out(set_of(o), arg, 0);
    if (cmd == IPC_RMID || cmd == IPC_SET)
        return change(set_of(o), cmd, arg);
    if (cmd == SEM_GETALL || cmd == SEM_SETALL)
        return all_values(set_of(o), arg, cmd == SEM_SETALL);
    return one_value(set_of(o), (int)num, cmd, arg);
}
