/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mmio.h - device registers by physical address, through the direct map (Device-nGnRE).
 * Accesses to one device stay in program order (DDI 0487, "Device memory"); across devices,
 * or before an interrupt is acknowledged, put a cpu_dsb() between.
 */
#ifndef KERNEL_ARCH_MMIO_H
#define KERNEL_ARCH_MMIO_H

#include "kernel/include/arch.h"

/* Load and store with a base register only: their syndrome is valid for a hypervisor. */
static inline uint32_t mmio_read32(paddr_t pa)
{
    uint32_t value;

    asm volatile("ldr %w0, [%1]" : "=r"(value) : "r"(arch_phys_to_virt(pa)) : "memory");
    return value;
}

static inline void mmio_write32(paddr_t pa, uint32_t value)
{
    asm volatile("str %w0, [%1]" : : "rZ"(value), "r"(arch_phys_to_virt(pa)) : "memory");
}

#endif
