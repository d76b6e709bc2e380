/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmdline.h - words of the kernel's command line: NAME=VALUE, apart by spaces.
 *
 * Rules of use
 *   - The line is a stranger's: any bytes up to its NUL. No word is a part of another (noinit=1 is
 *     no init=), and of several of one name the last counts, as on Linux. There are no quotes.
 */
#ifndef KERNEL_CMDLINE_H
#define KERNEL_CMDLINE_H

#include <stdbool.h>
#include <stddef.h>

#define CMDLINE_SIZE_MAX 9999u /* rows and columns */

/* Where the value of `name` stands in the line, and its bytes; NULL: it is not there. */
const char *cmdline_value(const char *cmdline, const char *name, size_t *len);
/* rdinit=PATH, which Linux takes where there is an initramfs, or init=PATH: cut to `size` bytes with
 * its NUL. NULL: neither. */
const char *cmdline_init(const char *cmdline, char *buf, size_t size);
/* console_size=ROWSxCOLS; false: not there, or none. */
bool cmdline_console_size(const char *cmdline, unsigned *rows, unsigned *cols);

#endif
