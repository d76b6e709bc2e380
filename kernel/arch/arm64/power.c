// SPDX-License-Identifier: GPL-2.0-or-later
/* power.c - off and reset by PSCI (Arm DEN 0022). SYSTEM_OFF takes no argument: x1 holds the
 * exit status for a machine that looks there (Trapline), others ignore it. */
#include "kernel/arch/arm64/power.h"
#include "kernel/include/arch.h"

#define PSCI_SYSTEM_OFF 0x84000008u
#define PSCI_SYSTEM_RESET 0x84000009u

static bool use_smc;

void power_use_smc(bool smc)
{
    use_smc = smc;
}

static _Noreturn void psci_call(uint64_t function, uint64_t argument)
{
    register uint64_t x0 asm("x0") = function;
    register uint64_t x1 asm("x1") = argument;

    if (use_smc)
        asm volatile("smc #0" : "+r"(x0), "+r"(x1) : : "x2", "x3", "memory");
    else
        asm volatile("hvc #0" : "+r"(x0), "+r"(x1) : : "x2", "x3", "memory");
    for (;;) /* refused: nothing else can be done */
        arch_idle();
}

_Noreturn void arch_poweroff(int status)
{
    arch_irq_disable();
    psci_call(PSCI_SYSTEM_OFF, (uint8_t)status);
}

_Noreturn void arch_reboot(void)
{
    arch_irq_disable();
    psci_call(PSCI_SYSTEM_RESET, 0);
}
