/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/cmd_bisect.c - trapline bisect: the first cause of what one run did and another did not. */
#include "tools/trace_options.h"

#include "sim/bisect.h"

#include <errno.h>
#include <jansson.h>

static const char help[] =
    "usage: trapline bisect GOOD.tlt BAD.tlt [--json]\n"
    "\n"
    "Why the one ended well and the other did not. In this order: how the machines differ; the\n"
    "first state and the first trap that differ; the first system call or signal that a program\n"
    "made or saw otherwise, which is where it begins to matter; the instruction behind which the\n"
    "thread's way parted; and each value that led there, with who wrote it in both runs,\n"
    "back to where the two runs part. Last, what other threads did otherwise, and the ends.\n"
    "\n"
    "Two schedules or inputs of one machine are compared by states, and by user code,\n"
    "whose instructions are matched by thread and distance from its last system call. Two\n"
    "kernels with the same programs are compared by user code, arm64 and x86_64 by system calls.\n"
    "Exit code 0 when nothing differs, 3 when something does.\n"
    "\n"
    "  --json               one JSON object (keys: traces/FORMAT.md)\n"
    TRACE_OPTIONS_HELP
    "\n"
    "examples:\n"
    "  trapline bisect good.tlt explore/seed-4.tlt\n"
    "  trapline bisect --json good.tlt bad.tlt | jq .way.bad.where\n";

struct searching {
    struct progress progress;
};

static void on_tick(void *ctx, struct sim *sim)
{
    progress_tick(&((struct searching *)ctx)->progress, sim);
}

/* ---- text ---- */

static const char *const names[2] = {"good", "bad"};

static void show_insn(const struct bisect_at *at)
{
    printf("%12llu  %s  %s%s%s\n", (unsigned long long)at->n, at->where, at->code,
           at->source[0] ? "  " : "", at->source);
}

static void show_states(const struct bisect *b)
{
    const struct difference *d = &b->diff.first;

    if (b->diff.machines[0])
        printf("the machines differ\n%s", b->diff.machines);
    if (!b->diff.differ)
        return;
    printf("the first state that differs: instruction %llu%s\n  after        %s\n%s",
           (unsigned long long)d->n, b->diff.first_is_hidden ? ", no register yet" : "", d->place,
           d->lines);
}

static void show_trap(const struct bisect *b)
{
    printf("the first trap that is elsewhere\n");
    for (unsigned i = 0; i < 2; i++)
        if (b->trap[i].known)
            printf("  %-4s %12llu  %s; before %s, at cycle %llu\n", names[i],
                   (unsigned long long)b->trap[i].n, b->trap[i].text, b->trap[i].where,
                   (unsigned long long)b->trap[i].cycles);
        else
            printf("  %-4s %12s  none\n", names[i], "-");
}

static void show_event(const struct bisect_event *e)
{
    if (e->before[0])
        printf("  both %12s  %s\n", "", e->before);
    for (unsigned i = 0; i < 2; i++)
        if (e->at[i].known)
            printf("  %-4s %12llu  %s\n", names[i], (unsigned long long)e->at[i].n, e->at[i].text);
        else
            printf("  %-4s %12s  %s\n", names[i], "-", e->at[i].text);
}

static void show_way(const struct bisect *b)
{
    printf("%s way parts %llu instructions behind %s\n", b->way_in_kernel ? "the kernel's" : "its",
           (unsigned long long)b->way_insns,
           b->way_in_kernel ? "the call" : b->event.before[0] ? "that" : "its start");
    for (unsigned i = 0; i < 2; i++) {
        printf("  %-4s ", names[i]);
        show_insn(&b->way[i]);
        if (b->next[i].known) {
            printf("  %-4s ", "->");
            show_insn(&b->next[i]);
        }
    }
}

static void show_writer(const struct bisect_link *l, const char *name, unsigned side)
{
    if (l->by[side].known) {
        printf("    by %-4s %s%s", name, l->how[side] ? l->how[side] : "", l->how[side] ? " " : "");
        show_insn(&l->by[side]);
    } else if (l->how[side]) {
        printf("    by %-4s %s: nothing wrote it\n", name, l->how[side]);
    }
}

static void show_link(const struct bisect_link *l)
{
    if (l->value[0][0])
        printf("  %s is %s (good), %s (bad)\n", l->what, l->value[0], l->value[1]);
    else
        printf("  from %s, %s\n", l->what, l->value[1]);
    if (l->same) {
        show_writer(l, "both", 1);
    } else {
        if (l->value[0][0])
            show_writer(l, "good", 0);
        show_writer(l, "bad", 1);
    }
    if (l->note[0])
        printf("    %s\n", l->note);
}

static int report(const struct bisect *b)
{
    show_states(b);
    if (!b->differ) {
        printf(b->same_kernel && b->same_programs
                   ? "no difference in the run\n"
                   : "the same system calls, signals and end\n");
        return b->diff.machines[0] ? EXIT_DIVERGENCE : EXIT_OK;
    }
    if (b->has_trap)
        show_trap(b);
    if (b->has_event) {
        printf("the first thing that a program sees: %s (task %u.%u)\n", b->event.program,
               b->event.process, b->event.thread);
        show_event(&b->event);
    } else {
        printf("no program saw a difference\n");
    }
    if (b->has_way)
        show_way(b);
    if (b->links)
        printf("because\n");
    for (unsigned i = 0; i < b->links; i++)
        show_link(&b->link[i]);
    for (unsigned i = 0; i < b->laters; i++) {
        printf("then: %s (task %u.%u)\n", b->later[i].program, b->later[i].process,
               b->later[i].thread);
        show_event(&b->later[i]);
    }
    printf("the end\n");
    for (unsigned i = 0; i < 2; i++)
        printf("  %-4s %12llu  %s\n", names[i], (unsigned long long)b->end[i].n, b->end[i].text);
    return EXIT_DIVERGENCE;
}

