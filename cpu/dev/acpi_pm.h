/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/dev/acpi_pm.h - the fixed hardware of ACPI (ACPI 6.4, 4.8.3): event and control registers,
 * power management timer.
 *
 * Rules of use
 *   - A plain value: no pointer, no padding.
 *   - Where it stands is what the FADT says (loader/acpi.c). ACPI mode is always on.
 *   - No event ever comes: there is no power button, and the timer's carry raises none.
 */
#ifndef TRAPLINE_CPU_DEV_ACPI_PM_H
#define TRAPLINE_CPU_DEV_ACPI_PM_H

#include "cpu/types.h"

#define ACPI_PM_PORT  0x600u
#define ACPI_PM_PORTS 12u

struct acpi_pm {
    uint16_t enable, control;
    uint32_t reserved;
};

void acpi_pm_reset(struct acpi_pm *p);
/* `port` from 0 on; the timer runs at 3.579545 MHz. */
uint8_t acpi_pm_read(const struct acpi_pm *p, cycles_t now, uint64_t hz, unsigned port);
/* True: the guest switches the machine off (S5). */
bool acpi_pm_write(struct acpi_pm *p, unsigned port, uint8_t value);

#endif
