/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tools/cmd_explore.c - trapline explore: many runs of one machine, each disturbed differently.
 * Its options; explore_run.c does it.
 */
#include <unistd.h>

#include "sim/check/check.h"
#include "tools/explore.h"

#define SEEDS_MAX    100000000u
#define KEEP_DEFAULT 100u
#define AT_MAX       64u
#define COUNTS_DEFAULT                                                                            \
    (1u << EXPLORE_STATUS | 1u << EXPLORE_PANIC | 1u << EXPLORE_HANG | 1u << EXPLORE_OUTPUT)

static const char help[] =
    "usage: trapline explore --random N [options] [machine] [-- ARGV]\n"
    "       trapline explore --every [--at PLACE]... [--inject KIND,..] [options] [machine] [-- ARGV]\n"
    "       trapline explore --merge DIR [--coverage] [--lcov FILE]\n"
    "\n"
    "Runs a guest undisturbed, then again and again: with its timer interrupts moved, or with one\n"
    "event at each instruction of some places. Says which runs fail, and keeps each that does as\n"
    "a trace. What was tried is not tried again: after Ctrl-C or a crash the same command goes on.\n"
    "\n"
    "  --random N           N runs, with the seeds 1 to N of --chaos\n"
    "  --every              a run for each instruction of --at and each kind of --inject\n"
    "  --at PLACE           FUNCTION of the kernel, PROGRAM:FUNCTION, an address 0x..; A..B: from each\n"
    "                       arrival at A to the next at B; N..M: instruction numbers; trap-paths: the\n"
    "                       kernel from each entry to its return (default); user:PROGRAM: its code\n"
    "  --inject KIND,..     irq: a timer interrupt; preempt: one, and a time slice is over;\n"
    "                       signal: to the process that runs, one that it handles (signal:10: SIGUSR1);\n"
    "                       fault: all its pages are unmapped, so that each next access faults;\n"
    "                       access: only the pages that this instruction accesses\n"
    "                       (default: all five)\n"
    "  --each               every time that an instruction runs; else once for each address and cause\n"
    "                       of the entry to the kernel (system call, fault, interrupt)\n"
    "  --keep N             --every: traces and lines of at most N failing points (default: 100)\n"
    "  --coverage           points tried, by function\n"
    "  --lcov FILE          the same by source line, as a tracefile of lcov\n"
    "  --fail KIND,..       what is a failure (default: status,panic,hang,output):\n"
    "                         status   an exit status other than 0\n"
    "                         panic    a kernel's panic, a triple fault, a reset\n"
    "                         hang     no end within --limit, or input that never comes\n"
    "                         output   another output than the undisturbed run's\n"
    "                         check    a finding of trapline check (each run is recorded)\n"
    "  --console REGEX      a failure too: the console shows this (extended, per line)\n"
    "  --until KIND         end at the first failure of this kind, or of any\n"
    "  -j, --jobs N         processes (default: one for each CPU)\n"
    "  --shard I/N          only every N-th point, from the I-th: for N machines\n"
    "  --out DIR            where results and traces go (default: explore)\n"
    "  --merge DIR          all shards whose results are in DIR, together\n"
    "  --json               the summary as JSON\n"
    "\n";

static const char examples[] =
    "\n"
    "--limit is that of one run (default: 8 times the undisturbed run, and 0.2 s of guest time).\n"
    "exit: 0 all points hold, 1 some do not or are missing, 2 usage, 4 damaged results\n"
    "\n"
    "examples:\n"
    "  trapline explore --random 1000 --arch arm64 --rootfs root -- /bin/test\n"
    "  trapline explore --random 1000 --until status --rootfs root -- /bin/test\n"
    "  parallel trapline explore --random 1000 --shard {}/2 -j 1 --rootfs root -- /bin/test ::: 1 2\n"
    "  trapline explore --every --at trap_user_sync --inject irq,fault --rootfs root -- /bin/test\n"
    "  trapline explore --every --at user:test --inject preempt -j 2 --rootfs root -- /bin/test\n"
    "  trapline explore --merge explore\n";

