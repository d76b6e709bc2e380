/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/arch/x86_64/x86.h - the x86_64 machine, shared by the files of this folder.
 *
 * Purpose
 *   The guest runs as a nested guest inside the engine: a hidden stub executes
 *   VMRUN once, with nested paging and intercepts, and the engine stays in guest
 *   mode for good. Each intercepted event reaches us with an exact RIP: device
 *   accesses are nested page faults, CPUID, RDTSC, RDMSR, MOV CR and HLT are
 *   intercepts, exceptions carry their error code. See engine.c.
 *
 * Rules of use
 *   - Guest registers live in the engine; x86_view is a copy for an exception
 *     entry or an emulated instruction, written back in one go.
 *   - `n` in struct x86_count is exact only outside of a block, that is in
 *     events and between runs; x86_event() makes it so first of all.
 *   - The engine's own header is included by engine.h alone, which see.
 */
#ifndef TRAPLINE_CPU_X86_64_X86_H
#define TRAPLINE_CPU_X86_64_X86_H

#include "cpu/arch/x86_64/blocks.h"
#include "cpu/arch/x86_64/count.h"
#include "cpu/adversary.h"
#include "cpu/breaks.h"
#include "cpu/cpu.h"
#include "cpu/pages_clients.h"
#include "cpu/dev/acpi_pm.h"
#include "cpu/dev/cmos.h"
#include "cpu/dev/debug_exit.h"
#include "cpu/dev/ioapic.h"
#include "cpu/dev/lapic.h"
#include "cpu/dev/pic8259.h"
#include "cpu/dev/pit8254.h"
#include "cpu/dev/uart16550.h"
#include "cpu/dev/virtio.h"
#include "cpu/progress.h"

#define CR0_PE 0x1u
#define CR0_MP 0x2u
#define CR0_EM 0x4u
#define CR0_TS 0x8u
#define CR0_NE 0x20u
#define CR0_WP 0x10000u
#define CR0_AM 0x40000u
#define CR0_NW 0x20000000u
#define CR0_CD 0x40000000u
#define CR0_PG 0x80000000u

#define CR4_PSE        0x10u
#define CR4_PAE        0x20u
#define CR4_OSFXSR     0x200u
#define CR4_OSXMMEXCPT 0x400u
#define CR4_OSXSAVE    0x40000u

#define EFER_SCE 0x1u
#define EFER_LME 0x100u
#define EFER_LMA 0x400u
#define EFER_NXE 0x800u

#define FLAG_TF   0x100u
#define FLAG_IF   0x200u
#define FLAG_DF   0x400u
#define FLAG_IOPL 0x3000u
#define FLAG_NT   0x4000u
#define FLAG_RF   0x10000u
#define FLAG_VM   0x20000u
#define FLAG_AC   0x40000u

enum x86_vector {
    X86_DE = 0,
    X86_DB = 1,
    X86_NMI = 2,
    X86_BP = 3,
    X86_OF = 4,
    X86_UD = 6,
    X86_NM = 7,
    X86_DF = 8,
    X86_TS = 10,
    X86_NP = 11,
    X86_SS = 12,
    X86_GP = 13,
    X86_PF = 14,
    X86_MF = 16,
    X86_AC = 17,
    X86_XM = 19,
    X86_SYSCALL = 256, /* as struct cpu_trap numbers it */
};

enum x86_seg_name { SEG_ES, SEG_CS, SEG_SS, SEG_DS, SEG_FS, SEG_GS, SEG_LDT, SEG_TR, SEG_COUNT };

/* A segment register with its hidden part; `flags` is the descriptor's second word. */
struct x86_seg {
    uint64_t base;
    uint32_t selector;
    uint32_t limit; /* bytes, granularity applied */
    uint32_t flags;
    uint32_t reserved;
};

