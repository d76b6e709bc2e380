/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/export/lcov.c - coverage as lcov's tracefile (geninfo(1), FILES).
 *
 * A line ran as often as the instruction of it that ran most; a line of several functions or
 * copies (inlining) likewise. A branch record stands for one conditional branch instruction:
 * block is its place among those of the line, branch 0 is falling through, 1 the jump.
 */
#include <errno.h>
#include <stdio.h>

#include "loader/fail.h"
#include "sim/export/coverage.h"

struct line_row {
    const char *file;
    int line;
    vaddr_t va, end;
};

struct function_row {
    const char *file;
    const char *name;
    int line;
    vaddr_t va;
};

struct lister {
    struct coverage *c;
    uint64_t *ran;           /* by slot */
    struct line_row *row;
    size_t rows, row_room;
    struct function_row *function;
    size_t functions, function_room;
    bool failed;
};

/* ---- what there is ---- */

static void on_row(void *ctx, vaddr_t va, vaddr_t end, const char *file, int line)
{
    struct lister *l = ctx;

    if (l->rows == l->row_room) {
        size_t room = l->row_room ? 2 * l->row_room : 4096;
        struct line_row *p = realloc(l->row, room * sizeof(*p));

        if (!p) {
            l->failed = true;
            return;
        }
        l->row = p;
        l->row_room = room;
    }
    l->row[l->rows++] = (struct line_row){file, line, va, end};
}

/* Two NOPs (-fpatchable-function-entry) of arm64 Linux's cold and init functions have no line. */
#define NO_LINE_BYTES 8u

static void on_function(void *ctx, const char *name, vaddr_t va, uint64_t bytes)
{
    struct lister *l = ctx;
    const char *file;
    int line;

    if (bytes == 0 || coverage_slot(l->c, va) == l->c->slots ||
        (symbols_line(l->c->symbols, va, &file, &line) != 0 &&
         (bytes <= NO_LINE_BYTES ||
          symbols_line(l->c->symbols, va + NO_LINE_BYTES, &file, &line) != 0)))
        return;
    if (l->functions == l->function_room) {
        size_t room = l->function_room ? 2 * l->function_room : 1024;
        struct function_row *p = realloc(l->function, room * sizeof(*p));

        if (!p) {
            l->failed = true;
            return;
        }
        l->function = p;
        l->function_room = room;
    }
    l->function[l->functions++] = (struct function_row){file, name, line, va};
}

static int by_line(const void *pa, const void *pb)
{
    const struct line_row *a = pa, *b = pb;
    int order = strcmp(a->file, b->file);

    if (order == 0)
        order = a->line < b->line ? -1 : a->line > b->line;
    if (order == 0)
        order = a->va < b->va ? -1 : a->va > b->va;
    return order;
}

static int by_file(const void *pa, const void *pb)
{
    const struct function_row *a = pa, *b = pb;
    int order = strcmp(a->file, b->file);

    if (order == 0)
        order = a->line < b->line ? -1 : a->line > b->line;
    return order ? order : strcmp(a->name, b->name);
}

/* ---- code ---- */

static bool is_conditional(enum arch arch, const cs_insn *insn)
{
    if (arch == ARCH_ARM64) {
        const cs_arm64 *d = &insn->detail->arm64;

        return insn->id == ARM64_INS_CBZ || insn->id == ARM64_INS_CBNZ ||
               insn->id == ARM64_INS_TBZ || insn->id == ARM64_INS_TBNZ ||
               (insn->id == ARM64_INS_B && d->cc != ARM64_CC_INVALID && d->cc != ARM64_CC_AL);
    }
    for (unsigned i = 0; i < insn->detail->groups_count; i++)
        if (insn->detail->groups[i] == CS_GRP_JUMP)
            return insn->id != X86_INS_JMP && insn->id != X86_INS_LJMP;
    return false;
}

static uint64_t ran_at(const struct lister *l, vaddr_t va)
{
    return l->ran[coverage_slot(l->c, va)];
}

struct tally {
    unsigned found, hit;
};

