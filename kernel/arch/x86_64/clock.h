/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clock.h - the clock and its timer, inside this folder: clock_calibrate() once, after intr_init(). */
#ifndef KERNEL_ARCH_CLOCK_H
#define KERNEL_ARCH_CLOCK_H

void clock_calibrate(void);

#endif
