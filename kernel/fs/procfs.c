/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * procfs.c - /proc as a tree: names are made when they are looked up.
 *
 * A node is (entry, pid, tid, fd): entry says what it is, pid whose (0: global), tid
 * which thread's below task/, fd which descriptor, in fd/ and fdinfo/. Inode numbers are
 * computed from all, so that two lookups of one name agree.
 */
#include "kernel/fs/proc.h"
#include "kernel/fs/procfs.h"
#include "kernel/fs/tmpfs.h"
#include "kernel/include/vm.h"

struct proc_node {
    const struct proc_entry *entry;
    int32_t pid, tid;
    int32_t fd;
};

static const struct proc_entry root_entry = PROC_DIR("", proc_root_entries);
static const struct proc_entry pid_entry = PROC_DIR("PID", proc_pid_entries);
static const struct proc_entry task_entry = PROC_DIR("TASK", proc_task_entries);
static const struct proc_entry fd_link_entry = {.name = "FD", .mode = S_IFLNK_ | 0700};
static const struct proc_entry fdinfo_entry = {.name = "FDINFO", .mode = S_IFREG_ | 0444};

static const struct vnode_ops proc_dir_ops, proc_file_ops, proc_link_ops;
static const struct file_ops proc_file_fops;

static struct proc_node *node_of(const struct vnode *vn)
{
    return vn->priv;
}

static struct process *process_of(const struct proc_node *n)
{
    struct process *p = n->pid ? process_find(n->pid) : NULL;
    return p;
}

/* The thread of a node below task/, NULL: it is the process's; -ESRCH where it is gone. */
static int thread_of(const struct proc_node *n, struct thread **out)
{
    struct thread *t = n->tid ? thread_find(n->tid) : NULL;
    *out = t;
    return n->tid && (!t || !t->process || t->process->pid != n->pid) ? -ESRCH : 0;
}

/* ---- text ---- */

void proc_append(struct proc_text *t, const void *bytes, size_t len)
{
    if (t->err)
        return;
    if (t->len + len > t->capacity) {
        size_t capacity = t->capacity ? t->capacity : 256;
        while (capacity < t->len + len)
            capacity *= 2;
        char *data = krealloc(t->data, capacity);
        if (!data) {
            t->err = -ENOMEM;
            return;
        }
        t->data = data;
        t->capacity = capacity;
    }
    memcpy(t->data + t->len, bytes, len);
    t->len += len;
}

void proc_printf(struct proc_text *t, const char *fmt, ...)
{
    char line[512];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    proc_append(t, line, n < (int)sizeof(line) ? (size_t)n : sizeof(line) - 1);
}

static void show_fdinfo(struct proc_text *t, const struct process *p, int fd)
{
    struct file *f = p->fds ? fd_table_peek(p->fds, fd) : NULL;
    if (!f) {
        t->err = -ENOENT;
        return;
    }
    unsigned flags = f->flags | (p->fds->slots[fd].cloexec ? O_CLOEXEC : 0);
    proc_printf(t, "pos:\t%lu\nflags:\t0%o\nmnt_id:\t%u\nino:\t%lu\n", (unsigned long)f->pos,
                flags, f->vnode->sb ? f->vnode->sb->id : 0, (unsigned long)f->vnode->ino);
}

/* The whole text, as it is now. */
static int fill(struct proc_text *t, const struct proc_node *n)
{
    struct process *p = process_of(n);
    if ((n->pid && !p) || thread_of(n, &t->thread))
        return -ESRCH;
    t->len = 0;
    if (n->entry == &fdinfo_entry)
        show_fdinfo(t, p, n->fd);
    else if (n->entry->text)
        proc_append(t, n->entry->text, strlen(n->entry->text));
    else if (n->entry->show)
        n->entry->show(t, p);
    return t->err;
}

static int mem_open(struct file *f, struct process *p)
{
    const struct cred *its = &p->cred;
    if (!p->vm)
        return 0;
    if (!port_is_privileged() && (port_ruid() != its->uid || port_ruid() != its->suid))
        return -EACCES;
    f->priv = vm_map_ref(p->vm);
    f->ops = &proc_mem_fops;
    return 0;
}

