/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tools/minimize_note.c - the summary that goes into a minimal trace: what failed, by which events,
 * where these lie, why (bisect beside the undisturbed run), and how to look.
 */
#include "tools/minimize.h"

#include <errno.h>
#include <unistd.h>

#include "sim/check/check.h"
#include "sim/who.h"
#include "tools/bisect_text.h"

#define FINDINGS_MAX 5u

struct noting {
    struct minimizing *s;
    struct trace *least, *good;
    FILE *out;
    char err[ERR_LEN];
};

static void put_machine(struct noting *n)
{
    const struct machine *m = &n->s->machine;

    fprintf(n->out, "machine  %s, %llu MiB", arch_name(m->arch),
            (unsigned long long)(m->ram_bytes >> 20));
    for (char **a = m->argv; a && *a; a++)
        fprintf(n->out, "%s %s", a == m->argv ? ";" : "", *a);
    fputc('\n', n->out);
}

/* "   at N  place, code" of the instruction that is next at `at`. */
static int put_place(struct noting *n, struct who *w, insn_t at)
{
    struct who_link *link = calloc(1, sizeof(*link));
    int rc = link ? who_describe(w, at, link) : -ENOMEM;

    if (rc == 0)
        fprintf(n->out, "           before %s  %s%s%s\n", link->where, link->code,
                link->source[0] ? "  " : "", link->source);
    free(link);
    return rc;
}

static int put_delays(struct noting *n, struct who *w)
{
    const struct trace *t = n->least;
    int rc = 0;

    for (size_t i = 0; i < t->delay_count && rc == 0; i++) {
        if (t->delays[i].delay == 0)
            continue;
        fprintf(n->out, "  %12llu  the timer deadline armed here, number %zu, comes %.3f us late\n",
                (unsigned long long)t->delays[i].n, i,
                (double)t->delays[i].delay * 1e6 / (double)t->machine.hz);
        rc = put_place(n, w, t->delays[i].n);
    }
    return rc;
}

static void put_console(struct noting *n, const struct trace_stop *stop)
{
    fprintf(n->out, "  %12llu  console input, %u bytes: \"", (unsigned long long)stop->n,
            stop->console.len);
    for (unsigned i = 0; i < stop->console.len && i < 40; i++) {
        uint8_t c = stop->console.bytes[i];

        if (c >= ' ' && c < 127 && c != '"' && c != '\\')
            fputc(c, n->out);
        else
            fprintf(n->out, "\\x%02x", c);
    }
    fputs("\"\n", n->out);
}

static int put_events(struct noting *n, struct who *w)
{
    const struct trace *t = n->least;
    char text[120];
    int rc;

    fprintf(n->out, "events   %zu of %zu, found in %llu runs\n", minimize_events(&n->s->least),
            minimize_events(&n->s->full), (unsigned long long)n->s->runs);
    rc = put_delays(n, w);
    for (size_t i = 0; i < t->stop_count && rc == 0; i++) {
        const struct trace_stop *stop = &t->stops[i];

        if (stop->kind == TRACE_STOP_CONSOLE)
            put_console(n, stop);
        if (stop->kind != TRACE_STOP_INJECT)
            continue;
        inject_text(&stop->inject, text, sizeof(text));
        fprintf(n->out, "  %12llu  injected %s: %s\n", (unsigned long long)stop->n,
                inject_names[stop->inject.kind], text);
        rc = put_place(n, w, stop->n);
    }
    return rc;
}

static int put_all_events(struct noting *n)
{
    struct places *places = places_create(&n->least->machine);
    struct timeline *timeline = NULL;
    struct who *w = NULL;
    int rc = places ? timeline_open(n->least, &timeline, n->err, sizeof(n->err)) : -ENOMEM;

    if (rc == 0)
        rc = who_open(timeline, places, &n->least->machine, &w);
    if (rc == 0) {
        rc = put_events(n, w);
        if (rc != 0)
            snprintf(n->err, sizeof(n->err), "%s", timeline_error(timeline));
    }
    who_close(w);
    timeline_close(timeline);
    places_destroy(places);
    return rc;
}

