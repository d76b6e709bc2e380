/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/arch/x86_64/counter.h - what count.c, count_run.c, blocks.c and exits.c share.
 *
 * Rules of use: for those files. Who counts is count.c, how a run ends at a number
 * count_run.c; what a block holds, and whether that is still so, is blocks.c; where the engine is
 * made to halt, exits.c.
 */
#ifndef TRAPLINE_CPU_X86_64_COUNTER_H
#define TRAPLINE_CPU_X86_64_COUNTER_H

#include "cpu/arch/x86_64/count.h"
#include "cpu/arch/x86_64/insn.h"
#include "cpu/arch/x86_64/x86.h"

#define PAGE_SHIFT 12
#define PAGE_CACHE 256u
#define X86_DROPS_MAX 4u
#define BLOCK_BYTES_MAX 4112u /* of the engine's: what begins in a page */
#define EXIT_MARKS 512u

enum { CODE_NONE, CODE_HERE, CODE_STALE };

enum {
    BLOCK_SHADOW = 1,
    BLOCK_REMAP = 2,
    BLOCK_PORT = 4,    /* an instruction that the model does, from an exit before it: ports,
                          VEX, LOCK BT of a register, what the engine takes for another */
    BLOCK_FP = 8,      /* x87 or SSE arithmetic, which may raise exceptions */
    BLOCK_FPCTL = 16,  /* reads or loads MXCSR or the x87 words */
    BLOCK_SPLIT = 32,  /* one instruction at a time: both in an order that matters, or an
                          operand whose alignment the block's start does not tell */
    BLOCK_POPF = 64,   /* in user space, by its address */
    BLOCK_FAR = 128,   /* loads CS: what follows may be of 32 or of 64 bits */
};
#define BLOCK_UNCACHED \
    (BLOCK_SHADOW | BLOCK_REMAP | BLOCK_PORT | BLOCK_FPCTL | BLOCK_SPLIT | BLOCK_POPF)

#define X86_BLOCK_CHECKS 6

/* An address that must be a multiple of 16, by registers at the block's start (-1: none). */
struct x86_block_check {
    int8_t base, index;
    uint8_t scale, disp; /* disp modulo 16 */
};

struct x86_blocks_cold {
    vaddr_t pc;
    uint64_t starts[4]; /* bit per byte: an instruction starts there (first 256 bytes) */
    uint64_t page[2];   /* physical page numbers, the second UINT64_MAX if there is none */
    uint32_t gen[2];
    uint16_t size, insns;
    bool is_long;     /* decoded as 64-bit code */
    uint32_t flags;
    uint32_t port_at; /* offset of the first instruction of BLOCK_PORT */
    uint32_t checks;
    struct x86_block_check check[X86_BLOCK_CHECKS];
};

struct page_cache {
    uint64_t bias, vpage, ppage;
};

struct x86_counter {
    uint32_t *gen;      /* per page of RAM */
    uint8_t *protected; /* per page: write-protected, holds decoded code */
    uint8_t *code;      /* per page: CODE_*, whether the engine may hold translations */
    struct page_cache cache[PAGE_CACHE];
    struct x86_block lone;
    uint64_t bias_count;
    vaddr_t lost_pc;     /* blocks_no_code(): where and when the tables had no code last */
    insn_t lost_n;
    uint64_t look_before; /* of struct x86_flow, when the block now running began */
    insn_t shadow_before;
    bool is_long;        /* the code that runs is of 64 bits */
    bool mixed;          /* 32-bit code ran in long mode: far transfers are looked at */
    bool compat;         /* 32-bit code of long mode was translated, before any of 64 bits ran */
    bool mode_unknown;   /* is_long has to be looked up before the next block */
    insn_t learnt_n;     /* exits_learn_port(): when, and how often without getting further */
    unsigned learnt;
    insn_t stop_at;      /* no instruction runs at this number */
    bool slow;           /* every block takes the slow path */
    bool only_returns;   /* for nothing but to tell of returns to user mode */
    bool may_return;     /* a far transfer or an entry came since the kernel was last seen to run */
    bool low_kernel;     /* that was in the lower half once: far transfers are looked at */
    bool want_partial;   /* the engine stopped before a block that passes stop_at */
    bool want_step;      /* the engine stopped before a block that runs by single instructions */
    bool one;            /* the one instruction of x86_count_one() runs: no checks */
    bool hold;           /* the engine was asked to stop: no block runs any more */
    bool want_drop;      /* pages of code are or will be written: drop their translations */
    uint64_t drop_page[X86_DROPS_MAX];
    unsigned drops;      /* in drop_page; more than there is room for: all that are stale */
    bool dropped;        /* that was done, and the store has not run */
    bool want_exits;     /* the list of exits grew: drop [drop_from, drop_to) and go on */
    vaddr_t block_pc;    /* of the block that did not run */
    uint32_t block_size;
    vaddr_t drop_from, drop_to;
    vaddr_t tail_at;     /* temporary exit */
    bool tail, tail_reached;
    uint64_t ran[2];     /* pages of the block that the last event came from, or UINT64_MAX */
    bool ran_lone;       /* it was a block of one */
    vaddr_t step_from;   /* the one instruction to run unprotected, or UINT64_MAX */
    vaddr_t step_at;     /* temporary exit that only re-forms blocks */
    bool step;
    struct {             /* what that one instruction was translated from, while its page is open */
        bool known;
        vaddr_t pc;
        unsigned len;
        uint64_t page[2];
        uint8_t bytes[INSN_BYTES_MAX];
    } open;
    vaddr_t fence_at;    /* another one, a little behind it */
    bool fence;
    uint64_t exits[X86_EXITS_MAX + 3];
    size_t exit_count;
    uint64_t exit_marks[EXIT_MARKS / 64]; /* a bit for each of them; others may be set */
};

