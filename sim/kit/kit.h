/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * <trapline/kit.h> - a machine in a test of one's own kernel.
 *
 * Purpose: stand anywhere in a kernel, or in a few instructions, of arm64 or x86_64; set and read
 * every register and all memory; run to a symbol, an address, a trap, a return or a number; make a
 * trap or an interrupt happen; go back and try something else. Asserts are in <trapline/test.h>.
 *
 * Rules of use
 *   - trapline_open_elf() or trapline_open_code(), then anything, then trapline_close().
 *   - Functions that can fail return 0 or -errno; trapline_error() has a sentence: what, where.
 *   - Addresses are guest-virtual as the CPU translates them now, unless said otherwise. Where a
 *     machine stands has a number: retired instructions plus one for each exception entry.
 *   - The same calls give the same states, always: nothing of the host is visible in a machine.
 *   - Several machines may live in one process; one machine is not thread safe.
 *   - Runs end with -ETIMEDOUT after trapline_set_limit() instructions without what was asked for.
 */
#ifndef TRAPLINE_KIT_H
#define TRAPLINE_KIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define TRAPLINE_API __attribute__((visibility("default")))
#else
#define TRAPLINE_API
#endif

struct trapline;
struct trapline_snapshot;

enum trapline_arch { TRAPLINE_ARM64, TRAPLINE_X86_64 };

/* What a machine is made of; zeros are defaults. */
struct trapline_options {
    uint64_t ram_bytes;  /* multiple of 2 MiB; 0: 16 MiB (code) or 64 MiB (kernel) */
    uint64_t hz;         /* instructions per second of guest time; 0: 1 GHz */
    uint64_t seed;       /* entropy for the guest */
    const char *cmdline; /* of the kernel; NULL: "" */
    const char *initrd;  /* a file, NULL: none */
    bool el2;            /* arm64, of a kernel: enter it at EL2, with PSCI by SMC */
    unsigned gic;        /* arm64: the interrupt controller, 2 or 3; 0: 2 */
    uint64_t later[4];   /* zeros: room for what is to come */
};

/*
 * A kernel of one's own: an ELF file (PVH or multiboot on x86_64), an arm64 Image or a bzImage, at
 * its first instruction (BOARDS.md says in what state). On failure *out is NULL, and `err`
 * (of err_len bytes) holds the sentence. `options` may be NULL.
 */
TRAPLINE_API int trapline_open_elf(enum trapline_arch arch, const char *path,
                                   const struct trapline_options *options, struct trapline **out,
                                   char *err, size_t err_len);
/*
 * A machine without a kernel, for a few instructions: paging is on, one to one; there are
 * exception vectors, a stack and places of every kind (trapline_place()). The CPU stands at
 * TRAPLINE_KERNEL_CODE in kernel mode, interrupts masked; trapline_enter_user() goes to user mode.
 * Vectors hold a wait for an interrupt each until trapline_write() puts code there.
 */
TRAPLINE_API int trapline_open_code(enum trapline_arch arch, const void *code, size_t bytes,
                                    const struct trapline_options *options, struct trapline **out,
                                    char *err, size_t err_len);
/*
 * The same from a source text, as trapline_assemble() takes it: "movi v0.16b, #0; eret".
 */
TRAPLINE_API int trapline_open_asm(enum trapline_arch arch, const char *source,
                                   const struct trapline_options *options, struct trapline **out,
                                   char *err, size_t err_len);
TRAPLINE_API void trapline_close(struct trapline *t);
/* What went wrong last. */
TRAPLINE_API const char *trapline_error(const struct trapline *t);
TRAPLINE_API enum trapline_arch trapline_arch(const struct trapline *t);
/* The library's version, as "0.1.0". */
TRAPLINE_API const char *trapline_version(void);

/* 2 MiB each, in a machine of trapline_open_code(). */
enum trapline_place {
    TRAPLINE_KERNEL_CODE,
    TRAPLINE_KERNEL_DATA,
    TRAPLINE_KERNEL_STACK, /* its top */
    TRAPLINE_USER_CODE,
    TRAPLINE_USER_DATA,
    TRAPLINE_USER_STACK,   /* its top */
    TRAPLINE_READ_ONLY,    /* user may read, nobody may write */
    TRAPLINE_UNMAPPED,
};
TRAPLINE_API uint64_t trapline_place(const struct trapline *t, enum trapline_place place);
/*
 * Where a trap goes: arm64 0x000..0x780, 0x800 more for EL2's; x86_64 0..255, 256 for SYSCALL; 0
 * where nothing says.
 */
TRAPLINE_API uint64_t trapline_vector(struct trapline *t, unsigned vector);
/* Stand at `pc` in user mode with the user stack, as a return from the kernel would. */
TRAPLINE_API int trapline_enter_user(struct trapline *t, uint64_t pc);

/* ---- registers: names as in the manuals: "x0", "v3", "esr_el1", "rip", "xmm7", "cr2" ---- */