/* ---- options ---- */

static int parse_shard(struct search *s, const char *text)
{
    uint64_t shard, shards;
    const char *slash = strchr(text, '/');
    char first[24];

    if (slash && slash - text < (ptrdiff_t)sizeof(first)) {
        snprintf(first, sizeof(first), "%.*s", (int)(slash - text), text);
        if (parse_number(first, &shard) && parse_number(slash + 1, &shards) && shard >= 1 &&
            shard <= shards && shards <= 1000000) {
            s->shard = (unsigned)shard;
            s->shards = (unsigned)shards;
            return EXIT_OK;
        }
    }
    return complain(EXIT_USAGE, "--shard wants I/N with I from 1 to N, as 2/4, not '%s'", text);
}

static int parse_count(const char *option, const char *text, uint64_t max, uint64_t *value)
{
    if (parse_number(text, value) && *value >= 1 && *value <= max)
        return EXIT_OK;
    return complain(EXIT_USAGE, "%s wants a number from 1 to %llu, not '%s'", option,
                    (unsigned long long)max, text);
}

/* What --until says: one or more kinds, or any. */
static unsigned parse_until(const char *value)
{
    if (strcmp(value, "any") == 0)
        return ((1u << EXPLORE_FAILURES) - 1) & ~(1u << EXPLORE_HOLDS);
    return failures_take("--until", value);
}

enum {
    OPT_RANDOM = 1, OPT_FAIL, OPT_CONSOLE, OPT_UNTIL, OPT_SHARD, OPT_OUT, OPT_MERGE, OPT_JSON,
    OPT_EVERY, OPT_AT, OPT_INJECT, OPT_EACH, OPT_KEEP, OPT_COVERAGE, OPT_LCOV,
};

static int take(struct search *s, int option, const char *value)
{
    uint64_t number;
    int rc = EXIT_OK;

    switch (option) {
    case OPT_EVERY:
        s->kind = &search_every;
        return EXIT_OK;
    case OPT_AT:
        if (s->every.at_count == AT_MAX)
            return complain(EXIT_USAGE, "--at can be given %u times", AT_MAX);
        s->every.at[s->every.at_count++] = value;
        return EXIT_OK;
    case OPT_INJECT:
        return explore_parse_kinds(s, value);
    case OPT_EACH:
        s->every.each = true;
        return EXIT_OK;
    case OPT_KEEP:
        return parse_number(value, &s->every.keep)
                   ? EXIT_OK
                   : complain(EXIT_USAGE, "--keep wants a number, not '%s'", value);
    case OPT_COVERAGE:
        s->coverage.text = true;
        return EXIT_OK;
    case OPT_LCOV:
        s->coverage.lcov = value;
        return EXIT_OK;
    case OPT_RANDOM:
        if (s->kind != &search_every)
            s->kind = &search_random;
        return parse_count("--random", value, SEEDS_MAX, &s->points);
    case OPT_FAIL:
        s->rules.counts = failures_take("--fail", value);
        return s->rules.counts ? EXIT_OK : EXIT_USAGE;
    case OPT_UNTIL:
        s->until = parse_until(value);
        return s->until ? EXIT_OK : EXIT_USAGE;
    case OPT_CONSOLE:
        return console_pattern_take(value, &s->pattern, &s->console);
    case OPT_SHARD:
        return parse_shard(s, value);
    case OPT_OUT:
        s->out = value;
        return EXIT_OK;
    case OPT_MERGE:
        s->merge = value;
        return EXIT_OK;
    case OPT_JSON:
        s->json = true;
        return EXIT_OK;
    case 'j':
        rc = parse_count("-j", value, JOBS_MAX, &number);
        if (rc == EXIT_OK)
            s->jobs = (unsigned)number;
        return rc;
    default:
        return option >= MACHINE_OPTION_BASE ? machine_options_take(&s->machine, option, value)
                                             : complain_usage("trapline explore");
    }
}

