/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loader/fail.h - one sentence for a person, one errno for the caller.
 *
 * Rules of use: `return loader_fail(err, err_len, -ENOEXEC, "...", ...);` - the
 * sentence names the file or address, says what is wrong and, where it helps,
 * what to do; it has no trailing newline.
 */
#ifndef TRAPLINE_LOADER_FAIL_H
#define TRAPLINE_LOADER_FAIL_H

#include "cpu/types.h"

/* Writes the sentence and gives back `code`. `err` may be NULL when err_len is 0. */
int loader_fail(char *err, size_t err_len, int code, const char *fmt, ...) PRINTF_LIKE(4, 5);

#ifdef __clang_analyzer__
/* It reads one file at a time, and would not know what comes back. */
static inline int loader_code(int same, int code)
{
    (void)same;
    return code;
}
#define loader_fail(err, err_len, code, ...) \
    loader_code(loader_fail(err, err_len, code, __VA_ARGS__), code)
#endif

#endif
