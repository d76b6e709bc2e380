/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * 8259A pair (Intel 8259A data sheet). Chip 1's output is input 2 of chip 0
 * and is worked out on demand rather than stored.
 */
#include <string.h>

#include "cpu/dev/pic8259.h"

_Static_assert(sizeof(struct pic_chip) == 16, "no padding");

void pic_reset(struct pic8259 *p)
{
    memset(p, 0, sizeof(*p));
    p->chip[0].lowest = p->chip[1].lowest = 7;
    p->chip[0].imr = p->chip[1].imr = 0xff;
    p->chip[0].base = 0x08;
    p->chip[1].base = 0x70;
}

/* The input of highest priority in `bits`, or 8 when there is none; *rank counts from 0. */
static unsigned first(const struct pic_chip *c, uint8_t bits, unsigned *rank)
{
    for (*rank = 0; *rank < 8; (*rank)++) {
        unsigned input = (c->lowest + 1 + *rank) & 7;
        if (bits >> input & 1)
            return input;
    }
    return 8;
}

static unsigned chip_request(const struct pic_chip *c, bool is_master, uint8_t irr)
{
    uint8_t in_service = c->isr;
    unsigned rank, isr_rank, input;

    if (c->special_mask)
        in_service &= (uint8_t)~c->imr;
    if (c->special_nested && is_master)
        in_service &= (uint8_t)~4; /* the second chip's inputs may nest */
    input = first(c, irr & (uint8_t)~c->imr, &rank);
    first(c, in_service, &isr_rank);
    return rank < isr_rank ? input : 8;
}

static uint8_t master_irr(const struct pic8259 *p)
{
    bool second = chip_request(&p->chip[1], false, p->chip[1].irr) < 8;

    return (p->chip[0].irr & (uint8_t)~4) | (second ? 4 : 0);
}

bool pic_output(const struct pic8259 *p)
{
    return chip_request(&p->chip[0], true, master_irr(p)) < 8;
}

void pic_set_line(struct pic8259 *p, unsigned irq, bool level)
{
    struct pic_chip *c = &p->chip[irq >> 3 & 1];
    uint8_t bit = (uint8_t)(1u << (irq & 7));

    if (c->elcr & bit)
        c->irr = level ? c->irr | bit : c->irr & (uint8_t)~bit;
    else if (level && !(c->lines & bit))
        c->irr |= bit;
    else if (!level)
        c->irr &= (uint8_t)~bit;
    c->lines = level ? c->lines | bit : c->lines & (uint8_t)~bit;
}

static void acknowledge(struct pic_chip *c, unsigned input)
{
    uint8_t bit = (uint8_t)(1u << input);

    if (!(c->elcr & bit))
        c->irr &= (uint8_t)~bit;
    if (!c->auto_eoi)
        c->isr |= bit;
    else if (c->rotate_auto)
        c->lowest = (uint8_t)input;
}

uint8_t pic_take(struct pic8259 *p)
{
    unsigned input = chip_request(&p->chip[0], true, master_irr(p));

    if (input == 8)
        return p->chip[0].base + 7; /* spurious */
    acknowledge(&p->chip[0], input);
    if (input != 2)
        return (uint8_t)(p->chip[0].base + input);
    input = chip_request(&p->chip[1], false, p->chip[1].irr);
    if (input == 8)
        return p->chip[1].base + 7;
    acknowledge(&p->chip[1], input);
    return (uint8_t)(p->chip[1].base + input);
}

static void write_ocw2(struct pic_chip *c, uint8_t value)
{
    unsigned command = value >> 5, rank, input = value & 7;

    if (command == 1 || command == 5) { /* non-specific EOI, with or without rotation */
        input = first(c, c->isr, &rank);
        if (input == 8)
            return;
    }
    if (command & 1)
        c->isr &= (uint8_t) ~(1u << input);
    if (command == 5 || command == 7 || command == 6)
        c->lowest = (uint8_t)input;
    if (command == 4 || command == 0)
        c->rotate_auto = command == 4;
}

static void write_command(struct pic_chip *c, uint8_t value)
{
    if (value & 0x10) { /* ICW1 */
        uint8_t elcr = c->elcr, lines = c->lines, base = c->base;
        memset(c, 0, sizeof(*c));
        c->elcr = elcr;
        c->lines = lines;
        c->base = base;
        c->irr = lines & elcr;
        c->lowest = 7;
        c->init_step = 2;
        c->need_icw4 = value & 1;
        c->single = value >> 1 & 1;
    } else if (value & 8) { /* OCW3 */
        if (value & 4)
            c->poll = 1;
        if (value & 2)
            c->read_isr = value & 1;
        if (value & 0x40)
            c->special_mask = value >> 5 & 1;
    } else {
        write_ocw2(c, value);
    }
}

static void write_data(struct pic_chip *c, uint8_t value)
{
    switch (c->init_step) {
    case 2:
        c->base = value & 0xf8;
        c->init_step = c->single ? (c->need_icw4 ? 4 : 0) : 3;
        break;
    case 3:
        c->init_step = c->need_icw4 ? 4 : 0;
        break;
    case 4:
        c->special_nested = value >> 4 & 1;
        c->auto_eoi = value >> 1 & 1;
        c->init_step = 0;
        break;
    default:
        c->imr = value;
    }
}

void pic_write(struct pic8259 *p, uint16_t port, uint8_t value)
{
    struct pic_chip *c = &p->chip[port >= 0xa0 && port <= 0xa1];

    if (port == 0x4d0 || port == 0x4d1)
        p->chip[port & 1].elcr = value & (port & 1 ? 0xde : 0xf8);
    else if (port & 1)
        write_data(c, value);
    else
        write_command(c, value);
}

uint8_t pic_read(struct pic8259 *p, uint16_t port)
{
    bool second = port == 0xa0 || port == 0xa1;
    struct pic_chip *c = &p->chip[second];

    if (port == 0x4d0 || port == 0x4d1)
        return p->chip[port & 1].elcr;
    if (c->poll) {
        unsigned input = chip_request(c, !second, second ? c->irr : master_irr(p));
        c->poll = 0;
        if (input == 8)
            return 0;
        acknowledge(c, input);
        return (uint8_t)(0x80 | input);
    }
    if (port & 1)
        return c->imr;
    if (c->read_isr)
        return c->isr;
    return second ? c->irr : master_irr(p);
}
