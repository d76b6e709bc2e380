/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pty.c - pseudo terminals: /dev/ptmx makes a pair, /dev/pts/N is its slave.
 *
 * The slave is a terminal like any other (struct tty), with a ring for a driver: what is written
 * to it is processed into the ring, and the master reads there. What the master writes is the
 * slave's input. Termios, window size and job control calls on the master mean the slave, as on
 * Linux.
 *
 * The pair lives until its last file is closed. Without its master the slave is hung up for good;
 * a master whose slave was open and is closed reads the rest, then -EIO, until it is opened again.
 */
#include "kernel/dev/tty_core.h"
#include "kernel/fs/port.h"
#include "kernel/include/chrdev.h"
#include "kernel/include/fs_uapi.h"

#define PTYS_MAX 256u
#define RING_BYTES 8192u

#define TCFLSH 0x540bu
#define TCSBRK 0x5409u
#define TIOCGPGRP 0x540fu
#define TIOCSPGRP 0x5410u
#define TIOCINQ 0x541bu
#define TIOCPKT 0x5420u
#define TIOCGSID 0x5429u
#define TIOCGPTN 0x80045430u
#define TIOCSPTLCK 0x40045431u
#define TIOCSIG 0x40045436u
#define TIOCGPKT 0x80045438u
#define TIOCGPTLCK 0x80045439u
#define TIOCGPTPEER 0x5441u

struct pty {
    struct tty tty;             /* the slave; first, so that tty_unref() frees all */
    unsigned index;
    bool locked;                /* TIOCSPTLCK: the slave cannot be opened yet */
    bool slave_gone;            /* was open, and is not */
    uint8_t ring[RING_BYTES];   /* slave to master */
    uint32_t head, used;
    struct poll_head master_readable;
};

static struct pty *ptys[PTYS_MAX]; /* while the master is open */

static struct pty *pty_of(struct tty *t)
{
    return (struct pty *)t;
}

/* ---- the driver of the slave ---- */

static void slave_output(struct tty *t, const char *bytes, size_t len)
{
    struct pty *p = pty_of(t);
    for (size_t i = 0; i < len && p->used < RING_BYTES; i++)
        p->ring[(p->head + p->used++) % RING_BYTES] = (uint8_t)bytes[i];
    poll_wake(&p->master_readable, POLL_READABLE);
}

static size_t slave_room(struct tty *t)
{
    return RING_BYTES - pty_of(t)->used;
}

static void slave_closed(struct tty *t)
{
    struct pty *p = pty_of(t);
    p->slave_gone = true;
    poll_wake(&p->master_readable, POLL_READABLE | POLL_HUP);
    poll_wake(&p->tty.space, POLL_WRITABLE | POLL_HUP);
}

int pty_slave_open(struct file *f)
{
    unsigned index = dev_minor(f->vnode->rdev);
    struct pty *p = index < PTYS_MAX ? ptys[index] : NULL;
    if (!p || p->locked)
        return -EIO;
    int err = tty_file_open(f, &p->tty, true);
    if (!err)
        p->slave_gone = false;
    return err;
}

/* ---- the master ---- */

static int master_open(struct file *f)
{
    unsigned index = 0;
    while (index < PTYS_MAX && ptys[index])
        index++;
    if (index == PTYS_MAX)
        return -ENOSPC;
    struct pty *p = kzalloc(sizeof(*p));
    if (!p)
        return -ENOMEM;
    tty_init(&p->tty, dev_make(PTY_SLAVE_MAJOR, index), slave_output);
    p->tty.is_pty = true;
    p->tty.room = slave_room;
    p->tty.closed = slave_closed;
    poll_head_init(&p->master_readable);
    p->index = index;
    p->locked = true;
    int err = devpts_add(index, p->tty.dev);
    if (err) {
        tty_unref(&p->tty);
        return err;
    }
    ptys[index] = p;
    f->priv = p;
    return 0;
}

static void master_release(struct file *f)
{
    struct pty *p = f->priv;
    ptys[p->index] = NULL;
    devpts_remove(p->index);
    p->tty.hung_up = true;
    tty_hang_up(&p->tty);
    poll_head_destroy(&p->master_readable);
    poll_head_init(&p->master_readable);
    tty_unref(&p->tty);
}

