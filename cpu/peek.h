/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/peek.h - memory of this process that may not be there, read.
 *
 * Purpose: what the engine's fields point to, where a word may be no pointer at all.
 *
 * Rules of use: where the system has no /proc nothing can be read, which is no error.
 */
#ifndef TRAPLINE_CPU_PEEK_H
#define TRAPLINE_CPU_PEEK_H

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

/* A descriptor for peek(), to be closed; -1. */
static inline int peek_open(void)
{
    return open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
}

/* How many of the bytes at `from` could be read, up to the first that could not. */
static inline size_t peek(int memory, uintptr_t from, void *to, size_t bytes)
{
    ssize_t got = pread(memory, to, bytes, (off_t)from);

    return got > 0 ? (size_t)got : 0;
}

#endif
