/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/ops.h - the table behind cpu/cpu.h: one machine of one CPU.
 *
 * Rules of use: cpu/arch/CPU/ops.c fills one table; cpu/cpu.c is its only
 * caller. `m` is that CPU's machine, made by create() and ended by destroy(),
 * which also frees what a failed create() left.
 */
#ifndef TRAPLINE_CPU_OPS_H
#define TRAPLINE_CPU_OPS_H

#include "cpu/cpu.h"

struct cpu_ops {
    size_t machine_bytes;   /* size of the machine's struct; cpu.c allocates it */
    int (*create)(void *m, const struct cpu_config *config);
    void (*destroy)(void *m);
    const char *(*error)(const void *m);
    int (*reset)(void *m, const struct cpu_entry *entry);
    int (*run)(void *m, insn_t target, struct cpu_stop *stop);
    void (*set_horizon)(void *m, cycles_t cycles);
    bool (*waits)(void *m);
    void (*request_stop)(void *m);
    int (*inject)(void *m, const struct cpu_injection *what);
    int (*interrupt)(void *m, unsigned number);
    unsigned (*interrupts_active)(const void *m);
    void (*flush_tlb)(void *m);
    int (*timer_interrupt)(void *m);
    int (*fetch_fault)(void *m);
    size_t (*unmap_user)(void *m, vaddr_t first, vaddr_t last);
    insn_t (*now)(const void *m);
    cycles_t (*cycles)(const void *m);
    uint64_t (*time_ns)(const void *m);
    void (*idle_until)(void *m, cycles_t cycles);
    size_t (*console_room)(const void *m);
    size_t (*console_input)(void *m, const uint8_t *bytes, size_t len);
    bool (*net_input)(void *m, const uint8_t *frame, size_t len);
    void (*watch_returns)(void *m, bool on);
    int (*watch_stores)(void *m, const struct cpu_range *list, size_t count, cpu_store_fn fn,
                        void *ctx);
    int (*watch_pages)(void *m, const uint8_t *map, bool kernel, cpu_page_store_fn fn, void *ctx);
    void (*kernel_page_add)(void *m, uint32_t page);
    void (*kernel_pages_added)(void *m);
    void (*watch_blocks)(void *m, bool kernel, cpu_block_fn fn, void *ctx);
    int (*watch_insns)(void *m, cpu_insn_fn fn, void *ctx);
    void (*watch_stale)(void *m, cpu_stale_fn fn, void *ctx);
    void (*set_breaks)(void *m, const vaddr_t *at, size_t count);
    void (*unimplemented_each)(const void *m,
                               void (*fn)(void *ctx, const struct cpu_unimplemented *u,
                                          uint64_t reads, uint64_t writes),
                               void *ctx);
    const struct cpu_reg_desc *(*reg_table)(size_t *count);
    int (*reg_read)(void *m, int id, void *value);
    int (*reg_read_all)(void *m, uint8_t (*values)[16]);
    int (*reg_read_list)(void *m, const int *ids, size_t count, uint8_t (*values)[16]);
    int (*reg_write)(void *m, int id, const void *value);
    int (*sysreg_read)(void *m, uint32_t number, uint64_t *value);
    int (*sysreg_write)(void *m, uint32_t number, uint64_t value);
    uint64_t (*pc)(void *m);
    uint64_t (*sp)(void *m);
    bool (*in_user)(void *m);
    uint64_t (*asid_root)(void *m);
    uint64_t (*syscall_number)(void *m);
    uint64_t (*syscall_arg)(void *m, int index);
    uint64_t (*syscall_result)(void *m);
    uint8_t *(*ram)(void *m, paddr_t *base, size_t *bytes);
    int (*phys_read)(void *m, paddr_t pa, void *buf, size_t len);
    int (*phys_write)(void *m, paddr_t pa, const void *buf, size_t len);
    int (*translate)(void *m, vaddr_t va, paddr_t *pa);
    int (*mem_read)(void *m, vaddr_t va, void *buf, size_t len);
    int (*state_visit)(void *m, enum cpu_state_op op, cpu_state_fn fn, void *ctx);
    int (*mark_take)(void *m, void **mark);
    int (*mark_restore)(void *m, const void *mark);
    void (*mark_free)(void *mark);
    int (*dirty_start)(void *m);
    void (*dirty_take)(void *m, cpu_page_fn fn, void *ctx);
    void (*ram_put_page)(void *m, uint32_t page, const uint8_t *bytes);
    struct virtio_bus *(*virtio)(void *m);
};

extern const struct cpu_ops arm64_ops;
extern const struct cpu_ops x86_64_ops;

#endif
