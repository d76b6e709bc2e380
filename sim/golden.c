/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/golden.c - the body of a golden trace.
 *
 * Lines are collected per thread and printed thread after thread, in the order in which they
 * first ran: how threads interleave depends on instruction counts, and so on compilers. What
 * PID 1 did before it executed the program is left out.
 *
 * Page faults that are simply resolved depend on where the linker put things. A fault is kept
 * where it leads to a signal, or where it happens in a function that the header names (within:).
 */
#include "sim/golden.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "loader/fail.h"

#define LINE_LEN 900u
#define NAME_LEN 160u

struct thread_text {
    unsigned process, thread;
    struct byte_buf text;
    char held[LINE_LEN];     /* a trap whose outcome is not known yet */
    bool held_is_within;
    char last[LINE_LEN];     /* the last interrupt line: not repeated */
};

struct golden {
    const struct golden_spec *spec;
    char path[256];          /* of the program, as executed */
    bool *follows;           /* by process: belongs to the program */
    size_t processes;
    struct thread_text **thread;
    size_t threads;
    bool failed;
};

static bool follows(const struct golden *g, unsigned process)
{
    return process < g->processes && g->follows[process];
}

static void follow(struct golden *g, unsigned process)
{
    size_t want = process + 1;

    if (want > g->processes) {
        bool *grown = realloc(g->follows, want * sizeof(*grown));

        if (!grown) {
            g->failed = true;
            return;
        }
        memset(grown + g->processes, 0, (want - g->processes) * sizeof(*grown));
        g->follows = grown;
        g->processes = want;
    }
    g->follows[process] = true;
}

static struct thread_text *text_of(struct golden *g, const struct derived *d)
{
    struct thread_text *t, **grown;

    for (size_t i = 0; i < g->threads; i++)
        if (g->thread[i]->thread == d->thread)
            return g->thread[i];
    t = calloc(1, sizeof(*t));
    grown = realloc(g->thread, (g->threads + 1) * sizeof(*grown));
    if (grown)
        g->thread = grown;
    if (!t || !grown) {
        free(t);
        g->failed = true;
        return NULL;
    }
    t->process = d->process;
    t->thread = d->thread;
    g->thread[g->threads++] = t;
    return t;
}

PRINTF_LIKE(2, 3) static void put_line(struct thread_text *t, const char *fmt, ...)
{
    char line[LINE_LEN];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(line, sizeof(line) - 1, fmt, ap);
    va_end(ap);
    buf_put(&t->text, line, strlen(line));
    buf_put(&t->text, "\n", 1);
    t->last[0] = '\0';
}

/* The function's name without what compilers add to it: "f.constprop.0" is f. */
static void name_of(const struct place *place, char name[NAME_LEN])
{
    place_text(place, true, name, NAME_LEN);
    if (place->symbol && place->symbol[0] != '.')
        name[strcspn(name, ".")] = '\0';
}

static bool is_within(const struct golden_spec *spec, const char *name)
{
    for (size_t i = 0; spec->within[i]; i++)
        if (strcmp(spec->within[i], name) == 0)
            return true;
    return false;
}

static void put_interrupt(struct golden *g, struct thread_text *t, const char *name)
{
    char line[LINE_LEN];

    if (!(g->spec->keep & GOLDEN_INTERRUPTS) || !is_within(g->spec, name))
        return;
    snprintf(line, sizeof(line), "interrupt in %s", name);
    if (strcmp(line, t->last) == 0)
        return;
    put_line(t, "%s", line);
    memcpy(t->last, line, sizeof(line));
}

static void on_trap(struct golden *g, struct thread_text *t, const struct derived *d)
{
    char name[NAME_LEN];

    if (!d->trap->from_user || d->trap->kind == CPU_TRAP_SYSCALL)
        return;
    name_of(&d->at, name);
    if (d->trap->kind != CPU_TRAP_SYNC) {
        put_interrupt(g, t, name);
        return;
    }
    snprintf(t->held, sizeof(t->held), "trap %s, in %s", d->words->stable, name);
    t->held_is_within = is_within(g->spec, name);
}

/* The held trap's outcome is known: write it down or forget it. */
static void release(struct golden *g, struct thread_text *t, bool by_signal)
{
    if (t->held[0] && (by_signal || t->held_is_within) && (g->spec->keep & GOLDEN_TRAPS))
        put_line(t, "%s%s", t->held, by_signal ? "" : ": resolved");
    t->held[0] = '\0';
}

