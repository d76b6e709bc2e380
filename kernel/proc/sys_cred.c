// SPDX-License-Identifier: GPL-2.0-or-later
/* sys_cred.c - users, groups and capabilities. Privilege is effective user id 0. */
#include "kernel/include/errno.h"
#include "kernel/include/process.h"
#include "kernel/include/string.h"
#include "kernel/include/syscall.h"

#define ID_NONE UINT32_MAX
#define CAPABILITY_MASK ((1ull << 41) - 1)
#define CAPABILITY_VERSION_3 0x20080522u

static struct cred *mine(void)
{
    return &current->process->cred;
}

SYSCALL0(getuid)
{
    return mine()->uid;
}

SYSCALL0(geteuid)
{
    return mine()->euid;
}

SYSCALL0(getgid)
{
    return mine()->gid;
}

SYSCALL0(getegid)
{
    return mine()->egid;
}

static int store3(vaddr_t u[3], uint32_t a, uint32_t b, uint32_t c)
{
    return copy_to_user(u[0], &a, 4) || copy_to_user(u[1], &b, 4) || copy_to_user(u[2], &c, 4)
               ? -EFAULT
               : 0;
}

SYSCALL3(getresuid, vaddr_t, r, vaddr_t, e, vaddr_t, s)
{
    return store3((vaddr_t[3]){ r, e, s }, mine()->uid, mine()->euid, mine()->suid);
}

SYSCALL3(getresgid, vaddr_t, r, vaddr_t, e, vaddr_t, s)
{
    return store3((vaddr_t[3]){ r, e, s }, mine()->gid, mine()->egid, mine()->sgid);
}

/* May an unprivileged process take this id? */
static bool uid_is_own(uint32_t uid)
{
    const struct cred *c = mine();

    return uid == ID_NONE || uid == c->uid || uid == c->euid || uid == c->suid;
}

static bool gid_is_own(uint32_t gid)
{
    const struct cred *c = mine();

    return gid == ID_NONE || gid == c->gid || gid == c->egid || gid == c->sgid;
}

static void set_uids(uint32_t r, uint32_t e, uint32_t s)
{
    struct cred *c = mine();

    c->uid = r == ID_NONE ? c->uid : r;
    c->euid = e == ID_NONE ? c->euid : e;
    c->suid = s == ID_NONE ? c->suid : s;
    c->fsuid = c->euid;
    if (c->uid && c->euid && c->suid) {
        c->cap_effective = c->cap_ambient = 0;
        if (!current->process->keep_caps)
            c->cap_permitted = 0;
    } else {
        c->cap_effective = c->euid ? 0 : c->cap_permitted;
    }
}

static void set_gids(uint32_t r, uint32_t e, uint32_t s)
{
    struct cred *c = mine();

    c->gid = r == ID_NONE ? c->gid : r;
    c->egid = e == ID_NONE ? c->egid : e;
    c->sgid = s == ID_NONE ? c->sgid : s;
    c->fsgid = c->egid;
}

SYSCALL3(setresuid, uint32_t, r, uint32_t, e, uint32_t, s)
{
    if (!cred_is_privileged(mine()) && (!uid_is_own(r) || !uid_is_own(e) || !uid_is_own(s)))
        return -EPERM;
    set_uids(r, e, s);
    return 0;
}

SYSCALL3(setresgid, uint32_t, r, uint32_t, e, uint32_t, s)
{
    if (!cred_is_privileged(mine()) && (!gid_is_own(r) || !gid_is_own(e) || !gid_is_own(s)))
        return -EPERM;
    set_gids(r, e, s);
    return 0;
}

SYSCALL1(setuid, uint32_t, uid)
{
    if (uid == ID_NONE)
        return -EINVAL;
    if (cred_is_privileged(mine())) {
        set_uids(uid, uid, uid);
        return 0;
    }
    if (uid != mine()->uid && uid != mine()->suid)
        return -EPERM;
    set_uids(ID_NONE, uid, ID_NONE);
    return 0;
}

SYSCALL1(setgid, uint32_t, gid)
{
    if (gid == ID_NONE)
        return -EINVAL;
    if (cred_is_privileged(mine())) {
        set_gids(gid, gid, gid);
        return 0;
    }
    if (gid != mine()->gid && gid != mine()->sgid)
        return -EPERM;
    set_gids(ID_NONE, gid, ID_NONE);
    return 0;
}

/*
 * The saved id follows the effective one when the real id is set, or the effective one leaves it.
 */
SYSCALL2(setreuid, uint32_t, r, uint32_t, e)
{
    const struct cred *c = mine();
    uint32_t saved = ID_NONE;

    if (!cred_is_privileged(c) &&
        (!(r == ID_NONE || r == c->uid || r == c->euid) || !uid_is_own(e)))
        return -EPERM;
    if (r != ID_NONE || (e != ID_NONE && e != c->uid))
        saved = e == ID_NONE ? c->euid : e;
    set_uids(r, e, saved);
    return 0;
}

