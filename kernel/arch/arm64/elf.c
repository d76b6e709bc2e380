// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * elf.c - what programs are told about this CPU.
 *
 * AT_HWCAP has a bit only for what the ID registers say (DDI 0487, "ID_AA64ISAR0_EL1") and
 * what needs no more state than a trap frame holds. Not HWCAP_CPUID: reading ID
 * registers from EL0 is not emulated; nor HWCAP_EVTSTRM: there is no event stream.
 */
#include "kernel/arch/arm64/cpu.h"
#include "kernel/include/arch.h"

#define HWCAP_FP (1u << 0)
#define HWCAP_ASIMD (1u << 1)
#define HWCAP_AES (1u << 3)
#define HWCAP_PMULL (1u << 4)
#define HWCAP_SHA1 (1u << 5)
#define HWCAP_SHA2 (1u << 6)
#define HWCAP_CRC32 (1u << 7)
#define HWCAP_ATOMICS (1u << 8)

#define ISAR0_AES 4
#define ISAR0_SHA1 8
#define ISAR0_SHA2 12
#define ISAR0_CRC32 16
#define ISAR0_ATOMIC 20

const uint16_t arch_elf_machine = 183; /* EM_AARCH64 */
const char arch_uname_machine[] = "aarch64";
const char arch_elf_platform[] = "aarch64";

static unsigned field(uint64_t reg, unsigned shift)
{
    return reg >> shift & 15;
}

uint64_t arch_hwcap(void)
{
    uint64_t isar0 = cpu_read(id_aa64isar0_el1);
    uint64_t caps = HWCAP_FP | HWCAP_ASIMD; /* the kernel saves both without asking */

    caps |= field(isar0, ISAR0_AES) >= 1 ? HWCAP_AES : 0;
    caps |= field(isar0, ISAR0_AES) >= 2 ? HWCAP_PMULL : 0;
    caps |= field(isar0, ISAR0_SHA1) >= 1 ? HWCAP_SHA1 : 0;
    caps |= field(isar0, ISAR0_SHA2) >= 1 ? HWCAP_SHA2 : 0;
    caps |= field(isar0, ISAR0_CRC32) >= 1 ? HWCAP_CRC32 : 0;
    caps |= field(isar0, ISAR0_ATOMIC) >= 2 ? HWCAP_ATOMICS : 0;
    return caps;
}

uint64_t arch_hwcap2(void)
{
    return 0;
}
