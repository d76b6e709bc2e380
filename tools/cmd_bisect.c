/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/cmd_bisect.c - trapline bisect: the first cause of what one run did and another did not. */
#include "tools/trace_options.h"

#include "tools/bisect_text.h"

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
    "kernels with the same programs are compared by user code and the traps that it makes, with\n"
    "registers, cause and address; arm64 and x86_64 by system calls.\n"
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

static const char *const names[2] = {"good", "bad"};

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

static json_t *links_json(const struct bisect_link *l, unsigned count)
{
    json_t *list = json_array();

    for (unsigned i = 0; i < count; i++)
        json_array_append_new(list, link_json(&l[i]));
    return list;
}

static json_t *user_trap_json(const struct bisect_user_trap *t)
{
    json_t *o = both_json(t->at);

    json_object_set_new(o, "program", json_string(t->program));
    json_object_set_new(o, "task", json_sprintf("%u.%u", t->process, t->thread));
    json_object_set_new(o, "index", json_integer((json_int_t)t->index));
    if (t->registers[0])
        json_object_set_new(o, "registers", json_string(t->registers));
    if (t->links)
        json_object_set_new(o, "because", links_json(t->link, t->links));
    return o;
}

static int report_json(const struct bisect *b)
{
    json_t *o = json_pack("{s:b,s:s}", "differ", (int)b->differ, "machines", b->diff.machines);
    json_t *later = json_array();

    if (b->diff.differ)
        json_object_set_new(o, "state",
                            json_pack("{s:I,s:s,s:s,s:b}", "n", (json_int_t)b->diff.first.n,
                                      "after", b->diff.first.place, "lines", b->diff.first.lines,
                                      "hidden", (int)b->diff.first_is_hidden));
    if (b->has_trap)
        json_object_set_new(o, "trap", both_json(b->trap));
    if (b->user_state.known)
        json_object_set_new(o, "user_state", user_trap_json(&b->user_state));
    if (b->user_trap.known)
        json_object_set_new(o, "user_trap", user_trap_json(&b->user_trap));
    if (b->has_event)
        json_object_set_new(o, "event", event_json(&b->event));
    if (b->has_way) {
        json_t *way = both_json(b->way);

        json_object_set_new(way, "insns", json_integer((json_int_t)b->way_insns));
        json_object_set_new(way, "kernel", json_boolean(b->way_in_kernel));
        json_object_set_new(way, "next", both_json(b->next));
        json_object_set_new(o, "way", way);
    }
    if (b->fault.known)
        json_object_set_new(o, "fault", at_json(&b->fault));
    for (unsigned i = 0; i < b->laters; i++)
        json_array_append_new(later, event_json(&b->later[i]));
    json_object_set_new(o, "because", links_json(b->link, b->links));
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
        rc = json ? report_json(b) : bisect_text(stdout, b);
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
    struct trace_options files = {.several = true};
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
