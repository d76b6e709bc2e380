/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/unwind.c - see unwind.h. libdw unwinds; this file gives it the guest's registers, by their
 * DWARF numbers (AArch64 DWARF ABI, 4.1; x86-64 psABI, figure 3.36), and its memory.
 */
#include "sim/unwind.h"

#include <elfutils/libdwfl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define REGS_MAX  33
#define THREAD_ID 1

struct unwinder {
    Dwfl *dwfl;
    enum arch arch;
    int reg[REGS_MAX]; /* ids by DWARF number */
    int regs;
    /* during unwind() */
    struct cpu *cpu;
    vaddr_t *pc;
    size_t count, max;
};

static const char *const x86_64_regs[] = {
    "rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp", "r8",
    "r9",  "r10", "r11", "r12", "r13", "r14", "r15", "rip",
};

static void find_regs(struct unwinder *u)
{
    char name[16];

    if (u->arch == ARCH_X86_64) {
        for (u->regs = 0; u->regs < (int)ARRAY_LEN(x86_64_regs); u->regs++)
            u->reg[u->regs] = cpu_reg_find(u->arch, x86_64_regs[u->regs]);
        return;
    }
    for (u->regs = 0; u->regs < 31; u->regs++) {
        snprintf(name, sizeof(name), "x%d", u->regs);
        u->reg[u->regs] = cpu_reg_find(u->arch, name);
    }
    u->reg[u->regs++] = -1; /* sp: banked, cpu_sp() knows */
}

static pid_t next_thread(Dwfl *dwfl, void *arg, void **thread_arg)
{
    (void)dwfl;
    if (*thread_arg)
        return 0;
    *thread_arg = arg;
    return THREAD_ID;
}

static bool memory_read(Dwfl *dwfl, Dwarf_Addr at, Dwarf_Word *word, void *arg)
{
    struct unwinder *u = arg;
    uint64_t value;

    (void)dwfl;
    if (cpu_mem_read(u->cpu, at, &value, sizeof(value)))
        return false;
    *word = value;
    return true;
}

static bool set_registers(Dwfl_Thread *thread, void *arg)
{
    struct unwinder *u = arg;
    Dwarf_Word word[REGS_MAX] = {0};

    for (int i = 0; i < u->regs; i++) {
        uint8_t value[16] = {0};

        if (u->reg[i] < 0)
            word[i] = cpu_sp(u->cpu);
        else if (cpu_reg_read(u->cpu, u->reg[i], value) == 0)
            memcpy(&word[i], value, sizeof(word[i]));
    }
    dwfl_thread_state_register_pc(thread, cpu_pc(u->cpu));
    return dwfl_thread_state_registers(thread, 0, (unsigned)u->regs, word);
}

static int on_frame(Dwfl_Frame *frame, void *arg)
{
    struct unwinder *u = arg;
    Dwarf_Addr pc;

    if (u->count == u->max || !dwfl_frame_pc(frame, &pc, NULL) || pc == 0)
        return DWARF_CB_ABORT;
    u->pc[u->count++] = pc;
    return DWARF_CB_OK;
}

size_t unwind(struct unwinder *u, struct cpu *cpu, vaddr_t *pc, size_t max)
{
    u->cpu = cpu;
    u->pc = pc;
    u->count = 0;
    u->max = max;
    (void)dwfl_getthread_frames(u->dwfl, THREAD_ID, on_frame, u); /* an end is told as a failure */
    if (u->count == 0)
        pc[u->count++] = cpu_pc(cpu);
    return u->count;
}

/* libdw wants a file: an anonymous one with the bytes. */
static bool report_elf(struct unwinder *u, const void *elf, size_t bytes, vaddr_t base)
{
    int fd = memfd_create("trapline-unwind", MFD_CLOEXEC);
    size_t done = 0;

    while (fd >= 0 && done < bytes) {
        ssize_t n = write(fd, (const char *)elf + done, bytes - done);

        if (n <= 0)
            break;
        done += (size_t)n;
    }
    if (fd < 0 || done < bytes) {
        if (fd >= 0)
            close(fd);
        return false;
    }
    dwfl_report_begin(u->dwfl);
    if (!dwfl_report_elf(u->dwfl, "guest", "guest", fd, base, true)) {
        close(fd);
        return false;
    }
    return dwfl_report_end(u->dwfl, NULL, NULL) == 0;
}

static int no_debuginfo(Dwfl_Module *m, void **user, const char *name, Dwarf_Addr base,
                        const char *file, const char *link, GElf_Word crc, char **found)
{
    (void)m;
    (void)user;
    (void)name;
    (void)base;
    (void)file;
    (void)link;
    (void)crc;
    (void)found;
    return -1;
}

int unwinder_open(const void *elf, size_t bytes, vaddr_t base, enum arch arch,
                  struct unwinder **out)
{
    /* Nothing is searched for on the host. */
    static const Dwfl_Callbacks callbacks = {.find_elf = dwfl_build_id_find_elf,
                                             .find_debuginfo = no_debuginfo,
                                             .section_address = dwfl_offline_section_address};
    static const Dwfl_Thread_Callbacks threads = {.next_thread = next_thread,
                                                  .memory_read = memory_read,
                                                  .set_initial_registers = set_registers};
    struct unwinder *u = calloc(1, sizeof(*u));

    *out = NULL;
    if (!u)
        return -ENOMEM;
    u->arch = arch;
    find_regs(u);
    u->dwfl = dwfl_begin(&callbacks);
    if (!u->dwfl || !report_elf(u, elf, bytes, base) ||
        !dwfl_attach_state(u->dwfl, NULL, THREAD_ID, &threads, u)) {
        unwinder_close(u);
        return -ENOTSUP;
    }
    *out = u;
    return 0;
}

void unwinder_close(struct unwinder *u)
{
    if (!u)
        return;
    if (u->dwfl)
        dwfl_end(u->dwfl);
    free(u);
}
