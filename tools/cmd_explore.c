/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tools/cmd_explore.c - trapline explore: many runs of one machine, each disturbed differently.
 *
 * The parent runs the machine undisturbed, then starts one process a job. They share a counter from
 * which each takes its next point, so a slow run holds up nobody; what they find goes to one
 * file (explore_results.h). A process that dies takes one point with it, which the next
 * start tries again.
 */
#include "tools/explore_results.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/check/check.h"
#include "tools/cmd.h"

#define JOBS_MAX   256u
#define SEEDS_MAX  100000000u
#define NS_PER_S   1000000000ull
#define COUNTS_DEFAULT                                                                            \
    (1u << EXPLORE_STATUS | 1u << EXPLORE_PANIC | 1u << EXPLORE_HANG | 1u << EXPLORE_OUTPUT)

static const char help[] =
    "usage: trapline explore --random N [options] [machine] [-- ARGV]\n"
    "       trapline explore --merge DIR\n"
    "\n"
    "Runs a guest undisturbed, then again and again with its timer interrupts moved, and says\n"
    "which runs fail. Each that does is kept as a trace. What was tried is not tried again: after\n"
    "Ctrl-C or a crash the same command goes on.\n"
    "\n"
    "  --random N           N runs, with the seeds 1 to N of --chaos\n"
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
    "  trapline explore --merge explore\n";

/* What the processes have in common. */
struct shared {
    _Atomic uint64_t next; /* index of the next point of this shard */
    _Atomic uint64_t tried, failed;
    _Atomic bool stop;
};

struct search {
    struct machine_options machine;
    struct explore_rules rules;
    struct explore_result undisturbed;
    regex_t pattern;
    const char *console, *out, *merge;
    unsigned until;            /* 1 << enum explore_failure */
    uint64_t points;
    unsigned jobs, shard, shards;
    bool json;
    struct results results;
    struct tally tally;
    struct shared *shared;
};

static struct shared *to_interrupt; /* a signal handler has no other way to it */

static void on_sigint(int signo)
{
    (void)signo;
    atomic_store(&to_interrupt->stop, true);
}

/* ---- one process ---- */

static void trace_name(const struct search *s, uint64_t seed, const char *what, char *path,
                       size_t len)
{
    snprintf(path, len, "%s/%s-%llu.tlt", s->out, what, (unsigned long long)seed);
}

/* Try one seed. 0, or an exit code after a complaint. */
static int try_seed(struct search *s, uint64_t seed, struct result_line *line)
{
    bool checks = s->rules.counts & 1u << EXPLORE_CHECK;
    char kept[4096], trying[4096], err[ERR_LEN];
    struct explore_result r;
    int rc;

    trace_name(s, seed, "seed", kept, sizeof(kept));
    trace_name(s, seed, ".trying", trying, sizeof(trying));
    s->machine.machine.chaos = seed;
    rc = explore_try(&s->machine.machine, s->rules.limit, checks ? trying : NULL, &r, err,
                     sizeof(err));
    if (rc != 0)
        return complain(EXIT_GUEST, "seed %llu: %s", (unsigned long long)seed, err);
    *line = (struct result_line){.point = seed, .n = r.end.n};
    sim_end_text(&r.end, line->end, sizeof(line->end));
    rc = explore_judge(&s->rules, &s->undisturbed, &r, checks ? trying : NULL, &line->failure, err,
                       sizeof(err));
    explore_result_free(&r);
    if (rc == 0 && line->failure != EXPLORE_HOLDS) {
        snprintf(line->trace, sizeof(line->trace), "seed-%llu.tlt", (unsigned long long)seed);
        if (checks) {
            rc = rename(trying, kept) == 0 ? 0 : -errno;
            snprintf(err, sizeof(err), "its trace cannot be kept: %s", strerror(-rc));
        } else {
            rc = explore_try(&s->machine.machine, s->rules.limit, kept, &r, err, sizeof(err));
            if (rc == 0)
                explore_result_free(&r);
        }
    } else if (checks) {
        unlink(trying);
    }
    return rc == 0 ? 0 : complain(EXIT_GUEST, "seed %llu: %s", (unsigned long long)seed, err);
}

