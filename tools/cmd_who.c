/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/cmd_who.c - trapline who: a value followed back to where it came from. */
#include "tools/cmd.h"

#include <errno.h>
#include <jansson.h>

#include "sim/who.h"
#include "tools/trace_options.h"

static const char help[] =
    "usage: trapline who RUN.tlt --at N REG|ADDRESS[:BYTES] [--json] [--max LINKS]\n"
    "\n"
    "Who wrote this last: the instruction that put the value there, where that took it from, and\n"
    "so on through copies, loads and stores, to the instruction that made it.\n"
    "\n"
    "  --at N               the state before instruction N\n"
    "  REG                  as the manuals write it: x0, w3, v5, sp, elr_el1; rax, xmm2, rflags\n"
    "  ADDRESS[:BYTES]      memory, by its virtual address at N; 1 to 16 bytes (default 8)\n"
    "  --json               one JSON object a link (keys: traces/FORMAT.md)\n"
    "  --max LINKS          follow at most so many (default 32)\n"
    TRACE_OPTIONS_HELP
    "\n"
    "Each link: the value's place, the instruction that wrote it, and how: copied, loaded and\n"
    "stored go on; constant, computed, entry (an exception's entry or return put it there) and\n"
    "beginning (it was so from the start) end the chain. A store of what was there already is\n"
    "passed over.\n"
    "\n"
    "examples:\n"
    "  trapline who run.tlt --at 531529 v0\n"
    "  trapline who run.tlt --at 8379251 0x7ffffffde0c:4 --json | jq .where\n";

struct view {
    enum arch arch;
    bool json;
    unsigned count;
};

static void value_text(const struct who_link *link, char text[40])
{
    size_t used = (size_t)snprintf(text, 40, "0x");

    for (unsigned i = link->place.bytes; i-- > 0;)
        used += (size_t)snprintf(text + used, 40 - used, "%02x", link->value[i]);
}

static void print_link(const struct view *v, const struct who_link *link, const char *value)
{
    if (v->count == 1)
        printf("%s is %s\n", link->what, value);
    else
        printf("  %-12s from %s, %s\n", "", link->what, value);
    if (link->kind == WHO_BEGINNING)
        printf("  %-12s since the recording began: nothing changed it\n", "-");
    else if (link->kind == WHO_DEVICE)
        printf("  %-12llu %-9s %s\n", (unsigned long long)link->n, who_kind_name(link->kind),
               link->where);
    else
        printf("  %-12llu %-9s %s  %s%s%s\n", (unsigned long long)link->n,
               who_kind_name(link->kind), link->where, link->code, link->source[0] ? "  " : "",
               link->source);
}

static void on_link(void *ctx, const struct who_link *link)
{
    struct view *v = ctx;
    char value[40];
    json_t *o;

    v->count++;
    value_text(link, value);
    if (!v->json) {
        print_link(v, link, value);
        return;
    }
    o = json_pack("{s:s,s:s,s:s}", "place", link->what, "value", value, "how",
                  who_kind_name(link->kind));
    if (link->kind == WHO_DEVICE) {
        json_object_set_new(o, "n", json_integer((json_int_t)link->n));
        json_object_set_new(o, "where", json_string(link->where));
    } else if (link->kind != WHO_BEGINNING) {
        json_object_set_new(o, "n", json_integer((json_int_t)link->n));
        json_object_set_new(o, "pc", json_sprintf("0x%llx", (unsigned long long)link->pc));
        json_object_set_new(o, "where", json_string(link->where));
        json_object_set_new(o, "code", json_string(link->code));
        json_object_set_new(o, "source", json_string(link->source));
    }
    json_dumpf(o, stdout, JSON_COMPACT | JSON_PRESERVE_ORDER);
    putchar('\n');
    json_decref(o);
}

static int follow(const struct trace *t, insn_t n, const struct value_place *place, unsigned max,
                  struct view *v)
{
    struct places *places = places_create(&t->machine);
    struct timeline *timeline = NULL;
    struct who *w = NULL;
    char err[ERR_LEN] = "out of memory";
    int rc = places ? timeline_open(t, &timeline, err, sizeof(err)) : -ENOMEM;

    if (rc == 0)
        rc = who_open(timeline, places, &t->machine, &w);
    if (rc == 0)
        rc = who_follow(w, n, place, max, on_link, v, err, sizeof(err));
    who_close(w);
    timeline_close(timeline);
    places_destroy(places);
    return rc == 0 ? EXIT_OK : complain(rc == -EILSEQ ? EXIT_DIVERGENCE : EXIT_GUEST, "%s", err);
}

int cmd_who(int argc, char **argv)
{
    enum { OPT_AT = 1, OPT_JSON, OPT_MAX };
    static const struct option options[] = {
        {"help", no_argument, NULL, 'h'},
        {"at", required_argument, NULL, OPT_AT},
        {"json", no_argument, NULL, OPT_JSON},
        {"max", required_argument, NULL, OPT_MAX},
        TRACE_OPTIONS,
        {0},
    };
    struct trace_options files = {0};
    struct value_place place;
    struct view view = {0};
    uint64_t n = 0, max = 32;
    bool at = false;
    struct trace *t;
    char err[ERR_LEN];
    int c, rc;

    while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (c == 'h') {
            fputs(help, stdout);
            return EXIT_OK;
        } else if (c == OPT_JSON) {
            view.json = true;
        } else if (c == OPT_AT) {
            at = parse_number(optarg, &n);
            if (!at)
                return complain(EXIT_USAGE, "--at wants a number, not '%s'", optarg);
        } else if (c == OPT_MAX) {
            if (!parse_number(optarg, &max) || max == 0 || max > 10000)
                return complain(EXIT_USAGE, "--max wants a number from 1 to 10000, not '%s'",
                                optarg);
        } else if (!trace_options_take(&files, c, optarg)) {
            return complain_usage(argv[0]);
        }
    }
    if (argc - optind != 2 || !at)
        return complain(EXIT_USAGE, "who wants a trace, --at N, and a register or an address");
    rc = trace_options_open(&files, argv[optind], &t);
    if (rc != EXIT_OK)
        return rc;
    if (n > t->end.n)
        rc = complain(EXIT_USAGE, "the recording ends at instruction %llu",
                      (unsigned long long)t->end.n);
    else if (who_parse(t->machine.arch, argv[optind + 1], &place, err, sizeof(err)) != 0)
        rc = complain(EXIT_USAGE, "%s", err);
    else
        rc = follow(t, n, &place, (unsigned)max, &view);
    trace_free(t);
    return rc;
}
