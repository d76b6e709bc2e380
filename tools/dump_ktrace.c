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

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

static const struct {
    const char *name, *a, *b;
} points[] = {
#define X(kind, a, b) {#kind, a, b},
    KTRACE_POINTS(X)
#undef X
};

int dump_ktrace_open(struct dump *dump, const struct machine *m, char *err, size_t err_len)
{
    struct symbols *s;
    uint64_t bytes;
    int rc = symbols_load(m->kernel.data, m->kernel.bytes, "kernel", &s, err, err_len);

    if (rc != 0)
        return rc;
    rc = symbols_lookup(s, "ktrace_ring", &dump->ktrace_ring, &bytes);
    symbols_free(s);
    if (rc != 0)
        snprintf(err, err_len, "this kernel has no ktrace_ring");
    return rc;
}

/* Is `name` one of the names with commas? */
static bool is_wanted(const char *filter, const char *name)
{
    size_t len = strlen(name);

    for (const char *at = filter; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (!strncmp(at, name, len) && (at[len] == ',' || at[len] == '\0'))
            return true;
    }
    return !filter;
}

static void print_record(const struct dump *dump, const struct ktrace_record *r)
{
    if (r->kind >= KTRACE_KINDS || !is_wanted(dump->ktrace_filter, points[r->kind].name))
        return;
    if (dump->ktrace_json)
        fprintf(dump->out,
                "{\"kind\":\"ktrace\",\"point\":\"%s\",\"time_ns\":%" PRIu64
                ",\"tid\":%d,\"a\":\"%#" PRIx64 "\",\"b\":\"%#" PRIx64 "\"}\n",
                points[r->kind].name, r->time_ns, r->tid, r->a, r->b);
    else
        fprintf(dump->out,
                "ktrace %12" PRIu64 " ns  tid %-4d %-14s %s %#" PRIx64 " %s %#" PRIx64 "\n",
                r->time_ns, r->tid, points[r->kind].name, points[r->kind].a, r->a,
                points[r->kind].b, r->b);
}

void dump_ktrace_drain(struct dump *dump, struct cpu *cpu)
{
    vaddr_t ring = dump->ktrace_ring;
    struct ktrace_ring head;
    struct ktrace_record r;

    if (!cpu || cpu_mem_read(cpu, ring, &head, offsetof(struct ktrace_ring, records)) != 0 ||
        head.magic != KTRACE_MAGIC || head.version != KTRACE_VERSION ||
        head.capacity != KTRACE_RECORDS)
        return;
    if (head.written - dump->ktrace_read > KTRACE_RECORDS) {
        uint64_t lost = head.written - KTRACE_RECORDS - dump->ktrace_read;

        fprintf(dump->out,
                dump->ktrace_json ? "{\"kind\":\"ktrace_lost\",\"records\":%" PRIu64 "}\n"
                                  : "ktrace lost %" PRIu64 " records\n",
                lost);
        dump->ktrace_read += lost;
    }
    for (; dump->ktrace_read < head.written; dump->ktrace_read++) {
        vaddr_t at = ring + offsetof(struct ktrace_ring, records) +
                     dump->ktrace_read % KTRACE_RECORDS * sizeof(r);

        if (cpu_mem_read(cpu, at, &r, sizeof(r)) != 0)
            return;
        print_record(dump, &r);
    }
}
