/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu.c - cpu/cpu.h in front of the two machines.
 *
 * A struct cpu is an allocation that ends in the machine of its CPU; every
 * function is a call through that CPU's table.
 */
#include "cpu/dev/virtio.h"
#include "cpu/ops.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct cpu {
    const struct cpu_ops *ops;
    enum arch arch;
    void *m;
};

static const struct cpu_ops *ops_of(enum arch arch)
{
    switch (arch) {
    case ARCH_ARM64:
        return &arm64_ops;
    case ARCH_X86_64:
        return &x86_64_ops;
    }
    return NULL;
}

int cpu_create(const struct cpu_config *config, struct cpu **out, char *err, size_t err_len)
{
    const struct cpu_ops *ops = ops_of(config->arch);
    struct cpu *cpu;
    int rc = -ENOMEM;

    *out = NULL;
    if (!ops) {
        snprintf(err, err_len, "there is no CPU number %d", (int)config->arch);
        return -EINVAL;
    }
    cpu = calloc(1, sizeof(*cpu));
    if (cpu)
        cpu->m = calloc(1, ops->machine_bytes);
    if (!cpu || !cpu->m) {
        snprintf(err, err_len, "out of memory for the machine");
        free(cpu);
        return rc;
    }
    cpu->ops = ops;
    cpu->arch = config->arch;
    rc = ops->create(cpu->m, config);
    if (rc) {
        snprintf(err, err_len, "%s", ops->error(cpu->m));
        cpu_destroy(cpu);
        return rc;
    }
    *out = cpu;
    return 0;
}

void cpu_destroy(struct cpu *cpu)
{
    if (!cpu)
        return;
    cpu->ops->destroy(cpu->m);
    free(cpu->m);
    free(cpu);
}

const char *cpu_error(const struct cpu *cpu)
{
    return cpu->ops->error(cpu->m);
}

enum arch cpu_arch(const struct cpu *cpu)
{
    return cpu->arch;
}

int cpu_reset(struct cpu *cpu, const struct cpu_entry *entry)
{
    return cpu->ops->reset(cpu->m, entry);
}

int cpu_run(struct cpu *cpu, insn_t target, struct cpu_stop *stop)
{
    return cpu->ops->run(cpu->m, target, stop);
}

void cpu_set_horizon(struct cpu *cpu, cycles_t cycles)
{
    cpu->ops->set_horizon(cpu->m, cycles);
}

bool cpu_waits(struct cpu *cpu)
{
    return cpu->ops->waits(cpu->m);
}

void cpu_request_stop(struct cpu *cpu)
{
    cpu->ops->request_stop(cpu->m);
}

int cpu_inject(struct cpu *cpu, const struct cpu_injection *what)
{
    return cpu->ops->inject(cpu->m, what);
}

int cpu_interrupt(struct cpu *cpu, unsigned number)
{
    return cpu->ops->interrupt(cpu->m, number);
}

unsigned cpu_interrupts_active(struct cpu *cpu)
{
    return cpu->ops->interrupts_active(cpu->m);
}

void cpu_flush_tlb(struct cpu *cpu)
{
    cpu->ops->flush_tlb(cpu->m);
}

int cpu_timer_interrupt(struct cpu *cpu)
{
    return cpu->ops->timer_interrupt(cpu->m);
}

int cpu_fetch_fault(struct cpu *cpu)
{
    return cpu->ops->fetch_fault(cpu->m);
}

size_t cpu_unmap_user_page(struct cpu *cpu, vaddr_t va)
{
    return cpu->ops->unmap_user(cpu->m, va, va);
}

size_t cpu_unmap_user(struct cpu *cpu)
{
    return cpu->ops->unmap_user(cpu->m, 0, (1ull << 47) - 1);
}

insn_t cpu_now(const struct cpu *cpu)
{
    return cpu->ops->now(cpu->m);
}

cycles_t cpu_cycles(const struct cpu *cpu)
{
    return cpu->ops->cycles(cpu->m);
}

uint64_t cpu_time_ns(const struct cpu *cpu)
{
    return cpu->ops->time_ns(cpu->m);
}

