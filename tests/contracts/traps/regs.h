/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * regs.h - every register that a program sees, set before a trap and looked at behind it.
 *
 * run_with_state() loads vector, FP, flag and general registers from `in`, executes the one
 * instruction of `op` (which traps, or is interrupted), and stores the registers to `out`.
 *
 * Rules of use: fill_state(&in, seed), run_with_state(), compare(what, &in, &out). `arg` is
 *   OP_LOAD, OP_STORE    the address
 *   OP_SYSCALL           long[3]: two arguments and the number
 *   OP_BREAK, OP_ILL     not used; the handler calls skip_trap()
 *   OP_SPIN              a byte; spins until it is not 0
 * Left out of the comparison is what the instruction itself may change.
 */
#ifndef CONTRACT_REGS_H
#define CONTRACT_REGS_H

#include "contract.h"

enum { OP_LOAD, OP_STORE, OP_SYSCALL, OP_BREAK, OP_ILL, OP_SPIN };

#if defined(__aarch64__)

struct state {
    uint8_t v[32][16];
    uint64_t fpcr, fpsr, nzcv, unused;
    uint64_t x[32]; /* x4 to x28 are used */
} __attribute__((aligned(16)));

_Static_assert(offsetof(struct state, fpcr) == 512, "the assembly below");
_Static_assert(offsetof(struct state, x) == 544, "the assembly below");

__asm__(
    ".text\n"
    ".type run_with_state, %function\n"
    "run_with_state:\n"
    "    sub sp, sp, #192\n"
    "    stp x19, x20, [sp, #32]; stp x21, x22, [sp, #48]; stp x23, x24, [sp, #64]\n"
    "    stp x25, x26, [sp, #80]; stp x27, x28, [sp, #96]; stp x29, x30, [sp, #112]\n"
    "    stp d8, d9, [sp, #128]; stp d10, d11, [sp, #144]; stp d12, d13, [sp, #160]\n"
    "    stp d14, d15, [sp, #176]\n"
    "    str x1, [sp]\n"
    "    .irp n, 0,2,4,6,8,10,12,14,16,18,20,22,24,26,28,30\n"
    "    ldr q\\n, [x0, #16 * \\n]\n"
    "    .endr\n"
    "    .irp n, 1,3,5,7,9,11,13,15,17,19,21,23,25,27,29,31\n"
    "    ldr q\\n, [x0, #16 * \\n]\n"
    "    .endr\n"
    "    ldr x4, [x0, #512]; msr fpcr, x4\n"
    "    ldr x4, [x0, #520]; msr fpsr, x4\n"
    "    ldr x4, [x0, #528]; msr nzcv, x4\n"
    "    .irp n, 4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28\n"
    "    ldr x\\n, [x0, #544 + 8 * \\n]\n"
    "    .endr\n"
    "    cbz x2, 10f\n" /* none of these changes the flags */
    "    sub x2, x2, #1; cbz x2, 11f\n"
    "    sub x2, x2, #1; cbz x2, 12f\n"
    "    sub x2, x2, #1; cbz x2, 13f\n"
    "    sub x2, x2, #1; cbz x2, 14f\n"
    "15: ldrb w0, [x3]; cbz w0, 15b; b 20f\n"
    "10: ldrb w0, [x3]; b 20f\n"
    "11: mov w0, #77; strb w0, [x3]; b 20f\n"
    "12: ldr x8, [x3, #16]; ldp x0, x1, [x3]; svc #0; b 20f\n"
    "13: brk #0; b 20f\n"
    "14: udf #0\n"
    "20: str x0, [sp, #8]\n"
    "    ldr x0, [sp]\n"
    "    .irp n, 0,2,4,6,8,10,12,14,16,18,20,22,24,26,28,30\n"
    "    str q\\n, [x0, #16 * \\n]\n"
    "    .endr\n"
    "    .irp n, 1,3,5,7,9,11,13,15,17,19,21,23,25,27,29,31\n"
    "    str q\\n, [x0, #16 * \\n]\n"
    "    .endr\n"
    "    .irp n, 4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28\n"
    "    str x\\n, [x0, #544 + 8 * \\n]\n"
    "    .endr\n"
    "    mrs x4, nzcv; str x4, [x0, #528]\n"
    "    mrs x4, fpcr; str x4, [x0, #512]\n"
    "    mrs x4, fpsr; str x4, [x0, #520]\n"
    "    msr fpcr, xzr\n"
    "    ldr x0, [sp, #8]\n"
    "    ldp x19, x20, [sp, #32]; ldp x21, x22, [sp, #48]; ldp x23, x24, [sp, #64]\n"
    "    ldp x25, x26, [sp, #80]; ldp x27, x28, [sp, #96]; ldp x29, x30, [sp, #112]\n"
    "    ldp d8, d9, [sp, #128]; ldp d10, d11, [sp, #144]; ldp d12, d13, [sp, #160]\n"
    "    ldp d14, d15, [sp, #176]\n"
    "    add sp, sp, #192\n"
    "    ret\n"
    ".size run_with_state, . - run_with_state\n");