/* The address of the instruction `count` after the one at `pc`. */
vaddr_t count_skip_insns(struct x86 *x, vaddr_t pc, uint64_t count);
/* Blocks that pass this number take the slow path. A return shows in the lower half. */
void count_set_limit(struct x86 *x);
/* The same. In watch mode, behind an exception entry, the return to user mode is to be told of. */
void count_choose_way(struct x86 *x);
/* Virtual page of `va` to its page of RAM; false outside of RAM. */
bool blocks_page_of(struct x86 *x, vaddr_t va, uint64_t *ppage);
/* Make the entry for (pc, size) true; false when the code cannot be found. */
bool blocks_prove(struct x86 *x, struct x86_blocks_cold *b, vaddr_t pc, uint32_t size);
/* What is added to a hot entry's size. */
static inline uint16_t blocks_size_marks(const struct x86_blocks_cold *b)
{
    if (b->flags & BLOCK_UNCACHED & ~BLOCK_SHADOW)
        return X86_BLOCK_UNCACHED;
    return (uint16_t)((b->checks ? X86_BLOCK_CHECK : 0) |
                      (b->flags & BLOCK_SHADOW ? X86_BLOCK_SHADOWS : 0));
}
/* blocks_prove() found nothing: the engine looks again, and then the run ends with a sentence. */
void blocks_no_code(struct x86 *x, vaddr_t pc);
/* Instructions of the block before `offset`, their BLOCK_* flags; does one start there? */
unsigned blocks_insns_before(struct x86 *x, const struct x86_blocks_cold *b, uint32_t offset);
unsigned blocks_flags_before(struct x86 *x, const struct x86_blocks_cold *b, uint32_t offset);
bool blocks_is_start(struct x86 *x, const struct x86_blocks_cold *b, uint32_t offset);
/* Drop what the engine translated from the pages that wait for it; between two runs. */
void blocks_drop(struct x86 *x);
/* The engine has translated the block (pc, size). */
void blocks_translated(struct x86 *x, vaddr_t pc, uint32_t size);
/* Is it the one instruction that runs while its page is open, and may store there? */
bool blocks_is_open(const struct x86_counter *r, vaddr_t pc, uint32_t size);
/*
 * It begins: is it still what it was translated from? Else its translation goes before the next
 * block.
 */
bool blocks_open_holds(struct x86 *x);
/* Another one becomes that instruction. */
void blocks_open_ends(struct x86 *x);
/* In a hook: before the next block runs all translated code goes. */
void blocks_want_drop_all(struct x86 *x);
/* Are the operands aligned that must be? */
bool blocks_aligned(struct x86 *x, const struct x86_blocks_cold *b);
/* The code at RIP is of 64 bits, or of 32. */
void blocks_set_mode(struct x86 *x, bool is_long);
/* BLOCK_* that one instruction sets. */
unsigned blocks_insn_flags(const struct insn *i);
/*
 * FLDCW is a class of its own: it loads no exceptions, and an x87 exception that it
 * unmasks is not due before the next x87 instruction.
 */
enum fp_words { WORDS_NONE, WORDS_READ, WORDS_LOADED, WORDS_CONTROL };
/* What it does to MXCSR or the x87 words. */
enum fp_words blocks_fp_words(const struct insn *i);

/* Leave the engine to change the exits: translated code is not dropped inside a hook. */
void exits_want(struct x86 *x, vaddr_t from, vaddr_t to);
bool exits_is(const struct x86_counter *r, vaddr_t pc);
static inline unsigned exits_mark(vaddr_t pc)
{
    return (unsigned)(pc ^ pc >> 9) % EXIT_MARKS;
}

/* False: it is none of those that stay. */
static inline bool exits_may_be(const struct x86_counter *r, vaddr_t pc)
{
    return r->exit_marks[exits_mark(pc) / 64] >> exits_mark(pc) % 64 & 1;
}
/* A block with a port instruction: it must end before that. */
void exits_learn_port(struct x86 *x, const struct x86_blocks_cold *b);

#endif
