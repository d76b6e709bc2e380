/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * port.c - fs/port.h over core, mm and proc.
 *
 * Before PID 1 there is no process: the caller is then uid 0, at the root, with
 * no descriptors and no limits.
 */
#include "kernel/fs/port.h"
#include "kernel/include/fs_uapi.h"
#include "kernel/include/process.h"
#include "kernel/include/sched.h"
#include "kernel/include/signal.h"
#include "kernel/include/timer.h"
#include "kernel/include/tty.h"
#include "kernel/include/vm.h"

static const struct cred boot_cred;

static struct process *caller(void)
{
    return current ? current->process : NULL;
}

static const struct cred *caller_cred(void)
{
    const struct process *p = caller();
    return p ? &p->cred : &boot_cred;
}

void port_unmap_pages(struct vnode *vn, uint64_t first, uint64_t last)
{
    if (vn->mappings)
        vm_vnode_unmap(vn, first, last);
}

int port_copy_in(void *dst, uint64_t src, size_t len)
{
    return copy_from_user(dst, src, len);
}

int port_copy_out(uint64_t dst, const void *src, size_t len)
{
    return copy_to_user(dst, src, len);
}

long port_string_in(char *dst, uint64_t src, size_t size)
{
    return strncpy_from_user(dst, src, size);
}

struct fs_context *port_fs(void)
{
    static struct fs_context boot;
    const struct process *p = caller();
    if (p && p->fs)
        return p->fs;
    boot.root = boot.cwd = fs_root();
    return &boot;
}

struct fd_table *port_fds(void)
{
    static struct fd_table none;
    const struct process *p = caller();
    return p && p->fds ? p->fds : &none;
}

int port_unshare_fds(void)
{
    struct process *p = caller();
    if (p->fds->refs == 1)
        return 0;
    struct fd_table *own = fd_table_copy(p->fds);
    if (!own)
        return -ENOMEM;
    fd_table_unref(p->fds);
    p->fds = own;
    return 0;
}

uint32_t port_fsuid(void)
{
    return caller_cred()->fsuid;
}

uint32_t port_fsgid(void)
{
    return caller_cred()->fsgid;
}

uint32_t port_ruid(void)
{
    return caller_cred()->uid;
}

uint32_t port_rgid(void)
{
    return caller_cred()->gid;
}

bool port_in_group(uint32_t gid)
{
    return cred_in_group(caller_cred(), gid);
}

bool port_is_privileged(void)
{
    const struct process *p = caller();
    return !p || cred_is_privileged(&p->cred);
}

int32_t port_pid(void)
{
    const struct process *p = caller();
    return p ? p->pid : 0;
}

bool port_pid_exists(int32_t pid)
{
    return process_find(pid) != NULL;
}

bool port_may_claim(int32_t pid, uint32_t uid, uint32_t gid)
{
    const struct cred *c = caller_cred();
    return cred_is_privileged(c) ||
           (pid == port_pid() && (uid == c->uid || uid == c->euid || uid == c->suid) &&
            (gid == c->gid || gid == c->egid || gid == c->sgid));
}

uint64_t port_limit_files(void)
{
    const struct process *p = caller();
    return p ? p->rlimit[RLIMIT_NOFILE].soft : 1024;
}

uint64_t port_limit_fsize(void)
{
    const struct process *p = caller();
    return p ? p->rlimit[RLIMIT_FSIZE].soft : RLIM_INFINITY;
}

struct thread *port_thread(void)
{
    return current;
}

int64_t port_realtime_ns(void)
{
    return clock_realtime_ns();
}

uint64_t port_monotonic_ns(void)
{
    return clock_monotonic_ns();
}

int port_sleep(volatile bool *woken, uint64_t deadline_ns)
{
    while (!*woken) {
        int err = sched_park(deadline_ns, true);
        if (*woken)
            break;
        if (err)
            return err == -EINTR ? -ERESTARTSYS : err;
    }
    return 0;
}

void port_wake(struct thread *t)
{
    sched_unpark(t);
}

void port_sigmask_temporary(uint64_t mask)
{
    signal_set_mask_temporarily(mask);
}

void port_sigmask_undo(void)
{
    if (!current->signal_mask_restore)
        return;
    current->signal_mask_restore = false;
    signal_set_mask(current->signal_mask_saved);
}

void port_signal_self(int signo)
{
    struct ksiginfo info;
    siginfo_from_current(&info, signo, 0 /* SI_USER, as Linux's send_sig */);
    signal_send_thread(current, signo, &info);
}

void port_signal_pgrp(int32_t pgrp, int signo)
{
    signal_send_pgrp(pgrp, signo, NULL);
}

