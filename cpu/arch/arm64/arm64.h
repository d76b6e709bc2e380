/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/arch/arm64/arm64.h - the arm64 machine, shared by the files of this folder.
 *
 * Purpose
 *   The guest runs at EL1 and EL0 below a hypervisor that is us: stage 2 maps
 *   RAM one to one and nothing else, so a device access is a stage-2 abort with
 *   an exact PC and a decoded syndrome. Exceptions for EL1 are entered by
 *   trap.c, as the engine only reports them. See engine.c.
 *
 * Rules of use
 *   - Guest registers live in the engine.
 *   - `n` in struct arm64_count is exact only outside of a block: in events
 *     after arm64_count_sync(), and between runs.
 *   - Only engine*.c include the engine's header.
 */
#ifndef TRAPLINE_CPU_ARM64_ARM64_H
#define TRAPLINE_CPU_ARM64_ARM64_H

#include "cpu/adversary.h"
#include "cpu/breaks.h"
#include "cpu/cpu.h"
#include "cpu/pages_clients.h"
#include "cpu/dev/gicv3.h"
#include "cpu/dev/pl011.h"
#include "cpu/dev/pl031.h"
#include "cpu/dev/virtio.h"
#include "cpu/progress.h"

#define ARM64_RAM_BASE 0x40000000ull
#define ARM64_FLASH_BYTES (128ull << 20) /* two banks from physical 0, where there is a firmware */
#define CYCLES_NEVER   UINT64_MAX

/* PSTATE and SPSR (DDI 0487, C5.2.18) */
#define PSTATE_SP   0x1ull
#define PSTATE_EL   0xcull
#define PSTATE_EL1H 0x5ull
#define PSTATE_EL2H 0x9ull
#define PSTATE_F    0x40ull
#define PSTATE_I    0x80ull
#define PSTATE_DAIF 0x3c0ull
#define PSTATE_IL   (1ull << 20)
#define PSTATE_SS   (1ull << 21)
#define PSTATE_NZCV 0xf0000000ull

/* ESR_ELx (DDI 0487, D17.2.37) */
#define ESR_EC(esr)      ((uint32_t)(esr) >> 26)
#define ESR_IL           (1u << 25)
#define ESR_ISV          (1u << 24)
#define ESR_S1PTW        (1u << 7)
#define ESR_WNR          (1u << 6)
#define EC_UNKNOWN       0x00u
#define EC_WFX           0x01u
#define EC_FP_TRAP       0x07u
#define EC_SYSREG        0x18u
#define EC_INSN_LOWER    0x20u
#define EC_INSN_SAME     0x21u
#define EC_ILLEGAL       0x0eu
#define EC_PC_ALIGN      0x22u
#define EC_DATA_LOWER    0x24u
#define EC_DATA_SAME     0x25u
#define FSC_TRANSLATION  0x04u /* plus the level */
#define FSC_EXTERNAL     0x10u
#define FSC_EXTERNAL_TTW 0x14u /* plus the level */

/* System registers by their encoding, as MRS and MSR name them. */
#define SYSREG(op0, op1, crn, crm, op2)                                                           \
    ((op0) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))
