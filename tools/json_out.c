/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/json_out.c - objects of --json; see json_out.h. */
#include "tools/json_out.h"

#include <stdlib.h>
#include <string.h>

void json_line(FILE *out, json_t *o)
{
    if (o) {
        json_dumpf(o, out, JSON_COMPACT | JSON_PRESERVE_ORDER);
        fputc('\n', out);
        fflush(out);
    }
    json_decref(o);
}

json_t *json_text(const char *text)
{
    json_t *s = json_string(text);
    char *plain;

    if (s)
        return s;
    plain = strdup(text);
    for (char *at = plain; at && *at; at++)
        if ((unsigned char)*at >= 0x80)
            *at = '?';
    s = plain ? json_string(plain) : NULL;
    free(plain);
    return s;
}

json_t *json_lines(const char *text)
{
    json_t *lines = json_array();

    while (*text) {
        size_t len = strcspn(text, "\n"), indent = strspn(text, " ");
        char *line = strndup(text + indent, indent < len ? len - indent : 0);

        json_array_append_new(lines, line ? json_text(line) : NULL);
        free(line);
        text += len + (text[len] == '\n');
    }
    return lines;
}

static const char *const reasons[] = {
    [SIM_END_POWEROFF] = "poweroff", [SIM_END_RESET] = "reset",
    [SIM_END_SHUTDOWN] = "shutdown", [SIM_END_STRICT] = "strict",
    [SIM_END_STARVED] = "starved",   [SIM_END_LIMIT] = "limit",
    [SIM_END_INTERRUPTED] = "interrupted", [SIM_END_ENGINE] = "engine",
    [SIM_END_CALLER] = "stopped",
};

void json_put_end(json_t *o, const struct sim_end *end)
{
    char text[96];

    sim_end_text(end, text, sizeof(text));
    json_object_set_new(o, "end", json_string(text));
    json_object_set_new(o, "reason", json_string(reasons[end->reason]));
    if (end->reason == SIM_END_POWEROFF)
        json_object_set_new(o, "status", json_integer(end->status));
    json_object_set_new(o, "n", json_integer((json_int_t)end->n));
    json_object_set_new(o, "cycles", json_integer((json_int_t)end->cycles));
}
