/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/cmd_export.c - trapline export: a recording in the formats of other tools. */
#include "tools/cmd.h"

#include <errno.h>

#include "sim/export/export.h"
#include "tools/trace_options.h"

/* Looks at a run for a flame graph, unless asked otherwise: enough for a picture, quickly taken. */
#define LOOKS      4000u
#define PERIOD_MIN 997u /* a prime: no beat with the guest's loops */

static const char help[] =
    "usage: trapline export RUN.tlt.. --format FORMAT [-o FILE]\n"
    "\n"
    "Writes what happened in a recording in the format of another tool.\n"
    "\n"
    "  --format perfetto    for ui.perfetto.dev: threads, system calls, faults, interrupts,\n"
    "                       signal handlers and inputs on a timeline of guest time\n"
    "  --format chrome      the same as JSON trace events (chrome://tracing, speedscope)\n"
    "  --format strace      system calls and signals as strace -f -ttt -T writes them\n"
    "  --format flamegraph  folded stacks of guest instructions, for flamegraph.pl\n"
    "  --format lcov        coverage of the guest kernel, assembly too, by line, function and\n"
    "                       branch; of several traces together, for genhtml\n"
    "  -o, --output FILE    where to (default: standard output, unless that is a terminal and\n"
    "                       the format is perfetto)\n"
    "  --every N            flamegraph: instructions between two looks (default: some\n"
    "                       4,000 looks in all)\n"
    TRACE_OPTIONS_HELP
    "\n"
    "examples:\n"
    "  trapline export run.tlt --format perfetto -o run.pftrace\n"
    "  trapline export run.tlt --format strace | grep openat\n"
    "  trapline export run.tlt --format flamegraph | flamegraph.pl > run.svg\n"
    "  trapline export a.tlt b.tlt --format lcov -o kernel.info && genhtml -o html kernel.info\n";

enum format { FORMAT_NONE, PERFETTO, CHROME, STRACE, FLAMEGRAPH, LCOV };

struct exporter {
    enum format format;
    insn_t period;    /* 0: as long as the run wants it */
    const char *path; /* NULL: standard output */
    FILE *out;
    struct trace_options files;
    struct export_run run;
    struct progress progress;
    struct coverage *coverage;
};

static bool take_format(struct exporter *x, const char *name)
{
    static const char *const names[] = {
        [PERFETTO] = "perfetto",     [CHROME] = "chrome", [STRACE] = "strace",
        [FLAMEGRAPH] = "flamegraph", [LCOV] = "lcov",
    };

    for (enum format f = PERFETTO; f <= LCOV; f++)
        if (strcmp(name, names[f]) == 0)
            x->format = f;
    return x->format != FORMAT_NONE;
}

static void on_tick(void *ctx, struct sim *sim)
{
    progress_tick(&((struct exporter *)ctx)->progress, sim);
}

static int export_story(struct exporter *x, const struct trace *t)
{
    struct story s;
    int rc = story_build(t, &s, on_tick, x, &x->run.divergence, x->run.err, sizeof(x->run.err));

    if (rc)
        return rc;
    (x->format == PERFETTO ? export_perfetto : export_chrome)(&s, x->out);
    story_free(&s);
    return 0;
}

static insn_t period_for(const struct exporter *x, const struct trace *t)
{
    insn_t period = t->end.n / LOOKS;

    if (x->period)
        return x->period;
    return period < PERIOD_MIN ? PERIOD_MIN : period | 1;
}

static int export_trace(struct exporter *x, const struct trace *t)
{
    switch (x->format) {
    case PERFETTO:
    case CHROME:
        return export_story(x, t);
    case STRACE:
        return export_strace(t, &x->run, x->out);
    case FLAMEGRAPH:
        return export_folded(t, period_for(x, t), &x->run, x->out);
    case LCOV:
        return coverage_add(x->coverage, t, &x->run);
    case FORMAT_NONE:
        break;
    }
    return -EINVAL;
}

