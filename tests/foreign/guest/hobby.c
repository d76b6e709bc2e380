/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tests/foreign/guest/hobby.c - what the kernels of arch/CPU have in common; hobby.h. */
#include "hobby.h"

#ifndef STATUS
#define STATUS 0
#endif

static volatile unsigned exceptions, ticks;

void put(const char *s)
{
    for (; *s; s++)
        put_byte(*s);
}

void put_number(const char *name, uint64_t value)
{
    char text[21], *at = text + sizeof(text) - 1;

    *at = '\0';
    do {
        *--at = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    put(name);
    put(": ");
    put(at);
    put("\n");
}

void hobby_exception(void)
{
    exceptions++;
}

void hobby_tick(void)
{
    ticks++;
    if (ticks < 3)
        timer_again();
}

/* ---- what -DFAILS=.. calls instead of going on ---- */

__attribute__((noinline, noreturn, unused)) static void stands_still(void)
{
    for (;;)
        __asm__ volatile("");
}

__attribute__((noinline, unused)) static void panics(void)
{
    put("[    0.123456] Kernel panic - not syncing: no init\n");
    put("[    0.123457] ---[ end Kernel panic - not syncing: no init ]---\n");
    stands_still();
}

__attribute__((noinline, unused)) static void takes_exception_without_vectors(void)
{
    lose_vectors();
    exception_now();
}

void hobby_main(void)
{
#ifdef FAILS
    FAILS();
#endif
    exception_now();
    put_number("exceptions", exceptions);
    timer_start();
    while (ticks < 3)
        wait();
    put_number("ticks", ticks);
    put("bye\n");
    power_off(STATUS);
}
