/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/arch.c - picks the folder of sim/arch by CPU. */
#include "sim/arch/arch.h"

const struct sim_arch *sim_arch_get(enum arch arch)
{
    return arch == ARCH_ARM64 ? &arm64_sim_arch : &x86_64_sim_arch;
}
