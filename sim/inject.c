/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/inject.c - events that the machine would not have had; see inject.h. */
#include "sim/inject.h"

#include <errno.h>
#include <stdio.h>

#include "loader/boot.h"

#define DOORBELL_SYMBOL "trapline_doorbell"
#define SIGNALS         64u

const char *const inject_names[INJECT_KINDS] = {
    [INJECT_IRQ] = "irq",
    [INJECT_PREEMPT] = "preempt",
    [INJECT_SIGNAL] = "signal",
    [INJECT_FAULT] = "fault",
};

int inject_doorbell(struct cpu *cpu, const struct machine *m)
{
    struct symbols *symbols;
    uint32_t number = 0;
    uint64_t bytes;
    char err[128];
    vaddr_t va;
    int rc = machine_symbols(m, &symbols, err, sizeof(err));

    if (rc != 0)
        return -ENODEV;
    rc = symbols_lookup(symbols, DOORBELL_SYMBOL, &va, &bytes);
    symbols_free(symbols);
    if (rc != 0 || cpu_mem_read(cpu, va, &number, sizeof(number)) != 0 || number == 0 ||
        number > 1024)
        return -ENODEV;
    return (int)number;
}

static int resolve_fault(struct cpu *cpu, int doorbell, struct injection *i, const char **why)
{
    if (doorbell >= 0) {
        i->number = i->value ? INJECT_UNMAP_PAGE : INJECT_UNMAP_ALL;
        return 0;
    }
    i->number = INJECT_FETCH_FAULT;
    i->value = 0;
    *why = "this kernel does not say that its pages may be taken away (" DOORBELL_SYMBOL
           ", BOARDS.md), so a fault is injected in user mode only";
    return cpu_in_user(cpu) ? 0 : -ENODEV;
}

int inject_resolve(struct cpu *cpu, uint64_t hz, int doorbell, enum inject_kind kind,
                   uint64_t value, struct injection *out, const char **why)
{
    int timer;

    *out = (struct injection){.kind = kind, .value = value};
    *why = NULL;
    switch (kind) {
    case INJECT_IRQ:
    case INJECT_PREEMPT:
        timer = cpu_timer_interrupt(cpu);
        *why = "the guest has set up no timer interrupt yet";
        if (timer < 0)
            return -ENODEV;
        out->number = (uint32_t)timer;
        if (kind == INJECT_PREEMPT && value == 0)
            out->value = hz / 1000000 * INJECT_SLICE_US;
        return 0;
    case INJECT_SIGNAL:
        *why = "this kernel takes no signals from the machine: it has no symbol "
               DOORBELL_SYMBOL " (BOARDS.md)";
        if (doorbell < 0 || value > SIGNALS)
            return -ENODEV;
        out->number = (uint32_t)doorbell + (uint32_t)value;
        return 0;
    default:
        return resolve_fault(cpu, doorbell, out, why);
    }
}

int inject_apply(struct cpu *cpu, const struct injection *i)
{
    switch (i->kind) {
    case INJECT_PREEMPT:
        cpu_idle_until(cpu, cpu_cycles(cpu) + i->value);
        return cpu_interrupt(cpu, i->number);
    case INJECT_IRQ:
    case INJECT_SIGNAL:
        return cpu_interrupt(cpu, i->number);
    case INJECT_FAULT:
        if (i->number == INJECT_FETCH_FAULT)
            return cpu_fetch_fault(cpu);
        if (i->number == INJECT_UNMAP_PAGE)
            cpu_unmap_user_page(cpu, i->value);
        else
            cpu_unmap_user(cpu);
        return 0;
    }
    return -EINVAL;
}

void inject_text(const struct injection *i, char *text, size_t len)
{
    unsigned long long value = i->value;

    switch (i->kind) {
    case INJECT_IRQ:
        snprintf(text, len, "interrupt %u", i->number);
        break;
    case INJECT_PREEMPT:
        snprintf(text, len, "interrupt %u, and the clock %llu cycles ahead", i->number, value);
        break;
    case INJECT_SIGNAL:
        if (value)
            snprintf(text, len, "%llu by interrupt %u", value, i->number);
        else
            snprintf(text, len, "that has a handler, by interrupt %u", i->number);
        break;
    case INJECT_FAULT:
        if (i->number == INJECT_UNMAP_PAGE)
            snprintf(text, len, "user page 0x%llx unmapped", value);
        else
            snprintf(text, len, "%s", i->number == INJECT_UNMAP_ALL ? "all user pages unmapped"
                                                                   : "at this instruction");
        break;
    }
}
