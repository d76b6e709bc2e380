/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/store.c - see store.h.
 *
 * The engine tells which block stores, and where. The instruction is the one whose operand leads
 * there by the registers as they are now: compared by the offset in the page, as the address that
 * is known is physical. What a block may store by is decoded once, and again when its code is
 * another.
 */
#include "sim/check/store.h"

#include <capstone/capstone.h>
#include <stdlib.h>
#include <string.h>

#include "sim/check/access.h"

#define CODE_MAX     4096u
#define STORES_MAX   512u
#define BLOCKS       64u
#define OFFSET_MASK  0xfffull
/* a store in pieces: the later ones are at most so far behind its address */
#define PIECES_BYTES 32u

/* An instruction that stores, and its operand: registers by their numbers, -1: none. */
struct store {
    uint16_t offset, number; /* in the block: bytes, instructions */
    uint8_t len;
    int base, index;
    unsigned scale;
    int64_t add;
};

struct block {
    vaddr_t pc;
    uint32_t bytes;         /* 0: none */
    unsigned count;
    uint8_t code[CODE_MAX];
    struct store store[STORES_MAX];
};

struct store_finder {
    struct cpu *cpu;
    bool arm;
    csh cs;
    cs_insn *insn;
    struct block block[BLOCKS];
};

struct store_finder *store_finder_create(struct cpu *cpu)
{
    struct store_finder *f = calloc(1, sizeof(*f));

    if (!f)
        return NULL;
    f->cpu = cpu;
    f->arm = cpu_arch(cpu) == ARCH_ARM64;
    if (cs_open(f->arm ? CS_ARCH_ARM64 : CS_ARCH_X86, f->arm ? CS_MODE_ARM : CS_MODE_64, &f->cs)) {
        free(f);
        return NULL;
    }
    cs_option(f->cs, CS_OPT_DETAIL, CS_OPT_ON);
    f->insn = cs_malloc(f->cs);
    if (f->insn)
        return f;
    store_finder_destroy(f);
    return NULL;
}

void store_finder_destroy(struct store_finder *f)
{
    if (!f)
        return;
    if (f->insn)
        cs_free(f->insn, 1);
    cs_close(&f->cs);
    free(f);
}

/* ---- decoding ---- */

static int reg_number(const struct store_finder *f, unsigned reg)
{
    return access_register_number(f->cpu, f->cs, reg);
}

static bool arm64_decode(const struct store_finder *f, struct store *s)
{
    const cs_insn *i = f->insn;
    const cs_arm64 *d = &i->detail->arm64;

    if (strncmp(i->mnemonic, "st", 2) != 0)
        return false;
    for (unsigned k = 0; k < d->op_count; k++) {
        const cs_arm64_op *o = &d->operands[k];

        if (o->type != ARM64_OP_MEM)
            continue;
        s->base = reg_number(f, o->mem.base);
        s->add = o->mem.disp;
        s->index = reg_number(f, o->mem.index);
        s->scale = 1u << o->shift.value;
        return true;
    }
    return false;
}

static bool x86_decode(const struct store_finder *f, struct store *s)
{
    const cs_insn *i = f->insn;
    const cs_x86_op *o = &i->detail->x86.operands[0];

    if (i->id == X86_INS_PUSH || i->id == X86_INS_CALL || i->id == X86_INS_PUSHFQ) {
        s->base = reg_number(f, X86_REG_RSP);
        s->add = -8;
        return true;
    }
    if (!i->detail->x86.op_count || o->type != X86_OP_MEM || !(o->access & CS_AC_WRITE))
        return false;
    s->add = o->mem.disp;
    s->index = reg_number(f, o->mem.index);
    s->scale = (unsigned)o->mem.scale;
    if (o->mem.base == X86_REG_RIP)
        s->add += (int64_t)(i->address + i->size);
    else
        s->base = reg_number(f, o->mem.base);
    return true;
}

static void decode(struct store_finder *f, struct block *b)
{
    const uint8_t *at = b->code;
    size_t left = b->bytes;
    uint64_t pc = b->pc;
    uint16_t number = 0;

    b->count = 0;
    for (; b->count < STORES_MAX && cs_disasm_iter(f->cs, &at, &left, &pc, f->insn); number++) {
        struct store s = {.offset = (uint16_t)(f->insn->address - b->pc), .number = number,
                          .len = (uint8_t)f->insn->size, .base = -1, .index = -1};

        if (f->arm ? arm64_decode(f, &s) : x86_decode(f, &s))
            b->store[b->count++] = s;
    }
}

/* The block of a store, decoded; NULL: its code is not known. */
static const struct block *block_of(struct store_finder *f, const struct cpu_store *s)
{
    struct block *b = &f->block[(s->pc >> 2 ^ s->pc >> 10) % BLOCKS];
    uint8_t code[CODE_MAX];

    if (s->code_bytes == 0 || s->code_bytes > CODE_MAX ||
        cpu_mem_read(f->cpu, s->pc, code, s->code_bytes) != 0)
        return NULL;
    if (b->pc == s->pc && b->bytes == s->code_bytes && memcmp(b->code, code, b->bytes) == 0)
        return b;
    b->pc = s->pc;
    b->bytes = s->code_bytes;
    memcpy(b->code, code, b->bytes);
    decode(f, b);
    return b;
}

/* ---- finding ---- */

static uint64_t reg_value(const struct store_finder *f, int id)
{
    uint8_t value[16] = {0};
    uint64_t word;

    if (id < 0 || cpu_reg_read(f->cpu, id, value) != 0)
        return 0;
    memcpy(&word, value, 8);
    return word;
}

void store_find(struct store_finder *f, const struct cpu_store *s, struct store_place *place)
{
    const struct block *b = block_of(f, s);

    *place = (struct store_place){.n = s->n, .pc = s->pc, .pa = s->pa};
    for (unsigned k = 0; b && k < b->count; k++) {
        const struct store *o = &b->store[k];
        vaddr_t to = reg_value(f, o->base) + reg_value(f, o->index) * o->scale + (uint64_t)o->add;

        if (((s->pa - to) & OFFSET_MASK) >= (s->bytes == 8 ? PIECES_BYTES : 1))
            continue;
        *place = (struct store_place){s->n + o->number, b->pc + o->offset, o->len,
                                      b->bytes - o->offset - o->len, s->pa};
        if (((s->pa - to) & OFFSET_MASK) == 0)
            return;
    }
}
