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
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What is looked at of an object: the CPU's state begins 34 KB behind its begin, of both CPUs. */
#define PEEK_FROM  (28u << 10)
#define PEEK_BYTES (16u << 10)

/* How many of the bytes at `from` could be read, up to the first that could not. */
static inline size_t peek(int memory, uintptr_t from, void *to, size_t bytes)
{
    ssize_t got = pread(memory, to, bytes, (off_t)from);

    return got > 0 ? (size_t)got : 0;
}

/* Looks in `copy`, `got` bytes of an object from `from` on; NULL: it is not there. */
typedef void *(*peek_fn)(void *ctx, int memory, uintptr_t from, const uint8_t *copy, size_t got);

/* What `fn` finds in one of the objects that words of `owner`, of malloc(), point to; or NULL. */
static inline void *peek_objects(const void *owner, peek_fn fn, void *ctx)
{
    size_t words = malloc_usable_size((void *)(uintptr_t)owner) / 8;
    int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    uint8_t *copy = malloc(PEEK_BYTES);
    void *found = NULL;

    for (size_t i = 0; memory >= 0 && copy && !found && i < words; i++) {
        uint64_t word;

        memcpy(&word, (const uint8_t *)owner + 8 * i, sizeof(word));
        if (word % 8 == 0 && word >= 1u << 16 && !(word >> 47))
            found = fn(ctx, memory, word + PEEK_FROM, copy,
                       peek(memory, word + PEEK_FROM, copy, PEEK_BYTES));
    }
    free(copy);
    if (memory >= 0)
        close(memory);
    return found;
}

#endif
