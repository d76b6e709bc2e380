/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rename.c - renameat2: move, replace, exchange.
 *
 * The dentry itself moves, so open files and working directories below it
 * see their new path. Order of checks as in Linux's do_renameat2.
 */
#include "kernel/fs/inotify.h"
#include "kernel/fs/namespace.h"
#include "kernel/fs/port.h"
#include "kernel/include/fs_uapi.h"

struct rename {
    struct path_last from, to;
    struct dentry *victim; /* being moved; referenced */
    struct dentry *target; /* being replaced; NULL: none */
    unsigned flags;
};

/* A trailing slash is for directories only. */
static int rename_check_slashes(const struct rename *r)
{
    bool exchange = (r->flags & FS_RENAME_EXCHANGE) != 0;
    if (exchange && !vnode_is_dir(r->target->vnode) && r->to.trailing_slash)
        return -ENOTDIR;
    if (vnode_is_dir(r->victim->vnode))
        return 0;
    return r->from.trailing_slash || (!exchange && r->to.trailing_slash) ? -ENOTDIR : 0;
}

/* What the target must be for the victim to take its place. */
static int rename_check_target(const struct rename *r)
{
    bool dir = vnode_is_dir(r->victim->vnode), target_dir = vnode_is_dir(r->target->vnode);
    int err = dir_may_delete(r->to.dir, r->target);
    if (err || (r->flags & FS_RENAME_EXCHANGE))
        return err;
    if (dir && !target_dir)
        return -ENOTDIR;
    return !dir && target_dir ? -EISDIR : 0;
}

static int rename_check(const struct rename *r)
{
    bool exchange = (r->flags & FS_RENAME_EXCHANGE) != 0;
    if ((r->flags & FS_RENAME_NOREPLACE) && r->target)
        return -EEXIST;
    if (exchange && !r->target)
        return -ENOENT;
    int err = rename_check_slashes(r);
    if (err)
        return err;
    if (dentry_is_below(r->to.dir, r->victim))
        return -EINVAL; /* into itself */
    if (r->target && dentry_is_below(r->from.dir, r->target))
        return exchange ? -EINVAL : -ENOTEMPTY;
    if (r->target && r->target->vnode == r->victim->vnode)
        return 0;
    err = dir_may_delete(r->from.dir, r->victim);
    if (!err)
        err = r->target ? rename_check_target(r) : dir_may_write(r->to.dir);
    if (err)
        return err;
    if (r->victim->mounted || (r->target && r->target->mounted))
        return -EBUSY;
    return r->target && !exchange && r->target->child_first ? -ENOTEMPTY : 0;
}

static void entry_moved(struct dentry *from, struct dentry *to, const struct vnode *vn, int size)
{
    vnode_touch_mtime(from->vnode);
    vnode_touch_mtime(to->vnode);
    if (from == to)
        return;
    from->vnode->size -= (uint64_t)size;
    to->vnode->size += (uint64_t)size;
    if (vnode_is_dir(vn)) {
        from->vnode->nlink--;
        to->vnode->nlink++;
    }
}

static int rename_exchange(struct rename *r)
{
    struct dentry *a = r->victim, *b = r->target;
    struct dentry *a_dir = dentry_ref(a->parent), *b_dir = dentry_ref(b->parent);
    int err = dentry_move(a, b_dir, r->to.name, r->to.len);
    if (!err) {
        err = dentry_move(b, a_dir, r->from.name, r->from.len);
        if (err)
            dentry_move(a, a_dir, r->from.name, r->from.len);
    }
    if (!err) {
        entry_moved(a_dir, b_dir, a->vnode, 20);
        entry_moved(b_dir, a_dir, b->vnode, 20);
    }
    dentry_unref(a_dir);
    dentry_unref(b_dir);
    return err;
}

static int rename_do(struct rename *r)
{
    if (r->target && r->target->vnode == r->victim->vnode)
        return 0; /* two names of one file: nothing happens */
    if (r->flags & FS_RENAME_EXCHANGE)
        return rename_exchange(r);
    if (r->target)
        dir_remove(r->target);
    struct dentry *from = dentry_ref(r->victim->parent);
    unsigned isdir = vnode_is_dir(r->victim->vnode) ? IN_ISDIR : 0;
    uint32_t cookie = inotify_cookie();
    inotify_moved(from, r->victim, IN_MOVED_FROM | isdir, cookie);
    int err = dentry_move(r->victim, r->to.dir, r->to.name, r->to.len);
    if (!err) {
        entry_moved(from, r->to.dir, r->victim->vnode, 20);
        r->victim->vnode->ctime_ns = port_realtime_ns();
        inotify_moved(r->to.dir, r->victim, IN_MOVED_TO | isdir, cookie);
        inotify_vnode(r->victim->vnode, IN_MOVE_SELF);
        if (r->target && !vnode_is_dir(r->target->vnode))
            inotify_vnode(r->target->vnode, IN_ATTRIB);
    }
    dentry_unref(from);
    return err;
}

static int rename_resolved(struct rename *r)
{
    if (r->from.dir->sb != r->to.dir->sb)
        return -EXDEV;
    if (r->from.is_dot)
        return -EBUSY;
    if (r->to.is_dot)
        return r->flags & FS_RENAME_NOREPLACE ? -EEXIST : -EBUSY;
    int err = dir_victim(&r->from, &r->victim);
    if (err)
        return err;
    err = dir_victim(&r->to, &r->target);
    if (err == -ENOENT)
        err = 0;
    if (!err)
        err = rename_check(r);
    if (!err)
        err = rename_do(r);
    return err;
}

int fs_rename(struct dentry *old_start, const char *old_path, struct dentry *new_start,
              const char *new_path, unsigned flags)
{
    if (flags & ~(FS_RENAME_NOREPLACE | FS_RENAME_EXCHANGE))
        return -EINVAL;
    if ((flags & FS_RENAME_NOREPLACE) && (flags & FS_RENAME_EXCHANGE))
        return -EINVAL;
    struct rename *r = kzalloc(sizeof(*r));
    if (!r)
        return -ENOMEM;
    r->flags = flags;
    int err = path_lookup_parent(old_start, old_path, &r->from);
    if (err) {
        kfree(r);
        return err;
    }
    err = path_lookup_parent(new_start, new_path, &r->to);
    if (!err) {
        err = rename_resolved(r);
        dentry_unref(r->to.dir);
    }
    dentry_unref(r->victim);
    dentry_unref(r->target);
    dentry_unref(r->from.dir);
    kfree(r);
    return err;
}
