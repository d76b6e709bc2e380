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
#define DUMP_KTRACE   32u
#define DUMP_DERIVED  (DUMP_TRAPS | DUMP_SYSCALLS | DUMP_SIGNALS)

#define DUMP_KTRACE_PIDS_MAX 16

/* The caller sets filter and json; dump_ktrace_open() the rest. */
struct dump_ktrace {
    /* Names of points and pid=N, with commas: those points of those processes; NULL: all. */
    const char *filter;
    bool json;
    vaddr_t ring;               /* of the kernel */
    uint64_t read;              /* records, since boot */
    uint32_t points;            /* 1 << kind; 0: all */
    unsigned pid_count;         /* 0: all */
    int32_t pids[DUMP_KTRACE_PIDS_MAX];
};

struct dump {
    unsigned sections;
    insn_t from, to;
    FILE *out;
    struct dump_ktrace ktrace;
};

/* Is this event of a wanted section and in the window? */
bool dump_wants(const struct dump *dump, const struct derived *d);

/* A stream whose lines go on to `to` where they hold `grep` (NULL: all), in colour or not; closed
 * by the caller before `to`. NULL when out of memory. */
FILE *dump_filter_open(FILE *to, const char *grep, bool colour);

void dump_text_title(const struct dump *dump);
void dump_text_event(const struct dump *dump, const struct derived *d);
void dump_text_inputs(const struct dump *dump, const struct trace *t);
void dump_text_header(const struct dump *dump, const struct trace *t);

void dump_json_event(const struct dump *dump, const struct derived *d);
void dump_json_inputs(const struct dump *dump, const struct trace *t);
void dump_json_header(const struct dump *dump, const struct trace *t);

/* The trap at number `n`, or the last before it, at length. 0 or -errno with a sentence; -ENOENT:
 * there is none; -EILSEQ: `divergence`. */
MUST_CHECK int dump_trap(const struct dump *dump, const struct trace *t, insn_t n, bool json,
                         struct divergence *divergence, char *err, size_t err_len);

/*
 * Where the kernel's ring is, and that the filter's words are known: 0, or -errno with a
 * sentence.
 */
MUST_CHECK int dump_ktrace_open(struct dump *dump, const struct machine *m, char *err,
                                size_t err_len);
/* Prints the records since the last time; `cpu` may be NULL. */
void dump_ktrace_drain(struct dump *dump, struct cpu *cpu);

#endif