#define SYS_MDSCR      SYSREG(2, 0, 0, 2, 2)
#define SYS_PFR0       SYSREG(3, 0, 0, 4, 0)
#define SYS_DFR0       SYSREG(3, 0, 0, 5, 0)
#define SYS_SCTLR      SYSREG(3, 0, 1, 0, 0)
#define SYS_CURRENTEL  SYSREG(3, 0, 4, 2, 2)
#define SYS_ACTLR      SYSREG(3, 0, 1, 0, 1)
#define SYS_CPACR      SYSREG(3, 0, 1, 0, 2)
#define SYS_TTBR0      SYSREG(3, 0, 2, 0, 0)
#define SYS_TTBR1      SYSREG(3, 0, 2, 0, 1)
#define SYS_TCR        SYSREG(3, 0, 2, 0, 2)
#define SYS_SPSR       SYSREG(3, 0, 4, 0, 0)
#define SYS_SP_EL0     SYSREG(3, 0, 4, 1, 0)
#define SYS_ELR        SYSREG(3, 0, 4, 0, 1)
#define SYS_AFSR0      SYSREG(3, 0, 5, 1, 0)
#define SYS_AFSR1      SYSREG(3, 0, 5, 1, 1)
#define SYS_ESR        SYSREG(3, 0, 5, 2, 0)
#define SYS_FAR        SYSREG(3, 0, 6, 0, 0)
#define SYS_PAR        SYSREG(3, 0, 7, 4, 0)
#define SYS_MAIR       SYSREG(3, 0, 10, 2, 0)
#define SYS_AMAIR      SYSREG(3, 0, 10, 3, 0)
#define SYS_VBAR       SYSREG(3, 0, 12, 0, 0)
#define SYS_CONTEXTIDR SYSREG(3, 0, 13, 0, 1)
#define SYS_TPIDR_EL1  SYSREG(3, 0, 13, 0, 4)
#define SYS_CNTKCTL    SYSREG(3, 0, 14, 1, 0)
#define SYS_CSSELR     SYSREG(3, 2, 0, 0, 0)
#define SYS_TPIDR_EL0  SYSREG(3, 3, 13, 0, 2)
#define SYS_TPIDRRO    SYSREG(3, 3, 13, 0, 3)
#define SYS_CNTFRQ     SYSREG(3, 3, 14, 0, 0)
#define SYS_CNTPCT     SYSREG(3, 3, 14, 0, 1)
#define SYS_CNTVCT     SYSREG(3, 3, 14, 0, 2)
#define SYS_CNTP_TVAL  SYSREG(3, 3, 14, 2, 0)
#define SYS_CNTP_CTL   SYSREG(3, 3, 14, 2, 1)
#define SYS_CNTP_CVAL  SYSREG(3, 3, 14, 2, 2)
#define SYS_CNTV_TVAL  SYSREG(3, 3, 14, 3, 0)
#define SYS_CNTV_CTL   SYSREG(3, 3, 14, 3, 1)
#define SYS_CNTV_CVAL  SYSREG(3, 3, 14, 3, 2)
#define SYS_HPFAR_EL2  SYSREG(3, 4, 6, 0, 4)

/* The counter that every translated block advances; the block hook works on it. */
struct arm64_count {
    insn_t n;      /* at the end of the block now running */
    /* Blocks that would pass it go to the slow path; 0 sends all there. For the lower half of the
     * addresses and for the upper one, where nobody is in user mode. */
    insn_t limit[2];
    vaddr_t pc;    /* of the block now running */
    uint32_t size; /* its bytes; 0 outside of a block */
};

/* One generic timer (DDI 0487, D11.2). */
struct arm64_timer {
    uint64_t cval;
    uint32_t ctl;         /* ENABLE, IMASK; ISTATUS is derived */
    uint32_t delay_asked; /* chaos was asked for this deadline */
    cycles_t delay;
};

struct arm64_board {
    struct gicv2 gic;
    struct gicv3 gic3; /* what differs, where that is the one */
    struct pl011 uart;
    struct pl031 rtc;
    struct arm64_timer timer[2]; /* virtual, physical */
    struct virtio_dev virtio[VIRTIO_SLOTS];
};

enum { TIMER_VIRTUAL, TIMER_PHYSICAL };

/* EL2, where the kernel was entered there; el2.c. */
#define ARM64_EL2_REGS 29u
struct arm64_el2 {
    uint64_t present, active; /* active: it runs now */
    uint64_t sp_el2;          /* while it does not run */
    uint64_t sp_el1, sctlr_el1; /* while it does */
    uint64_t reg[ARM64_EL2_REGS];
};

/* Saved with the machine: what the run loop remembers between two instructions. */
struct arm64_flow {
    uint64_t halted;      /* in WFI */
    uint64_t from_kernel; /* the last block seen was at EL1 (watch mode) */
    uint64_t vector_faults; /* entries in a row whose vector could not be fetched */
};

/* Read-only memory with a firmware; engine_flash.c. */
struct arm64_flash {
    uint8_t *memory; /* NULL: there is none */
    size_t bytes;    /* the firmware's whole pages; the rest up to ARM64_FLASH_BYTES is erased */
    uint8_t *hidden;
    size_t hidden_bytes;
};