#define DESC_ATTRIB  0xf0ff00u /* what a VMCB keeps of the flags: not the limit */
#define DESC_LONG    (1u << 21)
#define DESC_BIG     (1u << 22)
#define DESC_PRESENT (1u << 15)
#define DESC_DPL(f)  ((f) >> 13 & 3)

struct x86_table {
    uint64_t base;
    uint64_t limit;
};

/* What exception entry and instruction emulation need of the processor. */
struct x86_view {
    uint64_t rip, rsp, rflags, efer, cr0, cr2, cr3, cr4;
    struct x86_seg seg[SEG_COUNT];
    struct x86_table gdt, idt;
    uint32_t cpl;
};

/* What the walker needs; valid until the next change of a control register. */
struct x86_paging {
    uint64_t cr0, cr3, cr4, efer;
};

/* All registers that the engine does not keep for us. */
struct x86_msrs {
    uint64_t tsc_offset; /* TSC minus cycles */
    uint64_t tsc_aux, pat, misc_enable, mtrr_def_type;
    uint64_t sysenter[3];
    uint64_t mtrr_fixed[11], mtrr_var[16];
    uint64_t star, lstar, cstar, fmask; /* copies: the engine has them too, for SYSRET */
};

struct x86_unimplemented_entry {
    char what[24];
    uint64_t reads, writes;
    vaddr_t pc; /* of the first */
};

#define X86_UNIMPLEMENTED_MAX 64

struct x86_board {
    struct lapic lapic;
    struct ioapic ioapic;
    struct pic8259 pic;
    struct pit8254 pit;
    struct uart16550 uart;
    struct cmos cmos;
    struct exit_port exit_port;
    struct acpi_pm acpi_pm;
    struct virtio_dev virtio[VIRTIO_SLOTS];
    uint8_t post_code; /* port 0x80 */
    uint8_t elapsed[7];
};

/* Saved with the machine: what the run loop remembers between two instructions. */
struct x86_flow {
    insn_t shadow_n;      /* interrupts are held off at this number (STI, MOV SS) */
    uint64_t halted;
    uint64_t debug_pending; /* a single step trap is due before the next instruction */
    uint64_t from_kernel; /* the last state seen was in the kernel (watch mode) */
    uint64_t ac_watch;    /* user code has set RFLAGS.AC under CR0.AM: see step.c */
    uint64_t look;        /* X86_LOOK_*: due before the next block */
};

enum {
    X86_LOOK_FP = 1,  /* masks of FP exceptions may have changed */
    X86_LOOK_AC = 2,  /* RFLAGS.AC may have */
    X86_LOOK_CUT = 4, /* not yet: we stopped inside of the block that asked */
};

/* What blocks are looked at for; follows from the guest's registers. */
struct x86_checks {
    bool unknown;  /* the registers came from outside */
    bool fp;       /* an x87 or SSE exception is unmasked */
    bool stepping; /* the engine runs one instruction under our TF */
    bool stepped;  /* and has */
};

struct x86_engine;
struct x86_counter;
struct x86_dirty;

struct x86_pages;

struct x86 {
    struct x86_count count; /* first: the block hook works on it */
    struct cpu_config config;
    struct x86_engine *engine;
    struct x86_counter *counter;
    struct x86_dirty *dirty; /* NULL: writes are not noted */
    uint8_t *ram; /* and what the engine keeps behind it (x86_engine_extra_bytes()) */
    cycles_t skipped; /* cycles = count.n + skipped */
    insn_t idled_n;     /* time was skipped last at this number; no part of the state */
    insn_t stop_behind; /* a watched store of a device: stop at this number; UINT64_MAX: none */
    cycles_t horizon; /* which cycles do not pass; the owner's, no part of the state */
    struct x86_paging paging;
    bool paging_known;
    bool watch;
    struct cpu_breaks breaks;
    struct cpu_progress progress;
    struct cpu_blocks blocks;
    struct x86_pages *pages; /* NULL: not watched */
    struct adversary *adversary; /* NULL: the TLB keeps nothing too long */
    vaddr_t remap_at;     /* the block now running ends in INVLPG or MOV to CR3, */
    uint32_t remap_bytes; /* and has this size; 0: it does not */
    bool unsure;          /* behind an IRETQ: it may have led to user mode or not */
    struct x86_msrs msrs;
    struct x86_board board;
    struct virtio_bus virtio;
    struct x86_flow flow;
    struct x86_checks checks;
    size_t disassembler; /* capstone's handle, 0 until it is needed */
    struct cpu_stop stop;
    bool stopped; /* `stop` is set: leave the run loop */
    bool stop_asked;
    uint8_t rip_ahead; /* while the SYSCALL hook reports: what the engine will add to RIP */
    struct x86_unimplemented_entry unimplemented[X86_UNIMPLEMENTED_MAX];
    size_t unimplemented_count;
    char error[160];
};

