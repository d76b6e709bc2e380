/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/gdb_go.c - steps and continues of GDB's remote protocol, forward and backward, and the
 * packets that say where they stopped (appendix E.3, "Stop Reply Packets").
 *
 * Going on from a break or a watch does not stop at it again: the timeline's goals begin
 * behind this place. A step is one number: an exception entry is a step of its own.
 */
#include "sim/gdb_private.h"

#include <stdio.h>

static void put(struct byte_buf *out, const char *text)
{
    buf_put(out, text, strlen(text));
}

bool gdb_interrupted(void *ctx)
{
    struct gdb_stub *g = ctx;
    uint8_t byte;

    return g->io && g->io->ready(g->io->ctx) && g->io->read(g->io->ctx, &byte, 1) == 1 &&
           gdb_reader_put(&g->reader, byte) == GDB_INTERRUPT;
}

void gdb_put_stop(struct gdb_stub *g, const char *signal, const char *more, struct byte_buf *out)
{
    uint8_t pc[16];
    char head[40];
    size_t bytes = gdb_target_read(g->target, gdb_cpu(g), g->target->pc, pc);

    snprintf(head, sizeof(head), "T%s%02zx:", signal, g->target->pc);
    put(out, head);
    gdb_put_hex(out, pc, bytes);
    put(out, ";thread:1;");
    put(out, more);
}

static void put_arrival(struct gdb_stub *g, const struct timeline_arrival *a, bool back,
                        struct byte_buf *out)
{
    char watch[40] = "";

    switch (a->stop) {
    case TIMELINE_EDGE:
        gdb_put_stop(g, GDB_SIGNAL_TRAP, back ? "replaylog:begin;" : "replaylog:end;", out);
        break;
    case TIMELINE_WATCH:
        snprintf(watch, sizeof(watch), "watch:%llx;",
                 (unsigned long long)g->watches[a->watch].va);
        gdb_put_stop(g, GDB_SIGNAL_TRAP, watch, out);
        break;
    case TIMELINE_BREAK:
        gdb_put_stop(g, GDB_SIGNAL_TRAP, "hwbreak:;", out);
        break;
    case TIMELINE_INTERRUPTED:
        gdb_put_stop(g, GDB_SIGNAL_INT, "", out);
        break;
    }
}

/* A failure to move: said on the user's screen, and the machine stands where it is. */
static void put_failure(struct gdb_stub *g, struct byte_buf *out)
{
    struct byte_buf text = {0}, packet = {0};

    put(&packet, "O");
    put(&text, "trapline: ");
    put(&text, timeline_error(g->timeline));
    put(&text, "\n");
    gdb_put_hex(&packet, text.data, text.used);
    if (g->io && !packet.failed) {
        struct byte_buf framed = {0};

        gdb_put_packet(&framed, packet.data, packet.used);
        if (!framed.failed)
            (void)!g->io->write(g->io->ctx, framed.data, framed.used);
        buf_free(&framed);
    }
    buf_free(&text);
    buf_free(&packet);
    gdb_put_stop(g, GDB_SIGNAL_TRAP, "", out);
}

/* At the end of what is recorded of a live run: record more of it. */
static bool lengthen(struct gdb_stub *g)
{
    if (!g->more || g->trace->end.reason != SIM_END_LIMIT ||
        timeline_now(g->timeline) < timeline_end(g->timeline) ||
        g->more(g->more_ctx, &g->trace, &g->timeline) != 0)
        return false;
    timeline_set_interrupt(g->timeline, gdb_interrupted, g);
    code_places_free(&g->code);
    g->code.trace = g->trace;
    g->trap_count = 0;
    g->traps_known = false;
    return true;
}

static bool at_break(struct gdb_stub *g)
{
    vaddr_t pc = cpu_pc(gdb_cpu(g));

    for (size_t i = 0; i < g->break_count; i++)
        if (g->breaks[i] == pc)
            return true;
    return false;
}

void gdb_step(struct gdb_stub *g, bool back, struct byte_buf *out)
{
    insn_t n = timeline_now(g->timeline);
    bool edge = back ? n == 0 : n >= timeline_end(g->timeline) && !lengthen(g);

    if (!edge && timeline_seek(g->timeline, back ? n - 1 : n + 1)) {
        put_failure(g, out);
        return;
    }
    gdb_put_stop(g, GDB_SIGNAL_TRAP, !edge ? "" : back ? "replaylog:begin;" : "replaylog:end;",
                 out);
}

void gdb_go(struct gdb_stub *g, bool back, struct byte_buf *out)
{
    struct timeline_goals goals = {.breaks = g->breaks, .break_count = g->break_count,
                                   .watches = g->watches, .watch_count = g->watch_count};
    struct timeline_arrival arrival;
    int rc = back ? timeline_backward(g->timeline, &goals, &arrival)
                  : timeline_forward(g->timeline, &goals, &arrival);

    while (rc == 0 && !back && arrival.stop == TIMELINE_EDGE && lengthen(g)) {
        if (at_break(g))
            arrival.stop = TIMELINE_BREAK;
        else
            rc = timeline_forward(g->timeline, &goals, &arrival);
    }

    if (rc == 0 && arrival.stop == TIMELINE_WATCH && g->target->watch_steps)
        rc = timeline_seek(g->timeline, timeline_now(g->timeline) + (back ? 1 : -1));
    if (rc)
        put_failure(g, out);
    else
        put_arrival(g, &arrival, back, out);
}

/* Stepping inside of [from, to), for "next" without a packet for each instruction. */
static void step_range(struct gdb_stub *g, const char *args, struct byte_buf *out)
{
    uint64_t from, to;
    vaddr_t pc;

    if (!gdb_take_hex(&args, &from) || *args++ != ',' || !gdb_take_hex(&args, &to)) {
        put(out, "E01");
        return;
    }
    do {
        insn_t n = timeline_now(g->timeline);

        if (n >= timeline_end(g->timeline) && !lengthen(g)) {
            gdb_put_stop(g, GDB_SIGNAL_TRAP, "replaylog:end;", out);
            return;
        }
        if (timeline_seek(g->timeline, n + 1)) {
            put_failure(g, out);
            return;
        }
        pc = cpu_pc(gdb_cpu(g));
        for (size_t i = 0; i < g->break_count; i++)
            if (g->breaks[i] == pc)
                from = to; /* stop here */
    } while (pc >= from && pc < to);
    gdb_put_stop(g, GDB_SIGNAL_TRAP, "", out);
}

void gdb_resume(struct gdb_stub *g, const char *action, struct byte_buf *out)
{
    switch (action[0]) {
    case 's':
    case 'S':
        gdb_step(g, false, out);
        break;
    case 'c':
    case 'C':
        gdb_go(g, false, out);
        break;
    case 'r':
        step_range(g, action + 1, out);
        break;
    default:
        put(out, "E01");
    }
}
