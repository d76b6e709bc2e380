/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tty_open.c - open files of terminals, whatever the driver, and /dev/tty.
 *
 * A hang-up ends the files that were open then, not the terminal: each file keeps the
 * number of hang-ups at its opening. Files of /dev/console are never hung up.
 */
#include "kernel/dev/tty_core.h"
#include "kernel/fs/port.h"
#include "kernel/include/chrdev.h"
#include "kernel/include/fs_uapi.h"

#define TIOCSPGRP 0x5410u

int tty_file_open(struct file *f, struct tty *t, bool may_control)
{
    struct tty_file *tf;
    if (t->exclusive && !port_is_privileged())
        return -EBUSY;
    tf = kmalloc(sizeof(*tf));
    if (!tf)
        return -ENOMEM;
    tf->tty = tty_ref(t);
    tf->hangups = t->hangups;
    t->files++;
    f->priv = tf;
    f->ops = &tty_fops;
    if (may_control)
        tty_open_controlling(t, f->open_flags);
    return 0;
}

static struct tty *tty_of(const struct file *f)
{
    return ((const struct tty_file *)f->priv)->tty;
}

static bool is_hung_up(const struct file *f)
{
    const struct tty_file *tf = f->priv;
    return tf->hangups != tf->tty->hangups && f->vnode->rdev != dev_make(5, 1);
}

static void file_tty_release(struct file *f)
{
    struct tty *t = tty_of(f);
    kfree(f->priv);
    if (--t->files == 0 && t->closed)
        t->closed(t);
    tty_unref(t);
}

static long file_tty_read(struct file *f, struct uio *u, uint64_t *pos)
{
    (void)pos;
    return is_hung_up(f) ? 0 : tty_read(tty_of(f), u, file_is_nonblocking(f));
}

static long file_tty_write(struct file *f, struct uio *u, uint64_t *pos)
{
    (void)pos;
    return is_hung_up(f) ? -EIO : tty_write(tty_of(f), u, file_is_nonblocking(f));
}

static uint32_t file_tty_poll(struct file *f, struct poll_table *pt)
{
    if (is_hung_up(f))
        return POLL_READABLE | POLL_WRITABLE | POLL_ERR | POLL_HUP;
    return tty_poll(tty_of(f), pt);
}

static long file_tty_ioctl(struct file *f, unsigned cmd, uint64_t arg)
{
    if (is_hung_up(f))
        return cmd == TIOCSPGRP ? -ENOTTY : -EIO;
    return tty_ioctl(tty_of(f), cmd, arg);
}

const struct file_ops tty_fops = {
    .release = file_tty_release,
    .read = file_tty_read,
    .write = file_tty_write,
    .poll = file_tty_poll,
    .ioctl = file_tty_ioctl,
    .async = true,
};

int32_t tty_foreground(const struct file *f)
{
    return f->ops == &tty_fops ? tty_of(f)->pgrp : 0;
}

static int controlling_open(struct file *f)
{
    struct tty *t = port_controlling_tty();
    return t ? tty_file_open(f, t, false) : -ENXIO;
}

const struct file_ops dev_tty_fops = {.open = controlling_open};
