/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MC146818 (Motorola data sheet) as a PC uses it: registers 0..9 and 0x32 hold
 * the date, in BCD unless register B says binary; the rest is memory, with the
 * RAM size where firmware leaves it.
 */
#include <string.h>

#include "cpu/dev/cmos.h"

#define REG_B_BINARY 4
#define REG_B_24H    2
#define REG_CENTURY  0x32

_Static_assert(sizeof(struct cmos) == 160, "no padding");

struct date {
    unsigned second, minute, hour, weekday, day, month, year;
};

/* Days since 1970-01-01 of a date in the proleptic Gregorian calendar. */
static int64_t days_of(int64_t year, unsigned month, unsigned day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static struct date date_of(int64_t seconds)
{
    int64_t days = seconds / 86400, rest = seconds % 86400;
    struct date d;
    unsigned length;

    d.hour = (unsigned)(rest / 3600);
    d.minute = (unsigned)(rest / 60 % 60);
    d.second = (unsigned)(rest % 60);
    d.weekday = (unsigned)((days + 4) % 7) + 1;
    d.year = (unsigned)(1970 + days / 366);
    while (days_of(d.year + 1, 1, 1) <= days)
        d.year++;
    days -= days_of(d.year, 1, 1);
    for (d.month = 1; d.month < 12; d.month++) {
        length = (unsigned)(days_of(d.year, d.month + 1, 1) - days_of(d.year, d.month, 1));
        if (days < length)
            break;
        days -= length;
    }
    d.day = (unsigned)days + 1;
    return d;
}

static int64_t seconds_at(const struct cmos *c, cycles_t now)
{
    int64_t s = (int64_t)(c->wall_start_s + now / c->hz) + c->offset_s;

    return s < 0 ? 0 : s;
}

void cmos_reset(struct cmos *c, uint64_t wall_start_s, uint64_t hz, uint64_t ram_bytes)
{
    uint64_t above_1m = ram_bytes > 1 << 20 ? (ram_bytes - (1 << 20)) >> 10 : 0;
    uint64_t above_16m = ram_bytes > 16 << 20 ? (ram_bytes - (16 << 20)) >> 16 : 0;

    memset(c, 0, sizeof(*c));
    c->wall_start_s = wall_start_s;
    c->hz = hz;
    c->memory[0x0a] = 0x26;
    c->memory[0x0b] = REG_B_24H;
    c->memory[0x0d] = 0x80; /* battery good */
    if (above_1m > 0xffff)
        above_1m = 0xffff;
    if (above_16m > 0xffff)
        above_16m = 0xffff;
    c->memory[0x15] = 640 & 0xff;
    c->memory[0x16] = 640 >> 8;
    c->memory[0x17] = c->memory[0x30] = (uint8_t)above_1m;
    c->memory[0x18] = c->memory[0x31] = (uint8_t)(above_1m >> 8);
    c->memory[0x34] = (uint8_t)above_16m;
    c->memory[0x35] = (uint8_t)(above_16m >> 8);
}

static uint8_t encode(const struct cmos *c, unsigned value)
{
    return (uint8_t)(c->memory[0x0b] & REG_B_BINARY ? value : value / 10 << 4 | value % 10);
}

static unsigned decode(const struct cmos *c, uint8_t value)
{
    return c->memory[0x0b] & REG_B_BINARY ? value : (value >> 4) * 10u + (value & 15);
}

static uint8_t encode_hour(const struct cmos *c, unsigned hour)
{
    if (c->memory[0x0b] & REG_B_24H)
        return encode(c, hour);
    return (uint8_t)(encode(c, hour % 12 ? hour % 12 : 12) | (hour >= 12 ? 0x80 : 0));
}

static unsigned decode_hour(const struct cmos *c, uint8_t value)
{
    if (c->memory[0x0b] & REG_B_24H)
        return decode(c, value);
    return decode(c, value & 0x7f) % 12 + (value & 0x80 ? 12 : 0);
}

uint8_t cmos_read(struct cmos *c, cycles_t now, uint16_t port)
{
    struct date d;

    if (port == 0x70)
        return 0xff;
    if (c->index > 9 && c->index != REG_CENTURY)
        return c->memory[c->index];
    d = date_of(seconds_at(c, now));
    switch (c->index) {
    case 0:
        return encode(c, d.second);
    case 2:
        return encode(c, d.minute);
    case 4:
        return encode_hour(c, d.hour);
    case 6:
        return encode(c, d.weekday);
    case 7:
        return encode(c, d.day);
    case 8:
        return encode(c, d.month);
    case 9:
        return encode(c, d.year % 100);
    case REG_CENTURY:
        return encode(c, d.year / 100);
    default:
        return c->memory[c->index];
    }
}

void cmos_write(struct cmos *c, cycles_t now, uint16_t port, uint8_t value)
{
    int64_t before = seconds_at(c, now);
    struct date d = date_of(before);
    unsigned v;

    if (port == 0x70) {
        c->index = value & 0x7f;
        return;
    }
    v = c->index == 4 ? decode_hour(c, value) : decode(c, value);
    switch (c->index) {
    case 0:
        d.second = v;
        break;
    case 2:
        d.minute = v;
        break;
    case 4:
        d.hour = v;
        break;
    case 7:
        d.day = v;
        break;
    case 8:
        d.month = v;
        break;
    case 9:
        d.year = d.year / 100 * 100 + v;
        break;
    case REG_CENTURY:
        d.year = v * 100 + d.year % 100;
        break;
    case 6:
    case 0x0c:
    case 0x0d:
        return; /* the weekday follows the date; C and D are read only */
    default:
        c->memory[c->index] = c->index == 0x0a ? value & 0x7f : value;
        return;
    }
    if (d.month < 1 || d.month > 12)
        return;
    c->offset_s += days_of(d.year, d.month, d.day) * 86400 +
                   (int64_t)(d.hour * 3600 + d.minute * 60 + d.second) - before;
}