static void on_syscall(struct golden *g, struct thread_text *t, const struct derived *d)
{
    char call[LINE_LEN - 80], result[64] = "?";

    if (!(g->spec->keep & GOLDEN_SYSCALLS))
        return;
    syscall_call_text(d->call, true, call, sizeof(call));
    if (d->restarted)
        snprintf(result, sizeof(result), "? (runs again)");
    else if (d->returned)
        syscall_result_text(d->call, d->result, true, result, sizeof(result));
    put_line(t, "%s = %s", call, result);
}

static void on_signal(struct golden *g, struct thread_text *t, const struct derived *d)
{
    char handler[NAME_LEN], at[NAME_LEN], code[32] = "";

    if (!(g->spec->keep & GOLDEN_SIGNALS))
        return;
    name_of(&d->at, handler);
    name_of(&d->interrupted, at);
    if (d->frame->has_info)
        snprintf(code, sizeof(code), ", si_code %d", d->frame->info_code);
    put_line(t, "signal %s -> %s, interrupted %s%s%s", signal_name(d->signo), handler,
             d->interrupted_syscall ? "a system call in " : "", at, code);
}

static void on_event(void *ctx, const struct derived *d)
{
    struct golden *g = ctx;
    struct thread_text *t;
    char name[NAME_LEN];

    if (d->kind == DERIVED_SYSCALL && d->returned && strcmp(d->call->path, g->path) == 0 &&
        (int64_t)d->result == 0)
        follow(g, d->process);
    if (d->kind == DERIVED_START && follows(g, d->parent))
        follow(g, d->process);
    if (!follows(g, d->process) || !(t = text_of(g, d)))
        return;
    switch (d->kind) {
    case DERIVED_TRAP:
        on_trap(g, t, d);
        break;
    case DERIVED_RETURN:
        release(g, t, false);
        break;
    case DERIVED_SYSCALL:
        on_syscall(g, t, d);
        break;
    case DERIVED_SIGNAL:
        release(g, t, true);
        on_signal(g, t, d);
        break;
    case DERIVED_SIGRETURN:
        name_of(&d->at, name);
        if (g->spec->keep & GOLDEN_SIGNALS)
            put_line(t, "sigreturn -> %s", name);
        break;
    case DERIVED_START:
        break;
    }
}

static void gather(struct golden *g, struct byte_buf *out)
{
    unsigned last_process = 0, processes = 0, threads = 0;

    for (size_t i = 0; i < g->threads; i++) {
        struct thread_text *t = g->thread[i];
        char title[64];

        release(g, t, true); /* a trap that the thread did not come back from */
        if (t->process != last_process) {
            last_process = t->process;
            processes++;
            threads = 0;
        }
        threads++;
        if (threads == 1)
            snprintf(title, sizeof(title), "\nprocess %u\n", processes);
        else
            snprintf(title, sizeof(title), "\nprocess %u, thread %u\n", processes, threads);
        buf_put(out, title, strlen(title));
        buf_put(out, t->text.data, t->text.used);
        g->failed |= t->text.failed;
    }
    g->failed |= out->failed;
}

/* Threads of one process stand together, processes in the order of their first thread. */
static int compare_threads(const void *a, const void *b)
{
    const struct thread_text *x = *(struct thread_text *const *)a;
    const struct thread_text *y = *(struct thread_text *const *)b;

    if (x->process != y->process)
        return x->process < y->process ? -1 : 1;
    return x->thread < y->thread ? -1 : x->thread > y->thread;
}

int golden_derive(const struct trace *t, const struct golden_spec *spec, struct byte_buf *out,
                  struct divergence *divergence, char *err, size_t err_len)
{
    const char *slash = strrchr(spec->program, '/');
    struct golden g = {.spec = spec};
    struct derive how = {.ctx = &g, .event = on_event, .until = INSN_NONE};
    int rc;

    snprintf(g.path, sizeof(g.path), "/bin/%.200s", slash ? slash + 1 : spec->program);
    rc = derive_run(t, &how, divergence, err, err_len);
    if (rc == 0 && g.threads > 0) {
        qsort(g.thread, g.threads, sizeof(*g.thread), compare_threads);
        gather(&g, out);
    }
    if (rc == 0 && g.failed)
        rc = loader_fail(err, err_len, -ENOMEM, "out of memory");
    for (size_t i = 0; i < g.threads; i++) {
        buf_free(&g.thread[i]->text);
        free(g.thread[i]);
    }
    free(g.thread);
    free(g.follows);
    return rc;
}
