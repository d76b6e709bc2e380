/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * namei.c - path lookup.
 *
 * A walk holds the directory reached and the rest of the path. A symlink in
 * the middle replaces the rest by its target and what followed it; more than
 * 40 of them is ELOOP. Every directory passed must be searchable. ".." stops
 * at the process's root and leaves a mount through the directory it covers.
 */
#include "kernel/fs/namei.h"
#include "kernel/fs/port.h"

struct dentry *dentry_enter_mounts(struct dentry *d)
{
    while (d->mounted) {
        struct dentry *root = dentry_ref(d->mounted->root);
        dentry_unref(d);
        d = root;
    }
    return d;
}

static void walk_move(struct walk *w, struct dentry *to)
{
    dentry_unref(w->at);
    w->at = to;
}

int walk_start(struct walk *w, struct dentry *start, const char *path)
{
    const struct fs_context *fs = port_fs();
    memset(w, 0, sizeof(*w));
    w->rest = path;
    if (path[0] == '/')
        start = fs->root;
    else if (!start)
        start = fs->cwd;
    w->at = dentry_ref(start);
    return path[0] ? 0 : -ENOENT;
}

void walk_end(struct walk *w)
{
    dentry_unref(w->at);
    kfree(w->owned);
    w->at = NULL;
    w->owned = NULL;
}

int walk_may_enter(const struct walk *w, const struct dentry *d)
{
    return (w->resolve & RESOLVE_NO_XDEV) && d->sb != w->at->sb ? -EXDEV : 0;
}

/* To where absolute paths begin. */
static int walk_to_root(struct walk *w)
{
    struct dentry *root = w->top ? w->top : port_fs()->root;
    if (w->resolve & RESOLVE_BENEATH)
        return -EXDEV;
    int err = walk_may_enter(w, root);
    if (!err)
        walk_move(w, dentry_ref(root));
    return err;
}

int walk_restrict(struct walk *w, struct dentry *start, unsigned resolve)
{
    w->resolve = resolve;
    if (!(resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT | RESOLVE_NO_XDEV)))
        return 0;
    if (w->rest[0] == '/' && (resolve & RESOLVE_BENEATH))
        return -EXDEV;
    if (resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT)) {
        w->top = start ? start : port_fs()->cwd;
        walk_move(w, dentry_ref(w->top));
    }
    return 0;
}

static int walk_up(struct walk *w)
{
    struct dentry *d = w->at;
    struct dentry *root = w->top ? w->top : port_fs()->root;
    if (d == w->top && (w->resolve & RESOLVE_BENEATH))
        return -EXDEV;
    while (d != root && d->parent == d && d->sb->covers)
        d = d->sb->covers;
    if (d == root)
        return 0;
    struct dentry *to = dentry_enter_mounts(dentry_ref(d->parent));
    int err = walk_may_enter(w, to);
    if (err)
        dentry_unref(to);
    else
        walk_move(w, to);
    return err;
}

int dentry_lookup_child(struct dentry *dir, const char *name, size_t len, struct dentry **out)
{
    struct vnode *vn = dir->vnode;
    if (len > NAME_BYTES_MAX)
        return -ENAMETOOLONG;
    struct dentry *d = dentry_find(dir, name, len);
    if (d)
        d = dentry_ref(d);
    else if (!vn->ops || !vn->ops->lookup)
        return -ENOENT;
    else {
        int err = vn->ops->lookup(dir, name, len, &d);
        if (err)
            return err;
    }
    *out = dentry_enter_mounts(d);
    return 0;
}

/* rest := target + "/" + rest. */
static int walk_splice(struct walk *w, const char *target, size_t len)
{
    size_t rest = strlen(w->rest);
    if (len + rest + 2 > 2 * PATH_BYTES_MAX)
        return -ENAMETOOLONG;
    char *buf = kmalloc(len + rest + 2);
    if (!buf)
        return -ENOMEM;
    memcpy(buf, target, len);
    size_t at = len;
    if (rest && w->rest[0] != '/')
        buf[at++] = '/';
    memcpy(buf + at, w->rest, rest + 1);
    kfree(w->owned);
    w->owned = buf;
    w->rest = buf;
    return buf[0] == '/' ? walk_to_root(w) : 0;
}

static bool only_slashes(const char *s)
{
    while (*s == '/')
        s++;
    return !*s;
}

int walk_enter_link(struct walk *w, struct dentry *d)
{
    struct vnode *vn = d->vnode;
    if (++w->links > LINKS_MAX)
        return -ELOOP;
    if (w->resolve & RESOLVE_NO_SYMLINKS)
        return -ELOOP;
    if (vn->ops->follow) {
        struct dentry *to;
        if (w->resolve & RESOLVE_NO_MAGICLINKS)
            return -ELOOP;
        int err = w->top ? -EXDEV : vn->ops->follow(vn, &to);
        if (err)
            return err;
        err = walk_may_enter(w, to);
        if (err) {
            dentry_unref(to);
            return err;
        }
        walk_move(w, to);
        w->arrived = only_slashes(w->rest);
        return 0;
    }
    char *target = kmalloc(PATH_BYTES_MAX);
    if (!target)
        return -ENOMEM;
    int len = vn->ops->readlink(vn, target, PATH_BYTES_MAX);
    int err = len == 0 ? -ENOENT : len;
    if (len > 0)
        err = walk_splice(w, target, (size_t)len);
    kfree(target);
    return err;
}

