/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/export/folded.c - folded call stacks, as flamegraph.pl, inferno and speedscope read them.
 *
 * Stacks are looked at each so many instructions, at the same numbers in every replay: the
 * result is exact for these and the same every time. Kernel and programs are unwound by their
 * own frame information; shared libraries are not known by their address, and stay numbers.
 */
#include <errno.h>
#include <stdio.h>

#include "loader/fail.h"
#include "sim/export/export.h"
#include "sim/unwind.h"

#define DEPTH_MAX 64u
#define LINE_LEN  4096u

struct loaded {
    const struct program *program; /* NULL: the kernel */
    vaddr_t base;
    struct unwinder *unwinder;     /* NULL: could not be had */
    struct loaded *next;
};

struct line {
    char *text;
    uint64_t count;
};

struct folder {
    const struct trace *trace;
    struct export_run *run;
    insn_t period;
    struct loaded *loaded;
    struct line *line;
    size_t lines, room;
    bool failed;
};

static struct unwinder *unwinder_for(struct folder *f, const struct program *program, vaddr_t base)
{
    const struct machine *m = &f->trace->machine;
    struct loaded *l;

    for (l = f->loaded; l; l = l->next)
        if (l->program == program && l->base == base)
            return l->unwinder;
    l = calloc(1, sizeof(*l));
    if (!l) {
        f->failed = true;
        return NULL;
    }
    l->program = program;
    l->base = base;
    if (unwinder_open(program ? program->elf : m->kernel.data,
                      program ? program->elf_bytes : m->kernel.bytes, base, m->arch,
                      &l->unwinder) != 0)
        l->unwinder = NULL;
    l->next = f->loaded;
    f->loaded = l;
    return l->unwinder;
}

static void add(struct folder *f, const char *text)
{
    for (size_t i = f->lines; i-- > 0;) {
        if (strcmp(f->line[i].text, text) != 0)
            continue;
        f->line[i].count += f->period;
        return;
    }
    if (f->lines == f->room) {
        size_t room = f->room ? 2 * f->room : 256;
        struct line *p = realloc(f->line, room * sizeof(*p));

        if (!p) {
            f->failed = true;
            return;
        }
        f->line = p;
        f->room = room;
    }
    f->line[f->lines] = (struct line){strdup(text), f->period};
    f->failed |= !f->line[f->lines].text;
    f->lines += f->line[f->lines].text != NULL;
}

/* ";" and blanks part frames and counts. */
static void clean(char *text)
{
    for (; *text; text++)
        if (*text == ';' || *text == ' ')
            *text = '_';
}

/* A frame's name; false for another one without a symbol in the program that called. */
static bool frame_text(const struct derived_sample *s, vaddr_t va, const char *caller, char *text,
                       size_t len)
{
    const struct code_map *m = s->maps ? code_maps_find(s->maps, va) : NULL;
    struct place p = m ? places_find(s->places, m->file, m->base, va)
                       : places_find(s->places, s->program, s->base, va);

    snprintf(text, len, "%s", p.symbol ? p.symbol : p.module ? p.module : "[unknown]");
    clean(text);
    return p.symbol || strcmp(text, caller) != 0;
}

static void on_sample(void *ctx, const struct derived_sample *s)
{
    struct folder *f = ctx;
    vaddr_t pc[DEPTH_MAX];
    char line[LINE_LEN], name[160], caller[160] = "";
    struct unwinder *u;
    bool kernel = cpu_pc(s->cpu) >> 63;
    size_t count = 1, used;

    pc[0] = cpu_pc(s->cpu);
    if (kernel)
        u = unwinder_for(f, NULL, 0);
    else
        u = s->program && s->program->elf ? unwinder_for(f, s->program, s->base) : NULL;
    if (u)
        count = unwind(u, s->cpu, pc, DEPTH_MAX);
    snprintf(name, sizeof(name), "%s", s->program ? s->program->name : "[boot]");
    clean(name);
    used = (size_t)snprintf(line, sizeof(line), "%s%s", name, kernel ? ";[kernel]" : "");
    while (count-- > 0 && used < sizeof(line) - sizeof(name)) { /* callers: at their calls */
        if (frame_text(s, pc[count] - (count > 0), caller, name, sizeof(name)))
            used += (size_t)snprintf(line + used, sizeof(line) - used, ";%s", name);
        memcpy(caller, name, sizeof(caller));
    }
    if (!f->failed)
        add(f, line);
}

static void on_event(void *ctx, const struct derived *d)
{
    (void)ctx;
    (void)d;
}

static void on_tick(void *ctx, struct sim *sim)
{
    struct folder *f = ctx;

    if (f->run->tick)
        f->run->tick(f->run->ctx, sim);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(((const struct line *)a)->text, ((const struct line *)b)->text);
}

static void folder_free(struct folder *f)
{
    while (f->loaded) {
        struct loaded *l = f->loaded;

        f->loaded = l->next;
        unwinder_close(l->unwinder);
        free(l);
    }
    for (size_t i = 0; i < f->lines; i++)
        free(f->line[i].text);
    free(f->line);
}

int export_folded(const struct trace *t, insn_t period, struct export_run *run, FILE *out)
{
    struct folder f = {.trace = t, .run = run, .period = period};
    struct derive how = {.ctx = &f, .event = on_event, .tick = on_tick, .until = INSN_NONE,
                         .sample_every = period, .sample = on_sample};
    int rc = derive_run(t, &how, &run->divergence, run->err, sizeof(run->err));

    if (rc == 0 && f.failed)
        rc = loader_fail(run->err, sizeof(run->err), -ENOMEM, "out of memory");
    if (rc == 0) {
        qsort(f.line, f.lines, sizeof(*f.line), by_text);
        for (size_t i = 0; i < f.lines; i++)
            fprintf(out, "%s %llu\n", f.line[i].text, (unsigned long long)f.line[i].count);
    }
    folder_free(&f);
    return rc;
}
