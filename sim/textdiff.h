/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/textdiff.h - two texts as a unified diff.
 *
 * Rules of use: lines end with '\n'; `out` gets "--- ", "+++ " and hunks of three lines of
 * context, or nothing when the texts are equal. Freed by the caller.
 */
#ifndef TRAPLINE_SIM_TEXTDIFF_H
#define TRAPLINE_SIM_TEXTDIFF_H

#include "sim/bytes.h"

struct text {
    const char *name;
    const char *bytes;
    size_t len;
};

/* 0 or -ENOMEM. */
MUST_CHECK int textdiff_unified(const struct text *a, const struct text *b, struct byte_buf *out);

#endif
