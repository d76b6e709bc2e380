// SPDX-License-Identifier: GPL-2.0-or-later
/* kernel.c - from the boot code's hands to PID 1. */
#include "kernel/include/ktrace.h"
#include "kernel/include/arch.h"
#include "kernel/include/fs.h"
#include "kernel/include/page.h"
#include "kernel/include/printk.h"
#include "kernel/include/process.h"
#include "kernel/include/sched.h"
#include "kernel/include/string.h"
#include "kernel/include/timer.h"
#include "kernel/include/vdso.h"

#define CMDLINE_BYTES 2048

/* The boot loader's copy is in memory that is about to be given to the page allocator. */
static char cmdline[CMDLINE_BYTES];

const char *kernel_cmdline(void)
{
    return cmdline;
}

_Noreturn void kernel_main(const struct boot_info *boot)
{
    struct boot_info bi = *boot;
    const void *initrd = bi.initrd_start ? arch_phys_to_virt(bi.initrd_start) : NULL;

    if (bi.cmdline)
        strlcpy(cmdline, bi.cmdline, sizeof(cmdline));
    bi.cmdline = cmdline;
    ktrace_init(cmdline);
    page_init(&bi);
    clock_init();
    sched_init();
    fs_init(initrd, bi.initrd_end - bi.initrd_start, bi.entropy_seed);
    page_release_range(bi.initrd_start, bi.initrd_end);
    vdso_init();
    process_start_init(&bi);
    sched_idle_loop();
}
