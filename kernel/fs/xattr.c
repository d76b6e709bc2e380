/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xattr.c - names and values hung off a vnode, in the order they were set.
 *
 * Only user., trusted. and security. exist; user. is for regular files and
 * directories, trusted. for uid 0, as on Linux's tmpfs.
 */
#include "kernel/fs/xattr.h"
#include "kernel/fs/port.h"

struct xattr {
    struct xattr *next;
    char *name;
    uint8_t *value;
    size_t len;
};

static bool has_prefix(const char *name, const char *prefix)
{
    return !strncmp(name, prefix, strlen(prefix));
}

static int xattr_check(struct vnode *vn, const char *name, bool write)
{
    if (!vn->ops || !vn->ops->fallocate)
        if (!vnode_is_dir(vn) || !vn->ops || !vn->ops->create)
            return -EOPNOTSUPP;
    if (has_prefix(name, "trusted."))
        return port_is_privileged() ? 0 : (write ? -EPERM : -ENODATA);
    if (has_prefix(name, "security."))
        return write && !port_is_privileged() ? -EPERM : 0;
    if (!has_prefix(name, "user."))
        return -EOPNOTSUPP;
    if (!name[5])
        return -EINVAL;
    if (!vnode_is_regular(vn) && !vnode_is_dir(vn))
        return write ? -EPERM : -ENODATA;
    return vnode_permission(vn, write ? MAY_WRITE : MAY_READ);
}

static struct xattr **xattr_find(struct vnode *vn, const char *name)
{
    struct xattr **p = &vn->xattrs;
    while (*p && strcmp((*p)->name, name))
        p = &(*p)->next;
    return p;
}

static void xattr_free_one(struct xattr *x)
{
    kfree(x->name);
    kfree(x->value);
    kfree(x);
}

static struct xattr *xattr_new(const char *name, const void *value, size_t len)
{
    struct xattr *x = kzalloc(sizeof(*x));
    if (!x)
        return NULL;
    size_t name_bytes = strlen(name) + 1;
    x->name = kmalloc(name_bytes);
    x->value = kmalloc(len ? len : 1);
    if (!x->name || !x->value) {
        xattr_free_one(x);
        return NULL;
    }
    memcpy(x->name, name, name_bytes);
    memcpy(x->value, value, len);
    x->len = len;
    return x;
}

int xattr_set(struct vnode *vn, const char *name, const void *value, size_t len, unsigned flags)
{
    int err = xattr_check(vn, name, true);
    if (err)
        return err;
    struct xattr **p = xattr_find(vn, name);
    if (*p && (flags & XATTR_CREATE))
        return -EEXIST;
    if (!*p && (flags & XATTR_REPLACE))
        return -ENODATA;
    struct xattr *x = xattr_new(name, value, len);
    if (!x)
        return -ENOMEM;
    struct xattr *old = *p;
    x->next = old ? old->next : NULL;
    *p = x;
    if (old)
        xattr_free_one(old);
    vn->ctime_ns = port_realtime_ns();
    return 0;
}

long xattr_get(struct vnode *vn, const char *name, void *buf, size_t size)
{
    int err = xattr_check(vn, name, false);
    if (err)
        return err;
    struct xattr *x = *xattr_find(vn, name);
    if (!x)
        return -ENODATA;
    if (size && x->len > size)
        return -ERANGE;
    if (size)
        memcpy(buf, x->value, x->len);
    return (long)x->len;
}

long xattr_list(struct vnode *vn, char *buf, size_t size)
{
    size_t total = 0;
    for (struct xattr *x = vn->xattrs; x; x = x->next) {
        if (has_prefix(x->name, "trusted.") && !port_is_privileged())
            continue;
        size_t n = strlen(x->name) + 1;
        if (size && total + n > size)
            return -ERANGE;
        if (size)
            memcpy(buf + total, x->name, n);
        total += n;
    }
    return (long)total;
}

int xattr_remove(struct vnode *vn, const char *name)
{
    int err = xattr_check(vn, name, true);
    if (err)
        return err;
    struct xattr **p = xattr_find(vn, name);
    struct xattr *x = *p;
    if (!x)
        return -ENODATA;
    *p = x->next;
    xattr_free_one(x);
    vn->ctime_ns = port_realtime_ns();
    return 0;
}

void xattr_free(struct vnode *vn)
{
    while (vn->xattrs) {
        struct xattr *x = vn->xattrs;
        vn->xattrs = x->next;
        xattr_free_one(x);
    }
}
