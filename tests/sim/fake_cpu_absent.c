/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tests/sim/fake_cpu_absent.c - what the fake CPU of fake_cpu.c has not: nobody looks on while it
 * runs, its RAM is never clean, and it has no user pages and no disks.
 */
#include <errno.h>

#include "cpu/cpu.h"

int cpu_dirty_start(struct cpu *c)
{
    (void)c;
    return 0;
}

void cpu_dirty_take(struct cpu *c, cpu_page_fn fn, void *ctx)
{
    (void)c;
    (void)fn;
    (void)ctx;
}

void cpu_ram_put_page(struct cpu *c, uint32_t page, const uint8_t *bytes)
{
    (void)c;
    (void)page;
    (void)bytes;
}

/* It executes no instructions that could be stopped before, and stores nothing. */
void cpu_set_breaks(struct cpu *c, const vaddr_t *at, size_t count)
{
    (void)c;
    (void)at;
    (void)count;
}

void cpu_watch_blocks(struct cpu *c, cpu_block_fn fn, void *ctx)
{
    (void)c;
    (void)fn;
    (void)ctx;
}

void cpu_watch_kernel_blocks(struct cpu *c, cpu_block_fn fn, void *ctx)
{
    (void)c;
    (void)fn;
    (void)ctx;
}

unsigned cpu_interrupts_active(struct cpu *c)
{
    (void)c;
    return 0;
}

void cpu_watch_stale(struct cpu *cpu, cpu_stale_fn fn, void *ctx)
{
    (void)cpu;
    (void)fn;
    (void)ctx;
}

int cpu_watch_pages(struct cpu *c, const uint8_t *map, cpu_page_store_fn fn, void *ctx)
{
    (void)c;
    (void)map;
    (void)fn;
    (void)ctx;
    return 0;
}

int cpu_watch_kernel_pages(struct cpu *c, const uint8_t *map, cpu_page_store_fn fn, void *ctx)
{
    (void)c;
    (void)map;
    (void)fn;
    (void)ctx;
    return 0;
}

void cpu_kernel_page_add(struct cpu *c, uint32_t page)
{
    (void)c;
    (void)page;
}

void cpu_kernel_pages_added(struct cpu *c)
{
    (void)c;
}

int cpu_watch_insns(struct cpu *c, cpu_insn_fn fn, void *ctx)
{
    (void)c;
    (void)fn;
    (void)ctx;
    return 0;
}

int cpu_watch_stores(struct cpu *c, const struct cpu_range *list, size_t count, cpu_store_fn fn,
                     void *ctx)
{
    (void)c;
    (void)list;
    (void)count;
    (void)fn;
    (void)ctx;
    return 0;
}

int cpu_fetch_fault(struct cpu *c)
{
    (void)c;
    return -EINVAL;
}

size_t cpu_unmap_user_page(struct cpu *c, vaddr_t va)
{
    (void)c;
    (void)va;
    return 0;
}

size_t cpu_unmap_user(struct cpu *c)
{
    (void)c;
    return 0;
}

void cpu_disk_changes(struct cpu *c, unsigned slot,
                      void (*fn)(void *ctx, uint32_t page, const uint8_t *bytes), void *ctx)
{
    (void)c;
    (void)slot;
    (void)fn;
    (void)ctx;
}
