/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/ops_of.h - the functions of one CPU as the table that cpu/cpu.c calls through.
 *
 * Purpose: both CPUs offer the same functions (cpu/arch/CPU/arch.h) on machines of their own type.
 * This is the table of either, said once.
 *
 * Rules of use: included by cpu/arch/CPU/ops.c alone, once, behind that CPU's headers and
 *     OF(name)   the name of its function: arm64_##name
 *     MACHINE    the type of its machine
 *     OPS        the name of the table
 *     RAM_BASE   the physical address of RAM
 *     op_interrupts_active()
 */
#ifndef TRAPLINE_CPU_OPS_OF_H
#define TRAPLINE_CPU_OPS_OF_H

#include "cpu/ops.h"

static int op_create(void *m, const struct cpu_config *config)
{
    return OF(create)(m, config);
}

static void op_destroy(void *m)
{
    OF(destroy)(m);
}

static int op_reset(void *m, const struct cpu_entry *entry)
{
    return OF(reset)(m, entry);
}

static int op_run(void *m, insn_t target, struct cpu_stop *stop)
{
    return OF(run)(m, target, stop);
}

static void op_set_horizon(void *m, cycles_t cycles)
{
    ((MACHINE *)m)->horizon = cycles;
}

static bool op_waits(void *m)
{
    return OF(waits)(m);
}

static void op_request_stop(void *m)
{
    OF(request_stop)(m);
}

static int op_inject(void *m, const struct cpu_injection *what)
{
    return OF(inject)(m, what);
}

static int op_interrupt(void *m, unsigned number)
{
    return OF(interrupt)(m, number);
}

static int op_timer_interrupt(void *m)
{
    return OF(timer_interrupt)(m);
}

static int op_fetch_fault(void *m)
{
    return OF(fetch_fault)(m);
}

static size_t op_unmap_user(void *m, vaddr_t first, vaddr_t last)
{
    return OF(unmap_user)(m, first, last);
}

static void op_flush_tlb(void *m)
{
    OF(engine_flush_tlb)(m);
}

static cycles_t op_cycles(const void *m)
{
    return OF(cycles)(m);
}

static uint64_t op_time_ns(const void *m)
{
    return OF(time_ns)(m);
}

static void op_idle_until(void *m, cycles_t cycles)
{
    OF(idle_until)(m, cycles);
}

static size_t op_console_room(const void *m)
{
    return OF(console_room)(m);
}

static size_t op_console_input(void *m, const uint8_t *bytes, size_t len)
{
    return OF(console_input)(m, bytes, len);
}

static bool op_net_input(void *m, const uint8_t *frame, size_t len)
{
    return OF(net_input)(m, frame, len);
}

static void op_watch_returns(void *m, bool on)
{
    OF(watch_returns)(m, on);
}

static int op_watch_stores(void *m, const struct cpu_range *list, size_t count, cpu_store_fn fn,
                           void *ctx)
{
    return OF(engine_watch_stores)(m, list, count, fn, ctx);
}

static int op_watch_pages(void *m, const uint8_t *map, bool kernel, cpu_page_store_fn fn, void *ctx)
{
    const struct pages_client client = {map, fn, ctx, kernel};

    return OF(pages_watch)(m, PAGES_OBSERVER, &client);
}

static void op_kernel_page_add(void *m, uint32_t page)
{
    OF(pages_add)(m, page);
}

static void op_kernel_pages_added(void *m)
{
    OF(pages_added)(m);
}

static void op_watch_stale(void *m, cpu_stale_fn fn, void *ctx)
{
    MACHINE *machine = m;

    if (machine->adversary)
        adversary_watch(machine->adversary, fn, ctx);
}

static void op_watch_blocks(void *m, bool kernel, cpu_block_fn fn, void *ctx)
{
    MACHINE *machine = m;

    machine->blocks = (struct cpu_blocks){fn, ctx, kernel};
    OF(count_looks)(machine);
}

static int op_watch_insns(void *m, cpu_insn_fn fn, void *ctx)
{
    return OF(engine_watch_insns)(m, fn, ctx);
}

static void op_set_breaks(void *m, const vaddr_t *at, size_t count)
{
    MACHINE *machine = m;

    machine->breaks = (struct cpu_breaks){at, count, machine->count.n};
}

static void op_unimplemented_each(const void *m,
                               void (*fn)(void *ctx, const struct cpu_unimplemented *u,
                                          uint64_t reads, uint64_t writes),
                               void *ctx)
{
    OF(unimplemented_each)(m, fn, ctx);
}

static int op_reg_read(void *m, int id, void *value)
{
    return OF(reg_read)(m, id, value);
}

static int op_reg_read_all(void *m, uint8_t (*values)[16])
{
    return OF(reg_read_all)(m, values);
}

static int op_reg_read_list(void *m, const int *ids, size_t count, uint8_t (*values)[16])
{
    return OF(reg_read_list)(m, ids, count, values);
}

static int op_reg_write(void *m, int id, const void *value)
{
    return OF(reg_write)(m, id, value);
}