struct arm64_unimplemented_entry {
    char what[32];
    uint64_t reads, writes;
    vaddr_t pc; /* of the first */
};

#define ARM64_UNIMPLEMENTED_MAX 64

struct arm64_code;
struct arm64_engine;

static inline void arm64_count_limit(struct arm64_count *c, insn_t limit)
{
    c->limit[0] = c->limit[1] = limit;
}

struct arm64_counter;
struct arm64_dirty;

struct arm64_pages;

struct arm64 {
    struct arm64_count count; /* first: the block hook works on it */
    struct cpu_config config;
    struct arm64_engine *engine;
    struct arm64_counter *counter;
    struct arm64_flash flash;
    struct arm64_code *code;
    struct arm64_dirty *dirty; /* NULL: writes are not noted */
    uint8_t *ram; /* and what the engine keeps behind it (arm64_engine_extra_bytes()) */
    cycles_t skipped; /* cycles = count.n + skipped */
    insn_t idled_n;     /* time was skipped last at this number; no part of the state */
    insn_t stop_behind; /* a watched store of a device: stop at this number; UINT64_MAX: none */
    cycles_t horizon; /* which cycles do not pass; the owner's, no part of the state */
    bool watch;
    struct cpu_breaks breaks;
    struct cpu_progress progress;
    struct cpu_blocks blocks;
    struct arm64_pages *pages; /* NULL: not watched */
    struct adversary *adversary; /* NULL: the walker sees all at once */
    vaddr_t scanned; /* the block now running was read for barriers up to here */
    bool unsure;     /* behind an ERET: it may have led to user mode or not */
    struct arm64_board board;
    struct virtio_bus virtio;
    struct arm64_flow flow;
    struct arm64_el2 el2;
    struct cpu_stop stop;
    bool stopped; /* `stop` is set: leave the run loop */
    bool stop_asked;
    struct arm64_unimplemented_entry unimplemented[ARM64_UNIMPLEMENTED_MAX];
    size_t unimplemented_count;
    char error[160];
};

static inline cycles_t arm64_cycles(const struct arm64 *a)
{
    return a->count.n + a->skipped;
}

/* What the engine says about the exception that it reports. */
struct arm64_syndrome {
    uint32_t esr;
    uint32_t target_el;
    vaddr_t far;
};

/* ---- engine.c ---- */
/* Bytes that the engine needs directly behind RAM; a multiple of 4096. */
size_t arm64_engine_extra_bytes(size_t ram_bytes);
MUST_CHECK int arm64_engine_create(struct arm64 *a);
void arm64_engine_destroy(struct arm64 *a);
/* Registers, memory management and caches as after a reset of EL1. */
void arm64_engine_reset(struct arm64 *a);
/* Run from the PC until a hook asks for a stop, an exit or WFI. */
MUST_CHECK int arm64_engine_run(struct arm64 *a);
void arm64_engine_stop(struct arm64 *a);
/* In the hook of a block that shall not run: the PC is at its start then. */
void arm64_engine_stop_before(struct arm64 *a, vaddr_t pc);
/* An address before which the engine stops; 0: none. Code in [from, to) is translated anew. */
void arm64_engine_set_exit(struct arm64 *a, vaddr_t exit, vaddr_t from, vaddr_t to);
/* Not in a hook: what was translated from these addresses goes. */
void arm64_engine_drop_at(struct arm64 *a, vaddr_t from, vaddr_t to);
void arm64_engine_drop_code(struct arm64 *a);
/* Not in a hook: drop what was translated from some ranges of RAM, from offset `at` on. */
void arm64_engine_drop_begin(struct arm64 *a);
void arm64_engine_drop(struct arm64 *a, size_t at, size_t bytes);
void arm64_engine_drop_end(struct arm64 *a);
/* What stage 2 allows for a page of RAM beside reading. The TLB still has to be flushed. */
void arm64_engine_allow(struct arm64 *a, uint32_t page, bool write, bool exec);
/* The processor's whole state for this engine; *context is made where it is NULL. */
MUST_CHECK int arm64_engine_save(struct arm64 *a, void **context);
MUST_CHECK int arm64_engine_restore(struct arm64 *a, void *context);
void arm64_engine_free_saved(void *context);
void arm64_engine_flush_tlb(struct arm64 *a);
/* What the TLB holds of this page of RAM goes (perhaps all it holds); tlb_drop.c. */
void arm64_tlb_drop_page(struct arm64 *a, uint32_t page);
/* A device stores there, now, between two instructions: see cpu_watch_stores(). */
void arm64_engine_device_store(struct arm64 *a, paddr_t pa, size_t len);
/* See cpu_watch_insns(). */
MUST_CHECK int arm64_engine_watch_insns(struct arm64 *a, cpu_insn_fn fn, void *ctx);
/* See cpu_watch_stores(). */
MUST_CHECK int arm64_engine_watch_stores(struct arm64 *a, const struct cpu_range *list,
                                         size_t count, cpu_store_fn fn, void *ctx);
