/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tools/dump_ktrace.c - the kernel's own trace points, read from the guest's memory in a replay.
 *
 * The ring (kernel/include/ktrace.h) is read at each event of the replay, so it is large enough for
 * what happens between two traps; what was overwritten all the same is counted.
 */
#include "tools/dump.h"
#include "kernel/include/ktrace.h"
#include "loader/boot.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name, *a, *b;
} points[] = {
#define X(kind, a, b) {#kind, a, b},
    KTRACE_POINTS(X)
#undef X
};

/* One word of the filter: a point's name, or pid=N, which goes to *pid. -EINVAL: neither. */
static int filter_word(const char *at, size_t len, unsigned *point, int32_t *pid)
{
    char *end;

    for (*point = 0; *point < KTRACE_KINDS; ++*point)
        if (strlen(points[*point].name) == len && !strncmp(at, points[*point].name, len))
            return 0;
    if (strncmp(at, "pid=", strlen("pid=")) != 0)
        return -EINVAL;
    *pid = (int32_t)strtol(at + strlen("pid="), &end, 10);
    return end == at + len && len > strlen("pid=") ? 0 : -EINVAL;
}

static int filter_parse(const char *filter, struct dump_ktrace *out, char *err, size_t err_len)
{
    for (const char *at = filter; at && *at; at += strspn(at, ",")) {
        size_t len = strcspn(at, ",");
        unsigned point;
        int32_t pid = 0; /* gcc -O1 does not see that a point needs none */

        if (filter_word(at, len, &point, &pid) != 0) {
            snprintf(err, err_len, "'%.*s' is no trace point and no pid=N: they are in FORMAT.md",
                     (int)len, at);
            return -EINVAL;
        }
        if (point < KTRACE_KINDS)
            out->points |= 1u << point;
        else if (out->pid_count < DUMP_KTRACE_PIDS_MAX)
            out->pids[out->pid_count++] = pid;
        at += len;
    }
    return 0;
}

int dump_ktrace_open(struct dump *dump, const struct machine *m, char *err, size_t err_len)
{
    struct symbols *s;
    uint64_t bytes;
    int rc = filter_parse(dump->ktrace.filter, &dump->ktrace, err, err_len);

    if (rc != 0)
        return rc;
    rc = machine_symbols(m, &s, err, err_len);
    if (rc == 0) {
        rc = symbols_lookup(s, "ktrace_ring", &dump->ktrace.ring, &bytes);
        symbols_free(s);
    }
    if (rc != 0)
        snprintf(err, err_len, "this kernel has no trace points of Trapline's (no symbol "
                               "ktrace_ring): --ktrace is for the kernel that ships");
    return rc;
}

static bool is_wanted(const struct dump_ktrace *k, const struct ktrace_record *r)
{
    bool wanted = k->pid_count == 0;

    if (r->kind >= KTRACE_KINDS || (k->points && !(k->points & 1u << r->kind)))
        return false;
    for (unsigned i = 0; i < k->pid_count; i++)
        wanted |= k->pids[i] == r->pid;
    return wanted;
}

static void print_json(FILE *out, const struct ktrace_record *r)
{
    fprintf(out,
            "{\"event\":\"ktrace\",\"point\":\"%s\",\"time_ns\":%" PRIu64
            ",\"pid\":%d,\"tid\":%d,\"%s\":\"%#" PRIx64 "\"",
            points[r->kind].name, r->time_ns, r->pid, r->tid, points[r->kind].a, r->a);
    if (points[r->kind].b)
        fprintf(out, ",\"%s\":\"%#" PRIx64 "\"", points[r->kind].b, r->b);
    fprintf(out, "}\n");
}

static void print_text(FILE *out, const struct ktrace_record *r)
{
    fprintf(out, "ktrace %12" PRIu64 " ns  pid %-4d tid %-4d %-14s %s %#" PRIx64, r->time_ns, r->pid,
            r->tid, points[r->kind].name, points[r->kind].a, r->a);
    if (points[r->kind].b)
        fprintf(out, " %s %#" PRIx64, points[r->kind].b, r->b);
    fputc('\n', out);
}

static void print_record(const struct dump *dump, const struct ktrace_record *r)
{
    if (is_wanted(&dump->ktrace, r))
        (dump->ktrace.json ? print_json : print_text)(dump->out, r);
}

void dump_ktrace_drain(struct dump *dump, struct cpu *cpu)
{
    vaddr_t ring = dump->ktrace.ring;
    struct ktrace_ring head;
    struct ktrace_record r;

    if (!cpu || cpu_mem_read(cpu, ring, &head, offsetof(struct ktrace_ring, records)) != 0 ||
        head.magic != KTRACE_MAGIC || head.version != KTRACE_VERSION ||
        head.capacity != KTRACE_RECORDS)
        return;
    if (head.written - dump->ktrace.read > KTRACE_RECORDS) {
        uint64_t lost = head.written - KTRACE_RECORDS - dump->ktrace.read;

        fprintf(dump->out,
                dump->ktrace.json ? "{\"event\":\"ktrace_lost\",\"records\":%" PRIu64 "}\n"
                                  : "ktrace lost %" PRIu64 " records\n",
                lost);
        dump->ktrace.read += lost;
    }
    for (; dump->ktrace.read < head.written; dump->ktrace.read++) {
        vaddr_t at = ring + offsetof(struct ktrace_ring, records) +
                     dump->ktrace.read % KTRACE_RECORDS * sizeof(r);

        if (cpu_mem_read(cpu, at, &r, sizeof(r)) != 0)
            return;
        print_record(dump, &r);
    }
}
