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
    struct thread *thread; /* of /proc/PID/task/TID; NULL: the whole process */
};
void proc_printf(struct proc_text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void proc_append(struct proc_text *t, const void *bytes, size_t len);

struct proc_entry {
    const char *name;
    uint32_t mode; /* S_IFMT and permissions */
    const char *text; /* all that it ever says; NULL: show */
    void (*show)(struct proc_text *t, struct process *p);
    long (*store)(struct process *p, char *text, size_t len); /* NULL: not writable */
    int (*link)(struct process *p, char *buf, size_t size);
    int (*follow)(struct process *p, struct dentry **out);
    const struct proc_entry *children; /* ends with a NULL name */
    enum { PROC_PLAIN, PROC_FDS, PROC_FDINFOS, PROC_TASKS, PROC_MEM } kind;
};

extern const struct proc_entry proc_root_entries[], proc_pid_entries[], proc_task_entries[],
    proc_sys_entries[], proc_ns_entries[];
#define PROC_DIR(name_, children_) {.name = name_, .mode = S_IFDIR_ | 0555, .children = children_}
#define PROC_TEXT(name_, text_) {.name = name_, .mode = S_IFREG_ | 0444, .text = text_}
#define PROC_FILE(name_, show_) {.name = name_, .mode = S_IFREG_ | 0444, .show = show_}

/* The thread that is shown: the entry's own, or the process's first; NULL: a zombie. */
struct thread *proc_thread(const struct proc_text *t, const struct process *p);
void proc_show_pid_stat(struct proc_text *t, struct process *p);
void proc_show_statm(struct proc_text *t, struct process *p);
void proc_show_status(struct proc_text *t, struct process *p);
void proc_show_smaps(struct proc_text *t, struct process *p);
void proc_show_smaps_rollup(struct proc_text *t, struct process *p);
extern const struct file_ops proc_mem_fops; /* proc_mem.c: f->priv is the struct vm_map */
void proc_show_maps(struct proc_text *t, struct process *p);
void proc_show_mounts(struct proc_text *t, struct process *p);
void proc_show_mountinfo(struct proc_text *t, struct process *p);

#endif
