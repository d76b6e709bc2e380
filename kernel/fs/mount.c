/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mount.c - file systems in the tree, and each process's view of it.
 *
 * There is one tree for all processes. Each super block is mounted in one
 * place: the dentry it covers points at it and it points back.
 */
#include "kernel/fs/port.h"
#include "kernel/include/fs_uapi.h"

#define MOUNT_FLAGS_KEPT (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC)
#define MNT_DETACH_ 2u

static struct super_block *mounts;
static const struct fs_type *types;
static uint32_t dev_minor_last = 0x15;
static uint32_t mount_id_last = 20;

void fs_type_register(struct fs_type *t)
{
    t->next = types;
    types = t;
}

struct super_block *fs_mount_first(void)
{
    return mounts;
}

struct dentry *fs_root(void)
{
    return mounts->root;
}

static const struct fs_type *type_find(const char *name)
{
    for (const struct fs_type *t = types; t; t = t->next)
        if (!strcmp(t->name, name))
            return t;
    return NULL;
}

static void mounts_append(struct super_block *sb)
{
    struct super_block **p = &mounts;
    while (*p)
        p = &(*p)->next;
    *p = sb;
}

static void mounts_remove(struct super_block *sb)
{
    struct super_block **p = &mounts;
    while (*p != sb)
        p = &(*p)->next;
    *p = sb->next;
}

static int mount_change(struct dentry *where, unsigned flags)
{
    if (where->parent != where)
        return -EINVAL;
    if (flags & MS_REMOUNT)
        where->sb->flags = flags & MOUNT_FLAGS_KEPT;
    return 0;
}

int fs_mount(const char *type, const char *source, struct dentry *where, unsigned flags,
             const char *options)
{
    if (flags & (MS_REMOUNT | MS_PRIVATE | MS_SLAVE | MS_SHARED | MS_UNBINDABLE))
        return mount_change(where, flags);
    if (flags & (MS_BIND | MS_MOVE))
        return -EINVAL;
    if (where && !vnode_is_dir(where->vnode))
        return -ENOTDIR;
    const struct fs_type *t = type_find(type);
    if (!t)
        return -ENODEV;
    struct super_block *sb = kzalloc(sizeof(*sb));
    if (!sb)
        return -ENOMEM;
    sb->type = t;
    sb->dev = ++dev_minor_last;
    sb->id = ++mount_id_last;
    strlcpy(sb->source, source && *source ? source : "none", sizeof(sb->source));
    int err = t->mount(sb, options);
    if (err) {
        kfree(sb);
        return err;
    }
    sb->flags = flags & MOUNT_FLAGS_KEPT;
    if (where) {
        sb->covers = dentry_ref(where);
        where->mounted = sb;
    }
    mounts_append(sb);
    return 0;
}

/* Takes every linked name of a tree away, leaves first, so that its vnodes go. */
static void tree_free(struct dentry *root)
{
    struct dentry *d = root;
    while (root->child_first) {
        d = root->child_first;
        while (d->child_first)
            d = d->child_first;
        dentry_unlink(d);
    }
}

/* References beyond the tree's own: extra is 1 for a linked name. */
static bool dentry_is_busy(const struct dentry *d, uint32_t extra)
{
    for (const struct dentry *c = d->child_first; c; c = c->sibling_next)
        extra++;
    return d->refs > extra;
}

/* Whether anything but the mount itself and the caller holds a name of the tree. */
static bool tree_is_busy(const struct dentry *root)
{
    if (dentry_is_busy(root, 2))
        return true;
    const struct dentry *d = root->child_first;
    while (d) {
        if (dentry_is_busy(d, 1))
            return true;
        if (d->child_first) {
            d = d->child_first;
            continue;
        }
        while (d != root && !d->sibling_next)
            d = d->parent;
        d = d == root ? NULL : d->sibling_next;
    }
    return false;
}

/*
 * A detached file system keeps its tree while files of it are open; the super
 * block goes with its last vnode.
 */
int fs_umount(struct dentry *root, unsigned flags)
{
    struct super_block *sb = root->sb;
    if (root->parent != root || root != sb->root)
        return -EINVAL;
    if (!sb->covers)
        return -EBUSY;
    for (struct super_block *s = mounts; s; s = s->next)
        if (s->covers && s->covers->sb == sb)
            return -EBUSY;
    bool busy = tree_is_busy(root);
    if (busy && !(flags & MNT_DETACH_))
        return -EBUSY;
    mounts_remove(sb);
    sb->covers->mounted = NULL;
    dentry_unref(sb->covers);
    sb->covers = NULL;
    sb->detached = true;
    if (!busy) {
        tree_free(root);
        dentry_unref(root);
    }
    return 0;
}

struct fs_context *fs_context_create(void)
{
    struct fs_context *fs = kzalloc(sizeof(*fs));
    if (!fs)
        return NULL;
    fs->refs = 1;
    fs->root = dentry_ref(fs_root());
    fs->cwd = dentry_ref(fs_root());
    fs->umask = 022;
    return fs;
}

struct fs_context *fs_context_copy(const struct fs_context *from)
{
    struct fs_context *fs = kzalloc(sizeof(*fs));
    if (!fs)
        return NULL;
    fs->refs = 1;
    fs->root = dentry_ref(from->root);
    fs->cwd = dentry_ref(from->cwd);
    fs->umask = from->umask;
    return fs;
}

struct fs_context *fs_context_ref(struct fs_context *fs)
{
    fs->refs++;
    return fs;
}

void fs_context_unref(struct fs_context *fs)
{
    if (!fs || --fs->refs)
        return;
    dentry_unref(fs->root);
    dentry_unref(fs->cwd);
    kfree(fs);
}