static int work(struct search *s)
{
    struct shared *shared = s->shared;
    struct result_line line;

    while (!atomic_load(&shared->stop)) {
        uint64_t seed = atomic_fetch_add(&shared->next, 1) * s->shards + s->shard;

        if (seed > s->points)
            return EXIT_OK;
        if (s->tally.done[seed])
            continue;
        int rc = try_seed(s, seed, &line);

        if (rc == 0 && results_put(&s->results, &line) != 0)
            rc = complain(EXIT_GUEST, "%s cannot be written; is the disk full?", s->results.path);
        if (rc != 0) {
            atomic_store(&shared->stop, true);
            return rc;
        }
        atomic_fetch_add(&shared->tried, 1);
        if (line.failure != EXPLORE_HOLDS)
            atomic_fetch_add(&shared->failed, 1);
        if (s->until & 1u << line.failure)
            atomic_store(&shared->stop, true);
    }
    return EXIT_OK;
}

static pid_t start_process(struct search *s)
{
    pid_t parent = getpid(), pid = fork();

    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EXIT_GUEST);
    signal(SIGINT, SIG_IGN); /* the parent hears it, and asks us to end with this run */
    _exit(work(s));
}

/* ---- all of them ---- */

static void show_progress(const struct search *s, uint64_t mine, uint64_t start_ns)
{
    uint64_t tried = atomic_load(&s->shared->tried), failed = atomic_load(&s->shared->failed);
    double seconds = (double)(host_clock_ns() - start_ns) / NS_PER_S;

    fprintf(stderr, "\r%llu of %llu points, %llu fail", (unsigned long long)tried,
            (unsigned long long)mine, (unsigned long long)failed);
    if (tried > 0)
        fprintf(stderr, ", %.0f a second, %.0f s to go ", (double)tried / seconds,
                (double)(mine - tried) * seconds / (double)tried);
    fflush(stderr);
}

/* Wait for all; a process that does not end with 0 spoils the search. */
static int wait_for(struct search *s, unsigned running, uint64_t mine)
{
    bool terminal = host_is_terminal(stderr);
    uint64_t start_ns = host_clock_ns();
    int rc = EXIT_OK, status;

    while (running > 0) {
        pid_t pid = waitpid(-1, &status, terminal ? WNOHANG : 0);

        if (pid < 0 && errno != EINTR)
            break;
        if (pid == 0) {
            show_progress(s, mine, start_ns);
            usleep(200000);
        }
        if (pid <= 0)
            continue;
        running--;
        if (WIFSIGNALED(status)) {
            atomic_store(&s->shared->stop, true);
            rc = complain(EXIT_GUEST, "a process of the search was killed by signal %d; the same "
                                      "command goes on", WTERMSIG(status));
        } else if (WEXITSTATUS(status) != EXIT_OK) {
            rc = WEXITSTATUS(status);
        }
    }
    if (terminal)
        fputs("\r\033[K", stderr);
    return rc;
}

