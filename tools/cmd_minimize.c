/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/cmd_minimize.c - trapline minimize: the least of a schedule under which a run still
 * fails. */
#include "tools/minimize.h"

#include <errno.h>
#include <jansson.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/check/check.h"
#include "tools/trace_options.h"

static const char help[] =
    "usage: trapline minimize RUN.tlt [-o OUT.tlt] [--test DIR] [options]\n"
    "       trapline minimize --again RUN.tlt [--kernel FILE] [--rootfs DIR|--initrd FILE]\n"
    "\n"
    "Tries which of the late timer interrupts, injected events and console input of a failing run\n"
    "it takes to fail in the same way, and how late, and writes that run as a trace: with the\n"
    "images, and a summary (trapline dump --summary) of what failed, by which events, and why.\n"
    "\n"
    "  -o, --output FILE    the trace (default: RUN.min.tlt, in DIR with --test)\n"
    "  --test DIR           and, in DIR, a regression test that runs the machine again with the\n"
    "                       kernel at hand: test_NAME.c (cmocka), NAME.cmake (ctest), NAME.tlt\n"
    "  --fail KIND,..       what is a failure (default: status,panic,hang,output, and what check\n"
    "                       finds where the run does none of them)\n"
    "  --console REGEX      the failure is that the console shows this (extended, per line)\n"
    "  --finding N          the failure is number N of trapline check RUN.tlt\n"
    "  --same HOW           when another run fails in the same way (default: what):\n"
    "                       what   by the same finding, panic, place of a hang, or first line of\n"
    "                              output that the undisturbed run has not; other numbers may\n"
    "                              stand in it\n"
    "                       kind   by the same kind (and exit status), whatever the cause\n"
    "                       exact  with the same output to the last digit, or a finding of the\n"
    "                              same instruction\n"
    "  --limit N            a longer run hangs (default: 8 times the undisturbed run, and 0.2 s\n"
    "                       of guest time)\n"
    "  --budget SECONDS     of searching: when they are over, the least found by then is the result\n"
    "  --json               the result as one JSON object\n"
    "  -j, --jobs N         processes (default: one for each CPU); the result is the same\n"
    "  --again              run once, with this kernel (default: the trace's), these programs\n"
    "                       (likewise) and the trace's schedule: does it hold?\n"
    TRACE_OPTIONS_HELP
    "\n"
    "exit: 0 done (--again: it holds), 1 it could not be done (--again: it fails), 2 usage, and\n"
    "      where the run does not fail, 4 damaged or foreign file\n"
    "\n"
    "examples:\n"
    "  trapline minimize explore/seed-4.tlt -o min.tlt && trapline dump --summary min.tlt\n"
    "  trapline minimize explore/seed-4.tlt --test tests\n"
    "  trapline minimize --again min.tlt --kernel build/kernel.elf\n";

#define BUDGET_S_MAX 10000000u

struct options {
    struct minimizing s;
    struct trace_options files;
    regex_t pattern;
    const char *output, *test;
    bool again, json;
};

/* ---- what fails ---- */

/* The run as it was recorded, made again by its schedule alone. */
static int run_full(struct minimizing *s)
{
    const struct sim_end *want = &s->trace->end;
    int rc = minimize_find_symptom(s);

    if (rc != EXIT_OK)
        return rc;
    if (!s->trace->cut && sim_end_is_own(want->reason) && sim_end_is_own(s->end.reason) &&
        (want->n != s->end.n || want->reason != s->end.reason))
        return complain(EXIT_GUEST, "the run cannot be made again by its inputs alone: it ends at "
                        "instruction %llu, recorded was %llu", (unsigned long long)s->end.n,
                        (unsigned long long)want->n);
    return EXIT_OK;
}

/* ---- the trace ---- */

static int record(struct minimizing *s, const struct schedule *schedule, const char *note,
                  const char *path, struct sim_end *end)
{
    struct session session = {.trace_path = path, .note = note, .schedule = schedule,
                              .limit = s->rules.limit};
    char err[ERR_LEN];
    int rc = session_run(&s->machine, &session, end, err, sizeof(err));

    return rc == 0 ? EXIT_OK : complain(EXIT_GUEST, "%s", err);
}

