// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * elf.c - what a program is told about this CPU, and arch_prctl().
 */
#include "kernel/arch/x86_64/cpu.h"
#include "kernel/arch/x86_64/frame.h"
#include "kernel/include/syscall.h"

#define EM_X86_64 62
#define ARCH_SET_GS 0x1001
#define ARCH_SET_FS 0x1002
#define ARCH_GET_FS 0x1003
#define ARCH_GET_GS 0x1004
#define ARCH_GET_CPUID 0x1011
#define ARCH_SET_CPUID 0x1012

const uint16_t arch_elf_machine = EM_X86_64;
const char arch_uname_machine[] = "x86_64";
const char arch_elf_platform[] = "x86_64";

/* AT_HWCAP is CPUID.1:EDX. */
uint64_t arch_hwcap(void)
{
    return cpuid(1, 0).edx;
}

/* MONITOR in ring 3 (bit 0) and FSGSBASE (bit 1): neither is enabled. */
uint64_t arch_hwcap2(void)
{
    return 0;
}

/* The bases take effect on the return to user mode, from the frame. */
SYSCALL2(arch_prctl, int, option, vaddr_t, addr)
{
    struct trap_frame *f = current->frame;
    uint64_t *base = option == ARCH_SET_FS || option == ARCH_GET_FS ? &f->fs_base : &f->gs_base;

    switch (option) {
    case ARCH_SET_FS:
    case ARCH_SET_GS:
        if (addr >= USER_TOP)
            return -EPERM;
        frame_edit(f);
        *base = addr;
        return 0;
    case ARCH_GET_FS:
    case ARCH_GET_GS:
        frame_sync(f);
        return copy_to_user(addr, base, sizeof(*base));
    case ARCH_GET_CPUID:
        return 1;
    case ARCH_SET_CPUID:
        return -ENODEV;
    default:
        return -EINVAL;
    }
}