static int run_processes(struct search *s)
{
    uint64_t mine = 0;
    unsigned started = 0;
    int rc;

    for (uint64_t p = s->shard; p <= s->points; p += s->shards)
        mine += !s->tally.done[p];
    s->shared = mmap(NULL, sizeof(*s->shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                     -1, 0);
    if (s->shared == MAP_FAILED)
        return complain(EXIT_GUEST, "out of memory");
    to_interrupt = s->shared;
    struct sigaction old, act = {.sa_handler = on_sigint, .sa_flags = (int)SA_RESETHAND};
    sigaction(SIGINT, &act, &old);
    while (started < s->jobs && started < mine && start_process(s) > 0)
        started++;
    rc = mine > 0 && started == 0
             ? complain(EXIT_GUEST, "no process could be started: %s", strerror(errno))
             : wait_for(s, started, mine);
    sigaction(SIGINT, &old, NULL);
    munmap(s->shared, sizeof(*s->shared));
    return rc;
}

/* ---- what was found ---- */

static void on_failing(void *ctx, const struct result_line *line)
{
    const struct search *s = ctx;

    if (s->json)
        return;
    printf("seed %llu fails: %s; %s at instruction %llu; trapline replay %s/%s\n",
           (unsigned long long)line->point, explore_names[line->failure], line->end,
           (unsigned long long)line->n, s->out, line->trace);
}

/* `of`: how many points there should be. */
static int summary(const struct search *s, const struct tally *t, uint64_t of)
{
    uint64_t holding = t->tried - t->failed, missing = of - t->tried;

    if (s->json)
        printf("{\"points\":%llu,\"hold\":%llu,\"fail\":%llu,\"missing\":%llu}\n",
               (unsigned long long)of, (unsigned long long)holding,
               (unsigned long long)t->failed, (unsigned long long)missing);
    else
        printf("%llu of %llu points hold", (unsigned long long)holding, (unsigned long long)of);
    if (!s->json && t->failed > 0)
        printf(", %llu fail", (unsigned long long)t->failed);
    if (!s->json && missing > 0)
        printf(", %llu were not tried yet", (unsigned long long)missing);
    if (!s->json)
        putchar('\n');
    return t->failed > 0 || missing > 0 ? EXIT_GUEST : EXIT_OK;
}

static int merge(struct search *s)
{
    struct tally tally = {.ctx = s, .failing = on_failing};
    json_t *head;
    int rc;

    s->out = s->merge;
    rc = results_merge(s->merge, &tally, &head);
    if (rc == EXIT_OK)
        rc = summary(s, &tally, tally.points);
    json_decref(head);
    free(tally.done);
    return rc;
}

/* ---- the search ---- */

/* What makes two searches the same one. */
static json_t *describe(const struct search *s)
{
    const struct machine *m = &s->machine.machine;
    char kernel[33], initrd[33];
    json_t *argv = json_array();

    image_hash_text(&m->kernel_hash, kernel);
    image_hash_text(&m->initrd_hash, initrd);
    for (char **a = m->argv; a && *a; a++)
        json_array_append_new(argv, json_string(*a));
    return json_pack("{s:s, s:I, s:I, s:I, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:o, s:I, s:s, "
                     "s:I, s:I}",
                     "explore", "random", "points", (json_int_t)s->points, "shard",
                     (json_int_t)s->shard, "shards", (json_int_t)s->shards, "arch",
                     arch_name(m->arch), "kernel", kernel, "initrd", initrd, "append",
                     m->cmdline ? m->cmdline : "", "mem", (json_int_t)m->ram_bytes, "hz",
                     (json_int_t)m->hz, "seed", (json_int_t)m->seed, "wall_start",
                     (json_int_t)m->wall_start_s, "argv", argv, "fail",
                     (json_int_t)s->rules.counts, "console", s->console ? s->console : "",
                     "limit", (json_int_t)s->rules.limit, "undisturbed_n",
                     (json_int_t)s->undisturbed.end.n);
}

static int run_undisturbed(struct search *s)
{
    char err[ERR_LEN], text[96];
    insn_t limit = s->machine.limit;
    int rc = explore_try(&s->machine.machine, limit, NULL, &s->undisturbed, err, sizeof(err));

    if (rc != 0)
        return complain(rc == -ENOEXEC ? EXIT_DAMAGED : EXIT_GUEST, "%s", err);
    if (s->undisturbed.end.reason != SIM_END_POWEROFF || s->undisturbed.end.status != 0) {
        sim_end_text(&s->undisturbed.end, text, sizeof(text));
        return complain(EXIT_GUEST,
                        "the undisturbed run fails already: %s at instruction %llu; trapline "
                        "record with the same machine keeps it", text,
                        (unsigned long long)s->undisturbed.end.n);
    }
    s->rules.limit = limit != INSN_NONE ? limit : explore_limit(s->undisturbed.end.n);
    return EXIT_OK;
}

static int search(struct search *s)
{
    struct tally found = {.ctx = s, .failing = on_failing};
    uint64_t of = 0;
    json_t *head = NULL;
    int rc = run_undisturbed(s);

    if (rc == EXIT_OK) {
        head = describe(s);
        rc = results_open(&s->results, s->out, s->shard, s->shards, head, &s->tally);
    }
    if (rc == EXIT_OK) {
        rc = run_processes(s);
        results_close(&s->results);
        /* What stands in the file counts, that of earlier starts too. */
        int again = results_open(&s->results, s->out, s->shard, s->shards, head, &found);

        for (uint64_t p = s->shard; p <= s->points; p += s->shards)
            of++;
        if (again == EXIT_OK) {
            again = summary(s, &found, of);
            results_close(&s->results);
        }
        rc = rc != EXIT_OK ? rc : again;
    }
    json_decref(head);
    free(found.done);
    free(s->tally.done);
    explore_result_free(&s->undisturbed);
    return rc;
}

/* ---- options ---- */

/* A list of kinds as bits; `any` adds all. 0 after a complaint. */
static unsigned parse_failures(const char *option, const char *list, bool any)
{
    unsigned kinds = 0;

    if (any && strcmp(list, "any") == 0)
        return ((1u << EXPLORE_FAILURES) - 1) & ~(1u << EXPLORE_HOLDS);
    while (*list) {
        size_t len = strcspn(list, ",");
        unsigned f = EXPLORE_STATUS;

        while (f < EXPLORE_FAILURES && (strlen(explore_names[f]) != len ||
                                        strncmp(explore_names[f], list, len) != 0))
            f++;
        if (f == EXPLORE_FAILURES) {
            complain(EXIT_USAGE, "%s: there is no failure '%.*s'; there are status, panic, hang, "
                                 "output, console, check", option, (int)len, list);
            return 0;
        }
        kinds |= 1u << f;
        list += len + (list[len] == ',');
    }
    if (kinds == 0)
        complain(EXIT_USAGE, "%s wants status, panic, hang, output, console or check", option);
    return kinds;
}

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

static int parse_console(struct search *s, const char *text)
{
    char why[160];
    int rc;

    if (s->console)
        regfree(&s->pattern);
    s->console = NULL;
    rc = regcomp(&s->pattern, text, REG_EXTENDED | REG_NEWLINE | REG_NOSUB);
    if (rc != 0) {
        regerror(rc, &s->pattern, why, sizeof(why));
        return complain(EXIT_USAGE, "--console '%s': %s", text, why);
    }
    s->console = text;
    s->rules.pattern = &s->pattern;
    return EXIT_OK;
}

enum {
    OPT_RANDOM = 1, OPT_FAIL, OPT_CONSOLE, OPT_UNTIL, OPT_SHARD, OPT_OUT, OPT_MERGE, OPT_JSON,
};

static int take(struct search *s, int option, const char *value)
{
    uint64_t number;
    int rc = EXIT_OK;

    switch (option) {
    case OPT_RANDOM:
        return parse_count("--random", value, SEEDS_MAX, &s->points);
    case OPT_FAIL:
        s->rules.counts = parse_failures("--fail", value, false);
        return s->rules.counts ? EXIT_OK : EXIT_USAGE;
    case OPT_UNTIL:
        s->until = parse_failures("--until", value, true);
        return s->until ? EXIT_OK : EXIT_USAGE;
    case OPT_CONSOLE:
        return parse_console(s, value);
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
                                             : complain_usage("explore");
    }
}

static int parse(struct search *s, int argc, char **argv, bool *wants_help)
{
    static const struct option options[] = {
        {"help", no_argument, NULL, 'h'},
        {"random", required_argument, NULL, OPT_RANDOM},
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
    if (s->points == 0)
        return complain(EXIT_USAGE, "explore wants --random N, or --merge DIR");
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
    bool wants_help = false;
    int rc;

    machine_options_init(&s.machine);
    rc = parse(&s, argc, argv, &wants_help);
    if (wants_help) {
        fputs(help, stdout);
        fputs(machine_options_help, stdout);
        fputs(examples, stdout);
    } else if (rc == EXIT_OK && s.merge) {
        rc = merge(&s);
    } else if (rc == EXIT_OK) {
        if (s.console)
            s.rules.counts |= 1u << EXPLORE_CONSOLE;
        rc = machine_options_load(&s.machine,
                                  optind < argc ? (const char *const *)argv + optind : NULL);
        if (rc == EXIT_OK)
            rc = search(&s);
    }
    if (s.console)
        regfree(&s.pattern);
    machine_options_free(&s.machine);
    return rc;
}
