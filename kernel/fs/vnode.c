/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vnode.c - life, permissions, attributes and times of files.
 *
 * A vnode lives while a dentry or a mapping holds it; its link count is only
 * what stat shows. Permission follows Linux's generic_permission: one class
 * decides, and uid 0 may all but execute what nobody may execute.
 */
#include "kernel/fs/locks.h"
#include "kernel/fs/port.h"
#include "kernel/fs/xattr.h"
#include "kernel/include/fs_uapi.h"

#define ATIME_STALE_NS (86400 * PORT_NS_PER_S)

struct vnode *vnode_alloc(struct super_block *sb, uint32_t mode)
{
    struct vnode *vn = kzalloc(sizeof(*vn));
    if (!vn)
        return NULL;
    int64_t now = port_realtime_ns();
    vn->sb = sb;
    sb->vnodes++;
    vn->refs = 1;
    vn->mode = mode;
    vn->uid = port_fsuid();
    vn->gid = port_fsgid();
    vn->nlink = vnode_is_dir(vn) ? 2 : 1;
    vn->ino = ++sb->ino_last;
    vn->atime_ns = vn->mtime_ns = vn->ctime_ns = vn->btime_ns = now;
    return vn;
}

struct vnode *vnode_ref(struct vnode *vn)
{
    vn->refs++;
    return vn;
}

void vnode_unref(struct vnode *vn)
{
    if (!vn || --vn->refs)
        return;
    if (vn->ops && vn->ops->destroy)
        vn->ops->destroy(vn);
    locks_free(vn);
    xattr_free(vn);
    struct super_block *sb = vn->sb;
    kfree(vn);
    if (--sb->vnodes == 0 && sb->detached)
        kfree(sb);
}

int vnode_get_page(struct vnode *vn, uint64_t index, bool for_write, struct page **out)
{
    if (!vn->ops || !vn->ops->get_page)
        return -ENODEV;
    return vn->ops->get_page(vn, index, for_write, out);
}

int vnode_permission(struct vnode *vn, unsigned mask)
{
    return vnode_permission_as(vn, mask, port_fsuid(), port_fsgid());
}

int vnode_permission_as(struct vnode *vn, unsigned mask, uint32_t uid, uint32_t gid)
{
    unsigned type = vn->mode & S_IFMT_;
    bool plain = type == S_IFREG_ || type == S_IFDIR_ || type == S_IFLNK_;
    if ((mask & MAY_WRITE) && plain && vn->sb && (vn->sb->flags & MS_RDONLY))
        return -EROFS;
    unsigned bits = vn->mode;
    if (uid == vn->uid)
        bits >>= 6;
    else if (gid == vn->gid || port_in_group(vn->gid))
        bits >>= 3;
    if ((mask & ~bits & 7u) == 0)
        return 0;
    if (uid != 0)
        return -EACCES;
    if ((mask & MAY_EXEC) && type != S_IFDIR_ && !(vn->mode & 0111))
        return -EACCES;
    return 0;
}

bool vnode_is_owner(const struct vnode *vn)
{
    return port_fsuid() == vn->uid || port_is_privileged();
}

/* Linux's setattr_prepare for owner, group and mode. */
static int set_attr_check(struct vnode *vn, const struct vnode_attr *a)
{
    bool priv = port_is_privileged();
    bool owner = port_fsuid() == vn->uid;
    if (vn->sb && (vn->sb->flags & MS_RDONLY))
        return -EROFS;
    if ((a->valid & ATTR_UID) && !priv && !(owner && a->uid == vn->uid))
        return -EPERM;
    if ((a->valid & ATTR_GID) && !priv &&
        !(owner && (a->gid == vn->gid || a->gid == port_fsgid() || port_in_group(a->gid))))
        return -EPERM;
    if ((a->valid & ATTR_MODE) && !priv && !owner)
        return -EPERM;
    return 0;
}

static void set_owner(struct vnode *vn, const struct vnode_attr *a)
{
    if (a->valid & ATTR_UID)
        vn->uid = a->uid;
    if (a->valid & ATTR_GID)
        vn->gid = a->gid;
    if (!vnode_is_dir(vn))
        vnode_drop_suid(vn);
}

/* What a write or a change of owner takes from a program: set-uid, and set-gid where it is one. */
void vnode_drop_suid(struct vnode *vn)
{
    vn->mode &= ~S_ISUID_;
    if (vn->mode & 0010)
        vn->mode &= ~S_ISGID_;
}

int vnode_set_attr(struct vnode *vn, const struct vnode_attr *a)
{
    int err = set_attr_check(vn, a);
    if (err)
        return err;
    if (a->valid & ATTR_SIZE) {
        if (!vn->ops || !vn->ops->truncate)
            return -EINVAL;
        err = vn->ops->truncate(vn, a->size);
        if (err)
            return err;
    }
    if (a->valid & (ATTR_UID | ATTR_GID))
        set_owner(vn, a);
    if (a->valid & ATTR_MODE) {
        vn->mode = (vn->mode & S_IFMT_) | (a->mode & 07777u);
        if (!port_is_privileged() && vn->gid != port_fsgid() && !port_in_group(vn->gid))
            vn->mode &= ~S_ISGID_;
    }
    if (a->valid & ATTR_ATIME)
        vn->atime_ns = a->atime_ns;
    if (a->valid & ATTR_MTIME)
        vn->mtime_ns = a->mtime_ns;
    vn->ctime_ns = port_realtime_ns();
    return 0;
}

void vnode_touch_mtime(struct vnode *vn)
{
    vn->mtime_ns = vn->ctime_ns = port_realtime_ns();
}

/* Linux's relatime: only when the old value says something that is no longer true. */
void vnode_touch_atime(struct vnode *vn)
{
    int64_t now = port_realtime_ns();
    if (vn->sb && (vn->sb->flags & MS_RDONLY))
        return;
    if (vn->atime_ns <= vn->mtime_ns || vn->atime_ns <= vn->ctime_ns ||
        now - vn->atime_ns >= ATIME_STALE_NS)
        vn->atime_ns = now;
}

int vnode_deny_write(struct vnode *vn)
{
    if (vn->writers)
        return -ETXTBSY;
    vn->deny_write++;
    return 0;
}

void vnode_allow_write(struct vnode *vn)
{
    vn->deny_write--;
}