/*
 * A store that the model does itself, as who watches stores would be told of one of the engine's.
 */
void arm64_engine_tell_store(struct arm64 *a, paddr_t pa, unsigned bytes, const uint8_t *value);
/* The engine itself (uc_engine), for pages.c. */
void *arm64_engine_handle(struct arm64 *a);
/* The engine's numbers of registers: of our table, of a system register; -1: it has none. */
int arm64_engine_number(int reg);
int arm64_engine_sysreg_number(uint32_t id);
void arm64_engine_read_batch(struct arm64 *a, int *numbers, void **to, size_t count);
/* The registers that an exception entry reads and writes, each in one call of the engine. */
struct arm64_entry_regs {
    uint64_t pstate, pc, sp, sp_el0, sp_el1, elr, esr, far, vbar;
    uint64_t spsr; /* written only */
};
void arm64_engine_entry_read(struct arm64 *a, struct arm64_entry_regs *r);
void arm64_engine_entry_write(struct arm64 *a, const struct arm64_entry_regs *r);
void arm64_engine_syndrome(struct arm64 *a, struct arm64_syndrome *s);
uint64_t arm64_x(struct arm64 *a, unsigned index); /* 0..30; 31 reads as zero */
void arm64_set_x(struct arm64 *a, unsigned index, uint64_t value);
uint64_t arm64_pc_get(struct arm64 *a);
void arm64_pc_set(struct arm64 *a, uint64_t value);
uint64_t arm64_pstate(struct arm64 *a);
void arm64_pstate_set(struct arm64 *a, uint64_t value);
/* The stack pointer in use, and the banked ones as EL1 software sees them. */
uint64_t arm64_sp_live(struct arm64 *a);
void arm64_sp_live_set(struct arm64 *a, uint64_t value);
uint64_t arm64_sp_bank(struct arm64 *a, unsigned el);
void arm64_sp_bank_set(struct arm64 *a, unsigned el, uint64_t value);
uint64_t arm64_sysreg(struct arm64 *a, uint32_t id);
void arm64_sysreg_set(struct arm64 *a, uint32_t id, uint64_t value);
void arm64_vector(struct arm64 *a, unsigned index, uint8_t value[16]);
void arm64_vector_set(struct arm64 *a, unsigned index, const uint8_t value[16]);
uint32_t arm64_fp_control(struct arm64 *a, bool status); /* FPSR or FPCR */
void arm64_fp_control_set(struct arm64 *a, bool status, uint32_t value);
/* The exclusive monitor: address (all ones when open) and the two loaded words. */
void arm64_monitor(struct arm64 *a, uint64_t state[3], bool is_write);

