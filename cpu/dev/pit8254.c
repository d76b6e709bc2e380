/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * 8254 (Intel 82C54 data sheet). A channel keeps no counter, only when it was
 * loaded: count and output are functions of the ticks since then. Modes 0
 * (interrupt on terminal count), 1, 4 and 5 (one shots), 2 (rate generator) and
 * 3 (square wave). In BCD mode the count is converted at the interface.
 */
#include <string.h>

#include "cpu/dev/pit8254.h"

#define PIT_HZ 1193182u

_Static_assert(sizeof(struct pit_channel) == 32, "no padding");

void pit_reset(struct pit8254 *p, uint64_t hz)
{
    memset(p, 0, sizeof(*p));
    p->hz = hz;
    for (int i = 0; i < 3; i++) {
        p->channel[i].reload = 65536;
        p->channel[i].mode = 3;
        p->channel[i].access = 3;
        p->channel[i].gate = i != 2;
    }
}

static uint64_t ticks_since(const struct pit8254 *p, const struct pit_channel *c, cycles_t now)
{
    return (uint64_t)((unsigned __int128)(now - c->start) * PIT_HZ / p->hz);
}

/* The first cycle at which ticks_since() is `ticks`. */
static cycles_t cycle_of(const struct pit8254 *p, const struct pit_channel *c, uint64_t ticks)
{
    unsigned __int128 t = (unsigned __int128)ticks * p->hz + PIT_HZ - 1;

    t = t / PIT_HZ + c->start;
    return t > UINT64_MAX ? UINT64_MAX : (cycles_t)t;
}

static bool periodic(const struct pit_channel *c)
{
    return c->mode == 2 || c->mode == 3;
}

static uint16_t count_at(const struct pit8254 *p, const struct pit_channel *c, cycles_t now)
{
    uint64_t t = c->armed && (c->gate || c->mode == 1 || c->mode == 5) ? ticks_since(p, c, now) : 0;
    uint32_t value;

    if (c->mode == 3)
        value = c->reload - (uint32_t)(2 * t % c->reload & ~1u);
    else if (c->mode == 2)
        value = c->reload - (uint32_t)(t % c->reload);
    else
        value = c->reload - (uint32_t)t; /* goes on from 0xffff past the end */
    if (c->bcd) {
        value %= 10000;
        value = value % 10 | value / 10 % 10 << 4 | value / 100 % 10 << 8 | value / 1000 << 12;
    }
    return (uint16_t)value;
}

static bool output_at(const struct pit8254 *p, const struct pit_channel *c, cycles_t now)
{
    uint64_t t;

    if (!c->armed)
        return c->mode != 0;
    if (!c->gate && c->mode != 1 && c->mode != 5)
        return c->mode != 0;
    t = ticks_since(p, c, now);
    switch (c->mode) {
    case 0:
    case 1:
        return t >= c->reload;
    case 2:
        return t % c->reload != c->reload - 1;
    case 3:
        return t % c->reload < (c->reload + 1) / 2;
    default:
        return t != c->reload;
    }
}

bool pit_output0(const struct pit8254 *p, cycles_t now)
{
    return output_at(p, &p->channel[0], now);
}

cycles_t pit_next(const struct pit8254 *p, cycles_t now)
{
    const struct pit_channel *c = &p->channel[0];
    uint64_t t, phase, half = c->mode == 3 ? (c->reload + 1) / 2 : c->reload - 1;

    if (!c->armed)
        return UINT64_MAX;
    t = ticks_since(p, c, now);
    if (!periodic(c)) {
        if (t < c->reload)
            return cycle_of(p, c, c->reload);
        return c->mode >= 4 && t == c->reload ? cycle_of(p, c, t + 1) : UINT64_MAX;
    }
    phase = t % c->reload;
    return cycle_of(p, c, t - phase + (phase < half ? half : c->reload));
}

static void load(struct pit_channel *c, cycles_t now, uint16_t value)
{
    uint32_t count = value;

    if (c->bcd)
        count = (value & 15) + (value >> 4 & 15) * 10u + (value >> 8 & 15) * 100u +
                (value >> 12) * 1000u;
    c->reload = count ? count : c->bcd ? 10000 : 65536;
    if (periodic(c) && c->reload < 2)
        c->reload = 2;
    c->start = now;
    c->armed = c->mode != 1 && c->mode != 5; /* these wait for the gate */
}

