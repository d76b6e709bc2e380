/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proc.h - inside /proc: tables of entries and the text they show.
 *
 * Rules of use
 *   - An entry is a directory (children), a link (link) or a file (show). show
 *     writes the whole text once, when the file is opened.
 *   - p is the process of a /proc/PID entry, NULL for global ones; it is looked
 *     up anew for each operation, so none of it is kept.
 *   - procfs*.c and proc_*.c look into processes directly: unlike the rest of
 *     fs/ they are not meant to run on the host.
 */
#ifndef KERNEL_FS_PROC_H
#define KERNEL_FS_PROC_H

#include "kernel/fs/port.h"
#include "kernel/include/fs_uapi.h"
#include "kernel/include/process.h"

struct proc_text {
    char *data;
    size_t len, capacity;
    int err;
};
void proc_printf(struct proc_text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void proc_append(struct proc_text *t, const void *bytes, size_t len);

struct proc_entry {
    const char *name;
    uint32_t mode; /* S_IFMT and permissions */
    void (*show)(struct proc_text *t, struct process *p);
    long (*store)(struct process *p, char *text, size_t len); /* NULL: not writable */
    int (*link)(struct process *p, char *buf, size_t size);
    int (*follow)(struct process *p, struct dentry **out);
    const struct proc_entry *children; /* ends with a NULL name */
    bool is_fd_dir, is_task_dir;
};

extern const struct proc_entry proc_root_entries[], proc_pid_entries[];
#define PROC_DIR(name_, children_) {.name = name_, .mode = S_IFDIR_ | 0555, .children = children_}
#define PROC_FILE(name_, show_) {.name = name_, .mode = S_IFREG_ | 0444, .show = show_}

void proc_show_maps(struct proc_text *t, struct process *p);
void proc_show_mounts(struct proc_text *t, struct process *p);
void proc_show_mountinfo(struct proc_text *t, struct process *p);

#endif
