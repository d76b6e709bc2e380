// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * uts.c - UTS namespaces (uts.h), and unshare and setns around them. Other namespaces are refused
 * as by a Linux that was built without them.
 */
#include "kernel/proc/uts.h"
#include "kernel/include/errno.h"
#include "kernel/include/file.h"
#include "kernel/include/fs.h"
#include "kernel/include/kmalloc.h"
#include "kernel/include/list.h"
#include "kernel/include/process.h"
#include "kernel/include/syscall.h"
#include "kernel/include/vm.h"
#include "kernel/uapi/process.h"

/* A process outside the first namespace. */
struct member {
    struct list node;
    const struct process *process;
    struct uts_namespace *ns; /* counted */
};

static struct uts_namespace first = { .nodename = "trapline", .domainname = "(none)" };
static struct list members = { &members, &members };

static struct member *member_of(const struct process *p)
{
    list_for_each (m, &members, struct member, node)
        if (m->process == p)
            return m;
    return NULL;
}

struct uts_namespace *uts_of(const struct process *p)
{
    const struct member *m = member_of(p);

    return m ? m->ns : &first;
}

struct uts_namespace *uts_current(void)
{
    return current->process ? uts_of(current->process) : &first;
}

static int member_add(const struct process *p, struct uts_namespace *ns)
{
    struct member *m = kmalloc(sizeof(*m));

    if (!m)
        return -ENOMEM;
    m->process = p;
    m->ns = ns;
    ns->refs++;
    list_push_back(&members, &m->node);
    return 0;
}

void uts_drop(struct process *p)
{
    struct member *m = member_of(p);

    if (!m)
        return;
    if (--m->ns->refs == 0)
        kfree(m->ns);
    list_remove(&m->node);
    kfree(m);
}

int uts_inherit(struct process *child)
{
    struct uts_namespace *ns = uts_current();

    return ns == &first ? 0 : member_add(child, ns);
}

int uts_leave(struct process *p)
{
    struct uts_namespace *own = kmalloc(sizeof(*own));
    int error;

    if (!own)
        return -ENOMEM;
    *own = *uts_of(p);
    own->refs = 0;
    uts_drop(p);
    error = member_add(p, own);
    if (error)
        kfree(own);
    return error;
}

#define CLONE_NEWTIME 0x80ull
#define OTHER_NAMESPACES                                                                          \
    (CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWCGROUP | \
     CLONE_NEWTIME)
#define UNSHARE_FLAGS                                                                             \
    (OTHER_NAMESPACES | CLONE_NEWUTS | CLONE_THREAD | CLONE_FS | CLONE_SIGHAND | CLONE_VM |       \
     CLONE_FILES | CLONE_SYSVSEM)

static int unshare_files(struct process *p)
{
    struct fd_table *own;

    if (p->fds->refs == 1)
        return 0;
    own = fd_table_copy(p->fds);
    if (!own)
        return -ENOMEM;
    fd_table_unref(p->fds);
    p->fds = own;
    return 0;
}

static int unshare_fs(struct process *p)
{
    struct fs_context *own;

    if (p->fs->refs == 1)
        return 0;
    own = fs_context_copy(p->fs);
    if (!own)
        return -ENOMEM;
    fs_context_unref(p->fs);
    p->fs = own;
    return 0;
}

SYSCALL1(unshare, uint64_t, flags)
{
    struct process *p = current->process;
    int error = 0;

    if (flags & ~UNSHARE_FLAGS)
        return -EINVAL;
    if ((flags & (CLONE_THREAD | CLONE_SIGHAND | CLONE_VM)) &&
        (p->thread_count > 1 || p->sighand->refs > 1 || p->vm->refs > 1))
        return -EINVAL;
    if ((flags & (OTHER_NAMESPACES | CLONE_NEWUTS)) && !cred_is_privileged(&p->cred))
        return -EPERM;
    if (flags & OTHER_NAMESPACES)
        return -EINVAL;
    if (flags & CLONE_FS)
        error = unshare_fs(p);
    if (!error && (flags & CLONE_FILES))
        error = unshare_files(p);
    if (!error && (flags & CLONE_NEWUTS))
        error = uts_leave(p);
    return error;
}

SYSCALL2(setns, int, fd, int, type)
{
    struct file *f = fd_get(fd);

    if (!f)
        return -EBADF;
    file_unref(f);
    return -EINVAL; /* no descriptor names a namespace */
}
