/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pte.h - translation table descriptors with 4 KiB granule (DDI 0487, "VMSAv8-64
 * descriptor formats") and the registers that go with them. Read by C and by assembly.
 *
 * Every valid leaf has its access flag set (no hardware management on v8.0), is
 * inner shareable, and is either writable or executable for the kernel.
 */
#ifndef KERNEL_ARCH_PTE_H
#define KERNEL_ARCH_PTE_H

#include "kernel/arch/arm64/layout.h"

#define TABLE_ENTRIES 512

#define PTE_VALID (U64(1) << 0)
#define PTE_TABLE (U64(1) << 1)         /* levels 0 to 2: next table. Level 3: always 1 */
#define PTE_ATTR_DEVICE (U64(0) << 2)   /* indexes into MAIR_EL1 */
#define PTE_ATTR_NORMAL (U64(1) << 2)
#define PTE_USER (U64(1) << 6)          /* AP[1]: EL0 may access */
#define PTE_RDONLY (U64(1) << 7)        /* AP[2] */
#define PTE_SH_INNER (U64(3) << 8)
#define PTE_AF (U64(1) << 10)
#define PTE_NG (U64(1) << 11)           /* tagged with the ASID */
#define PTE_PXN (U64(1) << 53)
#define PTE_UXN (U64(1) << 54)
#define PTE_ADDRESS_MASK U64(0x0000fffffffff000)

#define PTE_BLOCK_ATTRS (PTE_VALID | PTE_AF | PTE_SH_INNER | PTE_ATTR_NORMAL | PTE_UXN)
#define PTE_BLOCK_RX (PTE_BLOCK_ATTRS | PTE_RDONLY)
#define PTE_BLOCK_RO (PTE_BLOCK_ATTRS | PTE_RDONLY | PTE_PXN)
#define PTE_BLOCK_RW (PTE_BLOCK_ATTRS | PTE_PXN)
#define PTE_BLOCK_DEVICE (PTE_VALID | PTE_AF | PTE_ATTR_DEVICE | PTE_UXN | PTE_PXN)
#define PTE_PAGE_RX (PTE_BLOCK_RX | PTE_TABLE)
#define PTE_PAGE_RO (PTE_BLOCK_RO | PTE_TABLE)
#define PTE_PAGE_RW (PTE_BLOCK_RW | PTE_TABLE)
#define PTE_TO_TABLE (PTE_VALID | PTE_TABLE)

/* MAIR_EL1: index 0 Device-nGnRE, index 1 Normal write-back, read- and write-allocate. */
#define MAIR_VALUE U64(0xff04)

/*
 * TCR_EL1: both halves 4 KiB granule, walks write-back inner shareable; TBI0 as Linux has
 * it (user addresses may carry a tag in the top byte). IPS and AS are read from the CPU.
 */
#define TCR_T0SZ (U64(64) - USER_VA_BITS)
#define TCR_T1SZ ((U64(64) - KERNEL_VA_BITS) << 16)
#define TCR_WALKS_0 ((U64(1) << 8) | (U64(1) << 10) | (U64(3) << 12))
#define TCR_WALKS_1 ((U64(1) << 24) | (U64(1) << 26) | (U64(3) << 28))
#define TCR_TG1_4K (U64(2) << 30)
#define TCR_IPS_SHIFT 32
#define TCR_IPS_BITS 3
#define TCR_AS_SHIFT 36
#define TCR_TBI0 (U64(1) << 37)
#define TCR_VALUE (TCR_T0SZ | TCR_T1SZ | TCR_WALKS_0 | TCR_WALKS_1 | TCR_TG1_4K | TCR_TBI0)

/*
 * SCTLR_EL1: MMU and caches on; SP alignment checked at both levels; WFI of
 * EL0 trapped, so that user code cannot idle the machine; DC ZVA, CTR_EL0 and cache maintenance
 * by address open to EL0. Bits 11, 20, 22, 23, 28, 29 are RES1 on v8.0.
 */
#define SCTLR_RES1 ((U64(1) << 11) | (U64(1) << 20) | (U64(1) << 22) | (U64(1) << 23) | \
                    (U64(1) << 28) | (U64(1) << 29))
#define SCTLR_M (U64(1) << 0)
#define SCTLR_C (U64(1) << 2)
#define SCTLR_SA (U64(1) << 3)
#define SCTLR_SA0 (U64(1) << 4)
#define SCTLR_SED (U64(1) << 8)
#define SCTLR_I (U64(1) << 12)
#define SCTLR_DZE (U64(1) << 14)
#define SCTLR_UCT (U64(1) << 15)
#define SCTLR_NTWE (U64(1) << 18)
#define SCTLR_UCI (U64(1) << 26)
#define SCTLR_VALUE (SCTLR_RES1 | SCTLR_M | SCTLR_C | SCTLR_SA | SCTLR_SA0 | SCTLR_SED | \
                     SCTLR_I | SCTLR_DZE | SCTLR_UCT | SCTLR_NTWE | SCTLR_UCI)

/* CPACR_EL1.FPEN = 0b11: FP and SIMD trap at no level. */
#define CPACR_FPEN (U64(3) << 20)
/* CNTKCTL_EL1: EL0 reads the virtual counter and nothing else of the timer. */
#define CNTKCTL_EL0VCTEN (U64(1) << 1)
/* MDSCR_EL1.TDCC: EL0 has no debug communications channel. */
#define MDSCR_TDCC (U64(1) << 12)
#define MDSCR_SS (U64(1) << 0) /* software step */

#endif
