/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/arch/x86_64/arch.h - the x86_64 side of cpu/cpu.h, function by function.
 *
 * Rules of use: as cpu/cpu.h says of the function of the same name. A machine
 * is made by x86_create() and ended by x86_destroy() (also after a failure).
 */
#ifndef TRAPLINE_CPU_X86_64_ARCH_H
#define TRAPLINE_CPU_X86_64_ARCH_H

#include "cpu/arch/x86_64/state.h"
#include "cpu/arch/x86_64/x86.h"

uint64_t x86_time_ns(const struct x86 *x);
void x86_idle_until(struct x86 *x, cycles_t cycles);
void x86_request_stop(struct x86 *x);
size_t x86_console_room(const struct x86 *x);
size_t x86_console_input(struct x86 *x, const uint8_t *bytes, size_t len);
bool x86_net_input(struct x86 *x, const uint8_t *frame, size_t len);
bool x86_waits(struct x86 *x);
void x86_watch_returns(struct x86 *x, bool on);
void x86_unimplemented_each(const struct x86 *x,
                            void (*fn)(void *ctx, const struct cpu_unimplemented *u, uint64_t reads,
                                       uint64_t writes),
                            void *ctx);
uint64_t x86_pc(struct x86 *x);
uint64_t x86_sp(struct x86 *x);
bool x86_in_user(struct x86 *x);
uint64_t x86_asid_root(struct x86 *x);
uint64_t x86_syscall_number(struct x86 *x);
uint64_t x86_syscall_arg(struct x86 *x, int index);
uint64_t x86_syscall_result(struct x86 *x);
MUST_CHECK int x86_phys_read(struct x86 *x, paddr_t pa, void *buf, size_t len);
MUST_CHECK int x86_phys_write(struct x86 *x, paddr_t pa, const void *buf, size_t len);
MUST_CHECK int x86_translate(struct x86 *x, vaddr_t va, paddr_t *pa);
MUST_CHECK int x86_virt_read(struct x86 *x, vaddr_t va, void *buf, size_t len);
MUST_CHECK int x86_inject(struct x86 *x, const struct cpu_injection *what);
MUST_CHECK int x86_interrupt(struct x86 *x, unsigned number);
MUST_CHECK int x86_timer_interrupt(struct x86 *x);
MUST_CHECK int x86_fetch_fault(struct x86 *x);
size_t x86_unmap_user(struct x86 *x, vaddr_t first, vaddr_t last);

#endif
