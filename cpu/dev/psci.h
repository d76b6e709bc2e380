/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/dev/psci.h - PSCI 1.0 by HVC (Arm DEN 0022) of a one-CPU machine.
 *
 * Rules of use: psci_call() is pure; the owner carries out the effect. The
 * exit status of SYSTEM_OFF is the low byte of x1, which the standard leaves
 * unused and Linux sets to 0.
 */
#ifndef TRAPLINE_CPU_DEV_PSCI_H
#define TRAPLINE_CPU_DEV_PSCI_H

#include "cpu/types.h"

enum psci_effect { PSCI_NONE, PSCI_OFF, PSCI_RESET, PSCI_SUSPEND, PSCI_UNKNOWN };

/* x[0..3] in; *result is x0 afterwards. */
enum psci_effect psci_call(const uint64_t x[4], uint64_t *result);

#endif
