/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/explore.c - one run of a search, and what counts as its failure; see explore.h. */
#include "sim/explore.h"

#include <errno.h>
#include <xxhash.h>

#include "loader/fail.h"
#include "sim/check/check.h"

/* A disturbed run takes longer, but not by so much. */
#define HANG_FACTOR 8u
#define HANG_SLACK  200000000ull

const char *const explore_names[EXPLORE_FAILURES] = {
    [EXPLORE_HOLDS] = "holds",     [EXPLORE_STATUS] = "status", [EXPLORE_PANIC] = "panic",
    [EXPLORE_HANG] = "hang",       [EXPLORE_OUTPUT] = "output", [EXPLORE_CONSOLE] = "console",
    [EXPLORE_CHECK] = "check",
};

insn_t explore_limit(insn_t n)
{
    return n > (INSN_NONE - HANG_SLACK) / HANG_FACTOR ? INSN_NONE - 1
                                                      : n * HANG_FACTOR + HANG_SLACK;
}

static void on_console(void *ctx, const uint8_t *bytes, size_t len)
{
    buf_put(&((struct explore_result *)ctx)->console, bytes, len);
}

int explore_try(const struct machine *m, insn_t limit, const char *trace_path,
                struct explore_result *r, char *err, size_t err_len)
{
    return explore_run(m, NULL, limit, trace_path, r, err, err_len);
}

int explore_run(const struct machine *m, const struct schedule *schedule, insn_t limit,
                const char *trace_path, struct explore_result *r, char *err, size_t err_len)
{
    struct session s = {.trace_path = trace_path,
                        .schedule = schedule,
                        .limit = limit,
                        .ctx = r,
                        .console = on_console};
    int rc;

    memset(r, 0, sizeof(*r));
    rc = session_run(m, &s, &r->end, err, err_len);
    buf_put(&r->console, "", 1); /* for regexec(); not part of the hash */
    if (rc == 0 && r->console.failed)
        rc = loader_fail(err, err_len, -ENOMEM, "out of memory for the guest's output");
    if (rc != 0) {
        if (rc == -EIO && trace_path)
            remove(trace_path); /* not whole, and not what was asked for */
        explore_result_free(r);
        return rc;
    }
    r->console_hash = explore_console_hash(r);
    return 0;
}

uint64_t explore_console_hash(const struct explore_result *r)
{
    return XXH3_64bits(r->console.data, r->console.used - 1);
}

void explore_result_free(struct explore_result *r)
{
    buf_free(&r->console);
}

/* Our kernel says it in these words, Linux in others. */
static bool shows_panic(const struct explore_result *r)
{
    const char *text = (const char *)r->console.data;

    return strstr(text, "kernel: panic") || strstr(text, "Kernel panic");
}

static bool is(enum explore_failure failure, const struct explore_result *good,
               const struct explore_result *r, const struct explore_rules *rules)
{
    enum sim_end_reason reason = r->end.reason;

    switch (failure) {
    case EXPLORE_PANIC:
        return reason == SIM_END_SHUTDOWN || reason == SIM_END_RESET ||
               reason == SIM_END_STRICT || reason == SIM_END_ENGINE ||
               shows_panic(r);
    case EXPLORE_HANG:
        return reason == SIM_END_LIMIT || reason == SIM_END_STARVED;
    case EXPLORE_STATUS:
        return reason == SIM_END_POWEROFF && r->end.status != 0;
    case EXPLORE_OUTPUT:
        return r->console_hash != good->console_hash;
    case EXPLORE_CONSOLE:
        return rules->pattern &&
               regexec(rules->pattern, (const char *)r->console.data, 0, NULL, 0) == 0;
    default:
        return false;
    }
}

static void ignore(void *ctx, const struct finding *f)
{
    (void)ctx;
    (void)f;
}

static int find_findings(const struct explore_rules *rules, const char *path, size_t *count,
                         char *err, size_t err_len)
{
    struct check how = {.kinds = rules->checks, .findings_max = 1, .found = ignore};
    struct divergence divergence;
    struct trace *t;
    int rc = trace_read_file(path, &t, err, err_len);

    if (rc != 0)
        return rc;
    rc = check_run(t, &how, count, &divergence, err, err_len);
    if (rc == -EILSEQ)
        loader_fail(err, err_len, rc, "%s diverges: %s", path, divergence.what);
    trace_free(t);
    return rc;
}

int explore_judge(const struct explore_rules *rules, const struct explore_result *undisturbed,
                  const struct explore_result *r, const char *trace_path,
                  enum explore_failure *failure, char *err, size_t err_len)
{
    static const enum explore_failure order[] = {EXPLORE_PANIC, EXPLORE_HANG, EXPLORE_STATUS,
                                                 EXPLORE_CONSOLE, EXPLORE_OUTPUT};
    size_t findings = 0;
    int rc = 0;

    *failure = EXPLORE_HOLDS;
    for (size_t i = 0; i < ARRAY_LEN(order) && *failure == EXPLORE_HOLDS; i++)
        if ((rules->counts & 1u << order[i]) && is(order[i], undisturbed, r, rules))
            *failure = order[i];
    if (*failure == EXPLORE_HOLDS && (rules->counts & 1u << EXPLORE_CHECK)) {
        rc = find_findings(rules, trace_path, &findings, err, err_len);
        if (rc == 0 && findings > 0)
            *failure = EXPLORE_CHECK;
    }
    return rc;
}