static void fill_state(struct state *s, unsigned seed)
{
    memset(s, 0, sizeof(*s));
    for (unsigned i = 0; i < sizeof(s->v); i++)
        ((uint8_t *)s->v)[i] = (uint8_t)(i * 13 + seed * 101 + i / 16);
    for (unsigned i = 4; i < 29; i++)
        s->x[i] = 0x0101010101010101ull * i + seed * 0x1000;
    s->fpcr = (uint64_t)(seed % 4) << 22; /* rounding mode */
    s->fpsr = 0x08000011;                 /* QC, IXC, IOC */
    s->nzcv = (uint64_t)(seed % 2 ? 0x9 : 0x6) << 28;
}

static bool vectors_same(const struct state *a, const struct state *b)
{
    return memcmp(a->v, b->v, sizeof(a->v)) == 0;
}

static bool control_same(const struct state *a, const struct state *b)
{
    return a->fpcr == b->fpcr && a->fpsr == b->fpsr;
}

static bool flags_same(const struct state *a, const struct state *b)
{
    return a->nzcv == b->nzcv;
}

static bool general_same(const struct state *a, const struct state *b)
{
    for (int i = 4; i < 29; i++)
        if (i != 8 && a->x[i] != b->x[i])
            return false;
    return true;
}

__attribute__((unused)) static void skip_trap(void *context)
{
    ((ucontext_t *)context)->uc_mcontext.pc += 4;
}

/* Use every vector register, and leave them different. */
__attribute__((unused)) static void clobber(void)
{
    __asm__ volatile(".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,"
                     "26,27,28,29,30,31\n movi v\\n\\().16b, #0xc3\n .endr\n"
                     ::: "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11",
                     "v12", "v13", "v14", "v15", "v16", "v17", "v18", "v19", "v20", "v21", "v22",
                     "v23", "v24", "v25", "v26", "v27", "v28", "v29", "v30", "v31");
    __asm__ volatile("msr fpsr, xzr");
}

#else

struct state {
    uint8_t fx[512];        /* FXSAVE */
    uint64_t r[8];          /* r8 to r15 */
    uint64_t rbx, rbp, flags, unused;
} __attribute__((aligned(16)));

_Static_assert(offsetof(struct state, r) == 512, "the assembly below");
_Static_assert(offsetof(struct state, flags) == 592, "the assembly below");

__asm__(
    ".text\n"
    ".type run_with_state, @function\n"
    "run_with_state:\n"
    "    push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
    "    push %rsi\n"
    "    xchg %rcx, %rdx\n" /* rcx: op, rdx: arg */
    "    fxrstor64 (%rdi)\n"
    "    mov 512(%rdi), %r8; mov 520(%rdi), %r9; mov 528(%rdi), %r10; mov 536(%rdi), %r11\n"
    "    mov 544(%rdi), %r12; mov 552(%rdi), %r13; mov 560(%rdi), %r14; mov 568(%rdi), %r15\n"
    "    mov 576(%rdi), %rbx; mov 584(%rdi), %rbp\n"
    "    pushq 592(%rdi); popfq\n"
    "    jrcxz 10f\n" /* none of these changes the flags */
    "    lea -1(%rcx), %rcx; jrcxz 11f\n"
    "    lea -1(%rcx), %rcx; jrcxz 12f\n"
    "    lea -1(%rcx), %rcx; jrcxz 13f\n"
    "    lea -1(%rcx), %rcx; jrcxz 14f\n"
    "15: movzbl (%rdx), %ecx; jrcxz 15b; jmp 20f\n"
    "10: movzbl (%rdx), %eax; jmp 20f\n"
    "11: movb $77, (%rdx); jmp 20f\n"
    "12: mov (%rdx), %rdi; mov 8(%rdx), %rsi; mov 16(%rdx), %rax; mov $0, %edx; syscall; jmp 20f\n"
    "13: int3; jmp 20f\n"
    "14: ud2; jmp 20f\n"
    "20: pushfq\n"
    "    mov 8(%rsp), %rsi\n"
    "    cld\n"
    "    popq 592(%rsi)\n"
    "    fxsave64 (%rsi)\n"
    "    mov %r8, 512(%rsi); mov %r9, 520(%rsi); mov %r10, 528(%rsi); mov %r11, 536(%rsi)\n"
    "    mov %r12, 544(%rsi); mov %r13, 552(%rsi); mov %r14, 560(%rsi); mov %r15, 568(%rsi)\n"
    "    mov %rbx, 576(%rsi); mov %rbp, 584(%rsi)\n"
    "    fninit\n"
    "    push $0x1f80; ldmxcsr (%rsp); pop %rsi\n"
    "    pop %rsi\n"
    "    pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx\n"
    "    ret\n"
    ".size run_with_state, . - run_with_state\n");

