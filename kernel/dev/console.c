/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * console.c - the one terminal on the board's UART, and the devices
 * /dev/console, /dev/tty and /dev/ttyS0 that lead to it.
 *
 * The UART's interrupt puts bytes in a ring (tty_input_byte); thread context
 * takes them out. The ring has one producer, in interrupts, and one consumer:
 * each writes only its own index.
 */
#include "kernel/dev/tty_core.h"
#include "kernel/fs/port.h"
#include "kernel/include/arch.h"
#include "kernel/include/chrdev.h"
#include "kernel/include/fs_uapi.h"
#include "kernel/include/sched.h"

#define INPUT_RING_BYTES 1024u

static struct tty console;
static bool console_ready;
static uint8_t input_ring[INPUT_RING_BYTES];
static volatile uint32_t input_head, input_tail; /* bytes ever taken; ever put */

static void console_output(struct tty *t, const char *bytes, size_t len)
{
    (void)t;
    port_console_write(bytes, len);
}

/* "console_size=ROWSxCOLS" of the command line; a serial line knows no size of its own. */
static void size_from_command_line(struct winsize_k *size)
{
    const char *at = strstr(port_command_line(), "console_size=");
    unsigned value[2] = {0, 0};

    size->rows = 24;
    size->cols = 80;
    if (!at)
        return;
    at += strlen("console_size=");
    for (int i = 0; i < 2; i++, at++)
        for (; *at >= '0' && *at <= '9' && value[i] < 10000; at++)
            value[i] = value[i] * 10 + (unsigned)(*at - '0');
    if (value[0] && value[1]) {
        size->rows = (uint16_t)value[0];
        size->cols = (uint16_t)value[1];
    }
}

struct tty *tty_console(void)
{
    if (!console_ready) {
        tty_init(&console, dev_make(5, 1), console_output);
        size_from_command_line(&console.size);
        console_ready = true;
    }
    return &console;
}

/* In the UART's interrupt: a byte that finds the ring full is lost, as on a real line. */
void tty_input_byte(uint8_t byte)
{
    if (input_tail - input_head >= INPUT_RING_BYTES)
        return;
    input_ring[input_tail % INPUT_RING_BYTES] = byte;
    input_tail++;
    leave_work = true;
}

bool tty_input_pending(void)
{
    return input_head != input_tail;
}

void tty_run_input(void)
{
    while (input_head != input_tail) {
        uint8_t byte = input_ring[input_head % INPUT_RING_BYTES];
        input_head++;
        tty_ldisc_input(tty_console(), byte);
    }
}

static int console_open(struct file *f)
{
    f->priv = tty_ref(tty_console());
    if (f->vnode->rdev != dev_make(5, 1)) /* /dev/console never becomes one by itself */
        tty_open_controlling(f->priv, f->open_flags);
    return 0;
}

static int controlling_open(struct file *f)
{
    struct tty *t = port_controlling_tty();
    if (!t)
        return -ENXIO;
    f->priv = tty_ref(t);
    return 0;
}

static void tty_release(struct file *f)
{
    tty_unref(f->priv);
}

static long file_read(struct file *f, struct uio *u, uint64_t *pos)
{
    (void)pos;
    return tty_read(f->priv, u, file_is_nonblocking(f));
}

static long file_write(struct file *f, struct uio *u, uint64_t *pos)
{
    (void)pos;
    return tty_write(f->priv, u, file_is_nonblocking(f));
}

static uint32_t file_tty_poll(struct file *f, struct poll_table *pt)
{
    return tty_poll(f->priv, pt);
}

static long file_tty_ioctl(struct file *f, unsigned cmd, uint64_t arg)
{
    return tty_ioctl(f->priv, cmd, arg);
}

const struct file_ops dev_console_fops = {
    .open = console_open,
    .release = tty_release,
    .read = file_read,
    .write = file_write,
    .poll = file_tty_poll,
    .ioctl = file_tty_ioctl,
};
const struct file_ops dev_tty_fops = {
    .open = controlling_open,
    .release = tty_release,
    .read = file_read,
    .write = file_write,
    .poll = file_tty_poll,
    .ioctl = file_tty_ioctl,
};
