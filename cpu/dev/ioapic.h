/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/dev/ioapic.h - 82093AA IO-APIC, 24 pins, one local APIC behind it.
 *
 * Rules of use
 *   - A plain value: no pointer, no padding.
 *   - ioapic_set_line() when a device's line changes, ioapic_eoi() when the
 *     local APIC ends a level interrupt. Both hand messages to the local APIC.
 */
#ifndef TRAPLINE_CPU_DEV_IOAPIC_H
#define TRAPLINE_CPU_DEV_IOAPIC_H

#include "cpu/dev/lapic.h"
#include "cpu/types.h"

#define IOAPIC_PINS 24

struct ioapic {
    uint64_t redirect[IOAPIC_PINS];
    uint32_t lines; /* bit per pin: level now */
    uint32_t id;
    uint32_t select;
    uint32_t reserved;
};

void ioapic_reset(struct ioapic *io);
uint32_t ioapic_read(const struct ioapic *io, uint32_t offset, bool *known);
void ioapic_write(struct ioapic *io, struct lapic *l, uint32_t offset, uint32_t value,
                  bool *known);
void ioapic_set_line(struct ioapic *io, struct lapic *l, unsigned pin, bool level);
void ioapic_eoi(struct ioapic *io, struct lapic *l, uint8_t vector);

#endif
