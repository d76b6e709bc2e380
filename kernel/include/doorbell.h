/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * doorbell.h - signals from the machine itself, for whoever tests what a signal does anywhere.
 *
 * A simulator that stands between two instructions makes the interrupt trapline_doorbell + S
 * pending: the process that runs, or is the next to, gets signal S. S = 0 is the lowest
 * asynchronous signal for which that process has a handler. No board has a device for it, so
 * elsewhere it never comes. See BOARDS.md, "Injected events".
 *
 * Rules of use: doorbell_ring() in the interrupt; it leaves a note, and doorbell_run() sends, in
 * thread context, as with terminal input.
 */
#ifndef KERNEL_DOORBELL_H
#define KERNEL_DOORBELL_H

#include <stdbool.h>
#include <stdint.h>

#define DOORBELL_SIGNALS 65u /* 0 to 64 */

/* The number of S = 0 at this CPU's interrupt controller: arch/CPU/intr.c. */
extern const uint32_t trapline_doorbell;

void doorbell_ring(unsigned signo);
bool doorbell_pending(void);
void doorbell_run(void);

#endif
