/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/inject.c - events that the machine would not have had; see inject.h. */
#include "sim/inject.h"

#include <errno.h>
#include <stdio.h>

#include "loader/boot.h"

#define DOORBELL_SYMBOL "trapline_doorbell"
#define SIGNALS         64u
#define PAGE_MASK       4095ull

const char *const inject_names[INJECT_KINDS] = {
    [INJECT_IRQ] = "irq",
    [INJECT_PREEMPT] = "preempt",
    [INJECT_SIGNAL] = "signal",
    [INJECT_FAULT] = "fault",
    [INJECT_ACCESS] = "access",
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

int injector_open(struct injector *in, struct cpu *cpu, const struct machine *m)
{
    in->hz = m->hz;
    in->doorbell = inject_doorbell(cpu, m);
    return operands_open(&in->operands, m->arch);
}

void injector_close(struct injector *in)
{
    operands_close(&in->operands);
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

/* The pages from `va` on, but for those that are there already, or are no user's. */
static void add_pages(struct cpu *cpu, vaddr_t va, unsigned bytes, struct inject_event *out)
{
    vaddr_t first = va & ~PAGE_MASK, last = (va + bytes - 1) & ~PAGE_MASK;

    for (vaddr_t page = first; page - first <= last - first; page += PAGE_MASK + 1) {
        bool known = page == 0 || page >> 47;
        paddr_t pa;

        for (unsigned i = 0; i < out->parts; i++)
            known |= out->part[i].value == page;
        if (!known && out->parts < INJECT_PARTS_MAX && cpu_translate(cpu, page, &pa) == 0)
            out->part[out->parts++] = (struct injection){INJECT_FAULT, INJECT_UNMAP_PAGE, page};
    }
}

static int resolve_access(struct injector *in, struct cpu *cpu, struct inject_event *out,
                          const char **why)
{
    struct touched touched[OPERANDS_TOUCHED_MAX];
    vaddr_t pc = cpu_pc(cpu);
    unsigned count;

    out->parts = 0;
    *why = "this kernel does not say that its pages may be taken away (" DOORBELL_SYMBOL
           ", BOARDS.md)";
    if (in->doorbell < 0)
        return -ENODEV;
    *why = "this instruction accesses no user page";
    if (!operands_decode(&in->operands, cpu, pc))
        return -ENODEV;
    count = operands_touches(&in->operands, cpu, touched);
    if (cpu_in_user(cpu))
        add_pages(cpu, pc, in->operands.insn->size, out);
    for (unsigned i = 0; i < count; i++)
        add_pages(cpu, touched[i].va, touched[i].bytes, out);
    return out->parts > 0 ? 0 : -ENODEV;
}

int inject_resolve(struct injector *in, struct cpu *cpu, enum inject_kind kind, uint64_t value,
                   struct inject_event *out, const char **why)
{
    struct injection *i = &out->part[0];
    int timer;

    *i = (struct injection){.kind = kind, .value = value};
    out->parts = 1;
    *why = NULL;
    switch (kind) {
    case INJECT_IRQ:
    case INJECT_PREEMPT:
        timer = cpu_timer_interrupt(cpu);
        *why = "the guest has set up no timer interrupt yet";
        if (timer < 0)
            return -ENODEV;
        i->number = (uint32_t)timer;
        if (kind == INJECT_PREEMPT && value == 0)
            i->value = in->hz / 1000000 * INJECT_SLICE_US;
        return 0;
    case INJECT_SIGNAL:
        *why = "this kernel takes no signals from the machine: it has no symbol "
               DOORBELL_SYMBOL " (BOARDS.md)";
        if (in->doorbell < 0 || value > SIGNALS)
            return -ENODEV;
        i->number = (uint32_t)in->doorbell + (uint32_t)value;
        return 0;
    case INJECT_ACCESS:
        return resolve_access(in, cpu, out, why);
    default:
        return resolve_fault(cpu, in->doorbell, i, why);
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
    case INJECT_ACCESS: /* never as such */
        break;
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
    case INJECT_ACCESS:
        snprintf(text, len, "the pages that this instruction accesses unmapped");
        break;
    }
}
