/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tools/json_out.h - what --json prints: one object a line, keys in the order of their making.
 *
 * Each kind of object has a JSON Schema in tools/schema, which tests/json validates real output by.
 */
#ifndef TRAPLINE_TOOLS_JSON_OUT_H
#define TRAPLINE_TOOLS_JSON_OUT_H

#include <jansson.h>
#include <stdio.h>

#include "sim/end.h"

/* Print and drop `o`; NULL (out of memory) prints nothing. */
void json_line(FILE *out, json_t *o);
/* The lines of `text`, without their newlines, as an array. */
json_t *json_lines(const char *text);
/* A short text that may hold anything of the guest's: bytes that are no UTF-8 become '?'. */
json_t *json_text(const char *text);
/* "end", "reason", "status", "n", "cycles" of a run, into `o`. */
void json_put_end(json_t *o, const struct sim_end *end);

#endif