static int export_all(struct exporter *x, char **paths, int count)
{
    for (int i = 0; i < count; i++) {
        struct trace *t;
        int rc = trace_options_open(&x->files, paths[i], &t);

        if (rc != EXIT_OK)
            return rc;
        progress_start(&x->progress, x->path || !host_is_terminal(stdout));
        rc = export_trace(x, t);
        progress_end(&x->progress);
        trace_free(t);
        if (rc == -EILSEQ)
            return complain_divergence(&x->run.divergence);
        if (rc)
            return complain(rc == -EINVAL ? EXIT_USAGE : EXIT_GUEST, "%s: %s", paths[i],
                            x->run.err);
    }
    if (x->format == LCOV) {
        int rc = coverage_write(x->coverage, x->out, x->run.err, sizeof(x->run.err));

        if (rc)
            return complain(EXIT_GUEST, "%s", x->run.err);
    }
    return EXIT_OK;
}

static int export_to_file(struct exporter *x, char **paths, int count)
{
    struct output out;
    int rc = output_open(&out, x->path);

    if (rc != EXIT_OK)
        return rc;
    x->out = out.file;
    return output_close(&out, export_all(x, paths, count));
}

static int check_usage(const struct exporter *x, int traces)
{
    if (x->format == FORMAT_NONE)
        return complain(EXIT_USAGE, "export wants --format perfetto, chrome, strace, flamegraph "
                                    "or lcov");
    if (traces < 1)
        return complain(EXIT_USAGE, "export wants a trace");
    if (traces > 1 && x->format != LCOV)
        return complain(EXIT_USAGE, "only --format lcov takes several traces");
    if (x->period && x->format != FLAMEGRAPH)
        return complain(EXIT_USAGE, "--every belongs to --format flamegraph");
    if (x->format == PERFETTO && !x->path && host_is_terminal(stdout))
        return complain(EXIT_USAGE, "perfetto's format is binary: name a file with -o");
    return EXIT_OK;
}

int cmd_export(int argc, char **argv)
{
    enum { OPT_FORMAT = 1, OPT_EVERY };
    static const struct option options[] = {
        {"help", no_argument, NULL, 'h'},
        {"format", required_argument, NULL, OPT_FORMAT},
        {"output", required_argument, NULL, 'o'},
        {"every", required_argument, NULL, OPT_EVERY},
        TRACE_OPTIONS,
        {0},
    };
    struct exporter x = {.out = stdout};
    int c, rc;

    x.run.ctx = &x;
    x.run.tick = on_tick;
    while ((c = getopt_long(argc, argv, "ho:", options, NULL)) != -1) {
        if (c == 'h') {
            fputs(help, stdout);
            return EXIT_OK;
        } else if (c == 'o') {
            x.path = optarg;
        } else if (c == OPT_FORMAT) {
            if (!take_format(&x, optarg))
                return complain(EXIT_USAGE, "there is no format '%s'; there are perfetto, chrome, "
                                            "strace, flamegraph, lcov", optarg);
        } else if (c == OPT_EVERY) {
            if (!parse_number(optarg, &x.period) || x.period == 0)
                return complain(EXIT_USAGE, "--every wants a number from 1, not '%s'", optarg);
        } else if (!trace_options_take(&x.files, c, optarg)) {
            return complain_usage(argv[0]);
        }
    }
    x.files.several = argc - optind > 1;
    rc = check_usage(&x, argc - optind);
    if (rc != EXIT_OK)
        return rc;
    if (x.format == LCOV && coverage_open(&x.coverage, x.run.err, sizeof(x.run.err)) != 0)
        return complain(EXIT_GUEST, "%s", x.run.err);
    rc = x.path ? export_to_file(&x, argv + optind, argc - optind)
                : export_all(&x, argv + optind, argc - optind);
    coverage_close(x.coverage);
    return rc;
}
