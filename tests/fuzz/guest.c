/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a guest has in its registers and memory (guest_cpu.h), where it is read as something: signal
 * frames, page tables, arguments of system calls.
 */
#include "sim/arch/arch.h"
#include "sim/check/sigframe.h"
#include "sim/syscall_text.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/guest_cpu.h"

static void bad(void *ctx, const char *what, const char *value, vaddr_t at, uint64_t want,
                uint64_t is)
{
    volatile size_t *sum = ctx;

    *sum += strlen(what) + strlen(value) + at + want + is;
}

static void field(void *ctx, const char *name, vaddr_t at, unsigned bytes)
{
    uint8_t room[16];

    if (bytes > sizeof(room))
        __builtin_trap(); /* closeup.c reads it into as much */
    bad(ctx, name, "", at, bytes, 0);
}

static void frames(struct cpu *cpu, volatile size_t *sum)
{
    const struct ustate_arch *u = ustate_arch_get(cpu->arch);
    const struct sim_closeup *look = cpu->arch == ARCH_ARM64 ? &arm64_closeup : &x86_64_closeup;
    struct ustate now, saved;
    vaddr_t where[USTATE_VALUES_MAX];
    struct sigframe f;
    struct signal_frame frame;
    uint64_t mask;

    for (unsigned i = 0; i < USTATE_VALUES_MAX; i++)
        ustate_set(&now, i, cpu->reg[i % GUEST_REGS]);
    ustate_set(&now, u->sp, cpu->reg[0]);
    sigframe_look(cpu, &now, &f, bad, (void *)(uintptr_t)sum);
    if (sigframe_mask(cpu, cpu->reg[0] - u->sigreturn_bias, &mask))
        *sum += mask;
    if (u->read_frame(cpu, cpu->reg[0], &saved, where))
        for (unsigned i = 0; i < u->count; i++)
            *sum += saved.v[i][0] + where[i];
    if (sim_arch_get(cpu->arch)->read_signal_frame(cpu, cpu->reg[0], &frame))
        *sum += frame.saved_pc + (frame.has_mask ? frame.mask : 0) +
                strlen(signal_name(frame.info_signo));
    look->frame_fields(cpu, cpu->reg[0], field, (void *)(uintptr_t)sum);
}

static void tables(struct cpu *cpu, volatile size_t *sum)
{
    const struct sim_closeup *look = cpu->arch == ARCH_ARM64 ? &arm64_closeup : &x86_64_closeup;
    struct walk_step step[WALK_STEPS_MAX];
    unsigned steps = look->walk(cpu, cpu->reg[1], step);

    if (steps > WALK_STEPS_MAX)
        __builtin_trap();
    for (unsigned i = 0; i < steps; i++)
        *sum += strlen(step[i].note) + step[i].descriptor;
}

static void traps(struct cpu *cpu, volatile size_t *sum)
{
    const struct sim_arch *a = sim_arch_get(cpu->arch);
    struct cpu_trap trap = {.kind = (enum cpu_trap_kind)(cpu->reg[9] & 3),
                            .vector = (uint32_t)cpu->reg[10], .syndrome = cpu->reg[11]};
    struct trap_words words;

    a->describe_trap(&trap, &words);
    *sum += strlen(words.vector) + strlen(words.cause) + strlen(words.stable);
    *sum += a->trap_user_sp(cpu, &trap);
}

static void calls(struct cpu *cpu, volatile size_t *sum)
{
    struct syscall_text call;
    char text[SYSCALL_ARGS * SYSCALL_TEXT_LEN];

    syscall_begin(&call, cpu, cpu->arch);
    syscall_end(&call, cpu, cpu->reg[9]);
    for (unsigned stable = 0; stable < 2; stable++) {
        syscall_call_text(&call, stable, text, sizeof(text));
        *sum += strlen(text);
        syscall_result_text(&call, cpu->reg[9], stable, text, sizeof(text));
        *sum += strlen(text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    volatile size_t sum = 0;
    struct cpu cpu;

    if (!guest_cpu_open(&cpu, bytes, size))
        return 0;
    frames(&cpu, &sum);
    tables(&cpu, &sum);
    traps(&cpu, &sum);
    calls(&cpu, &sum);
    return 0;
}
