/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * suite.h - what the parts of the guest benchmark share.
 *
 * Rules of use
 *   - A row does its operation n times in `run`. What it needs before stands in `setup`, which
 *     is not counted; everything else is, so operations are raw system calls: the C library's
 *     wrappers would be counted, too.
 *   - The operations of a row must succeed: need() ends the program where one does not.
 */
#ifndef SUITE_H
#define SUITE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include "suite_arch.h"

struct row {
    const char *name;
    unsigned times;             /* operations in one run */
    void (*setup)(void);        /* NULL: nothing */
    void (*run)(unsigned n);
};

extern const struct row calls[], memory[], programs[]; /* each ends with a row without a name */

#define sys0(nr) sys(nr, 0, 0, 0, 0, 0, 0)
#define sys1(nr, a) sys(nr, (long)(a), 0, 0, 0, 0, 0)
#define sys2(nr, a, b) sys(nr, (long)(a), (long)(b), 0, 0, 0, 0)
#define sys3(nr, a, b, c) sys(nr, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define sys4(nr, a, b, c, d) sys(nr, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define sys5(nr, a, b, c, d, e) sys(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)
#define sys6(nr, a, b, c, d, e, f)                                                                \
    sys(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

/* The value, which is not an error; else the program ends and says what failed. */
long need(long value, const char *what);

#endif
