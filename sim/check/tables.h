/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/tables.h - page tables as a walker reads them, for the check pagetable.
 *
 * Rules of use
 *   - Tables of 4 KiB pages alone: 48-bit addresses or less on arm64, four levels on x86_64.
 *   - Levels count down to 1, the last one, on both CPUs.
 *   - Implemented once in each folder of sim/check/arch.
 */
#ifndef TRAPLINE_SIM_CHECK_TABLES_H
#define TRAPLINE_SIM_CHECK_TABLES_H

#include "cpu/cpu.h"

#define TABLE_ENTRIES 512u
#define TABLE_LEVELS_MAX 4u

enum entry_kind { ENTRY_INVALID, ENTRY_TABLE, ENTRY_LEAF };

/* A descriptor in words. */
struct table_entry {
    enum entry_kind kind;
    paddr_t pa;             /* of the page or of the next table */
    bool writable, user;
    bool user_exec, kernel_exec;
    uint64_t other;         /* what may not change while it is live, beside `pa` (memory type) */
};

/* A tree of tables. */
struct table_root {
    paddr_t pa;             /* 0: none */
    unsigned level;         /* of the root */
    unsigned first, count;  /* entries of the root that belong to it */
    vaddr_t va;             /* of entry 0 */
};

/* What an instruction does to the walker and the TLB. */
enum walk_event {
    WALK_NOTHING,
    WALK_STORES_DONE,       /* stores before it are seen by the walker from here on */
    WALK_ALL_DONE,          /* and invalidations are complete */
    WALK_INVALIDATE,
    WALK_BRANCH,            /* what follows in memory need not run next */
};

struct tables_arch {
    bool needs_barriers;    /* a store is seen by the walker only behind a barrier */
    bool needs_break;       /* an entry must be invalid between two that differ */
    bool two_roots;         /* the kernel's half has a root of its own */
    /* False: tables of another shape, or none yet. */
    bool (*user_root)(struct cpu *cpu, struct table_root *root);
    bool (*kernel_root)(struct cpu *cpu, struct table_root *root);
    void (*read_entry)(uint64_t descriptor, unsigned level, struct table_entry *e);
    /* Could any instruction in `code` be one of them? A quick look. */
    bool (*may_matter)(const uint8_t *code, size_t bytes);
    /* The instruction in `code`; its length in *len (0: not known). */
    enum walk_event (*read_insn)(const uint8_t *code, size_t bytes, unsigned *len);
};

const struct tables_arch *tables_arch_get(enum arch arch);

/* ---- inside sim/check ---- */
extern const struct tables_arch arm64_tables_arch, x86_64_tables_arch;

#endif
