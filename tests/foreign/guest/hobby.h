/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tests/foreign/guest/hobby.h - a kernel as people write them at first: it says where it is, takes
 * an exception and three timer interrupts, and switches off. Not ours but for these tests: it
 * shares nothing with kernel/.
 */
#ifndef HOBBY_H
#define HOBBY_H

#include <stdint.h>

/* ---- arch/CPU ---- */
void put_byte(char c);
void exception_now(void);   /* an exception that returns: BRK, INT3 */
void lose_vectors(void);    /* exceptions are delivered nowhere from now on */
void timer_start(void);     /* interrupts on, a tick soon */
void timer_again(void);
void wait(void);            /* WFI, HLT */
void power_off(int status);
void arch_main(uint64_t info, uint64_t magic);

/* ---- hobby.c ---- */
void hobby_main(void);
void hobby_exception(void);
void hobby_tick(void);
void put(const char *s);
void put_number(const char *name, uint64_t value);

#endif