static inline cycles_t x86_cycles(const struct x86 *x)
{
    return x->count.n + x->skipped;
}

/* ---- dma.c ---- */
/* Accesses of devices to RAM, between two instructions. */
struct virtio_memory x86_dma_memory(struct x86 *x);

/* ---- engine.c ---- */
/* Bytes that the engine needs directly behind RAM; a multiple of 4096. */
size_t x86_engine_extra_bytes(size_t ram_bytes);
MUST_CHECK int x86_engine_create(struct x86 *x);
void x86_engine_destroy(struct x86 *x);
/* Load `v` as the whole segment, control and flag state (by VMRUN). */
MUST_CHECK int x86_engine_enter(struct x86 *x, const struct x86_view *v);
/* Run until an event asks for a stop. Returns -EIO when the engine refused. */
MUST_CHECK int x86_engine_run(struct x86 *x);
void x86_engine_stop(struct x86 *x);
/* In the hook of a block that shall not run: the PC is at its start then. */
void x86_engine_stop_before(struct x86 *x, vaddr_t pc);
void x86_engine_flush_tlb(struct x86 *x);
/* A device stores there, now, between two instructions: see cpu_watch_stores(). */
void x86_engine_device_store(struct x86 *x, paddr_t pa, size_t len);
/* The model is about to store there itself, as part of the step from this number to the next. */
void x86_engine_model_store(struct x86 *x, paddr_t pa, size_t len);
/* See cpu_watch_insns(). */
MUST_CHECK int x86_engine_watch_insns(struct x86 *x, cpu_insn_fn fn, void *ctx);
/* See cpu_watch_stores(). */
MUST_CHECK int x86_engine_watch_stores(struct x86 *x, const struct cpu_range *list, size_t count,
                                       cpu_store_fn fn, void *ctx);
/* The engine itself (uc_engine), for pages.c. */
void *x86_engine_handle(struct x86 *x);
void x86_engine_drop_code(struct x86 *x, vaddr_t start, vaddr_t end);
/* Not in a hook: drop translated code of all pages that `wanted` names. */
/* Drop what was translated from a physical page; not from inside a hook. */
void x86_engine_drop_page(struct x86 *x, uint64_t page);
void x86_engine_drop_pages(struct x86 *x, bool (*wanted)(const struct x86 *x, uint64_t page));
/* Addresses at which the engine stops before the instruction, as an intercepted HLT. */
MUST_CHECK int x86_engine_set_exits(struct x86 *x);
MUST_CHECK int x86_engine_put_exits(struct x86 *x, uint64_t *list, size_t count);
/* In the block hook: true while the stub enters the guest (nothing to count). */
bool x86_engine_entering(struct x86 *x, vaddr_t pc);
/* Registers by the engine's own numbers, for the tables in regs.c. */
int x86_uc_gpr(unsigned index);
int x86_uc_xmm(unsigned index);
int x86_uc_st(unsigned index);
int x86_uc_fsw(void); /* the top of the stack, without what was raised since */
int x86_uc_ftw(void);
void x86_uc_read_batch(struct x86 *x, int *numbers, void **to, size_t count);
MUST_CHECK int x86_uc_read(struct x86 *x, int uc_id, void *value);
MUST_CHECK int x86_uc_write(struct x86 *x, int uc_id, const void *value);
void x86_view_load(struct x86 *x, struct x86_view *v);
/*
 * For tests: from now on the state is read and written by contexts. False: so it was, as the
 * engine's own was not found.
 */
