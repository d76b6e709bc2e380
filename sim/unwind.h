/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/unwind.h - call stacks of the guest, by the call frame information of its programs.
 *
 * Rules of use
 *   - One unwinder for each ELF file at each load address; it borrows the file's bytes.
 *   - The stack is read from the live machine. It ends where there is no frame information, as
 *     at the kernel's entry code.
 */
#ifndef TRAPLINE_SIM_UNWIND_H
#define TRAPLINE_SIM_UNWIND_H

#include "cpu/cpu.h"

struct unwinder;

/*
 * `base`: what to add to the file's addresses. -ENOMEM, or -ENOTSUP for a file that libdw refuses.
 */
MUST_CHECK int unwinder_open(const void *elf, size_t bytes, vaddr_t base, enum arch arch,
                             struct unwinder **out);
void unwinder_close(struct unwinder *u);
/* The PC and then the return addresses, innermost first: how many, at least 1 and at most `max`. */
size_t unwind(struct unwinder *u, struct cpu *cpu, vaddr_t *pc, size_t max);

#endif
