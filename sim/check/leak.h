/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/leak.h - the check leak: nothing that was not written for it reaches user mode.
 *
 * Purpose: a byte has leaked where user mode can see it although nobody wrote it for this program:
 * left over in the kernel's stack, in a page of a process that is gone, in a vector register of it.
 * So the recording runs twice: once as it was, and once with all of that changed as soon as it is
 * dead. A kernel that gives away none of it makes both runs the same; what differs in user mode has
 * leaked. There is no guess in it: a difference is a flow of dead bytes to the user.
 *
 * What counts as dead, by what the CPU shows
 *   - at a trap from user mode: the kernel's stack below where the entry begins, as far as the same
 *     page and LEAK_STACK_BYTES go; but for the first LEAK_FRAME_BYTES: what an entry saves there
 *     may have parts that are kept from one to the next
 *   - at exit_group: vector registers; pages that are writable for the user, unless the recording
 *     shares memory between processes or traces one by another
 *   - at an execve that will succeed (the first run knows): vector registers
 *
 * What is compared: at each return to user mode all registers; memory at the stack pointer, where
 * the system call's arguments point, and the page that a fault brought in.
 *
 * The first difference is the only finding: what follows may come of it.
 */
#ifndef TRAPLINE_SIM_CHECK_LEAK_H
#define TRAPLINE_SIM_CHECK_LEAK_H

#include "sim/check/check.h"

#define LEAK_STACK_BYTES 3072u
#define LEAK_FRAME_BYTES 896u

struct leak;
/* NULL when out of memory. */
struct leak *leak_create(const struct trace *t);
void leak_destroy(struct leak *l);
/* The first run: all traps and returns, as they come. */
void leak_trap(struct leak *l, struct cpu *cpu, const struct cpu_trap *trap);
void leak_return(struct leak *l, struct cpu *cpu, insn_t n, vaddr_t pc);
/* The other runs, behind it. Finds at most one leak. 0, or an error with a sentence in `err`. */
MUST_CHECK int leak_run(struct leak *l, struct findings *findings, char *err, size_t err_len);
/* Name the instruction that read what was never written. */
void leak_name(const struct trace *t, struct places *places, struct finding *f);

/* ---- inside: leak_poison.c ---- */
struct leak_poison {
    bool keep_pages;        /* memory is shared: pages of the dead may be alive */
    uint64_t shared_root[16]; /* address spaces that more than one process uses */
    size_t shared_count;
    struct {
        uint64_t root;
        vaddr_t head;       /* of set_robust_list() */
    } robust[64];
    size_t robust_count;
};

/* A trap from user mode, at its vector: change what is dead from here on. */
void leak_poison_trap(struct leak_poison *p, struct cpu *cpu, const char *call, bool exec_succeeds);

#endif
