/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tools/dump.h - what trapline dump prints, as text (dump_text.c) and as JSON (dump_json.c).
 *
 * Rules of use: JSON is one object a line. Numbers that may not fit a double are strings
 * ("0x..."). The keys are documented in traces/FORMAT.md; they are only added to.
 */
#ifndef TRAPLINE_TOOLS_DUMP_H
#define TRAPLINE_TOOLS_DUMP_H

#include "sim/derive.h"

#define DUMP_TRAPS    1u
#define DUMP_SYSCALLS 2u
#define DUMP_SIGNALS  4u
#define DUMP_INPUTS   8u
#define DUMP_HEADER   16u
#define DUMP_DERIVED  (DUMP_TRAPS | DUMP_SYSCALLS | DUMP_SIGNALS)

struct dump {
    unsigned sections;
    insn_t from, to;
    FILE *out;
};

/* Is this event of a wanted section and in the window? */
bool dump_wants(const struct dump *dump, const struct derived *d);

void dump_text_title(const struct dump *dump);
void dump_text_event(const struct dump *dump, const struct derived *d);
void dump_text_inputs(const struct dump *dump, const struct trace *t);
void dump_text_header(const struct dump *dump, const struct trace *t);

void dump_json_event(const struct dump *dump, const struct derived *d);
void dump_json_inputs(const struct dump *dump, const struct trace *t);
void dump_json_header(const struct dump *dump, const struct trace *t);

#endif
