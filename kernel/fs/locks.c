/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * locks.c - advisory locks of a vnode: one list, three kinds.
 *
 * POSIX and OFD locks are byte ranges [start, last] and conflict with each
 * other; flock locks cover the file and conflict among themselves. Setting a
 * range first cuts what the same owner holds there, then adds the new range
 * and joins neighbours of its type.
 *
 * Who waits for a POSIX lock stands in `waiting`. A wait that would close a circle of owners is
 * refused (EDEADLK); like Linux, not for OFD locks and not for circles of more than ten.
 */
#include "kernel/fs/locks.h"
#include "kernel/fs/port.h"
#include "kernel/include/fs_uapi.h"

#define PID_OFD (-1)

enum lock_kind { LOCK_RANGE, LOCK_FLOCK };

struct lock {
    struct lock *next;
    enum lock_kind kind;
    const void *owner; /* fd table, or file */
    int16_t type;      /* F_RDLCK, F_WRLCK */
    int32_t pid;       /* PID_OFD: an OFD lock */
    uint64_t start, last;
};

struct flock_list {
    struct lock *first;
    struct poll_head changed;
};

#define LOCK_SH_ 1
#define LOCK_EX_ 2
#define LOCK_NB_ 4
#define LOCK_UN_ 8
#define OFFSET_LAST 0x7fffffffffffffffull

#define CIRCLE_MAX 10

/* On the stack of who waits. */
struct waiter {
    struct waiter *next;
    const struct vnode *vnode;
    const struct lock *want;
};

static struct waiter *waiting;

static struct flock_list *list_of(struct vnode *vn)
{
    if (!vn->locks) {
        vn->locks = kzalloc(sizeof(*vn->locks));
        if (vn->locks)
            poll_head_init(&vn->locks->changed);
    }
    return vn->locks;
}

static bool overlaps(const struct lock *a, const struct lock *b)
{
    return a->start <= b->last && b->start <= a->last;
}

static struct lock *find_conflict(const struct flock_list *l, const struct lock *want)
{
    for (struct lock *k = l ? l->first : NULL; k; k = k->next)
        if (k->kind == want->kind && k->owner != want->owner && overlaps(k, want) &&
            (k->type == F_WRLCK || want->type == F_WRLCK))
            return k;
    return NULL;
}

/*
 * Room for a split is prepared by the caller: spare becomes the upper half. Returns true if
 * used.
 */
static bool cut(struct flock_list *l, const struct lock *range, struct lock *spare)
{
    bool used = false;
    for (struct lock **p = &l->first; *p;) {
        struct lock *k = *p;
        if (k->kind != range->kind || k->owner != range->owner || !overlaps(k, range)) {
            p = &k->next;
        } else if (k->start < range->start && k->last > range->last) {
            *spare = *k;
            spare->start = range->last + 1;
            k->last = range->start - 1;
            k->next = spare;
            used = true;
            p = &spare->next;
        } else if (k->start < range->start) {
            k->last = range->start - 1;
            p = &k->next;
        } else if (k->last > range->last) {
            k->start = range->last + 1;
            p = &k->next;
        } else {
            *p = k->next;
            kfree(k);
        }
    }
    return used;
}

/* Adds, absorbing neighbours of the same owner and type. */
static void add(struct flock_list *l, struct lock *n)
{
    for (struct lock **p = &l->first; *p;) {
        struct lock *k = *p;
        if (k->kind == n->kind && k->owner == n->owner && k->type == n->type &&
            (k->last == OFFSET_LAST || k->last + 1 >= n->start) &&
            (n->last == OFFSET_LAST || n->last + 1 >= k->start)) {
            n->start = k->start < n->start ? k->start : n->start;
            n->last = k->last > n->last ? k->last : n->last;
            *p = k->next;
            kfree(k);
        } else {
            p = &k->next;
        }
    }
    struct lock **p = &l->first;
    while (*p && (*p)->start <= n->start)
        p = &(*p)->next;
    n->next = *p;
    *p = n;
}

static int lock_set(struct vnode *vn, const struct lock *want)
{
    struct flock_list *l = list_of(vn);
    struct lock *fresh = kzalloc(sizeof(*fresh)), *spare = kzalloc(sizeof(*spare));
    if (!l || !fresh || !spare) {
        kfree(fresh);
        kfree(spare);
        return -ENOLCK;
    }
    if (!cut(l, want, spare))
        kfree(spare);
    if (want->type == F_UNLCK) {
        kfree(fresh);
    } else {
        *fresh = *want;
        add(l, fresh);
    }
    poll_wake(&l->changed, 0);
    return 0;
}

/* Whose lock keeps `owner` waiting; NULL: it does not wait. */
static const void *owner_waited_for(const void *owner)
{
    for (const struct waiter *w = waiting; w; w = w->next) {
        const struct lock *k =
            w->want->owner == owner ? find_conflict(w->vnode->locks, w->want) : NULL;
        if (k)
            return k->pid == PID_OFD ? NULL : k->owner;
    }
    return NULL;
}

