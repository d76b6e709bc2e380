/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clock.h - the clock and its timer, inside this folder.
 *
 * Rules of use: clock_calibrate() once, after intr_init() and before any other time.
 */
#ifndef KERNEL_ARCH_CLOCK_H
#define KERNEL_ARCH_CLOCK_H

void clock_calibrate(void);

#endif
