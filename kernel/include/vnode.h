/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vnode.h - files as objects (vnode), their names (dentry), and the trees
 * they stand in (super_block).
 *
 * Rules of use
 *   - All three are reference counted. A dentry holds its parent and its vnode,
 *     a file holds its dentry, a super block's root is held by its mount.
 *   - A name in tmpfs is a dentry with one extra reference ("linked"), so the
 *     dentry tree is the directory; procfs makes dentries on lookup and lets
 *     them go with the last reference.
 *   - All of it runs in thread context, never in an interrupt. The kernel is not
 *     preempted, so a section that does not sleep needs no lock.
 *   - Page-level access (mmap, exec) goes through vnode_get_page(); bytes go
 *     through file_read_kernel() (file.h).
 */
#ifndef KERNEL_VNODE_H
#define KERNEL_VNODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAME_BYTES_MAX 255
#define PATH_BYTES_MAX 4096

struct dentry;
struct file;
struct file_ops;
struct page;
struct poll_head;
struct super_block;
struct vnode;
struct flock_list;
struct watch;
struct xattr;

struct vnode_attr {
    unsigned valid; /* ATTR_* */
    uint32_t mode;  /* permission bits only */
    uint32_t uid, gid;
    uint64_t size;
    int64_t atime_ns, mtime_ns;
};
#define ATTR_MODE 0x01u
#define ATTR_UID 0x02u
#define ATTR_GID 0x04u
#define ATTR_SIZE 0x08u
#define ATTR_ATIME 0x10u
#define ATTR_MTIME 0x20u

/* getdents: returns false when the buffer is full and the entry was not taken. */
struct dir_emit {
    bool (*emit)(struct dir_emit *e, const char *name, size_t len, uint64_t ino, unsigned type);
    uint64_t pos; /* cookie of the entry being given; then of the next one */
};

struct vnode_ops {
    /* Directories. lookup is only for file systems that do not keep their dentries linked. */
    int (*lookup)(struct dentry *dir, const char *name, size_t len, struct dentry **out);
    int (*readdir)(struct dentry *dir, struct dir_emit *e);
    /* Makes a vnode of any type; the caller links the name. target: symlinks only. */
    int (*create)(struct vnode *dir, uint32_t mode, uint64_t rdev, const char *target,
                  struct vnode **out);
    /* Symlinks: length without a NUL, or -errno. A magic link gives the dentry itself. */
    int (*readlink)(struct vnode *vn, char *buf, size_t size);
    int (*follow)(struct vnode *vn, struct dentry **out);
    /* Files. */
    int (*truncate)(struct vnode *vn, uint64_t size);
    int (*fallocate)(struct vnode *vn, int mode, uint64_t off, uint64_t len);
    /*
     * *out gets a reference; for_write false may give a shared page of zeros. -ERANGE beyond
     * EOF.
     */
    int (*get_page)(struct vnode *vn, uint64_t index, bool for_write, struct page **out);
    /* Bring size, times or link count up to date before stat. */
    void (*refresh)(struct vnode *vn);
    void (*destroy)(struct vnode *vn); /* last reference gone: free what priv holds */
};

struct vnode {
    const struct vnode_ops *ops;
    const struct file_ops *fops;
    struct super_block *sb;
    uint32_t refs;
    uint32_t mode; /* S_IFMT and permissions */
    uint32_t uid, gid;
    uint32_t nlink;
    uint64_t ino;
    uint64_t rdev;
    uint64_t size;
    uint64_t blocks;                                 /* 512-byte units */
    int64_t atime_ns, mtime_ns, ctime_ns, btime_ns;  /* since the epoch */
    void *priv;                /* file system's own */
    void *pipe;                /* FIFOs: struct pipe while open */
    struct flock_list *locks;  /* POSIX, OFD and flock locks; NULL when none */
    struct watch *watches;     /* inotify */
    struct xattr *xattrs;
    unsigned seals;            /* F_SEAL_*, memfd only */
    unsigned writers;          /* files open for writing (ETXTBSY) */
    unsigned deny_write;       /* running programs (ETXTBSY) */
    struct vm_area *mappings;  /* owned by mm: the areas that map this vnode */
};

#define S_IFMT_ 0170000u
#define S_IFSOCK_ 0140000u
#define S_IFLNK_ 0120000u
#define S_IFREG_ 0100000u
#define S_IFBLK_ 0060000u
#define S_IFDIR_ 0040000u
#define S_IFCHR_ 0020000u
#define S_IFIFO_ 0010000u
#define S_ISUID_ 04000u
#define S_ISGID_ 02000u
#define S_ISVTX_ 01000u

