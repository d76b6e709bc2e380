/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot.S - from the loader's jump to C.
 *
 * Entered as Linux's boot protocol has it (Documentation/arch/arm64/booting.rst): MMU
 * and data cache off, interrupts masked, x0 = device tree. At EL1, or at EL2, which is
 * left at once. The code runs where it was loaded, at any 4 KiB aligned address: until the jump
 * to the higher half every address is computed from the PC (adrp).
 *
 *   1. tables: the image in the higher half, page by page, W^X; the code itself once
 *      more at its physical address (TTBR0), to survive the step that turns the MMU on
 *   2. MAIR, TCR, TTBRs, then SCTLR
 *   3. jump up; drop the identity map; vectors, stack, bss; boot_main(device tree)
 */
#include "kernel/arch/arm64/asm.h"
#include "kernel/arch/arm64/pte.h"

#define MMFR0_PARANGE_BITS 3   /* of 4: no value above 48 bits without another granule */
#define MMFR0_PARANGE_48 5
#define MMFR0_ASID16_BIT 5     /* ASIDBits is 0b0010: 16 bits */
#define CTR_DMINLINE_SHIFT 16
#define CTR_DMINLINE_BITS 4
#define CTR_WORD_BYTES 4
#define L3_INDEX_SHIFT 12
#define BLOCK_1G_SHIFT 30
#define IMAGE_L1_INDEX ((KERNEL_IMAGE_BASE >> 30) & 511)
#define IMAGE_L3_TABLES (KERNEL_IMAGE_BYTES_MAX >> 21)

#define IMAGE_FLAGS 0xa         /* little-endian, 4 KiB pages, anywhere in RAM */
#define CURRENT_EL2 8
#define HCR_RW (1 << 31)
#define CNTHCTL_EL1_ACCESS 3
#define SPSR_EL1H_MASKED 0x3c5

    /* For kernel.ld to compare with its own. */
    .global layout_image_base, layout_image_bytes_max, layout_kstack_bytes
    .set layout_image_base, KERNEL_IMAGE_BASE
    .set layout_image_bytes_max, KERNEL_IMAGE_BYTES_MAX
    .set layout_kstack_bytes, 1 << KSTACK_SHIFT

    .arch armv8-a
    .section .head.text, "ax", %progbits
    .global _start
_start:                         /* the 64 bytes of an Image's header */
    b start
    .long 0
    .quad 0                     /* text_offset */
    .quad image_bytes
    .quad IMAGE_FLAGS
    .quad 0, 0, 0
    .ascii "ARM\x64"
    .long 0

/* start: x0 = device tree or anything. x19-x23 live through the whole file. */
FUNCTION(start)
    .cfi_undefined x30
    mov x19, x0                 /* device tree */
    adrp x20, image_start       /* physical address of the image */
    adrp x21, boot_tables_start
    mrs x0, CurrentEL
    cmp x0, #CURRENT_EL2
    b.ne 1f
    bl leave_el2
1:  bl invalidate_caches
    bl clear_tables
    bl map_image
    bl map_identity
    bl invalidate_caches
    bl turn_mmu_on
    ldr x0, =high_start
    br x0
END_FUNCTION(start)

/* EL2 to EL1h with everything masked; EL1 is AArch64 and has the physical timer. Returns at EL1. */
FUNCTION(leave_el2)
    ldr x0, =HCR_RW
    msr hcr_el2, x0
    mov x0, #CNTHCTL_EL1_ACCESS
    msr cnthctl_el2, x0
    msr cntvoff_el2, xzr
    mrs x0, midr_el1
    msr vpidr_el2, x0
    mrs x0, mpidr_el1
    msr vmpidr_el2, x0
    ldr x0, =SCTLR_RES1
    msr sctlr_el1, x0
    mov x0, #SPSR_EL1H_MASKED
    msr spsr_el2, x0
    msr elr_el2, x30
    eret
END_FUNCTION(leave_el2)

/* x21 = first table. */
FUNCTION(clear_tables)
    mov x0, x21
    adrp x1, boot_tables_end
1:  stp xzr, xzr, [x0], #16
    cmp x0, x1
    b.lo 1b
    ret
END_FUNCTION(clear_tables)

/* x0 = first byte, x1 = end, x2 = attributes, x20 = image, x22 = level 3 tables. */
FUNCTION(map_pages)
    sub x3, x0, x20
    lsr x3, x3, #L3_INDEX_SHIFT
    add x3, x22, x3, lsl #3
1:  orr x4, x0, x2
    str x4, [x3], #8
    add x0, x0, #(1 << L3_INDEX_SHIFT)
    cmp x0, x1
    b.lo 1b
    ret
END_FUNCTION(map_pages)

