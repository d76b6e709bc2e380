/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tests/qemu/trap_list.h - exceptions as another judge saw them.
 *
 * Purpose: read the synchronous exceptions of a run from QEMU's `-d int` log and
 * from `trapline dump --traps --json`, and find the first difference.
 *
 * Rules of use
 *   - Interrupts are left out on both sides: when they come is up to the clock.
 *   - x86_64: QEMU does not log SYSCALL, so it is left out on our side too; and what
 *     firmware does before long mode is no part of the run.
 *   - Where QEMU 7.2 is known to be wrong the reader puts its entry right, and says
 *     which manual section in the source. Everything else must be equal.
 */
#ifndef TRAPLINE_TESTS_QEMU_TRAP_LIST_H
#define TRAPLINE_TESTS_QEMU_TRAP_LIST_H

#include <stdio.h>

#include "cpu/types.h"

struct trap_entry {
    uint32_t vector;    /* as in struct cpu_trap */
    uint64_t syndrome;  /* ESR_EL1, or the error code */
    uint64_t addr;      /* FAR_EL1 or CR2 where this exception sets it, else 0 */
    vaddr_t pc;         /* address that the exception returns to */
};

struct trap_list {
    struct trap_entry *entries;
    size_t count, room;
};

/* 0, -ENOMEM, -EINVAL (a log that does not look like one; `err` says where). */
MUST_CHECK int trap_list_read_qemu(enum arch arch, FILE *log, struct trap_list *list, char *err,
                                   size_t err_len);
MUST_CHECK int trap_list_read_json(enum arch arch, FILE *json, struct trap_list *list, char *err,
                                   size_t err_len);
void trap_list_free(struct trap_list *list);

/* Index of the first difference, or -1 where the lists are equal. */
long trap_list_compare(const struct trap_list *a, const struct trap_list *b);

MUST_CHECK int trap_list_add(struct trap_list *list, const struct trap_entry *entry);

#endif
