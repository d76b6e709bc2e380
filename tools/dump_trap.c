/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/dump_trap.c - trapline dump --trap: the whole story of one trap (sim/closeup.h). */
#include "tools/dump.h"

#include <errno.h>

#include "sim/closeup.h"
#include "tools/cmd.h"

static const char *text_of(json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));

    return text ? text : "";
}

static long long number_of(json_t *o, const char *key)
{
    return (long long)json_integer_value(json_object_get(o, key));
}

static void title(FILE *out, const char *name)
{
    fprintf(out, "\n%s\n", name);
}

static void put_head(json_t *o, FILE *out)
{
    long long n = number_of(o, "n"), end = number_of(o, "n_end");

    fprintf(out, "trap       %lld  %s\n", n, text_of(o, "detail"));
    fprintf(out, "task       %s\n", text_of(o, "task"));
    fprintf(out, "at         %s  (%s)\n", text_of(o, "at"), text_of(o, "pc"));
    fprintf(out, "time       %lld.%03lld us\n", number_of(o, "time_ns") / 1000,
            number_of(o, "time_ns") % 1000);
    if (end > n)
        fprintf(out, "back       %lld  after %lld instructions, %lld.%03lld us\n", end, end - n,
                (number_of(o, "time_end_ns") - number_of(o, "time_ns")) / 1000,
                (number_of(o, "time_end_ns") - number_of(o, "time_ns")) % 1000);
    else
        fprintf(out, "back       not seen: the trap is the kernel's own, or the run ends before\n");
}

static void put_code(json_t *list, FILE *out)
{
    size_t i;
    json_t *o;

    title(out, "code");
    json_array_foreach(list, i, o)
        fprintf(out, "  %s %-18s %-44s %s\n", json_object_get(o, "here") ? "=>" : "  ",
                text_of(o, "at"), text_of(o, "code"), text_of(o, "source"));
}

static void put_registers(json_t *list, FILE *out)
{
    bool any = false;
    size_t i;
    json_t *o;

    title(out, "registers that the trap or its handling changed");
    fprintf(out, "  %-14s %-36s %-36s %s\n", "", "before", "at the vector", "after the return");
    json_array_foreach(list, i, o) {
        const char *vector = text_of(o, "vector"), *after = text_of(o, "after");

        if (!*vector && !*after)
            continue;
        any = true;
        fprintf(out, "  %-14s %-36s %-36s %s\n", text_of(o, "name"), text_of(o, "before"),
                *vector ? vector : "same", *after ? after : "same");
    }
    if (!any)
        fprintf(out, "  none\n");
}

static void put_walk(const char *name, json_t *list, FILE *out)
{
    size_t i;
    json_t *o;

    if (json_array_size(list) == 0)
        return;
    title(out, name);
    json_array_foreach(list, i, o)
        fprintf(out, "  level %lld  %-14s %-20s %s\n", number_of(o, "level"), text_of(o, "at"),
                text_of(o, "descriptor"), text_of(o, "note"));
}

static void put_path(json_t *list, FILE *out)
{
    size_t i, column = 0;
    json_t *o;

    if (json_array_size(list) == 0)
        return;
    title(out, "through");
    json_array_foreach(list, i, o) {
        const char *name = text_of(o, "function");

        if (column + strlen(name) > 92) {
            fputc('\n', out);
            column = 0;
        }
        column += (size_t)fprintf(out, "%s%s", column ? " > " : "  ", name);
    }
    fputc('\n', out);
}

static void put_frame(json_t *list, FILE *out)
{
    size_t i, k;
    json_t *o, *w;

    if (json_array_size(list) == 0)
        return;
    title(out, "frame on the kernel's stack, and who wrote it");
    json_array_foreach(list, i, o) {
        json_t *writes = json_object_get(o, "writes");

        fprintf(out, "  %s  %-9s %-18s", text_of(o, "at"), text_of(o, "register"),
                text_of(o, "value"));
        if (json_array_size(writes) == 0)
            fprintf(out, " there before\n");
        json_array_foreach(writes, k, w)
            fprintf(out, "%s %lld  %s  %s%s%s\n",
                    k ? "                                                " : "", number_of(w, "n"),
                    text_of(w, "where"), text_of(w, "code"),
                    strcmp(text_of(w, "is"), text_of(o, "value")) != 0 ? "  -> " : "",
                    strcmp(text_of(w, "is"), text_of(o, "value")) != 0 ? text_of(w, "is") : "");
    }
}

static void put_signal(json_t *signal, FILE *out)
{
    char name[96];
    size_t i;
    json_t *o;

    if (!signal)
        return;
    snprintf(name, sizeof(name), "signal frame of %s, for %s", text_of(signal, "name"),
             text_of(signal, "handler"));
    title(out, name);
    json_array_foreach(json_object_get(signal, "fields"), i, o)
        fprintf(out, "  %s  %-18s %s\n", text_of(o, "at"), text_of(o, "name"), text_of(o, "value"));
}

static void put_story(json_t *o, FILE *out)
{
    put_head(o, out);
    put_code(json_object_get(o, "code"), out);
    put_registers(json_object_get(o, "registers"), out);
    put_walk("page tables at the trap", json_object_get(o, "walk"), out);
    put_walk("page tables after it", json_object_get(o, "walk_after"), out);
    put_path(json_object_get(o, "path"), out);
    put_frame(json_object_get(o, "frame"), out);
    put_signal(json_object_get(o, "signal"), out);
}

static bool is_trap(const struct story_item *i)
{
    return i->kind == STORY_SYSCALL || i->kind == STORY_FAULT || i->kind == STORY_IRQ;
}

/* The trap at number n, else that from user mode that lasts over it, else the last before it;
 * -1: none. */
static long find_trap(const struct story *s, insn_t n)
{
    long last = -1, over = -1;

    for (size_t i = 0; i < s->count && s->item[i].n <= n; i++) {
        if (!is_trap(&s->item[i]))
            continue;
        last = (long)i;
        if (s->item[i].n_end >= n && !s->item[i].open)
            over = (long)i;
    }
    return last >= 0 && s->item[last].n == n ? last : over >= 0 ? over : last;
}

int dump_trap(const struct dump *dump, const struct trace *t, insn_t n, bool json,
              struct divergence *divergence, char *err, size_t err_len)
{
    struct closeup *c;
    struct story s;
    json_t *o;
    long at;
    int rc = story_build(t, &s, NULL, NULL, divergence, err, err_len);

    if (rc)
        return rc;
    at = find_trap(&s, n);
    if (at < 0) {
        story_free(&s);
        snprintf(err, err_len, "there is no trap at or before number %llu", (unsigned long long)n);
        return -ENOENT;
    }
    rc = closeup_open(t, &c, err, err_len);
    if (rc) {
        story_free(&s);
        return rc;
    }
    o = closeup_trap(c, &s, (size_t)at);
    if (!o) {
        snprintf(err, err_len, "%s", closeup_error(c));
        rc = -EIO;
    } else if (json) {
        json_dumpf(o, dump->out, JSON_COMPACT | JSON_ENSURE_ASCII);
        fputc('\n', dump->out);
    } else {
        put_story(o, dump->out);
    }
    json_decref(o);
    closeup_close(c);
    story_free(&s);
    return rc;
}