/* The branches of one stretch of a line; `block` counts those of the line. */
static void put_branches(struct lister *l, const struct line_row *r, unsigned *block,
                         struct tally *t, FILE *out)
{
    struct coverage *c = l->c;
    size_t left = 0;
    const uint8_t *code = coverage_code(c, r->va, &left);
    cs_insn *insn = c->insn;
    uint64_t va = r->va;

    while (code && va < r->end && cs_disasm_iter(c->cs, &code, &left, &va, insn)) {
        uint64_t ran = ran_at(l, insn->address), fell;

        if (!is_conditional(c->arch, insn))
            continue;
        fell = c->falls[coverage_slot(c, va)];
        fell = fell < ran ? fell : ran;
        t->found += 2;
        t->hit += (fell > 0) + (ran - fell > 0);
        for (unsigned way = 0; way < 2; way++) {
            fprintf(out, "BRDA:%d,%u,%u,", r->line, *block, way);
            if (ran)
                fprintf(out, "%llu\n", (unsigned long long)(way ? ran - fell : fell));
            else
                fputs("-\n", out);
        }
        (*block)++;
    }
}

/* ---- the file ---- */

static void put_functions(const struct lister *l, const char *file, FILE *out)
{
    struct tally t = {0};
    const struct function_row *f = l->function, *end = f + l->functions;

    for (; f < end; f++) {
        if (strcmp(f->file, file) != 0)
            continue;
        fprintf(out, "FN:%d,%s\n", f->line, f->name);
        fprintf(out, "FNDA:%llu,%s\n", (unsigned long long)ran_at(l, f->va), f->name);
        t.found++;
        t.hit += ran_at(l, f->va) > 0;
    }
    fprintf(out, "FNF:%u\nFNH:%u\n", t.found, t.hit);
}

static void put_file(struct lister *l, size_t from, size_t to, FILE *out)
{
    struct tally lines = {0}, branches = {0};
    unsigned block = 0;

    fprintf(out, "TN:\nSF:%s\n", l->row[from].file);
    put_functions(l, l->row[from].file, out);
    for (size_t i = from; i < to; i++) {
        if (i > from && l->row[i].line != l->row[i - 1].line)
            block = 0;
        if (i > from && l->row[i].va == l->row[i - 1].va)
            continue;
        put_branches(l, &l->row[i], &block, &branches, out);
    }
    fprintf(out, "BRF:%u\nBRH:%u\n", branches.found, branches.hit);
    for (size_t i = from; i < to;) {
        int line = l->row[i].line;
        uint64_t most = 0;

        for (; i < to && l->row[i].line == line; i++)
            if (ran_at(l, l->row[i].va) > most)
                most = ran_at(l, l->row[i].va);
        fprintf(out, "DA:%d,%llu\n", line, (unsigned long long)most);
        lines.found++;
        lines.hit += most > 0;
    }
    fprintf(out, "LF:%u\nLH:%u\nend_of_record\n", lines.found, lines.hit);
}

static bool add_up(struct lister *l)
{
    struct coverage *c = l->c;
    uint64_t ran = 0;

    l->ran = calloc(c->slots + 1, sizeof(*l->ran)); /* the last: for what is no code */
    if (!l->ran)
        return false;
    for (size_t i = 0; i < c->slots; i++) {
        ran += c->begins[i] - c->ends[i];
        l->ran[i] = ran;
    }
    return true;
}

int coverage_write(struct coverage *c, FILE *out, char *err, size_t err_len)
{
    struct lister l = {.c = c};
    int rc = 0;

    if (!c->kernel)
        return loader_fail(err, err_len, -EINVAL, "there is no trace to take coverage from");
    l.failed = !add_up(&l) || symbols_each_line(c->symbols, on_row, &l) != 0;
    symbols_each(c->symbols, on_function, &l);
    if (l.failed) {
        rc = loader_fail(err, err_len, -ENOMEM, "out of memory");
    } else {
        qsort(l.row, l.rows, sizeof(*l.row), by_line);
        qsort(l.function, l.functions, sizeof(*l.function), by_file);
        for (size_t from = 0, to = 0; from < l.rows; from = to) {
            while (to < l.rows && strcmp(l.row[to].file, l.row[from].file) == 0)
                to++;
            put_file(&l, from, to, out);
        }
    }
    free(l.ran);
    free(l.row);
    free(l.function);
    return rc;
}
