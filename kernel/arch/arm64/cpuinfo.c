// SPDX-License-Identifier: GPL-2.0-or-later
/* cpuinfo.c - /proc/cpuinfo in Linux's words for arm64, from MIDR_EL1 and the HWCAPs. */
#include "kernel/arch/arm64/cpu.h"
#include "kernel/include/arch.h"
#include "kernel/include/printk.h"

#define HWCAPS_NAMED 9
#define BOGOMIPS_HZ 500000ull

int arch_cpuinfo(char *buf, size_t size)
{
    static const char *const names[HWCAPS_NAMED] = {
        "fp", "asimd", "evtstrm", "aes", "pmull", "sha1", "sha2", "crc32", "atomics",
    };
    uint64_t midr = cpu_read(midr_el1), caps = arch_hwcap(), hz = cpu_read(cntfrq_el0);
    int n = snprintf(buf, size, "processor\t: 0\nBogoMIPS\t: %lu.%02lu\nFeatures\t:",
                     (unsigned long)(hz / BOGOMIPS_HZ),
                     (unsigned long)(hz / (BOGOMIPS_HZ / 100) % 100));

    for (int i = 0; i < HWCAPS_NAMED; i++)
        if (caps & (1ull << i))
            n += snprintf(buf + n, size - (size_t)n, " %s", names[i]);
    n += snprintf(buf + n, size - (size_t)n,
                  "\nCPU implementer\t: 0x%02lx\nCPU architecture: 8\nCPU variant\t: 0x%lx\n"
                  "CPU part\t: 0x%03lx\nCPU revision\t: %lu\n\n",
                  (unsigned long)(midr >> 24 & 0xff), (unsigned long)(midr >> 20 & 0xf),
                  (unsigned long)(midr >> 4 & 0xfff), (unsigned long)(midr & 0xf));
    return n;
}