/* ---- count.c ---- */
MUST_CHECK int arm64_count_create(struct arm64 *a);
void arm64_count_destroy(struct arm64 *a);
void arm64_count_reset(struct arm64 *a);
/* Run until the number is `stop_at`, the machine stopped, or an interrupt can be taken. */
MUST_CHECK int arm64_count_run(struct arm64 *a, insn_t stop_at);
/* The block hook's slow way. */
void arm64_count_slow(struct arm64 *a, vaddr_t pc, uint32_t size);
/* In an event: make count.n exact for `pc`. `all_retired`: `pc` is where the next block begins. */
void arm64_count_sync(struct arm64 *a, vaddr_t pc, bool all_retired);
/* The number of the instruction at `pc` of the block now running. */
insn_t arm64_count_at(const struct arm64 *a, vaddr_t pc);
/* After a device or a mask changed: no instruction runs at `stop_at`; look at interrupts. */
void arm64_count_recheck(struct arm64 *a, insn_t stop_at);
/* A trapped WFI: true when it is the engine's halt at an exit, and the run goes on there. */
bool arm64_count_exit(struct arm64 *a);
/* After an exception entry: in watch mode the return is looked for. */
void arm64_count_entered(struct arm64 *a);
/* In an event: the instruction at the PC, which stores into its own page, is to run alone. */
void arm64_count_lone(struct arm64 *a, uint32_t page);
/* Who looks on has changed; also in a hook. */
void arm64_count_looks(struct arm64 *a);
/* In an event: is it one behind the number at which no instruction runs? */
bool arm64_count_reached(const struct arm64 *a);
/* In an event: leave the engine; the run loop decides. */
void arm64_count_hold(struct arm64 *a);

/* ---- trap.c ---- */
/* Enter EL1 from the PC for a synchronous exception; FAR is written when `with_far`. */
void arm64_trap_sync(struct arm64 *a, uint32_t esr, bool with_far, vaddr_t far,
                     enum cpu_trap_kind kind);
void arm64_trap_irq(struct arm64 *a);
void arm64_trap_hvc(struct arm64 *a, uint32_t esr);
/* Does ERET at EL1 with this SPSR_EL1 lead to a state that is not there, or set PSTATE.IL? */
bool arm64_return_is_illegal(uint64_t spsr);
/* That ERET, at the PC. It retires. */
void arm64_illegal_return(struct arm64 *a);
/* An exception that the engine reports (its own numbers). */
void arm64_event(struct arm64 *a, uint32_t code);

/* ---- el2.c ---- */
#define ARM64_EL2_VECTORS 0x800u /* struct cpu_trap: vectors of VBAR_EL2 count from here */
void arm64_el2_reset(struct arm64 *a, bool present);
/* An exception taken now goes to EL2. */
bool arm64_el2_routes(const struct arm64 *a, bool is_irq);
/* A pending interrupt is taken now. */
bool arm64_irq_open(const struct arm64 *a, uint64_t pstate);
/* Enter EL2 from the PC; its vector. ESR and FAR are left alone where NULL. */
uint32_t arm64_el2_enter(struct arm64 *a, uint32_t offset, const uint32_t *esr, const vaddr_t *far);
uint64_t arm64_el2_vbar(const struct arm64 *a);
/* ERET at the PC, which runs at EL2; it retires. */
void arm64_el2_eret(struct arm64 *a);
bool arm64_el2_is_eret(struct arm64 *a, vaddr_t pc);
/* An instruction that the engine finds undefined: true when it was EL2's and is done. */
bool arm64_el2_undefined(struct arm64 *a);
/* As arm64_sysreg_access(), for what reads otherwise at EL2. */
bool arm64_el2_sysreg(struct arm64 *a, uint32_t id, bool is_write, uint64_t *value);
/*
 * A register of EL2 from outside: -ENOENT: it is none, or there is no EL2; -EINVAL: what is not
 * there.
 */
int arm64_el2_outside(struct arm64 *a, uint32_t id, bool is_write, uint64_t *value);

/* ---- code.c ---- */
MUST_CHECK int arm64_code_create(struct arm64 *a);
void arm64_code_destroy(struct arm64 *a);
/* May the page be executed, and must not be written? */
bool arm64_code_here(const struct arm64 *a, uint32_t page);
/* Tell stage 2 what it allows for the page. The TLB may still allow more. */
void arm64_code_allow(struct arm64 *a, uint32_t page);
/* What was translated there (0 bytes: anywhere) goes before it runs; in a hook. */
void arm64_code_translate_again(struct arm64 *a, paddr_t pa, uint32_t bytes);
/* The engine has translated the block at physical `pa`. */
void arm64_code_translated(struct arm64 *a, paddr_t pa, uint32_t bytes);
/* Stage-2 aborts: a fetch from a page that is not `here`, a store to one that is. */
void arm64_code_fetched(struct arm64 *a, uint32_t page, vaddr_t va);
void arm64_code_store(struct arm64 *a, uint32_t page);
/* A store to a page that is guarded (pages.c), at `far`. */
void arm64_code_guarded(struct arm64 *a, uint32_t page, vaddr_t far);
/* Before and after the lone instruction of arm64_count_lone(). */
void arm64_code_lone(struct arm64 *a, uint32_t page, bool begin);
/* Not in a hook: somebody else than the guest wrote to RAM; arm64_code_settle() after the last. */
void arm64_code_host_write(struct arm64 *a, paddr_t pa, size_t len);
/* Not in a hook: what was translated from words that have changed goes. */
void arm64_code_settle(struct arm64 *a);

