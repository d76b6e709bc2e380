/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fd_table.c - descriptors of a process.
 *
 * Slots grow by doubling, up to RLIMIT_NOFILE. The lowest free number is
 * always given, as POSIX demands.
 */
#include "kernel/fs/locks.h"
#include "kernel/fs/port.h"
#include "kernel/include/fs_uapi.h"

#define FD_SLOTS_FIRST 64u
#define FD_SLOTS_MAX (1u << 20)

struct fd_table *fd_table_create(void)
{
    struct fd_table *t = kzalloc(sizeof(*t));
    if (!t)
        return NULL;
    t->slots = kzalloc(FD_SLOTS_FIRST * sizeof(struct fd_slot));
    if (!t->slots) {
        kfree(t);
        return NULL;
    }
    t->refs = 1;
    t->count = FD_SLOTS_FIRST;
    return t;
}

static int table_grow(struct fd_table *t, unsigned need)
{
    unsigned count = t->count;
    while (count < need)
        count *= 2;
    struct fd_slot *slots = kzalloc(count * sizeof(*slots));
    if (!slots)
        return -ENOMEM;
    memcpy(slots, t->slots, t->count * sizeof(*slots));
    kfree(t->slots);
    t->slots = slots;
    t->count = count;
    return 0;
}

struct fd_table *fd_table_copy(const struct fd_table *from)
{
    struct fd_table *t = fd_table_create();
    if (!t)
        return NULL;
    if (from->count > t->count && table_grow(t, from->count)) {
        fd_table_unref(t);
        return NULL;
    }
    memcpy(t->slots, from->slots, from->count * sizeof(*t->slots));
    for (unsigned i = 0; i < from->count; i++)
        if (t->slots[i].file)
            file_ref(t->slots[i].file);
    return t;
}

struct fd_table *fd_table_ref(struct fd_table *t)
{
    t->refs++;
    return t;
}

static void slot_close(struct fd_table *t, unsigned fd)
{
    struct file *f = t->slots[fd].file;
    t->slots[fd].file = NULL;
    t->slots[fd].cloexec = false;
    locks_drop_posix(f->vnode, t);
    file_unref(f);
}

void fd_table_unref(struct fd_table *t)
{
    if (!t || --t->refs)
        return;
    for (unsigned i = 0; i < t->count; i++)
        if (t->slots[i].file)
            slot_close(t, i);
    kfree(t->slots);
    kfree(t);
}

int fd_table_exec(struct fd_table **table)
{
    if ((*table)->refs > 1) {
        struct fd_table *own = fd_table_copy(*table);
        if (!own)
            return -ENOMEM;
        fd_table_unref(*table);
        *table = own;
    }
    struct fd_table *t = *table;
    for (unsigned i = 0; i < t->count; i++)
        if (t->slots[i].file && t->slots[i].cloexec)
            slot_close(t, i);
    return 0;
}

struct file *fd_table_peek(const struct fd_table *t, int fd)
{
    if (fd < 0 || (unsigned)fd >= t->count)
        return NULL;
    return t->slots[fd].file;
}

struct file *fd_get_path(int fd)
{
    struct file *f = fd_table_peek(port_fds(), fd);
    return f ? file_ref(f) : NULL;
}

struct file *fd_get(int fd)
{
    struct file *f = fd_table_peek(port_fds(), fd);
    return f && !(f->flags & O_PATH) ? file_ref(f) : NULL;
}

static int table_install(struct fd_table *t, struct file *f, int min, bool cloexec, uint64_t limit)
{
    unsigned fd = (unsigned)min;
    if (limit > FD_SLOTS_MAX)
        limit = FD_SLOTS_MAX;
    while (fd < t->count && t->slots[fd].file)
        fd++;
    if (fd >= limit)
        return -EMFILE;
    if (fd >= t->count && table_grow(t, fd + 1))
        return -ENOMEM;
    t->slots[fd].file = f;
    t->slots[fd].cloexec = cloexec;
    return (int)fd;
}

int fd_install(struct file *f, int min, bool cloexec)
{
    return table_install(port_fds(), f, min, cloexec, port_limit_files());
}

int fd_close(int fd)
{
    struct fd_table *t = port_fds();
    if (!fd_table_peek(t, fd))
        return -EBADF;
    slot_close(t, (unsigned)fd);
    return 0;
}

/* dup2: fd becomes another name of f (reference taken over), whatever it was before. */
int fd_replace(int fd, struct file *f, bool cloexec)
{
    struct fd_table *t = port_fds();
    if ((unsigned)fd >= t->count && table_grow(t, (unsigned)fd + 1))
        return -ENOMEM;
    if (t->slots[fd].file)
        slot_close(t, (unsigned)fd);
    t->slots[fd].file = f;
    t->slots[fd].cloexec = cloexec;
    return fd;
}

int fd_open_console(struct fd_table *t)
{
    struct file *f;
    int err = fs_open(fs_root(), "/dev/console", O_RDWR, 0, &f);
    if (err)
        return err;
    for (int i = 0; i < 3; i++) {
        int fd = table_install(t, file_ref(f), 0, false, 3);
        if (fd < 0)
            file_unref(f);
    }
    file_unref(f);
    return 0;
}
