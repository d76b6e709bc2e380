/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/cow.h - no private page is written by one process and seen by another: part of the
 * check pagetable.
 *
 * What is reported: one page of memory stands at one address in the tables of two address spaces,
 * one of which may write it, and neither program has asked to share it there (MAP_SHARED, shmat).
 * That is copy-on-write gone wrong, or a page with two owners.
 *
 * When it is looked at: all pages of both at the start of a forked process, then each page that a
 * fault of a user address brought in. The tables of an address space that no process is in any more
 * say nothing, so a finding counts only once the other one is back in user mode.
 *
 * Rules of use: cow_event() with every event; cow_name() for its findings, whose value is COW_PAGE.
 */
#ifndef TRAPLINE_SIM_CHECK_COW_H
#define TRAPLINE_SIM_CHECK_COW_H

#include "sim/check/check.h"

#define COW_PAGE 1u /* `findings->value` of those of the check pagetable; 0: pagetable.c */

struct cow;
/* NULL when out of memory. */
struct cow *cow_create(struct cpu *cpu, struct findings *findings);
void cow_destroy(struct cow *c);
void cow_event(struct cow *c, const struct derived *d);
/* The two stores that made it so: the later one is to blame. */
void cow_name(struct timeline *t, struct places *places, struct finding *f);

#endif
