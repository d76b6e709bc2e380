/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PM1 event block at 0 (status, enable), PM1 control block at 4, timer at 8; see acpi_pm.h.
 * Status stays 0. SCI_EN reads 1: the machine was handed over in ACPI mode (4.8.3.2.1).
 */
#include "cpu/dev/acpi_pm.h"

#define TIMER_HZ    3579545u
#define SCI_EN      0x0001u
#define SLP_TYP(v)  ((v) >> 10 & 7)
#define SLP_EN      0x2000u
#define SLP_TYP_OFF 5u /* as \_S5 in the DSDT has it */

void acpi_pm_reset(struct acpi_pm *p)
{
    *p = (struct acpi_pm){.control = SCI_EN};
}

uint8_t acpi_pm_read(const struct acpi_pm *p, cycles_t now, uint64_t hz, unsigned port)
{
    uint32_t timer = (uint32_t)((unsigned __int128)now * TIMER_HZ / hz);

    if (port >= 8)
        return (uint8_t)(timer >> 8 * (port - 8));
    if (port == 2 || port == 3)
        return (uint8_t)(p->enable >> 8 * (port - 2));
    if (port == 4 || port == 5)
        return (uint8_t)(p->control >> 8 * (port - 4));
    return 0;
}

bool acpi_pm_write(struct acpi_pm *p, unsigned port, uint8_t value)
{
    if (port == 2 || port == 3)
        p->enable = (uint16_t)((p->enable & ~(0xffu << 8 * (port - 2))) |
                               (unsigned)value << 8 * (port - 2));
    if (port != 4 && port != 5)
        return false;
    p->control = (uint16_t)((p->control & ~(0xffu << 8 * (port - 4))) |
                            (unsigned)value << 8 * (port - 4));
    p->control |= SCI_EN;
    if (!(p->control & SLP_EN))
        return false;
    p->control &= (uint16_t)~SLP_EN; /* reads as 0 */
    return SLP_TYP(p->control) == SLP_TYP_OFF;
}
