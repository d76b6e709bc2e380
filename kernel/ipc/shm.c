/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shm.c - System V shared memory: a nameless file of the root file system, mapped shared.
 *
 * How often a segment is attached is counted in the file's mappings, so that fork, exec and
 * exit need no help. A removed segment stays (its key gone) while it is attached anywhere.
 */
#include "kernel/fs/tmpfs.h"
#include "kernel/include/process.h"
#include "kernel/include/syscall.h"
#include "kernel/include/vm.h"
#include "kernel/ipc/ipc.h"

#include "fs_abi.h"

#define SHM_RDONLY 010000u
#define SHM_RND 020000u
#define SHM_REMAP 040000u
#define SHM_EXEC 0100000u
#define SHM_DEST 01000u
#define SHM_LOCKED 02000u
#define SHM_HUGETLB 04000u
#define SHM_LOCK 11
#define SHM_UNLOCK 12
#define SHM_STAT 13
#define SHM_INFO 14
#define SHM_STAT_ANY 15
#define SEGMENTS_MAX 4096

struct shm {
    struct ipc_object o;
    struct file *file;
    uint64_t bytes;
    int64_t atime, dtime, ctime;
    int32_t cpid, lpid;
};

static void shm_free(struct ipc_object *o)
{
    struct shm *s = container_of(o, struct shm, o);
    if (s->file)
        file_unref(s->file);
    kfree(s);
}

static struct ipc_table table = {.free = shm_free};

static struct shm *shm_of(struct ipc_object *o)
{
    return container_of(o, struct shm, o);
}

static uint64_t attached(const struct shm *s)
{
    uint64_t n = 0;
    for (const struct vm_area *a = s->file->vnode->mappings; a; a = a->vnode_next)
        n += a->file_index == 0;
    return n;
}

/* Removed segments that nobody has attached any more. */
static void sweep(void)
{
    for (int i = 0; i < IPC_SLOTS; i++)
        if (table.slot[i] && (table.slot[i]->mode & SHM_DEST) && !attached(shm_of(table.slot[i])))
            ipc_remove(&table, table.slot[i]);
}

static int check(const struct ipc_object *o, const struct ipc_request *r)
{
    return r->size > container_of(o, const struct shm, o)->bytes ? -EINVAL : 0;
}

static struct file *memory_file(int32_t key, uint64_t bytes, int *err)
{
    char name[16];
    struct vnode *vn;
    struct file *f = NULL;
    *err = tmpfs_create(fs_root()->sb, S_IFREG_ | 0777, 0, NULL, &vn);
    if (*err)
        return NULL;
    vn->nlink = 0;
    *err = vn->ops->truncate(vn, bytes);
    if (*err) {
        vnode_unref(vn);
        return NULL;
    }
    int len = snprintf(name, sizeof(name), "/SYSV%08x", (unsigned)key);
    struct dentry *d = dentry_alloc(NULL, fs_root()->sb, name, (size_t)len, vn);
    *err = -ENOMEM;
    if (!d)
        return NULL;
    d->flags |= DENTRY_ANON;
    *err = file_open_dentry(d, O_RDWR | O_LARGEFILE, &f);
    dentry_unref(d);
    return *err ? NULL : f;
}

static struct ipc_object *create(const struct ipc_request *r, int *err)
{
    if (!r->size || (r->flags & SHM_HUGETLB)) {
        *err = r->size ? -ENOMEM : -EINVAL;
        return NULL;
    }
    struct shm *s = kzalloc(sizeof(*s));
    if (!s)
        return NULL;
    uint64_t pages = (r->size + PAGE_BYTES - 1) & ~(uint64_t)(PAGE_BYTES - 1);
    s->file = memory_file(r->key, pages, err);
    if (!s->file) {
        kfree(s);
        return NULL;
    }
    s->bytes = r->size;
    s->ctime = ipc_now_s();
    s->cpid = port_pid();
    return &s->o;
}

SYSCALL3(shmget, uint64_t, key, uint64_t, size, uint64_t, flags)
{
    const struct ipc_request r = {(int32_t)key, (uint32_t)flags, size};
    sweep();
    if (size > USER_TOP)
        return -EINVAL;
    return ipc_get(&table, &r, check, create);
}

