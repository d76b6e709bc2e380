/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guarded_pages TRACE [FROM [COUNT]] - whose stores to pages are told of, all are, and nothing is
 * changed by that.
 *
 * COUNT instructions of a recording run twice, from FROM on, with all of RAM watched: once with
 * every store told of (cpu_watch_pages(), the engine's hook), once with the kernel's
 * (cpu_watch_kernel_pages(): on arm64 each of them is forbidden by stage 2 and done by us). Kernel
 * mode's stores must be the same in both, by instructions that are where the hook's block said, and
 * so must the machine be in the end; in between the recording's digests say so.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/replay.h"

struct stores {
    struct cpu *cpu;
    struct cpu_store *list;
    size_t count, room;
    bool all;               /* user mode's are told of, too */
};

static int fail(const char *what, const char *why)
{
    printf("FAIL: %s: %s\n", what, why);
    return 1;
}

static void on_store(void *ctx, const struct cpu_store *s)
{
    struct stores *w = ctx;

    if (w->all && s->code_bytes && !(s->pc >> 63) && cpu_in_user(w->cpu))
        return;
    if (w->count == w->room) {
        w->room = 2 * w->room + 4096;
        w->list = realloc(w->list, w->room * sizeof(*w->list));
        if (!w->list)
            abort();
    }
    w->list[w->count++] = *s;
}

/* The stores of one run, and the machine's state behind it. */
static int run(const struct trace *trace, insn_t from, insn_t to, struct stores *w,
               struct digest *end)
{
    struct sim_end why;
    struct replay r;
    size_t bytes;
    paddr_t base;
    uint8_t *map;
    char err[512];
    int rc;

    if (replay_open(&r, trace, NULL, err, sizeof(err)))
        return fail("no replay", err);
    w->cpu = sim_cpu(r.sim);
    cpu_ram(w->cpu, &base, &bytes);
    map = malloc(bytes >> 12);
    if (!map)
        abort();
    memset(map, 1, bytes >> 12);
    rc = from ? replay_run(&r, from, &why) : 0;
    if (!rc)
        rc = w->all ? cpu_watch_pages(w->cpu, map, on_store, w)
                    : cpu_watch_kernel_pages(w->cpu, map, on_store, w);
    if (!rc)
        rc = replay_run(&r, to, &why);
    if (!rc)
        rc = sim_digest(r.sim, true, end);
    if (rc)
        fail(w->all ? "all stores" : "the kernel's stores",
             rc == -EILSEQ ? r.divergence.what : r.error);
    replay_close(&r);
    free(map);
    return rc;
}

static int compare(const struct stores *all, const struct stores *kernel)
{
    for (size_t i = 0; i < all->count && i < kernel->count; i++) {
        const struct cpu_store *a = &all->list[i], *k = &kernel->list[i];

        if (a->pa == k->pa && a->bytes == k->bytes && a->value == k->value && k->n >= a->n &&
            k->pc >= a->pc && k->pc - a->pc >= k->n - a->n)
            continue;
        printf(
            "FAIL: store %zu, at instruction %llu: 0x%llx, %u bytes, 0x%llx; the kernel's alone: "
            "at %llu: 0x%llx, %u bytes, 0x%llx\n",
            i, (unsigned long long)a->n, (unsigned long long)a->pa, a->bytes,
            (unsigned long long)a->value, (unsigned long long)k->n, (unsigned long long)k->pa,
            k->bytes, (unsigned long long)k->value);
        return 1;
    }
    if (all->count != kernel->count || !all->count) {
        printf("FAIL: %zu stores, %zu where the kernel's alone are told of\n", all->count,
               kernel->count);
        return 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    insn_t from = argc > 2 ? strtoull(argv[2], NULL, 0) : 0;
    insn_t count = argc > 3 ? strtoull(argv[3], NULL, 0) : 200000;
    struct stores all = {.all = true}, kernel = {.all = false};
    struct digest a, k;
    struct trace *trace;
    char err[512];
    int rc;

    if (argc < 2) {
        fprintf(stderr, "usage: guarded_pages TRACE [FROM [COUNT]]\n");
        return 2;
    }
    if (trace_read_file(argv[1], &trace, err, sizeof(err))) {
        fprintf(stderr, "guarded_pages: %s\n", err);
        return 2;
    }
    rc = run(trace, from, from + count, &all, &a);
    if (rc == 0)
        rc = run(trace, from, from + count, &kernel, &k);
    if (rc == 0)
        rc = compare(&all, &kernel);
    if (rc == 0 && (a.n != k.n || a.state != k.state || a.ram != k.ram || a.traps != k.traps))
        rc = fail("the machine", "not the same at the end");
    if (rc == 0)
        printf("%zu stores of the kernel\n", all.count);
    free(all.list);
    free(kernel.list);
    trace_free(trace);
    return rc != 0;
}
