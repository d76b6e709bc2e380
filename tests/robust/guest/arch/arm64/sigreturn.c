// SPDX-License-Identifier: GPL-2.0-or-later
/* sigreturn.c - the signal frame of arm64 (kernel/arch/arm64/sigframe.h). */
#define _GNU_SOURCE
#include "tests/robust/sigreturn.h"

#define UC 128 /* siginfo is before it */
#define REGS (UC + 176)
#define RECORDS (UC + 464)

const struct field fields[] = {
    {"uc_flags", KIND_WORD, UC, 8, 0},
    {"ss_sp", KIND_POINTER, UC + 16, 8, 0},
    {"ss_flags", KIND_WORD, UC + 24, 4, 0},
    {"ss_size", KIND_WORD, UC + 32, 8, 0},
    {"mask", KIND_WORD, UC + 40, 8, 0},
    {"sp", KIND_POINTER, REGS + 8 * 32, 8, 0},
    {"pc", KIND_PC, REGS + 8 * 33, 8, 0},
    {"pstate", KIND_FLAGS, REGS + 8 * 34, 8, 0},
    {"fpsimd_magic", KIND_WORD, 0, 4, 1},
    {"fpsimd_size", KIND_WORD, 4, 4, 1},
    {"fpsr", KIND_FLAGS, 8, 4, 1},
    {"fpcr", KIND_FLAGS, 12, 4, 1},
    {"next_magic", KIND_WORD, 0x210, 4, 1},
    {"next_size", KIND_WORD, 0x214, 4, 1},
    {"third_magic", KIND_WORD, 0x220, 4, 1},
    {"third_size", KIND_WORD, 0x224, 4, 1},
};
const unsigned field_count = sizeof(fields) / sizeof(fields[0]);
const unsigned privileged_bytes = 4;

uint8_t *frame_of(ucontext_t *uc)
{
    return (uint8_t *)uc - UC;
}

size_t frame_bytes(void)
{
    return RECORDS + 0x230;
}

uint8_t *frame_fp(ucontext_t *uc)
{
    return frame_of(uc) + RECORDS;
}

uint64_t *frame_pc(ucontext_t *uc)
{
    return (uint64_t *)&uc->uc_mcontext.pc;
}

void sigreturn_at(uint64_t frame)
{
    __asm__ volatile("mov sp, %0\n\t"
                     "mov x8, #139\n\t"
                     "svc #0\n\t"
                     "udf #0"
                     :
                     : "r"(frame)
                     : "x8");
    __builtin_unreachable();
}

__asm__(".text\n"
        ".globl landing\n"
        "landing:\n"
        "    adrp x9, landing_stack + 16320\n"
        "    add x9, x9, :lo12:landing_stack + 16320\n"
        "    mov sp, x9\n"
        "    mrs x0, nzcv\n"
        "    bl landed\n"
        "    udf #0\n"
        ".globl privileged\n"
        "privileged:\n"
        "    mrs x0, CurrentEL\n"
        "    ret\n"
        ".section .note.GNU-stack, \"\", %progbits\n"
        ".text\n");

/* What else there is in PSTATE no program can read: privileged() and the timer tell. */
int flags_are_wrong(uint64_t flags)
{
    return flags & ~0xf0000000ull ? STATUS_FLAGS : 0;
}
