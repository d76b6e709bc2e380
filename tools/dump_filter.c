/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/dump_filter.c - the lines of a dump on their way out: --grep, and colour on a terminal. */
#include "tools/dump.h"

#include <errno.h>

#define LINE_MAX_BYTES 8192u

struct filter {
    FILE *to;
    const char *grep;
    bool colour;
    char line[LINE_MAX_BYTES];
    size_t len;
};

static const char *colour_of(const char *line)
{
    static const struct {
        const char *mark, *colour;
    } rules[] = {
        {" = -1 E", "\033[31m"}, {" signal SIG", "\033[33m"}, {" sigreturn ", "\033[33m"},
        {" abort", "\033[35m"},  {"page fault", "\033[35m"},  {" interrupt", "\033[36m"},
        {" starts at ", "\033[32m"},
    };

    for (size_t i = 0; i < ARRAY_LEN(rules); i++)
        if (strstr(line, rules[i].mark))
            return rules[i].colour;
    return NULL;
}

static void put_line(struct filter *f)
{
    const char *colour;

    f->line[f->len] = '\0';
    f->len = 0;
    if (f->grep && !strstr(f->line, f->grep))
        return;
    colour = f->colour ? colour_of(f->line) : NULL;
    fprintf(f->to, "%s%s%s", colour ? colour : "", f->line, colour ? "\033[0m" : "");
}

static ssize_t on_write(void *cookie, const char *bytes, size_t len)
{
    struct filter *f = cookie;

    for (size_t i = 0; i < len; i++) {
        if (bytes[i] == '\n' || f->len == sizeof(f->line) - 1) {
            put_line(f);
            if (bytes[i] == '\n' && (!f->grep || strstr(f->line, f->grep)))
                fputc('\n', f->to);
        }
        if (bytes[i] != '\n')
            f->line[f->len++] = bytes[i];
    }
    return ferror(f->to) ? 0 : (ssize_t)len;
}

static int on_close(void *cookie)
{
    struct filter *f = cookie;

    if (f->len)
        put_line(f);
    free(f);
    return 0;
}

FILE *dump_filter_open(FILE *to, const char *grep, bool colour)
{
    static const cookie_io_functions_t functions = {.write = on_write, .close = on_close};
    struct filter *f = calloc(1, sizeof(*f));
    FILE *out;

    if (!f)
        return NULL;
    f->to = to;
    f->grep = grep;
    f->colour = colour;
    out = fopencookie(f, "w", functions);
    if (!out)
        free(f);
    return out;
}