void cpu_idle_until(struct cpu *cpu, cycles_t cycles)
{
    cpu->ops->idle_until(cpu->m, cycles);
}

size_t cpu_console_room(const struct cpu *cpu)
{
    return cpu->ops->console_room(cpu->m);
}

size_t cpu_console_input(struct cpu *cpu, const uint8_t *bytes, size_t len)
{
    return cpu->ops->console_input(cpu->m, bytes, len);
}

bool cpu_net_input(struct cpu *cpu, const uint8_t *frame, size_t len)
{
    return cpu->ops->net_input(cpu->m, frame, len);
}

void cpu_watch_returns(struct cpu *cpu, bool on)
{
    cpu->ops->watch_returns(cpu->m, on);
}

void cpu_set_breaks(struct cpu *cpu, const vaddr_t *at, size_t count)
{
    cpu->ops->set_breaks(cpu->m, at, count);
}

int cpu_watch_stores(struct cpu *cpu, const struct cpu_range *list, size_t count, cpu_store_fn fn,
                     void *ctx)
{
    if (count > CPU_RANGES_MAX)
        return -EINVAL;
    return cpu->ops->watch_stores(cpu->m, list, count, fn, ctx);
}

void cpu_watch_dma(struct cpu *cpu, cpu_dma_fn fn, void *ctx)
{
    struct virtio_bus *bus = cpu->ops->virtio(cpu->m);

    bus->stores.fn = fn;
    bus->stores.ctx = ctx;
}

void cpu_watch_stale(struct cpu *cpu, cpu_stale_fn fn, void *ctx)
{
    cpu->ops->watch_stale(cpu->m, fn, ctx);
}

int cpu_watch_pages(struct cpu *cpu, const uint8_t *map, cpu_page_store_fn fn, void *ctx)
{
    return cpu->ops->watch_pages(cpu->m, map, false, fn, ctx);
}

int cpu_watch_kernel_pages(struct cpu *cpu, const uint8_t *map, cpu_page_store_fn fn, void *ctx)
{
    return cpu->ops->watch_pages(cpu->m, map, true, fn, ctx);
}

void cpu_kernel_page_add(struct cpu *cpu, uint32_t page)
{
    cpu->ops->kernel_page_add(cpu->m, page);
}

void cpu_kernel_pages_added(struct cpu *cpu)
{
    cpu->ops->kernel_pages_added(cpu->m);
}

void cpu_watch_blocks(struct cpu *cpu, cpu_block_fn fn, void *ctx)
{
    cpu->ops->watch_blocks(cpu->m, false, fn, ctx);
}

void cpu_watch_kernel_blocks(struct cpu *cpu, cpu_block_fn fn, void *ctx)
{
    cpu->ops->watch_blocks(cpu->m, true, fn, ctx);
}

int cpu_watch_insns(struct cpu *cpu, cpu_insn_fn fn, void *ctx)
{
    return cpu->ops->watch_insns(cpu->m, fn, ctx);
}

void cpu_unimplemented_each(const struct cpu *cpu,
                            void (*fn)(void *ctx, const struct cpu_unimplemented *u, uint64_t reads,
                                       uint64_t writes),
                            void *ctx)
{
    cpu->ops->unimplemented_each(cpu->m, fn, ctx);
}

const struct cpu_reg_desc *cpu_reg_table(enum arch arch, size_t *count)
{
    return ops_of(arch)->reg_table(count);
}

int cpu_reg_find(enum arch arch, const char *name)
{
    size_t count;
    const struct cpu_reg_desc *table = cpu_reg_table(arch, &count);

    for (size_t i = 0; i < count; i++)
        if (table[i].name[0] == name[0] && !strcmp(table[i].name, name))
            return (int)i;
    return -ENOENT;
}

int cpu_reg_read(struct cpu *cpu, int id, void *value)
{
    return cpu->ops->reg_read(cpu->m, id, value);
}

int cpu_reg_read_all(struct cpu *cpu, uint8_t (*values)[16])
{
    return cpu->ops->reg_read_all(cpu->m, values);
}

