/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_random TRACE SEED COUNT [FROM TO] - random numbers (of those) and registers of a recording:
 * the writer that who finds is stepped. Behind it the place must hold the value that was asked for,
 * and no instruction from there on, watched one by one, may change it. From there a few links back:
 * where a value was taken from, a register or memory, the same bytes must have stood.
 */
#include "sim/trace.h"
#include "sim/who.h"

#include <stdio.h>
#include <string.h>

#define WATCHED_INSNS_MAX 100000u
#define STRETCHES         20u
#define LINKS             4u

struct check {
    struct who *who;
    struct who_link first, last; /* of the chain */
    unsigned links;
    insn_t from, to;
    bool not_taken;         /* a link has not the value of the next one, `last` */
    bool changed;
    insn_t at;
    uint64_t random;
};

static uint64_t next(struct check *c)
{
    c->random ^= c->random << 13;
    c->random ^= c->random >> 7;
    c->random ^= c->random << 17;
    return c->random;
}

static void on_link(void *ctx, const struct who_link *link)
{
    struct check *c = ctx;

    /* Of memory it is a part that was written at once, somewhere in what was taken. */
    if (c->links++ == 0)
        c->first = *link;
    else if (!memmem(c->last.value, link->place.in_memory ? c->last.place.bytes : link->place.bytes,
                     link->value, link->place.bytes))
        c->not_taken = true;
    if (!c->not_taken)
        c->last = *link;
}

static void on_insn(void *ctx, insn_t n, vaddr_t pc)
{
    struct check *c = ctx;
    uint8_t value[16];

    (void)pc;
    if (!c->changed && who_read(c->who, &c->first.place, value) &&
        memcmp(value, c->first.value, c->first.place.bytes) != 0) {
        c->changed = true;
        c->at = n;
    }
}

static void on_nothing(void *ctx, insn_t n, vaddr_t pc)
{
    (void)ctx;
    (void)n;
    (void)pc;
}

/* 0: as it must be. */
static int judge(struct check *c, struct timeline *t, insn_t n, const char *reg)
{
    uint8_t value[16];

    if (c->not_taken) {
        printf("FAIL: %s at %llu: %llu (%s) did not take %s from there\n", reg,
               (unsigned long long)n, (unsigned long long)c->last.n, c->last.code, c->last.what);
        return 1;
    }
    if (c->first.kind == WHO_BEGINNING)
        return 0;
    if (timeline_seek(t, c->first.n + 1) || !who_read(c->who, &c->first.place, value) ||
        memcmp(value, c->first.value, c->first.place.bytes) != 0) {
        printf("FAIL: %s at %llu: behind %llu (%s) it is something else\n", reg,
               (unsigned long long)n, (unsigned long long)c->first.n, c->first.code);
        return 1;
    }
    if (n - c->first.n > WATCHED_INSNS_MAX)
        return 0;
    c->changed = false;
    if (timeline_trace(t, c->first.n + 1, n, on_insn, c)) {
        printf("FAIL: %s\n", timeline_error(t));
        return 1;
    }
    if (c->changed)
        printf("FAIL: %s at %llu: not %llu (%s), it changes at %llu\n", reg,
               (unsigned long long)n, (unsigned long long)c->first.n, c->first.code,
               (unsigned long long)c->at);
    return c->changed;
}

/* The PC changes always; selectors the engine may show in two ways. */
static bool is_left_out(const char *name)
{
    static const char *const names[] = {"pc", "rip", "cs", "ss", "ds", "es", "fs", "gs"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* A stretch whose instructions are watched ends in the state that it ends in otherwise. */
static unsigned watched_is_the_same(const struct trace *t, struct timeline *line, struct check *c)
{
    unsigned failed = 0;

    for (unsigned i = 0; i < STRETCHES; i++) {
        insn_t to = next(c) % t->end.n, width = next(c) % 20000, from = to > width ? to - width : 0;
        struct digest plain, watched;

        c->links = 0;
        if (timeline_seek(line, to) || sim_digest(timeline_sim(line), true, &plain) ||
            timeline_trace(line, from, to, on_nothing, c) ||
            sim_digest(timeline_sim(line), true, &watched) ||
            memcmp(&plain, &watched, sizeof(plain)) != 0) {
            printf("FAIL: watched from %llu to %llu it is not the same\n",
                   (unsigned long long)from, (unsigned long long)to);
            failed++;
        }
    }
    return failed;
}

static int run(const struct trace *t, struct timeline *line, struct check *c, unsigned count)
{
    size_t regs;
    const struct cpu_reg_desc *table = cpu_reg_table(t->machine.arch, &regs);
    unsigned failed = c->to < t->end.n ? 0 : watched_is_the_same(t, line, c), asked = 0;
    char err[256];

    while (asked < count) {
        insn_t n = c->from + next(c) % (c->to - c->from);
        const struct cpu_reg_desc *d = &table[next(c) % regs];
        struct value_place place;

        if (d->group == CPU_REG_SYSTEM || is_left_out(d->name))
            continue;
        asked++;
        c->links = 0;
        c->not_taken = false;
        if (who_parse(t->machine.arch, d->name, &place, err, sizeof(err)) ||
            who_follow(c->who, n, &place, LINKS, on_link, c, err, sizeof(err))) {
            printf("FAIL: %s at %llu: %s\n", d->name, (unsigned long long)n, err);
            failed++;
        } else {
            failed += (unsigned)judge(c, line, n, d->name);
        }
    }
    printf("%u registers asked, %u wrong\n", asked, failed);
    return failed != 0;
}

int main(int argc, char **argv)
{
    struct check c = {0};
    struct timeline *line = NULL;
    struct places *places;
    struct trace *t;
    char err[256];
    int rc = 1;

    if ((argc != 4 && argc != 6) || trace_read_file(argv[1], &t, err, sizeof(err)))
        return 2;
    c.from = argc > 4 ? strtoull(argv[4], NULL, 0) : 0;
    c.to = argc > 4 ? strtoull(argv[5], NULL, 0) : t->end.n;
    c.random = strtoull(argv[2], NULL, 0) * 2 + 0x9e3779b97f4a7c15;
    places = places_create(&t->machine);
    if (places && timeline_open(t, &line, err, sizeof(err)) == 0 &&
        who_open(line, places, &t->machine, &c.who) == 0)
        rc = run(t, line, &c, (unsigned)strtoul(argv[3], NULL, 0));
    who_close(c.who);
    timeline_close(line);
    places_destroy(places);
    trace_free(t);
    return rc;
}