bool x86_engine_use_contexts(struct x86 *x);
/* The same but of the segments CS alone, and no tables: for who enters 64-bit code. */
void x86_view_load_flat(struct x86 *x, struct x86_view *v);
/* After x86_view_load(): write back RIP, RSP, RFLAGS, CR2, CS, SS, CPL. */
void x86_view_store(struct x86 *x, const struct x86_view *v);
/* Between the two: a general register in the same write. */
void x86_view_put_gpr(struct x86 *x, unsigned index, uint64_t value);
uint32_t x86_event_error_code(struct x86 *x);
uint64_t x86_event_address(struct x86 *x); /* faulting address: linear for #PF, physical for NPF */
uint64_t x86_reg(struct x86 *x, int regid);
void x86_set_reg(struct x86 *x, int regid, uint64_t value);
uint64_t x86_gpr(struct x86 *x, unsigned index); /* 0..15 in encoding order */
void x86_set_gpr(struct x86 *x, unsigned index, uint64_t value);
uint64_t x86_msr_native(struct x86 *x, uint32_t index);
void x86_set_msr_native(struct x86 *x, uint32_t index, uint64_t value);
bool x86_long_code(struct x86 *x); /* CS.L and LMA */
bool x86_long_mode(struct x86 *x); /* LMA */
/*
 * What the engine adds to RIP in 64-bit code, where the CPU adds nothing; without that from now on.
 */
uint64_t x86_code_base(struct x86 *x);
bool x86_drop_code_base(struct x86 *x); /* false: it was 0 */
bool x86_flat_code(struct x86 *x); /* that, or 32 bits from address 0 on */
unsigned x86_cpl(struct x86 *x);
void x86_debug_regs(struct x86 *x, uint64_t dr[8], bool is_write);
/* Nested page: forbid or allow guest writes. */
void x86_engine_protect(struct x86 *x, paddr_t page, bool writable);

/* Exceptions that the engine keeps apart go into MXCSR and the x87 status word. */
void x86_fp_sync(struct x86 *x);
struct x86_fp_words {
    uint32_t mxcsr;
    uint16_t fcw, fsw;
    uint64_t fs_base, gs_base; /* of the same look; not put back */
};
struct x86_fp_words x86_fp_words(struct x86 *x);
void x86_fp_words_put(struct x86 *x, const struct x86_fp_words *w);
/* Exceptions raised since the last sync, as MXCSR numbers them; forgets them. */
void x86_fp_take_raised(struct x86 *x, uint32_t *x87, uint32_t *sse);
/* Keep the whole processor state, and go back to it. */
void x86_engine_mark(struct x86 *x);
void x86_engine_back(struct x86 *x);
/* The same into a context of the caller's; *context is made where it is NULL. */
MUST_CHECK int x86_engine_save(struct x86 *x, void **context);
MUST_CHECK int x86_engine_restore(struct x86 *x, void *context);
void x86_engine_free_saved(void *context);

enum x86_special {
    X86_RIP,
    X86_RFLAGS,
    X86_CR0,
    X86_CR2,
    X86_CR3,
    X86_CR4,
    X86_RAX,
    X86_RBX,
    X86_RCX,
    X86_RDX,
};

/* ---- trap.c ---- */
#define X86_NO_ERROR UINT64_MAX
enum x86_trap_type { X86_FAULT, X86_TRAP, X86_SOFT, X86_EXTERNAL };
/* Deliver through the IDT. The frame's RIP is v->rip. */
void x86_trap(struct x86 *x, struct x86_view *v, unsigned vector, uint64_t error, uint64_t addr,
              enum x86_trap_type type);
