// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rtc.c - the wall clock: an MC146818 behind ports 0x70 and 0x71.
 *
 * The chip changes all its registers once a second. They are read only while no update is
 * in progress, twice, until two readings agree. Register B says whether the digits are BCD and
 * the hours twelve; register 0x32 is the century, by custom.
 */
#include "kernel/arch/x86_64/cpu.h"
#include "kernel/include/arch.h"
#include "kernel/include/string.h"

#define CMOS_INDEX 0x70
#define CMOS_DATA 0x71
#define REG_A 0x0a
#define REG_B 0x0b
#define A_UPDATING 0x80
#define B_24_HOURS 0x02
#define B_BINARY 0x04
#define HOURS_PM 0x80
#define READS_MAX 1000u

enum { SECOND, MINUTE, HOUR, DAY, MONTH, YEAR, CENTURY, FIELDS };
static const uint8_t field_register[FIELDS] = { 0x00, 0x02, 0x04, 0x07, 0x08, 0x09, 0x32 };

static uint8_t cmos_read(uint8_t index)
{
    outb(CMOS_INDEX, index);
    return inb(CMOS_DATA);
}

static void read_fields(uint8_t field[FIELDS])
{
    for (unsigned i = 0; i < READS_MAX && (cmos_read(REG_A) & A_UPDATING); i++)
        ;
    for (unsigned i = 0; i < FIELDS; i++)
        field[i] = cmos_read(field_register[i]);
}

static unsigned from_bcd(uint8_t v)
{
    return (v >> 4) * 10u + (v & 15);
}

/* Days from 1970-01-01 to a date of the Gregorian calendar. */
static int64_t days_from_date(int64_t year, unsigned month, unsigned day)
{
    /* Years begin in March, so that the leap day is a year's last. */
    int64_t y = month > 2 ? year : year - 1;
    unsigned m = month > 2 ? month - 3 : month + 9;

    return y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

uint64_t arch_rtc_seconds(void)
{
    uint8_t field[FIELDS], again[FIELDS];
    unsigned value[FIELDS], hour;
    uint8_t mode = cmos_read(REG_B);
    bool pm;

    read_fields(field);
    for (unsigned i = 0; i < READS_MAX; i++) {
        read_fields(again);
        if (!memcmp(field, again, sizeof(field)))
            break;
        memcpy(field, again, sizeof(field));
    }
    pm = !(mode & B_24_HOURS) && (field[HOUR] & HOURS_PM);
    if (!(mode & B_24_HOURS))
        field[HOUR] &= (uint8_t)~HOURS_PM;
    for (unsigned i = 0; i < FIELDS; i++)
        value[i] = (mode & B_BINARY) && i != CENTURY ? field[i] : from_bcd(field[i]);
    hour = value[HOUR];
    if (!(mode & B_24_HOURS))
        hour = hour % 12 + (pm ? 12 : 0);
    if (value[CENTURY] < 19 || value[CENTURY] > 29)
        value[CENTURY] = 20;
    return (uint64_t)days_from_date(value[CENTURY] * 100 + value[YEAR], value[MONTH], value[DAY]) *
               86400 +
           hour * 3600 + value[MINUTE] * 60 + value[SECOND];
}
