/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inotify.c - watches on vnodes, and queues of what happened to them.
 *
 * A watch hangs off its vnode (vn->watches) and off its instance; it holds a
 * reference to the vnode. A file without links reports IN_DELETE_SELF when its last
 * dentry goes, that is at the unlink or, where it is open, when it is closed.
 */
#include "kernel/fs/inotify.h"
#include "kernel/fs/sys.h"

#define QUEUE_EVENTS_MAX 16384u
#define FIONREAD 0x541bu

struct event {
    struct event *next;
    int32_t wd;
    uint32_t mask, cookie, len; /* len: of name with padding */
    char name[];
};

struct inotify {
    struct watch *watches;
    struct event *first, *last;
    unsigned events;
    int32_t wd_last;
    struct poll_head readable;
};

struct watch {
    struct watch *vnode_next, *inotify_next;
    struct inotify *in;
    struct vnode *vnode;
    int32_t wd;
    uint32_t mask;
};

static struct event *event_new(int32_t wd, uint32_t mask, uint32_t cookie, const char *name)
{
    uint32_t len = name ? (uint32_t)((strlen(name) + 16) & ~15u) : 0;
    struct event *e = kzalloc(sizeof(*e) + len);
    if (!e)
        return NULL;
    e->wd = wd;
    e->mask = mask;
    e->cookie = cookie;
    e->len = len;
    if (name)
        strlcpy(e->name, name, len);
    return e;
}

static void queue_put(struct inotify *in, int32_t wd, uint32_t mask, uint32_t cookie,
                      const char *name)
{
    const struct event *l = in->last;
    if (l && l->wd == wd && l->mask == mask && l->cookie == cookie &&
        (l->len != 0) == (name != NULL) && (!name || !strcmp(l->name, name)))
        return; /* the same again */
    if (in->events >= QUEUE_EVENTS_MAX) {
        if (l->mask == IN_Q_OVERFLOW)
            return;
        wd = -1;
        mask = IN_Q_OVERFLOW;
        name = NULL;
    }
    struct event *e = event_new(wd, mask, cookie, name);
    if (!e)
        return;
    if (in->last)
        in->last->next = e;
    else
        in->first = e;
    in->last = e;
    in->events++;
    poll_wake(&in->readable, POLL_READABLE);
}

static void watch_remove(struct watch *w)
{
    struct watch **p = &w->vnode->watches;
    while (*p != w)
        p = &(*p)->vnode_next;
    *p = w->vnode_next;
    p = &w->in->watches;
    while (*p != w)
        p = &(*p)->inotify_next;
    *p = w->inotify_next;
    vnode_unref(w->vnode);
    kfree(w);
}

static void report(struct vnode *vn, uint32_t mask, uint32_t cookie, const char *name)
{
    struct watch *next;
    for (struct watch *w = vn->watches; w; w = next) {
        next = w->vnode_next;
        if (!(w->mask & mask & IN_ALL_EVENTS))
            continue;
        queue_put(w->in, w->wd, mask, cookie, name);
        if (w->mask & IN_ONESHOT) {
            queue_put(w->in, w->wd, IN_IGNORED, 0, NULL);
            watch_remove(w);
        }
    }
}

void inotify_moved(struct dentry *dir, struct dentry *d, uint32_t mask, uint32_t cookie)
{
    if (dir->vnode->watches)
        report(dir->vnode, mask, cookie, d->name);
}

void inotify_name(struct dentry *dir, struct dentry *d, uint32_t mask)
{
    if (vnode_is_dir(d->vnode))
        mask |= IN_ISDIR;
    inotify_moved(dir, d, mask, 0);
}

uint32_t inotify_cookie(void)
{
    static uint32_t last;
    return ++last;
}

void inotify_vnode(struct vnode *vn, uint32_t mask)
{
    if (!vn->watches)
        return;
    report(vn, mask, 0, NULL);
    if (mask & IN_DELETE_SELF)
        inotify_forget(vn);
}

void inotify_dentry(struct dentry *d, uint32_t mask)
{
    uint32_t isdir = vnode_is_dir(d->vnode) ? IN_ISDIR : 0;
    if (d->parent != d && d->parent->vnode->watches && (d->flags & DENTRY_LINKED))
        report(d->parent->vnode, mask | isdir, 0, d->name);
    if (d->vnode->watches)
        report(d->vnode, mask | isdir, 0, NULL);
}

void inotify_dentry_gone(struct dentry *d)
{
    if (d->vnode->watches && (d->flags & DENTRY_UNLINKED) && !d->vnode->nlink)
        inotify_vnode(d->vnode, IN_DELETE_SELF);
}

void inotify_forget(struct vnode *vn)
{
    while (vn->watches) {
        struct watch *w = vn->watches;
        bool last = !w->vnode_next;
        queue_put(w->in, w->wd, IN_IGNORED, 0, NULL);
        watch_remove(w); /* the last one may free vn */
        if (last)
            return;
    }
}

static long event_out(struct uio *u, const struct event *e)
{
    uint32_t header[4] = {(uint32_t)e->wd, e->mask, e->cookie, e->len};
    if (uio_read(u, header, sizeof(header)) < (long)sizeof(header))
        return -EFAULT;
    if (e->len && uio_read(u, e->name, e->len) < (long)e->len)
        return -EFAULT;
    return (long)(sizeof(header) + e->len);
}

