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

static bool know_story(struct gdb_stub *g, struct byte_buf *text)
{
    struct divergence divergence;
    char err[256] = "";

    if (g->story_known)
        return true;
    if (story_build(g->trace, &g->story, NULL, NULL, &divergence, err, sizeof(err)) != 0) {
        gdb_say(text, "the recording does not replay: %s\n", err[0] ? err : divergence.what);
        return false;
    }
    g->story_known = true;
    return true;
}

static void say_call(const struct gdb_stub *g, const struct story_item *i, struct byte_buf *text)
{
    const struct story_track *t = &g->story.track[i->track];
    insn_t now = timeline_now(g->timeline);

    gdb_say(text, "%s%12llu  %u.%-4u %s\n", i->n <= now && now <= i->n_end ? "*" : " ",
            (unsigned long long)i->n, t->process, t->thread, story_text(&g->story, i->detail));
}

void gdb_monitor_syscalls(struct gdb_stub *g, const char *args, struct byte_buf *text)
{
    const struct story_item *before[CALLS_BEFORE];
    size_t seen = 0, at = 0;

    (void)args;
    if (!know_story(g, text))
        return;
    for (; at < g->story.count && g->story.item[at].n <= timeline_now(g->timeline); at++)
        if (g->story.item[at].kind == STORY_SYSCALL)
            before[seen++ % CALLS_BEFORE] = &g->story.item[at];
    for (size_t k = seen > CALLS_BEFORE ? seen - CALLS_BEFORE : 0; k < seen; k++)
        say_call(g, before[k % CALLS_BEFORE], text);
    gdb_say(text, "---- here ----\n");
    for (unsigned left = CALLS_AFTER; left && at < g->story.count; at++)
        if (g->story.item[at].kind == STORY_SYSCALL) {
            say_call(g, &g->story.item[at], text);
            left--;
        }
}

/* The track that has the CPU here; 0: none yet. */
static uint32_t running(const struct gdb_stub *g)
{
    insn_t now = timeline_now(g->timeline);
    uint32_t track = 0;

    for (size_t i = 0; i < g->story.count && g->story.item[i].n <= now; i++)
        if (g->story.item[i].kind == STORY_RUN)
            track = g->story.item[i].number;
    return track;
}

/* What the process runs here; NULL: not known. */
static const struct story_program *program_of(const struct gdb_stub *g, unsigned process)
{
    const struct story_program *found = NULL;

    for (size_t i = 0; i < g->story.programs; i++)
        if (g->story.program[i].process == process &&
            g->story.program[i].n <= timeline_now(g->timeline))
            found = &g->story.program[i];
    return found;
}

void gdb_monitor_tasks(struct gdb_stub *g, const char *args, struct byte_buf *text)
{
    uint32_t here;

    (void)args;
    if (!know_story(g, text))
        return;
    here = running(g);
    for (uint32_t i = 1; i < g->story.tracks; i++) {
        const struct story_track *t = &g->story.track[i];
        const struct story_program *p = program_of(g, t->process);

        if (t->process == 0)
            continue;
        gdb_say(text, "%s %u.%u  %s", i == here ? "*" : " ", t->process, t->thread,
                p ? story_text(&g->story, p->path) : "(not known here)");
        if (p && p->base)
            gdb_say(text, "  at 0x%llx", (unsigned long long)p->base);
        gdb_say(text, "\n");
    }
}

void gdb_monitor_symbols(struct gdb_stub *g, const char *args, struct byte_buf *text)
{
    const struct story_program *p;
    const uint8_t *elf;
    const char *path;
    size_t bytes;

    if (!g->symbols) {
        gdb_say(text, "this needs a gdb that trapline started\n");
        return;
    }
    if (!know_story(g, text))
        return;
    p = program_of(g, g->story.track[running(g)].process);
    path = p ? story_text(&g->story, p->path) : "";
    if (!p || cpio_find(&g->trace->machine.initrd, path, &elf, &bytes) != 0)
        gdb_say(text, "which program runs here is not known\n");
    else if (g->symbols(g->symbols_ctx, path, elf, bytes, p->base, args) != 0)
        gdb_say(text, "the symbols of %s could not be handed over\n", path);
    else
        gdb_say(text, "symbols of %s, at 0x%llx\n", path, (unsigned long long)p->base);
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
