/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mqueue.c - POSIX message queues: names of their own, descriptors as files.
 *
 * Messages stand by priority, the oldest first within one. A queue lives while it has a name or
 * an open descriptor. mq_notify tells one process, once, when a message comes to an empty queue
 * that nobody waits for.
 */
#include "kernel/include/process.h"
#include "kernel/include/signal.h"
#include "kernel/include/syscall.h"
#include "kernel/ipc/ipc.h"

#define MESSAGES_DEFAULT 10
#define BYTES_DEFAULT 8192
#define MESSAGES_MAX 65536 /* for root; others may have 10 */
#define BYTES_MAX (16 << 20)
#define PRIORITY_MAX 32768u
#define SIGEV_SIGNAL 0
#define SIGEV_NONE 1
#define SIGEV_THREAD 2
#define SI_MESGQ (-3)

struct mq_attr_k {
    int64_t flags, max_messages, max_bytes, messages;
    int64_t reserved[4];
};

struct mq_message {
    struct list node;
    uint32_t priority;
    size_t len;
    uint8_t data[];
};

struct mqueue {
    struct list node;    /* of the named ones; off the list once unlinked */
    char name[NAME_BYTES_MAX + 1];
    uint32_t refs;       /* the name, and open files */
    struct vnode *vnode; /* owner and mode; its own inode */
    struct list messages;
    int64_t count, max_messages, max_bytes;
    struct poll_head head;
    unsigned receivers;  /* waiting */
    int32_t notify_pid, notify_signo;
    uint64_t notify_value;
    bool notify_quiet;   /* SIGEV_NONE */
};

static struct list named = {&named, &named};
static const struct file_ops mq_fops;

static void mq_unref(struct mqueue *q)
{
    if (--q->refs)
        return;
    list_for_each_safe(m, &q->messages, struct mq_message, node)
        kfree(m);
    poll_head_destroy(&q->head);
    vnode_unref(q->vnode);
    kfree(q);
}

static void mq_release(struct file *f)
{
    struct mqueue *q = f->priv;
    if (q->notify_pid == port_pid())
        q->notify_pid = 0;
    mq_unref(q);
}

static uint32_t mq_poll(struct file *f, struct poll_table *pt)
{
    struct mqueue *q = f->priv;
    poll_register(pt, &q->head);
    return (q->count ? POLL_READABLE : 0) | (q->count < q->max_messages ? POLL_WRITABLE : 0);
}

static const struct file_ops mq_fops = {.release = mq_release, .poll = mq_poll};

static struct mqueue *mq_find(const char *name)
{
    list_for_each(q, &named, struct mqueue, node)
        if (!strcmp(q->name, name))
            return q;
    return NULL;
}

static int name_in(uint64_t addr, char *name)
{
    long len = port_string_in(name, addr, NAME_BYTES_MAX + 1);
    if (len < 0)
        return (int)len;
    if (!len)
        return -ENOENT;
    return strchr(name, '/') ? -EACCES : 0;
}

static int attr_check(const struct mq_attr_k *a)
{
    bool root = port_is_privileged();
    if (a->max_messages <= 0 || a->max_bytes <= 0 ||
        a->max_messages > (root ? MESSAGES_MAX : MESSAGES_DEFAULT) ||
        a->max_bytes > (root ? BYTES_MAX : BYTES_DEFAULT))
        return -EINVAL;
    return 0;
}

static int mq_create(const char *name, uint32_t mode, const struct mq_attr_k *a,
                     struct mqueue **out)
{
    struct mqueue *q = kzalloc(sizeof(*q));
    if (!q)
        return -ENOMEM;
    q->vnode = vnode_alloc(fs_root()->sb, S_IFREG_ | (mode & 0777 & ~port_fs()->umask));
    if (!q->vnode) {
        kfree(q);
        return -ENOMEM;
    }
    q->max_messages = a ? a->max_messages : MESSAGES_DEFAULT;
    q->max_bytes = a ? a->max_bytes : BYTES_DEFAULT;
    q->refs = 1;
    strlcpy(q->name, name, sizeof(q->name));
    list_init(&q->messages);
    poll_head_init(&q->head);
    list_push_back(&named, &q->node);
    *out = q;
    return 0;
}

