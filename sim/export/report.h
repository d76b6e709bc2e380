/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/export/report.h - the data of an HTML report, as script elements of the page.
 *
 * Purpose: a page that opens a run of ten million traps must not read them all. Items are in
 * chunks, each compressed (zlib, base64, JSON inside), and a pyramid of summaries says what
 * a stretch looks like from afar; the page unpacks what it shows.
 *
 * Rules of use
 *   - report_data() writes <script> elements of types that browsers do not run: "meta" (JSON),
 *     and one for each chunk, named in it. The keys are documented in report.c.
 *   - Whether the bytes arrived is for the caller to ask (ferror()).
 */
#ifndef TRAPLINE_SIM_EXPORT_REPORT_H
#define TRAPLINE_SIM_EXPORT_REPORT_H

#include <jansson.h>

#include "sim/export/story.h"

#define REPORT_RUNS_MAX 2u

struct report_run {
    const char *name;          /* of the file */
    const struct trace *trace;
    const struct story *story;
};

struct report {
    struct report_run run[REPORT_RUNS_MAX];
    unsigned runs;
    json_t *details;           /* of run 0: array of closeup_trap() objects; may be NULL */
    json_t *findings;          /* array of objects with n, text, by; may be NULL */
    json_t *difference;        /* n, ns, text of the first difference of two runs; may be NULL */
};

/* 0 or -ENOMEM. */
MUST_CHECK int report_data(const struct report *r, FILE *out);

#endif