/* Delays of 0 at the end are none; without any the machine has no chaos. */
static void tidy(struct minimizing *s)
{
    while (s->least.delay_count > 0 && s->least.delays[s->least.delay_count - 1] == 0)
        s->least.delay_count--;
    if (s->least.delay_count == 0) {
        s->least.has_delays = false;
        s->machine.chaos = 0;
    }
}

static int write_trace(struct minimizing *s)
{
    struct sim_end end;
    char *note;
    int rc = record(s, &s->least, NULL, s->temporary, &s->least_end);

    if (rc != EXIT_OK)
        return rc;
    note = minimize_note(s);
    rc = note ? record(s, &s->least, note, s->temporary, &end) : EXIT_GUEST;
    free(note);
    if (rc == EXIT_OK && minimize_interrupted())
        rc = complain(EXIT_GUEST, "interrupted; nothing was written");
    if (rc == EXIT_OK && rename(s->temporary, s->out) != 0)
        rc = complain(EXIT_GUEST, "%s cannot be written: %s", s->out, strerror(errno));
    return rc;
}

static void report(const struct options *o)
{
    const struct minimizing *s = &o->s;
    size_t events = minimize_events(&s->least), of = minimize_events(&s->full);
    const char *what = s->symptom.text;
    char text[96], name[128], include[MINIMIZE_PATH_LEN + 160] = "";
    struct shell_word word;

    sim_end_text(&s->least_end, text, sizeof(text));
    minimize_test_name(s, name, sizeof(name));
    if (o->test)
        snprintf(include, sizeof(include), "%s/%s.cmake", o->test, name);
    if (o->json) {
        json_t *json = json_pack("{s:I,s:I,s:I,s:b,s:s,s:s,s:s,s:I,s:s}", "events",
                                 (json_int_t)events, "of", (json_int_t)of, "runs",
                                 (json_int_t)s->runs, "out_of_time", s->out_of_time, "failure",
                                 explore_names[s->symptom.failure], "what", what, "end", text, "n",
                                 (json_int_t)s->least_end.n, "trace", s->out);

        if (o->test)
            json_object_set_new(json, "test", json_string(include));
        minimize_print_json(json);
        return;
    }
    printf("%zu of %zu events, found in %llu runs; %s: %s at instruction %llu\n", events, of,
           (unsigned long long)s->runs, explore_names[s->symptom.failure], text,
           (unsigned long long)s->least_end.n);
    if (what[0])
        printf("%s\n", what);
    if (s->out_of_time)
        printf("the %llu s of --budget are over: fewer or shorter ones may be enough\n",
               (unsigned long long)s->budget_s);
    if (events == 0)
        printf("it fails without being disturbed at all\n");
    printf("trapline dump --summary %s\n", shell_word(s->out, &word));
    if (o->test)
        printf("include(%s)\n", include);
}

static int search(struct options *o)
{
    struct minimizing *s = &o->s;
    struct minimize_how how = {.full = &s->full,
                               .finest = s->machine.hz / 1000000 + 1,
                               .ctx = s,
                               .first_failing = minimize_first_failing};
    int rc;

    minimize_start_clock(s);
    s->terminal = host_is_terminal(stderr);
    rc = minimize_schedule(&how, &s->least);
    if (s->terminal)
        fputs("\r\033[K", stderr);
    if (rc != 0 && rc != -ETIME)
        return rc == -EINTR ? complain(EXIT_GUEST, "interrupted; nothing was written")
                            : complain(EXIT_GUEST, "a run could not be made: %s", strerror(-rc));
    tidy(s);
    rc = write_trace(s);
    if (rc == EXIT_OK && o->test)
        rc = minimize_write_test(s, o->test);
    if (rc == EXIT_OK)
        report(o);
    return rc;
}

/* ---- options ---- */

enum { OPT_TEST = 1, OPT_FAIL, OPT_CONSOLE, OPT_LIMIT, OPT_AGAIN, OPT_JSON, OPT_FINDING, OPT_SAME,
       OPT_BUDGET };