TRAPLINE_API int trapline_set(struct trapline *t, const char *name, uint64_t value);
/* 0 where there is no such register, and trapline_error() says so. */
TRAPLINE_API uint64_t trapline_get(struct trapline *t, const char *name);
/* Registers wider than 8 bytes: little-endian, `bytes` at most the register's. */
TRAPLINE_API int trapline_set_bytes(struct trapline *t, const char *name, const void *value,
                                    size_t bytes);
TRAPLINE_API int trapline_get_bytes(struct trapline *t, const char *name, void *value,
                                    size_t bytes);
/*
 * System registers by number, those without a name above too: arm64 by encoding, as
 * TRAPLINE_SYSREG(3, 0, 0, 0, 5) for MPIDR_EL1; x86_64 MSRs by index, as 0x277 for IA32_PAT. From
 * outside, so no level and no trap forbids it. -ENOENT: the machine has none, or reading it does
 * something (an interrupt controller's). -EINVAL: it is read-only, or cannot hold that value.
 */
#define TRAPLINE_SYSREG(op0, op1, crn, crm, op2)                                                   \
    ((uint32_t)((op0) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2)))
TRAPLINE_API int trapline_get_sysreg(struct trapline *t, uint32_t number, uint64_t *value);
TRAPLINE_API int trapline_set_sysreg(struct trapline *t, uint32_t number, uint64_t value);
TRAPLINE_API uint64_t trapline_pc(struct trapline *t);
TRAPLINE_API int trapline_set_pc(struct trapline *t, uint64_t pc);
TRAPLINE_API uint64_t trapline_sp(struct trapline *t);
TRAPLINE_API bool trapline_in_user(struct trapline *t);
/* Give all vector registers values of their own, each different in every byte. */
TRAPLINE_API int trapline_fill_vectors(struct trapline *t, uint64_t seed);

/* All registers at one moment. */
#define TRAPLINE_REGS_MAX 128
struct trapline_regs {
    uint8_t value[TRAPLINE_REGS_MAX][16];
};
TRAPLINE_API int trapline_regs(struct trapline *t, struct trapline_regs *regs);
/* How many there are, and the names in the order of trapline_regs. */
TRAPLINE_API size_t trapline_reg_count(const struct trapline *t);
TRAPLINE_API const char *trapline_reg_name(const struct trapline *t, size_t index);

/* ---- memory ---- */

/* -EFAULT where nothing is mapped. Writes go through read-only mappings. */
TRAPLINE_API int trapline_read(struct trapline *t, uint64_t va, void *bytes, size_t len);
TRAPLINE_API int trapline_write(struct trapline *t, uint64_t va, const void *bytes, size_t len);
TRAPLINE_API int trapline_read_phys(struct trapline *t, uint64_t pa, void *bytes, size_t len);
TRAPLINE_API int trapline_write_phys(struct trapline *t, uint64_t pa, const void *bytes,
                                     size_t len);
/*
 * Assemble `source` for this machine's CPU and write it to `va`; *end (may be NULL) is the address
 * behind it. The language is that of GNU as (x86_64: AT&T, `.intel_syntax noprefix` is obeyed), all
 * in one section; labels are its own. It needs binutils of that CPU on the host and takes some
 * milliseconds: assemble in the opener, not in each test. -ENOENT: there is no assembler.
 */
TRAPLINE_API int trapline_assemble(struct trapline *t, uint64_t va, const char *source,
                                   uint64_t *end);
TRAPLINE_API int trapline_translate(struct trapline *t, uint64_t va, uint64_t *pa);
/* 0 where there is no such symbol. */
TRAPLINE_API uint64_t trapline_symbol(struct trapline *t, const char *name);
/* "symbol+0x10", or the number. The text is the machine's until the next call. */
TRAPLINE_API const char *trapline_where(struct trapline *t, uint64_t va);
/* What the guest wrote to its console since the machine was opened or went back last. */
TRAPLINE_API const char *trapline_console(const struct trapline *t);

/* ---- running ---- */

/* The last exception entry. */
struct trapline_trap {
    uint64_t n;         /* number of the state at the vector; 0: there was none */
    uint64_t pc;        /* where the kernel would return to */
    uint64_t syndrome;  /* arm64: ESR_EL1, 0 for an interrupt; x86_64: error code, 0 where none */
    uint64_t addr;      /* FAR_EL1 or CR2 where the trap sets it */
    uint32_t vector;    /* as for trapline_vector() */
    bool from_user;
};

TRAPLINE_API uint64_t trapline_now(const struct trapline *t);
TRAPLINE_API void trapline_set_limit(struct trapline *t, uint64_t insns);
/* Exactly so many instructions and entries on; to a number. */
TRAPLINE_API int trapline_step(struct trapline *t, uint64_t count);
TRAPLINE_API int trapline_run_to_number(struct trapline *t, uint64_t n);
/* Before the instruction there runs; not counting the one that the machine stands at. */
TRAPLINE_API int trapline_run_to(struct trapline *t, uint64_t va);
TRAPLINE_API int trapline_run_to_symbol(struct trapline *t, const char *name);
/* At the vector of the next exception or interrupt. */
TRAPLINE_API int trapline_run_to_trap(struct trapline *t);
/*
 * Before the next ERET (arm64), IRETQ or SYSRETQ (x86_64) of the kernel file or of code that
 * trapline_write() put there. `to_user`: only one that goes to user mode.
 */
