/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/diff.c - searching the first difference; see diff.h.
 *
 * Equal machines in equal states with equal inputs stay equal, so "differ" is
 * searched as the edge between equal and different. A level runs both from
 * the start to the last equal number known, then in STEPS steps to the first different
 * one; each level leaves a stretch shorter by that factor.
 */
#include "sim/pair.h"

#include <errno.h>
#include <stdarg.h>

#define STEPS 16u

struct search {
    const struct trace *a, *b;
    struct diff *d;
    enum pair_scope scope;
    char *err;
    size_t err_len;
};

PRINTF_LIKE(2, 3) static void machine_line(struct diff *d, const char *fmt, ...)
{
    size_t used = strlen(d->machines);
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(d->machines + used, sizeof(d->machines) - used, fmt, ap);
    va_end(ap);
}

static void compare_number(struct diff *d, const char *name, uint64_t a, uint64_t b)
{
    if (a != b)
        machine_line(d, "  %-12s %llu   %llu\n", name, (unsigned long long)a,
                     (unsigned long long)b);
}

static void compare_machines(const struct machine *a, const struct machine *b, struct diff *d)
{
    if (a->arch != b->arch)
        machine_line(d, "  %-12s %s   %s\n", "arch", arch_name(a->arch), arch_name(b->arch));
    compare_number(d, "memory", a->ram_bytes, b->ram_bytes);
    compare_number(d, "cpu-hz", a->hz, b->hz);
    compare_number(d, "seed", a->seed, b->seed);
    compare_number(d, "chaos", a->chaos, b->chaos);
    compare_number(d, "wall start", a->wall_start_s, b->wall_start_s);
    compare_number(d, "strict", a->strict, b->strict);
    if (strcmp(a->cmdline, b->cmdline) != 0)
        machine_line(d, "  %-12s %.200s   %.200s\n", "append", a->cmdline, b->cmdline);
    if (memcmp(&a->kernel_hash, &b->kernel_hash, sizeof(a->kernel_hash)) != 0)
        machine_line(d, "  %-12s not the same file\n", "kernel");
    if (memcmp(&a->initrd_hash, &b->initrd_hash, sizeof(a->initrd_hash)) != 0)
        machine_line(d, "  %-12s not the same archive\n", "initrd");
}

static const struct trace_stop *next_digest(const struct trace *t, size_t *i)
{
    while (*i < t->stop_count && t->stops[*i].kind != TRACE_STOP_DIGEST)
        ++*i;
    return *i < t->stop_count ? &t->stops[(*i)++] : NULL;
}

/* Last number at which the digests agree, and the first at which they do not (INSN_NONE: none). */
static void compare_digests(const struct trace *a, const struct trace *b, insn_t *equal_n,
                            insn_t *differ_n)
{
    size_t i = 0, j = 0;
    const struct trace_stop *x = next_digest(a, &i), *y = next_digest(b, &j);

    *equal_n = 0;
    *differ_n = INSN_NONE;
    while (x && y) {
        if (x->n == y->n) {
            if (x->digest.state != y->digest.state || x->digest.cycles != y->digest.cycles) {
                *differ_n = x->n;
                return;
            }
            *equal_n = x->n;
        }
        if (x->n <= y->n)
            x = next_digest(a, &i);
        else
            y = next_digest(b, &j);
    }
}

/* Run a new pair to `n`. */
static int pair_at(struct search *s, struct pair *p, insn_t n)
{
    int rc = pair_open(p, s->a, s->b, s->d, s->err, s->err_len);

    if (rc == 0) {
        rc = pair_run(p, n, s->err, s->err_len);
        if (rc != 0)
            pair_close(p);
    }
    return rc;
}

/*
 * From *lo in steps to the first difference at or below hi. *found and the stretch around
 * it in *lo, *hi; where it is one step wide, all about it in `out`.
 */
static int level(struct search *s, insn_t *lo, insn_t *hi, bool *found, struct difference *out)
{
    insn_t step = (*hi - *lo) / STEPS > 0 ? (*hi - *lo) / STEPS : 1, n = *lo;
    struct pair p;
    bool equal = true;
    int rc = pair_at(s, &p, *lo);

    *found = false;
    if (rc != 0)
        return rc;
    while (rc == 0 && n < *hi && !*found) {
        insn_t next = *hi - n > step ? n + step : *hi;

        if (next - n == 1)
            pair_place(&p, out->place, sizeof(out->place));
        rc = pair_run(&p, next, s->err, s->err_len);
        if (s->d->tick)
            s->d->tick(s->d->ctx, p.side[0].replay.sim);
        if (rc == 0)
            rc = pair_equal(&p, s->scope, &equal);
        if (rc == 0 && !equal) {
            *found = true;
            *lo = n;
            *hi = next;
            out->before = n;
            out->n = next;
            pair_describe(&p, next, out->lines, sizeof(out->lines));
        } else if (p.side[0].ended) {
            break; /* both ended, alike */
        }
        n = next;
    }
    pair_close(&p);
    return rc;
}

static int narrow(struct search *s, insn_t lo, insn_t hi, bool *found, struct difference *out)
{
    int rc = level(s, &lo, &hi, found, out);

    while (rc == 0 && *found && hi - lo > 1) {
        bool again;

        rc = level(s, &lo, &hi, &again, out);
        if (rc == 0 && !again) {
            snprintf(s->err, s->err_len, "the two differ at instruction %llu in one run and not in "
                     "the next: replaying is not deterministic here", (unsigned long long)hi);
            rc = -EILSEQ;
        }
    }
    return rc;
}

static insn_t later_end(const struct trace *a, const struct trace *b)
{
    return (a->end.n > b->end.n ? a->end.n : b->end.n) + 1;
}

static int search_visible(struct search *s, insn_t from)
{
    struct diff *d = s->d;
    bool equal, found;
    struct pair p;
    int rc = pair_at(s, &p, d->first.n);

    if (rc != 0)
        return rc;
    s->scope = PAIR_REGISTERS;
    rc = pair_equal(&p, s->scope, &equal);
    pair_close(&p);
    d->first_is_hidden = equal;
    if (rc != 0 || !equal)
        return rc;
    rc = narrow(s, from, later_end(s->a, s->b), &found, &d->visible);
    d->has_visible = rc == 0 && found;
    return rc;
}

int diff_find(const struct trace *a, const struct trace *b, struct diff *d, char *err,
              size_t err_len)
{
    struct search s = {.a = a, .b = b, .d = d, .scope = PAIR_STATE, .err = err,
                       .err_len = err_len};
    insn_t lo, hi;
    int rc;

    d->machines[0] = '\0';
    d->differ = d->first_is_hidden = d->has_visible = false;
    compare_machines(&a->machine, &b->machine, d);
    if (a->machine.arch != b->machine.arch) {
        d->differ = true;
        return 0;
    }
    compare_digests(a, b, &lo, &hi);
    if (hi == INSN_NONE && !a->cut && !b->cut &&
        memcmp(&a->last, &b->last, sizeof(a->last)) == 0 && a->end.reason == b->end.reason &&
        a->end.status == b->end.status)
        return 0;
    rc = narrow(&s, lo, hi == INSN_NONE ? later_end(a, b) : hi, &d->differ, &d->first);
    if (rc == 0 && !d->differ && d->machines[0] == '\0') {
        s.scope = PAIR_RAM;
        rc = narrow(&s, lo, later_end(a, b), &d->differ, &d->first);
    }
    if (rc == 0 && d->differ)
        rc = search_visible(&s, d->first.before);
    return rc;
}