/* What the failure is, and what is the same one. */
static int take_failure(struct minimizing *s, int c, const char *value)
{
    unsigned level = 0;
    uint64_t number;

    if (c == OPT_FAIL) {
        s->fail_given = true;
        s->rules.counts = failures_take("--fail", value);
        return s->rules.counts ? EXIT_OK : EXIT_USAGE;
    }
    if (c == OPT_FINDING) {
        if (!parse_number(value, &number) || number < 1 || number > MINIMIZE_FINDINGS_MAX)
            return complain(EXIT_USAGE, "--finding wants a number from 1 to %u, not '%s'",
                            MINIMIZE_FINDINGS_MAX, value);
        s->finding = (unsigned)number;
        return EXIT_OK;
    }
    while (level < SYMPTOM_LEVELS && strcmp(value, minimize_levels[level]) != 0)
        level++;
    if (level == SYMPTOM_LEVELS)
        return complain(EXIT_USAGE, "--same: there is no '%s'; there are what, kind, exact", value);
    s->same = level;
    return EXIT_OK;
}

static int take(struct options *o, int c, const char *value)
{
    uint64_t number;

    switch (c) {
    case 'o':
        o->output = value;
        return EXIT_OK;
    case OPT_TEST:
        o->test = value;
        return EXIT_OK;
    case OPT_FAIL:
    case OPT_FINDING:
    case OPT_SAME:
        return take_failure(&o->s, c, value);
    case OPT_CONSOLE:
        o->s.fail_given = true;
        o->s.rules.pattern = &o->pattern;
        return console_pattern_take(value, &o->pattern, &o->s.console);
    case OPT_LIMIT:
        return parse_number(value, &o->s.limit)
                   ? EXIT_OK : complain(EXIT_USAGE, "--limit wants a number, not '%s'", value);
    case OPT_BUDGET:
        return parse_number(value, &o->s.budget_s) && o->s.budget_s > 0 &&
                       o->s.budget_s <= BUDGET_S_MAX
                   ? EXIT_OK
                   : complain(EXIT_USAGE, "--budget wants seconds from 1 to %u, not '%s'",
                              BUDGET_S_MAX, value);
    case OPT_AGAIN:
        o->again = true;
        return EXIT_OK;
    case OPT_JSON:
        o->json = true;
        return EXIT_OK;
    case 'j':
        if (!parse_number(value, &number) || number < 1 || number > MINIMIZE_JOBS_MAX)
            return complain(EXIT_USAGE, "-j wants a number from 1 to %u, not '%s'",
                            MINIMIZE_JOBS_MAX, value);
        o->s.jobs = (unsigned)number;
        return EXIT_OK;
    default:
        return trace_options_take(&o->files, c, value) ? EXIT_OK
                                                       : complain_usage("trapline minimize");
    }
}

/* The file `out` is none, or a trace, and not that of the run itself. */
static int check_output(const char *out, const char *run)
{
    struct stat old, input;

    if (stat(out, &old) != 0)
        return EXIT_OK;
    if (stat(run, &input) == 0 && old.st_dev == input.st_dev && old.st_ino == input.st_ino)
        return complain(EXIT_USAGE, "%s is the run itself: name another file with -o", out);
    if (!S_ISREG(old.st_mode) || (old.st_size > 0 && !output_is_trace(out)))
        return complain(EXIT_USAGE, "%s exists and is no trace: not overwritten", out);
    return EXIT_OK;
}

/* Where the result goes: refused now, not after an hour. */
static int choose_output(struct options *o, const char *run)
{
    struct minimizing *s = &o->s;
    const char *slash = o->test ? strrchr(run, '/') : NULL, *base = slash ? slash + 1 : run;
    size_t stem = strlen(base);
    FILE *probe;
    int rc;

    if (stem > 4 && strcmp(base + stem - 4, ".tlt") == 0)
        stem -= 4;
    if (o->test && mkdir(o->test, 0777) != 0 && errno != EEXIST)
        return complain(EXIT_USAGE, "%s cannot be made: %s", o->test, strerror(errno));
    if (o->output && !o->test)
        snprintf(s->out, sizeof(s->out), "%s", o->output);
    else if (o->output)
        snprintf(s->out, sizeof(s->out), "%s/%s", o->test, o->output);
    else if (o->test)
        snprintf(s->out, sizeof(s->out), "%s/%.*s.tlt", o->test, (int)stem, base);
    else
        snprintf(s->out, sizeof(s->out), "%.*s.min.tlt", (int)stem, base);
    snprintf(s->temporary, sizeof(s->temporary), "%s.tmp-%ld", s->out, (long)getpid());
    rc = check_output(s->out, run);
    if (rc != EXIT_OK)
        return rc;
    probe = fopen(s->temporary, "we"); /* minimize() unlinks it */
    if (!probe)
        return complain(EXIT_GUEST, "cannot write %s: %s", s->out, strerror(errno));
    fclose(probe);
    return EXIT_OK;
}