static int parse(struct search *s, int argc, char **argv, bool *wants_help)
{
    static const struct option options[] = {
        {"help", no_argument, NULL, 'h'},
        {"random", required_argument, NULL, OPT_RANDOM},
        {"every", no_argument, NULL, OPT_EVERY},
        {"at", required_argument, NULL, OPT_AT},
        {"inject", required_argument, NULL, OPT_INJECT},
        {"each", no_argument, NULL, OPT_EACH},
        {"keep", required_argument, NULL, OPT_KEEP},
        {"coverage", no_argument, NULL, OPT_COVERAGE},
        {"lcov", required_argument, NULL, OPT_LCOV},
        {"fail", required_argument, NULL, OPT_FAIL},
        {"console", required_argument, NULL, OPT_CONSOLE},
        {"until", required_argument, NULL, OPT_UNTIL},
        {"jobs", required_argument, NULL, 'j'},
        {"shard", required_argument, NULL, OPT_SHARD},
        {"out", required_argument, NULL, OPT_OUT},
        {"merge", required_argument, NULL, OPT_MERGE},
        {"json", no_argument, NULL, OPT_JSON},
        MACHINE_OPTIONS,
        {0},
    };
    int c, rc = EXIT_OK;

    while (rc == EXIT_OK && (c = getopt_long(argc, argv, "+hj:", options, NULL)) != -1) {
        *wants_help |= c == 'h';
        if (c != 'h')
            rc = take(s, c, optarg);
    }
    if (rc != EXIT_OK || *wants_help || s->merge)
        return rc;
    if (optind < argc && strcmp(argv[optind - 1], "--") != 0)
        return complain(EXIT_USAGE, "'%s' is no option; what the guest executes stands behind --",
                        argv[optind]);
    if (!s->kind)
        return complain(EXIT_USAGE, "explore wants --random N, --every, or --merge DIR");
    if (s->kind == &search_every && s->points != 0)
        return complain(EXIT_USAGE, "--every and --random are two searches: give one of them");
    if (s->kind == &search_random && (s->every.at_count > 0 || s->every.kinds || s->every.each))
        return complain(EXIT_USAGE, "--at, --inject and --each belong to --every");
    if (s->machine.machine.chaos != 0)
        return complain(EXIT_USAGE, "--chaos is what explore chooses; leave it out");
    return EXIT_OK;
}

int cmd_explore(int argc, char **argv)
{
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    struct search s = {.rules = {.counts = COUNTS_DEFAULT, .checks = CHECK_ALL},
                       .jobs = cpus > 0 && cpus < JOBS_MAX ? (unsigned)cpus : 1,
                       .shard = 1, .shards = 1, .out = "explore", .results = {.fd = -1}};
    const char *at[AT_MAX];
    bool wants_help = false;
    int rc;

    s.every.at = at;
    s.every.keep = KEEP_DEFAULT;
    machine_options_init(&s.machine);
    rc = parse(&s, argc, argv, &wants_help);
    if (wants_help) {
        fputs(help, stdout);
        fputs(machine_options_help, stdout);
        fputs(examples, stdout);
    } else if (rc == EXIT_OK && s.merge) {
        rc = explore_merge(&s);
    } else if (rc == EXIT_OK) {
        if (s.console) {
            s.rules.counts |= 1u << EXPLORE_CONSOLE;
            s.rules.pattern = &s.pattern;
        }
        rc = machine_options_load(&s.machine,
                                  optind < argc ? (const char *const *)argv + optind : NULL);
        if (rc == EXIT_OK)
            rc = explore_search(&s);
    }
    if (s.console)
        regfree(&s.pattern);
    machine_options_free(&s.machine);
    return rc;
}