static bool would_deadlock(const struct lock *want, const struct lock *conflict)
{
    const void *owner = conflict->owner;
    if (want->pid == PID_OFD || conflict->pid == PID_OFD || want->kind != LOCK_RANGE)
        return false;
    for (int i = 0; owner && i < CIRCLE_MAX; i++) {
        if (owner == want->owner)
            return true;
        owner = owner_waited_for(owner);
    }
    return false;
}

static int wait_for_change(struct vnode *vn, const struct lock *want)
{
    struct waiter w = {.next = waiting, .vnode = vn, .want = want}, **p = &waiting;
    waiting = &w;
    int err = poll_sleep(&vn->locks->changed, POLL_NO_DEADLINE);
    while (*p != &w)
        p = &(*p)->next;
    *p = w.next;
    return err;
}

static int lock_wait(struct vnode *vn, const struct lock *want, bool wait)
{
    const struct lock *k;
    if (want->type != F_UNLCK) {
        while ((k = find_conflict(vn->locks, want))) {
            if (!wait)
                return -EAGAIN;
            if (would_deadlock(want, k))
                return -EDEADLK;
            int err = wait_for_change(vn, want);
            if (err)
                return err;
        }
    }
    return lock_set(vn, want);
}

static int lock_from_user(struct file *f, const struct flock_k *u, struct lock *out)
{
    int64_t base = u->whence == SEEK_CUR   ? (int64_t)f->pos
                   : u->whence == SEEK_END ? (int64_t)f->vnode->size
                                           : 0;
    if (u->whence < SEEK_SET || u->whence > SEEK_END)
        return -EINVAL;
    if (u->type != F_RDLCK && u->type != F_WRLCK && u->type != F_UNLCK)
        return -EINVAL;
    int64_t start = base + u->start, last;
    if (start < 0)
        return -EINVAL;
    if (u->len > 0) {
        last = start + u->len - 1;
        if (last < 0)
            return -EOVERFLOW;
    } else if (u->len < 0) {
        last = start - 1;
        start += u->len;
        if (start < 0)
            return -EINVAL;
    } else {
        last = (int64_t)OFFSET_LAST;
    }
    out->start = (uint64_t)start;
    out->last = (uint64_t)last;
    out->type = u->type;
    return 0;
}

static long lock_get(struct file *f, const struct lock *want, struct flock_k *u, uint64_t addr)
{
    const struct lock *k = find_conflict(f->vnode->locks, want);
    if (!k) {
        u->type = F_UNLCK;
    } else {
        u->type = k->type;
        u->whence = SEEK_SET;
        u->start = (int64_t)k->start;
        u->len = k->last == OFFSET_LAST ? 0 : (int64_t)(k->last - k->start + 1);
        u->pid = k->pid;
    }
    return port_copy_out(addr, u, sizeof(*u));
}

long locks_fcntl(struct file *f, int cmd, uint64_t addr)
{
    struct flock_k u;
    bool ofd = cmd >= F_OFD_GETLK;
    struct lock want = {.kind = LOCK_RANGE, .owner = ofd ? (const void *)f : port_fds()};
    want.pid = ofd ? PID_OFD : port_pid();
    if (port_copy_in(&u, addr, sizeof(u)))
        return -EFAULT;
    if (ofd && u.pid)
        return -EINVAL;
    int err = lock_from_user(f, &u, &want);
    if (err)
        return err;
    if (cmd == F_GETLK || cmd == F_OFD_GETLK) {
        if (want.type == F_UNLCK)
            return -EINVAL;
        return lock_get(f, &want, &u, addr);
    }
    if ((want.type == F_RDLCK && !file_can_read(f)) || (want.type == F_WRLCK && !file_can_write(f)))
        return -EBADF;
    return lock_wait(f->vnode, &want, cmd == F_SETLKW || cmd == F_OFD_SETLKW);
}

long locks_flock(struct file *f, int operation)
{
    struct lock want = {.kind = LOCK_FLOCK, .owner = f, .last = OFFSET_LAST};
    switch (operation & ~LOCK_NB_) {
    case LOCK_SH_:
        want.type = F_RDLCK;
        break;
    case LOCK_EX_:
        want.type = F_WRLCK;
        break;
    case LOCK_UN_:
        want.type = F_UNLCK;
        break;
    default:
        return -EINVAL;
    }
    return lock_wait(f->vnode, &want, !(operation & LOCK_NB_));
}

static void drop_owner(struct vnode *vn, const void *owner)
{
    struct flock_list *l = vn->locks;
    bool dropped = false;
    if (!l)
        return;
    for (struct lock **p = &l->first; *p;) {
        struct lock *k = *p;
        if (k->owner != owner) {
            p = &k->next;
            continue;
        }
        *p = k->next;
        kfree(k);
        dropped = true;
    }
    if (dropped)
        poll_wake(&l->changed, 0);
}

void locks_drop_posix(struct vnode *vn, const void *owner)
{
    drop_owner(vn, owner);
}

void locks_drop_file(struct file *f)
{
    drop_owner(f->vnode, f);
}

void locks_free(struct vnode *vn)
{
    if (!vn->locks)
        return;
    while (vn->locks->first) {
        struct lock *k = vn->locks->first;
        vn->locks->first = k->next;
        kfree(k);
    }
    poll_head_destroy(&vn->locks->changed);
    kfree(vn->locks);
    vn->locks = NULL;
}
