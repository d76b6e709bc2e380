/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * file.h - open files and the table of descriptors.
 *
 * Rules of use
 *   - A struct file is counted: each descriptor holds one reference, each system
 *     call that may sleep holds one for its duration (fd_get/file_unref).
 *   - struct fd_table is what clone(CLONE_FILES) shares. fork copies it
 *     (fd_table_copy), exec makes it private and closes (fd_table_exec), exit
 *     gives it back (fd_table_unref).
 *   - read and write are given the position to use and advance; the caller
 *     writes it back to file->pos where the call is not positioned.
 */
#ifndef KERNEL_FILE_H
#define KERNEL_FILE_H

#include "kernel/include/poll.h"
#include "kernel/include/uio.h"
#include "kernel/include/vnode.h"

struct file;
struct process;

struct file_ops {
    int (*open)(struct file *f); /* may replace f->ops and f->priv; -errno refuses */
    void (*release)(struct file *f);
    long (*read)(struct file *f, struct uio *u, uint64_t *pos);
    long (*write)(struct file *f, struct uio *u, uint64_t *pos);
    int64_t (*seek)(struct file *f, int64_t offset, int whence); /* NULL: -ESPIPE */
    uint32_t (*poll)(struct file *f, struct poll_table *pt);     /* NULL: always ready */
    long (*ioctl)(struct file *f, unsigned cmd, uint64_t arg);   /* NULL: -ENOTTY */
    int (*readdir)(struct file *f, struct dir_emit *e);
    bool async; /* O_ASYNC sends signals (fs/async.c); poll() registers with two heads at most */
};

/* Who is told of what happens to a file: struct f_owner_ex. */
struct file_owner {
    int32_t type; /* F_OWNER_* */
    int32_t pid;  /* 0: nobody */
};

struct async;

struct file {
    const struct file_ops *ops;
    uint32_t refs;
    unsigned flags; /* O_* of this CPU: access mode and status flags */
    unsigned open_flags; /* as given to open, with O_NOCTTY; for ops->open only */
    uint64_t pos;
    struct dentry *dentry;
    struct vnode *vnode; /* dentry's; no reference of its own */
    void *priv;
    struct file_owner owner; /* F_SETOWN */
    uint32_t owner_uid, owner_euid; /* of who set it */
    int32_t owner_signo;     /* F_SETSIG; 0: SIGIO */
    struct async *async;     /* O_ASYNC is on, where the file knows it */
    struct epoll_watch *epoll_watches;
};

/* Access in the kernel's own terms, whatever the O_* numbers. */
bool file_can_read(const struct file *f);
bool file_can_write(const struct file *f);
bool file_is_nonblocking(const struct file *f);
bool file_is_append(const struct file *f);

/* New file on a dentry (referenced by it); calls ops->open. */
int file_open_dentry(struct dentry *d, unsigned flags, struct file **out);
/*
 * Anonymous object (pipe, eventfd): label is its path; mode has S_IFMT. release frees priv,
 * also when this fails.
 */
int file_open_anon(const struct file_ops *ops, void *priv, unsigned flags, const char *label,
                   uint32_t mode, struct file **out);
/* A second open file on an anonymous object's inode (the other end of a pipe). */
int file_open_peer(struct file *first, const struct file_ops *ops, void *priv, unsigned flags,
                   struct file **out);
struct file *file_ref(struct file *f);
void file_unref(struct file *f);

/* Whole-kernel helpers: bytes moved or -errno. */
long file_read_kernel(struct file *f, void *buf, size_t len, uint64_t off);
long file_write_kernel(struct file *f, const void *buf, size_t len, uint64_t off);
/* Path for /proc/PID/maps, exe, fd: as dentry_path with mark_deleted. */
int file_path(struct file *f, char *buf, size_t size);
uint32_t file_poll(struct file *f, struct poll_table *pt);
/* Seek of what has no position and is no stream: succeeds and moves nothing. */
int64_t file_seek_noop(struct file *f, int64_t offset, int whence);

/* mmap: what kind of memory stands behind a file. */
enum file_mmap {
    FILE_MMAP_NONE,  /* -ENODEV */
    FILE_MMAP_PAGES, /* vnode_get_page() */
    FILE_MMAP_ZERO,  /* /dev/zero: as anonymous */
};
enum file_mmap file_mmap_kind(const struct file *f);
/* Seals: a shared writable mapping of a memfd sealed against writing is -EPERM. */
int file_mmap_check(const struct file *f, bool shared, bool writable);

struct fd_slot {
    struct file *file;
    bool cloexec;
};
struct fd_table {
    uint32_t refs;
    unsigned count; /* slots allocated */
    struct fd_slot *slots;
};

struct fd_table *fd_table_create(void);
struct fd_table *fd_table_copy(const struct fd_table *t); /* NULL: no memory */
struct fd_table *fd_table_ref(struct fd_table *t);
void fd_table_unref(struct fd_table *t);
/* exec: *t becomes private, descriptors marked close-on-exec go. 0 or -ENOMEM. */
int fd_table_exec(struct fd_table **t);

/*
 * Of the current process: a referenced file, NULL is -EBADF. fd_get does not give O_PATH files,
 * fd_get_path does.
 */
struct file *fd_get(int fd);
struct file *fd_get_path(int fd);
/*
 * Lowest free descriptor >= min gets the file (takes over the reference); else -EMFILE,
 * reference kept by the caller.
 */
int fd_install(struct file *f, int min, bool cloexec);
/*
 * The same from 0 on, and the reference is dropped on failure too: what a call that opens returns.
 */
static inline long fd_give(struct file *f, bool cloexec)
{
    long fd = fd_install(f, 0, cloexec);

    if (fd < 0)
        file_unref(f);
    return fd;
}
/*
 * dup2: fd (below the limit) names f from now on; reference taken over; what was there is
 * closed.
 */
int fd_replace(int fd, struct file *f, bool cloexec);
int fd_close(int fd);
/* Two descriptors written to user memory; takes both references over, also on failure. */
int fd_install_pair(struct file *a, struct file *b, bool cloexec, uint64_t addr);
struct file *fd_table_peek(const struct fd_table *t, int fd); /* no reference, NULL where none */

/* Standard input, output and error of PID 1: /dev/console. */
int fd_open_console(struct fd_table *t);

#endif
