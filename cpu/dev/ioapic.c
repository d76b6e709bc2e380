/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IO-APIC. An edge pin sends its message when the line rises; a level pin
 * sends it when the line is high, Remote IRR is clear and the pin is unmasked,
 * and again after EOI while the line stays high (82093AA, 3.2.4).
 */
#include <string.h>

#include "cpu/dev/ioapic.h"

#define RTE_REMOTE_IRR 0x4000u
#define RTE_LEVEL      0x8000u
#define RTE_MASKED     0x10000u
#define RTE_READONLY   0x5000u

_Static_assert(sizeof(struct ioapic) == IOAPIC_PINS * 8 + 16, "no padding");

void ioapic_reset(struct ioapic *io)
{
    memset(io, 0, sizeof(*io));
    for (int i = 0; i < IOAPIC_PINS; i++)
        io->redirect[i] = RTE_MASKED;
}

static void send(struct ioapic *io, struct lapic *l, unsigned pin)
{
    uint64_t *rte = &io->redirect[pin];
    unsigned mode = *rte >> 8 & 7;

    if (*rte & RTE_LEVEL)
        *rte |= RTE_REMOTE_IRR;
    if (mode <= 1) /* fixed, lowest priority; the others have no target here */
        lapic_accept(l, (uint8_t)*rte, *rte & RTE_LEVEL);
}

static void check_level(struct ioapic *io, struct lapic *l, unsigned pin)
{
    uint64_t rte = io->redirect[pin];

    if ((rte & RTE_LEVEL) && !(rte & (RTE_MASKED | RTE_REMOTE_IRR)) && (io->lines >> pin & 1))
        send(io, l, pin);
}

void ioapic_set_line(struct ioapic *io, struct lapic *l, unsigned pin, bool level)
{
    bool was = io->lines >> pin & 1;

    if (level == was)
        return;
    io->lines ^= 1u << pin;
    if (!level)
        return;
    if (io->redirect[pin] & RTE_LEVEL)
        check_level(io, l, pin);
    else if (!(io->redirect[pin] & RTE_MASKED))
        send(io, l, pin);
}

void ioapic_eoi(struct ioapic *io, struct lapic *l, uint8_t vector)
{
    for (unsigned pin = 0; pin < IOAPIC_PINS; pin++) {
        if ((uint8_t)io->redirect[pin] != vector || !(io->redirect[pin] & RTE_LEVEL))
            continue;
        io->redirect[pin] &= ~(uint64_t)RTE_REMOTE_IRR;
        check_level(io, l, pin);
    }
}

uint32_t ioapic_read(const struct ioapic *io, uint32_t offset, bool *known)
{
    uint32_t reg = io->select;

    *known = true;
    if (offset == 0)
        return reg;
    if (offset == 0x10) {
        if (reg == 0 || reg == 2)
            return io->id;
        if (reg == 1)
            return (IOAPIC_PINS - 1) << 16 | 0x11;
        if (reg >= 0x10 && reg < 0x10 + 2 * IOAPIC_PINS)
            return (uint32_t)(io->redirect[(reg - 0x10) / 2] >> (reg & 1 ? 32 : 0));
    }
    *known = false;
    return 0;
}

void ioapic_write(struct ioapic *io, struct lapic *l, uint32_t offset, uint32_t value,
                  bool *known)
{
    uint32_t reg = io->select;
    uint64_t *rte;

    *known = true;
    if (offset == 0) {
        io->select = value & 0xff;
        return;
    }
    if (offset == 0x40) {
        ioapic_eoi(io, l, (uint8_t)value);
        return;
    }
    if (offset == 0x10 && reg == 0) {
        io->id = value & 0x0f000000u;
        return;
    }
    if (offset != 0x10 || reg < 0x10 || reg >= 0x10 + 2 * IOAPIC_PINS) {
        *known = offset == 0x10 && (reg == 1 || reg == 2);
        return;
    }
    rte = &io->redirect[(reg - 0x10) / 2];
    if (reg & 1)
        *rte = (*rte & 0xffffffffu) | (uint64_t)value << 32;
    else
        *rte = (*rte & (~0xffffffffull | RTE_READONLY)) | (value & 0x1ffffu & ~RTE_READONLY);
    if (!(*rte & RTE_LEVEL))
        *rte &= ~(uint64_t)RTE_REMOTE_IRR;
    check_level(io, l, (reg - 0x10) / 2);
}