/* ---- mmio.c ---- */
/* RAM at `pa` that stage 2 withheld: only our notes did, to the guest nothing happened. */
void arm64_stage2_ram(struct arm64 *a, paddr_t pa, vaddr_t va, bool is_fetch);
/* The same by the engine's exception; false: it was not RAM. */
bool arm64_stage2_noted(struct arm64 *a, const struct arm64_syndrome *s, bool is_fetch);
/* A stage-2 abort: RAM as above, a device, or a hole. */
void arm64_stage2_abort(struct arm64 *a, const struct arm64_syndrome *s, bool is_fetch);

/* ---- dma.c ---- */
/* Accesses of devices to RAM, between two instructions; arm64_code_settle() after the last. */
struct virtio_memory arm64_dma_memory(struct arm64 *a);

/* ---- dirty.c ---- */
MUST_CHECK int arm64_dirty_start(struct arm64 *a);
void arm64_dirty_destroy(struct arm64 *a);
void arm64_dirty_take(struct arm64 *a, cpu_page_fn fn, void *ctx);
/* The machine or the host wrote to RAM past the guest's tables. */
void arm64_dirty_note(struct arm64 *a, paddr_t pa, size_t len);
/* Notes are taken, and the page was not written. */
bool arm64_dirty_is_clean(const struct arm64 *a, uint32_t page);
/* arm64_code_settle() after the last. */
void arm64_ram_put_page(struct arm64 *a, uint32_t page, const uint8_t *bytes);

/* ---- pages.c ---- */
/* A store that the model does itself. */
void arm64_pages_tell(struct arm64 *a, paddr_t pa, unsigned bytes, uint64_t value);
MUST_CHECK int arm64_pages_watch(struct arm64 *a, unsigned client, const struct pages_client *c);
void arm64_pages_destroy(struct arm64 *a);
/* Must a store to the page be done here, as somebody is to be told of it? */
bool arm64_pages_guard(const struct arm64 *a, uint32_t page);
/* Stage 2 lets the page be written from now on. */
void arm64_pages_opened(struct arm64 *a, uint32_t page);
/*
 * Before and after an instruction that runs alone. Where it stores is told before, if it is known.
 */
void arm64_pages_lone_at(struct arm64 *a, vaddr_t far);
MUST_CHECK int arm64_pages_lone(struct arm64 *a, bool begin);
/* See cpu_kernel_page_add() and cpu_kernel_pages_added(). */
void arm64_pages_add(struct arm64 *a, uint32_t page);
void arm64_pages_added(struct arm64 *a);

/* ---- tlb.c ---- */
/* Walk the tables in tlb.c, or let the engine do it. */
void arm64_tlb_walk_here(struct arm64 *a, bool here);
/* Stage 2 allows what it forbade: it is walked in tlb.c again. */
void arm64_tlb_settled(struct arm64 *a);
/* A device was accessed: who walks from here on? */
void arm64_tlb_device(struct arm64 *a);
/* How often tlb.c left a miss to the engine, for tests. */
uint64_t arm64_tlb_passed_on(const struct arm64 *a);

/* ---- adversary.c; where there is none, they do nothing ---- */
MUST_CHECK int arm64_adversary_create(struct arm64 *a);
void arm64_adversary_root(struct arm64 *a, uint64_t ttbr0);
void arm64_adversary_tlbi(struct arm64 *a, uint32_t id, uint64_t value);
/* Must every block be looked at? */
bool arm64_adversary_looks(const struct arm64 *a);
/* The block now running has run up to `pc`; another one is about to. */
void arm64_adversary_ran(struct arm64 *a, vaddr_t pc);
void arm64_adversary_block(struct arm64 *a, vaddr_t pc, uint32_t size, bool user);
/* An exception entry. */
void arm64_adversary_in_kernel(struct arm64 *a);
/* The engine has stopped. */
void arm64_adversary_stopped(struct arm64 *a);

