/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tools/cmd_report.c - trapline report: a run as one HTML page (tools/report/,
 * sim/export/report.h).
 */
#include "tools/cmd.h"

#include <errno.h>

#include "sim/check/check.h"
#include "sim/closeup.h"
#include "sim/diff.h"
#include "sim/export/report.h"
#include "tools/report_page.h"
#include "tools/trace_options.h"

#define DETAILS_DEFAULT 300u
#define FINDINGS_MAX    50u

static const char help[] =
    "usage: trapline report RUN.tlt -o run.html [--compare OTHER.tlt]\n"
    "\n"
    "Writes one HTML page that needs nothing else: a timeline of every thread with its system\n"
    "calls, faults, interrupts, signals and inputs, a table of them, and what `trapline check`\n"
    "finds. Choose a trap to see its registers, code, page tables, frame and signal frame.\n"
    "\n"
    "  -o, --output FILE    the page\n"
    "  --compare OTHER.tlt  a second run below the first; the first difference is marked\n"
    "  --details N          traps that are kept with all that can be seen of them (default 300:\n"
    "                       those that became signals first, then exceptions, then others)\n"
    "  --no-check           do not look for findings\n"
    TRACE_OPTIONS_HELP
    "\n"
    "examples:\n"
    "  trapline report run.tlt -o run.html\n"
    "  trapline report bad.tlt --compare good.tlt -o both.html\n";

struct reporter {
    const char *path[REPORT_RUNS_MAX];
    struct trace *trace[REPORT_RUNS_MAX];
    struct story story[REPORT_RUNS_MAX];
    unsigned runs;
    const char *out_path;
    uint64_t details_max;
    bool without_check;
    struct trace_options files;
    struct report report;
    struct progress progress;
    struct divergence divergence;
    char err[ERR_LEN];
};