static int proc_open(struct file *f)
{
    const struct proc_node *n = node_of(f->vnode);
    struct process *p = process_of(n);
    if (n->pid && !p)
        return -ESRCH;
    if (n->entry->kind == PROC_MEM)
        return mem_open(f, p);
    struct proc_text *t = kzalloc(sizeof(*t));
    if (!t)
        return -ENOMEM;
    int err = fill(t, n);
    if (err) {
        kfree(t->data);
        kfree(t);
        return err;
    }
    f->priv = t;
    return 0;
}

static void proc_release(struct file *f)
{
    struct proc_text *t = f->priv;
    if (t)
        kfree(t->data);
    kfree(t);
}

static long proc_read(struct file *f, struct uio *u, uint64_t *pos)
{
    struct proc_text *t = f->priv;
    const struct proc_node *n = node_of(f->vnode);
    if (!t)
        return 0;
    if (*pos == 0 && f->pos == 0 && t->len && u->resid) {
        int err = fill(t, n); /* read again from the start: show what is true now */
        if (err)
            return err;
    }
    if (*pos >= t->len)
        return 0;
    long r = uio_read(u, t->data + *pos, t->len - (size_t)*pos);
    if (r > 0)
        *pos += (uint64_t)r;
    return r;
}

static long proc_write(struct file *f, struct uio *u, uint64_t *pos)
{
    const struct proc_node *n = node_of(f->vnode);
    char text[256];
    struct process *p = process_of(n);
    if (!n->entry->store)
        return -EINVAL;
    if (n->pid && !p)
        return -ESRCH;
    size_t all = u->resid;
    long len = uio_write(u, text, sizeof(text) - 1);
    if (len < 0)
        return len;
    text[len] = '\0';
    long r = n->entry->store(p, text, (size_t)len);
    if (r < 0)
        return r;
    *pos += all;
    return (long)all;
}

static int64_t proc_seek(struct file *f, int64_t offset, int whence)
{
    if (whence == SEEK_CUR)
        offset += (int64_t)f->pos;
    else if (whence != SEEK_SET)
        return -EINVAL;
    if (offset < 0)
        return -EINVAL;
    f->pos = (uint64_t)offset;
    return offset;
}

static const struct file_ops proc_file_fops = {
    .open = proc_open,
    .release = proc_release,
    .read = proc_read,
    .write = proc_write,
    .seek = proc_seek,
};

/* ---- nodes ---- */

static uint64_t node_ino(const struct proc_node *n)
{
    uint64_t h = 1469598103934665603ull;
    for (const char *c = n->entry->name; *c; c++)
        h = (h ^ (uint8_t)*c) * 1099511628211ull;
    h = (h ^ (uint32_t)n->pid) * 1099511628211ull;
    h = (h ^ (uint32_t)n->fd) * 1099511628211ull;
    if (n->tid)
        h = (h ^ (uint32_t)n->tid) * 1099511628211ull;
    return (h ^ h >> 32) & 0x7fffffff;
}

/* What the link of a descriptor allows: what the file was opened for. */
static uint32_t fd_link_mode(const struct process *p, int32_t fd)
{
    const struct file *f = p && p->fds ? fd_table_peek(p->fds, fd) : NULL;
    return S_IFLNK_ | 0100 | (f && file_can_read(f) ? 0400 : 0) |
           (f && file_can_write(f) ? 0200 : 0);
}

static int node_create(struct dentry *dir, const char *name, size_t len,
                       const struct proc_node *from, struct dentry **out)
{
    const struct proc_entry *e = from->entry;
    const struct process *p = from->pid ? process_find(from->pid) : NULL;
    uint32_t mode = e == &fd_link_entry ? fd_link_mode(p, from->fd) : e->mode;
    struct proc_node *n = kzalloc(sizeof(*n));
    struct vnode *vn = n ? vnode_alloc(dir->sb, mode) : NULL;
    if (!vn) {
        kfree(n);
        return -ENOMEM;
    }
    *n = *from;
    vn->priv = n;
    vn->ino = node_ino(n);
    vn->uid = p ? p->cred.euid : 0;
    vn->gid = p ? p->cred.egid : 0;
    if (vnode_is_dir(vn)) {
        vn->ops = &proc_dir_ops;
        vn->fops = &dir_fops;
    } else if (vnode_is_symlink(vn)) {
        vn->ops = &proc_link_ops;
        vn->size = n->fd >= 0 ? 64 : 0;
    } else {
        vn->ops = &proc_file_ops;
        vn->fops = &proc_file_fops;
    }
    *out = dentry_alloc(dir, dir->sb, name, len, vn);
    return *out ? 0 : -ENOMEM;
}

