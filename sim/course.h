/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/course.h - what user code did in a run, thread by thread, so that two runs can be laid side
 * by side although interrupts come at other places.
 *
 * Purpose: an instruction number means nothing in another run. What stays is which thread it was
 * (by who made it), which system call it made last, and how many instructions of its own it has
 * run since: a `spot`. Signal handlers have a count and a list of their own, so that a
 * signal that comes elsewhere shifts nothing.
 *
 * Rules of use
 *   - course_read() replays the trace once; course_free() in any case.
 *   - Events of a lane are system calls that did return or never do, in order; calls that run
 *     again are left out. Texts are stable ones: no addresses (sim/syscall_text.h).
 *   - Threads and processes are numbered as by sim/derive.h.
 */
#ifndef TRAPLINE_SIM_COURSE_H
#define TRAPLINE_SIM_COURSE_H

#include "sim/derive.h"

enum course_lane { COURSE_MAIN, COURSE_HANDLER };
#define COURSE_LANES 2u

struct course_event {
    insn_t n;           /* of the trap */
    insn_t n_end;       /* of the return; INSN_NONE: none */
    uint64_t hash;      /* of the text */
    uint64_t loose;     /* of name and kind of result, as it is on all CPUs; 0: on this one alone */
    uint64_t insns;     /* of the lane, up to the return */
    size_t text;        /* in course.text */
    vaddr_t pc;
    bool is_signal;
};

/* User instructions in one go: the states from..to-1 are before one. */
struct course_span {
    insn_t from, to;
    uint64_t before;    /* instructions of the lane before it */
};

struct course_list {
    struct course_event *event;
    size_t count, room;
    struct course_span *span;
    size_t spans, span_room;
    uint64_t insns;
};

struct course_thread {
    unsigned thread, process;
    unsigned parent;    /* index; COURSE_NONE */
    unsigned index;     /* which of its parent's children it is */
    insn_t fork_n;
    char program[48];   /* "": not known */
    struct course_list lane[COURSE_LANES];
    bool in_user;       /* at the end, too */
    insn_t last_n;      /* its last trap, */
    enum cpu_trap_kind last_kind;
    char last_call[32]; /* and the system call's name */
    unsigned depth;     /* handlers entered */
    insn_t enter_n;
};
#define COURSE_NONE UINT32_MAX

struct course_trap {
    insn_t n;
    cycles_t cycles;
    vaddr_t pc;
    uint32_t vector;
    uint8_t kind;
    bool from_user;
};

struct course {
    const struct trace *trace;
    struct places *places;
    struct course_thread **thread;
    size_t threads;
    struct course_trap *trap;
    size_t traps, trap_room;
    struct byte_buf text;
    bool failed;
    struct course_thread *last; /* looked up */
    void (*tick)(void *ctx, struct sim *sim);
    void *tick_ctx;
};

/* Where user code is, in words that hold in another run. */
struct course_spot {
    unsigned thread;    /* index in the course */
    enum course_lane lane;
    size_t event;       /* as many events of the lane lie before it */
    uint64_t insns;     /* and as many of its instructions since */
};

/* `s` is zero but for tick. 0, -EILSEQ, else; a sentence in `err`. */
MUST_CHECK int course_read(const struct trace *t, struct course *s, char *err, size_t err_len);
void course_free(struct course *s);

const char *course_text(const struct course *s, const struct course_event *e);
/* The spot of state n; false: no user code is about to run there. */
bool course_spot_at(const struct course *s, insn_t n, struct course_spot *spot);
/* The number of a spot; INSN_NONE: the thread does not come so far. */
insn_t course_n_at(const struct course *s, const struct course_spot *spot);
/* The thread of `b` that thread `i` of `a` is: the same child of the same parent. COURSE_NONE:
 * none. */
unsigned course_twin(const struct course *a, unsigned i, const struct course *b);
/* Instructions of the lane before event `i` returns (0: none before the first event). */
uint64_t course_insns_before(const struct course_list *l, size_t i);

#endif
