/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/derive.h - what happened in a run: traps, system calls, signals, by process and thread.
 *
 * Purpose: a recording holds inputs and digests only. Everything readable is derived from a
 * replay, by looking at traps and returns to user mode with Linux's ABI in mind; the guest
 * kernel need not know. dump and golden print what comes out.
 *
 * Rules of use
 *   - derive_run() replays `trace` and calls `event` for each event in the order in which
 *     they are known: a system call when it returns (its own number is `n`).
 *   - Pointers in an event are good during the call.
 *   - Threads are told apart by address space, user stack pointer and return address; processes
 *     and threads are numbered from 1 as they first reach user mode.
 */
#ifndef TRAPLINE_SIM_DERIVE_H
#define TRAPLINE_SIM_DERIVE_H

#include "sim/arch/arch.h"
#include "sim/code_maps.h"
#include "sim/panic.h"
#include "sim/places.h"
#include "sim/replay.h"
#include "sim/syscall_text.h"

enum derived_kind {
    DERIVED_TRAP,      /* `trap`, `words`; `at` is where */
    DERIVED_RETURN,    /* back in user mode after a fault or interrupt */
    DERIVED_SYSCALL,   /* `call`, `result`; not `returned` for exit */
    DERIVED_SIGNAL,    /* a handler starts at `at`; `interrupted` */
    DERIVED_SIGRETURN, /* and has ended; goes on at `at` */
    DERIVED_START,     /* a process or thread reached user mode for the first time */
};

struct derived {
    enum derived_kind kind;
    insn_t n;
    insn_t n_end;                  /* DERIVED_SYSCALL: number of the return */
    uint64_t time_ns;              /* at n; for calls at the return */
    uint64_t begin_ns;             /* DERIVED_SYSCALL: at n */
    unsigned process, thread;      /* 0: none yet (boot) */
    bool runs;                     /* DERIVED_SIGNAL: it is this handler's first instruction now;
                                      others that are delivered at once run behind it */
    bool interrupted_syscall;      /* DERIVED_SIGNAL: delivered on the way out of one */
    struct place at;
    const struct cpu_trap *trap;
    const struct trap_words *words;
    const struct syscall_text *call;
    uint64_t result;
    bool returned, restarted;
    int signo;
    const struct signal_frame *frame;
    struct place interrupted;
    unsigned parent;               /* DERIVED_START: process, 0: none, */
    unsigned parent_thread;        /* its thread that made this one, */
    insn_t fork_n;                 /* and the number of the call that did */
    const struct program *program; /* of the process; NULL: not known */
    vaddr_t base;                  /* where it was loaded */
    const struct code_maps *maps;  /* of the process; NULL: none. See sim/code_maps.h */
    vaddr_t pc;                    /* `at` as an address */
    struct deriver *by;            /* for derive_words() */
    struct cpu *cpu;               /* to look at: in user mode, but where `seen_by` says else */
    const struct cpu_trap *seen_by; /* a return whose first instruction could not be fetched:
                                      the registers are those at this trap's vector */
};

/* A look at the machine between two instructions. */
struct derived_sample {
    struct cpu *cpu;
    insn_t n;
    unsigned process, thread;      /* of the thread that runs, as far as one can tell */
    const struct program *program; /* its program; NULL: not known */
    vaddr_t base;                  /* where that was loaded */
    const struct code_maps *maps;  /* of its process; NULL: not known */
    struct places *places;
};

struct derive {
    void *ctx;
    void (*event)(void *ctx, const struct derived *d);
    insn_t sample_every;           /* 0: no samples */
    void (*sample)(void *ctx, const struct derived_sample *s);
    /* Every instruction, also before the first event; slow. `program` is that of the thread in user
     * mode; NULL: the kernel's, or not known. */
    void (*insn)(void *ctx, insn_t n, vaddr_t pc, const struct program *program, vaddr_t base);
    void (*tick)(void *ctx, struct sim *sim);
    /* As in struct sim_watch: all traps, all returns, before the events that come of them. */
    void (*trap)(void *ctx, struct cpu *cpu, const struct cpu_trap *trap);
    void (*user_return)(void *ctx, struct cpu *cpu, insn_t n, vaddr_t pc);
    void (*start)(void *ctx, struct cpu *cpu); /* before the first instruction; may watch */
    struct timeline **timeline; /* NULL, or where the replayed machine is left, with snapshots on
                                   its way, for timeline_close(); NULL there: it failed to start.
                                   Without `insn` and `until`. */
    struct panic *panic;    /* NULL, or zero, and what the console said at the end */
    insn_t insn_from;       /* `insn` from this number on; what comes before is not slowed */
    insn_t until;
    bool plain;             /* no words: in events `words` is NULL, `at` and `interrupted` are
                               addresses alone, calls have a name and numbers. Twice as fast. */
};

/*
 * In an event: the words of a trap of that process, seen earlier or now, and where it was (an
 * address alone in an event that no replay made).
 */
void derive_words(const struct derived *d, unsigned process, const struct cpu_trap *trap,
                  struct trap_words *words, struct place *at);

/* 0, -EILSEQ with `divergence`, else a sentence in `err`. */
MUST_CHECK int derive_run(const struct trace *t, const struct derive *how,
                          struct divergence *divergence, char *err, size_t err_len);

#endif
