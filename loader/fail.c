/* SPDX-License-Identifier: GPL-2.0-or-later */
/* loader/fail.c - formatting of error sentences; see fail.h. */
#include "loader/fail.h"

#include <stdarg.h>
#include <stdio.h>

int(loader_fail)(char *err, size_t err_len, int code, const char *fmt, ...)
{
    va_list ap;

    if (err_len > 0) {
        va_start(ap, fmt);
        vsnprintf(err, err_len, fmt, ap);
        va_end(ap);
    }
    return code;
}
