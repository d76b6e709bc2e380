/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tools/explore_coverage.c - points of injection by function and source line.
 *
 * A new kind of coverage: not which instruction ran, but at which one something happened.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loader/array.h"
#include "tools/explore.h"

/* Of one instruction's points those of all kinds and times. */
struct row {
    char function[80]; /* without the offset */
    char file[96];
    int line;
    vaddr_t pc;
    uint64_t points, failed;
};

struct cover {
    struct row *row;
    size_t count, room;
    bool failed;
};

struct cover *cover_new(void)
{
    return calloc(1, sizeof(struct cover));
}

void cover_free(struct cover *c)
{
    if (c)
        free(c->row);
    free(c);
}

void cover_add(struct cover *c, const struct result_line *line)
{
    struct row *last = c->count > 0 ? &c->row[c->count - 1] : NULL, *r;

    if (!line->kind[0] || line->impossible)
        return;
    if (!last || last->pc != line->pc) {
        struct row *grown = array_room(c->row, c->count, &c->room, sizeof(*grown));

        c->failed |= !grown;
        if (!grown)
            return;
        c->row = grown;
        last = &c->row[c->count++];
        *last = (struct row){.pc = line->pc, .line = line->line};
        snprintf(last->function, sizeof(last->function), "%.*s",
                 (int)strcspn(line->where, "+"), line->where);
        snprintf(last->file, sizeof(last->file), "%s", line->file);
    }
    r = last;
    r->points++;
    r->failed += line->failure != EXPLORE_HOLDS;
}

static int by_function(const void *pa, const void *pb)
{
    const struct row *a = pa, *b = pb;
    int order = strcmp(a->function, b->function);

    return order ? order : a->pc < b->pc ? -1 : a->pc > b->pc;
}

static int by_line(const void *pa, const void *pb)
{
    const struct row *a = pa, *b = pb;
    int order = strcmp(a->file, b->file);

    return order ? order : a->line < b->line ? -1 : a->line > b->line;
}

struct sum {
    const struct row *first;
    uint64_t insns, points, failed;
};

/* What begins at `i` and is of one function; the index behind it. */
static size_t sum_function(const struct cover *c, size_t i, struct sum *sum)
{
    vaddr_t pc = 0;

    *sum = (struct sum){.first = &c->row[i]};
    for (; i < c->count && strcmp(c->row[i].function, sum->first->function) == 0; i++) {
        sum->insns += c->row[i].pc != pc;
        pc = c->row[i].pc;
        sum->points += c->row[i].points;
        sum->failed += c->row[i].failed;
    }
    return i;
}

static void sort(const struct cover *c, int (*order)(const void *a, const void *b))
{
    if (c->count > 0)
        qsort(c->row, c->count, sizeof(*c->row), order);
}

void cover_print(const struct cover *c)
{
    struct sum sum;

    sort(c, by_function);
    printf("\n%-48s %12s %10s %10s\n", "function", "instructions", "points", "fail");
    for (size_t i = 0; i < c->count;) {
        i = sum_function(c, i, &sum);
        printf("%-48s %12llu %10llu %10llu\n", sum.first->function,
               (unsigned long long)sum.insns, (unsigned long long)sum.points,
               (unsigned long long)sum.failed);
    }
}

json_t *cover_json(const struct cover *c)
{
    json_t *list = json_array();
    struct sum sum;

    sort(c, by_function);
    for (size_t i = 0; i < c->count;) {
        i = sum_function(c, i, &sum);
        json_array_append_new(list, json_pack("{s:s, s:I, s:I, s:I}", "function",
                                              sum.first->function, "instructions",
                                              (json_int_t)sum.insns, "points",
                                              (json_int_t)sum.points, "fail",
                                              (json_int_t)sum.failed));
    }
    return list;
}

/* The functions of rows `i` to `end`, each at its first line with all its points. */
static void put_functions(const struct cover *c, size_t i, size_t end, FILE *f)
{
    for (size_t first = i; i < end; i++) {
        const char *name = c->row[i].function;
        uint64_t points = 0;
        size_t before = first;

        while (before < i && strcmp(c->row[before].function, name) != 0)
            before++;
        if (before < i)
            continue;
        for (size_t k = i; k < end; k++)
            points += strcmp(c->row[k].function, name) == 0 ? c->row[k].points : 0;
        fprintf(f, "FN:%d,%s\nFNDA:%llu,%s\n", c->row[i].line, name, (unsigned long long)points,
                name);
    }
}

/* One source file from `i` on; the index behind it. Lines and functions count points. */
static size_t put_file(const struct cover *c, size_t i, FILE *f)
{
    const char *file = c->row[i].file;
    size_t end = i;
    unsigned lines = 0;

    while (end < c->count && strcmp(c->row[end].file, file) == 0)
        end++;
    fprintf(f, "TN:\nSF:%s\n", file);
    put_functions(c, i, end, f);
    while (i < end) {
        int line = c->row[i].line;
        uint64_t points = 0;

        for (; i < end && c->row[i].line == line; i++)
            points += c->row[i].points;
        fprintf(f, "DA:%d,%llu\n", line, (unsigned long long)points);
        lines++;
    }
    fprintf(f, "LF:%u\nLH:%u\nend_of_record\n", lines, lines);
    return end;
}

int cover_lcov(const struct cover *c, FILE *f)
{
    sort(c, by_line);
    for (size_t i = 0; i < c->count;) {
        if (c->row[i].file[0])
            i = put_file(c, i, f);
        else
            i++;
    }
    return c->failed ? complain(EXIT_GUEST, "out of memory for what was covered") : EXIT_OK;
}
