/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/export/export.h - a recording in the formats of other tools.
 *
 * Rules of use
 *   - Each function writes one whole document to `out` and leaves it open; whether the bytes
 *     arrived is for the caller to ask (ferror(), fclose()).
 *   - 0, -EILSEQ with `divergence` filled in, or another -errno with one sentence in `err`.
 */
#ifndef TRAPLINE_SIM_EXPORT_EXPORT_H
#define TRAPLINE_SIM_EXPORT_EXPORT_H

#include "sim/export/story.h"

/* Where an export tells of its progress and its failure. */
struct export_run {
    void *ctx;
    void (*tick)(void *ctx, struct sim *sim);
    struct divergence divergence;
    char err[512];
};

/* Chrome's JSON trace events: chrome://tracing, Perfetto, speedscope. */
void export_chrome(const struct story *s, FILE *out);
/* Perfetto's own: protobuf packets of track descriptors and track events. */
void export_perfetto(const struct story *s, FILE *out);
/* System calls and signals as `strace -f -ttt -T` writes them; seconds of guest time since boot. */
MUST_CHECK int export_strace(const struct trace *t, struct export_run *run, FILE *out);

/*
 * Folded stacks for flame graphs: "program;caller;callee COUNT" lines. COUNT is in guest
 * instructions: a stack is looked at each `period` instructions and stands for that many.
 */
MUST_CHECK int export_folded(const struct trace *t, insn_t period, struct export_run *run,
                             FILE *out);

/* Coverage of the guest kernel, collected over any number of traces of one kernel. */
struct coverage;
MUST_CHECK int coverage_open(struct coverage **out, char *err, size_t err_len);
/* -EINVAL: a trace of another kernel than those before. */
MUST_CHECK int coverage_add(struct coverage *c, const struct trace *t, struct export_run *run);
/* lcov's tracefile: functions, lines and branches, assembly too. */
MUST_CHECK int coverage_write(struct coverage *c, FILE *out, char *err, size_t err_len);
void coverage_close(struct coverage *c);

#endif
