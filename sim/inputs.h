/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/inputs.h - all that may differ between two runs of one machine.
 *
 * The closed list:
 *   console input        bytes, with the number at which the guest could see them   input_console.c
 *   idle clock jumps     how long the guest waited for them                         input_console.c
 *   frames               of another machine, by a cable, with their times          input_net.c
 *   chaos                delays of timer interrupts                                 input_chaos.c
 *   injected events      at numbers that whoever tests chose     input_inject.c, schedule.h
 *   wall clock's start, entropy seed    constants of the machine (sim/machine.h)
 * Each comes from a source that is live, or live and recorded, or replayed from a
 * trace; the run loop does not know which.
 *
 * Rules of use: one struct inputs serves one run. Replaying, an answer that the trace
 * does not have is a divergence: `diverged` says so in one sentence, and the
 * machine is asked to stop.
 */
#ifndef TRAPLINE_SIM_INPUTS_H
#define TRAPLINE_SIM_INPUTS_H

#include "sim/host.h"
#include "sim/schedule.h"
#include "sim/trace.h"

struct net_link;

#define INSN_NONE UINT64_MAX

struct inputs {
    struct host *host;           /* live console, borrowed; NULL: none */
    struct trace_writer *writer; /* recording, borrowed */
    struct net_link *link;       /* live: the network's other end, borrowed; NULL: none */
    struct byte_buf *delays;     /* live: each is put there as struct boot_delay; NULL: not kept */
    const struct trace *trace;   /* replaying, borrowed */
    const struct machine *machine; /* live, borrowed */
    const struct schedule *schedule; /* live, borrowed; NULL: nothing disturbs but chaos */
    size_t stop_at, delay_at;    /* what comes next, of the trace or the schedule */
    size_t console_at, console_taken; /* the same of the schedule's console input; bytes of it */
    uint64_t chaos, chaos_count, hz;
    char diverged[160];          /* empty: not */
    const char *refused;         /* live: why the next event cannot be injected; NULL: it can */
};

/* `host` and `writer` may be NULL. */
void inputs_init_live(struct inputs *in, const struct machine *m, struct host *host,
                      struct trace_writer *writer);
void inputs_init_replay(struct inputs *in, const struct trace *trace);

/* The number behind which the machine must not run without inputs_arrive(); INSN_NONE: any. */
insn_t inputs_next(const struct inputs *in);
/*
 * The machine stands still; `idle`: it waits for input. Gives what is due.
 * 1: given, 0: nothing now, -ENODATA: idle and nothing will ever come, -EINTR: Ctrl-C,
 * -EILSEQ: diverged, else a failure of the host.
 */
MUST_CHECK int inputs_arrive(struct inputs *in, struct cpu *cpu, bool idle);
/* By how many cycles the timer interrupt due at `deadline` comes late. */
cycles_t inputs_delay(struct inputs *in, struct cpu *cpu, insn_t n, cycles_t deadline);

/* Replaying: something comes later at this very number, where the machine idles. */
bool inputs_come_here(const struct inputs *in, insn_t now);
/* The clock must not pass this without inputs_arrive(). */
cycles_t inputs_horizon(const struct inputs *in);

/* input_net.c: live input is recorded with the clock. */
bool inputs_are_timed(const struct inputs *in);
/* As inputs_arrive(). */
MUST_CHECK int net_live(struct inputs *in, struct cpu *cpu);
MUST_CHECK int timed_replay(struct inputs *in, struct cpu *cpu, const struct trace_stop *s);

/* input_console.c: the next console input or event of the trace; NULL: none. */
const struct trace_stop *inputs_next_stop(const struct inputs *in);
/* input_inject.c: the next event of the schedule is at this number; INSN_NONE: there is none. */
insn_t inject_next(const struct inputs *in);
/* As inputs_arrive(). */
MUST_CHECK int inject_live(struct inputs *in, struct cpu *cpu);
MUST_CHECK int inject_replay(struct inputs *in, struct cpu *cpu, const struct trace_stop *s);

/* input_chaos.c: the delay that a chaos seed gives to the index-th deadline. */
cycles_t chaos_delay(uint64_t chaos, uint64_t index, uint64_t hz);

#endif
