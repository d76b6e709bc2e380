/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/check.h - analyses of a recording that name what broke a trap.
 *
 * Purpose: replaying costs nothing in truth, so any of them may look on. They know what the
 * architecture and Linux's ABI say a trap must preserve, and nothing of the kernel: what they
 * need they read from the CPU.
 *
 * The checks
 *   context    what user code could see at a trap is what it sees when it goes on
 *              and nothing that it must not find (leave.h)
 *   frame      each word of a saved frame has one writer for each purpose (frame.h)
 *   sigframe   a signal frame is laid out as Linux's (sigframe.h) and holds the interrupted state,
 *   a
 *              handler gets its arguments, and rt_sigreturn restores what the frame says
 *   leak       nothing reaches user mode that was not written for it (leak.h)
 *   stack      the kernel's stacks: their depth, overflow, emptiness in user mode (stack.h)
 *   pagetable  the rules by which page tables may be changed (pagetable.h)
 *   race       what kernel code has read still holds when it goes by it (race.h)
 *   stale      what a walker that sees no more than it must made of a missing barrier (stale.h)
 *
 * Rules of use
 *   - check_run() replays the trace twice where there is something to tell: to find, and to name
 *     the instruction. `found` is called for each finding, in the order of their numbers.
 *   - Pointers in a finding are good during the call.
 */
#ifndef TRAPLINE_SIM_CHECK_CHECK_H
#define TRAPLINE_SIM_CHECK_CHECK_H

#include "sim/derive.h"

enum check_kind {
    CHECK_CONTEXT, CHECK_FRAME, CHECK_SIGFRAME, CHECK_LEAK, CHECK_STACK, CHECK_PAGETABLE,
    CHECK_STALE, CHECK_RACE,
};
#define CHECK_KINDS 8u
#define CHECK_ALL   ((1u << CHECK_KINDS) - 1)

extern const char *const check_names[CHECK_KINDS];

/* An instruction of the kernel that is to blame, or took part. */
struct check_blame {
    bool known;
    insn_t n;               /* the state before it */
    vaddr_t pc;
    char where[160];        /* "kernel:copy_to_user+0x68" */
    char code[200];         /* disassembled */
    char source[160];       /* "kernel/core/string.c:30", or empty */
};

struct finding {
    enum check_kind check;
    insn_t trap_n, back_n;  /* the trap's vector, and the first user instruction after it */
    unsigned process, thread;
    char trap[120];         /* its cause in words */
    char place[160];        /* where user code was */
    char what[120];         /* one phrase: "v3 is not what it was" */
    const char *value;      /* the register's name */
    uint8_t was[16], is[16];
    unsigned bytes;         /* of it */
    struct check_blame culprit; /* made the value what it is */
    struct check_blame first;   /* had written the right value there before it */
    struct check_blame used;    /* stale: user mode's access by the old entry */
    struct check_blame load;    /* where the culprit wrote memory: what loaded it from there */
    struct check_blame left;    /* stack: the switch to another stack */
    vaddr_t slot;               /* that memory; 0: none */
    vaddr_t frame_at;           /* the value stands in a signal frame, here; 0: in the CPU */
    bool origin;                /* to blame is who computed the value, not who put it there */
    bool dropped;               /* on a closer look it is none */
    bool nobody;                /* it is something left undone: there is no instruction */
    bool whose;                 /* task and place are to be found (whose.h), */
    insn_t user_n;              /* by this trap from user mode, 0: by back_n, */
    vaddr_t user_pc;            /* and where it was; 0: the place is known */
};

struct stack_depths;

struct check {
    unsigned kinds;         /* 1 << enum check_kind */
    unsigned findings_max;
    void *ctx;
    void (*found)(void *ctx, const struct finding *f);
    void (*tick)(void *ctx, struct sim *sim);
    struct panic *panic;         /* NULL, or zero, and what the console said at the end */
    struct stack_depths *depths; /* where the check stack leaves what it measured, or NULL */
};

/* 0 and the number of findings in *count; -EILSEQ with `divergence`; else a sentence in `err`. */
MUST_CHECK int check_run(const struct trace *t, const struct check *how, size_t *count,
                         struct divergence *divergence, char *err, size_t err_len);

/* ---- inside sim/check ---- */

struct findings {
    struct finding *list;
    unsigned *value;        /* of each: the number in the user state */
    size_t count, max;
    bool failed;
};

struct context;
struct frames;
/* `frames` takes what the check frame is to look at. */
struct context *context_create(const struct trace *t, unsigned kinds, struct findings *findings,
                               struct frames *frames);
void context_destroy(struct context *c);
void context_event(struct context *c, const struct derived *d);

struct timeline;
/* Fill in what is known of the instruction at state `n`. */
void culprit_describe(struct timeline *t, struct places *places, insn_t n, struct check_blame *b);
/*
 * Where user code's value of a finding was loaded from on the way out: the number of the state
 * before that instruction in *n. False: it was not loaded.
 */
struct timeline_watch;
MUST_CHECK bool culprit_slot(struct timeline *t, const struct finding *f, unsigned value, insn_t *n,
                             struct timeline_watch *slot);
/* Where the value was computed since the trap: becomes the culprit. Behind culprit_find(). */
void culprit_origin(struct timeline *t, struct places *places, const struct machine *m,
                    struct finding *f);
/* Name the instruction for one finding. */
void culprit_find(struct timeline *t, struct places *places, struct finding *f, unsigned value);

#endif
