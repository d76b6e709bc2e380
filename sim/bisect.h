/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/bisect.h - the first cause: why one run ended well and another did not.
 *
 * Purpose: diff.h names the first state that differs, which is often a timer's deadline and matters
 * to nobody. This goes on from there: the first trap that came elsewhere, the first thing that a
 * program did otherwise, the instruction at which its way parted, and the values that made it go
 * there, followed back in both runs for as long as the same instruction wrote them.
 *
 * Rules of use
 *   - Both traces need their images and must replay. The caller sets tick and ctx alone and frees
 *     with bisect_free().
 *   - What is compared depends on the machines: states and traps where the kernel is one, the
 *     instructions of user code where the programs are the same files for the same CPU (between two
 *     kernels: their traps and what they see there first), system calls and signals always. Between
 *     two CPUs those by name and kind of result.
 *   - In pairs [0] is the good run, [1] the bad one.
 */
#ifndef TRAPLINE_SIM_BISECT_H
#define TRAPLINE_SIM_BISECT_H

#include "sim/diff.h"

#define BISECT_LINKS_MAX  32u
#define BISECT_LATER_MAX  6u
#define BISECT_FIRST_MAX  6u
#define BISECT_TEXT_LEN   400u

/* One place in each run. */
struct bisect_at {
    bool known;
    insn_t n;
    cycles_t cycles;            /* of a trap */
    char text[BISECT_TEXT_LEN]; /* what: an event, a trap */
    char where[160], code[200], source[160];
};

/* A value that differs, and who put it there. */
struct bisect_link {
    char what[48];
    char value[2][40];
    const char *how[2];        /* who_kind_name(), or NULL */
    struct bisect_at by[2];
    bool same;                 /* the same instruction of the same thread, at the same spot */
    char note[200];            /* where the way back ends, and why; else "" */
};

struct bisect_event {
    unsigned process, thread;
    char program[64];
    size_t index;              /* which of its system calls (or signals), from 1 */
    char before[BISECT_TEXT_LEN]; /* the last one that was the same; "" */
    struct bisect_at at[2];    /* not known: there is none in that run */
};

/* A trap that user code itself made: a system call or fault, no interrupt. */
struct bisect_user_trap {
    bool known;
    unsigned process, thread;
    char program[64];
    size_t index;              /* which of its traps, from 1 */
    struct bisect_at at[2];    /* n: of the vector; where: the instruction that trapped */
    /* user_state alone: */
    char registers[800];       /* that differ before it, in lines, */
    struct bisect_link link[BISECT_FIRST_MAX]; /* and who wrote the first of them */
    unsigned links;
};

struct bisect {
    struct diff diff;          /* machines; first states, where the kernel is one */
    bool same_cpu, same_kernel, same_programs;

    bool has_trap;             /* the first that is not the same at the same number and time */
    struct bisect_at trap[2];

    /* Two kernels for one CPU with the same programs: the first that is another trap, and the first
     * at which registers differ, where that is before it. */
    struct bisect_user_trap user_trap, user_state;

    bool has_event;
    struct bisect_event event;

    bool has_way;              /* its way parted behind this instruction */
    bool way_in_kernel;        /* of the kernel, in the call of the event */
    uint64_t way_insns;        /* so many of its own since */
    char way_since[BISECT_TEXT_LEN]; /* this event; "": its start, or the call */
    struct bisect_at way[2], next[2];

    struct bisect_link link[BISECT_LINKS_MAX];
    unsigned links;

    struct bisect_at fault;    /* the last exception of the bad run's kernel, where the good one
                                  has none at that instruction, and another end */

    struct bisect_event later[BISECT_LATER_MAX]; /* of other threads */
    unsigned laters;
    struct bisect_at end[2];
    bool differ;

    void (*tick)(void *ctx, struct sim *sim);
    void *ctx;
};

/* 0; -EILSEQ: one does not replay (`err` names it); else a sentence in `err`. */
MUST_CHECK int bisect_find(const struct trace *good, const struct trace *bad, struct bisect *b,
                           char *err, size_t err_len);

#endif
