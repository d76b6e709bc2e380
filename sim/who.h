/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/who.h - who wrote this last: a value followed back to where it came from.
 *
 * Purpose: at one number of a recording, a register or some bytes of memory; which instruction
 * put the value there, where that took it from, and so on through copies, loads and stores, until
 * an instruction that made it.
 *
 * Rules of use
 *   - who_open() borrows timeline and places; who_follow() leaves the timeline anywhere.
 *   - The writer of a register is the last instruction before that number that writes it, looked
 *     for one by one in the last WHO_EXACT_INSNS; farther back it is the last one that changed it
 *     between two looks. The writer of memory is the last that changed its bytes: a store of what
 *     was there already is passed over.
 *   - Where a part of the bytes has a writer of its own, the chain follows the first bytes of
 *     those that the last one wrote; `bytes` of the place says how many.
 */
#ifndef TRAPLINE_SIM_WHO_H
#define TRAPLINE_SIM_WHO_H

#include "sim/operands.h"
#include "sim/code_places.h"
#include "sim/timeline.h"

#define WHO_EXACT_INSNS (1u << 18)

enum who_kind {
    WHO_COPIED,     /* from the next link's place */
    WHO_LOADED,
    WHO_STORED,
    WHO_CONSTANT,   /* the end: the instruction holds it */
    WHO_COMPUTED,   /* the end: the instruction made it */
    WHO_ENTRY,      /* the end: an exception's entry or return put it there */
    WHO_BEGINNING,  /* the end: it is so since the recording began; no instruction */
    WHO_DEVICE,     /* the end: a device stored it, between the state `n` and the next */
    WHO_LOST,       /* the end: what wrote it cannot be told */
};

struct who_link {
    struct value_place place;
    char what[48];          /* "x0", "v3[8..15]", "0xffff...:8" */
    uint8_t value[16];
    enum who_kind kind;
    insn_t n;               /* the state before the instruction */
    vaddr_t pc;
    char where[160], code[200], source[160];
};

struct who;
MUST_CHECK int who_open(struct timeline *t, struct places *places, const struct machine *m,
                        struct who **out);
void who_close(struct who *w);

/* "x0", "w3", "xmm1", "0x7ffff0", "0x7ffff0:4" (bytes, 1 to 16; default 8). -EINVAL: `err`. */
MUST_CHECK int who_parse(enum arch arch, const char *text, struct value_place *place, char *err,
                         size_t err_len);
/*
 * Follow the value of `place` at `n`, at most `links_max` links. `fn` gets them, the newest
 * first. 0, -EFAULT: not mapped there; other errors are the timeline's. A sentence in `err`.
 */
MUST_CHECK int who_follow(struct who *w, insn_t n, const struct value_place *place,
                          unsigned links_max, void (*fn)(void *ctx, const struct who_link *link),
                          void *ctx, char *err, size_t err_len);
const char *who_kind_name(enum who_kind kind);

/* ---- inside: who_find.c ---- */
#define WHO_DECODED 4096u /* remembers what an instruction was found to write */

struct who_insn {
    insn_t n;
    vaddr_t pc;
};

struct who {
    struct timeline *timeline;
    const struct machine *machine;
    struct code_places own, *code; /* `own`, or what the caller has for the same recording */
    struct operands operands;
    struct who_insn *seen;  /* a stretch of instructions, all of [seen_from, seen_to) */
    size_t seen_count, seen_room;
    insn_t seen_from, seen_to;
    struct {
        vaddr_t pc;
        int reg, writes;
    } decoded[WHO_DECODED];
    struct {
        paddr_t pa;
        unsigned bytes, slot;
        bool any;
    } device;               /* what is looked for among the stores of devices, and whose it was */
    uint64_t page;          /* of RAM, that the place is in which is looked for */
    bool failed;
};

struct cpu *who_cpu(struct who *w);
/* Stand at `n`; the instruction that is next there in words: n, pc, where, code and source of
 * `link`. */
MUST_CHECK int who_describe(struct who *w, insn_t n, struct who_link *link);
void who_place_name(const struct who *w, const struct value_place *p, char *text, size_t len);
/* Here: the bytes of a place. */
bool who_read(struct who *w, const struct value_place *place, uint8_t value[16]);
/*
 * The number of the last instruction before `n` that wrote to the place; 1: found, *entry: by
 * an exception entry. 0: none.
 */
MUST_CHECK int who_find_reg(struct who *w, insn_t n, const struct value_place *place, insn_t *found,
                            bool *entry);
/* The same for memory, by the address space of `n`. */
MUST_CHECK int who_find_memory(struct who *w, insn_t n, const struct value_place *place,
                               insn_t *found, bool *entry);
/* Did a device store to this place between the state `n` and the next, and which? 1, or 0. */
MUST_CHECK int who_find_device(struct who *w, insn_t n, const struct value_place *place,
                               unsigned *slot);

#endif