void x86_syscall(struct x86 *x);
/* Deliver a fault at the current instruction. */
void x86_fault(struct x86 *x, unsigned vector, uint64_t error);
/* An intercept or exception of the engine. */
void x86_event(struct x86 *x, uint32_t code);
/* The engine stands at an exit that it could not tell of (x86_count_is_unseen()). */
void x86_event_unseen_exit(struct x86 *x, vaddr_t rip);

/* ---- dirty.c ---- */
MUST_CHECK int x86_dirty_start(struct x86 *x);
void x86_dirty_destroy(struct x86 *x);
void x86_dirty_take(struct x86 *x, cpu_page_fn fn, void *ctx);
/* A store to RAM is about to be done, by the guest or for it. */
void x86_dirty_note(struct x86 *x, paddr_t pa, size_t len);
/* Must a store to this page be seen first? */
bool x86_dirty_is_clean(const struct x86 *x, uint64_t page);
void x86_ram_put_page(struct x86 *x, uint32_t page, const uint8_t *bytes);
/* After pages were put: no translated code of what they held is left. */
void x86_dirty_settle(struct x86 *x);

/* ---- pages.c ---- */
MUST_CHECK int x86_pages_watch(struct x86 *x, unsigned client, const struct pages_client *c);
void x86_pages_destroy(struct x86 *x);
/* The model is about to store 1 to 8 bytes itself: it is no block that does (0 bytes of code). */
void x86_pages_model_store(struct x86 *x, paddr_t pa, const uint8_t *bytes, unsigned len);
/* See cpu_kernel_page_add() and cpu_kernel_pages_added(). */
void x86_pages_add(struct x86 *x, uint32_t page);
void x86_pages_added(struct x86 *x);
/* The engine translated a block, which is about to run. */
void x86_pages_translated(struct x86 *x, vaddr_t pc);
/* The engine has stopped. */
void x86_pages_stopped(struct x86 *x);
/* The kernel is about to run: by an exception entry, or as a state was put back. */
void x86_pages_in_kernel(struct x86 *x);

/* ---- tlb.c ---- */
/* Walk the tables in tlb.c, or let the engine do it. */
void x86_tlb_walk_here(struct x86 *x, bool here);
/* Nested paging allows what it forbade: it is walked in tlb.c again. */
void x86_tlb_settled(struct x86 *x);
/* A device was accessed: who walks from here on? */
void x86_tlb_device(struct x86 *x);
/* How often tlb.c left a miss to the engine, for tests. */
uint64_t x86_tlb_passed_on(const struct x86 *x);

/* ---- adversary.c; where there is none, they do nothing ---- */
MUST_CHECK int x86_adversary_create(struct x86 *x);
/* CR0, CR3 or CR4 was written. */
void x86_adversary_remapped(struct x86 *x);
void x86_adversary_fault(struct x86 *x, vaddr_t va);
/* Must every block be looked at? */
bool x86_adversary_looks(const struct x86 *x);
/* A block of `insns` is about to run. */
void x86_adversary_block(struct x86 *x, vaddr_t pc, uint32_t size, unsigned insns);
/* A block that ends in INVLPG or MOV to CR3 begins; the block now running has run (tlb_drop.c). */
void x86_remap_begins(struct x86 *x, vaddr_t pc, uint32_t size);
void x86_remap_ran(struct x86 *x);
/* An exception entry. */
void x86_adversary_in_kernel(struct x86 *x);
/* The engine has stopped. */
void x86_adversary_stopped(struct x86 *x);

/* ---- mark.c ---- */
MUST_CHECK int x86_mark_take(struct x86 *x, void **mark);
MUST_CHECK int x86_mark_restore(struct x86 *x, const void *mark);
void x86_mark_free(void *mark);