static void node_destroy(struct vnode *vn)
{
    kfree(vn->priv);
}

static int parse_number(const char *s, size_t len)
{
    int v = 0;
    if (!len || len > 9 || (s[0] == '0' && len > 1))
        return -1;
    for (size_t i = 0; i < len; i++) {
        if (s[i] < '0' || s[i] > '9')
            return -1;
        v = v * 10 + (s[i] - '0');
    }
    return v;
}

static int lookup_number(struct dentry *dir, const struct proc_node *n, const char *name,
                         size_t len, struct dentry **out)
{
    int number = parse_number(name, len);
    if (number < 0)
        return -ENOENT;
    struct proc_node found = {.pid = n->pid, .tid = n->tid, .fd = -1};
    struct process *p = process_of(n);
    if (n->entry == &root_entry) {
        found.entry = &pid_entry;
        found.pid = number;
        return process_find(number) ? node_create(dir, name, len, &found, out) : -ENOENT;
    }
    if (!p)
        return -ENOENT;
    if (n->entry->kind == PROC_TASKS) {
        const struct thread *t = thread_find(number);
        found.entry = &task_entry;
        found.tid = number;
        return t && t->process == p ? node_create(dir, name, len, &found, out) : -ENOENT;
    }
    if (n->entry->kind != PROC_FDS && n->entry->kind != PROC_FDINFOS)
        return -ENOENT;
    if (!p->fds || !fd_table_peek(p->fds, number))
        return -ENOENT;
    found.entry = n->entry->kind == PROC_FDS ? &fd_link_entry : &fdinfo_entry;
    found.fd = number;
    return node_create(dir, name, len, &found, out);
}

static int proc_lookup(struct dentry *dir, const char *name, size_t len, struct dentry **out)
{
    const struct proc_node *n = node_of(dir->vnode);
    if (n->pid && !process_of(n))
        return -ENOENT;
    const struct proc_entry *e = n->entry->children;
    for (; e && e->name; e++)
        if (strlen(e->name) == len && !memcmp(e->name, name, len))
            return node_create(dir, name, len,
                               &(struct proc_node){e, n->pid, n->tid, -1}, out);
    return lookup_number(dir, n, name, len, out);
}

/* ---- listing: cookies 0 ".", 1 "..", then entries from 2, numbers from NUMBERS_FROM ---- */

#define NUMBERS_FROM 0x10000u

static bool emit_number(struct dir_emit *e, int number, const struct proc_node *node,
                        unsigned type)
{
    char name[16];
    int len = snprintf(name, sizeof(name), "%d", number);
    e->pos = NUMBERS_FROM + (unsigned)number;
    if (!e->emit(e, name, (size_t)len, node_ino(node), type))
        return false;
    e->pos++;
    return true;
}

static void list_processes(struct dir_emit *e)
{
    for (struct process *p = process_next(NULL); p; p = process_next(p))
        if ((uint64_t)p->pid + NUMBERS_FROM >= e->pos)
            if (!emit_number(e, p->pid, &(struct proc_node){&pid_entry, p->pid, 0, -1}, DT_DIR))
                return;
}

static void list_threads(struct dir_emit *e, struct process *p)
{
    list_for_each(t, &p->threads, struct thread, process_node)
        if ((uint64_t)t->tid + NUMBERS_FROM >= e->pos)
            if (!emit_number(e, t->tid, &(struct proc_node){&task_entry, p->pid, t->tid, -1},
                             DT_DIR))
                return;
}

static void list_fds(struct dir_emit *e, const struct process *p, const struct proc_node *dir)
{
    bool links = dir->entry->kind == PROC_FDS;
    struct proc_node node = {links ? &fd_link_entry : &fdinfo_entry, p->pid, dir->tid, 0};
    uint64_t first = e->pos > NUMBERS_FROM ? e->pos - NUMBERS_FROM : 0;
    for (uint64_t fd = first; p->fds && fd < p->fds->count; fd++) {
        if (!p->fds->slots[fd].file)
            continue;
        node.fd = (int32_t)fd;
        if (!emit_number(e, (int)fd, &node, links ? DT_LNK : DT_REG))
            return;
    }
}

