// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * init.c - from the PVH start info to kernel_main().
 *
 * struct hvm_start_info and what it points at (Xen, public/arch-x86/hvm/start_info.h) lie below
 * 1 MiB, wherever the loader put them. All that is needed of them is read here,
 * through the direct map of boot.S, before the final page tables leave that area out.
 *
 * RAM is the one range that holds the kernel. Below 1 MiB it is left alone, and so is what
 * a large PC has above 4 GiB.
 */
#include "kernel/arch/x86_64/clock.h"
#include "kernel/arch/x86_64/console.h"
#include "kernel/arch/x86_64/cpu.h"
#include "kernel/arch/x86_64/descriptors.h"
#include "kernel/arch/x86_64/frame.h"
#include "kernel/arch/x86_64/intr.h"
#include "kernel/arch/x86_64/kmap.h"
#include "kernel/include/arch.h"
#include "kernel/include/kasan.h"
#include "kernel/include/page.h"
#include "kernel/include/printk.h"
#include "kernel/include/string.h"

#define PVH_MAGIC 0x336ec578u
#define PVH_MEMORY_RAM 1u
#define CMDLINE_BYTES_MAX 4096
#define RAM_BASE 0x100000ull
#define BOOT_MAP_BYTES (1ull << 30) /* what boot.S has mapped */

struct pvh_info {
    uint32_t magic, version, flags, module_count;
    uint64_t modules, cmdline, rsdp;
    uint64_t memory_map; /* from version 1 */
    uint32_t memory_map_count, reserved;
};

struct pvh_module {
    uint64_t start, bytes, cmdline, reserved;
};

struct pvh_memory {
    uint64_t start, bytes;
    uint32_t type, reserved;
};

struct smap_site {
    uint64_t at;
    uint64_t last_byte;
};

extern const char kernel_start_phys[], kernel_end[];
extern const struct smap_site smap_sites_start[], smap_sites_end[];

_Noreturn void boot_main(paddr_t start_info);

static char cmdline[CMDLINE_BYTES_MAX];
static struct boot_info boot;

static void find_ram(const struct pvh_info *info)
{
    const struct pvh_memory *m = arch_phys_to_virt(info->memory_map);

    for (uint32_t i = 0; i < info->memory_map_count; i++) {
        if (m[i].type != PVH_MEMORY_RAM || m[i].start > RAM_BASE ||
            m[i].start + m[i].bytes <= RAM_BASE)
            continue;
        boot.ram_base = RAM_BASE;
        boot.ram_bytes = page_align_down(m[i].start + m[i].bytes) - RAM_BASE;
        return;
    }
    panic("the memory map has no RAM at 1 MiB");
}

/* The first module is the initrd; one that is called rng-seed holds random bytes. */
static void find_modules(const struct pvh_info *info)
{
    const struct pvh_module *m = arch_phys_to_virt(info->modules);

    for (uint32_t i = 0; i < info->module_count; i++) {
        if (i == 0 && m[i].bytes) {
            boot.initrd_start = m[i].start;
            boot.initrd_end = m[i].start + m[i].bytes;
        }
        if (m[i].cmdline && !strcmp(arch_phys_to_virt(m[i].cmdline), "rng-seed")) {
            const uint8_t *seed = arch_phys_to_virt(m[i].start);

            /* Every byte counts, whatever their number: multiply and add. */
            for (uint64_t at = 0; at < m[i].bytes; at++)
                boot.entropy_seed = boot.entropy_seed * 0x100000001b3ull + seed[at];
        }
    }
}

static void read_start_info(paddr_t pa)
{
    const struct pvh_info *info = arch_phys_to_virt(pa);

    if (info->magic != PVH_MAGIC || info->version < 1 || !info->memory_map)
        panic("no PVH start info of version 1 or later");
    if (info->cmdline)
        strlcpy(cmdline, arch_phys_to_virt(info->cmdline), sizeof(cmdline));
    boot.cmdline = cmdline;
    boot.kernel_start = (paddr_t)kernel_start_phys;
    boot.kernel_end = arch_virt_to_phys(kernel_end);
    find_ram(info);
    find_modules(info);
}

/* The text is still writable here, and only here. */
static void patch_smap_sites(void)
{
    for (const struct smap_site *s = smap_sites_start; s < smap_sites_end; s++) {
        uint8_t *insn = (uint8_t *)s->at;

        insn[0] = 0x0f;
        insn[1] = 0x01;
        insn[2] = (uint8_t)s->last_byte;
    }
}

/* 4.6: the kernel neither runs nor, outside of uaccess.S, touches what belongs to user mode. */
static void protect_user_pages(void)
{
    uint32_t features = cpuid_if_present(7, 0).ebx;

    if (features & CPUID_7B_SMEP)
        write_cr4(read_cr4() | CR4_SMEP);
    if (features & CPUID_7B_SMAP) {
        patch_smap_sites();
        write_cr4(read_cr4() | CR4_SMAP);
    }
}

/* The page tables grow behind the image: they must end before the initrd and boot.S's map. */
static void build_page_tables(void)
{
    kmap_init(&boot, &boot.kernel_end);
    kasan_init(&boot);
    if (boot.kernel_end > BOOT_MAP_BYTES || boot.kernel_end > boot.ram_base + boot.ram_bytes ||
        (boot.initrd_end > boot.kernel_start && boot.initrd_start < boot.kernel_end))
        panic("the kernel, its page tables and the initrd do not fit the memory");
}

_Noreturn void boot_main(paddr_t start_info)
{
    read_start_info(start_info);
    protect_user_pages();
    build_page_tables();
    descriptors_init();
    fp_init();
    intr_init();
    console_init();
    clock_calibrate();
    kernel_main(&boot);
}
