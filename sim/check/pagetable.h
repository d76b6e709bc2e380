/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/pagetable.h - the check pagetable: the rules by which tables may be changed.
 *
 * Rules (DDI 0487, D8.14 and B2.7; SDM vol. 3, 4.10)
 *   break     arm64: a live entry is never replaced by one with another address, size or memory
 *             type; it is made invalid and invalidated in the TLB first
 *   barrier   arm64: a DSB stands between a write and the return to user mode that may use it;
 *             but for a page of user mode that becomes valid or gets more rights, where a walk that
 *             comes too early is a fault and no more
 *   flush     what takes a permission away, or maps another page, is followed by an invalidation
 *             (arm64: between two DSBs) before user mode runs in that address space again
 *   exec      no page that the kernel may write and execute; none that user mode may, unless a
 *             program asked for it
 *   private   no page of the kernel's half, and no page table, is open to user mode
 *   reuse     no page is written to that the walker may still take for a table
 *
 * Limits: changes are looked at in the address space that is in use; which address an
 * invalidation names is not looked at, nor what the kernel itself uses before a barrier.
 */
#ifndef TRAPLINE_SIM_CHECK_PAGETABLE_H
#define TRAPLINE_SIM_CHECK_PAGETABLE_H

#include "sim/check/check.h"

struct pagetable;
/*
 * NULL when out of memory. `map` is what cpu_watch_kernel_pages() watches: bit `bit` is used.
 * `has_blocks`: pagetable_block() is called for all kernel code; else it is asked for by the CPU.
 */
struct pagetable *pagetable_create(struct cpu *cpu, struct findings *findings, uint8_t *map,
                                   uint8_t bit, bool has_blocks);
void pagetable_destroy(struct pagetable *p);
void pagetable_event(struct pagetable *p, const struct derived *d);
void pagetable_store(struct pagetable *p, const struct cpu_store *s);
void pagetable_block(struct pagetable *p, insn_t n, vaddr_t pc, uint32_t bytes);

#endif
