/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/check/kernel_sp.c - see kernel_sp.h. */
#include "sim/check/kernel_sp.h"

#include <string.h>

uint64_t kernel_sp_register(struct cpu *cpu, const char *name)
{
    uint8_t value[16] = {0};
    uint64_t word = 0;
    int id = cpu_reg_find(cpu_arch(cpu), name);

    if (id >= 0 && cpu_reg_read(cpu, id, value) == 0)
        memcpy(&word, value, 8);
    return word;
}

vaddr_t kernel_sp_slot(struct cpu *cpu)
{
    uint64_t descriptor[2], base;
    vaddr_t at = kernel_sp_register(cpu, "gdtr_base") + (kernel_sp_register(cpu, "tr") & 0xfff8);

    if (cpu_mem_read(cpu, at, descriptor, sizeof(descriptor)) != 0)
        return 0;
    base = (descriptor[0] >> 16 & 0xffffff) | (descriptor[0] >> 56) << 24 | descriptor[1] << 32;
    return base + 4;
}

vaddr_t kernel_sp_of_entry(struct cpu *cpu)
{
    uint64_t sp = 0;
    vaddr_t at;

    if (cpu_arch(cpu) == ARCH_ARM64)
        return kernel_sp_register(cpu, "sp_el1");
    at = kernel_sp_slot(cpu);
    return at && cpu_mem_read(cpu, at, &sp, sizeof(sp)) == 0 ? sp : 0;
}

/* x86-64 pushes SS, RSP, RFLAGS, CS, RIP, and an error code where the vector has one (6.14). */
vaddr_t kernel_sp_interrupted(struct cpu *cpu, const struct cpu_trap *trap)
{
    uint32_t v = trap->vector;
    bool error = v == 8 || (v >= 10 && v <= 14) || v == 17 || v == 21;
    uint64_t sp = 0;

    if (cpu_arch(cpu) == ARCH_ARM64)
        return cpu_sp(cpu);
    return cpu_mem_read(cpu, cpu_sp(cpu) + (error ? 32 : 24), &sp, 8) == 0 ? sp : 0;
}

vaddr_t kernel_sp_fault_address(struct cpu *cpu)
{
    return kernel_sp_register(cpu, cpu_arch(cpu) == ARCH_ARM64 ? "far_el1" : "cr2");
}
