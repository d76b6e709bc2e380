/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/cmd_check.c - trapline check: analyses that know what a trap must preserve. */
#include "tools/cmd.h"

#include <errno.h>
#include <jansson.h>

#include "sim/check/check.h"
#include "sim/check/stack.h"
#include "tools/check_report.h"
#include "tools/run_end.h"
#include "tools/trace_options.h"

static const char help[] =
    "usage: trapline check RUN.tlt [--only NAME,..] [--json] [--junit FILE]\n"
    "                               [--sarif FILE] [--max N]\n"
    "\n"
    "Replays a recording and compares what user code could see at each trap with what it sees\n"
    "when it goes on. What differs is reported with the instruction that did it.\n"
    "Exit code 1 when anything is found. That the kernel panicked is said, and is no finding.\n"
    "\n"
    "  --only NAME,..       of: context, frame, sigframe, leak, stack, pagetable, stale,\n"
    "                       race (default: all)\n"
    "  --depths             how deep the kernel's stack went, for each kind of entry (check stack)\n"
    "  --json               one JSON object a line (keys: traces/FORMAT.md)\n"
    "  --junit FILE         write a JUnit report, a test case for each check\n"
    "  --sarif FILE         write a SARIF 2.1.0 report\n"
    "  --max N              stop looking after N findings (default 20)\n"
    TRACE_OPTIONS_HELP
    "\n"
    "examples:\n"
    "  trapline check run.tlt\n"
    "  trapline check run.tlt --only context --json | jq .culprit.where\n";

struct view {
    struct progress progress;
    const char *trace;
    const char *junit, *sarif; /* files to write, or NULL */
    struct output junit_out, sarif_out;
    bool json, show_depths;
    bool done;                 /* all was looked at, whatever was found */
    unsigned number;
    struct stack_depths depths;
    struct panic panic;
    json_t *all;            /* findings, for the reports */
};

static void value_text(const uint8_t *v, unsigned bytes, char text[40])
{
    size_t used = (size_t)snprintf(text, 40, "0x");

    for (unsigned i = bytes; i-- > 0;)
        used += (size_t)snprintf(text + used, 40 - used, "%02x", v[i]);
}

static void print_blame(const char *label, const struct check_blame *b)
{
    printf("  %-8s %llu  %s  %s%s%s\n", label, (unsigned long long)b->n, b->where, b->code,
           b->source[0] ? "  " : "", b->source);
}

/* The memory that it is about: of the kernel's frame, a table (physical) or a signal frame. */
static void print_slot(const struct finding *f)
{
    bool table = f->check == CHECK_PAGETABLE || f->check == CHECK_STALE;

    if (f->slot)
        printf("  %-8s 0x%llx\n", table ? "entry at" : "into", (unsigned long long)f->slot);
    if (f->frame_at && f->check != CHECK_LEAK)
        printf("  %-8s 0x%llx, in the signal frame\n", "at", (unsigned long long)f->frame_at);
}

/* Which bytes of a vector register differ, where it is not all of them; else false. */
static bool differing_bytes(const struct finding *f, unsigned *first, unsigned *last)
{
    unsigned low = f->bytes, high = 0, count = 0;

    for (unsigned i = 0; i < f->bytes; i++) {
        if (f->was[i] == f->is[i])
            continue;
        low = low == f->bytes ? i : low;
        high = i;
        count++;
    }
    *first = low;
    *last = high;
    return f->bytes > 8 && count && high - low + 1 < f->bytes;
}

static void print_values(const struct finding *f)
{
    char was[40], is[40];
    unsigned first, last;

    value_text(f->was, f->bytes, was);
    value_text(f->is, f->bytes, is);
    printf("  %-8s was %s\n", f->value ? f->value : "memory", was);
    printf("  %-8s is  %s\n", "", is);
    if (differing_bytes(f, &first, &last))
        printf(first == last ? "  bytes    %u\n" : "  bytes    %u-%u\n", first, last);
}

/* What user code saw was to be put back by the kernel; elsewhere nobody is found. */
static void print_nobody(const struct finding *f)
{
    bool kept = f->check == CHECK_CONTEXT || f->check == CHECK_FRAME || f->check == CHECK_SIGFRAME;

    printf("  by       %s\n", kept ? "nothing: it is as the user left it, and was to be changed"
                                  : "not known");
}

