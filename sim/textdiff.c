/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/textdiff.c - unified diffs.
 *
 * Equal heads and tails are set aside; between them the longest common subsequence by the
 * textbook's table. Where that table would be too large, all lines between count as replaced.
 */
#include "sim/textdiff.h"

#include <errno.h>
#include <stdio.h>

#define CONTEXT     3u
#define TABLE_MAX   (16u << 20)

struct lines {
    const char **at; /* count + 1 */
    size_t count;
};

/* One step of the way from a to b: ' ' keeps, '-' drops, '+' adds. */
struct script {
    char *op;
    size_t count;
};

static int split(const struct text *t, struct lines *l)
{
    const char *end = t->bytes + t->len;

    l->count = 0;
    for (const char *p = t->bytes; p < end; p++)
        l->count += *p == '\n' || p + 1 == end;
    l->at = malloc((l->count + 1) * sizeof(*l->at));
    if (!l->at)
        return -ENOMEM;
    l->at[0] = t->bytes;
    for (size_t i = 0; i < l->count; i++) {
        const char *nl = memchr(l->at[i], '\n', (size_t)(end - l->at[i]));

        l->at[i + 1] = nl ? nl + 1 : end;
    }
    return 0;
}

static bool same(const struct lines *a, size_t i, const struct lines *b, size_t j)
{
    size_t x = (size_t)(a->at[i + 1] - a->at[i]), y = (size_t)(b->at[j + 1] - b->at[j]);

    return x == y && memcmp(a->at[i], b->at[j], x) == 0;
}

static void push(struct script *s, char op, size_t times)
{
    memset(s->op + s->count, op, times);
    s->count += times;
}

/* Lines [i, n) of a against [j, m) of b, by the table of suffix lengths. */
static int middle(const struct lines *a, size_t i, size_t n, const struct lines *b, size_t j,
                  size_t m, struct script *s)
{
    size_t rows = n - i, columns = m - j, width = columns + 1;
    uint32_t *len = NULL;

    if (rows > 0 && columns > 0 && (rows + 1) * width <= TABLE_MAX)
        len = calloc((rows + 1) * width, sizeof(*len));
    if (!len) {
        push(s, '-', rows);
        push(s, '+', columns);
        return 0;
    }
    for (size_t r = rows; r-- > 0;)
        for (size_t c = columns; c-- > 0;) {
            uint32_t down = len[(r + 1) * width + c], right = len[r * width + c + 1];

            len[r * width + c] = same(a, i + r, b, j + c) ? len[(r + 1) * width + c + 1] + 1
                                 : down > right           ? down
                                                          : right;
        }
    for (size_t r = 0, c = 0; r < rows || c < columns;) {
        if (r < rows && c < columns && same(a, i + r, b, j + c)) {
            push(s, ' ', 1);
            r++;
            c++;
        } else if (r < rows &&
                   (c == columns || len[(r + 1) * width + c] >= len[r * width + c + 1])) {
            push(s, '-', 1);
            r++;
        } else {
            push(s, '+', 1);
            c++;
        }
    }
    free(len);
    return 0;
}

static int compare(const struct lines *a, const struct lines *b, struct script *s)
{
    size_t head = 0, tail = 0, least = a->count < b->count ? a->count : b->count;
    int rc;

    s->op = malloc(a->count + b->count + 1);
    if (!s->op)
        return -ENOMEM;
    while (head < least && same(a, head, b, head))
        head++;
    while (tail < least - head && same(a, a->count - tail - 1, b, b->count - tail - 1))
        tail++;
    push(s, ' ', head);
    rc = middle(a, head, a->count - tail, b, head, b->count - tail, s);
    push(s, ' ', tail);
    return rc;
}

static void put_text(struct byte_buf *out, const char *text)
{
    buf_put(out, text, strlen(text));
}

static void put_line(struct byte_buf *out, char op, const struct lines *l, size_t i)
{
    size_t len = (size_t)(l->at[i + 1] - l->at[i]);

    buf_put(out, &op, 1);
    buf_put(out, l->at[i], len);
    if (len == 0 || l->at[i][len - 1] != '\n')
        put_text(out, "\n\\ No newline at end of file\n");
}

/* The end of the hunk with a change at `from`: changes closer than two contexts join. */
static size_t hunk_end(const struct script *s, size_t from)
{
    size_t last = from;

    for (size_t i = from; i < s->count && i <= last + 2 * CONTEXT + 1; i++)
        if (s->op[i] != ' ')
            last = i;
    return last + CONTEXT + 1 < s->count ? last + CONTEXT + 1 : s->count;
}

static void put_hunks(const struct lines *a, const struct lines *b, const struct script *s,
                      struct byte_buf *out)
{
    size_t x = 0, y = 0, at = 0;

    while (at < s->count) {
        size_t change = at, start, end, drops = 0, adds = 0;
        char title[96];

        while (change < s->count && s->op[change] == ' ')
            change++;
        if (change == s->count)
            return;
        start = change - at > CONTEXT ? change - CONTEXT : at;
        end = hunk_end(s, change);
        x += start - at;
        y += start - at;
        for (size_t i = start; i < end; i++) {
            drops += s->op[i] != '+';
            adds += s->op[i] != '-';
        }
        snprintf(title, sizeof(title), "@@ -%zu,%zu +%zu,%zu @@\n", drops ? x + 1 : x, drops,
                 adds ? y + 1 : y, adds);
        put_text(out, title);
        for (at = start; at < end; at++) {
            if (s->op[at] == '+')
                put_line(out, '+', b, y++);
            else
                put_line(out, s->op[at], a, x++);
            y += s->op[at] == ' ';
        }
    }
}

int textdiff_unified(const struct text *a, const struct text *b, struct byte_buf *out)
{
    struct lines la = {0}, lb = {0};
    struct script s = {0};
    int rc = split(a, &la);

    if (rc == 0)
        rc = split(b, &lb);
    if (rc == 0)
        rc = compare(&la, &lb, &s);
    if (rc == 0 && memchr(s.op, '-', s.count) == NULL && memchr(s.op, '+', s.count) == NULL) {
        free(la.at);
        free(lb.at);
        free(s.op);
        return 0;
    }
    if (rc == 0) {
        put_text(out, "--- ");
        put_text(out, a->name);
        put_text(out, "\n+++ ");
        put_text(out, b->name);
        put_text(out, "\n");
        put_hunks(&la, &lb, &s, out);
    }
    free(la.at);
    free(lb.at);
    free(s.op);
    return rc == 0 && out->failed ? -ENOMEM : rc;
}
