/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/golden.h - golden traces: a run as text for review, stable across compilers.
 *
 * Purpose: one line per trap, system call, signal frame and return of one guest program, without
 * instruction numbers, times, addresses and offsets. The format is in traces/FORMAT.md.
 *
 * Rules of use: golden_parse() reads the header of a file and leaves where its body starts;
 * golden_derive() makes the body from a recording.
 */
#ifndef TRAPLINE_SIM_GOLDEN_H
#define TRAPLINE_SIM_GOLDEN_H

#include "sim/derive.h"

#define GOLDEN_ARGS_MAX   16u
#define GOLDEN_WITHIN_MAX 16u

#define GOLDEN_TRAPS      1u
#define GOLDEN_SYSCALLS   2u
#define GOLDEN_SIGNALS    4u
#define GOLDEN_INTERRUPTS 8u

struct golden_spec {
    enum arch arch;
    char *text;                           /* the header's words live here */
    const char *program;                  /* relative to the folder of guest programs */
    const char *args[GOLDEN_ARGS_MAX + 1];
    const char *within[GOLDEN_WITHIN_MAX + 1]; /* symbols whose own faults are kept */
    uint64_t seed, chaos;
    unsigned keep;
};

/* 0, -EINVAL (with the line), -ENOMEM. */
MUST_CHECK int golden_parse(const char *name, const struct blob *file, struct golden_spec *spec,
                            size_t *body, char *err, size_t err_len);
void golden_spec_free(struct golden_spec *spec);
/* The machine that the spec describes; the program's bytes are copied. The kernel is not set. */
MUST_CHECK int golden_machine(const struct golden_spec *spec, const struct blob *program,
                              struct machine *m, char *err, size_t err_len);
/* Body text into `out` (freed by the caller in any case). Errors as derive_run(). */
MUST_CHECK int golden_derive(const struct trace *t, const struct golden_spec *spec,
                             struct byte_buf *out, struct divergence *divergence, char *err,
                             size_t err_len);

#endif