static void print_finding(struct view *v, const struct finding *f)
{
    struct shell_word word;

    printf("%s%u. %s: %s\n", v->number > 1 ? "\n" : "", v->number, check_names[f->check], f->what);
    printf("  trap     %llu  %s  at %s", (unsigned long long)f->trap_n, f->trap, f->place);
    if (f->thread)
        printf("  (task %u.%u)", f->process, f->thread);
    putchar('\n');
    printf("  back     %llu\n", (unsigned long long)f->back_n);
    print_values(f);
    if (f->left.known)
        print_blame("left", &f->left);
    if (f->culprit.known)
        print_blame("by", &f->culprit);
    else
        print_nobody(f);
    if (f->first.known)
        print_blame("after", &f->first);
    if (f->used.known)
        print_blame("used", &f->used);
    print_slot(f);
    if (f->load.known)
        print_blame("loaded", &f->load);
    printf("  look     trapline gdb %s --at %llu\n", shell_word(v->trace, &word),
           (unsigned long long)(f->culprit.known ? f->culprit.n : f->trap_n));
}

static json_t *blame_json(const struct check_blame *b)
{
    json_t *pc = json_sprintf("0x%llx", (unsigned long long)b->pc);

    return json_pack("{s:I,s:o,s:s,s:s,s:s}", "n", (json_int_t)b->n, "pc", pc, "where", b->where,
                     "code", b->code, "source", b->source);
}

/* The command that opens a debugger there. */
static json_t *look_json(const char *trace, const struct finding *f)
{
    struct shell_word word;

    return json_sprintf("trapline gdb %s --at %llu", shell_word(trace, &word),
                        (unsigned long long)(f->culprit.known ? f->culprit.n : f->trap_n));
}

static json_t *finding_json(const char *trace, const struct finding *f)
{
    char was[40], is[40];
    unsigned first, last;
    json_t *o;

    value_text(f->was, f->bytes, was);
    value_text(f->is, f->bytes, is);
    o = json_pack("{s:s,s:s,s:I,s:I,s:i,s:i,s:s,s:s,s:s,s:s,s:s}", "check", check_names[f->check],
                  "what", f->what, "trap_n", (json_int_t)f->trap_n, "back_n", (json_int_t)f->back_n,
                  "process", (int)f->process, "thread", (int)f->thread, "trap", f->trap, "at",
                  f->place, "value", f->value ? f->value : "memory", "was", was, "is", is);
    if (differing_bytes(f, &first, &last))
        json_object_set_new(o, "bytes", json_pack("[i,i]", (int)first, (int)last));
    if (f->slot)
        json_object_set_new(o, "slot", json_sprintf("0x%llx", (unsigned long long)f->slot));
    if (f->frame_at)
        json_object_set_new(o, "frame_at",
                            json_sprintf("0x%llx", (unsigned long long)f->frame_at));
    json_object_set_new(o, "look", look_json(trace, f));
    if (f->culprit.known)
        json_object_set_new(o, "culprit", blame_json(&f->culprit));
    if (f->first.known)
        json_object_set_new(o, "first", blame_json(&f->first));
    if (f->used.known)
        json_object_set_new(o, "used", blame_json(&f->used));
    if (f->load.known)
        json_object_set_new(o, "load", blame_json(&f->load));
    if (f->left.known)
        json_object_set_new(o, "left", blame_json(&f->left));
    return o;
}

static void on_found(void *ctx, const struct finding *f)
{
    struct view *v = ctx;
    json_t *o = finding_json(v->trace, f);

    v->number++;
    json_array_append(v->all, o);
    if (v->json) {
        json_dumpf(o, stdout, JSON_COMPACT | JSON_PRESERVE_ORDER);
        putchar('\n');
    } else {
        print_finding(v, f);
    }
    json_decref(o);
}

static void on_tick(void *ctx, struct sim *sim)
{
    progress_tick(&((struct view *)ctx)->progress, sim);
}

static int deeper_first(const void *a, const void *b)
{
    const struct stack_depth *x = a, *y = b;

    return (x->bytes < y->bytes) - (x->bytes > y->bytes);
}

static void print_depths(struct view *v)
{
    qsort(v->depths.path, v->depths.count, sizeof(v->depths.path[0]), deeper_first);
    for (size_t i = 0; i < v->depths.count; i++) {
        const struct stack_depth *d = &v->depths.path[i];

        if (v->json)
            printf("{\"check\":\"stack\",\"path\":\"%s\",\"bytes\":%u,\"n\":%llu}\n", d->path,
                   d->bytes, (unsigned long long)d->n);
        else
            printf("%8u bytes of stack  %-40s at %llu\n", d->bytes, d->path,
                   (unsigned long long)d->n);
    }
}

/* Refused before the work, not after it. */
static int open_reports(struct view *v)
{
    int rc = v->junit ? output_open(&v->junit_out, v->junit) : EXIT_OK;

    if (rc == EXIT_OK && v->sarif && (rc = output_open(&v->sarif_out, v->sarif)) != EXIT_OK &&
        v->junit)
        output_close(&v->junit_out, rc);
    return rc;
}