/* One component that is not the last one. */
static int walk_step(struct walk *w, const char *name, size_t len)
{
    struct dentry *d;
    if (len == 1 && name[0] == '.')
        return 0;
    if (len == 2 && name[0] == '.' && name[1] == '.') {
        return walk_up(w);
    }
    int err = dentry_lookup_child(w->at, name, len, &d);
    if (err)
        return err;
    err = walk_may_enter(w, d);
    if (err) {
        dentry_unref(d);
        return err;
    }
    if (vnode_is_symlink(d->vnode)) {
        err = walk_enter_link(w, d);
        dentry_unref(d);
        return err;
    }
    walk_move(w, d);
    return 0;
}

static int walk_may_search(const struct walk *w)
{
    if (!vnode_is_dir(w->at->vnode))
        return -ENOTDIR;
    return vnode_permission(w->at->vnode, MAY_EXEC);
}

static void last_set(struct walk *w, struct path_last *last, const char *name, size_t len)
{
    last->dir = w->at;
    last->len = len;
    last->dots = 0;
    last->is_dot = len == 0;
    memcpy(last->name, name, len);
    last->name[len] = '\0';
    if (len == 1 && name[0] == '.')
        last->dots = 1;
    if (len == 2 && name[0] == '.' && name[1] == '.')
        last->dots = 2;
    if (last->dots)
        last->is_dot = true;
}

int walk_parent(struct walk *w, struct path_last *last)
{
    memset(last, 0, sizeof(*last));
    while (!w->arrived) {
        const char *name = w->rest;
        while (*name == '/')
            name++;
        size_t len = 0;
        while (name[len] && name[len] != '/')
            len++;
        if (!len) { /* only slashes: the root itself */
            last_set(w, last, "", 0);
            return vnode_is_dir(w->at->vnode) ? 0 : -ENOTDIR;
        }
        int err = walk_may_search(w);
        if (err)
            return err;
        if (len > NAME_BYTES_MAX)
            return -ENAMETOOLONG;
        w->rest = name + len;
        if (only_slashes(w->rest)) {
            last_set(w, last, name, len);
            last->trailing_slash = *w->rest == '/';
            return 0;
        }
        err = walk_step(w, name, len);
        if (err)
            return err;
    }
    last_set(w, last, "", 0);
    return 0;
}

int walk_dots(struct walk *w, const struct path_last *last, struct dentry **out)
{
    int err = last->dots == 2 ? walk_up(w) : 0;
    if (!err)
        *out = dentry_ref(w->at);
    return err;
}

/* The last component by name: follows where asked. 1: followed, walk on. */
static int lookup_last(struct walk *w, struct path_last *last, unsigned flags, struct dentry **out)
{
    struct dentry *d;
    if ((flags & LOOKUP_AT_MOUNT) && dentry_find(w->at, last->name, last->len))
        d = dentry_ref(dentry_find(w->at, last->name, last->len));
    else {
        int err = dentry_lookup_child(w->at, last->name, last->len, &d);
        if (err)
            return err;
    }
    if (vnode_is_symlink(d->vnode) && ((flags & LOOKUP_FOLLOW) || last->trailing_slash)) {
        int err = walk_enter_link(w, d);
        dentry_unref(d);
        return err ? err : 1;
    }
    if ((last->trailing_slash || (flags & LOOKUP_DIRECTORY)) && !vnode_is_dir(d->vnode)) {
        dentry_unref(d);
        return -ENOTDIR;
    }
    *out = d;
    return 0;
}

static int lookup_empty(struct dentry *start, struct dentry **out)
{
    *out = dentry_ref(start ? start : port_fs()->cwd);
    return 0;
}

int path_lookup(struct dentry *start, const char *path, unsigned flags, struct dentry **out)
{
    struct walk w;
    if (!path[0] && (flags & LOOKUP_EMPTY))
        return lookup_empty(start, out);
    int err = walk_start(&w, start, path);
    struct path_last *last = err ? NULL : kmalloc(sizeof(*last));
    if (!err && !last)
        err = -ENOMEM;
    while (!err) {
        err = walk_parent(&w, last);
        if (err)
            break;
        if (last->is_dot) {
            err = walk_dots(&w, last, out);
            break;
        }
        err = lookup_last(&w, last, flags, out);
        if (err <= 0)
            break;
        err = 0;
    }
    if (!err && (flags & LOOKUP_DIRECTORY) && !vnode_is_dir((*out)->vnode)) {
        dentry_unref(*out);
        err = -ENOTDIR;
    }
    kfree(last);
    walk_end(&w);
    return err;
}

int path_lookup_parent(struct dentry *start, const char *path, struct path_last *out)
{
    struct walk w;
    int err = walk_start(&w, start, path);
    if (!err)
        err = walk_parent(&w, out);
    if (!err)
        out->dir = dentry_ref(w.at);
    walk_end(&w);
    return err;
}
