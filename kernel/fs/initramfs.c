/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * initramfs.c - the boot archive becomes the root file system.
 *
 * Entries make their parents where the archive leaves them out. Files with a
 * link count above one and the same device and inode are hard links; their
 * content comes with the last of them (newc), so a later entry that has
 * content writes it to the shared file.
 */
#include "kernel/fs/cpio.h"
#include "kernel/fs/initramfs.h"
#include "kernel/fs/port.h"
#include "kernel/include/fs_uapi.h"

#include "fs_abi.h"

struct hard_link {
    struct hard_link *next;
    uint32_t ino, dev_major, dev_minor;
    struct dentry *dentry;
};

static int make_parents(char *path)
{
    for (char *p = path + 1; *p; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        int err = fs_mkdir(fs_root(), path, 0755);
        *p = '/';
        if (err && err != -EEXIST)
            return err;
    }
    return 0;
}

static void set_entry_attr(struct vnode *vn, const struct cpio_entry *e)
{
    vn->mode = (vn->mode & S_IFMT_) | (e->mode & 07777u);
    vn->uid = e->uid;
    vn->gid = e->gid;
    vn->mtime_ns = vn->atime_ns = vn->ctime_ns = (int64_t)e->mtime * PORT_NS_PER_S;
}

static struct hard_link *find_link(struct hard_link *links, const struct cpio_entry *e)
{
    for (; links; links = links->next)
        if (links->ino == e->ino && links->dev_major == e->dev_major &&
            links->dev_minor == e->dev_minor)
            return links;
    return NULL;
}

static int write_content(struct dentry *d, const struct cpio_entry *e)
{
    struct file *f;
    int err = file_open_dentry(d, O_RDWR, &f);
    if (err)
        return err;
    long n = file_write_kernel(f, e->content, e->bytes, 0);
    file_unref(f);
    return n < 0 ? (int)n : (uint32_t)n < e->bytes ? -ENOSPC : 0;
}

static int unpack_file(const char *path, const struct cpio_entry *e, struct hard_link **links)
{
    struct dentry *d;
    struct hard_link *known = e->nlink > 1 ? find_link(*links, e) : NULL;
    int err = fs_unlink(fs_root(), path);
    if (err && err != -ENOENT)
        return err;
    err = known ? fs_link(known->dentry, fs_root(), path)
                : fs_mknod(fs_root(), path, S_IFREG_ | 0600, 0);
    if (!err)
        err = path_lookup(fs_root(), path, 0, &d);
    if (err)
        return err;
    if (e->bytes)
        err = write_content(d, e);
    set_entry_attr(d->vnode, e);
    if (!err && e->nlink > 1 && !known) {
        struct hard_link *l = kzalloc(sizeof(*l));
        if (l) {
            *l = (struct hard_link){*links, e->ino, e->dev_major, e->dev_minor, dentry_ref(d)};
            *links = l;
        }
    }
    dentry_unref(d);
    return err;
}

static int unpack_symlink(const char *path, const struct cpio_entry *e)
{
    char *target = kstrndup((const char *)e->content, e->bytes);
    if (!target)
        return -ENOMEM;
    fs_unlink(fs_root(), path);
    int err = fs_symlink(fs_root(), path, target);
    kfree(target);
    return err;
}

static int unpack_entry(char *path, const struct cpio_entry *e, struct hard_link **links)
{
    struct dentry *d;
    int err = make_parents(path);
    if (err)
        return err;
    uint32_t type = e->mode & S_IFMT_;
    if (type == S_IFREG_)
        return unpack_file(path, e, links);
    if (type == S_IFDIR_) {
        err = fs_mkdir(fs_root(), path, 0755);
        err = err == -EEXIST ? 0 : err;
    } else if (type == S_IFLNK_) {
        err = unpack_symlink(path, e);
    } else {
        fs_unlink(fs_root(), path);
        err = fs_mknod(fs_root(), path, type | 0600, dev_make(e->rdev_major, e->rdev_minor));
    }
    if (!err)
        err = path_lookup(fs_root(), path, 0, &d);
    if (err)
        return err;
    set_entry_attr(d->vnode, e);
    dentry_unref(d);
    return 0;
}

int initramfs_unpack(const void *data, size_t bytes)
{
    struct cpio c = {.data = data, .bytes = bytes};
    struct cpio_entry e;
    struct hard_link *links = NULL;
    char *path = kmalloc(PATH_BYTES_MAX);
    if (!path)
        return -ENOMEM;
    int r;
    while ((r = cpio_next(&c, &e)) > 0) {
        path[0] = '/';
        if (strlcpy(path + 1, e.name, PATH_BYTES_MAX - 1) >= PATH_BYTES_MAX - 1) {
            r = -ENAMETOOLONG;
            break;
        }
        if (!strcmp(e.name, ".")) {
            set_entry_attr(fs_root()->vnode, &e);
            continue;
        }
        r = unpack_entry(path, &e, &links);
        if (r) {
            printk("initramfs: cannot make %s: error %d", path, -r);
            break;
        }
    }
    while (links) {
        struct hard_link *l = links;
        links = l->next;
        dentry_unref(l->dentry);
        kfree(l);
    }
    kfree(path);
    return r;
}