/* The queue of that name, or a new one: not referenced. */
static int mq_lookup(const char *name, unsigned flags, uint32_t mode, uint64_t attr,
                     struct mqueue **out)
{
    static const unsigned access[4] = {MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE, 0};
    struct mq_attr_k a;
    if (attr && (flags & O_CREAT) && port_copy_in(&a, attr, sizeof(a)))
        return -EFAULT;
    *out = mq_find(name);
    if (!*out) {
        if (!(flags & O_CREAT))
            return -ENOENT;
        int err = attr ? attr_check(&a) : 0;
        return err ? err : mq_create(name, mode, attr ? &a : NULL, out);
    }
    if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
        return -EEXIST;
    if ((flags & O_ACCMODE) == O_ACCMODE)
        return -EINVAL;
    return vnode_permission((*out)->vnode, access[flags & O_ACCMODE]);
}

SYSCALL4(mq_open, uint64_t, name_addr, uint64_t, flags, uint64_t, mode, uint64_t, attr)
{
    char name[NAME_BYTES_MAX + 1], label[NAME_BYTES_MAX + 2] = "/";
    struct mqueue *q;
    struct file *f;
    int err = name_in(name_addr, name);
    if (!err)
        err = mq_lookup(name, (unsigned)flags, (uint32_t)mode, attr, &q);
    if (err)
        return err;
    q->refs++;
    strlcpy(label + 1, name, sizeof(label) - 1);
    err = file_open_anon(&mq_fops, q, (unsigned)flags & (O_ACCMODE | O_NONBLOCK), label,
                         q->vnode->mode, &f);
    if (err)
        return err;
    return fd_give(f, true); /* always, as in Linux */
}

SYSCALL1(mq_unlink, uint64_t, name_addr)
{
    char name[NAME_BYTES_MAX + 1];
    int err = name_in(name_addr, name);
    if (err)
        return err;
    struct mqueue *q = mq_find(name);
    if (!q)
        return -ENOENT;
    if (!vnode_is_owner(q->vnode))
        return -EPERM;
    list_remove(&q->node);
    mq_unref(q);
    return 0;
}

static int mq_get(uint64_t fd, struct file **out)
{
    struct file *f = fd_get((int)fd);
    if (!f)
        return -EBADF;
    if (f->ops != &mq_fops) {
        file_unref(f);
        return -EBADF;
    }
    *out = f;
    return 0;
}

static int deadline_in(uint64_t addr, uint64_t *out)
{
    struct timespec_k t;
    *out = POLL_NO_DEADLINE;
    if (!addr)
        return 0;
    if (port_copy_in(&t, addr, sizeof(t)))
        return -EFAULT;
    if (t.sec < 0 || t.nsec < 0 || t.nsec >= PORT_NS_PER_S)
        return -EINVAL;
    int64_t left = port_ns(t.sec, t.nsec) - port_realtime_ns();
    if (t.sec < INT64_MAX / PORT_NS_PER_S / 2)
        *out = left <= 0 ? 1 : port_monotonic_ns() + (uint64_t)left;
    return 0;
}

static void notify(struct mqueue *q)
{
    struct process *p = q->notify_pid ? process_find(q->notify_pid) : NULL;
    q->notify_pid = 0;
    if (!p || q->notify_quiet)
        return;
    struct ksiginfo info;
    siginfo_from_current(&info, q->notify_signo, SI_MESGQ);
    info.rt.value = q->notify_value;
    signal_send_process(p, q->notify_signo, &info);
}

static void insert(struct mqueue *q, struct mq_message *m)
{
    struct list *at = &q->messages;
    list_for_each(o, &q->messages, struct mq_message, node)
        if (o->priority < m->priority) {
            at = &o->node;
            break;
        }
    list_insert_before(at, &m->node);
    if (q->count++ == 0 && !q->receivers && q->notify_pid)
        notify(q);
    poll_wake(&q->head, POLL_READABLE);
}

static long mq_wait(struct mqueue *q, const struct file *f, uint64_t deadline)
{
    return file_is_nonblocking(f) ? -EAGAIN : poll_sleep(&q->head, deadline);
}

static long mq_send(struct file *f, uint64_t addr, size_t len, uint32_t priority, uint64_t deadline)
{
    struct mqueue *q = f->priv;
    long r = 0;
    if (!file_can_write(f))
        return -EBADF;
    if (len > (size_t)q->max_bytes)
        return -EMSGSIZE;
    struct mq_message *m = kmalloc(sizeof(*m) + len);
    if (!m)
        return -ENOMEM;
    m->priority = priority;
    m->len = len;
    if (len && port_copy_in(m->data, addr, len))
        r = -EFAULT;
    while (!r && q->count >= q->max_messages)
        r = mq_wait(q, f, deadline);
    if (r)
        kfree(m);
    else
        insert(q, m);
    return r;
}

