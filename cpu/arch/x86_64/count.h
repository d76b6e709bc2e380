/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/arch/x86_64/count.h - exact counting and stopping; see count.c.
 *
 * Rules of use
 *   - x86_count_run() between events, x86_count_sync() first in every event,
 *     x86_count_recheck() after a device may have changed its interrupt or its
 *     next event.
 *   - Every store to RAM that the guest does not make itself goes through
 *     x86_count_page_written().
 */
#ifndef TRAPLINE_CPU_X86_64_COUNT_H
#define TRAPLINE_CPU_X86_64_COUNT_H

#include "cpu/types.h"

#define X86_EXITS_MAX 128 /* the engine visits each at every stop */

struct x86;

MUST_CHECK int x86_count_create(struct x86 *x);
void x86_count_destroy(struct x86 *x);
void x86_count_reset(struct x86 *x);
/* RAM may have been replaced: drop all code, translated and decoded. */
void x86_count_forget(struct x86 *x);
/* RAM in [pa, pa + len) is about to be changed from outside. */
void x86_count_host_write(struct x86 *x, paddr_t pa, size_t len);
/* The engine entered the guest, and with that translated the block at RIP without running it. */
void x86_count_code_here(struct x86 *x);
/*
 * The same as x86_count_host_write() for one page that was put back: true when x86_count_settle()
 * must follow.
 */
MUST_CHECK bool x86_count_page_put(struct x86 *x, uint32_t page);
void x86_count_settle(struct x86 *x, const uint32_t *page, size_t count);
/* Is the page write-protected because blocks were decoded from it? */
bool x86_count_holds_code(const struct x86 *x, paddr_t pa);
/* Run until the number is `stop_at`, the machine stopped, or an interrupt can be taken. */
MUST_CHECK int x86_count_run(struct x86 *x, insn_t stop_at);
void x86_count_recheck(struct x86 *x, insn_t stop_at);
/* The engine has translated the block (pc, size), which runs next. */
void x86_count_translated(struct x86 *x, vaddr_t pc, uint32_t size);
/* Who looks on has changed; also in a hook. */
void x86_count_looks(struct x86 *x);
/* Returns to user mode are told of from now on, or are no longer; between two runs. */
void x86_count_watched(struct x86 *x);
/* After an exception entry: in watch mode the return is looked for. */
void x86_count_entered(struct x86 *x);
/*
 * In the block hook: a block whose entry was true before mappings or code changed, and still is, or
 * whose size has a mark. It is counted if there is nothing else to look at. False: the slow way.
 */
bool x86_count_again(struct x86 *x, vaddr_t pc, uint32_t size);
/* The block hook's slow way: unknown block, limit reached, or a block with consequences. */
void x86_count_slow(struct x86 *x, vaddr_t pc, uint32_t size);
/* The block now running: the number in which it began, where and how large; 0 bytes: none. */
void x86_count_block(const struct x86 *x, insn_t *n, vaddr_t *pc, uint32_t *bytes);
/*
 * In an event: make count.n exact for `rip`. `all_retired`: `rip` is where the next block begins.
 */
void x86_count_sync(struct x86 *x, vaddr_t rip, bool all_retired);
/*
 * The engine gave up with these words. 0: over what it was about to translate, which is known now,
 * and the run goes on, where that `may` be; -EIO with a sentence.
 */
MUST_CHECK int x86_count_gave_up(struct x86 *x, const char *words, bool may);
/* Is `rip` an exit where the engine stumbled over the page before it, for a `fault` there? */
bool x86_count_is_unseen(const struct x86 *x, vaddr_t rip, vaddr_t fault);
/*
 * A fault: was it the fetch of code that CS leads elsewhere? Then it is no fault of the guest: the
 * run goes on without CS's base, or has stopped with a sentence.
 */
bool x86_count_is_elsewhere(struct x86 *x, vaddr_t rip);
/* At an exit: true when there is nothing to emulate. */
bool x86_count_exit(struct x86 *x, vaddr_t rip);
/* No instruction runs at this number. */
insn_t x86_count_stop_at(const struct x86 *x);
/* Not in a hook: run the one instruction at `rip`, of `len` bytes. */
MUST_CHECK int x86_count_one(struct x86 *x, vaddr_t rip, unsigned len);
/* In an event: leave the engine; the run loop decides. */
void x86_count_hold(struct x86 *x);
/* Mappings changed: entries must prove themselves again. */
void x86_count_remap(struct x86 *x);
void x86_count_page_written(struct x86 *x, paddr_t pa);
/* The guest's store at `rip` hit the write protection of a page of code. */
void x86_count_code_store(struct x86 *x, paddr_t pa, vaddr_t rip);
/* A fetch fault on a later page than RIP's: true when the instructions before it run first. */
bool x86_count_fetch_ahead(struct x86 *x, vaddr_t rip, vaddr_t fault);
/* Guest code bytes; returns how many could be read. */
size_t x86_fetch(struct x86 *x, vaddr_t pc, uint8_t *buf, size_t len);
unsigned x86_insn_len(struct x86 *x, vaddr_t pc);
/* The same of an instruction that ends the block now running. */
unsigned x86_count_last_len(struct x86 *x, vaddr_t pc);

#endif
