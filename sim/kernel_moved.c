/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/kernel_moved.c - by how much KASLR moved a Linux kernel; see kernel_moved.h.
 *
 * The kernel tells the processor early where its vectors are (VBAR_EL1; LSTAR on x86_64), and
 * their name is known. Kernels are moved by multiples of 64 KiB and more.
 */
#include "sim/kernel_moved.h"

#include "sim/replay.h"

#define STEP_INSNS (4u << 20)
#define ALIGNMENT  0x10000u

static vaddr_t entry_register(struct cpu *cpu, const char *name)
{
    uint64_t value[2] = {0};
    int id = cpu_reg_find(cpu_arch(cpu), name);

    if (id < 0 || cpu_reg_read(cpu, id, value) != 0)
        return 0;
    return value[0];
}

bool kernel_moved(const struct trace *t, const struct symbols *s, vaddr_t *by)
{
    bool arm = t->machine.arch == ARCH_ARM64;
    const char *reg = arm ? "vbar_el1" : "lstar";
    vaddr_t at, now;
    uint64_t bytes;
    struct replay r;
    struct sim_end end;
    char err[256];
    bool found = false;

    *by = 0;
    if (symbols_lookup(s, arm ? "vectors" : "entry_SYSCALL_64", &at, &bytes) != 0 ||
        replay_open(&r, t, NULL, err, sizeof(err)) != 0)
        return false;
    /* A kernel that decompresses itself comes there after thousands of millions of instructions. */
    for (insn_t n = STEP_INSNS; !found; n += STEP_INSNS) {
        if (replay_run(&r, n, &end) != 0)
            break;
        now = entry_register(sim_cpu(r.sim), reg);
        found = now >> 63 && (now - at) % ALIGNMENT == 0;
        if (found)
            *by = now - at;
        else if (cpu_now(sim_cpu(r.sim)) < n)
            break; /* the recording's end */
    }
    replay_close(&r);
    return found;
}
