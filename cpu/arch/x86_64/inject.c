/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Traps and interrupts that a test makes; see cpu_inject(). An injected trap is delivered
 * through the IDT as trap.c delivers one of the engine's. An interrupt arrives at the local APIC.
 */
#include <errno.h>

#include "cpu/arch/x86_64/arch.h"
#include "cpu/arch/x86_64/x86.h"

#define LVT_MASKED    0x10000u
#define PF_USER_FETCH 0x14u

int x86_inject(struct x86 *x, const struct cpu_injection *what)
{
    bool irq = what->kind == CPU_TRAP_IRQ;
    struct x86_view v;

    if ((!irq && what->kind != CPU_TRAP_SYNC) || what->vector > 255 || (!irq && what->vector > 31))
        return -EINVAL;
    x->paging_known = false;
    x86_view_load(x, &v);
    x86_trap(x, &v, what->vector, irq ? X86_NO_ERROR : what->syndrome, what->addr,
             irq ? X86_EXTERNAL : X86_FAULT);
    return 0;
}

int x86_interrupt(struct x86 *x, unsigned number)
{
    if (number < 16 || number > 255)
        return -EINVAL;
    lapic_accept(&x->board.lapic, (uint8_t)number, false);
    return 0;
}

/* The local APIC's timer, where the guest has unmasked it, be it armed or not. */
int x86_timer_interrupt(struct x86 *x)
{
    uint32_t lvt = x->board.lapic.lvt[LAPIC_LVT_TIMER];

    return (lvt & LVT_MASKED) || (lvt & 0xff) < 16 ? -ENODEV : (int)(lvt & 0xff);
}

int x86_fetch_fault(struct x86 *x)
{
    struct cpu_injection what = {.kind = CPU_TRAP_SYNC, .vector = X86_PF,
                                 .syndrome = PF_USER_FETCH, .addr = x86_pc(x)};

    return x86_in_user(x) ? x86_inject(x, &what) : -EINVAL;
}
