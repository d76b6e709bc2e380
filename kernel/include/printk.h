/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * printk.h - messages and formatting.
 *
 * Rules of use
 *   - printk() puts "kernel: " before the line and its own newline behind it. It
 *     is for what a user should know (warnings, unknown calls, panics): a
 *     normal run prints nothing. No addresses or times in normal output.
 *   - snprintf: %d %i %u %x %X %o %c %s %p %%, with l ll z, width, precision,
 *     and the flags - 0 + space and #. Returns as in C.
 */
#ifndef KERNEL_PRINTK_H
#define KERNEL_PRINTK_H

#include <stdarg.h>
#include <stddef.h>

void printk(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int snprintf(char *buf, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
    __attribute__((format(printf, 3, 0)));

/* A broken invariant; stays on in every build. */
#define kassert(cond)                                                                             \
    do {                                                                                          \
        if (!(cond))                                                                              \
            kassert_failed(#cond, __FILE__, __LINE__);                                            \
    } while (0)
_Noreturn void kassert_failed(const char *cond, const char *file, int line);

/* The last bytes printed, oldest first (syslog(2)); returns the number copied. */
size_t printk_log_read(char *buf, size_t size);

#endif
