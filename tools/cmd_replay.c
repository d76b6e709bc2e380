/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/cmd_replay.c - trapline replay: run a recording again and verify every digest. */
#include "tools/cmd.h"

#include "tools/json_out.h"
#include "tools/run_end.h"
#include "tools/trace_options.h"

#include <errno.h>

static const char help[] =
    "usage: trapline replay RUN.tlt [--until N] [--console] [--json]\n"
    "\n"
    "Runs the recording again and compares every digest. Exit code 3 and a report where it does\n"
    "not agree. A trace that was cut is replayed to its last whole chunk.\n"
    "\n"
    "  --until N            stop at instruction N\n"
    "  --console            show what the guest writes to its console\n"
    "  --json               the result as one JSON object\n"
    TRACE_OPTIONS_HELP
    "\n"
    "examples:\n"
    "  trapline replay run.tlt\n"
    "  trapline replay run.tlt --until 1000000 --console\n";

struct replay_view {
    struct progress progress;
    struct replay replay;
    struct panic panic;
    bool shows_console;
};

static void on_console(void *ctx, const uint8_t *bytes, size_t len)
{
    struct replay_view *v = ctx;

    panic_console(&v->panic, v->replay.sim ? cpu_now(sim_cpu(v->replay.sim)) : 0, bytes, len);
    if (v->shows_console)
        fwrite(bytes, 1, len, stdout);
}

static void on_tick(void *ctx, struct sim *sim)
{
    progress_tick(&((struct replay_view *)ctx)->progress, sim);
}

int complain_divergence(const struct divergence *d)
{
    fprintf(stderr, "trapline: the replay diverged: %s\n", d->what);
    fprintf(stderr, "  agreed up to instruction %llu\n", (unsigned long long)d->agreed_n);
    fputs(d->details, stderr);
    fprintf(stderr, "  a kernel that changes page tables without invalidating them can do that: "
                    "record it with --adversary\n");
    return EXIT_DIVERGENCE;
}

static size_t inputs_used(const struct replay *r)
{
    size_t used = r->inputs.delay_at;

    for (size_t i = 0; i < r->inputs.stop_at; i++)
        used += r->trace->stops[i].kind != TRACE_STOP_DIGEST;
    return used;
}

/* Where the replay stands: at the recording's end or before it. */
static const struct sim_end *end_of(const struct replay *r, const struct sim_end *end)
{
    return end->n >= r->trace->end.n && !r->trace->cut ? &r->trace->end : end;
}

static void report(const struct replay_view *v, const struct sim_end *end, const char *path)
{
    const struct replay *r = &v->replay;
    const struct trace *t = r->trace;
    char text[96];

    printf("replayed %llu instructions, %zu inputs, %zu digests: identical\n",
           (unsigned long long)end->n, inputs_used(r), r->verified);
    if (t->cut && end->n >= t->end.n) {
        printf("the trace was cut; this was all of it, up to its last whole chunk\n");
    } else if (end->n >= t->end.n && end->reason != SIM_END_LIMIT) {
        sim_end_text(&t->end, text, sizeof(text));
        printf("end: %s\n", text);
    }
    fflush(stdout);
    run_end_say_panic(&v->panic, end_of(r, end), path);
}

static int report_json(const struct replay_view *v, const struct sim_end *end, int rc)
{
    const struct replay *r = &v->replay;
    int code = rc == 0 ? EXIT_OK : rc == -EILSEQ ? EXIT_DIVERGENCE : EXIT_GUEST;
    json_t *o = json_pack("{s:s,s:b}", "event", "replay", "identical", rc == 0);

    if (rc == 0) {
        json_put_end(o, end_of(r, end));
        json_object_set_new(o, "inputs", json_integer((json_int_t)inputs_used(r)));
        json_object_set_new(o, "digests", json_integer((json_int_t)r->verified));
        json_object_set_new(o, "cut", json_boolean(r->trace->cut));
        if (v->panic.words[0] && run_end_failed(end_of(r, end)))
            json_object_set_new(o, "panic", json_text(v->panic.words));
        if (v->panic.oops.words[0])
            json_object_set_new(o, "oops", json_text(v->panic.oops.words));
    } else if (rc == -EILSEQ) {
        json_object_set_new(o, "what", json_text(r->divergence.what));
        json_object_set_new(o, "agreed_n", json_integer((json_int_t)r->divergence.agreed_n));
        json_object_set_new(o, "details", json_lines(r->divergence.details));
    } else {
        json_object_set_new(o, "error", json_text(r->error));
    }
    json_object_set_new(o, "exit", json_integer(code));
    json_line(stdout, o);
    return code;
}

static int replay_trace(struct trace *t, const char *path, insn_t until, bool console, bool json)
{
    struct replay_view view = {.shows_console = console};
    struct sim_watch watch = {.ctx = &view, .tick = on_tick, .console = on_console};
    struct replay *r = &view.replay;
    char err[ERR_LEN];
    struct sim_end end;
    int rc = replay_open(r, t, &watch, err, sizeof(err));

    if (rc != 0)
        return complain_file(rc, err);
    progress_start(&view.progress, !console || !host_is_terminal(stdout));
    rc = replay_run(r, until, &end);
    progress_end(&view.progress);
    fflush(stdout);
    if (json)
        rc = report_json(&view, &end, rc);
    else if (rc == 0)
        report(&view, &end, path);
    else if (rc == -EILSEQ)
        rc = complain_divergence(&r->divergence);
    else
        rc = complain(EXIT_GUEST, "%s", r->error);
    replay_close(r);
    return rc;
}

int cmd_replay(int argc, char **argv)
{
    enum { OPT_UNTIL = 1, OPT_CONSOLE, OPT_JSON };
    static const struct option options[] = {
        {"help", no_argument, NULL, 'h'},
        {"until", required_argument, NULL, OPT_UNTIL},
        {"console", no_argument, NULL, OPT_CONSOLE},
        {"json", no_argument, NULL, OPT_JSON},
        TRACE_OPTIONS,
        {0},
    };
    struct trace_options files = {.tells_cut = true};
    insn_t until = INSN_NONE;
    bool console = false, json = false;
    struct trace *t;
    int c, rc;

    while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (c == 'h') {
            fputs(help, stdout);
            return EXIT_OK;
        } else if (c == OPT_CONSOLE) {
            console = true;
        } else if (c == OPT_JSON) {
            json = true;
        } else if (c == OPT_UNTIL) {
            if (!parse_number(optarg, &until))
                return complain(EXIT_USAGE, "--until wants a number, not '%s'", optarg);
        } else if (!trace_options_take(&files, c, optarg)) {
            return complain_usage(argv[0]);
        }
    }
    if (argc - optind != 1)
        return complain(EXIT_USAGE, "replay wants one trace");
    rc = trace_options_open(&files, argv[optind], &t);
    if (rc != EXIT_OK)
        return rc;
    rc = replay_trace(t, argv[optind], until, console, json);
    trace_free(t);
    return rc;
}
