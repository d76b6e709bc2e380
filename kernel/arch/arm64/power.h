/* SPDX-License-Identifier: GPL-2.0-or-later */
/* power.h - how this machine takes PSCI calls. */
#ifndef KERNEL_ARCH_POWER_H
#define KERNEL_ARCH_POWER_H

#include <stdbool.h>

/* By the device tree's psci/method: HVC unless it says "smc". */
void power_use_smc(bool smc);

#endif
