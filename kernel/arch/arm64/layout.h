/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layout.h - the kernel's half of the address space and the board below it.
 * Read by C and by assembly: numbers only.
 *
 *   0xffffff80_0000_0000  direct map: physical address 0 and up, 256 GiB. RAM is
 *                         Normal memory, the devices of the board are Device memory
 *   0xffffffc0_0000_0000  kernel stacks: each 16 KiB block of RAM has a window of 32 KiB here,
 *                         the lower half of it never mapped (kmap.c)
 *   0xffffffff_4000_0000  window on the device tree, while booting
 *   0xffffffff_8000_0000  kernel image, in pages: text RX, rodata R, data RW
 *
 * TTBR1_EL1 translates 39 bits (T1SZ = 25): three levels. User space has 48
 * bits (T0SZ = 16): four levels, of which USER_TOP leaves the lower half in use.
 */
#ifndef KERNEL_ARCH_LAYOUT_H
#define KERNEL_ARCH_LAYOUT_H

#ifdef __ASSEMBLER__
#define U64(x) x
#else
#define U64(x) x##ull
#endif

#define KERNEL_VA_BITS 39
#define USER_VA_BITS 48

#define DIRECT_MAP_BASE U64(0xffffff8000000000)
#define DIRECT_MAP_BYTES U64(0x4000000000)
#define KSTACK_WINDOW_BASE U64(0xffffffc000000000)
#define FDT_WINDOW_BASE U64(0xffffffff40000000)
#define KERNEL_IMAGE_BASE U64(0xffffffff80000000)

/* kernel.ld asserts that it has the same numbers. */
#define KERNEL_IMAGE_BYTES_MAX U64(0x800000)
/* Windows of all its stacks fit below the image; further RAM is not used. */
#define RAM_BYTES_MAX U64(0x1000000000)

/*
 * Bit KSTACK_SHIFT of an address is set in every byte of a kernel stack and clear in
 * the gap below it: the trap code finds an overflow by one bit test.
 */
#define KSTACK_SHIFT 14

/* QEMU's virt board. */
#define BOARD_RAM_PA U64(0x40000000)
#define BOARD_GICD_PA U64(0x08000000)
#define BOARD_GICC_PA U64(0x08010000)
#define BOARD_PL011_PA U64(0x09000000)
#define BOARD_PL031_PA U64(0x09010000)
#define BOARD_TIMER_VIRTUAL_INTID 27
#define BOARD_PL011_INTID 33

#endif