static int op_sysreg_read(void *m, uint32_t number, uint64_t *value)
{
    return OF(system_read)(m, number, value);
}

static int op_sysreg_write(void *m, uint32_t number, uint64_t value)
{
    return OF(system_write)(m, number, value);
}

static uint64_t op_pc(void *m)
{
    return OF(pc)(m);
}

static uint64_t op_sp(void *m)
{
    return OF(sp)(m);
}

static bool op_in_user(void *m)
{
    return OF(in_user)(m);
}

static uint64_t op_asid_root(void *m)
{
    return OF(asid_root)(m);
}

static uint64_t op_syscall_number(void *m)
{
    return OF(syscall_number)(m);
}

static uint64_t op_syscall_arg(void *m, int index)
{
    return OF(syscall_arg)(m, index);
}

static uint64_t op_syscall_result(void *m)
{
    return OF(syscall_result)(m);
}

static int op_phys_read(void *m, paddr_t pa, void *buf, size_t len)
{
    return OF(phys_read)(m, pa, buf, len);
}

static int op_phys_write(void *m, paddr_t pa, const void *buf, size_t len)
{
    return OF(phys_write)(m, pa, buf, len);
}

static int op_translate(void *m, vaddr_t va, paddr_t *pa)
{
    return OF(translate)(m, va, pa);
}

static int op_virt_read(void *m, vaddr_t va, void *buf, size_t len)
{
    return OF(virt_read)(m, va, buf, len);
}

static int op_state_visit(void *m, enum cpu_state_op op, cpu_state_fn fn, void *ctx)
{
    return OF(state_visit)(m, op, fn, ctx);
}

static int op_mark_take(void *m, void **mark)
{
    return OF(mark_take)(m, mark);
}

static int op_mark_restore(void *m, const void *mark)
{
    return OF(mark_restore)(m, mark);
}

static int op_dirty_start(void *m)
{
    return OF(dirty_start)(m);
}

static void op_dirty_take(void *m, cpu_page_fn fn, void *ctx)
{
    OF(dirty_take)(m, fn, ctx);
}

static void op_ram_put_page(void *m, uint32_t page, const uint8_t *bytes)
{
    OF(ram_put_page)(m, page, bytes);
}

static const char *op_error(const void *m)
{
    return ((const MACHINE *)m)->error;
}

static insn_t op_now(const void *m)
{
    return ((const MACHINE *)m)->count.n;
}

static uint8_t *op_ram(void *m, paddr_t *base, size_t *bytes)
{
    MACHINE *machine = m;

    *base = RAM_BASE;
    *bytes = machine->config.ram_bytes;
    return machine->ram;
}

static struct virtio_bus *op_virtio(void *m)
{
    return &((MACHINE *)m)->virtio;
}

const struct cpu_ops OPS = {
    .machine_bytes = sizeof(MACHINE),
    .error = op_error,
    .now = op_now,
    .ram = op_ram,
    .reg_table = OF(reg_table),
    .create = op_create,
    .destroy = op_destroy,
    .reset = op_reset,
    .run = op_run,
    .set_horizon = op_set_horizon,
    .waits = op_waits,
    .request_stop = op_request_stop,
    .inject = op_inject,
    .interrupt = op_interrupt,
    .interrupts_active = op_interrupts_active,
    .flush_tlb = op_flush_tlb,
    .timer_interrupt = op_timer_interrupt,
    .fetch_fault = op_fetch_fault,
    .unmap_user = op_unmap_user,
    .cycles = op_cycles,
    .time_ns = op_time_ns,
    .idle_until = op_idle_until,
    .console_room = op_console_room,
    .console_input = op_console_input,
    .net_input = op_net_input,
    .watch_returns = op_watch_returns,
    .set_breaks = op_set_breaks,
    .watch_pages = op_watch_pages,
    .kernel_page_add = op_kernel_page_add,
    .kernel_pages_added = op_kernel_pages_added,
    .watch_stale = op_watch_stale,
    .watch_blocks = op_watch_blocks,
    .watch_stores = op_watch_stores,
    .watch_insns = op_watch_insns,
    .unimplemented_each = op_unimplemented_each,
    .reg_read = op_reg_read,
    .reg_read_all = op_reg_read_all,
    .reg_read_list = op_reg_read_list,
    .reg_write = op_reg_write,
    .sysreg_read = op_sysreg_read,
    .sysreg_write = op_sysreg_write,
    .pc = op_pc,
    .sp = op_sp,
    .in_user = op_in_user,
    .asid_root = op_asid_root,
    .syscall_number = op_syscall_number,
    .syscall_arg = op_syscall_arg,
    .syscall_result = op_syscall_result,
    .phys_read = op_phys_read,
    .phys_write = op_phys_write,
    .translate = op_translate,
    .mem_read = op_virt_read,
    .state_visit = op_state_visit,
    .mark_take = op_mark_take,
    .mark_restore = op_mark_restore,
    .mark_free = OF(mark_free),
    .dirty_start = op_dirty_start,
    .dirty_take = op_dirty_take,
    .ram_put_page = op_ram_put_page,
    .virtio = op_virtio,
};

#endif
