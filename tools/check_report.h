/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tools/check_report.h - the findings of trapline check as files for machines.
 *
 * Rules of use
 *   - `findings` is an array of the objects of check --json (keys: traces/FORMAT.md).
 *   - Both write also when nothing was found; whoever opened the file closes it, and looks whether
 *     all of it was written.
 */
#ifndef TRAPLINE_TOOLS_CHECK_REPORT_H
#define TRAPLINE_TOOLS_CHECK_REPORT_H

#include <jansson.h>
#include <stdio.h>

/* JUnit: one test case for each check of `kinds` (1 << enum check_kind). */
void check_junit(FILE *f, const char *trace, unsigned kinds, const json_t *findings);
/* SARIF 2.1.0: one run, a rule for each check, a result for each finding. */
/* An exit code: memory may not be enough for it. */
int check_sarif(FILE *f, const char *trace, const json_t *findings);

#endif