static struct event *queue_take(struct inotify *in)
{
    struct event *e = in->first;
    in->first = e->next;
    if (!in->first)
        in->last = NULL;
    in->events--;
    return e;
}

static long inotify_read(struct file *f, struct uio *u, uint64_t *pos)
{
    (void)pos;
    struct inotify *in = f->priv;
    long total = 0;
    while (!in->first) {
        if (file_is_nonblocking(f))
            return -EAGAIN;
        int err = poll_sleep(&in->readable, POLL_NO_DEADLINE);
        if (err)
            return err;
    }
    while (in->first && u->resid >= 16 + in->first->len) {
        struct event *e = queue_take(in);
        long n = event_out(u, e);
        kfree(e);
        if (n < 0)
            return total ? total : n;
        total += n;
    }
    return total ? total : -EINVAL;
}

static uint32_t inotify_poll(struct file *f, struct poll_table *pt)
{
    struct inotify *in = f->priv;
    poll_register(pt, &in->readable);
    return in->first ? POLL_READABLE : 0;
}

static long inotify_ioctl(struct file *f, unsigned cmd, uint64_t arg)
{
    const struct inotify *in = f->priv;
    int32_t bytes = 0;
    if (cmd != FIONREAD)
        return -ENOTTY;
    for (const struct event *e = in->first; e; e = e->next)
        bytes += (int32_t)(16 + e->len);
    return port_copy_out(arg, &bytes, sizeof(bytes));
}

static void inotify_release(struct file *f)
{
    struct inotify *in = f->priv;
    while (in->watches)
        watch_remove(in->watches);
    while (in->first)
        kfree(queue_take(in));
    poll_head_destroy(&in->readable);
    kfree(in);
}

static const struct file_ops inotify_fops = {
    .seek = file_seek_noop,
    .release = inotify_release,
    .read = inotify_read,
    .poll = inotify_poll,
    .ioctl = inotify_ioctl,
    .async = true,
};

SYSCALL1(inotify_init1, uint64_t, flags)
{
    struct file *f;
    if (flags & ~(uint64_t)(O_CLOEXEC | O_NONBLOCK))
        return -EINVAL;
    struct inotify *in = kzalloc(sizeof(*in));
    if (!in)
        return -ENOMEM;
    poll_head_init(&in->readable);
    int err = file_open_anon(&inotify_fops, in, O_RDONLY | ((unsigned)flags & O_NONBLOCK),
                             "anon_inode:inotify", 0600, &f);
    if (err)
        return err;
    return fd_give(f, (flags & O_CLOEXEC) != 0);
}

static long watch_add(struct inotify *in, struct dentry *d, uint32_t mask)
{
    for (struct watch *w = d->vnode->watches; w; w = w->vnode_next) {
        if (w->in != in)
            continue;
        if (mask & IN_MASK_CREATE)
            return -EEXIST;
        w->mask = mask & IN_MASK_ADD ? w->mask | mask : mask;
        return w->wd;
    }
    struct watch *w = kzalloc(sizeof(*w));
    if (!w)
        return -ENOMEM;
    w->in = in;
    w->vnode = vnode_ref(d->vnode);
    w->wd = ++in->wd_last;
    w->mask = mask;
    w->vnode_next = d->vnode->watches;
    d->vnode->watches = w;
    w->inotify_next = in->watches;
    in->watches = w;
    return w->wd;
}

SYSCALL3(inotify_add_watch, uint64_t, fd, uint64_t, path, uint64_t, flags)
{
    uint32_t mask = (uint32_t)flags;
    struct dentry *d;
    if (!(mask & IN_ALL_EVENTS) || ((mask & IN_MASK_ADD) && (mask & IN_MASK_CREATE)))
        return -EINVAL;
    struct file *f = fd_get((int)fd);
    if (!f)
        return -EBADF;
    long r = f->ops == &inotify_fops ? 0 : -EINVAL;
    if (!r)
        r = sys_lookup_at((uint64_t)AT_FDCWD, path,
                          mask & IN_DONT_FOLLOW ? AT_SYMLINK_NOFOLLOW : 0, &d);
    if (!r) {
        if ((mask & IN_ONLYDIR) && !vnode_is_dir(d->vnode))
            r = -ENOTDIR;
        else
            r = vnode_permission(d->vnode, MAY_READ);
        if (!r)
            r = watch_add(f->priv, d, mask);
        dentry_unref(d);
    }
    file_unref(f);
    return r;
}

SYSCALL2(inotify_rm_watch, uint64_t, fd, uint64_t, wd)
{
    struct file *f = fd_get((int)fd);
    if (!f)
        return -EBADF;
    long r = -EINVAL;
    if (f->ops == &inotify_fops) {
        struct inotify *in = f->priv;
        struct watch *w = in->watches;
        while (w && w->wd != (int32_t)wd)
            w = w->inotify_next;
        if (w) {
            watch_remove(w);
            queue_put(in, (int32_t)wd, IN_IGNORED, 0, NULL);
            r = 0;
        }
    }
    file_unref(f);
    return r;
}
