/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/cmd_dump.c - trapline dump: what happened in a recording, derived by replaying it. */
#include "tools/dump.h"
#include "tools/trace_options.h"

#include <errno.h>

static const char help[] =
    "usage: trapline dump RUN.tlt [sections] [--json] [--from N] [--to N]\n"
    "\n"
    "Shows what happened in a recording. Everything but --inputs and --header is derived by\n"
    "replaying. Without a section: traps, system calls and signals together.\n"
    "\n"
    "  --traps              every exception and interrupt: number, time, task, vector, cause,\n"
    "                       address, place\n"
    "  --syscalls           system calls with arguments and results\n"
    "  --signals            signal frames and their returns\n"
    "  --inputs             recorded inputs\n"
    "  --header             the machine and the end of the run\n"
    "  --summary            what trapline minimize wrote into it: failure, events, cause\n"
    "  --ktrace[=LIST]      the kernel's own trace points, recorded with --append ktrace=all\n"
    "  --filter LIST        of these, only some: names of points and pid=N, with commas\n"
    "  --trap N             one trap at length: the one at instruction N, or the last before it;\n"
    "                       registers, code, page tables, the frame and who wrote it, the\n"
    "                       signal frame\n"
    "  --grep TEXT          only lines that hold TEXT\n"
    "  --json               one JSON object a line (keys: traces/FORMAT.md)\n"
    "  --from N, --to N     only events between these instruction numbers\n"
    TRACE_OPTIONS_HELP
    "\n"
    "A task is written PROCESS.THREAD, both numbered as they first ran.\n"
    "\n"
    "examples:\n"
    "  trapline dump run.tlt --traps | tail\n"
    "  trapline dump run.tlt --trap 2411830\n"
    "  trapline dump run.tlt --syscalls --from 2000000 --to 3000000\n"
    "  trapline dump run.tlt --ktrace --filter fork,exec,exit\n"
    "  trapline dump run.tlt --ktrace --filter page_fault,pid=2\n"
    "  trapline dump run.tlt --traps --json | jq -r .at | sort | uniq -c\n";

struct dumper {
    struct dump dump;
    bool json;
    bool summary;
    insn_t trap;       /* INSN_NONE: no --trap */
    const char *grep;  /* NULL: all lines */
    struct progress progress;
};

bool dump_wants(const struct dump *dump, const struct derived *d)
{
    static const unsigned section[] = {
        [DERIVED_TRAP] = DUMP_TRAPS,      [DERIVED_RETURN] = 0,
        [DERIVED_SYSCALL] = DUMP_SYSCALLS, [DERIVED_SIGNAL] = DUMP_SIGNALS,
        [DERIVED_SIGRETURN] = DUMP_SIGNALS, [DERIVED_START] = DUMP_SYSCALLS,
    };

    if (!(dump->sections & section[d->kind]))
        return false;
    return d->n <= dump->to && (d->n >= dump->from || d->n_end >= dump->from);
}

static void on_event(void *ctx, const struct derived *d)
{
    struct dumper *u = ctx;

    if (u->dump.sections & DUMP_KTRACE)
        dump_ktrace_drain(&u->dump, d->cpu);
    /* All sections together: a system call is one line, not a trap too. */
    if (!dump_wants(&u->dump, d) ||
        (u->dump.sections != DUMP_TRAPS && (u->dump.sections & DUMP_SYSCALLS) &&
         d->kind == DERIVED_TRAP && d->trap->kind == CPU_TRAP_SYSCALL))
        return;
    if (u->json)
        dump_json_event(&u->dump, d);
    else
        dump_text_event(&u->dump, d);
}

static void on_tick(void *ctx, struct sim *sim)
{
    progress_tick(&((struct dumper *)ctx)->progress, sim);
}

static int dump_one_trap(struct dumper *u, const struct trace *t)
{
    struct divergence divergence;
    char err[ERR_LEN];
    int rc = dump_trap(&u->dump, t, u->trap, u->json, &divergence, err, sizeof(err));

    if (rc == -EILSEQ)
        return complain_divergence(&divergence);
    if (rc == -ENOENT)
        return complain(EXIT_USAGE, "%s", err);
    return rc == 0 ? EXIT_OK : complain_file(rc, err);
}

static int dump_trace(struct dumper *u, struct trace *t)
{
    struct derive how = {
        .ctx = u, .event = on_event, .tick = on_tick, .until = u->dump.to};
    struct divergence divergence;
    char err[ERR_LEN];
    int rc;

    if (u->dump.sections & DUMP_HEADER)
        (u->json ? dump_json_header : dump_text_header)(&u->dump, t);
    if (u->dump.sections & DUMP_INPUTS)
        (u->json ? dump_json_inputs : dump_text_inputs)(&u->dump, t);
    if (!(u->dump.sections & (DUMP_DERIVED | DUMP_KTRACE)))
        return EXIT_OK;
    u->dump.ktrace.json = u->json;
    if (u->dump.sections & DUMP_KTRACE) {
        rc = dump_ktrace_open(&u->dump, &t->machine, err, sizeof(err));
        if (rc != 0)
            return complain_file(rc, err);
        if (!t->machine.cmdline || !strstr(t->machine.cmdline, "ktrace="))
            complain(0, "the kernel's trace points are off in this recording; record with "
                        "--append ktrace=all");
    }
    if (!u->json)
        dump_text_title(&u->dump);
    progress_start(&u->progress, !host_is_terminal(stdout));
    rc = derive_run(t, &how, &divergence, err, sizeof(err));
    progress_end(&u->progress);
    fflush(stdout);
    if (rc == -EILSEQ)
        return complain_divergence(&divergence);
    return rc == 0 ? EXIT_OK : complain_file(rc, err);
}

