/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/cmd_gdb.c - trapline gdb: a debugger on a recording, or on a run that is recorded as far
 * as gdb goes. Who talks to it, and how, is gdb_serve.c's. */
#include "tools/cmd.h"

#include <errno.h>
#include <signal.h>

#include "tools/gdb_serve.h"
#include "tools/trace_options.h"

static const char help[] =
    "usage: trapline gdb RUN.tlt [--at N] [--listen HOST:PORT|stdio] [-- GDB ARGS]\n"
    "       trapline gdb --live RUN.tlt [machine] [-- ARGV]\n"
    "       trapline gdb --record RUN.tlt [machine] [-- ARGV]\n"
    "\n"
    "Debugs a recording: breakpoints, watchpoints, step, continue, and all of it backwards\n"
    "(reverse-step, reverse-continue, reverse-finish). The recording is never changed.\n"
    "Without --listen gdb-multiarch is started, with the symbols of the recorded kernel.\n"
    "\n"
    "With --live a run starts under gdb: it is recorded as far as gdb goes (and somewhat further,\n"
    "so the console may be ahead), without console input, and RUN.tlt is what was recorded.\n"
    "With --record the run is made first, with its console here, until it ends or Ctrl-C ends it;\n"
    "then gdb stands at its last instruction, and every instruction before is there to go back to.\n"
    "\n"
    "  --live               record a run as far as gdb goes\n"
    "  --record             record a run first\n"
    "  --at N               start at instruction N (default 0)\n"
    "  --listen HOST:PORT   wait for a gdb there instead; HOST may be left out (127.0.0.1). For the\n"
    "                       kernel's names gdb reads the file that is named here: source FILE\n"
    "  --listen stdio       talk on standard input and output\n"
    TRACE_OPTIONS_HELP
    "\n"
    "In gdb, 'monitor help' lists what gdb has no word for: when, seek, traps, syscalls, who, ..;\n"
    "'user-symbols' loads the symbols of the user program that runs at this place, and of\n"
    "its libraries.\n"
    "\n";

static const char examples[] =
    "\n"
    "examples:\n"
    "  trapline gdb run.tlt --at 8379251\n"
    "  trapline gdb run.tlt -- -batch -ex 'break trap_page_fault' -ex continue -ex backtrace\n"
    "  trapline gdb run.tlt --listen :1234        and elsewhere: target remote :1234\n";

/* ---- a run that is recorded as far as gdb goes ---- */

#define LIVE_FIRST_INSNS (256ull << 10)
#define LIVE_TRACES_MAX  48u /* each twice as long as the one before */

struct live {
    struct machine_options options;
    const char *path;
    insn_t limit;
    size_t printed, seen;  /* bytes of the console, of all and of this recording */
    struct trace *trace[LIVE_TRACES_MAX];
    struct timeline *timeline[LIVE_TRACES_MAX];
    unsigned count;
};

/* A recording begins anew and says again what was printed: only the rest is shown. */
static void live_console(void *ctx, const uint8_t *bytes, size_t len)
{
    struct live *l = ctx;
    size_t known = l->printed > l->seen ? l->printed - l->seen : 0;

    l->seen += len;
    if (known < len) {
        fwrite(bytes + known, 1, len - known, stderr);
        l->printed = l->seen;
    }
}

/* The same run, recorded further. The guest's time knows nothing of it. */
static int live_record(struct live *l, char *err, size_t err_len)
{
    struct session s = {.trace_path = l->path, .ctx = l, .console = live_console};
    struct sim_end end;
    int rc;

    if (l->count == LIVE_TRACES_MAX)
        return -ENOENT;
    l->limit = l->count ? 2 * l->limit : LIVE_FIRST_INSNS;
    if (l->limit > l->options.limit)
        l->limit = l->options.limit;
    l->seen = 0;
    s.limit = l->limit;
    rc = session_run(&l->options.machine, &s, &end, err, err_len);
    if (rc == 0)
        rc = trace_read_file(l->path, &l->trace[l->count], err, err_len);
    if (rc == 0)
        rc = timeline_open(l->trace[l->count], &l->timeline[l->count], err, err_len);
    l->count += rc == 0;
    return rc;
}

static int live_more(void *ctx, const struct trace **trace, struct timeline **timeline)
{
    struct live *l = ctx;
    insn_t now = timeline_now(*timeline);
    char err[ERR_LEN];
    int rc;

    if (l->limit == l->options.limit)
        return -ENOENT;
    rc = live_record(l, err, sizeof(err));
    if (rc == 0)
        rc = timeline_seek(l->timeline[l->count - 1], now);
    if (rc) {
        complain(EXIT_GUEST, "%s", err);
        return rc;
    }
    *trace = l->trace[l->count - 1];
    *timeline = l->timeline[l->count - 1];
    return 0;
}

static int debug_live(struct live *l)
{
    struct gdb_stub *stub;
    char err[ERR_LEN], *none = NULL;
    int rc = live_record(l, err, sizeof(err));

    if (rc)
        return complain_file(rc, err);
    if (gdb_stub_create(l->trace[0], l->timeline[0], &stub) != 0)
        return complain(EXIT_GUEST, "out of memory");
    signal(SIGPIPE, SIG_IGN);
    gdb_stub_set_more(stub, live_more, l);
    rc = gdb_serve_child(stub, &l->trace[0]->machine, &none);
    gdb_stub_destroy(stub);
    return rc;
}