int cpu_reg_read_list(struct cpu *cpu, const int *ids, size_t count, uint8_t (*values)[16])
{
    if (count > CPU_REG_LIST_MAX)
        return -EINVAL;
    return cpu->ops->reg_read_list(cpu->m, ids, count, values);
}

int cpu_reg_write(struct cpu *cpu, int id, const void *value)
{
    return cpu->ops->reg_write(cpu->m, id, value);
}

int cpu_sysreg_read(struct cpu *cpu, uint32_t number, uint64_t *value)
{
    return cpu->ops->sysreg_read(cpu->m, number, value);
}

int cpu_sysreg_write(struct cpu *cpu, uint32_t number, uint64_t value)
{
    return cpu->ops->sysreg_write(cpu->m, number, value);
}

uint64_t cpu_pc(struct cpu *cpu)
{
    return cpu->ops->pc(cpu->m);
}

uint64_t cpu_sp(struct cpu *cpu)
{
    return cpu->ops->sp(cpu->m);
}

bool cpu_in_user(struct cpu *cpu)
{
    return cpu->ops->in_user(cpu->m);
}

uint64_t cpu_asid_root(struct cpu *cpu)
{
    return cpu->ops->asid_root(cpu->m);
}

uint64_t cpu_syscall_number(struct cpu *cpu)
{
    return cpu->ops->syscall_number(cpu->m);
}

uint64_t cpu_syscall_arg(struct cpu *cpu, int index)
{
    return cpu->ops->syscall_arg(cpu->m, index);
}

uint64_t cpu_syscall_result(struct cpu *cpu)
{
    return cpu->ops->syscall_result(cpu->m);
}

uint8_t *cpu_ram(struct cpu *cpu, paddr_t *base, size_t *bytes)
{
    return cpu->ops->ram(cpu->m, base, bytes);
}

int cpu_phys_read(struct cpu *cpu, paddr_t pa, void *buf, size_t len)
{
    return cpu->ops->phys_read(cpu->m, pa, buf, len);
}

int cpu_phys_write(struct cpu *cpu, paddr_t pa, const void *buf, size_t len)
{
    return cpu->ops->phys_write(cpu->m, pa, buf, len);
}

int cpu_translate(struct cpu *cpu, vaddr_t va, paddr_t *pa)
{
    return cpu->ops->translate(cpu->m, va, pa);
}

int cpu_mem_read(struct cpu *cpu, vaddr_t va, void *buf, size_t len)
{
    return cpu->ops->mem_read(cpu->m, va, buf, len);
}

int cpu_state_visit(struct cpu *cpu, enum cpu_state_op op, cpu_state_fn fn, void *ctx)
{
    return cpu->ops->state_visit(cpu->m, op, fn, ctx);
}

int cpu_mark_take(struct cpu *cpu, struct cpu_mark **mark)
{
    void *m;
    int rc = cpu->ops->mark_take(cpu->m, &m);

    *mark = m;
    return rc;
}

int cpu_mark_restore(struct cpu *cpu, const struct cpu_mark *mark)
{
    return cpu->ops->mark_restore(cpu->m, mark);
}

void cpu_mark_free(struct cpu *cpu, struct cpu_mark *mark)
{
    cpu->ops->mark_free(mark);
}

int cpu_dirty_start(struct cpu *cpu)
{
    return cpu->ops->dirty_start(cpu->m);
}

void cpu_dirty_take(struct cpu *cpu, cpu_page_fn fn, void *ctx)
{
    cpu->ops->dirty_take(cpu->m, fn, ctx);
}

void cpu_ram_put_page(struct cpu *cpu, uint32_t page, const uint8_t *bytes)
{
    cpu->ops->ram_put_page(cpu->m, page, bytes);
}

void cpu_disk_changes(struct cpu *cpu, unsigned slot,
                      void (*fn)(void *ctx, uint32_t page, const uint8_t *bytes), void *ctx)
{
    const struct page_map none = {NULL};

    if (slot < VIRTIO_SLOTS)
        page_map_diff(&none, &cpu->ops->virtio(cpu->m)->changes[slot], fn, ctx);
}