static void on_tick(void *ctx, struct sim *sim)
{
    progress_tick(&((struct reporter *)ctx)->progress, sim);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static int fail(struct reporter *r, int rc, const char *path)
{
    if (rc == -EILSEQ)
        return complain_divergence(&r->divergence);
    return complain(EXIT_GUEST, "%s: %s", path, r->err);
}

/* Guest time at a number of the first run. */
static uint64_t ns_at(const struct story *s, insn_t n)
{
    uint64_t ns = 0;

    for (size_t i = 0; i < s->count && s->item[i].n <= n; i++)
        ns = s->item[i].ns + (n - s->item[i].n);
    return ns < s->ns_end ? ns : s->ns_end;
}

/* ---- details ---- */

/* How much a trap is worth a close-up: signals, exceptions, the rest; -1: it is none. */
static int rank(const struct story *s, size_t at)
{
    const struct story_item *i = &s->item[at];

    if (i->kind != STORY_SYSCALL && i->kind != STORY_FAULT && i->kind != STORY_IRQ)
        return -1;
    for (size_t k = at + 1; k < s->count && s->item[k].n <= i->n_end; k++)
        if (s->item[k].kind == STORY_HANDLER && s->item[k].track == i->track &&
            s->item[k].n == i->n_end)
            return 0;
    return i->kind == STORY_FAULT && i->track > 1 ? 1 : 2;
}

static int add_details(struct reporter *r)
{
    const struct story *s = &r->story[0];
    struct closeup *c;
    size_t kept = 0;
    int rc = closeup_open(r->trace[0], &c, r->err, sizeof(r->err));

    if (rc)
        return rc;
    r->report.details = json_array();
    for (int want = 0; want <= 2 && rc == 0; want++) {
        for (size_t i = 0; i < s->count && kept < r->details_max && rc == 0; i++) {
            json_t *o;

            if (rank(s, i) != want)
                continue;
            o = closeup_trap(c, s, i);
            if (!o) {
                snprintf(r->err, sizeof(r->err), "%s", closeup_error(c));
                rc = -EIO;
            }
            json_array_append_new(r->report.details, o);
            kept++;
        }
    }
    closeup_close(c);
    return rc;
}

/* ---- findings and the first difference ---- */

static void on_finding(void *ctx, const struct finding *f)
{
    struct reporter *r = ctx;
    insn_t n = f->culprit.known ? f->culprit.n : f->trap_n;
    char by[700] = "";

    if (f->culprit.known)
        snprintf(by, sizeof(by), "%s  %s  %s", f->culprit.where, f->culprit.code,
                 f->culprit.source);
    json_array_append_new(
        r->report.findings,
        json_pack("{s:s,s:s,s:I,s:I,s:I,s:s}", "check", check_names[f->check], "what", f->what,
                  "n", (json_int_t)n, "trap_n", (json_int_t)f->trap_n, "ns",
                  (json_int_t)ns_at(&r->story[0], n), "by", by));
}

static int add_findings(struct reporter *r)
{
    struct check how = {.kinds = CHECK_ALL, .findings_max = FINDINGS_MAX, .ctx = r,
                        .found = on_finding, .tick = on_tick};
    size_t count;

    r->report.findings = json_array();
    return check_run(r->trace[0], &how, &count, &r->divergence, r->err, sizeof(r->err));
}

static int add_difference(struct reporter *r)
{
    struct diff d = {.ctx = r, .tick = on_tick};
    int rc;

    if (r->trace[0]->machine.arch != r->trace[1]->machine.arch)
        return 0; /* two CPUs have no instruction in common */
    rc = diff_find(r->trace[0], r->trace[1], &d, r->err, sizeof(r->err));
    if (rc == 0 && d.differ)
        r->report.difference = json_pack(
            "{s:I,s:I,s:s}", "n", (json_int_t)d.first.n, "ns",
            (json_int_t)ns_at(&r->story[0], d.first.n), "text", d.first.place);
    return rc == -EILSEQ ? -EIO : rc;
}

/* ---- the page ---- */

static int collect(struct reporter *r)
{
    for (unsigned i = 0; i < r->runs; i++) {
        int rc = trace_options_open(&r->files, r->path[i], &r->trace[i]);

        if (rc != EXIT_OK)
            return rc;
        rc = story_build(r->trace[i], &r->story[i], on_tick, r, &r->divergence, r->err,
                         sizeof(r->err));
        if (rc)
            return fail(r, rc, r->path[i]);
        r->report.run[i] =
            (struct report_run){base_name(r->path[i]), r->trace[i], &r->story[i]};
    }
    r->report.runs = r->runs;
    if (add_details(r) != 0 || (!r->without_check && add_findings(r) != 0))
        return fail(r, -EIO, r->path[0]);
    if (r->runs > 1 && add_difference(r) != 0)
        return fail(r, -EIO, r->path[1]);
    return EXIT_OK;
}

static int write_page(struct reporter *r, FILE *out)
{
    int rc;

    fputs("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width\"><title>Trapline</title>\n<style>\n",
          out);
    fputs(report_css, out);
    fputs("</style></head><body>\n", out);
    fputs(report_body, out);
    rc = report_data(&r->report, out);
    fputs("<script>\n", out);
    fputs(report_js, out);
    fputs("</script>\n</body></html>\n", out);
    return rc == -ENOMEM ? complain(EXIT_GUEST, "out of memory for %s", r->out_path) : EXIT_OK;
}

static int make_page(struct reporter *r)
{
    struct output out;
    int rc = output_open(&out, r->out_path);

    if (rc != EXIT_OK)
        return rc;
    progress_start(&r->progress, true);
    rc = collect(r);
    progress_end(&r->progress);
    if (rc == EXIT_OK)
        rc = write_page(r, out.file);
    return output_close(&out, rc);
}

static void reporter_free(struct reporter *r)
{
    for (unsigned i = 0; i < r->runs; i++) {
        story_free(&r->story[i]);
        if (r->trace[i])
            trace_free(r->trace[i]);
    }
    json_decref(r->report.details);
    json_decref(r->report.findings);
    json_decref(r->report.difference);
}

int cmd_report(int argc, char **argv)
{
    enum { OPT_COMPARE = 1, OPT_DETAILS, OPT_NO_CHECK };
    static const struct option options[] = {
        {"help", no_argument, NULL, 'h'},
        {"output", required_argument, NULL, 'o'},
        {"compare", required_argument, NULL, OPT_COMPARE},
        {"details", required_argument, NULL, OPT_DETAILS},
        {"no-check", no_argument, NULL, OPT_NO_CHECK},
        TRACE_OPTIONS,
        {0},
    };
    struct reporter r = {.runs = 1, .details_max = DETAILS_DEFAULT};
    int c, rc;

    while ((c = getopt_long(argc, argv, "ho:", options, NULL)) != -1) {
        if (c == 'h') {
            fputs(help, stdout);
            return EXIT_OK;
        } else if (c == 'o') {
            r.out_path = optarg;
        } else if (c == OPT_COMPARE) {
            r.path[1] = optarg;
            r.runs = 2;
            r.files.several = true;
        } else if (c == OPT_DETAILS) {
            if (!parse_number(optarg, &r.details_max))
                return complain(EXIT_USAGE, "--details wants a number, not '%s'", optarg);
        } else if (c == OPT_NO_CHECK) {
            r.without_check = true;
        } else if (!trace_options_take(&r.files, c, optarg)) {
            return complain_usage(argv[0]);
        }
    }
    if (argc - optind != 1 || !r.out_path)
        return complain(EXIT_USAGE, "report wants one trace, and -o with the name of the page");
    r.path[0] = argv[optind];
    rc = make_page(&r);
    reporter_free(&r);
    return rc;
}