static void fill_state(struct state *s, unsigned seed)
{
    const uint16_t control = (uint16_t)(0x037f | (seed % 4) << 10);
    const uint32_t mxcsr = 0x1f80 | (seed % 4) << 13 | 0x21;

    memset(s, 0, sizeof(*s));
    memcpy(s->fx, &control, 2);
    s->fx[4] = 0xff; /* all eight x87 registers in use */
    memcpy(s->fx + 24, &mxcsr, 4);
    for (unsigned i = 0; i < 8; i++) {
        for (unsigned b = 0; b < 7; b++)
            s->fx[32 + 16 * i + b] = (uint8_t)(i * 31 + b + seed);
        s->fx[32 + 16 * i + 7] = 0x80; /* a normal number */
        s->fx[32 + 16 * i + 9] = 0x3f;
    }
    for (unsigned i = 0; i < 256; i++)
        s->fx[160 + i] = (uint8_t)(i * 13 + seed * 101 + i / 16);
    for (unsigned i = 0; i < 8; i++)
        s->r[i] = 0x0101010101010101ull * (i + 8) + seed * 0x1000;
    s->rbx = 0xb0b0 + seed;
    s->rbp = 0x5555555500000000ull + seed;
    s->flags = 0x202 | (seed % 2 ? 0xcd5 : 0x040); /* CF PF AF ZF SF DF OF, or ZF */
}

static bool vectors_same(const struct state *a, const struct state *b)
{
    for (int i = 0; i < 8; i++)
        if (memcmp(a->fx + 32 + 16 * i, b->fx + 32 + 16 * i, 10) != 0)
            return false;
    return memcmp(a->fx + 160, b->fx + 160, 256) == 0;
}

static bool control_same(const struct state *a, const struct state *b)
{
    return memcmp(a->fx, b->fx, 5) == 0 && memcmp(a->fx + 24, b->fx + 24, 4) == 0;
}

static bool flags_same(const struct state *a, const struct state *b)
{
    return (a->flags & 0xcd5) == (b->flags & 0xcd5);
}

static bool general_same(const struct state *a, const struct state *b)
{
    for (int i = 0; i < 8; i++)
        if (i != 3 && a->r[i] != b->r[i])
            return false;
    return a->rbx == b->rbx && a->rbp == b->rbp;
}

/* INT3 is passed already, UD2 is not. */
__attribute__((unused)) static void skip_trap(void *context)
{
    greg_t *rip = &((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];

    if (memcmp((const void *)*rip, "\x0f\x0b", 2) == 0)
        *rip += 2;
}

__attribute__((unused)) static void clobber(void)
{
    __asm__ volatile(".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n pcmpeqd %%xmm\\n, %%xmm\\n\n"
                     ".endr\n fninit\n fldpi\n fldpi\n"
                     ::: "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
                     "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
    __asm__ volatile("fstp %st(0); fstp %st(0)");
}

#endif

long run_with_state(const struct state *in, struct state *out, long op, void *arg);

__attribute__((unused)) static void compare(const char *what, const struct state *in,
                                            const struct state *out)
{
    SAY("%s: vectors %s, FP control %s, flags %s, general %s", what,
        vectors_same(in, out) ? "same" : "differ", control_same(in, out) ? "same" : "differ",
        flags_same(in, out) ? "same" : "differ", general_same(in, out) ? "same" : "differ");
}

#endif
