// SPDX-License-Identifier: GPL-2.0-or-later
/* sigreturn.c - the signal frame of x86_64 (kernel/arch/x86_64/sigframe.h). */
#define _GNU_SOURCE
#include "tests/robust/sigreturn.h"

#define UC 8 /* the return address is before it */
#define FLAG_IF 0x200
#define FLAG_IOPL 0x3000
#define FLAG_VM 0x20000

const struct field fields[] = {
    {"restorer", KIND_PC, 0, 8, 0},
    {"uc_flags", KIND_WORD, UC, 8, 0},
    {"ss_sp", KIND_POINTER, UC + 16, 8, 0},
    {"ss_flags", KIND_WORD, UC + 24, 4, 0},
    {"ss_size", KIND_WORD, UC + 32, 8, 0},
    {"rsp", KIND_POINTER, UC + 160, 8, 0},
    {"rip", KIND_PC, UC + 168, 8, 0},
    {"eflags", KIND_FLAGS, UC + 176, 8, 0},
    {"cs", KIND_SELECTOR, UC + 184, 2, 0},
    {"gs", KIND_SELECTOR, UC + 186, 2, 0},
    {"fs", KIND_SELECTOR, UC + 188, 2, 0},
    {"ss", KIND_SELECTOR, UC + 190, 2, 0},
    {"fpstate", KIND_POINTER, UC + 224, 8, 0},
    {"mask", KIND_WORD, UC + 296, 8, 0},
    {"fcw", KIND_WORD, 0, 2, 1},
    {"fsw", KIND_WORD, 2, 2, 1},
    {"mxcsr", KIND_FLAGS, 24, 4, 1},
    {"mxcsr_mask", KIND_FLAGS, 28, 4, 1},
    {"magic1", KIND_WORD, 464, 4, 1},
    {"extended_size", KIND_WORD, 468, 4, 1},
    {"xfeatures", KIND_FLAGS, 472, 8, 1},
    {"xstate_size", KIND_WORD, 480, 4, 1},
    {"xstate_bv", KIND_FLAGS, 512, 8, 1},
    {"xcomp_bv", KIND_FLAGS, 520, 8, 1},
    {"reserved", KIND_WORD, 528, 8, 1},
};
const unsigned field_count = sizeof(fields) / sizeof(fields[0]);
const unsigned privileged_bytes = 1;

uint8_t *frame_of(ucontext_t *uc)
{
    return (uint8_t *)uc - UC;
}

size_t frame_bytes(void)
{
    return 440;
}

uint8_t *frame_fp(ucontext_t *uc)
{
    return (uint8_t *)uc->uc_mcontext.fpregs;
}

uint64_t *frame_pc(ucontext_t *uc)
{
    return (uint64_t *)&uc->uc_mcontext.gregs[REG_RIP];
}

void sigreturn_at(uint64_t frame)
{
    __asm__ volatile("mov %0, %%rsp\n\t"
                     "mov $15, %%eax\n\t"
                     "syscall\n\t"
                     "ud2"
                     :
                     : "r"(frame + 8));
    __builtin_unreachable();
}

/*
 * Begins with what means the same in a 32-bit code segment: such a one ends at UD2. Then a stack,
 * the flags, and flags that C can live with.
 */
__asm__(".text\n"
        ".globl landing\n"
        "landing:\n"
        "    mov %cs, %eax\n"
        "    cmp $0x33, %eax\n"
        "    je 1f\n"
        "    ud2\n"
        "1:  lea landing_stack + 16384 - 64(%rip), %rsp\n"
        "    pushfq\n"
        "    pop %rdi\n"
        "    pushq $2\n"
        "    popfq\n"
        "    call landed\n"
        "    ud2\n"
        ".globl privileged\n"
        "privileged:\n"
        "    cli\n"
        "    ret\n"
        ".section .note.GNU-stack, \"\", %progbits\n"
        ".text\n");

int flags_are_wrong(uint64_t flags)
{
    uint16_t cs, ss;

    __asm__("mov %%cs, %0\n\tmov %%ss, %1" : "=r"(cs), "=r"(ss));
    if ((cs & 3) != 3 || (ss & 3) != 3)
        return STATUS_SELECTOR;
    return (flags & (FLAG_IF | FLAG_IOPL | FLAG_VM)) != FLAG_IF ? STATUS_FLAGS : 0;
}