static void latch(const struct pit8254 *p, struct pit_channel *c, cycles_t now)
{
    if (c->latch_left)
        return;
    c->latched = count_at(p, c, now);
    c->latch_left = c->access == 3 ? 2 : 1;
    if (c->access == 2)
        c->latched >>= 8;
}

static void latch_status(const struct pit8254 *p, struct pit_channel *c, cycles_t now)
{
    if (c->status_latched)
        return;
    c->status = (uint8_t)(output_at(p, c, now) << 7 | !c->armed << 6 | c->access << 4 |
                          c->mode << 1 | c->bcd);
    c->status_latched = 1;
}

static void write_control(struct pit8254 *p, cycles_t now, uint8_t value)
{
    struct pit_channel *c;

    if (value >> 6 == 3) { /* read back */
        for (int i = 0; i < 3; i++) {
            if (!(value & 2 << i))
                continue;
            if (!(value & 0x20))
                latch(p, &p->channel[i], now);
            if (!(value & 0x10))
                latch_status(p, &p->channel[i], now);
        }
        return;
    }
    c = &p->channel[value >> 6];
    if (!(value & 0x30)) {
        latch(p, c, now);
        return;
    }
    c->access = value >> 4 & 3;
    c->mode = value >> 1 & 7;
    if (c->mode > 5)
        c->mode -= 4;
    c->bcd = value & 1;
    c->armed = c->write_high = c->read_high = c->latch_left = c->status_latched = 0;
}

static void write_counter(struct pit_channel *c, cycles_t now, uint8_t value)
{
    if (c->access == 1) {
        load(c, now, value);
    } else if (c->access == 2) {
        load(c, now, (uint16_t)(value << 8));
    } else if (!c->write_high) {
        c->low_byte = value;
        c->write_high = 1;
        if (c->mode == 0)
            c->armed = 0; /* the first byte stops the count */
    } else {
        c->write_high = 0;
        load(c, now, (uint16_t)(value << 8 | c->low_byte));
    }
}

static uint8_t read_counter(const struct pit8254 *p, struct pit_channel *c, cycles_t now)
{
    uint16_t value;

    if (c->status_latched) {
        c->status_latched = 0;
        return c->status;
    }
    if (c->latch_left) {
        uint8_t byte = (uint8_t)c->latched;
        c->latched >>= 8;
        c->latch_left--;
        return byte;
    }
    value = count_at(p, c, now);
    if (c->access == 1)
        return (uint8_t)value;
    if (c->access == 2)
        return (uint8_t)(value >> 8);
    c->read_high ^= 1;
    return (uint8_t)(c->read_high ? value : value >> 8);
}

static void write_port61(struct pit8254 *p, cycles_t now, uint8_t value)
{
    struct pit_channel *c = &p->channel[2];

    p->speaker = value & 3;
    if ((value & 1) && !c->gate && c->mode != 4) {
        /* In mode 0 a rising gate resumes; our only use restarts, as modes 1, 2, 3, 5 do. */
        c->start = now;
        if (c->mode == 1 || c->mode == 5)
            c->armed = 1;
    }
    c->gate = value & 1;
}

uint8_t pit_read(struct pit8254 *p, cycles_t now, uint16_t port)
{
    if (port == 0x61) {
        bool refresh = (uint64_t)((unsigned __int128)now * PIT_HZ / p->hz) / 18 & 1;
        return (uint8_t)(p->speaker | (unsigned)refresh << 4 |
                         (unsigned)output_at(p, &p->channel[2], now) << 5);
    }
    if (port == 0x43)
        return 0xff;
    return read_counter(p, &p->channel[port & 3], now);
}

void pit_write(struct pit8254 *p, cycles_t now, uint16_t port, uint8_t value)
{
    if (port == 0x61)
        write_port61(p, now, value);
    else if (port == 0x43)
        write_control(p, now, value);
    else
        write_counter(&p->channel[port & 3], now, value);
}
