/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dentry.c - names: the tree, the hash of linked names, and paths.
 *
 * A linked dentry is on its parent's list of children, in the order it was
 * made (that order and its cookie are what getdents shows), and in a hash
 * keyed by parent and name. Hash order is never visible.
 */
#include "kernel/fs/inotify.h"
#include "kernel/fs/port.h"

#define DENTRY_BUCKETS 1024u

static struct dentry *dentry_hash[DENTRY_BUCKETS];

static uint32_t dentry_name_hash(const struct dentry *dir, const char *name, size_t len)
{
    uint32_t h = 2166136261u ^ (uint32_t)dir->vnode->ino ^ (dir->sb->dev << 20);
    for (size_t i = 0; i < len; i++)
        h = (h ^ (uint8_t)name[i]) * 16777619u;
    return h ^ (h >> 15);
}

struct dentry *dentry_ref(struct dentry *d)
{
    d->refs++;
    return d;
}

/* Walks up instead of recursing: a chain of parents may go at once. */
void dentry_unref(struct dentry *d)
{
    while (d && --d->refs == 0) {
        struct dentry *parent = d->parent != d ? d->parent : NULL;
        inotify_dentry_gone(d);
        vnode_unref(d->vnode);
        kfree(d->name);
        kfree(d);
        d = parent;
    }
}

static char *name_copy(const char *name, size_t len)
{
    char *copy = kmalloc(len + 1);
    if (copy) {
        memcpy(copy, name, len);
        copy[len] = '\0';
    }
    return copy;
}

struct dentry *dentry_alloc(struct dentry *parent, struct super_block *sb, const char *name,
                            size_t len, struct vnode *vn)
{
    struct dentry *d = kzalloc(sizeof(*d));
    if (d)
        d->name = name_copy(name, len);
    if (!d || !d->name) {
        kfree(d);
        vnode_unref(vn);
        return NULL;
    }
    d->refs = 1;
    d->name_len = (uint16_t)len;
    d->vnode = vn;
    d->sb = sb;
    d->parent = parent ? dentry_ref(parent) : d;
    return d;
}

static void hash_insert(struct dentry *d)
{
    d->hash = dentry_name_hash(d->parent, d->name, d->name_len);
    struct dentry **bucket = &dentry_hash[d->hash % DENTRY_BUCKETS];
    d->hash_next = *bucket;
    *bucket = d;
}

static void hash_remove(struct dentry *d)
{
    struct dentry **p = &dentry_hash[d->hash % DENTRY_BUCKETS];
    while (*p != d)
        p = &(*p)->hash_next;
    *p = d->hash_next;
    d->hash_next = NULL;
}

void dentry_link(struct dentry *d)
{
    struct dentry *dir = d->parent;
    d->sibling_prev = dir->child_last;
    d->sibling_next = NULL;
    if (dir->child_last)
        dir->child_last->sibling_next = d;
    else
        dir->child_first = d;
    dir->child_last = d;
    d->cookie = ++dir->cookie_last;
    d->flags = (d->flags & ~DENTRY_UNLINKED) | DENTRY_LINKED;
    dentry_ref(d);
    hash_insert(d);
}

/* Off the parent's list and the hash; the extra reference stays with the caller. */
static void dentry_detach(struct dentry *d)
{
    struct dentry *dir = d->parent;
    if (d->sibling_prev)
        d->sibling_prev->sibling_next = d->sibling_next;
    else
        dir->child_first = d->sibling_next;
    if (d->sibling_next)
        d->sibling_next->sibling_prev = d->sibling_prev;
    else
        dir->child_last = d->sibling_prev;
    d->sibling_next = d->sibling_prev = NULL;
    hash_remove(d);
    d->flags &= ~DENTRY_LINKED;
}

void dentry_unlink(struct dentry *d)
{
    dentry_detach(d);
    d->flags |= DENTRY_UNLINKED;
    dentry_unref(d);
}

struct dentry *dentry_find(struct dentry *dir, const char *name, size_t len)
{
    uint32_t h = dentry_name_hash(dir, name, len);
    struct dentry *d = dentry_hash[h % DENTRY_BUCKETS];
    for (; d; d = d->hash_next)
        if (d->hash == h && d->parent == dir && d->name_len == len && !memcmp(d->name, name, len))
            return d;
    return NULL;
}

int dentry_move(struct dentry *d, struct dentry *dir, const char *name, size_t len)
{
    char *copy = name_copy(name, len);
    if (!copy)
        return -ENOMEM;
    dentry_detach(d);
    kfree(d->name);
    d->name = copy;
    d->name_len = (uint16_t)len;
    struct dentry *old_parent = d->parent;
    d->parent = dentry_ref(dir);
    dentry_unref(old_parent);
    dentry_link(d);
    dentry_unref(d); /* dentry_link took a second extra reference */
    return 0;
}

/* The directory above, through mount points; NULL at the top of all. */
static struct dentry *dentry_above(const struct dentry *d)
{
    while (d->parent == d) {
        if (!d->sb || !d->sb->covers)
            return NULL;
        d = d->sb->covers;
    }
    return d->parent;
}

/* The dentry whose name leads here: the one covered, for the root of a mount. */
static const struct dentry *dentry_named(const struct dentry *d)
{
    while (d->parent == d && d->sb && d->sb->covers)
        d = d->sb->covers;
    return d;
}

bool dentry_is_below(const struct dentry *d, const struct dentry *ancestor)
{
    for (; d; d = dentry_above(d))
        if (d == ancestor)
            return true;
    return false;
}

static int path_of_anon(const struct dentry *d, char *buf, size_t size)
{
    if ((size_t)d->name_len + 1 > size)
        return -ENAMETOOLONG;
    memcpy(buf, d->name, d->name_len + 1u);
    return d->name_len;
}

int dentry_path(struct dentry *d, struct dentry *root, bool mark_deleted, char *buf, size_t size)
{
    static const char deleted[] = " (deleted)";
    if (d->flags & DENTRY_ANON)
        return path_of_anon(d, buf, size);
    bool gone = (d->flags & DENTRY_UNLINKED) != 0;
    if (gone && !mark_deleted)
        return -ENOENT;
    size_t tail = gone ? sizeof(deleted) - 1 : 0;
    size_t len = 0;
    for (const struct dentry *at = d; at && at != root;) {
        const struct dentry *n = dentry_named(at);
        if (n->parent != n)
            len += n->name_len + 1u;
        at = n == root ? NULL : dentry_above(at);
    }
    size_t total = (len ? len : 1) + tail;
    if (total + 1 > size)
        return -ENAMETOOLONG;
    buf[0] = '/';
    if (gone)
        memcpy(buf + total - tail, deleted, tail);
    buf[total] = '\0';
    for (const struct dentry *at = d; at && at != root;) {
        const struct dentry *n = dentry_named(at);
        if (n->parent != n) {
            len -= n->name_len;
            memcpy(buf + len, n->name, n->name_len);
            buf[--len] = '/';
        }
        at = n == root ? NULL : dentry_above(at);
    }
    return (int)total;
}
