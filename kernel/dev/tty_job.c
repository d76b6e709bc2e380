/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tty_job.c - terminals and sessions: the controlling terminal, the
 * foreground process group, and what a background process may do.
 */
#include "kernel/dev/tty_core.h"
#include "kernel/fs/port.h"
#include "kernel/include/fs_uapi.h"

#define SIGHUP_ 1
#define SIGCONT_ 18
#define SIGTTIN_ 21
#define SIGTTOU_ 22

#define TIOCSCTTY 0x540eu
#define TIOCGPGRP 0x540fu
#define TIOCSPGRP 0x5410u
#define TIOCNOTTY 0x5422u
#define TIOCGSID 0x5429u

static bool is_background(const struct tty *t)
{
    return port_controlling_tty() == t && t->pgrp > 0 && port_pgrp() != t->pgrp;
}

int tty_check_read(struct tty *t)
{
    if (t->hung_up)
        return -EIO;
    if (!is_background(t))
        return 0;
    if (port_signal_is_ignored(SIGTTIN_) || port_pgrp_is_orphaned(port_pgrp()))
        return -EIO;
    port_signal_pgrp(port_pgrp(), SIGTTIN_);
    return -ERESTARTSYS;
}

int tty_check_write(struct tty *t, bool is_ioctl)
{
    if (t->hung_up)
        return -EIO;
    if (!is_background(t) || (!is_ioctl && !(t->termios.lflag & TOSTOP)))
        return 0;
    if (port_signal_is_ignored(SIGTTOU_))
        return 0;
    if (port_pgrp_is_orphaned(port_pgrp()))
        return -EIO;
    port_signal_pgrp(port_pgrp(), SIGTTOU_);
    return -ERESTARTSYS;
}

static void take(struct tty *t)
{
    t->session = port_session();
    t->pgrp = port_pgrp();
    port_set_controlling_tty(t);
}

void tty_open_controlling(struct tty *t, unsigned open_flags)
{
    bool leader = port_session() == port_pid();
    if (!(open_flags & O_NOCTTY) && leader && !port_controlling_tty() && !t->session)
        take(t);
}

static long job_set_controlling(struct tty *t, uint64_t arg)
{
    bool leader = port_session() == port_pid();
    if (leader && t->session == port_session())
        return 0;
    if (!leader || port_controlling_tty())
        return -EPERM;
    if (t->session) {
        if (arg != 1 || !port_is_privileged())
            return -EPERM;
        port_session_lose_tty(t->session);
    }
    take(t);
    return 0;
}

static void leave_session(struct tty *t)
{
    int32_t session = t->session;
    t->session = 0;
    t->pgrp = 0;
    if (session)
        port_session_lose_tty(session);
}

static long job_give_up(struct tty *t)
{
    int32_t pgrp = t->pgrp;
    if (port_controlling_tty() != t)
        return -ENOTTY;
    if (port_session() != port_pid()) {
        port_set_controlling_tty(NULL);
        return 0;
    }
    leave_session(t);
    if (pgrp > 0) {
        port_signal_pgrp(pgrp, SIGHUP_);
        port_signal_pgrp(pgrp, SIGCONT_);
    }
    return 0;
}

static long job_set_foreground(struct tty *t, uint64_t arg)
{
    int32_t pgrp;
    int err = tty_check_write(t, true);
    if (err)
        return err == -EIO ? -ENOTTY : err;
    if (port_copy_in(&pgrp, arg, sizeof(pgrp)))
        return -EFAULT;
    if (pgrp < 0)
        return -EINVAL;
    if (port_controlling_tty() != t || t->session != port_session())
        return -ENOTTY;
    int32_t session = port_session_of_pgrp(pgrp);
    if (session < 0)
        return -ESRCH;
    if (session != port_session())
        return -EPERM;
    t->pgrp = pgrp;
    return 0;
}

long tty_job_ioctl(struct tty *t, unsigned cmd, uint64_t arg)
{
    switch (cmd) {
    case TIOCSCTTY:
        return job_set_controlling(t, arg);
    case TIOCNOTTY:
        return job_give_up(t);
    case TIOCGPGRP:
        if (port_controlling_tty() != t)
            return -ENOTTY;
        return port_copy_out(arg, &t->pgrp, sizeof(t->pgrp));
    case TIOCSPGRP:
        return job_set_foreground(t, arg);
    case TIOCGSID:
        if (port_controlling_tty() != t || t->session <= 0)
            return -ENOTTY;
        return port_copy_out(arg, &t->session, sizeof(t->session));
    }
    return -ENOTTY;
}

struct tty *tty_ref(struct tty *t)
{
    t->refs++;
    return t;
}

/* The console's own reference is never dropped; other drivers free what they allocated. */
void tty_unref(struct tty *t)
{
    if (t && --t->refs == 0) {
        poll_head_destroy(&t->readable);
        poll_head_destroy(&t->writable);
        poll_head_destroy(&t->space);
        kfree(t);
    }
}

uint32_t tty_device(const struct tty *t)
{
    return t ? (uint32_t)t->dev : 0;
}

int32_t tty_foreground_pgrp(const struct tty *t)
{
    return t ? (t->pgrp ? t->pgrp : -1) : -1;
}

void tty_hang_up(struct tty *t)
{
    int32_t session = t->session;
    t->hangups++;
    leave_session(t);
    if (session) {
        port_signal_owner(session, SIGHUP_);
        port_signal_owner(session, SIGCONT_);
    }
    poll_wake(&t->readable, POLL_HUP | POLL_READABLE);
    poll_wake(&t->writable, POLL_HUP | POLL_WRITABLE);
}

/* As Linux: a pty's session is told, any other terminal is hung up. */
void tty_session_exit(struct tty *t, int32_t session)
{
    int32_t pgrp = t->pgrp;
    if (t->session != session)
        return;
    if (t->is_pty)
        leave_session(t);
    else
        tty_hang_up(t);
    if (pgrp > 0)
        port_signal_pgrp(pgrp, SIGHUP_);
}
