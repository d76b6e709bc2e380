/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tests/fuzz/guest_cpu.c - see guest_cpu.h: as much of cpu/cpu.h as reading asks for. */
#include "tests/fuzz/guest_cpu.h"

#include <errno.h>
#include <string.h>

bool guest_cpu_open(struct cpu *cpu, const uint8_t *bytes, size_t size)
{
    if (size < GUEST_HEAD)
        return false;
    cpu->arch = bytes[0] & 1 ? ARCH_X86_64 : ARCH_ARM64;
    memcpy(cpu->reg, bytes + 1, sizeof(cpu->reg));
    cpu->memory = bytes + GUEST_HEAD;
    cpu->bytes = size - GUEST_HEAD;
    cpu->base = bytes[0] & 2 ? -(vaddr_t)cpu->bytes : GUEST_BASE;
    return true;
}

static int copy(const struct cpu *cpu, uint64_t at, void *buf, size_t len)
{
    if (at > cpu->bytes || len > cpu->bytes - at)
        return -EFAULT;
    memcpy(buf, cpu->memory + at, len);
    return 0;
}

int cpu_mem_read(struct cpu *cpu, vaddr_t va, void *buf, size_t len)
{
    return copy(cpu, va - cpu->base, buf, len);
}

int cpu_phys_read(struct cpu *cpu, paddr_t pa, void *buf, size_t len)
{
    return copy(cpu, pa, buf, len);
}

enum arch cpu_arch(const struct cpu *cpu)
{
    return cpu->arch;
}

int cpu_reg_find(enum arch arch, const char *name)
{
    unsigned sum = arch;

    for (; *name; name++)
        sum = sum * 31 + (uint8_t)*name;
    return (int)(sum % GUEST_REGS);
}

int cpu_reg_read(struct cpu *cpu, int id, void *value)
{
    memcpy(value, &cpu->reg[id], 8);
    return 0;
}

uint64_t cpu_sp(struct cpu *cpu)
{
    return cpu->reg[0];
}

uint64_t cpu_pc(struct cpu *cpu)
{
    return cpu->reg[1];
}

uint64_t cpu_syscall_number(struct cpu *cpu)
{
    return cpu->reg[2];
}

uint64_t cpu_syscall_arg(struct cpu *cpu, int index)
{
    return cpu->reg[3 + index];
}
