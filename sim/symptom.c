/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/symptom.c - what the console says of a failure, and how two symptoms are compared; see
 * symptom.h.
 *
 * A line is compared by its text without numbers, blanks laid together. Which lines the undisturbed
 * run has is asked of a sorted list of their hashes.
 */
#include "sim/symptom_private.h"

#include <ctype.h>
#include <xxhash.h>

#define LINE_LEN (SYMPTOM_LEN - 32)

/* ---- text without numbers ---- */

/* Is this digit part of a name, or the number of a line? `c` is where its word or number begins. */
static bool keeps_digits(const char *text, const char *c)
{
    const char *dot = c;

    if (isalpha((unsigned char)*c) || *c == '_')
        return true;
    if (c - text >= 5 && strncmp(c - 5, "line ", 5) == 0)
        return true;
    if (c == text || c[-1] != ':')
        return false;
    if (c[0] == '0' && c[1] == 'x') /* a place without a symbol */
        return true;
    for (dot--; dot > text && isalpha((unsigned char)dot[-1]); dot--)
        ;
    return dot > text && dot[-1] == '.' && dot[0] != ':';
}

void symptom_put_what(const char *text, char *what, size_t len)
{
    size_t used = 0;

    for (const char *c = text; *c && used + 1 < len;) {
        const char *end = c;

        while (isalnum((unsigned char)*end) || *end == '_')
            end++;
        if (end == c) {
            if (!(isspace((unsigned char)*c) && used > 0 && what[used - 1] == ' '))
                what[used++] = isspace((unsigned char)*c) ? ' ' : *c;
            c++;
        } else if (keeps_digits(text, c)) {
            while (c < end && used + 1 < len)
                what[used++] = *c++;
        } else {
            if (used > 1 && what[used - 1] == '+') /* an offset in a function; 0 is not written */
                used--;
            else
                what[used++] = '#';
            c = end;
        }
    }
    what[used] = '\0';
}

/* ---- lines ---- */

struct line {
    const char *text;
    size_t len;
};

static bool next_line(const char **rest, struct line *line)
{
    const char *end;

    if (**rest == '\0')
        return false;
    end = strchr(*rest, '\n');
    line->text = *rest;
    line->len = end ? (size_t)(end - *rest) : strlen(*rest);
    *rest += line->len + (end != NULL);
    while (line->len > 0 && line->text[line->len - 1] == '\r')
        line->len--;
    return true;
}

static void copy_line(const struct line *line, char *text, size_t len)
{
    snprintf(text, len, "%.*s", (int)line->len, line->text);
}

static uint64_t line_hash(const struct line *line)
{
    char text[LINE_LEN], what[LINE_LEN];

    copy_line(line, text, sizeof(text));
    symptom_put_what(text, what, sizeof(what));
    return XXH3_64bits(what, strlen(what));
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* The first line of `text` that `other` has not; false: it has all, or there is no memory. */
static bool first_missing(const char *text, const char *other, struct line *line)
{
    struct byte_buf hashes = {0};
    bool found = false;

    while (next_line(&other, line)) {
        uint64_t hash = line_hash(line);

        buf_put(&hashes, &hash, sizeof(hash));
    }
    if (hashes.used > 0)
        qsort(hashes.data, hashes.used / sizeof(uint64_t), sizeof(uint64_t), by_value);
    while (!hashes.failed && !found && next_line(&text, line)) {
        uint64_t hash = line_hash(line);

        found = line->len > 0 && (hashes.used == 0 ||
                                  !bsearch(&hash, hashes.data, hashes.used / sizeof(hash),
                                           sizeof(hash), by_value));
    }
    buf_free(&hashes);
    return found;
}

/* The first line of `text` that is not the same in `other`, number by number. */
static bool first_other(const char *text, const char *other, struct line *line)
{
    struct line there;

    while (next_line(&text, line))
        if (!next_line(&other, &there) || line->len != there.len ||
            memcmp(line->text, there.text, line->len) != 0)
            return true;
    return false;
}

void symptom_say(struct symptom *s, const char *head, const char *words)
{
    snprintf(s->text, sizeof(s->text), "%s%.*s", head, (int)LINE_LEN, words);
    symptom_put_what(s->text, s->what, sizeof(s->what));
}

static void say_line(struct symptom *s, const char *head, const struct line *line)
{
    char text[LINE_LEN];

    copy_line(line, text, sizeof(text));
    symptom_say(s, head, text);
}

/* ---- console ---- */

static void say_output(const char *good, const char *text, struct symptom *out)
{
    struct line line;

    if (first_missing(text, good, &line))
        say_line(out, "a new line: ", &line);
    else if (first_missing(good, text, &line))
        say_line(out, "a line is missing: ", &line);
    else if (first_other(text, good, &line))
        say_line(out, "a line in another place: ", &line);
}

static void say_match(const char *text, const regex_t *pattern, struct symptom *out)
{
    char copy[LINE_LEN];
    struct line line;

    while (next_line(&text, &line)) {
        copy_line(&line, copy, sizeof(copy));
        if (regexec(pattern, copy, 0, NULL, 0) == 0) {
            symptom_say(out, "the console shows: ", copy);
            out->what[0] = '\0'; /* the pattern says what counts */
            return;
        }
    }
}

void symptom_of_console(enum explore_failure failure, const struct explore_rules *rules,
                        const struct explore_result *undisturbed, const struct explore_result *r,
                        struct symptom *out)
{
    const char *text = (const char *)r->console.data;

    memset(out, 0, sizeof(*out));
    out->failure = failure;
    out->status = failure == EXPLORE_STATUS ? r->end.status : 0;
    out->output = r->console_hash;
    if (failure == EXPLORE_CONSOLE)
        say_match(text, rules->pattern, out);
    else
        say_output((const char *)undisturbed->console.data, text, out);
}

void symptom_of_text(enum explore_failure failure, int status, const char *text,
                     struct symptom *out)
{
    memset(out, 0, sizeof(*out));
    out->failure = failure;
    out->status = status;
    snprintf(out->text, sizeof(out->text), "%s", text);
    if (failure != EXPLORE_CONSOLE)
        symptom_put_what(out->text, out->what, sizeof(out->what));
}

/* Our kernel's word stands alone on its line, and the reason on the next. */
bool symptom_panic_line(const char *text, char *words, size_t len)
{
    struct line line;

    while (next_line(&text, &line)) {
        copy_line(&line, words, len);
        if (strstr(words, "Kernel panic"))
            return true;
        if (strstr(words, "kernel: panic")) {
            if (next_line(&text, &line))
                copy_line(&line, words, len);
            return true;
        }
    }
    return false;
}

bool symptom_same(const struct symptom *is, const struct symptom *wanted,
                  enum symptom_level level)
{
    if (is->failure != wanted->failure || is->status != wanted->status)
        return false;
    if (level == SYMPTOM_KIND)
        return true;
    if (level == SYMPTOM_EXACT)
        return strcmp(is->text, wanted->text) == 0 && is->output == wanted->output;
    return wanted->what[0] == '\0' || strcmp(is->what, wanted->what) == 0;
}
