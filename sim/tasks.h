/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/tasks.h - who runs: processes and threads of the guest, guessed from outside.
 *
 * Inside sim/ only.
 *
 * A thread in user mode traps into the kernel with a return address and a stack pointer; whoever
 * comes back to user mode with the same pair in the same address space is that thread.
 */
#ifndef TRAPLINE_SIM_TASKS_H
#define TRAPLINE_SIM_TASKS_H

#include "sim/code_maps.h"
#include "sim/derive.h"

struct process {
    unsigned id;
    const struct program *program; /* NULL: not known */
    vaddr_t base;                  /* where it was loaded */
    struct code_maps maps;         /* both, and what else has code */
};

enum pending { PENDING_NONE, PENDING_TRAP, PENDING_SYSCALL };

struct task {
    unsigned thread;
    struct process *process;
    uint64_t root;
    enum pending pending;    /* in the kernel, because of ... */
    bool dead;
    insn_t n;                /* of the trap */
    uint64_t ns;             /* guest time there */
    vaddr_t pc, sp;
    bool resumes;            /* in rt_sigreturn, whose frame goes on here: */
    vaddr_t resume_pc, resume_sp;
    struct syscall_text call;
};

/* A fork whose child has not been seen. */
struct fork {
    struct task *parent;
    uint64_t root, flags;
    vaddr_t pc, sp, stack;
    insn_t n;
    bool open;
};

struct tasks {
    struct task **task;
    size_t count, room;
    struct fork *fork;
    size_t fork_count, fork_room;
    struct process **process;
    size_t process_count, process_room;
    bool failed; /* out of memory */
};

void tasks_free(struct tasks *t);
/* A new thread of `process`; NULL: of a new process. NULL when out of memory. */
struct task *tasks_add(struct tasks *t, struct process *process, uint64_t root);
/* The thread in the kernel that would go on at pc and sp; newest first. */
struct task *tasks_find(struct tasks *t, uint64_t root, vaddr_t pc, vaddr_t sp);
/* The thread in the kernel after a trap that would go on behind the instruction of the trap. */
struct task *tasks_find_emulated(struct tasks *t, uint64_t root, vaddr_t pc, vaddr_t sp);
/* The thread whose kernel side runs in this address space, as far as one can tell; or NULL. */
struct task *tasks_find_root(struct tasks *t, uint64_t root);
/* The thread in rt_sigreturn whose frame goes on at pc and sp. */
struct task *tasks_find_resumed(struct tasks *t, uint64_t root, vaddr_t pc, vaddr_t sp);
/* A thread that waits in one of two system calls that come back elsewhere. */
struct task *tasks_find_sigreturn(struct tasks *t, uint64_t root);
/*
 * The thread that waits in execve and whose program stands at its first instruction with `sp`: that
 * with this path and these arguments, of several the newest.
 */
struct task *tasks_find_exec(struct tasks *t, struct cpu *cpu, vaddr_t sp);
void tasks_note_fork(struct tasks *t, struct task *parent);
void tasks_drop_fork(struct tasks *t, struct task *parent, insn_t n);
/* The fork in which this thread waits; NULL: none, or its child was seen. */
struct fork *tasks_fork_of(struct tasks *t, const struct task *parent);
/* The oldest fork whose child could start at pc and sp. */
struct fork *tasks_find_fork(struct tasks *t, vaddr_t pc, vaddr_t sp);
void tasks_kill(struct tasks *t, struct task *task, bool whole_process);

#endif