static int dump_filtered(struct dumper *u, struct trace *t)
{
    bool colour = !u->json && host_is_terminal(stdout) && !getenv("NO_COLOR");
    int rc;

    if (u->grep || colour)
        u->dump.out = dump_filter_open(stdout, u->grep, colour);
    if (!u->dump.out)
        return complain(EXIT_GUEST, "out of memory");
    rc = u->trap != INSN_NONE ? dump_one_trap(u, t) : dump_trace(u, t);
    if (u->dump.out != stdout)
        fclose(u->dump.out);
    return rc;
}

static int dump_summary(const struct trace *t)
{
    if (!t->note)
        return complain(EXIT_GUEST, "this trace has no summary; trapline minimize makes one of a "
                                    "run that fails");
    fputs(t->note, stdout);
    return EXIT_OK;
}

static int dump_file(struct dumper *u, struct trace_options *files, const char *path)
{
    insn_t first = u->trap != INSN_NONE ? u->trap : u->dump.from;
    struct trace *t;
    int rc;

    files->looks_only =
        u->summary || (u->dump.sections & ~(unsigned)(DUMP_HEADER | DUMP_INPUTS)) == 0;
    rc = trace_options_open(files, path, &t);
    if (rc != EXIT_OK)
        return rc;
    if (first > t->end.n)
        rc = complain(EXIT_USAGE, "--%s %llu is behind the end of the recording, instruction %llu",
                      u->trap != INSN_NONE ? "trap" : "from", (unsigned long long)first,
                      (unsigned long long)t->end.n);
    else
        rc = u->summary ? dump_summary(t) : dump_filtered(u, t);
    trace_free(t);
    return rc;
}

int cmd_dump(int argc, char **argv)
{
    enum { OPT_JSON = 64, OPT_FROM, OPT_TO, OPT_TRAP, OPT_GREP, OPT_FILTER, OPT_SUMMARY };
    static const struct option options[] = {
        {"help", no_argument, NULL, 'h'},
        {"traps", no_argument, NULL, DUMP_TRAPS},
        {"syscalls", no_argument, NULL, DUMP_SYSCALLS},
        {"signals", no_argument, NULL, DUMP_SIGNALS},
        {"inputs", no_argument, NULL, DUMP_INPUTS},
        {"header", no_argument, NULL, DUMP_HEADER},
        {"ktrace", optional_argument, NULL, DUMP_KTRACE},
        {"json", no_argument, NULL, OPT_JSON},
        {"from", required_argument, NULL, OPT_FROM},
        {"to", required_argument, NULL, OPT_TO},
        {"summary", no_argument, NULL, OPT_SUMMARY},
        {"trap", required_argument, NULL, OPT_TRAP},
        {"grep", required_argument, NULL, OPT_GREP},
        {"filter", required_argument, NULL, OPT_FILTER},
        TRACE_OPTIONS,
        {0},
    };
    struct dumper u = {.dump = {.to = INSN_NONE, .out = stdout}, .trap = INSN_NONE};
    struct trace_options files = {0};
    int c;

    while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (c == 'h') {
            fputs(help, stdout);
            return EXIT_OK;
        } else if (c == OPT_JSON) {
            u.json = true;
        } else if (c == OPT_SUMMARY) {
            u.summary = true;
        } else if (c == OPT_FROM || c == OPT_TO) {
            if (!parse_number(optarg, c == OPT_FROM ? &u.dump.from : &u.dump.to))
                return complain(EXIT_USAGE, "--from and --to want a number, not '%s'", optarg);
        } else if (c == OPT_TRAP) {
            if (!parse_number(optarg, &u.trap))
                return complain(EXIT_USAGE, "--trap wants a number, not '%s'", optarg);
        } else if (c == OPT_GREP) {
            u.grep = optarg;
        } else if (c > 0 && c <= (int)DUMP_KTRACE) {
            u.dump.sections |= (unsigned)c;
            if (c == (int)DUMP_KTRACE && optarg)
                u.dump.ktrace.filter = optarg;
        } else if (c == OPT_FILTER) {
            u.dump.ktrace.filter = optarg;
        } else if (!trace_options_take(&files, c, optarg)) {
            return complain_usage(argv[0]);
        }
    }
    if (argc - optind != 1)
        return complain(EXIT_USAGE, "dump wants one trace");
    if (u.dump.ktrace.filter && !(u.dump.sections & DUMP_KTRACE))
        return complain(EXIT_USAGE, "--filter is of --ktrace, which is not asked for");
    if (u.dump.from > u.dump.to)
        return complain(EXIT_USAGE, "--from %llu is behind --to %llu",
                        (unsigned long long)u.dump.from, (unsigned long long)u.dump.to);
    if (u.dump.sections == 0)
        u.dump.sections = DUMP_DERIVED;
    return dump_file(&u, &files, argv[optind]);
}
