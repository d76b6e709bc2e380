/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu.h - system registers, barriers and TLB maintenance of arm64, for C.
 *
 * Rules of use
 *   - A write to a system register is seen by later instructions only after a
 *     context synchronisation event: cpu_isb(), exception entry or ERET.
 *   - Order of a page table change (DDI 0487, "TLB maintenance"): store;
 *     cpu_tables_written(); TLBI; cpu_tlbi_done().
 */
#ifndef KERNEL_ARCH_CPU_H
#define KERNEL_ARCH_CPU_H

#include <stdint.h>

#define cpu_read(reg)                                                                             \
    ({                                                                                            \
        uint64_t value_;                                                                          \
        asm volatile("mrs %0, " #reg : "=r"(value_));                                             \
        value_;                                                                                   \
    })
#define cpu_write(reg, value)                                                                     \
    asm volatile("msr " #reg ", %x0" : : "rZ"((uint64_t)(value)) : "memory")

static inline void cpu_isb(void)
{
    asm volatile("isb" : : : "memory");
}

/* Descriptor stores are visible to the table walker, not only to loads. */
static inline void cpu_tables_written(void)
{
    asm volatile("dsb ishst" : : : "memory");
}

/* The invalidation is complete, and fetches from here on see it. */
static inline void cpu_tlbi_done(void)
{
    asm volatile("dsb ish\n\tisb" : : : "memory");
}

/* All accesses so far, device accesses included, are complete. */
static inline void cpu_dsb(void)
{
    asm volatile("dsb sy" : : : "memory");
}

#define TLBI_ASID_SHIFT 48

/* Last-level entries of one page in one address space. */
static inline void cpu_tlbi_page(uint64_t va, uint64_t asid)
{
    uint64_t operand = asid << TLBI_ASID_SHIFT | (va >> 12 & 0xfffffffffffull);

    asm volatile("tlbi vale1, %0" : : "r"(operand) : "memory");
}

static inline void cpu_tlbi_asid(uint64_t asid)
{
    asm volatile("tlbi aside1, %0" : : "r"(asid << TLBI_ASID_SHIFT) : "memory");
}

static inline void cpu_tlbi_all(void)
{
    asm volatile("tlbi vmalle1" : : : "memory");
}

#define DAIF_IRQ (1ul << 7)

static inline void cpu_irq_enable(void)
{
    asm volatile("msr daifclr, #2" : : : "memory");
}

static inline void cpu_irq_disable(void)
{
    asm volatile("msr daifset, #2" : : : "memory");
}

/* What a symbol of assembly or of kernel.ld is: an address, not an object. */
typedef const char linker_symbol[];

#endif
