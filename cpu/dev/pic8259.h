/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/dev/pic8259.h - the pair of 8259A interrupt controllers of a PC.
 *
 * Rules of use
 *   - A plain value. Ports 0x20/0x21 are chip 0, 0xa0/0xa1 chip 1 (on IRQ 2 of
 *     chip 0), 0x4d0/0x4d1 the edge/level registers.
 *   - pic_set_line() on every change of a line; pic_output() is the level of
 *     the INTR pin; pic_take() is the processor's acknowledge cycle.
 */
#ifndef TRAPLINE_CPU_DEV_PIC8259_H
#define TRAPLINE_CPU_DEV_PIC8259_H

#include "cpu/types.h"

struct pic_chip {
    uint8_t irr, isr, imr, lines, elcr;
    uint8_t base;      /* vector of input 0 */
    uint8_t init_step; /* 0: operating; 2..4: the ICW awaited */
    uint8_t need_icw4, single;
    uint8_t read_isr, poll, special_mask;
    uint8_t auto_eoi, rotate_auto, lowest; /* `lowest`: input of lowest priority */
    uint8_t special_nested;
};

struct pic8259 {
    struct pic_chip chip[2];
};

void pic_reset(struct pic8259 *p);
uint8_t pic_read(struct pic8259 *p, uint16_t port);
void pic_write(struct pic8259 *p, uint16_t port, uint8_t value);
void pic_set_line(struct pic8259 *p, unsigned irq, bool level);
bool pic_output(const struct pic8259 *p);
uint8_t pic_take(struct pic8259 *p);

#endif
