/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/bisect_text.h - what bisect found, for people. */
#ifndef TRAPLINE_TOOLS_BISECT_TEXT_H
#define TRAPLINE_TOOLS_BISECT_TEXT_H

#include <stdio.h>

#include "sim/bisect.h"

/* The exit code: 0 nothing differs, 3 something does. */
int bisect_text(FILE *out, const struct bisect *b);

#endif
