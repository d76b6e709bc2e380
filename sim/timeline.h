/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/timeline.h - a recording in which one can stand anywhere and go both ways.
 *
 * Rules of use
 *   - timeline_open() borrows the trace; it stands at number 0. The recording's digests are
 *     verified wherever the machine passes them; -EILSEQ: it diverged.
 *   - timeline_seek() goes to a number, back too. How long that takes depends on the distance to
 *     the nearest snapshot before it; snapshots are kept on the way, denser towards the goal,
 *     so small steps around a place that was just visited are cheap.
 *   - Places to stop at hold in any address space and are borrowed for the call.
 */
#ifndef TRAPLINE_SIM_TIMELINE_H
#define TRAPLINE_SIM_TIMELINE_H

#include "sim/replay.h"

struct timeline;

MUST_CHECK int timeline_open(const struct trace *trace, struct timeline **out, char *err,
                             size_t err_len);
/*
 * The same for a machine that is not quite the recording's: `changed` is called at each exception
 * entry, every time the way leads there, and may change RAM in a page that the entry itself
 * writes, and registers that it does not. Digests are not verified.
 */
MUST_CHECK int timeline_open_changed(const struct trace *trace,
                                     void (*changed)(void *ctx, struct cpu *cpu,
                                                     const struct cpu_trap *trap),
                                     void *ctx, struct timeline **out, char *err, size_t err_len);
/*
 * The same, with who looks on at what the way leads through until timeline_unwatch(), but for
 * stops of its own. timeline_run_through() goes to the recording's end and verifies that, as
 * replay_run() does: its errors stand in timeline_replay(). Few snapshots are kept on that way.
 */
MUST_CHECK int timeline_open_watched(const struct trace *trace, const struct sim_watch *watch,
                                     struct timeline **out, char *err, size_t err_len);
MUST_CHECK int timeline_run_through(struct timeline *t);
void timeline_unwatch(struct timeline *t);
struct replay *timeline_replay(struct timeline *t);
void timeline_close(struct timeline *t);

insn_t timeline_now(const struct timeline *t);
const struct trace *timeline_recording(const struct timeline *t);
/* The last number of the recording. */
insn_t timeline_end(const struct timeline *t);
struct sim *timeline_sim(struct timeline *t);
const char *timeline_error(const struct timeline *t);

/* Stand at `n`; a number behind the end becomes the end. */
MUST_CHECK int timeline_seek(struct timeline *t, insn_t n);

/*
 * Forward to `n` through every instruction on the way, for who watches blocks (cpu_watch_blocks()).
 */
MUST_CHECK int timeline_travel(struct timeline *t, insn_t n);

/* Bytes of memory, named by their virtual address where the way begins; within one page. */
struct timeline_watch {
    vaddr_t va;
    size_t bytes; /* at most TIMELINE_WATCH_BYTES_MAX */
};
#define TIMELINE_WATCH_BYTES_MAX 64u

/* What ends a way: an instruction about to run, or bytes that an instruction has
 * changed. */
struct timeline_goals {
    const vaddr_t *breaks;           /* ascending */
    size_t break_count;
    const struct timeline_watch *watches;
    size_t watch_count;              /* at most CPU_RANGES_MAX */
    bool any_store;                  /* one watch: a store of what is there already counts too */
};

enum timeline_stop {
    TIMELINE_EDGE,        /* the recording's end, or its beginning on the way back */
    TIMELINE_BREAK,
    TIMELINE_WATCH,       /* forward: behind the instruction; back: before it */
    TIMELINE_INTERRUPTED,
};

struct timeline_arrival {
    enum timeline_stop stop;
    size_t watch; /* index of the range that changed, TIMELINE_WATCH */
};

MUST_CHECK int timeline_forward(struct timeline *t, const struct timeline_goals *goals,
                                struct timeline_arrival *arrival);
MUST_CHECK int timeline_backward(struct timeline *t, const struct timeline_goals *goals,
                                 struct timeline_arrival *arrival);
/* Stand at `from`, then go to `to`; `fn` is called before each instruction on the way. */
MUST_CHECK int timeline_trace(struct timeline *t, insn_t from, insn_t to, cpu_insn_fn fn,
                              void *ctx);
/*
 * The vector's number of the last exception entry at or before `n`, where the way has been; 0:
 * none.
 */
insn_t timeline_trap_before(const struct timeline *t, insn_t n);
/*
 * The last exception entry that was run through; NULL: none. Where a snapshot was gone to it may
 * lie elsewhere: look at its `n`.
 */
const struct cpu_trap *timeline_last_trap(const struct timeline *t);
/* Asked now and then on long ways: true gives them up where they are. */
void timeline_set_interrupt(struct timeline *t, bool (*asked)(void *ctx), void *ctx);

#endif
