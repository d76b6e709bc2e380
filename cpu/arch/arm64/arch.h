/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/arch/arm64/arch.h - the arm64 side of cpu/cpu.h, function by function.
 *
 * Rules of use: as cpu/cpu.h says of the function of the same name. A machine
 * is made by arm64_create() and ended by arm64_destroy() (also after a failure).
 */
#ifndef TRAPLINE_CPU_ARM64_ARCH_H
#define TRAPLINE_CPU_ARM64_ARCH_H

#include "cpu/arch/arm64/arm64.h"

uint64_t arm64_time_ns(const struct arm64 *a);
void arm64_idle_until(struct arm64 *a, cycles_t cycles);
void arm64_request_stop(struct arm64 *a);
size_t arm64_console_room(const struct arm64 *a);
size_t arm64_console_input(struct arm64 *a, const uint8_t *bytes, size_t len);
bool arm64_net_input(struct arm64 *a, const uint8_t *frame, size_t len);
bool arm64_waits(struct arm64 *a);
void arm64_watch_returns(struct arm64 *a, bool on);
void arm64_unimplemented_each(const struct arm64 *a,
                              void (*fn)(void *ctx, const struct cpu_unimplemented *u,
                                         uint64_t reads, uint64_t writes),
                              void *ctx);
uint64_t arm64_pc(struct arm64 *a);
uint64_t arm64_sp(struct arm64 *a);
bool arm64_in_user(struct arm64 *a);
uint64_t arm64_asid_root(struct arm64 *a);
uint64_t arm64_syscall_number(struct arm64 *a);
uint64_t arm64_syscall_arg(struct arm64 *a, int index);
uint64_t arm64_syscall_result(struct arm64 *a);
MUST_CHECK int arm64_phys_read(struct arm64 *a, paddr_t pa, void *buf, size_t len);
MUST_CHECK int arm64_phys_write(struct arm64 *a, paddr_t pa, const void *buf, size_t len);
MUST_CHECK int arm64_translate(struct arm64 *a, vaddr_t va, paddr_t *pa);
MUST_CHECK int arm64_virt_read(struct arm64 *a, vaddr_t va, void *buf, size_t len);
MUST_CHECK int arm64_inject(struct arm64 *a, const struct cpu_injection *what);
MUST_CHECK int arm64_interrupt(struct arm64 *a, unsigned number);
MUST_CHECK int arm64_timer_interrupt(struct arm64 *a);
MUST_CHECK int arm64_fetch_fault(struct arm64 *a);
size_t arm64_unmap_user(struct arm64 *a, vaddr_t first, vaddr_t last);

#endif
