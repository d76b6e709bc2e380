/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/export/chrome.c - Chrome's trace event format: an object with an array of events; times
 * are in microseconds, as decimals.
 */
#include <jansson.h>

#include "sim/export/export.h"

static void put_event(FILE *out, bool *first, json_t *o)
{
    fputs(*first ? "\n" : ",\n", out);
    *first = false;
    json_dumpf(o, out, JSON_COMPACT | JSON_ENSURE_ASCII);
    json_decref(o);
}

static void put_names(const struct story *s, FILE *out, bool *first)
{
    char name[64];

    for (size_t i = 0; i < s->tracks; i++) {
        const struct story_track *t = &s->track[i];

        snprintf(name, sizeof(name), "%u %s", t->process, t->name);
        if (story_first_of_process(s, i))
            put_event(out, first,
                      json_pack("{s:s,s:s,s:i,s:i,s:{s:s}}", "name", "process_name", "ph", "M",
                                "pid", (int)t->process, "tid", (int)t->thread, "args", "name",
                                i == 0 ? "machine" : name));
        snprintf(name, sizeof(name), "%u.%u %s", t->process, t->thread, t->name);
        put_event(out, first,
                  json_pack("{s:s,s:s,s:i,s:i,s:{s:s}}", "name", "thread_name", "ph", "M", "pid",
                            (int)t->process, "tid", i == 0 ? -1 : (int)t->thread, "args", "name",
                            i == 0 ? "CPU" : name));
    }
}

static void put_item(const struct story *s, const struct story_item *i, FILE *out, bool *first)
{
    const struct story_track *t = &s->track[i->track];
    bool moment = i->n == i->n_end;
    json_t *args = json_pack("{s:I}", "instruction", (json_int_t)i->n);
    json_t *o = json_pack("{s:s,s:s,s:s,s:f,s:i,s:i}", "name", story_text(s, i->name), "cat",
                          story_kind_name(i->kind), "ph", moment ? "i" : "X", "ts",
                          (double)i->ns / 1e3, "pid", (int)t->process, "tid",
                          i->track == 0 ? -1 : (int)t->thread);

    if (!args || !o) {
        json_decref(args);
        json_decref(o);
        return;
    }
    if (i->detail)
        json_object_set_new(args, "detail", json_string_nocheck(story_text(s, i->detail)));
    if (i->place)
        json_object_set_new(args, "at", json_string_nocheck(story_text(s, i->place)));
    if (i->open)
        json_object_set_new(args, "open", json_true());
    if (moment)
        json_object_set_new(o, "s", json_string("t"));
    else
        json_object_set_new(o, "dur", json_real((double)(i->ns_end - i->ns) / 1e3));
    json_object_set_new(o, "args", args);
    put_event(out, first, o);
}

void export_chrome(const struct story *s, FILE *out)
{
    bool first = true;

    fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[", out);
    put_names(s, out, &first);
    for (size_t i = 0; i < s->count; i++)
        put_item(s, &s->item[i], out, &first);
    fputs("\n]}\n", out);
}