TRAPLINE_API int trapline_run_to_return(struct trapline *t, bool to_user);
TRAPLINE_API struct trapline_trap trapline_last_trap(const struct trapline *t);
/* A line for each trap since the machine was opened or went back last, oldest first, as
 * "el0_sync: data abort: write, translation at store+0x4": for golden texts. The machine's. */
TRAPLINE_API const char *trapline_traps_text(struct trapline *t);

/* ---- making things happen, at the instruction that is next ---- */

/* x86_64 vector 0..31 with an error code, TRAPLINE_NO_ERROR for those without. arm64: ESR_EL1. */
#define TRAPLINE_NO_ERROR UINT64_MAX
TRAPLINE_API int trapline_inject_trap(struct trapline *t, unsigned vector, uint64_t syndrome,
                                      uint64_t addr);
/* A page fault as the CPU would report it: of user mode or the kernel, whichever runs. */
TRAPLINE_API int trapline_inject_fault(struct trapline *t, uint64_t addr, bool is_write);
/* An interrupt that is taken now, masked or not: arm64 IRQ, x86_64 vector. */
TRAPLINE_API int trapline_inject_irq(struct trapline *t, unsigned vector);
/*
 * An interrupt that the controller holds pending until the guest takes it: INTID; APIC vector. A
 * machine of trapline_open_code() has its controller as after a reset, which passes none on: the
 * code enables it (arm64 GICD_CTLR, GICD_ISENABLER, GICC_PMR, GICC_CTLR at 0x08000000 and
 * 0x08010000; x86_64 bit 8 of 0xfee000f0), or trapline_inject_irq() does without.
 */
TRAPLINE_API int trapline_raise_irq(struct trapline *t, unsigned number);
/* Bytes that arrive at the console's UART; -ENOSPC: it took fewer. */
TRAPLINE_API int trapline_type(struct trapline *t, const char *text);

/* ---- going back ---- */

TRAPLINE_API int trapline_snapshot(struct trapline *t, struct trapline_snapshot **out);
/* As often as wanted, in any order: some microseconds and the pages that differ. */
TRAPLINE_API int trapline_restore(struct trapline *t, const struct trapline_snapshot *s);
/* Before the machine is closed. */
TRAPLINE_API void trapline_snapshot_free(struct trapline *t, struct trapline_snapshot *s);
/* A second machine in the same state, to be closed by itself; its snapshots are its own. */
TRAPLINE_API int trapline_fork(struct trapline *t, struct trapline **out);
/* trapline_mark() makes this state the one that trapline_rewind() goes to: a test's beginning. */
TRAPLINE_API int trapline_mark(struct trapline *t);
TRAPLINE_API int trapline_rewind(struct trapline *t);

/* ---- comparing: NULL where all is as expected, else a text to show, the machine's ---- */

enum trapline_group {
    TRAPLINE_GENERAL = 1,  /* x0-x30; rax-r15 but rsp */
    TRAPLINE_VECTORS = 2,  /* v0-v31, fpcr, fpsr; x87, xmm, mxcsr */
    TRAPLINE_SYSTEM = 4,   /* what the kernel alone writes */
    TRAPLINE_STATE = 8,    /* pc, sp, pstate; rip, rsp, rflags, segments */
};
/*
 * One register against a value; a wider one's upper bytes are zero then. Unlike trapline_get() it
 * tells a name that is none.
 */
TRAPLINE_API const char *trapline_differ_reg(struct trapline *t, const char *name, uint64_t want);
/* The registers of `groups` against an earlier look; `but`: names to leave out, or NULL. */
TRAPLINE_API const char *trapline_differ_regs(struct trapline *t, const struct trapline_regs *want,
                                              unsigned groups, const char *but);

/* Where a frame keeps a register: `name` as above. */
struct trapline_field {
    const char *name;
    uint32_t offset, bytes;
    uint32_t via; /* not 0: `offset` is into what the 8 bytes at this offset point at */
};
/* A frame that the kernel under test stored at `va` against the registers it should hold. */
TRAPLINE_API const char *trapline_differ_frame(struct trapline *t, uint64_t va,
                                               const struct trapline_field *fields, size_t count,
                                               const struct trapline_regs *want);
/* Linux's signal frame (struct rt_sigframe) at `sp`: all user registers and the FP state of `want`,
 * and si_signo. */
TRAPLINE_API const char *trapline_differ_signal(struct trapline *t, uint64_t sp, int signo,
                                                const struct trapline_regs *want);
/* trapline_traps_text() against a text, as a unified diff. */
TRAPLINE_API const char *trapline_differ_traps(struct trapline *t, const char *want);
/*
 * A text, such as trapline_traps_text() or trapline_console(), against the file `path`, as a
 * unified diff. `update`: what differs is written to the file instead, for a person to review.
 */
TRAPLINE_API const char *trapline_differ_golden(struct trapline *t, const char *text,
                                                const char *path, bool update);

#ifdef __cplusplus
}
#endif
#endif
