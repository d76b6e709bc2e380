/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/diff.c - searching the first difference; see diff.h.
 *
 * Equal machines in equal states with equal inputs stay equal, so "differ" is
 * searched as the edge between equal and different. A level goes from the last equal
 * number known in STEPS steps to the first different one, and leaves a stretch shorter by that
 * factor. Both recordings are timelines: the way to the first level is run once.
 */
#include "sim/pair.h"

#include <errno.h>
#include <stdarg.h>

#define STEPS 16u

struct search {
    const struct trace *a, *b;
    struct diff *d;
    struct pair *pair;
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

static void compare_devices(const struct machine *a, const struct machine *b, struct diff *d)
{
    unsigned both = a->disk_count < b->disk_count ? a->disk_count : b->disk_count;

    compare_number(d, "gicv3", a->gicv3, b->gicv3);
    compare_number(d, "console", a->console, b->console);
    if (a->net.bytes != b->net.bytes ||
        (a->net.bytes > 0 && memcmp(a->net.data, b->net.data, a->net.bytes) != 0))
        machine_line(d, "  %-12s not the same script\n", "network");
    compare_number(d, "entropy", a->entropy, b->entropy);
    compare_number(d, "disks", a->disk_count, b->disk_count);
    for (unsigned i = 0; i < both; i++)
        if (memcmp(&a->disk[i].hash, &b->disk[i].hash, sizeof(a->disk[i].hash)) != 0 ||
            a->disk[i].read_only != b->disk[i].read_only)
            machine_line(d, "  %-12s not the same disk\n", "disk");
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
    compare_number(d, "EL2", a->el2, b->el2);
    compare_number(d, "firmware", a->firmware, b->firmware);
    compare_number(d, "adversary", a->adversary, b->adversary);
    if (strcmp(a->cmdline, b->cmdline) != 0)
        machine_line(d, "  %-12s %.200s   %.200s\n", "append", a->cmdline, b->cmdline);
    if (memcmp(&a->kernel_hash, &b->kernel_hash, sizeof(a->kernel_hash)) != 0)
        machine_line(d, "  %-12s not the same file\n", "kernel");
    if (memcmp(&a->initrd_hash, &b->initrd_hash, sizeof(a->initrd_hash)) != 0)
        machine_line(d, "  %-12s not the same archive\n", "initrd");
    compare_devices(a, b, d);
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

/*
 * From *lo in steps to the first difference at or below hi. *found and the stretch around
 * it in *lo, *hi; where it is one step wide, all about it in `out`.
 */
static int level(struct search *s, insn_t *lo, insn_t *hi, bool *found, struct difference *out)
{
    insn_t step = (*hi - *lo) / STEPS > 0 ? (*hi - *lo) / STEPS : 1, n = *lo;
    struct pair *p = s->pair;
    bool equal = true;
    int rc = pair_seek(p, *lo, s->err, s->err_len);

    *found = false;
    while (rc == 0 && n < *hi && !*found) {
        insn_t next = *hi - n > step ? n + step : *hi;

        if (next - n == 1)
            pair_place(p, out->place, sizeof(out->place));
        rc = pair_seek(p, next, s->err, s->err_len);
        if (s->d->tick)
            s->d->tick(s->d->ctx, timeline_sim(p->side[0].timeline));
        if (rc == 0)
            rc = pair_equal(p, s->scope, &equal);
        if (rc == 0 && !equal) {
            *found = true;
            *lo = n;
            *hi = next;
            out->before = n;
            out->n = next;
            if (next - n == 1)
                rc = pair_describe(p, next, out->lines, sizeof(out->lines), s->err, s->err_len);
        } else if (p->side[0].ended) {
            break; /* both ended, alike */
        }
        n = next;
    }
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
    int rc = pair_seek(s->pair, d->first.n, s->err, s->err_len);

    s->scope = PAIR_REGISTERS;
    if (rc == 0)
        rc = pair_equal(s->pair, s->scope, &equal);
    if (rc != 0)
        return rc;
    d->first_is_hidden = equal;
    if (!equal)
        return 0;
    rc = narrow(s, from, later_end(s->a, s->b), &found, &d->visible);
    d->has_visible = rc == 0 && found;
    return rc;
}

/* Same CPU: the search itself. */
static int search(struct search *s, insn_t lo, insn_t hi)
{
    struct diff *d = s->d;
    insn_t end = later_end(s->a, s->b);
    int rc = narrow(s, lo, hi == INSN_NONE ? end : hi, &d->differ, &d->first);

    if (rc == 0 && !d->differ && d->machines[0] == '\0') {
        s->scope = PAIR_RAM;
        rc = narrow(s, lo, end, &d->differ, &d->first);
    }
    return rc == 0 && d->differ ? search_visible(s, d->first.before) : rc;
}

void diff_machines(const struct trace *a, const struct trace *b, struct diff *d)
{
    d->machines[0] = '\0';
    compare_machines(&a->machine, &b->machine, d);
}

int diff_find_pair(struct pair *p, struct diff *d, char *err, size_t err_len)
{
    const struct trace *a = p->side[0].trace, *b = p->side[1].trace;
    struct search s = {.a = a, .b = b, .d = d, .pair = p, .scope = PAIR_STATE, .err = err,
                       .err_len = err_len};
    insn_t lo, hi;

    diff_machines(a, b, d);
    d->differ = d->first_is_hidden = d->has_visible = false;
    compare_digests(a, b, &lo, &hi);
    if (hi == INSN_NONE && !a->cut && !b->cut &&
        memcmp(&a->last, &b->last, sizeof(a->last)) == 0 && a->end.reason == b->end.reason &&
        a->end.status == b->end.status)
        return 0;
    return search(&s, lo, hi);
}

int diff_find(const struct trace *a, const struct trace *b, struct diff *d, char *err,
              size_t err_len)
{
    struct pair pair;
    int rc;

    if (a->machine.arch != b->machine.arch) {
        diff_machines(a, b, d);
        d->first_is_hidden = d->has_visible = false;
        d->differ = true;
        return 0;
    }
    rc = pair_open(&pair, a, b, err, err_len);
    if (rc != 0)
        return rc;
    rc = diff_find_pair(&pair, d, err, err_len);
    pair_close(&pair);
    return rc;
}
