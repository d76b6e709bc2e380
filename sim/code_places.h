/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/code_places.h - where code is, in words, at any number of a recording: symbol and line, of
 * the kernel or of the program that runs there.
 *
 * Rules of use
 *   - Zero but for `trace` and `places`, which are borrowed; code_places_free() in any case.
 *   - Who runs what is derived of the whole recording at the first question about user code
 *     (sim/export/story.h), which takes one replay.
 */
#ifndef TRAPLINE_SIM_CODE_PLACES_H
#define TRAPLINE_SIM_CODE_PLACES_H

#include "sim/export/story.h"

struct code_places {
    const struct trace *trace;
    struct places *places;
    struct story story;
    bool asked, known;
    char error[256];       /* asked and not known: why */
};

void code_places_free(struct code_places *c);
/* NULL: `error`. */
const struct story *code_story(struct code_places *c);
/* An address of code at state `n`; `source` is "" where the line is not known. */
void code_place_text(struct code_places *c, insn_t n, vaddr_t pc, char where[160],
                     char source[160]);

#endif