static inline bool vnode_is_dir(const struct vnode *vn)
{
    return (vn->mode & S_IFMT_) == S_IFDIR_;
}
static inline bool vnode_is_regular(const struct vnode *vn)
{
    return (vn->mode & S_IFMT_) == S_IFREG_;
}
static inline bool vnode_is_symlink(const struct vnode *vn)
{
    return (vn->mode & S_IFMT_) == S_IFLNK_;
}
static inline bool vnode_is_fifo(const struct vnode *vn)
{
    return (vn->mode & S_IFMT_) == S_IFIFO_;
}

/* New vnode with one reference, times now, owner from the caller's credentials; NULL: no memory. */
struct vnode *vnode_alloc(struct super_block *sb, uint32_t mode);
struct vnode *vnode_ref(struct vnode *vn);
void vnode_unref(struct vnode *vn);
/* For mmap and exec. 0 and a referenced page; -ERANGE beyond EOF (SIGBUS), -ENODEV, -ENOMEM. */
int vnode_get_page(struct vnode *vn, uint64_t index, bool for_write, struct page **out);
/* Permission of the caller: mask of MAY_*; 0, -EACCES. */
#define MAY_EXEC 1u
#define MAY_WRITE 2u
#define MAY_READ 4u
int vnode_permission(struct vnode *vn, unsigned mask);
int vnode_permission_as(struct vnode *vn, unsigned mask, uint32_t uid, uint32_t gid);
bool vnode_is_owner(const struct vnode *vn); /* the caller owns it or is privileged */
int vnode_set_attr(struct vnode *vn, const struct vnode_attr *a);
void vnode_touch_mtime(struct vnode *vn);
void vnode_touch_atime(struct vnode *vn); /* by relatime's rule */
void vnode_drop_suid(struct vnode *vn);

#define DENTRY_LINKED 1u   /* in its parent's directory; has the extra reference */
#define DENTRY_UNLINKED 2u /* was, and was removed: "(deleted)" */
#define DENTRY_ANON 4u     /* pipe:[7], anon_inode:[eventfd]: the name is the whole path */

struct dentry {
    uint32_t refs;
    unsigned flags;
    struct dentry *parent; /* itself at the root of a super block */
    struct vnode *vnode;   /* never NULL: there are no negative dentries */
    struct super_block *sb;
    struct super_block *mounted; /* a file system mounted here */
    struct dentry *child_first, *child_last;
    struct dentry *sibling_next, *sibling_prev;
    struct dentry *hash_next;
    uint64_t cookie;      /* place in the directory, for getdents; grows */
    uint64_t cookie_last; /* directories: last one given out */
    uint32_t hash;
    uint16_t name_len;
    char *name;
};

struct dentry *dentry_ref(struct dentry *d);
void dentry_unref(struct dentry *d);
/* Free-standing dentry for a vnode (takes over the caller's vnode reference, also on failure). */
struct dentry *dentry_alloc(struct dentry *parent, struct super_block *sb, const char *name,
                            size_t len, struct vnode *vn);
/* Enter in / take out of the parent's directory. */
void dentry_link(struct dentry *d);
void dentry_unlink(struct dentry *d);
struct dentry *dentry_find(struct dentry *dir, const char *name, size_t len); /* no reference */
/* Move to another directory and name; 0 or -ENOMEM. */
int dentry_move(struct dentry *d, struct dentry *dir, const char *name, size_t len);
bool dentry_is_below(const struct dentry *d, const struct dentry *ancestor); /* or equal */
/*
 * Absolute path as seen from root into buf; returns its length without the NUL, -ENAMETOOLONG, or
 * -ENOENT for an
 * unlinked directory where !mark_deleted. A removed name gets " (deleted)" with mark_deleted.
 */
int dentry_path(struct dentry *d, struct dentry *root, bool mark_deleted, char *buf, size_t size);

struct fs_type {
    const char *name;
    int (*mount)(struct super_block *sb, const char *options); /* fills root */
    bool no_device;
    const struct fs_type *next;
};

struct super_block {
    const struct fs_type *type;
    struct dentry *root;
    struct dentry *covers; /* the directory it is mounted on; NULL for the first */
    struct super_block *next;
    uint32_t dev;          /* st_dev */
    uint32_t magic;
    uint64_t ino_last;
    unsigned flags;        /* MS_* */
    uint64_t pages_used, pages_max; /* 0: unlimited */
    uint32_t id;           /* mountinfo */
    uint64_t vnodes;       /* alive; the last one frees a detached super block */
    bool detached;
    char source[32];
};

#endif
