/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * chrdev.h - character devices: numbers, names in /dev, and operations.
 *
 * Rules of use
 *   - Opening a character special file looks its number up in the table of
 *     dev/chrdev.c and replaces the file's operations.
 */
#ifndef KERNEL_CHRDEV_H
#define KERNEL_CHRDEV_H

#include "kernel/include/file.h"

struct chrdev {
    uint32_t major, minor;
    const char *name; /* in /dev */
    uint32_t mode;
    const struct file_ops *fops;
};

extern const struct file_ops chrdev_fops;
extern const struct file_ops dev_null_fops, dev_zero_fops, dev_full_fops, dev_random_fops;
extern const struct file_ops dev_tty_fops, dev_console_fops, dev_kmsg_fops,
    dev_ptmx_fops;
#define PTY_SLAVE_MAJOR 136u /* minor: the number of the pty */

/* Makes the nodes of /dev in a fresh file system. */
int chrdev_populate(struct super_block *sb);

/* The random generator behind /dev/urandom and getrandom: seeded once, then deterministic. */
void random_seed(uint64_t seed);
void random_bytes(void *buf, size_t len);

#endif
