/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fs.h - path lookup, mounts, and the per-process view of the tree.
 *
 * Rules of use
 *   - struct fs_context is what clone(CLONE_FS) shares: root, cwd, umask. struct
 *     process holds one and gives it back with fs_context_unref().
 *   - Paths here are kernel strings; sys_*.c copies them in with
 *     path_from_user(). A returned dentry carries a reference.
 */
#ifndef KERNEL_FS_H
#define KERNEL_FS_H

#include "kernel/include/vnode.h"

struct fs_context {
    uint32_t refs;
    struct dentry *root, *cwd;
    uint32_t umask;
};

struct fs_context *fs_context_create(void); /* at the global root, umask 022 */
struct fs_context *fs_context_copy(const struct fs_context *fs);
struct fs_context *fs_context_ref(struct fs_context *fs);
void fs_context_unref(struct fs_context *fs);

/* Mounts the root tmpfs, /dev, /proc and /sys points; unpacks the initramfs. Once, before PID 1. */
void fs_init(const void *initrd, size_t initrd_bytes, uint64_t entropy_seed);

#define LOOKUP_FOLLOW 1u     /* follow a symlink in the last place */
#define LOOKUP_DIRECTORY 2u  /* the result must be a directory */
#define LOOKUP_EMPTY 4u      /* AT_EMPTY_PATH */
#define LOOKUP_AT_MOUNT 8u   /* do not enter a file system mounted on the last component (umount) */

/* start: where a relative path begins, NULL for the cwd. 0 and *out, or -errno. */
int path_lookup(struct dentry *start, const char *path, unsigned flags, struct dentry **out);

/* The directory that holds (or would hold) the last component, and that component. */
struct path_last {
    struct dentry *dir;
    char name[NAME_BYTES_MAX + 1];
    size_t len;
    bool trailing_slash;
    bool is_dot; /* ".", ".." or "/": cannot be created or removed */
    int dots;    /* 0: root, 1: ".", 2: ".." where is_dot */
};
int path_lookup_parent(struct dentry *start, const char *path, struct path_last *out);

/* The existing child of a directory, following mounts; -ENOENT. No permission check. */
int dentry_lookup_child(struct dentry *dir, const char *name, size_t len, struct dentry **out);

/* Namespace operations on (dir, name); mode has its type bits. Errors as Linux gives them. */
int fs_mknod(struct dentry *start, const char *path, uint32_t mode, uint64_t rdev);
int fs_symlink(struct dentry *start, const char *path, const char *target);
int fs_mkdir(struct dentry *start, const char *path, uint32_t mode);
int fs_unlink(struct dentry *start, const char *path);
int fs_rmdir(struct dentry *start, const char *path);
int fs_link(struct dentry *old, struct dentry *start, const char *path);
#define FS_RENAME_NOREPLACE 1u
#define FS_RENAME_EXCHANGE 2u
int fs_rename(struct dentry *old_start, const char *old_path, struct dentry *new_start,
              const char *new_path, unsigned flags);

/* Opens by path; flags are Linux's O_* of this CPU. */
int fs_open(struct dentry *start, const char *path, unsigned flags, uint32_t mode,
            struct file **out);
/* The same within RESOLVE_* (fs/namei.h). */
int fs_open_restricted(struct dentry *start, const char *path, unsigned flags, uint32_t mode,
                       unsigned resolve, struct file **out);
/*
 * Opens a program for exec: regular, executable, not on a noexec mount, nobody writes to it. Deny
 * writing with vnode_deny_write() while it runs.
 * -EACCES, -ENOENT, -ELOOP, -ENOTDIR...
 */
int fs_open_exec(struct dentry *start, const char *path, unsigned lookup_flags, struct file **out);
/* A mapped or running program: while denied, opening for write gives -ETXTBSY. */
int vnode_deny_write(struct vnode *vn); /* 0 or -ETXTBSY when it is open for writing */
void vnode_allow_write(struct vnode *vn);

/*
 * Copies a path of user memory: *out is allocated (path_free). -ENOENT when empty unless
 * allowed.
 */
int path_from_user(uint64_t addr, bool allow_empty, char **out);
void path_free(char *path);
/*
 * Start dentry of an *at call: referenced dentry, or *out = NULL for AT_FDCWD or an absolute
 * path.
 */
int path_start(int dirfd, const char *path, struct dentry **out);

int fs_mount(const char *type, const char *source, struct dentry *where, unsigned flags,
             const char *options);
int fs_umount(struct dentry *root_of_mount, unsigned flags);
void fs_type_register(struct fs_type *t);
struct super_block *fs_mount_first(void); /* linked by next, in mount order */
struct dentry *fs_root(void);

#endif
