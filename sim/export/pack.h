/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/export/pack.h - text that grows, and is written compressed (zlib) in base64.
 *
 * Rules of use: a zeroed struct is empty. After a failure (no memory) `failed` is set and the
 * functions do nothing. pack_free() in any case.
 */
#ifndef TRAPLINE_SIM_EXPORT_PACK_H
#define TRAPLINE_SIM_EXPORT_PACK_H

#include <stdio.h>

#include "cpu/types.h"

struct pack {
    char *text;
    size_t len, room;
    bool failed;
};

void pack_printf(struct pack *p, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* A number, after a comma or not; quicker than pack_printf(). */
void pack_number(struct pack *p, uint64_t v, bool comma);
/* As a JSON string, quoted. Bytes that are no UTF-8 become U+FFFD. */
void pack_string(struct pack *p, const char *text);
void pack_clear(struct pack *p);
/* 0 or -ENOMEM. */
MUST_CHECK int pack_write(const struct pack *p, FILE *out);
void pack_free(struct pack *p);

#endif