static int proc_readdir(struct dentry *dir, struct dir_emit *e)
{
    const struct proc_node *n = node_of(dir->vnode);
    struct process *p = process_of(n);
    if (n->pid && !p)
        return -ENOENT;
    if (e->pos == 0) {
        if (!e->emit(e, ".", 1, dir->vnode->ino, DT_DIR))
            return 0;
        e->pos = 1;
    }
    if (e->pos == 1) {
        if (!e->emit(e, "..", 2, dir->parent->vnode->ino, DT_DIR))
            return 0;
        e->pos = 2;
    }
    const struct proc_entry *entry = n->entry->children;
    uint64_t at = 2;
    for (; entry && entry->name; entry++, at++) {
        if (at < e->pos)
            continue;
        e->pos = at;
        if (!e->emit(e, entry->name, strlen(entry->name),
                     node_ino(&(struct proc_node){entry, n->pid, n->tid, -1}), entry->mode >> 12))
            return 0;
        e->pos = at + 1;
    }
    if (n->entry == &root_entry)
        list_processes(e);
    else if (n->entry->kind == PROC_TASKS)
        list_threads(e, p);
    else if (n->entry->kind == PROC_FDS || n->entry->kind == PROC_FDINFOS)
        list_fds(e, p, n);
    return 0;
}

/* ---- links ---- */

static int proc_readlink(struct vnode *vn, char *buf, size_t size)
{
    const struct proc_node *n = node_of(vn);
    struct process *p = process_of(n);
    if (n->pid && !p)
        return -ENOENT;
    if (n->fd < 0)
        return n->entry->link(p, buf, size);
    struct file *f = p->fds ? fd_table_peek(p->fds, n->fd) : NULL;
    return f ? file_path(f, buf, size) : -ENOENT;
}

static int proc_follow(struct vnode *vn, struct dentry **out)
{
    const struct proc_node *n = node_of(vn);
    struct process *p = process_of(n);
    if (n->pid && !p)
        return -ENOENT;
    if (n->fd >= 0) {
        struct file *f = p->fds ? fd_table_peek(p->fds, n->fd) : NULL;
        if (!f)
            return -ENOENT;
        *out = dentry_ref(f->dentry);
        return 0;
    }
    if (n->entry->follow)
        return n->entry->follow(p, out);
    /* An ordinary link of /proc ("self"): the text is relative to /proc. */
    char *text = kmalloc(PATH_BYTES_MAX);
    if (!text)
        return -ENOMEM;
    int len = n->entry->link(p, text, PATH_BYTES_MAX - 1);
    if (len > 0) {
        text[len] = '\0';
        len = path_lookup(vn->sb->root, text, LOOKUP_FOLLOW, out);
    }
    kfree(text);
    return len;
}

static const struct vnode_ops proc_dir_ops = {
    .lookup = proc_lookup,
    .readdir = proc_readdir,
    .destroy = node_destroy,
};
static const struct vnode_ops proc_file_ops = {.destroy = node_destroy};
static const struct vnode_ops proc_link_ops = {
    .readlink = proc_readlink,
    .follow = proc_follow,
    .destroy = node_destroy,
};

static int proc_mount(struct super_block *sb, const char *options)
{
    (void)options;
    sb->magic = MAGIC_PROC;
    struct proc_node *n = kzalloc(sizeof(*n));
    struct vnode *vn = n ? vnode_alloc(sb, S_IFDIR_ | 0555) : NULL;
    if (!vn) {
        kfree(n);
        return -ENOMEM;
    }
    n->entry = &root_entry;
    n->fd = -1;
    vn->priv = n;
    vn->ops = &proc_dir_ops;
    vn->fops = &dir_fops;
    vn->ino = 1;
    sb->root = dentry_alloc(NULL, sb, "/", 1, vn);
    return sb->root ? 0 : -ENOMEM;
}

struct fs_type proc_type = {.name = "proc", .mount = proc_mount, .no_device = true};
