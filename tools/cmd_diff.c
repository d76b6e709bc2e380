/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/cmd_diff.c - trapline diff: where two runs part. */
#include "tools/json_out.h"
#include "tools/trace_options.h"

#include "sim/diff.h"

#include <errno.h>

static const char help[] =
    "usage: trapline diff A.tlt B.tlt [--json]\n"
    "\n"
    "Finds the first difference of two recordings: the instruction number, the instruction before\n"
    "it, and the registers, devices and RAM that differ (value of A, then of B). When at first\n"
    "only a device or the clock differs, the first difference in a register is shown too.\n"
    "Exit code 0 when there is none, 3 when there is one.\n"
    "\n"
    "  --json               the differences as one JSON object\n"
    TRACE_OPTIONS_HELP
    "\n"
    "examples:\n"
    "  trapline record -o a.tlt --chaos 1 --rootfs root -- /bin/test\n"
    "  trapline record -o b.tlt --chaos 2 --rootfs root -- /bin/test\n"
    "  trapline diff a.tlt b.tlt\n";

struct searching {
    struct progress progress;
};

static void on_tick(void *ctx, struct sim *sim)
{
    progress_tick(&((struct searching *)ctx)->progress, sim);
}

static void show(const char *title, const struct difference *d)
{
    printf("%s: instruction %llu\n", title, (unsigned long long)d->n);
    printf("  after        %s\n", d->place);
    fputs(d->lines, stdout);
}

static int report(const struct diff *d)
{
    if (d->machines[0])
        printf("the machines differ\n%s", d->machines);
    if (!d->differ) {
        printf("no difference in the run\n");
        return d->machines[0] ? EXIT_DIVERGENCE : EXIT_OK;
    }
    if (d->first.lines[0])
        show(d->first_is_hidden ? "first difference, no register yet" : "first difference",
             &d->first);
    if (d->has_visible)
        show("first difference in a register", &d->visible);
    return EXIT_DIVERGENCE;
}

static json_t *difference_json(const struct difference *d)
{
    return json_pack("{s:I,s:I,s:o,s:o}", "n", (json_int_t)d->n, "before", (json_int_t)d->before,
                     "after", json_text(d->place), "differ", json_lines(d->lines));
}

static int report_json(const struct diff *d)
{
    int code = d->differ || d->machines[0] ? EXIT_DIVERGENCE : EXIT_OK;
    json_t *o = json_pack("{s:s,s:b,s:o}", "event", "diff", "differ", d->differ, "machines",
                          json_lines(d->machines));

    if (d->differ && d->first.lines[0]) {
        json_object_set_new(o, "first", difference_json(&d->first));
        json_object_set_new(o, "first_is_hidden", json_boolean(d->first_is_hidden));
    }
    if (d->differ && d->has_visible)
        json_object_set_new(o, "first_in_a_register", difference_json(&d->visible));
    json_object_set_new(o, "exit", json_integer(code));
    json_line(stdout, o);
    return code;
}

int cmd_diff(int argc, char **argv)
{
    static const struct option options[] = {
        {"help", no_argument, NULL, 'h'},
        {"json", no_argument, NULL, 'J'},
        TRACE_OPTIONS,
        {0},
    };
    struct trace_options files = {.several = true};
    struct trace *t[2] = {NULL, NULL};
    struct searching searching;
    struct diff *d = calloc(1, sizeof(*d));
    char err[ERR_LEN];
    bool json = false;
    int c, rc = EXIT_OK;

    if (!d)
        return complain(EXIT_GUEST, "out of memory");
    while (rc == EXIT_OK && (c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (c == 'h') {
            fputs(help, stdout);
            free(d);
            return EXIT_OK;
        }
        if (c == 'J')
            json = true;
        else if (!trace_options_take(&files, c, optarg))
            rc = complain_usage(argv[0]);
    }
    if (rc == EXIT_OK && argc - optind != 2)
        rc = complain(EXIT_USAGE, "diff wants two traces");
    for (int i = 0; i < 2 && rc == EXIT_OK; i++)
        rc = trace_options_open(&files, argv[optind + i], &t[i]);
    if (rc == EXIT_OK) {
        progress_start(&searching.progress, true);
        d->tick = on_tick;
        d->ctx = &searching;
        rc = diff_find(t[0], t[1], d, err, sizeof(err));
        progress_end(&searching.progress);
        if (rc == 0)
            rc = json ? report_json(d) : report(d);
        else
            rc = rc == -EILSEQ ? complain(EXIT_DIVERGENCE, "%s", err) : complain_file(rc, err);
    }
    trace_free(t[0]);
    trace_free(t[1]);
    free(d);
    return rc;
}