/* ---- JSON ---- */

static json_t *at_json(const struct bisect_at *at)
{
    json_t *o;

    if (!at->known)
        return json_null();
    o = json_pack("{s:I}", "n", (json_int_t)at->n);
    if (at->text[0])
        json_object_set_new(o, "what", json_string(at->text));
    if (at->cycles)
        json_object_set_new(o, "cycles", json_integer((json_int_t)at->cycles));
    if (at->where[0]) {
        json_object_set_new(o, "where", json_string(at->where));
        json_object_set_new(o, "code", json_string(at->code));
        json_object_set_new(o, "source", json_string(at->source));
    }
    return o;
}

static json_t *both_json(const struct bisect_at at[2])
{
    return json_pack("{s:o,s:o}", "good", at_json(&at[0]), "bad", at_json(&at[1]));
}

static json_t *event_json(const struct bisect_event *e)
{
    json_t *o = both_json(e->at);

    json_object_set_new(o, "program", json_string(e->program));
    json_object_set_new(o, "task", json_sprintf("%u.%u", e->process, e->thread));
    json_object_set_new(o, "before", json_string(e->before));
    return o;
}

static json_t *link_json(const struct bisect_link *l)
{
    json_t *o = json_pack("{s:s,s:b}", "place", l->what, "same", (int)l->same);

    for (unsigned i = 0; i < 2; i++) {
        json_t *side;

        if (!l->value[i][0])
            continue;
        side = l->by[i].known ? at_json(&l->by[i]) : json_object();
        json_object_set_new(side, "value", json_string(l->value[i]));
        if (l->how[i])
            json_object_set_new(side, "how", json_string(l->how[i]));
        json_object_set_new(o, names[i], side);
    }
    json_object_set_new(o, "note", json_string(l->note));
    return o;
}

static int report_json(const struct bisect *b)
{
    json_t *o = json_pack("{s:b,s:s}", "differ", (int)b->differ, "machines", b->diff.machines);
    json_t *links = json_array(), *later = json_array();

    if (b->diff.differ)
        json_object_set_new(o, "state",
                            json_pack("{s:I,s:s,s:s,s:b}", "n", (json_int_t)b->diff.first.n,
                                      "after", b->diff.first.place, "lines", b->diff.first.lines,
                                      "hidden", (int)b->diff.first_is_hidden));
    if (b->has_trap)
        json_object_set_new(o, "trap", both_json(b->trap));
    if (b->has_event)
        json_object_set_new(o, "event", event_json(&b->event));
    if (b->has_way) {
        json_t *way = both_json(b->way);

        json_object_set_new(way, "insns", json_integer((json_int_t)b->way_insns));
        json_object_set_new(way, "kernel", json_boolean(b->way_in_kernel));
        json_object_set_new(way, "next", both_json(b->next));
        json_object_set_new(o, "way", way);
    }
    for (unsigned i = 0; i < b->links; i++)
        json_array_append_new(links, link_json(&b->link[i]));
    for (unsigned i = 0; i < b->laters; i++)
        json_array_append_new(later, event_json(&b->later[i]));
    json_object_set_new(o, "because", links);
    json_object_set_new(o, "then", later);
    json_object_set_new(o, "end", both_json(b->end));
    json_dumpf(o, stdout, JSON_COMPACT | JSON_PRESERVE_ORDER);
    putchar('\n');
    json_decref(o);
    return b->differ || b->diff.machines[0] ? EXIT_DIVERGENCE : EXIT_OK;
}

static int bisect(struct trace *const t[2], bool json)
{
    struct searching searching;
    struct bisect *b = calloc(1, sizeof(*b));
    char err[ERR_LEN];
    int rc;

    if (!b)
        return complain(EXIT_GUEST, "out of memory");
    progress_start(&searching.progress, true);
    b->tick = on_tick;
    b->ctx = &searching;
    rc = bisect_find(t[0], t[1], b, err, sizeof(err));
    progress_end(&searching.progress);
    if (rc == 0)
        rc = json ? report_json(b) : report(b);
    else
        rc = rc == -EILSEQ ? complain(EXIT_DIVERGENCE, "%s", err) : complain_file(rc, err);
    free(b);
    return rc;
}

int cmd_bisect(int argc, char **argv)
{
    enum { OPT_JSON = 1 };
    static const struct option options[] = {
        {"help", no_argument, NULL, 'h'},
        {"json", no_argument, NULL, OPT_JSON},
        TRACE_OPTIONS,
        {0},
    };
    struct trace_options files = {0};
    struct trace *t[2] = {NULL, NULL};
    bool json = false;
    int c, rc = EXIT_OK;

    while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (c == 'h') {
            fputs(help, stdout);
            return EXIT_OK;
        }
        if (c == OPT_JSON)
            json = true;
        else if (!trace_options_take(&files, c, optarg))
            return complain_usage(argv[0]);
    }
    if (argc - optind != 2)
        return complain(EXIT_USAGE, "bisect wants two traces, the good one first");
    for (int i = 0; i < 2 && rc == EXIT_OK; i++)
        rc = trace_options_open(&files, argv[optind + i], &t[i]);
    if (rc == EXIT_OK)
        rc = bisect(t, json);
    trace_free(t[0]);
    trace_free(t[1]);
    return rc;
}
