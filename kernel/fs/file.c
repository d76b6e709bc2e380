/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * file.c - open files: made, counted, read from the kernel, given up.
 */
#include "kernel/fs/async.h"
#include "kernel/fs/epoll.h"
#include "kernel/fs/inotify.h"
#include "kernel/fs/locks.h"
#include "kernel/fs/port.h"
#include "kernel/include/fs_uapi.h"

#include "fs_abi.h"

/* Where anonymous objects have their inode numbers from. */
static struct fs_type anon_type = {.name = "anon_inodefs", .no_device = true};
static struct super_block anon_sb = {.type = &anon_type, .dev = 14, .magic = MAGIC_ANON};

bool file_can_read(const struct file *f)
{
    unsigned mode = f->flags & O_ACCMODE;
    return !(f->flags & O_PATH) && (mode == O_RDONLY || mode == O_RDWR);
}

bool file_can_write(const struct file *f)
{
    unsigned mode = f->flags & O_ACCMODE;
    return !(f->flags & O_PATH) && (mode == O_WRONLY || mode == O_RDWR);
}

bool file_is_nonblocking(const struct file *f)
{
    return (f->flags & O_NONBLOCK) != 0;
}

bool file_is_append(const struct file *f)
{
    return (f->flags & O_APPEND) != 0;
}

static const struct file_ops no_ops = {0};

int file_open_dentry(struct dentry *d, unsigned flags, struct file **out)
{
    struct file *f = kzalloc(sizeof(*f));
    if (!f)
        return -ENOMEM;
    f->refs = 1;
    f->flags = flags & ~(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC);
    f->open_flags = flags;
    f->dentry = dentry_ref(d);
    f->vnode = d->vnode;
    f->ops = f->vnode->fops && !(flags & O_PATH) ? f->vnode->fops : &no_ops;
    int err = f->ops->open ? f->ops->open(f) : 0;
    if (err) {
        dentry_unref(d);
        kfree(f);
        return err;
    }
    if (file_can_write(f))
        f->vnode->writers++;
    *out = f;
    return 0;
}

/* "pipe:" and "socket:" are followed by the inode number in brackets. */
static struct dentry *anon_dentry(const char *label, uint32_t mode)
{
    char name[64];
    struct vnode *vn = vnode_alloc(&anon_sb, mode);
    if (!vn)
        return NULL;
    size_t len = strlen(label);
    if (len && label[len - 1] == ':')
        len = (size_t)snprintf(name, sizeof(name), "%s[%lu]", label, (unsigned long)vn->ino);
    else
        len = strlcpy(name, label, sizeof(name));
    if (len >= sizeof(name))
        len = sizeof(name) - 1;
    struct dentry *d = dentry_alloc(NULL, &anon_sb, name, len, vn);
    if (d)
        d->flags |= DENTRY_ANON;
    return d;
}

int file_open_anon(const struct file_ops *ops, void *priv, unsigned flags, const char *label,
                   uint32_t mode, struct file **out)
{
    struct file *f = kzalloc(sizeof(*f));
    struct dentry *d = f ? anon_dentry(label, mode) : NULL;
    if (!d) {
        struct file failed = {.ops = ops, .priv = priv, .flags = flags};
        if (ops->release)
            ops->release(&failed);
        kfree(f);
        return -ENOMEM;
    }
    f->refs = 1;
    f->flags = flags & ~O_CLOEXEC;
    f->ops = ops;
    f->priv = priv;
    f->dentry = d;
    f->vnode = d->vnode;
    if (file_can_write(f))
        f->vnode->writers++;
    *out = f;
    return 0;
}

/* Two open files over one anonymous inode: the ends of a pipe. */
int file_open_peer(struct file *first, const struct file_ops *ops, void *priv, unsigned flags,
                   struct file **out)
{
    struct file *f = kzalloc(sizeof(*f));
    if (!f)
        return -ENOMEM;
    f->refs = 1;
    f->flags = flags & ~O_CLOEXEC;
    f->ops = ops;
    f->priv = priv;
    f->dentry = dentry_ref(first->dentry);
    f->vnode = first->vnode;
    if (file_can_write(f))
        f->vnode->writers++;
    *out = f;
    return 0;
}

struct file *file_ref(struct file *f)
{
    f->refs++;
    return f;
}

void file_unref(struct file *f)
{
    if (!f || --f->refs)
        return;
    async_drop(f);
    epoll_forget_file(f);
    locks_drop_file(f);
    if (!(f->flags & O_PATH))
        inotify_dentry(f->dentry, file_can_write(f) ? IN_CLOSE_WRITE : IN_CLOSE_NOWRITE);
    if (file_can_write(f))
        f->vnode->writers--;
    if (f->ops->release)
        f->ops->release(f);
    dentry_unref(f->dentry);
    kfree(f);
}

long file_read_kernel(struct file *f, void *buf, size_t len, uint64_t off)
{
    struct uio u;
    uio_init_kernel(&u, buf, len);
    return f->ops->read ? f->ops->read(f, &u, &off) : -EINVAL;
}

long file_write_kernel(struct file *f, const void *buf, size_t len, uint64_t off)
{
    struct uio u;
    uio_init_kernel(&u, (void *)(uintptr_t)buf, len);
    return f->ops->write ? f->ops->write(f, &u, &off) : -EINVAL;
}

int file_path(struct file *f, char *buf, size_t size)
{
    return dentry_path(f->dentry, port_fs()->root, true, buf, size);
}

uint32_t file_poll(struct file *f, struct poll_table *pt)
{
    if (!f->ops->poll)
        return POLL_READABLE | POLL_WRITABLE;
    return f->ops->poll(f, pt);
}

int64_t file_seek_noop(struct file *f, int64_t offset, int whence)
{
    (void)offset, (void)whence;
    return (int64_t)f->pos;
}

enum file_mmap file_mmap_kind(const struct file *f)
{
    if (f->vnode->ops && f->vnode->ops->get_page && !(f->flags & O_PATH))
        return FILE_MMAP_PAGES;
    if ((f->vnode->mode & S_IFMT_) == S_IFCHR_ && f->vnode->rdev == dev_make(1, 5))
        return FILE_MMAP_ZERO;
    return FILE_MMAP_NONE;
}

int file_mmap_check(const struct file *f, bool shared, bool writable)
{
    if (shared && writable && (f->vnode->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)))
        return -EPERM;
    return 0;
}
