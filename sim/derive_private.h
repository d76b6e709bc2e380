/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/derive_private.h - shared by derive.c and derive_start.c only. */
#ifndef TRAPLINE_SIM_DERIVE_PRIVATE_H
#define TRAPLINE_SIM_DERIVE_PRIVATE_H

#include "sim/tasks.h"

struct deriver {
    const struct derive *how;
    const struct sim_arch *arch;
    enum arch cpu_arch;
    struct cpu *cpu;      /* of the replay, once it is there */
    struct places *places;
    struct tasks tasks;
    struct task *current; /* in user mode, or the last that was */
    bool in_user;
    const struct cpu_trap *seen_by; /* while a return is told of by the trap that follows it */
    int signal_reg;
    struct replay replay; /* where the caller wants no timeline */
    struct {
        bool held;
        insn_t n;
        vaddr_t pc;
    } insn; /* the last one, told when it is known who runs it */
};

struct derived derive_event_of(struct deriver *d, enum derived_kind kind, struct cpu *cpu, insn_t n,
                               const struct task *task, vaddr_t pc);
void derive_emit(struct deriver *d, const struct derived *e);
/* A system call ended with `result`, or runs again. */
void derive_end_syscall(struct deriver *d, struct cpu *cpu, insn_t n, struct task *task,
                        uint64_t result, bool restarted);

/* ---- derive_start.c: who reaches user mode for the first time; NULL when out of memory ---- */

/* A program that a thread in execve has become; NULL: none waits there. */
struct task *derive_start_program(struct deriver *d, struct cpu *cpu, insn_t n, uint64_t root,
                                  vaddr_t sp);
struct task *derive_start_child(struct deriver *d, struct cpu *cpu, insn_t n, vaddr_t pc,
                                uint64_t root, struct fork *fork);
/* A process that the kernel started itself. */
struct task *derive_start_first(struct deriver *d, struct cpu *cpu, insn_t n, vaddr_t pc,
                                uint64_t root, vaddr_t sp);

#endif