SYSCALL5(mq_timedsend, uint64_t, fd, uint64_t, addr, uint64_t, len, uint64_t, priority,
         uint64_t, timeout)
{
    struct file *f;
    uint64_t deadline;
    int err = deadline_in(timeout, &deadline);
    if (err)
        return err;
    if ((uint32_t)priority >= PRIORITY_MAX)
        return -EINVAL;
    err = mq_get(fd, &f);
    if (err)
        return err;
    long r = mq_send(f, addr, len, (uint32_t)priority, deadline);
    file_unref(f);
    return r;
}

static long mq_receive(struct file *f, uint64_t addr, size_t len, uint64_t priority,
                       uint64_t deadline)
{
    struct mqueue *q = f->priv;
    if (!file_can_read(f))
        return -EBADF;
    if (len < (size_t)q->max_bytes)
        return -EMSGSIZE;
    while (!q->count) {
        q->receivers++;
        long r = mq_wait(q, f, deadline);
        q->receivers--;
        if (r)
            return r;
    }
    struct mq_message *m = list_first(&q->messages, struct mq_message, node);
    list_remove(&m->node);
    q->count--;
    poll_wake(&q->head, POLL_WRITABLE);
    long r = (long)m->len;
    if ((priority && port_copy_out(priority, &m->priority, sizeof(m->priority))) ||
        (m->len && port_copy_out(addr, m->data, m->len)))
        r = -EFAULT;
    kfree(m);
    return r;
}

SYSCALL5(mq_timedreceive, uint64_t, fd, uint64_t, addr, uint64_t, len, uint64_t, priority,
         uint64_t, timeout)
{
    struct file *f;
    uint64_t deadline;
    int err = deadline_in(timeout, &deadline);
    if (!err)
        err = mq_get(fd, &f);
    if (err)
        return err;
    long r = mq_receive(f, addr, len, priority, deadline);
    file_unref(f);
    return r;
}

SYSCALL3(mq_getsetattr, uint64_t, fd, uint64_t, new, uint64_t, old)
{
    struct file *f;
    struct mq_attr_k a = {0}, set = {0};
    if (new && port_copy_in(&set, new, sizeof(set)))
        return -EFAULT;
    if (new && (set.flags & ~(int64_t)O_NONBLOCK))
        return -EINVAL;
    int err = mq_get(fd, &f);
    if (err)
        return err;
    const struct mqueue *q = f->priv;
    a.flags = f->flags & O_NONBLOCK;
    a.max_messages = q->max_messages;
    a.max_bytes = q->max_bytes;
    a.messages = q->count;
    if (new)
        f->flags = (f->flags & ~O_NONBLOCK) | ((unsigned)set.flags & O_NONBLOCK);
    file_unref(f);
    return old && port_copy_out(old, &a, sizeof(a)) ? -EFAULT : 0;
}

struct sigevent_k {
    uint64_t value;
    int32_t signo, notify;
    uint64_t rest[6];
};

SYSCALL2(mq_notify, uint64_t, fd, uint64_t, event)
{
    struct file *f;
    struct sigevent_k e = {0};
    if (event && port_copy_in(&e, event, sizeof(e)))
        return -EFAULT;
    if (event && (e.notify < SIGEV_SIGNAL || e.notify > SIGEV_THREAD))
        return -EINVAL;
    if (event && e.notify == SIGEV_SIGNAL && (e.signo < 0 || e.signo > SIGNAL_COUNT))
        return -EINVAL;
    if (event && e.notify == SIGEV_THREAD) /* wants a socket of the C library's own making */
        return -EBADF;
    int err = mq_get(fd, &f);
    if (err)
        return err;
    struct mqueue *q = f->priv;
    if (!event) {
        if (q->notify_pid == port_pid())
            q->notify_pid = 0;
    } else if (q->notify_pid && process_find(q->notify_pid)) {
        err = -EBUSY;
    } else {
        q->notify_pid = port_pid();
        q->notify_signo = e.signo;
        q->notify_value = e.value;
        q->notify_quiet = e.notify == SIGEV_NONE || !e.signo;
    }
    file_unref(f);
    return err;
}