static int minimize(struct options *o, const char *path)
{
    struct minimizing *s = &o->s;
    struct trace *t = NULL;
    struct trace_options alone = {.looks_only = true};
    int made, rc = trace_options_open(o->again ? &alone : &o->files, path, &t);

    if (rc != EXIT_OK)
        return rc;
    s->trace = t;
    s->machine = t->machine;
    if (o->s.console)
        s->rules.counts |= 1u << EXPLORE_CONSOLE;
    made = schedule_of_trace(t, &s->full);
    if (made == -EOPNOTSUPP)
        rc = complain(EXIT_USAGE, "another machine was connected when %s was recorded: what it "
                                  "would answer in another run is not known", path);
    else if (made != 0)
        rc = complain(EXIT_GUEST, "out of memory");
    if (rc == EXIT_OK && o->again) {
        snprintf(s->temporary, sizeof(s->temporary), "%s.tmp-%ld", path, (long)getpid());
        rc = minimize_again(s, &o->files, o->json);
    } else if (rc == EXIT_OK) {
        minimize_catch_interrupt();
        rc = choose_output(o, path);
        if (rc == EXIT_OK)
            rc = minimize_run_undisturbed(s);
        if (rc == EXIT_OK)
            rc = run_full(s);
        if (rc == EXIT_OK)
            rc = search(o);
        unlink(s->temporary);
    }
    schedule_free(&s->full);
    schedule_free(&s->least);
    explore_result_free(&s->undisturbed);
    trace_free(t);
    return rc;
}

int cmd_minimize(int argc, char **argv)
{
    static const struct option options[] = {
        {"help", no_argument, NULL, 'h'},
        {"output", required_argument, NULL, 'o'},
        {"test", required_argument, NULL, OPT_TEST},
        {"fail", required_argument, NULL, OPT_FAIL},
        {"console", required_argument, NULL, OPT_CONSOLE},
        {"finding", required_argument, NULL, OPT_FINDING},
        {"same", required_argument, NULL, OPT_SAME},
        {"limit", required_argument, NULL, OPT_LIMIT},
        {"jobs", required_argument, NULL, 'j'},
        {"again", no_argument, NULL, OPT_AGAIN},
        {"budget", required_argument, NULL, OPT_BUDGET},
        {"json", no_argument, NULL, OPT_JSON},
        TRACE_OPTIONS,
        {0},
    };
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    struct options *o = calloc(1, sizeof(*o));
    int c, rc = o ? EXIT_OK : complain(EXIT_GUEST, "out of memory");

    if (!o)
        return rc;
    o->s.limit = INSN_NONE;
    o->s.same = SYMPTOM_WHAT;
    o->s.jobs = cpus > 0 && cpus < (long)MINIMIZE_JOBS_MAX ? (unsigned)cpus : 1;
    o->s.rules = (struct explore_rules){.counts = 1u << EXPLORE_STATUS | 1u << EXPLORE_PANIC |
                                                  1u << EXPLORE_HANG | 1u << EXPLORE_OUTPUT,
                                        .checks = CHECK_ALL};
    while (rc == EXIT_OK && (c = getopt_long(argc, argv, "ho:j:", options, NULL)) != -1) {
        if (c == 'h') {
            fputs(help, stdout);
            free(o);
            return EXIT_OK;
        }
        rc = take(o, c, optarg);
    }
    if (rc == EXIT_OK && argc - optind != 1)
        rc = complain(EXIT_USAGE, "minimize wants one trace");
    if (rc == EXIT_OK)
        rc = minimize(o, argv[optind]);
    if (o->s.console)
        regfree(&o->pattern);
    free(o);
    return rc;
}
