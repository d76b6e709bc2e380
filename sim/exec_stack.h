/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/exec_stack.h - what a kernel leaves on the stack of a new program (System V psABI, "Process
 * initialization"; Linux's additions: getauxval(3)). Inside sim/ only.
 */
#ifndef TRAPLINE_SIM_EXEC_STACK_H
#define TRAPLINE_SIM_EXEC_STACK_H

#include "cpu/cpu.h"

#define EXEC_AUX_BASE   7u  /* where the program interpreter was loaded */
#define EXEC_AUX_ENTRY  9u  /* the program's first instruction */
#define EXEC_AUX_EXECFN 31u /* address of the path as it was given to execve */

/* The vector of argument strings; `sp` is that of the first instruction. */
static inline vaddr_t exec_stack_argv(vaddr_t sp)
{
    return sp + 8;
}

/* An entry of the auxiliary vector; false: none, or it is not there. */
bool exec_stack_aux(struct cpu *cpu, vaddr_t sp, uint64_t tag, uint64_t *value);
/* The path that it was started by, at *va; false: not known, or longer. */
bool exec_stack_path(struct cpu *cpu, vaddr_t sp, vaddr_t *va, char *path, size_t len);

#endif