/* `rc`: how the work ended; the reports are of one that was done, whatever it found. */
static int write_reports(struct view *v, unsigned kinds, int rc)
{
    int done = rc == EXIT_GUEST && v->done ? EXIT_OK : rc, junit = done, sarif = done;

    if (v->junit) {
        if (done == EXIT_OK)
            check_junit(v->junit_out.file, v->trace, kinds, v->all);
        junit = output_close(&v->junit_out, done);
    }
    if (v->sarif) {
        if (done == EXIT_OK)
            sarif = check_sarif(v->sarif_out.file, v->trace, v->all);
        sarif = output_close(&v->sarif_out, sarif);
    }
    return done != EXIT_OK ? rc : junit != EXIT_OK ? junit : sarif != EXIT_OK ? sarif : rc;
}

static int look(const struct trace *t, struct view *v, unsigned kinds, unsigned max)
{
    struct check how = {.kinds = kinds, .findings_max = max, .ctx = v, .found = on_found,
                        .tick = on_tick, .panic = &v->panic, .depths = &v->depths};
    struct divergence divergence;
    char err[ERR_LEN];
    size_t count;
    int rc;

    progress_start(&v->progress, true);
    rc = check_run(t, &how, &count, &divergence, err, sizeof(err));
    progress_end(&v->progress);
    if (rc == -EILSEQ)
        return complain_divergence(&divergence);
    if (rc != 0)
        return complain(EXIT_GUEST, "%s", err);
    v->done = true;
    if (count == 0 && !v->json)
        printf("nothing found\n");
    if (v->show_depths && (kinds & 1u << CHECK_STACK))
        print_depths(v);
    fflush(stdout);
    run_end_say_panic(&v->panic, &t->end, v->trace);
    return count ? EXIT_GUEST : EXIT_OK;
}

static int check_trace(const struct trace *t, struct view *v, unsigned kinds, unsigned max)
{
    int rc = open_reports(v);

    return rc == EXIT_OK ? write_reports(v, kinds, look(t, v, kinds, max)) : rc;
}

/* A list of names, as bits; 0: one is unknown, and was complained of. */
static unsigned parse_kinds(const char *list)
{
    unsigned kinds = 0;

    do {
        size_t len = strcspn(list, ","), k = 0;

        while (k < CHECK_KINDS && (strlen(check_names[k]) != len ||
                                   strncmp(check_names[k], list, len) != 0))
            k++;
        if (k == CHECK_KINDS) {
            complain(EXIT_USAGE,
                     "there is no check '%.*s'; there are context, frame, sigframe, leak, stack, "
                     "pagetable, stale, race", (int)len, list);
            return 0;
        }
        kinds |= 1u << k;
        list += len + (list[len] == ',');
    } while (*list);
    return kinds;
}

int cmd_check(int argc, char **argv)
{
    enum { OPT_DEPTHS = 20, OPT_ONLY = 1, OPT_JSON, OPT_MAX, OPT_JUNIT, OPT_SARIF };
    static const struct option options[] = {
        {"help", no_argument, NULL, 'h'},
        {"only", required_argument, NULL, OPT_ONLY},
        {"json", no_argument, NULL, OPT_JSON},
        {"depths", no_argument, NULL, OPT_DEPTHS},
        {"max", required_argument, NULL, OPT_MAX},
        {"junit", required_argument, NULL, OPT_JUNIT},
        {"sarif", required_argument, NULL, OPT_SARIF},
        TRACE_OPTIONS,
        {0},
    };
    struct trace_options files = {0};
    struct view view = {0};
    unsigned only = 0;      /* 0: all */
    uint64_t max = 20;
    struct trace *t;
    int c, rc;

    while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (c == 'h') {
            fputs(help, stdout);
            return EXIT_OK;
        } else if (c == OPT_JSON) {
            view.json = true;
        } else if (c == OPT_DEPTHS) {
            view.show_depths = true;
        } else if (c == OPT_ONLY) {
            unsigned more = parse_kinds(optarg);

            if (!more)
                return EXIT_USAGE;
            only |= more;
        } else if (c == OPT_MAX) {
            if (!parse_number(optarg, &max) || max == 0 || max > 10000)
                return complain(EXIT_USAGE, "--max wants a number from 1 to 10000, not '%s'",
                                optarg);
        } else if (c == OPT_JUNIT) {
            view.junit = optarg;
        } else if (c == OPT_SARIF) {
            view.sarif = optarg;
        } else if (!trace_options_take(&files, c, optarg)) {
            return complain_usage(argv[0]);
        }
    }
    if (argc - optind != 1)
        return complain(EXIT_USAGE, "check wants one trace");
    view.trace = argv[optind];
    rc = trace_options_open(&files, argv[optind], &t);
    if (rc != EXIT_OK)
        return rc;
    view.all = json_array();
    rc = view.all ? check_trace(t, &view, only ? only : CHECK_ALL, (unsigned)max)
                  : complain(EXIT_GUEST, "out of memory");
    json_decref(view.all);
    trace_free(t);
    return rc;
}
