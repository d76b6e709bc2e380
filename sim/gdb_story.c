/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/gdb_story.c - `monitor` commands about processes: their system calls, programs, symbols,
 * and the kernel's trace points. What they need of the whole recording is derived once, at the
 * first question (sim/export/story.h).
 */
#include "sim/gdb_private.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "kernel/include/ktrace.h"
#include "loader/boot.h"
#include "sim/cpio.h"

#define CALLS_BEFORE  8u
#define CALLS_AFTER   4u
#define KTRACE_SHOWN  16u

static const struct story *know_story(struct gdb_stub *g, struct byte_buf *text)
{
    const struct story *s = code_story(&g->code);

    if (!s)
        gdb_say(text, "the recording does not replay: %s\n", g->code.error);
    return s;
}

static void say_call(const struct gdb_stub *g, const struct story_item *i, struct byte_buf *text)
{
    const struct story *s = &g->code.story;
    const struct story_track *t = &s->track[i->track];
    insn_t now = timeline_now(g->timeline);

    gdb_say(text, "%s%12llu  %u.%-4u %s\n", i->n <= now && now <= i->n_end ? "*" : " ",
            (unsigned long long)i->n, t->process, t->thread, story_text(s, i->detail));
}

void gdb_monitor_syscalls(struct gdb_stub *g, const char *args, struct byte_buf *text)
{
    const struct story_item *before[CALLS_BEFORE];
    const struct story *s = know_story(g, text);
    size_t seen = 0, at = 0;

    (void)args;
    if (!s)
        return;
    for (; at < s->count && s->item[at].n <= timeline_now(g->timeline); at++)
        if (s->item[at].kind == STORY_SYSCALL)
            before[seen++ % CALLS_BEFORE] = &s->item[at];
    for (size_t k = seen > CALLS_BEFORE ? seen - CALLS_BEFORE : 0; k < seen; k++)
        say_call(g, before[k % CALLS_BEFORE], text);
    gdb_say(text, "---- here ----\n");
    for (unsigned left = CALLS_AFTER; left && at < s->count; at++)
        if (s->item[at].kind == STORY_SYSCALL) {
            say_call(g, &s->item[at], text);
            left--;
        }
}

void gdb_monitor_tasks(struct gdb_stub *g, const char *args, struct byte_buf *text)
{
    const struct story *s = know_story(g, text);
    insn_t now = timeline_now(g->timeline);
    uint32_t here;

    (void)args;
    if (!s)
        return;
    here = story_running(s, now);
    for (uint32_t i = 1; i < s->tracks; i++) {
        const struct story_track *t = &s->track[i];
        const struct story_program *p = story_program(s, t->process, now);

        if (t->process == 0)
            continue;
        gdb_say(text, "%s %u.%u  %s", i == here ? "*" : " ", t->process, t->thread,
                p && p->path ? story_text(s, p->path) : "(not known here)");
        if (p && p->base)
            gdb_say(text, "  at 0x%llx", (unsigned long long)p->base);
        gdb_say(text, "\n");
    }
}

void gdb_monitor_symbols(struct gdb_stub *g, const char *args, struct byte_buf *text)
{
    insn_t now = timeline_now(g->timeline);
    const struct story_program *p;
    const struct story *s;
    unsigned count = 0;

    (void)args;
    if (!g->symbols) {
        gdb_say(text, "this needs a gdb that trapline started\n");
        return;
    }
    s = know_story(g, text);
    if (!s)
        return;
    p = story_program(s, s->track[story_running(s, now)].process, now);
    for (; p; p = story_library(s, p, now)) {
        const char *path = story_text(s, p->path);
        const uint8_t *elf;
        size_t bytes;

        if (cpio_find(&g->trace->machine.initrd, path, &elf, &bytes) != 0)
            continue;
        if (g->symbols(g->symbols_ctx, count++, elf, bytes, p->base) != 0)
            gdb_say(text, "the symbols of %s could not be handed over\n", path);
        else
            gdb_say(text, "symbols of %s, at 0x%llx\n", path, (unsigned long long)p->base);
    }
    if (!count && g->symbols(g->symbols_ctx, 0, NULL, 0, 0) == 0)
        gdb_say(text, "which program runs here is not known\n");
}

/* ---- ktrace ---- */

static const struct {
    const char *name, *a, *b;
} points[] = {
#define X(kind, a, b) {#kind, a, b},
    KTRACE_POINTS(X)
#undef X
};

static vaddr_t find_ring(const struct gdb_stub *g)
{
    const struct machine *m = &g->trace->machine;
    struct symbols *s;
    uint64_t bytes;
    vaddr_t ring = 0;
    char err[128];

    if (machine_symbols(m, &s, err, sizeof(err)) != 0)
        return 0;
    if (symbols_lookup(s, "ktrace_ring", &ring, &bytes) != 0)
        ring = 0;
    symbols_free(s);
    return ring;
}

void gdb_monitor_ktrace(struct gdb_stub *g, const char *args, struct byte_buf *text)
{
    vaddr_t ring = find_ring(g);
    struct ktrace_ring head;
    struct ktrace_record r;

    (void)args;
    if (!ring) {
        gdb_say(text, "this kernel has no ktrace_ring\n");
        return;
    }
    if (cpu_mem_read(gdb_cpu(g), ring, &head, offsetof(struct ktrace_ring, records)) != 0 ||
        head.magic != KTRACE_MAGIC || head.version != KTRACE_VERSION ||
        head.capacity != KTRACE_RECORDS || head.written == 0) {
        gdb_say(text, "no trace point was written here; record with --append ktrace=all\n");
        return;
    }
    for (uint64_t i = head.written > KTRACE_SHOWN ? head.written - KTRACE_SHOWN : 0;
         i < head.written; i++) {
        vaddr_t at = ring + offsetof(struct ktrace_ring, records) + i % KTRACE_RECORDS * sizeof(r);

        if (cpu_mem_read(gdb_cpu(g), at, &r, sizeof(r)) == 0 && r.kind < KTRACE_KINDS)
            gdb_say(text, "%12" PRIu64 " ns  tid %-4d %-14s %s %#" PRIx64 " %s %#" PRIx64 "\n",
                    r.time_ns, r.tid, points[r.kind].name, points[r.kind].a, r.a,
                    points[r.kind].b, r.b);
    }
}
