/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/kernel_sp.h - where the kernel's stack begins, by the CPU alone.
 *
 * Rules of use: in a trap callback at the vector, or in user mode. All reads; 0 where there is
 * none.
 */
#ifndef TRAPLINE_SIM_CHECK_KERNEL_SP_H
#define TRAPLINE_SIM_CHECK_KERNEL_SP_H

#include "cpu/cpu.h"

/* The low 8 bytes of a register by its name. */
uint64_t kernel_sp_register(struct cpu *cpu, const char *name);
/* SP_EL1; RSP0 of the task state segment (SDM vol. 3, 8.7). */
vaddr_t kernel_sp_of_entry(struct cpu *cpu);
/* x86_64: where RSP0 stands in memory. */
vaddr_t kernel_sp_slot(struct cpu *cpu);
/* The stack pointer that a trap from the kernel interrupted. */
vaddr_t kernel_sp_interrupted(struct cpu *cpu, const struct cpu_trap *trap);
/* CR2: what a double fault was about. arm64: FAR_EL1. */
vaddr_t kernel_sp_fault_address(struct cpu *cpu);

#endif