/* Links kernel_l1 -> image_l2 -> image_l3 and fills the pages of the three groups. */
FUNCTION(map_image)
    mov x23, x30
    adrp x22, image_l3
    adrp x0, kernel_l1
    adrp x1, image_l2
    orr x2, x1, #PTE_TO_TABLE
    str x2, [x0, #(IMAGE_L1_INDEX * 8)]
    mov x0, #IMAGE_L3_TABLES
    orr x2, x22, #PTE_TO_TABLE
1:  str x2, [x1], #8
    add x2, x2, #(TABLE_ENTRIES * 8)
    subs x0, x0, #1
    b.ne 1b
    .macro map_group first, end, attributes
    adrp x0, \first
    adrp x1, \end
    ldr x2, =\attributes
    bl map_pages
    .endm
    map_group image_start, text_end, PTE_PAGE_RX
    map_group text_end, rodata_end, PTE_PAGE_RO
    map_group rodata_end, data_end, PTE_PAGE_RW
    map_group boot_stack, boot_stack_top, PTE_PAGE_RW
    ret x23
END_FUNCTION(map_image)

/* TTBR0: the 1 GiB around this code (below 512 GiB), read-only, for the next few instructions. */
FUNCTION(map_identity)
    adrp x0, empty_l0
    adrp x1, identity_l1
    orr x2, x1, #PTE_TO_TABLE
    str x2, [x0]
    lsr x3, x20, #BLOCK_1G_SHIFT
    lsl x4, x3, #BLOCK_1G_SHIFT
    ldr x2, =PTE_BLOCK_RX
    orr x4, x4, x2
    str x4, [x1, x3, lsl #3]
    ret
END_FUNCTION(map_identity)

/*
 * Stores with the MMU off go past the cache, but the walker and later loads go through
 * it: old lines over the tables, bss and stack are thrown away, before (so that none is
 * written back over new bytes) and after the tables are filled.
 */
FUNCTION(invalidate_caches)
    dsb sy
    mrs x2, ctr_el0
    ubfx x2, x2, #CTR_DMINLINE_SHIFT, #CTR_DMINLINE_BITS /* log2 of the words in a line */
    mov x3, #CTR_WORD_BYTES
    lsl x2, x3, x2
    adrp x0, bss_start
    adrp x1, image_end
1:  dc ivac, x0
    add x0, x0, x2
    cmp x0, x1
    b.lo 1b
    dsb sy
    ret
END_FUNCTION(invalidate_caches)

FUNCTION(turn_mmu_on)
    ldr x0, =MAIR_VALUE
    msr mair_el1, x0
    ldr x0, =TCR_VALUE
    mrs x1, id_aa64mmfr0_el1
    ubfx x2, x1, #0, #MMFR0_PARANGE_BITS
    mov x3, #MMFR0_PARANGE_48
    cmp x2, x3
    csel x2, x2, x3, lo
    bfi x0, x2, #TCR_IPS_SHIFT, #TCR_IPS_BITS
    ubfx x2, x1, #MMFR0_ASID16_BIT, #1
    bfi x0, x2, #TCR_AS_SHIFT, #1
    msr tcr_el1, x0
    adrp x0, empty_l0
    msr ttbr0_el1, x0
    adrp x0, kernel_l1
    msr ttbr1_el1, x0
    ldr x0, =CPACR_FPEN
    msr cpacr_el1, x0
    ldr x0, =MDSCR_TDCC
    msr mdscr_el1, x0
    mov x0, #CNTKCTL_EL0VCTEN
    msr cntkctl_el1, x0
    tlbi vmalle1
    ic iallu
    dsb nsh
    isb                         /* all of it before translation is on */
    ldr x0, =SCTLR_VALUE
    msr sctlr_el1, x0
    isb
    ret
END_FUNCTION(turn_mmu_on)

/* In the higher half. x19 = device tree, x20 = physical image. Does not return. */
    .text
FUNCTION(high_start)
    .cfi_undefined x30
    adrp x0, empty_l0           /* empty from here on: the root of no user space */
    str xzr, [x0]
    dsb ishst
    tlbi vmalle1
    dsb ish
    isb
    ldr x0, =vector_table
    msr vbar_el1, x0
    isb
    msr spsel, #1
    ldr x0, =boot_stack_top
    mov sp, x0
    adrp x0, bss_start
    add x0, x0, :lo12:bss_start
    ldr x1, =bss_end
1:  str xzr, [x0], #8
    cmp x0, x1
    b.lo 1b
    mov x0, x19
    mov x1, x20
    mov x29, xzr
    mov x30, xzr
    b boot_main
END_FUNCTION(high_start)

/* Tables of 512 descriptors. kmap.c takes the kernel's further ones from boot_table_pool. */
    .section .boot_tables, "aw", %nobits
    .balign 4096
    .global kernel_l1, empty_l0, boot_table_pool, boot_table_pool_end
kernel_l1:
    .skip TABLE_ENTRIES * 8
empty_l0:
    .skip TABLE_ENTRIES * 8
identity_l1:
    .skip TABLE_ENTRIES * 8
image_l2:
    .skip TABLE_ENTRIES * 8
image_l3:
    .skip TABLE_ENTRIES * 8 * IMAGE_L3_TABLES
boot_table_pool:
    .skip TABLE_ENTRIES * 8 * 16
boot_table_pool_end:
    .section .note.GNU-stack, "", %progbits
