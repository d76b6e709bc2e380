/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/arch/arch.h - what reading a run needs to know of each CPU and its Linux ABI.
 *
 * Purpose: names of vectors and causes, system call numbers, and the layout of the signal
 * frames that a kernel with Linux's ABI pushes. Implemented once in each folder here, in files of
 * the same names; sim/arch.c picks by enum arch. Nothing here changes a machine.
 */
#ifndef TRAPLINE_SIM_ARCH_ARCH_H
#define TRAPLINE_SIM_ARCH_ARCH_H

#include "cpu/cpu.h"

#define TRAP_TEXT_LEN 96u

/* A trap in words. */
struct trap_words {
    char vector[24];             /* "el0_sync", "page fault" */
    char cause[TRAP_TEXT_LEN];   /* all that the syndrome says */
    char stable[TRAP_TEXT_LEN];  /* without what depends on compilers or page tables */
    bool is_fault;               /* a page may be brought in and the instruction run again */
};

/* A signal frame found in user memory. */
struct signal_frame {
    vaddr_t saved_pc, saved_sp;  /* of what was interrupted */
    uint64_t saved_result;       /* x0 or rax: a system call's result */
    uint64_t saved_first;        /* x0 or rdi: first argument, a handler's signal number */
    bool has_info;               /* siginfo was filled in (SA_SIGINFO) */
    int info_signo, info_code;
    uint64_t info_addr;          /* si_addr, or si_pid in the low half */
    bool has_mask;
    uint64_t mask;               /* uc_sigmask */
};

struct sim_arch {
    const char *const *syscall_names;
    const size_t *syscall_count;
    unsigned syscall_insn_bytes;
    uint64_t root_mask;          /* bits of cpu_asid_root() that name the address space */
    unsigned sigreturn_bias;     /* rt_sigreturn is entered with SP at the frame plus this */
    const char *signal_register; /* holds the signal number when a handler starts */
    const char *flags_register;  /* its bits `flags_irq` are `flags_irq_off` while
                                    interrupts wait */
    uint64_t flags_irq, flags_irq_off;
    const char *link_register;   /* NULL: the return address is on the stack */
    /* O_ flags that differ between the CPUs */
    unsigned o_directory, o_nofollow, o_direct, o_largefile;
    void (*describe_trap)(const struct cpu_trap *trap, struct trap_words *w);
    /* In a trap callback: the user stack pointer that was interrupted; 0 when it cannot be read. */
    vaddr_t (*trap_user_sp)(struct cpu *cpu, const struct cpu_trap *trap);
    /* Read the frame at `sp`; false when there is no memory. Says nothing about its truth. */
    bool (*read_signal_frame)(struct cpu *cpu, vaddr_t sp, struct signal_frame *frame);
};

/* One step of a page table walk. */
struct walk_step {
    unsigned level; /* 4 is the root of x86_64's four, 0 of arm64's, as the manuals count */
    paddr_t at;                  /* of the descriptor */
    uint64_t descriptor;
    char note[128];              /* "table", "page 0x..., user, read-write", "invalid" */
};
#define WALK_STEPS_MAX 5u

/* What can be shown of a CPU beside its registers (closeup.h). */
struct sim_closeup {
    /* The walk of the current tables for `va`: how many steps, the last one decides. */
    unsigned (*walk)(struct cpu *cpu, vaddr_t va, struct walk_step step[WALK_STEPS_MAX]);
    /* The fields of the signal frame at `sp`, as Linux lays it out, in order of their addresses. */
    void (*frame_fields)(struct cpu *cpu, vaddr_t sp,
                         void (*field)(void *ctx, const char *name, vaddr_t at, unsigned bytes),
                         void *ctx);
    /* What a kernel saves of user code at a trap, in the order in which that usually lies in
     * memory. Ends with NULL. */
    const char *const *saved;
};
extern const struct sim_closeup arm64_closeup, x86_64_closeup;

const struct sim_arch *sim_arch_get(enum arch arch);

/* ---- inside sim/arch ---- */
extern const struct sim_arch arm64_sim_arch, x86_64_sim_arch;
extern const char *const arm64_syscall_names[], *const x86_64_syscall_names[];
extern const size_t arm64_syscall_count, x86_64_syscall_count;

/* Small reads that fail soft. */
static inline bool arch_read(struct cpu *cpu, vaddr_t va, void *buf, size_t len)
{
    return cpu_mem_read(cpu, va, buf, len) == 0;
}

#endif