/* ---- step.c ---- */
/* Read again what decides `checks`. */
void x86_checks_look(struct x86 *x);
/* User code was seen with these flags. */
void x86_checks_user_flags(struct x86 *x, unsigned cpl, uint64_t rflags, uint64_t cr0);
/* Before a block: must it run one instruction at a time? */
bool x86_checks_block(struct x86 *x, bool has_fp);
/* Not in a hook: run the instruction at RIP with all checks, or deliver its fault. */
MUST_CHECK int x86_step(struct x86 *x);
/* In an event: our TF is out of sight again. */
void x86_step_end(struct x86 *x);

/* ---- mmu.c ---- */
enum x86_access { X86_READ = 0, X86_WRITE = 1, X86_EXEC = 2 };
/* 0, or -EFAULT with the #PF error code (without the user bit) in *error. Sets A and D bits. */
int x86_walk(struct x86 *x, vaddr_t va, enum x86_access access, bool user, paddr_t *pa,
             uint32_t *error);
/* Privileged access to RAM through the tables; -EFAULT and *bad, *error at the first bad byte. */
int x86_mem_read(struct x86 *x, vaddr_t va, void *buf, size_t len, vaddr_t *bad, uint32_t *error);
int x86_mem_write(struct x86 *x, vaddr_t va, const void *buf, size_t len, vaddr_t *bad,
                  uint32_t *error);
void x86_paging_refresh(struct x86 *x);
/* Look without touching: no A or D bits. */
int x86_peek(struct x86 *x, vaddr_t va, paddr_t *pa);

/* ---- emul.c: intercepted instructions ---- */
void x86_emul_cpuid(struct x86 *x);
void x86_emul_rdtsc(struct x86 *x, bool with_aux);
void x86_emul_msr(struct x86 *x);
/* An MSR from outside (cpu_sysreg_read() and _write()). */
MUST_CHECK int x86_system_read(struct x86 *x, uint32_t index, uint64_t *value);
MUST_CHECK int x86_system_write(struct x86 *x, uint32_t index, uint64_t value);
void x86_emul_cr(struct x86 *x, unsigned cr);
void x86_emul_write_dr(struct x86 *x, unsigned index);
/* At an exit of the translator: HLT, IN, OUT, INS or OUTS. */
void x86_emul_halt_or_port(struct x86 *x);
/* The instruction at RIP retired: step over it. */
void x86_retire(struct x86 *x, unsigned len);

/* ---- mmio.c ---- */
void x86_mmio(struct x86 *x, paddr_t pa);

/* ---- board.c ---- */
void x86_board_reset(struct x86 *x);
uint32_t x86_port_read(struct x86 *x, uint16_t port, unsigned size);
void x86_port_write(struct x86 *x, uint16_t port, unsigned size, uint32_t value);
uint64_t x86_mmio_read(struct x86 *x, paddr_t pa, unsigned size);
void x86_mmio_write(struct x86 *x, paddr_t pa, unsigned size, uint64_t value);
cycles_t x86_board_next(struct x86 *x);
void x86_board_advance(struct x86 *x);
bool x86_irq_pending(struct x86 *x);
unsigned x86_irq_take(struct x86 *x);
void x86_unimplemented(struct x86 *x, bool is_write, const char *fmt, uint64_t value);
/* After a device changed: the run must look at interrupts and at the next event. */
void x86_board_changed(struct x86 *x);
void x86_stop(struct x86 *x, enum cpu_stop_reason reason, int status);

/* ---- regs.c ---- */
const struct cpu_reg_desc *x86_reg_table(size_t *count);
MUST_CHECK int x86_reg_read(struct x86 *x, int id, void *value);
MUST_CHECK int x86_reg_write(struct x86 *x, int id, const void *value);

/* ---- run.c ---- */
MUST_CHECK int x86_create(struct x86 *x, const struct cpu_config *config);
void x86_destroy(struct x86 *x);
MUST_CHECK int x86_reset(struct x86 *x, const struct cpu_entry *entry);
MUST_CHECK int x86_run(struct x86 *x, insn_t target, struct cpu_stop *stop);

#endif