SYSCALL2(setregid, uint32_t, r, uint32_t, e)
{
    const struct cred *c = mine();
    uint32_t saved = ID_NONE;

    if (!cred_is_privileged(c) &&
        (!(r == ID_NONE || r == c->gid || r == c->egid) || !gid_is_own(e)))
        return -EPERM;
    if (r != ID_NONE || (e != ID_NONE && e != c->gid))
        saved = e == ID_NONE ? c->egid : e;
    set_gids(r, e, saved);
    return 0;
}

SYSCALL1(setfsuid, uint32_t, uid)
{
    uint32_t old = mine()->fsuid;

    if (uid != ID_NONE && (cred_is_privileged(mine()) || uid_is_own(uid) || uid == old))
        mine()->fsuid = uid;
    return old;
}

SYSCALL1(setfsgid, uint32_t, gid)
{
    uint32_t old = mine()->fsgid;

    if (gid != ID_NONE && (cred_is_privileged(mine()) || gid_is_own(gid) || gid == old))
        mine()->fsgid = gid;
    return old;
}

SYSCALL2(getgroups, int, size, vaddr_t, list)
{
    const struct cred *c = mine();

    if (size < 0)
        return -EINVAL;
    if (size == 0)
        return c->group_count;
    if ((unsigned)size < c->group_count)
        return -EINVAL;
    if (copy_to_user(list, c->groups, c->group_count * sizeof(c->groups[0])))
        return -EFAULT;
    return c->group_count;
}

static void sort_groups(uint32_t *g, int count)
{
    for (int i = 1; i < count; i++)
        for (int j = i; j > 0 && g[j - 1] > g[j]; j--) {
            uint32_t swap = g[j];

            g[j] = g[j - 1];
            g[j - 1] = swap;
        }
}

SYSCALL2(setgroups, int, size, vaddr_t, list)
{
    uint32_t groups[CRED_GROUPS_MAX];

    if (!cred_is_privileged(mine()))
        return -EPERM;
    if (size < 0 || size > CRED_GROUPS_MAX)
        return -EINVAL;
    if (copy_from_user(groups, list, (size_t)size * sizeof(groups[0])))
        return -EFAULT;
    sort_groups(groups, size);
    memcpy(mine()->groups, groups, (size_t)size * sizeof(groups[0]));
    mine()->group_count = (unsigned)size;
    return 0;
}

struct cap_header {
    uint32_t version;
    int32_t pid;
};

/* 0: go on; 1: the version was only probed. */
static int cap_header_read(vaddr_t u, struct cap_header *h)
{
    if (copy_from_user(h, u, sizeof(*h)))
        return -EFAULT;
    if (h->version == CAPABILITY_VERSION_3)
        return h->pid < 0 ? -EINVAL : 0;
    h->version = CAPABILITY_VERSION_3;
    return copy_to_user(u, h, sizeof(*h)) ? -EFAULT : 1;
}

SYSCALL2(capget, vaddr_t, uheader, vaddr_t, udata)
{
    struct cap_header h;
    const struct process *p;
    uint32_t data[6];
    int error = cap_header_read(uheader, &h);

    if (error)
        return error < 0 ? error : udata ? -EINVAL : 0;
    p = h.pid ? process_find(h.pid) : current->process;
    if (!p)
        return -ESRCH;
    for (int i = 0; i < 2; i++) {
        data[i * 3] = (uint32_t)(p->cred.cap_effective >> (32 * i));
        data[i * 3 + 1] = (uint32_t)(p->cred.cap_permitted >> (32 * i));
        data[i * 3 + 2] = (uint32_t)(p->cred.cap_inheritable >> (32 * i));
    }
    return copy_to_user(udata, data, sizeof(data));
}

SYSCALL2(capset, vaddr_t, uheader, vaddr_t, udata)
{
    struct cap_header h;
    struct cred *c = mine();
    uint64_t set[3];
    uint32_t data[6];
    int error = cap_header_read(uheader, &h);

    if (error)
        return error < 0 ? error : -EINVAL;
    if (h.pid && h.pid != current->process->pid)
        return -EPERM;
    if (copy_from_user(data, udata, sizeof(data)))
        return -EFAULT;
    for (int i = 0; i < 3; i++)
        set[i] = (data[i] | (uint64_t)data[i + 3] << 32) & CAPABILITY_MASK;
    if ((set[1] & ~c->cap_permitted) || (set[0] & ~set[1]))
        return -EPERM;
    c->cap_effective = set[0];
    c->cap_permitted = set[1];
    c->cap_inheritable = set[2];
    return 0;
}
