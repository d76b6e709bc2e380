/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * console.c - the one terminal on the board's UART, and the devices
 * /dev/console and /dev/ttyS0 (/dev/ttyAMA0) that lead to it.
 *
 * The UART's interrupt puts bytes in a ring (tty_input_byte); thread context
 * takes them out. The ring has one producer, in interrupts, and one consumer:
 * each writes only its own index.
 */
#include "kernel/dev/tty_core.h"
#include "kernel/fs/port.h"
#include "kernel/include/arch.h"
#include "kernel/include/chrdev.h"
#include "kernel/include/cmdline.h"
#include "kernel/include/fs_uapi.h"
#include "kernel/include/sched.h"

#define INPUT_RING_BYTES 1024u
#define CONSOLE_DEV dev_make(5, 1)

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
    unsigned rows, cols;

    size->rows = 24;
    size->cols = 80;
    if (cmdline_console_size(port_command_line(), &rows, &cols)) {
        size->rows = (uint16_t)rows;
        size->cols = (uint16_t)cols;
    }
}

struct tty *tty_console(void)
{
    if (!console_ready) {
        tty_init(&console, CONSOLE_DEV, console_output);
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
    /* /dev/console never becomes the controlling terminal by itself. */
    return tty_file_open(f, tty_console(), f->vnode->rdev != CONSOLE_DEV);
}

const struct file_ops dev_console_fops = {.open = console_open};