/* ---- mark.c ---- */
MUST_CHECK int arm64_mark_take(struct arm64 *a, void **mark);
MUST_CHECK int arm64_mark_restore(struct arm64 *a, const void *mark);
void arm64_mark_free(void *mark);

/* ---- msr.c ---- */
/* MRS or MSR that the engine is about to run; true when it was done here. */
bool arm64_sysreg_access(struct arm64 *a, uint32_t id, bool is_write, uint64_t *value);
/* From outside (cpu_sysreg_read() and _write()), whatever level runs. */
MUST_CHECK int arm64_system_read(struct arm64 *a, uint32_t id, uint64_t *value);
MUST_CHECK int arm64_system_write(struct arm64 *a, uint32_t id, uint64_t value);
bool arm64_fp_forbidden(struct arm64 *a, bool user);

/* An access that the engine does not know; true when it is one to the GICv3 and was done here. */
bool arm64_icc_undefined(struct arm64 *a);

/* ---- timer.c ---- */
uint64_t arm64_counter_value(const struct arm64 *a, cycles_t cycles);
bool arm64_timer_line(struct arm64 *a, int which);
cycles_t arm64_timer_next(struct arm64 *a, int which);
uint64_t arm64_timer_read(struct arm64 *a, uint32_t id, cycles_t now);
void arm64_timer_write(struct arm64 *a, uint32_t id, cycles_t now, uint64_t value);

/* ---- board.c ---- */
void arm64_board_reset(struct arm64 *a);
bool arm64_is_device(const struct arm64 *a, paddr_t pa);
uint64_t arm64_mmio_read(struct arm64 *a, paddr_t pa, unsigned size);
void arm64_mmio_write(struct arm64 *a, paddr_t pa, unsigned size, uint64_t value);
cycles_t arm64_board_next(struct arm64 *a);
void arm64_board_advance(struct arm64 *a);
bool arm64_irq_pending(struct arm64 *a);
/* After a device changed: the run must look at interrupts and at the next event. */
void arm64_board_changed(struct arm64 *a);
/* PSCI by the registers, for HVC, and for SMC where there is EL2. */
void arm64_psci(struct arm64 *a);
void arm64_unimplemented(struct arm64 *a, bool is_write, const char *fmt, uint64_t value);
void arm64_stop(struct arm64 *a, enum cpu_stop_reason reason, int status);

/* ---- mmu.c ---- */
/*
 * Stage 1 as a privileged read, no side effects; -EFAULT, with the failing level in *level if not
 * NULL.
 */
int arm64_walk(struct arm64 *a, vaddr_t va, paddr_t *pa, unsigned *level);
/*
 * The page at `va` and those around it, up to ARM64_TEXT_AROUND bytes, that stage 1 maps as it maps
 * that one; none where that may be written.
 */
#define ARM64_TEXT_AROUND 0x40000ull
void arm64_walk_text(struct arm64 *a, vaddr_t va, void (*fn)(struct arm64 *a, paddr_t pa));

/* `len` bytes of RAM or flash, or NULL where they are not all there. */
const uint8_t *arm64_memory(const struct arm64 *a, paddr_t pa, size_t len);

/* ---- regs.c ---- */
const struct cpu_reg_desc *arm64_reg_table(size_t *count);
MUST_CHECK int arm64_reg_read(struct arm64 *a, int id, void *value);
MUST_CHECK int arm64_reg_write(struct arm64 *a, int id, const void *value);

/* ---- run.c ---- */
MUST_CHECK int arm64_create(struct arm64 *a, const struct cpu_config *config);
void arm64_destroy(struct arm64 *a);
MUST_CHECK int arm64_reset(struct arm64 *a, const struct cpu_entry *entry);
MUST_CHECK int arm64_run(struct arm64 *a, insn_t target, struct cpu_stop *stop);

/* ---- state.c ---- */
MUST_CHECK int arm64_state_visit(struct arm64 *a, enum cpu_state_op op, cpu_state_fn fn, void *ctx);

#endif