void port_signal_owner(int32_t owner, int signo)
{
    struct process *p = owner > 0 ? process_find(owner) : NULL;
    if (p)
        signal_send_process(p, signo, NULL);
    else if (owner < 0)
        signal_send_pgrp(-owner, signo, NULL);
}

bool port_owner_exists(int32_t type, int32_t pid)
{
    struct process *p = NULL;
    if (type == F_OWNER_TID)
        return thread_find(pid) != NULL;
    if (type == F_OWNER_PID)
        return process_find(pid) != NULL;
    while ((p = process_next(p)))
        if (p->pgrp == pid)
            return true;
    return false;
}

void port_io_cred(struct file *f)
{
    f->owner_uid = caller_cred()->uid;
    f->owner_euid = caller_cred()->euid;
}

/* Linux: sigio_perm(). */
static bool may_signal_io(const struct file *f, const struct process *p)
{
    return !f->owner_euid || f->owner_euid == p->cred.suid || f->owner_euid == p->cred.uid ||
           f->owner_uid == p->cred.suid || f->owner_uid == p->cred.uid;
}

static void signal_io_one(const struct file *f, struct process *p, struct thread *t,
                          const struct ksiginfo *info)
{
    if (!p || !may_signal_io(f, p))
        return;
    int err = -1;
    if (info->signo)
        err = t ? signal_send_thread(t, info->signo, info)
                : signal_send_process(p, info->signo, info);
    if (err && t) /* no number was asked for, or its queue is full */
        signal_send_thread(t, SIGIO, NULL);
    else if (err)
        signal_send_process(p, SIGIO, NULL);
}

void port_signal_io(const struct file *f, int code, int64_t band, int fd)
{
    const uint64_t own_codes = sig_bit(SIGILL) | sig_bit(SIGFPE) | sig_bit(SIGSEGV) |
                               sig_bit(SIGBUS) | sig_bit(SIGTRAP) | sig_bit(SIGCHLD) |
                               sig_bit(SIGSYS);
    int signo = f->owner_signo;
    struct ksiginfo info = {.signo = signo, .code = code};
    struct process *p = NULL;
    if (signo && (own_codes & sig_bit(signo)))
        info.code = SI_SIGIO;
    info.poll.band = band;
    info.poll.fd = fd;
    if (f->owner.type == F_OWNER_TID) {
        struct thread *t = thread_find(f->owner.pid);
        signal_io_one(f, t ? t->process : NULL, t, &info);
    } else if (f->owner.type == F_OWNER_PID) {
        signal_io_one(f, process_find(f->owner.pid), NULL, &info);
    } else {
        while ((p = process_next(p)))
            if (p->pgrp == f->owner.pid)
                signal_io_one(f, p, NULL, &info);
    }
}

int32_t port_pgrp(void)
{
    const struct process *p = caller();
    return p ? p->pgrp : 0;
}

int32_t port_session(void)
{
    const struct process *p = caller();
    return p ? p->session : -1;
}

struct tty *port_controlling_tty(void)
{
    const struct process *p = caller();
    return p ? p->tty : NULL;
}

static void process_set_tty(struct process *p, struct tty *t)
{
    struct tty *old = p->tty;
    p->tty = t ? tty_ref(t) : NULL;
    if (old)
        tty_unref(old);
}

void port_set_controlling_tty(struct tty *t)
{
    process_set_tty(caller(), t);
}

void port_session_lose_tty(int32_t session)
{
    for (struct process *p = process_next(NULL); p; p = process_next(p))
        if (p->session == session)
            process_set_tty(p, NULL);
}

bool port_signal_is_ignored(int signo)
{
    const struct process *p = caller();
    if (current->signal_mask & sig_bit(signo))
        return true;
    return p->sighand && p->sighand->action[signo - 1].handler == (uint64_t)SIG_IGN;
}

bool port_pgrp_is_orphaned(int32_t pgrp)
{
    return pgrp_is_orphaned(pgrp);
}

int32_t port_session_of_pgrp(int32_t pgrp)
{
    for (struct process *p = process_next(NULL); p; p = process_next(p))
        if (p->pgrp == pgrp)
            return p->session;
    return -1;
}

bool port_has_writable_mapping(const struct vnode *vn)
{
    for (const struct vm_area *a = vn->mappings; a; a = a->vnode_next)
        if ((a->flags & VM_SHARED) && (a->prot & PROT_W))
            return true;
    return false;
}

void port_console_write(const char *bytes, size_t len)
{
    arch_console_write(bytes, len);
}

const char *port_command_line(void)
{
    return kernel_cmdline();
}