static int put_cause(struct noting *n)
{
    struct bisect *b = calloc(1, sizeof(*b));
    int rc = b ? bisect_find(n->good, n->least, b, n->err, sizeof(n->err)) : -ENOMEM;

    if (rc == 0) {
        fprintf(n->out, "\nbeside the undisturbed run (good)\n");
        (void)bisect_text(n->out, b);
    }
    free(b);
    return rc;
}

static void put_finding(void *ctx, const struct finding *f)
{
    struct noting *n = ctx;
    const struct check_blame *b = &f->culprit;

    fprintf(n->out, "  %12llu  %s: %s; at %s\n", (unsigned long long)f->trap_n,
            check_names[f->check], f->what, f->place);
    if (b->known)
        fprintf(n->out, "           by %s  %s%s%s\n", b->where, b->code, b->source[0] ? "  " : "",
                b->source);
}

/* The failure is a check's: what it says. */
static int put_findings(struct noting *n)
{
    struct check how = {.kinds = n->s->rules.checks, .findings_max = FINDINGS_MAX, .ctx = n,
                        .found = put_finding};
    struct divergence divergence;
    size_t count;
    int rc;

    fprintf(n->out, "findings\n");
    rc = check_run(n->least, &how, &count, &divergence, n->err, sizeof(n->err));
    if (rc == -EILSEQ)
        snprintf(n->err, sizeof(n->err), "%s", divergence.what);
    return rc;
}

static int put_all(struct noting *n)
{
    struct minimizing *s = n->s;
    const char *name = strrchr(s->out, '/');
    char text[96], options[640];
    struct shell_word word;
    int rc;

    minimize_options_text(s, options, sizeof(options));
    name = shell_word(name ? name + 1 : s->out, &word);
    sim_end_text(&s->least_end, text, sizeof(text));
    fprintf(n->out, "failure  %s: %s at instruction %llu\n", explore_names[s->symptom.failure],
            text, (unsigned long long)s->least_end.n);
    if (s->symptom.text[0])
        fprintf(n->out, "what     %s\n", s->symptom.text);
    put_machine(n);
    rc = put_all_events(n);
    if (rc == 0 && s->symptom.failure == EXPLORE_CHECK)
        rc = put_findings(n);
    fprintf(n->out,
            "look     trapline gdb %s; trapline report %s -o run.html; trapline check %s\n"
            "again    trapline minimize --again %s%s --kernel FILE\n"
            "test     trapline minimize %s%s --test DIR\n", name, name, name, name, options, name,
            options);
    return rc == 0 && n->good ? put_cause(n) : rc;
}

/* The undisturbed run beside which the least one is laid. */
static int record_good(struct noting *n)
{
    struct minimizing *s = n->s;
    struct schedule none = {.console = s->least.console, .console_count = s->least.console_count};
    struct machine m = s->machine;
    char path[MINIMIZE_PATH_LEN + 48];
    struct session session = {.trace_path = path, .schedule = &none, .limit = s->rules.limit};
    struct sim_end end;
    int rc;

    m.chaos = 0;
    snprintf(path, sizeof(path), "%s.good", s->temporary);
    rc = session_run(&m, &session, &end, n->err, sizeof(n->err));
    if (rc == 0)
        rc = trace_read_file(path, &n->good, n->err, sizeof(n->err));
    unlink(path);
    return rc;
}

char *minimize_note(struct minimizing *s)
{
    struct noting n = {.s = s};
    char *text = NULL;
    size_t len;
    int rc = trace_read_file(s->temporary, &n.least, n.err, sizeof(n.err));

    n.out = open_memstream(&text, &len);
    if (rc == 0 && !n.out)
        rc = -ENOMEM;
    if (rc == 0 && minimize_events(&s->least) > s->least.console_count)
        rc = record_good(&n);
    if (rc == 0)
        rc = put_all(&n);
    if (n.out)
        fclose(n.out);
    trace_free(n.least);
    trace_free(n.good);
    if (rc == 0)
        return text;
    complain(EXIT_GUEST, "no summary can be made: %s", n.err[0] ? n.err : strerror(-rc));
    free(text);
    return NULL;
}