/* trapline gdb --live RUN.tlt [machine] [-- ARGV] */
static int run_live(int argc, char **argv)
{
    static const struct option options[] = {MACHINE_OPTIONS, {0}};
    struct live l = {.path = argc > 2 ? argv[2] : NULL};
    int c, rc = EXIT_OK;

    if (!l.path || l.path[0] == '-')
        return complain(EXIT_USAGE, "--live wants the name of the trace behind it");
    machine_options_init(&l.options);
    optind = 3;
    while (rc == EXIT_OK && (c = getopt_long(argc, argv, "", options, NULL)) != -1)
        rc = machine_options_take(&l.options, c, optarg);
    if (rc == EXIT_OK)
        rc = machine_options_load(&l.options, optind < argc ? (const char *const *)argv + optind
                                                            : NULL);
    if (rc == EXIT_OK)
        rc = debug_live(&l);
    while (l.count--) {
        timeline_close(l.timeline[l.count]);
        trace_free(l.trace[l.count]);
    }
    machine_options_free(&l.options);
    return rc;
}

static int debug(struct trace *t, insn_t at, const char *where, char **args)
{
    struct timeline *timeline;
    struct gdb_stub *stub;
    char err[ERR_LEN];
    int rc = timeline_open(t, &timeline, err, sizeof(err));

    if (rc != 0)
        return complain_file(rc, err);
    signal(SIGPIPE, SIG_IGN);
    rc = timeline_seek(timeline, at);
    if (rc != 0) {
        rc = complain(rc == -EILSEQ ? EXIT_DIVERGENCE : EXIT_GUEST, "%s",
                      timeline_error(timeline));
    } else if (gdb_stub_create(t, timeline, &stub) != 0) {
        rc = complain(EXIT_GUEST, "out of memory");
    } else {
        rc = where ? gdb_serve_listen(stub, &t->machine, where)
                   : gdb_serve_child(stub, &t->machine, args);
        gdb_stub_destroy(stub);
    }
    timeline_close(timeline);
    return rc;
}

/*
 * trapline gdb --record RUN.tlt ...: `record -o RUN.tlt ...`, and then gdb at the end of that. The
 * guest may have failed, or been stopped: that is why one looks.
 */
static int record_and_debug(int argc, char **argv)
{
    struct trace_options files = {0};
    struct trace *t;
    int rc;

    if (argc < 3 || argv[2][0] == '-')
        return complain(EXIT_USAGE, "--record wants the name of the trace behind it");
    argv[1] = (char *)"-o";
    rc = cmd_record(argc, argv);
    if (rc != EXIT_OK && rc != EXIT_GUEST && rc != EXIT_LIMIT)
        return rc;
    rc = trace_options_open(&files, argv[2], &t);
    if (rc != EXIT_OK)
        return rc;
    rc = debug(t, t->end.n, NULL, argv + argc);
    trace_free(t);
    return rc;
}

int cmd_gdb(int argc, char **argv)
{
    enum { OPT_AT = 1, OPT_LISTEN, OPT_LIVE, OPT_RECORD };
    static const struct option options[] = {
        {"help", no_argument, NULL, 'h'},
        {"at", required_argument, NULL, OPT_AT},
        {"listen", required_argument, NULL, OPT_LISTEN},
        {"live", no_argument, NULL, OPT_LIVE},
        {"record", no_argument, NULL, OPT_RECORD},
        TRACE_OPTIONS,
        {0},
    };
    struct trace_options files = {0};
    const char *where = NULL;
    bool separated = false;
    insn_t at = 0;
    struct trace *t;
    int c, rc;

    if (argc > 1 && strcmp(argv[1], "--record") == 0)
        return record_and_debug(argc, argv);
    if (argc > 1 && strcmp(argv[1], "--live") == 0)
        return run_live(argc, argv);
    for (int i = 1; i < argc; i++)
        separated |= strcmp(argv[i], "--") == 0;
    while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (c == 'h') {
            fputs(help, stdout);
            fputs(machine_options_help, stdout);
            fputs(examples, stdout);
            return EXIT_OK;
        } else if (c == OPT_LIVE || c == OPT_RECORD) {
            return complain(EXIT_USAGE, "--live and --record stand first, and exclude each other: "
                                        "trapline gdb --live RUN.tlt [machine] [-- ARGV]");
        } else if (c == OPT_LISTEN) {
            where = optarg;
        } else if (c == OPT_AT) {
            if (!parse_number(optarg, &at))
                return complain(EXIT_USAGE, "--at wants a number, not '%s'", optarg);
        } else if (!trace_options_take(&files, c, optarg)) {
            return complain_usage(argv[0]);
        }
    }
    if (optind >= argc || (argc - optind != 1 && !separated))
        return complain(EXIT_USAGE, "gdb wants one trace; arguments for gdb stand behind '--'");
    if (where && argc - optind != 1)
        return complain(EXIT_USAGE, "with --listen no gdb is started, so it takes no arguments");
    rc = trace_options_open(&files, argv[optind], &t);
    if (rc != EXIT_OK)
        return rc;
    if (at > t->end.n)
        rc = complain(EXIT_USAGE, "--at %llu is behind the end of the recording, instruction %llu",
                      (unsigned long long)at, (unsigned long long)t->end.n);
    else
        rc = debug(t, at, where, argv + optind + 1);
    trace_free(t);
    return rc;
}
