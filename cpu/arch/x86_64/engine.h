/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/arch/x86_64/engine.h - what the files that know unicorn share.
 *
 * Rules of use
 *   - Included by engine.c, context.c, engine_create.c, tlb.c and calibrate.c only. All
 *     else goes through the functions of x86.h.
 *   - Fields are read and written at the offsets of `at`, between front_get() and front_put(). `live`
 *     is the engine's own state, where that was found: then what is written is so at once.
 */
#ifndef TRAPLINE_CPU_X86_64_ENGINE_H
#define TRAPLINE_CPU_X86_64_ENGINE_H

#include <string.h>
#include <unicorn/unicorn.h>

#include "cpu/arch/x86_64/exits.h"
#include "cpu/arch/x86_64/vmcb.h"
#include "cpu/arch/x86_64/x86.h"
#include "cpu/engine_trim.h"
#include "cpu/tlb_blocks.h"
#include "cpu/tlb_hook.h"

#define HIDDEN      0x4000000000ull /* the region's virtual address for the stub */
#define H_VMCB      0x1000u
#define H_HSAVE     0x2000u
#define H_HOST_PML4 0x3000u
#define H_HOST_PDPT 0x4000u
#define H_MSRPM     0x5000u
#define H_IOPM      0x7000u
#define H_HOST_PD   0xa000u
#define H_NPT       0xb000u
#define BLOCK_2M    0x200000ull
#define PAGE        0x1000u
#define STORE_BYTES_MAX 16u /* of one store as the engine reports it */
#define CODE_BYTES  (160u << 20) /* the buffer of translated code; pages of it as they are filled */
#define CODE_BYTES_FULL (150u << 20)

#define MSR_EFER        0xc0000080u
#define MSR_VM_HSAVE_PA 0xc0010117u

struct layout {
    size_t gpr, rip, hflags, error_code;
    size_t seg[SEG_COUNT];
    size_t gdt, idt;
    size_t xcr0, cr2;
    size_t mxcsr, fcw, fsw;
    size_t fp_raised, sse_raised; /* a byte each: exceptions of x87 and SSE so far */
};

/* The control registers stand in a row. */
#define CR0_FROM_CR2 (-16)
#define CR3_FROM_CR2 8
#define CR4_FROM_CR2 16

struct x86_tlb {
    struct tlb_hook hook;
    struct tlb_blocks blocks;
    uint64_t efer;
    bool known; /* it is as in the register */
};

struct x86_engine {
    uint64_t filled; /* of the buffer of translated code, at most */
    uc_engine *uc;
    uc_context *scratch; /* the live state, as last saved */
    uc_context *front;   /* the same, no more of it than traps need: up to the FP control words */
    uint8_t *live;       /* offset 0 of the engine's state, or of `front` */
    bool direct;         /* it is the engine's */
    uc_context *host;    /* before VMRUN */
    uc_context *mark;    /* x86_engine_mark() */
    struct layout at;
    uint8_t *hidden;  /* behind RAM, where its physical address is */
    paddr_t hidden_pa;
    uint64_t *pte; /* nested PTEs, one per page of RAM */
    struct x86_tlb tlb;
    uint64_t blocks; /* translated */
    struct engine_tlbs tlbs;
    struct {
        uc_hook hook[CPU_RANGES_MAX];
        struct cpu_range range[CPU_RANGES_MAX];
        size_t count;
        cpu_store_fn fn;
        void *ctx;
    } stores; /* that are watched */
    struct {
        uc_hook hook;
        cpu_insn_fn fn; /* NULL: not watched */
        void *ctx;
        insn_t index;   /* in the block, of the instruction told of last */
        vaddr_t resume; /* where the engine was stopped, or NOWHERE */
        bool ever;      /* a hook that is gone counts for the engine until a run has ended */
    } insns;
    uc_err err;       /* of the last run */
    unsigned gave_up; /* how many runs, over for us alone; engine_guard.h */
    size_t level_at;  /* see engine_level.h; 0: not known */
    bool entering; /* stop at the guest's first block or event */
    bool calibrating;
};

/* The engine's segment cache: u32 selector, pad, u64 base, u32 limit, u32 flags. */
struct seg_cache {
    uint32_t selector, pad;
    uint64_t base;
    uint32_t limit, flags;
};

static inline uint64_t read_uc(const struct x86_engine *e, int id)
{
    uint64_t value = 0;

    uc_reg_read(e->uc, id, &value);
    return value;
}

static inline void write_uc(struct x86_engine *e, int id, uint64_t value)
{
    uc_reg_write(e->uc, id, &value);
}

static inline uint8_t *field(const struct x86_engine *e, size_t offset)
{
    return e->live + offset;
}

static inline void front_get(const struct x86_engine *e)
{
    if (!e->direct)
        uc_context_save(e->uc, e->front);
}

static inline void front_put(const struct x86_engine *e)
{
    if (!e->direct)
        uc_context_restore(e->uc, e->front);
}

static inline uint32_t get32(const struct x86_engine *e, size_t offset)
{
    uint32_t value;

    memcpy(&value, field(e, offset), sizeof(value));
    return value;
}

static inline uint64_t get64(const struct x86_engine *e, size_t offset)
{
    uint64_t value;

    memcpy(&value, field(e, offset), sizeof(value));
    return value;
}

static inline struct x86_seg get_seg(const struct x86_engine *e, size_t offset)
{
    struct seg_cache s;

    memcpy(&s, field(e, offset), sizeof(s));
    return (struct x86_seg){
        .base = s.base, .selector = s.selector, .limit = s.limit, .flags = s.flags & DESC_ATTRIB};
}

/* ---- engine.c ---- */
uc_err engine_add_hooks(struct x86 *x);
void engine_intercept_msr(struct x86_engine *e, uint32_t index, bool on);

/* ---- tlb.c ---- */
uc_err x86_tlb_create(struct x86 *x);
/* The engine's run has ended with an error: was that for want of a translation (or another)? */
bool x86_tlb_missed(struct x86 *x, vaddr_t rip);
/* The engine's run has ended as there was no translation: enter the fault. False: not known. */
bool x86_tlb_fault(struct x86 *x, vaddr_t rip);
/* EFER has changed, or may have. */
void x86_tlb_forget(struct x86 *x);

/* ---- calibrate.c ---- */
/* Find the offsets of `at`. -ENOENT when this build of the engine has another layout. */
MUST_CHECK int engine_calibrate(struct x86 *x);

#endif
