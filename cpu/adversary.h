/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/adversary.h - a table walker that sees no more than the architecture promises.
 *
 * Purpose: hardware may keep a table entry long after it was written over, until the kernel has
 * done what the manual asks for. Most of the time it does not, so a kernel that forgets it works,
 * mostly. With the adversary user mode runs by the old entries for as long as is allowed:
 *
 *   arm64 (DDI 0487, B2.3.12, D8.13, D8.14)
 *     an entry that becomes valid is seen behind a DSB; one that was valid is kept until a
 *     DSB, a TLBI that names it, and another DSB
 *   x86_64 (SDM vol. 3, 4.10.2 to 4.10.4)
 *     an entry that becomes present is seen at once; one that was present is kept until INVLPG
 *     for its address, a write to CR3 or CR4, or a page fault there
 *
 * How: RAM holds what the kernel wrote while the kernel runs, and what the walker sees while user
 * mode does. So the engine's own walks are the adversary's, and where the engine forgets its TLB
 * has no influence. A kernel that keeps the rules never enters user mode with an entry held back,
 * and nothing differs.
 *
 * Limits: tables of user mode in the address space in use; 4 KiB pages. What is held back is let
 * go when another address space is used. The kernel's own accesses see what it wrote.
 *
 * Rules of use: cpu/arch/CPU/adversary.c tells of everything here, in the order in which it
 * happens. All is state of the machine: it depends on what the guest did alone.
 */
#ifndef TRAPLINE_CPU_ADVERSARY_H
#define TRAPLINE_CPU_ADVERSARY_H

#include "cpu/cpu.h"

enum adversary_entry { ADVERSARY_INVALID, ADVERSARY_TABLE, ADVERSARY_LEAF };

/* A tree of tables; levels count down to 1. */
struct adversary_root {
    paddr_t pa;
    uint64_t tag;           /* what the TLB tells its entries by: the ASID */
    unsigned level, count;  /* of the root; entries of it that belong to user mode */
};

struct adversary_arch {
    bool needs_barriers;
    enum adversary_entry (*read)(uint64_t descriptor, unsigned level, paddr_t *pa);
    void (*flush)(void *machine);                /* the engine's TLB */
    void (*note)(void *machine, paddr_t pa);     /* these 8 bytes of RAM are about to be written */
};

struct adversary_invalidation {
    bool all_addresses, all_tags, last_level;
    vaddr_t va;
    uint64_t tag;
};

struct adversary;
struct adversary *adversary_create(const struct adversary_arch *arch, void *machine, uint8_t *ram,
                                   paddr_t base, size_t bytes);
void adversary_destroy(struct adversary *a);
/* As after a reset: no tables are known. */
void adversary_forget(struct adversary *a);
/* Pages whose stores are to be told of: a byte for each page of RAM. */
const uint8_t *adversary_map(const struct adversary *a);

/* Another root may be in use. NULL: none that can be followed. */
void adversary_use_root(struct adversary *a, const struct adversary_root *root);
/* Before a store to a page of the map: true when an entry is held back because of it. */
bool adversary_store(struct adversary *a, const struct cpu_store *s);
/* DSB: stores before it are seen; `invalidations`: those are complete, too. */
void adversary_barrier(struct adversary *a, bool invalidations);
void adversary_invalidate(struct adversary *a, const struct adversary_invalidation *i);
/* Is any entry held back? */
bool adversary_holds(const struct adversary *a);
/* Do the walker's entries stand in RAM? */
bool adversary_is_out(const struct adversary *a);
/* The next instruction is user mode's; the next is the kernel's. */
void adversary_enter_user(struct adversary *a, insn_t n);
void adversary_leave_user(struct adversary *a);
/* See cpu_watch_stale(). */
void adversary_watch(struct adversary *a, cpu_stale_fn fn, void *ctx);

/* Keep, and go back; NULL when out of memory. */
struct adversary_mark *adversary_mark(const struct adversary *a);
MUST_CHECK int adversary_restore(struct adversary *a, const struct adversary_mark *mark);
void adversary_mark_free(struct adversary_mark *mark);
/* What is held back, as 8 bytes for a digest. */
uint64_t adversary_hash(const struct adversary *a);

#endif
