/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/gdb_private.h - the parts of gdb_stub.h. Inside sim/gdb_*.c only. */
#ifndef TRAPLINE_SIM_GDB_PRIVATE_H
#define TRAPLINE_SIM_GDB_PRIVATE_H

#include "sim/code_places.h"
#include "sim/gdb_packet.h"
#include "sim/gdb_stub.h"
#include "sim/gdb_target.h"
#include "sim/places.h"

#define GDB_BREAKS_MAX      256u
#define GDB_CHECKPOINTS_MAX 64u

struct gdb_stub {
    const struct trace *trace;
    struct timeline *timeline;
    const struct gdb_target *target;
    const struct gdb_io *io;
    struct gdb_reader reader;
    struct byte_buf xml;
    bool no_ack;
    vaddr_t breaks[GDB_BREAKS_MAX]; /* ascending */
    size_t break_count;
    struct timeline_watch watches[CPU_RANGES_MAX];
    size_t watch_count;
    insn_t checkpoint[GDB_CHECKPOINTS_MAX];
    size_t checkpoint_count;
    struct cpu_trap *traps;        /* of the whole recording, once somebody asked */
    size_t trap_count, trap_room;
    bool traps_known;
    struct places *places;
    struct code_places code;       /* of user code, and the story of it */
    gdb_more_fn more;
    void *more_ctx;
    gdb_symbols_fn symbols;
    void *symbols_ctx;
};

static inline struct cpu *gdb_cpu(struct gdb_stub *g)
{
    return sim_cpu(timeline_sim(g->timeline));
}

/* ---- gdb_go.c: each appends the packet that says where the machine stopped ---- */
#define GDB_SIGNAL_TRAP "05"
#define GDB_SIGNAL_INT  "02"

/* It stands still: signal, PC, and `more` ("watch:..;"). */
void gdb_put_stop(struct gdb_stub *g, const char *signal, const char *more, struct byte_buf *out);
void gdb_step(struct gdb_stub *g, bool back, struct byte_buf *out);
/* To a break, a watched store, or the edge. */
void gdb_go(struct gdb_stub *g, bool back, struct byte_buf *out);
/* "s", "c" or "rFROM,TO" of s, c and vCont. */
void gdb_resume(struct gdb_stub *g, const char *action, struct byte_buf *out);
/* While the machine runs; `ctx` is the stub. A byte that is not Ctrl-C is kept for later. */
bool gdb_interrupted(void *ctx);

/* ---- gdb_monitor.c ---- */
/* A `monitor` command; its text for the user goes to `text`. */
void gdb_monitor(struct gdb_stub *g, const char *command, struct byte_buf *text);

void gdb_say(struct byte_buf *text, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* ---- gdb_story.c: commands about what the processes do ---- */
void gdb_monitor_syscalls(struct gdb_stub *g, const char *args, struct byte_buf *text);
void gdb_monitor_tasks(struct gdb_stub *g, const char *args, struct byte_buf *text);
void gdb_monitor_ktrace(struct gdb_stub *g, const char *args, struct byte_buf *text);
void gdb_monitor_symbols(struct gdb_stub *g, const char *args, struct byte_buf *text);

#endif