static long master_read(struct file *f, struct uio *u, uint64_t *pos)
{
    struct pty *p = f->priv;
    long total = 0;
    (void)pos;
    while (!p->used) {
        if (p->slave_gone)
            return -EIO;
        if (file_is_nonblocking(f))
            return -EAGAIN;
        int err = poll_sleep(&p->master_readable, POLL_NO_DEADLINE);
        if (err)
            return err;
    }
    while (p->used && u->resid) {
        size_t n = RING_BYTES - p->head;
        n = n < p->used ? n : p->used;
        long r = uio_read(u, p->ring + p->head, n);
        if (r <= 0)
            return total ? total : r;
        p->head = (p->head + (uint32_t)r) % RING_BYTES;
        p->used -= (uint32_t)r;
        total += r;
    }
    poll_wake(&p->tty.writable, POLL_WRITABLE);
    return total;
}

/* In canonical mode a full line takes no more and rings the bell; a raw reader makes us wait. */
static bool input_is_full(const struct tty *t)
{
    return !(t->termios.lflag & ICANON) && t->used >= TTY_RING_CELLS - 1;
}

static long master_write(struct file *f, struct uio *u, uint64_t *pos)
{
    struct pty *p = f->priv;
    long total = 0;
    uint8_t byte;
    (void)pos;
    while (u->resid) {
        if (p->slave_gone)
            return total ? total : -EIO;
        if (input_is_full(&p->tty)) {
            if (file_is_nonblocking(f))
                return total ? total : -EAGAIN;
            int err = poll_sleep(&p->tty.space, POLL_NO_DEADLINE);
            if (err)
                return total ? total : err;
            continue;
        }
        long n = uio_write(u, &byte, 1);
        if (n <= 0)
            return total ? total : n;
        tty_ldisc_input(&p->tty, byte);
        total++;
    }
    return total;
}

static uint32_t master_poll(struct file *f, struct poll_table *pt)
{
    struct pty *p = f->priv;
    uint32_t events = 0;
    poll_register(pt, &p->master_readable);
    poll_register(pt, &p->tty.space);
    if (p->used)
        events |= POLL_READABLE;
    if (!input_is_full(&p->tty))
        events |= POLL_WRITABLE;
    if (p->slave_gone)
        events |= POLL_HUP;
    return events;
}

static long out_int(uint64_t arg, int32_t value)
{
    return port_copy_out(arg, &value, sizeof(value));
}

static long set_lock(struct pty *p, uint64_t arg)
{
    int32_t value;
    if (port_copy_in(&value, arg, sizeof(value)))
        return -EFAULT;
    p->locked = value != 0;
    return 0;
}

/* INT, QUIT or TSTP to the slave's foreground group. */
static long send_signal(struct pty *p, uint64_t signo)
{
    if (signo != 2 && signo != 3 && signo != 20)
        return -EINVAL;
    if (p->tty.pgrp > 0)
        port_signal_pgrp(p->tty.pgrp, (int)signo);
    return 0;
}

/* The master's input is the slave's output, and the other way round. */
static long flush(struct pty *p, uint64_t queue)
{
    if (queue > 2)
        return -EINVAL;
    if (queue != 1) {
        p->used = 0;
        poll_wake(&p->tty.writable, POLL_WRITABLE);
    }
    if (queue != 0)
        tty_ldisc_flush_input(&p->tty);
    return 0;
}

static long master_ioctl(struct file *f, unsigned cmd, uint64_t arg)
{
    struct pty *p = f->priv;
    switch (cmd) {
    case TIOCGPTN:
        return out_int(arg, (int32_t)p->index);
    case TIOCSPTLCK:
        return set_lock(p, arg);
    case TIOCGPTLCK:
        return out_int(arg, p->locked);
    case TIOCGPTPEER:
        return devpts_open(p->index, (unsigned)arg);
    case TIOCPKT: /* packet mode is not offered (QUIRKS.md) */
        return -EINVAL;
    case TIOCGPKT:
        return out_int(arg, 0);
    case TIOCSIG:
        return send_signal(p, arg);
    case TIOCINQ:
        return out_int(arg, (int32_t)p->used);
    case TCFLSH:
        return flush(p, arg);
    case TCSBRK:
        return 0;
    case TIOCGPGRP:
        return out_int(arg, p->tty.pgrp);
    case TIOCGSID:
        return p->tty.session > 0 ? out_int(arg, p->tty.session) : -ENOTTY;
    case TIOCSPGRP:
        return -ENOTTY;
    default:
        return tty_ioctl(&p->tty, cmd, arg);
    }
}

static const struct file_ops master_fops = {
    .release = master_release,
    .read = master_read,
    .write = master_write,
    .poll = master_poll,
    .ioctl = master_ioctl,
    .async = true,
};

static int ptmx_open(struct file *f)
{
    int err = master_open(f);
    if (!err)
        f->ops = &master_fops;
    return err;
}

const struct file_ops dev_ptmx_fops = {.open = ptmx_open};