SYSCALL3(shmat, uint64_t, id, uint64_t, addr, uint64_t, flags)
{
    struct ipc_object *o;
    vaddr_t at;
    bool readonly = flags & SHM_RDONLY;
    sweep();
    if ((int32_t)id < 0)
        return -EINVAL;
    if (addr & (PAGE_BYTES - 1)) {
        if (!(flags & SHM_RND))
            return -EINVAL;
        addr &= ~(uint64_t)(PAGE_BYTES - 1);
    }
    if (!addr && (flags & SHM_REMAP))
        return -EINVAL;
    int err = ipc_find(&table, (int)id, readonly ? IPC_MAY_READ : IPC_MAY_READ | IPC_MAY_WRITE, &o);
    if (err)
        return err;
    struct shm *s = shm_of(o);
    struct vm_request r = {.addr = addr, .file = s->file, .fixed = addr != 0};
    r.no_replace = addr && !(flags & SHM_REMAP);
    r.len = (s->bytes + PAGE_BYTES - 1) & ~(uint64_t)(PAGE_BYTES - 1);
    r.prot = PROT_R | (readonly ? 0 : PROT_W) | (flags & SHM_EXEC ? PROT_X : 0);
    r.flags = VM_SHARED | (readonly ? 0 : VM_MAY_WRITE);
    err = vm_map_add(process_current()->vm, &r, &at);
    if (err)
        return err == -EEXIST ? -EINVAL : err;
    s->atime = ipc_now_s();
    s->lpid = port_pid();
    return (long)at;
}

/* The segment whose beginning is mapped at addr; NULL: none is. */
static struct shm *shm_at(uint64_t addr)
{
    const struct vm_area *a = vm_find(process_current()->vm, addr);
    if (!a || a->start != addr || !a->vnode || a->file_index)
        return NULL;
    for (int i = 0; i < IPC_SLOTS; i++)
        if (table.slot[i] && shm_of(table.slot[i])->file->vnode == a->vnode)
            return shm_of(table.slot[i]);
    return NULL;
}

SYSCALL1(shmdt, uint64_t, addr)
{
    struct shm *s = addr & (PAGE_BYTES - 1) ? NULL : shm_at(addr);
    if (!s)
        return -EINVAL;
    uint64_t len = (s->bytes + PAGE_BYTES - 1) & ~(uint64_t)(PAGE_BYTES - 1);
    int err = vm_map_remove(process_current()->vm, addr, addr + len);
    s->dtime = ipc_now_s();
    s->lpid = port_pid();
    sweep();
    return err;
}

static long stat_out(struct shm *s, uint64_t addr, long result)
{
    struct shmid_k d = {.bytes = s->bytes, .atime = s->atime, .dtime = s->dtime};
    ipc_show(&s->o, &d.perm);
    d.ctime = s->ctime;
    d.cpid = s->cpid;
    d.lpid = s->lpid;
    d.nattch = attached(s);
    return port_copy_out(addr, &d, sizeof(d)) ? -EFAULT : result;
}

static long info_out(uint64_t addr, int cmd)
{
    const uint64_t all = UINT64_MAX - (1ull << 24);
    uint64_t limits[9] = {all, 1, SEGMENTS_MAX, SEGMENTS_MAX, all};
    struct {
        int32_t used, pad;
        uint64_t total, resident, swapped, attempts, successes;
    } info = {0};
    if (cmd == IPC_INFO)
        return port_copy_out(addr, limits, sizeof(limits)) ? -EFAULT : ipc_last_slot(&table);
    for (int i = 0; i < IPC_SLOTS; i++)
        if (table.slot[i]) {
            info.used++;
            info.total += (shm_of(table.slot[i])->bytes + PAGE_BYTES - 1) / PAGE_BYTES;
        }
    return port_copy_out(addr, &info, sizeof(info)) ? -EFAULT : ipc_last_slot(&table);
}

static long change(struct shm *s, int cmd, uint64_t addr)
{
    struct shmid_k d;
    if (cmd == IPC_SET && port_copy_in(&d, addr, sizeof(d)))
        return -EFAULT;
    int err = ipc_may_change(&s->o);
    if (err)
        return err;
    switch (cmd) {
    case IPC_SET:
        ipc_set(&s->o, &d.perm);
        s->ctime = ipc_now_s();
        return 0;
    case SHM_LOCK:
    case SHM_UNLOCK:
        s->o.mode = cmd == SHM_LOCK ? s->o.mode | SHM_LOCKED : s->o.mode & ~SHM_LOCKED;
        return 0;
    }
    s->o.key = IPC_PRIVATE;
    s->o.mode |= SHM_DEST;
    sweep();
    return 0;
}

SYSCALL3(shmctl, uint64_t, id, uint64_t, command, uint64_t, addr)
{
    struct ipc_object *o;
    int cmd = (int)command, err;
    sweep();
    if ((int32_t)id < 0 || cmd < 0)
        return -EINVAL;
    if (cmd == IPC_INFO || cmd == SHM_INFO)
        return info_out(addr, cmd);
    if (cmd == SHM_STAT || cmd == SHM_STAT_ANY) {
        err = ipc_at(&table, (int)id, cmd == SHM_STAT ? IPC_MAY_READ : 0, &o);
        return err ? err : stat_out(shm_of(o), addr, o->id);
    }
    if (cmd > IPC_STAT && cmd != SHM_LOCK && cmd != SHM_UNLOCK)
        return -EINVAL;
    err = ipc_find(&table, (int)id, cmd == IPC_STAT ? IPC_MAY_READ : 0, &o);
    if (err)
        return err;
    return cmd == IPC_STAT ? stat_out(shm_of(o), addr, 0) : change(shm_of(o), cmd, addr);
}
