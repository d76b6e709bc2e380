/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/cpu.h - one virtual CPU with its board, as sim/ drives it.
 *
 * Purpose
 *   A `struct cpu` is a whole machine without any tie to the host: processor,
 *   RAM, interrupt controller, timers and console, arm64 or x86_64. It is a
 *   pure function of its initial state and of the inputs given through this
 *   header. Nothing here reads host time, randomness, environment or files.
 *
 * Rules of use
 *   - cpu_create(), load memory with cpu_phys_write(), cpu_reset(), then
 *     cpu_run() as often as wanted.
 *   - cpu_run(cpu, n) stops with cpu_now(cpu) == n exactly, on every build and
 *     engine version. Where it stops is independent of earlier stops.
 *   - Callbacks in `struct cpu_host` may read the machine (registers, memory,
 *     clock). Only sim may change it, and only between two cpu_run() calls.
 *   - Every function that can fail returns 0 or -errno; cpu_error() has a
 *     sentence for a person.
 *   - Two cpus may live in one process; one cpu is not thread safe.
 */
#ifndef TRAPLINE_CPU_CPU_H
#define TRAPLINE_CPU_CPU_H

#include "cpu/types.h"

struct cpu;

/* One exception or interrupt entry, reported after the CPU state is at the vector. */
enum cpu_trap_kind {
    CPU_TRAP_SYNC,      /* synchronous exception (fault, breakpoint, software interrupt) */
    CPU_TRAP_SYSCALL,   /* arm64 SVC; x86_64 SYSCALL */
    CPU_TRAP_IRQ,       /* external or timer interrupt */
    CPU_TRAP_FIQ,       /* arm64 FIQ; x86_64 NMI */
};

struct cpu_trap {
    insn_t n;               /* number of the state at the vector (its own tick included) */
    cycles_t cycles;        /* clock at that state */
    enum cpu_trap_kind kind;
    bool from_user;         /* interrupted EL0 or CPL 3 */
    uint32_t vector;        /* arm64: offset from VBAR_EL1 (0x000..0x780), 0x800 more: VBAR_EL2;
                               x86_64: vector 0..255, 256 for SYSCALL */
    vaddr_t pc;             /* preferred return address (ELR_EL1; RIP pushed, or RCX of SYSCALL) */
    uint64_t syndrome;      /* arm64: ESR_EL1, 0 for IRQ; x86_64: error code, 0 where none */
    uint64_t addr;          /* FAR_EL1 or CR2 where the trap sets it, else 0 */
};

/* A device, register or access that the model does not implement. */
struct cpu_unimplemented {
    const char *what;       /* "MSR 0x1a0", "MMIO 0x0b000000", static until the cpu is destroyed */
    bool is_write;
    uint64_t count;         /* how often so far, this one included */
    vaddr_t pc;
};

/* What the machine tells its owner and asks of it. Any member may be NULL. */
struct cpu_host {
    void *ctx;
    /* Bytes that the guest wrote to its console. */
    void (*console_output)(void *ctx, const uint8_t *bytes, size_t len);
    /*
     * Chaos: by how many cycles the timer interrupt due at `deadline` comes late.
     * Asked once for each deadline that the guest arms; 0 keeps it in place.
     */
    cycles_t (*timer_delay)(void *ctx, insn_t n, cycles_t deadline);
    /* Every exception entry, in order. Must be cheap when recording. */
    void (*trap)(void *ctx, const struct cpu_trap *trap);
    /*
     * Watch mode only (cpu_watch_returns): the CPU is about to execute its first
     * instruction in user mode after a return from the kernel, at number `n`.
     */
    void (*user_return)(void *ctx, insn_t n, vaddr_t pc);
    void (*unimplemented)(void *ctx, const struct cpu_unimplemented *u);
    /* An Ethernet frame that the guest sent, now (cpu_cycles()). */
    void (*net_output)(void *ctx, const uint8_t *frame, size_t len);
};

/*
 * What stands on the virtio bus (cpu/dev/virtio.h), in the order of its slots. `data` is borrowed
 * for the cpu's life and never written.
 */
enum cpu_device_kind {
    CPU_DEVICE_BLOCK,       /* data: the image, a multiple of 512 bytes */
    CPU_DEVICE_ENTROPY,     /* gives what `seed` stretches to */
    CPU_DEVICE_CONSOLE,     /* beside the serial line, and before it once its driver is ready */
    CPU_DEVICE_NET,         /* data: the other end's script (cpu/dev/net_script.h), checked */
};

struct cpu_device {
    enum cpu_device_kind kind;
    bool read_only;
    const uint8_t *data;
    uint64_t bytes;
};
#define CPU_DEVICES_MAX 8u

struct cpu_config {
    enum arch arch;
    size_t ram_bytes;       /* multiple of 2 MiB; arm64 at 0x40000000, x86_64 at 0 */
    uint64_t hz;            /* instructions per second of guest time; 0: 1 GHz */
    const void *flash;      /* arm64: a firmware, at physical 0; copied. NULL: no flash */
    size_t flash_bytes;     /* at most 64 MiB */
    uint64_t wall_start_s;  /* what the real time clock (PL031, CMOS) reads at n = 0, UTC seconds */
    bool strict;            /* stop at the first unimplemented access */
    bool adversary;         /* table entries are seen as late as the architecture
                               allows (adversary.h) */
    uint64_t seed;          /* of the entropy device */
    unsigned gic;           /* arm64: 3 for a GICv3; else a GICv2 */
    struct cpu_device devices[CPU_DEVICES_MAX];
    unsigned device_count;
    struct cpu_host host;
};

/* How the first instruction of a kernel is entered. */
enum cpu_entry_mode {
    CPU_ENTRY_ARM64_EL1,    /* MMU off, EL1h, DAIF masked; arg[0..3] = x0..x3 */
    CPU_ENTRY_ARM64_EL2,    /* the same at EL2h; PSCI by SMC */
    CPU_ENTRY_X86_PROT32,   /* PVH and multiboot: 32-bit flat, paging off; arg[0] =
                               eax, arg[1] = ebx */
    CPU_ENTRY_X86_LONG64,   /* Linux 64-bit boot: identity tables at arg[3] = cr3; arg[1] = rsi */
};

struct cpu_entry {
    enum cpu_entry_mode mode;
    vaddr_t pc;
    uint64_t arg[4];
};

enum cpu_stop_reason {
    CPU_STOP_TARGET,        /* reached the asked number */
    CPU_STOP_HORIZON,       /* the clock reached cpu_set_horizon() */
    CPU_STOP_IDLE,          /* waits for an interrupt and no timer will ever bring
                               one: only input can */
    CPU_STOP_POWEROFF,      /* PSCI SYSTEM_OFF (status = low byte of x1); isa-debug-exit (status
                               = byte written) */
    CPU_STOP_RESET,         /* PSCI SYSTEM_RESET; keyboard-controller or port 0xcf9 reset */
    CPU_STOP_SHUTDOWN,      /* x86 triple fault; arm64: an exception at an unfetchable vector,
                               again and again */
    CPU_STOP_STRICT,        /* unimplemented access under strict */
    CPU_STOP_REQUESTED,     /* cpu_request_stop() */
    CPU_STOP_BREAK,         /* before an instruction of cpu_set_breaks() */
    CPU_STOP_ENGINE,        /* the engine refused; cpu_error() says why. A bug of ours. */
};

struct cpu_stop {
    enum cpu_stop_reason reason;
    int status;             /* CPU_STOP_POWEROFF: what the guest gave */
};

/* Lifetime. On failure *out is NULL and `err` (of err_len bytes) holds a sentence. */
MUST_CHECK int cpu_create(const struct cpu_config *config, struct cpu **out, char *err,
                          size_t err_len);
void cpu_destroy(struct cpu *cpu);
const char *cpu_error(const struct cpu *cpu);
enum arch cpu_arch(const struct cpu *cpu);

/* Put the processor and all devices into their reset state, then at the entry. RAM is kept. */
MUST_CHECK int cpu_reset(struct cpu *cpu, const struct cpu_entry *entry);

/* Run until cpu_now() == target or something else stops the machine. */
MUST_CHECK int cpu_run(struct cpu *cpu, insn_t target, struct cpu_stop *stop);
/*
 * The clock does not pass `cycles`, neither by instructions nor by idling: a run ends there with
 * CPU_STOP_HORIZON (at once, where it is there already) or with what else is due. UINT64_MAX: any
 * time.
 */
void cpu_set_horizon(struct cpu *cpu, cycles_t cycles);
/* It idles, and nothing of its own will ever end that. */
bool cpu_waits(struct cpu *cpu);
/* From a callback: stop before the next instruction. */
void cpu_request_stop(struct cpu *cpu);

/*
 * Tests of trap paths, between two runs. cpu_inject() enters the kernel now, whatever is masked, as
 * if the instruction at the PC had caused it: `syndrome` is ESR_EL1, or the error code (-1: none is
 * pushed); `addr` becomes FAR_EL1 or CR2 where the trap sets it. `vector`: x86_64 alone. -EINVAL:
 * no such trap on this CPU. cpu_interrupt() makes an interrupt pending at the interrupt controller
 * (INTID; vector of the local APIC), which is delivered when the guest lets it.
 */
struct cpu_injection {
    enum cpu_trap_kind kind;    /* CPU_TRAP_SYNC or CPU_TRAP_IRQ */
    uint32_t vector;
    uint64_t syndrome, addr;
};
MUST_CHECK int cpu_inject(struct cpu *cpu, const struct cpu_injection *what);
MUST_CHECK int cpu_interrupt(struct cpu *cpu, unsigned number);
/*
 * A page fault at the user instruction that comes next, as a stale translation makes it. -EINVAL:
 * the CPU is not in user mode.
 */
MUST_CHECK int cpu_fetch_fault(struct cpu *cpu);
/*
 * How many interrupts have been acknowledged and not ended (GIC: active; local APIC: in service).
 */
unsigned cpu_interrupts_active(struct cpu *cpu);
/* Forget translations: after page tables were written from outside. */
void cpu_flush_tlb(struct cpu *cpu);
/*
 * The number for cpu_interrupt() with which the guest's timer comes now; -ENODEV: it has set none
 * up.
 */
MUST_CHECK int cpu_timer_interrupt(struct cpu *cpu);
/*
 * Clear the last-level entry of a user page of the address space that is in use now, as a kernel
 * does that takes a page away, and forget its translation; or those of all its user pages.
 * Returns how many there were. Tables other than of 4 KiB pages at four levels have none.
 */
size_t cpu_unmap_user_page(struct cpu *cpu, vaddr_t va);
size_t cpu_unmap_user(struct cpu *cpu);

/* Clock. */
insn_t cpu_now(const struct cpu *cpu);
cycles_t cpu_cycles(const struct cpu *cpu);
uint64_t cpu_time_ns(const struct cpu *cpu);
/* While stopped with CPU_STOP_IDLE: let the clock jump to `cycles` (never back). */
void cpu_idle_until(struct cpu *cpu, cycles_t cycles);

/* Console input: returns how many bytes the UART's receive FIFO took. */
size_t cpu_console_room(const struct cpu *cpu);
size_t cpu_console_input(struct cpu *cpu, const uint8_t *bytes, size_t len);

/*
 * An Ethernet frame for the network interface. False: it took none (no driver, no buffer), and it
 * is lost.
 */
#define CPU_NET_FRAME_BYTES 1514u
bool cpu_net_input(struct cpu *cpu, const uint8_t *frame, size_t len);

/* Observation. Slower; the guest cannot tell. */
/*
 * Stop before instructions at these virtual addresses, in any address space, but for the one
 * that runs next at the time of this call: after a break, call it again and go on. `at` is
 * ascending, and the caller's until it is replaced.
 */
void cpu_set_breaks(struct cpu *cpu, const vaddr_t *at, size_t count);
void cpu_watch_returns(struct cpu *cpu, bool on);
/*
 * Stores to physical addresses: `fn` is called before a store that touches one of the ranges,
 * with the number `n` at which the block of code that stores began: the store is one of the
 * next few instructions. What an exception pushes, the step from `n` to the next does (x86_64).
 * True: stop where that block ends. The list stays the caller's until it
 * is replaced; a count of 0 ends it. Stores run several times slower meanwhile.
 */
struct cpu_range {
    paddr_t pa;
    size_t bytes;
};
typedef bool (*cpu_store_fn)(void *ctx, insn_t n);
#define CPU_RANGES_MAX 8u
MUST_CHECK int cpu_watch_stores(struct cpu *cpu, const struct cpu_range *list, size_t count,
                                cpu_store_fn fn, void *ctx);
/*
 * What devices store (DMA, cpu/dev/virtio.h), after they have, between two instructions at number
 * cpu_now(). NULL ends it. cpu_watch_stores() has such stores too: `n` is then the last state that
 * a run to a number stands in before they are done.
 */
typedef void (*cpu_dma_fn)(void *ctx, unsigned slot, paddr_t pa, size_t len);
void cpu_watch_dma(struct cpu *cpu, cpu_dma_fn fn, void *ctx);
/*
 * Stores by page: `map` has a byte for each page of RAM, and before a store to a page whose byte
 * is not 0 `fn` is called, when the general registers are those before the instruction. A store of
 * more than eight bytes comes in pieces, a cache line that is cleared (DC ZVA) in single bytes. The
 * map stays the caller's, who may change it at any time; NULL ends it. All stores run a little
 * slower meanwhile.
 */
struct cpu_store {
    insn_t n;               /* the state in which the block of code that stores began */
    vaddr_t pc;             /* of that block, */
    uint32_t code_bytes;    /* and its size; 0: not known, or no code, but an
                               exception that pushes */
    paddr_t pa;
    unsigned bytes;         /* 1 to 8 */
    uint64_t value;
};
typedef void (*cpu_page_store_fn)(void *ctx, const struct cpu_store *s);
MUST_CHECK int cpu_watch_pages(struct cpu *cpu, const uint8_t *map, cpu_page_store_fn fn,
                               void *ctx);
/*
 * The same without the stores of user mode, whose code is as fast as ever, on arm64 the kernel's
 * too. A byte of the map may become 0 at any time. One that became another is to be told of, its
 * page's number in RAM, and the last of some by cpu_kernel_pages_added(), in a callback or between
 * runs.
 */
MUST_CHECK int cpu_watch_kernel_pages(struct cpu *cpu, const uint8_t *map, cpu_page_store_fn fn,
                                      void *ctx);
void cpu_kernel_page_add(struct cpu *cpu, uint32_t page);
void cpu_kernel_pages_added(struct cpu *cpu);
/*
 * Code that runs: `fn` is called with each block of `bytes` of code at `pc` that is about to run,
 * its first instruction being number n (the state before it). A trap, an emulated instruction or
 * a stop may cut a block short, and what is left of it comes again as a block: the numbers of
 * this and of the next block or trap tell how much of it ran. Every instruction that retires is
 * in exactly one block. NULL ends it.
 */
typedef void (*cpu_block_fn)(void *ctx, insn_t n, vaddr_t pc, uint32_t bytes);
void cpu_watch_blocks(struct cpu *cpu, cpu_block_fn fn, void *ctx);
/* The same for blocks in the upper half of the addresses alone. In watch mode (cpu_watch_returns())
 * user mode's code is as fast as ever. */
void cpu_watch_kernel_blocks(struct cpu *cpu, cpu_block_fn fn, void *ctx);
/*
 * Every instruction: `fn` is called before each with the number and PC of the state that it
 * begins in, whose registers may be read. NULL ends it. Exception entries make no call. Some ten
 * times slower meanwhile.
 */
typedef void (*cpu_insn_fn)(void *ctx, insn_t n, vaddr_t pc);
MUST_CHECK int cpu_watch_insns(struct cpu *cpu, cpu_insn_fn fn, void *ctx);
/*
 * With `adversary`: `fn` is called at each entry to user mode, number n, that happens by table
 * entries that are no longer what the kernel wrote: all of them, up to CPU_STALE_MAX. NULL ends it.
 */
enum cpu_stale_lacks {
    CPU_STALE_BARRIER,      /* the store has not been followed by a barrier */
    CPU_STALE_INVALIDATION, /* of the old entry */
    CPU_STALE_COMPLETION,   /* the barrier behind that */
};
struct cpu_stale {
    paddr_t pa;             /* of the entry */
    vaddr_t va;             /* what it is for, */
    uint64_t bytes;         /* and how much of it */
    uint64_t old, now;      /* what the walker has; what the kernel wrote */
    insn_t n;               /* the state in which the block of code that wrote it began, */
    vaddr_t pc;             /* and where that is */
    enum cpu_stale_lacks lacks;
};
#define CPU_STALE_MAX 64u
typedef void (*cpu_stale_fn)(void *ctx, insn_t n, const struct cpu_stale *list, size_t count);
void cpu_watch_stale(struct cpu *cpu, cpu_stale_fn fn, void *ctx);
/* Called with every access the model left out, in a fixed order, at the end of a run; `pc` is
 * that of the first one of its kind. */
void cpu_unimplemented_each(const struct cpu *cpu,
                            void (*fn)(void *ctx, const struct cpu_unimplemented *u, uint64_t reads,
                                       uint64_t writes),
                            void *ctx);

/*
 * Registers: a fixed table per CPU, the same order in every build. Ids are
 * indexes into it (cpu/arch/CPU/regs.h names them).
 */
enum cpu_reg_group { CPU_REG_GENERAL, CPU_REG_FP, CPU_REG_SYSTEM };

struct cpu_reg_desc {
    const char *name;       /* "x0", "v3", "esr_el1", "rip", "xmm7", "cr2": lower case, as the
                               manuals write them */
    uint16_t bytes;         /* 1, 2, 4, 8, 10 or 16 */
    uint16_t group;         /* enum cpu_reg_group */
};

const struct cpu_reg_desc *cpu_reg_table(enum arch arch, size_t *count);
int cpu_reg_find(enum arch arch, const char *name); /* id, or -ENOENT */
/* `value` has room for cpu_reg_table()[id].bytes, little-endian. */
MUST_CHECK int cpu_reg_read(struct cpu *cpu, int id, void *value);
/* All of the table at once, 16 bytes for each, zero above its size; cheaper than one by one. */
MUST_CHECK int cpu_reg_read_all(struct cpu *cpu, uint8_t (*values)[16]);
/* These `count` registers, 16 bytes for each, in their order; cheaper than one by one. */
#define CPU_REG_LIST_MAX 96u
MUST_CHECK int cpu_reg_read_list(struct cpu *cpu, const int *ids, size_t count,
                                 uint8_t (*values)[16]);
MUST_CHECK int cpu_reg_write(struct cpu *cpu, int id, const void *value);
/*
 * A system register by its number, those beyond the table too, as code that may reach it would:
 * arm64 by encoding (op0 << 14 | op1 << 11 | CRn << 7 | CRm << 3 | op2, as in an ESR's ISS), x86_64
 * MSRs by index. -ENOENT: this machine has none of that number, or reading it does something. A
 * write: -EINVAL where it is read-only or cannot hold that value.
 */
MUST_CHECK int cpu_sysreg_read(struct cpu *cpu, uint32_t number, uint64_t *value);
MUST_CHECK int cpu_sysreg_write(struct cpu *cpu, uint32_t number, uint64_t value);
/* A general register or the PC by role, for code that serves both CPUs. */
uint64_t cpu_pc(struct cpu *cpu);
uint64_t cpu_sp(struct cpu *cpu);
bool cpu_in_user(struct cpu *cpu);
uint64_t cpu_asid_root(struct cpu *cpu);     /* TTBR0_EL1 or CR3: names the address space */
/*
 * System call number, arguments 0..5 and result by the Linux ABI of this CPU, from the live
 * registers.
 */
uint64_t cpu_syscall_number(struct cpu *cpu);
uint64_t cpu_syscall_arg(struct cpu *cpu, int index);
uint64_t cpu_syscall_result(struct cpu *cpu);

/*
 * Memory. Physical accesses touch RAM only, reads flash too (-EFAULT outside); writes drop
 * translated code. RAM is one anonymous private mapping, zero at first: digests skip pages that the
 * host never populated.
 */
uint8_t *cpu_ram(struct cpu *cpu, paddr_t *base, size_t *bytes);
MUST_CHECK int cpu_phys_read(struct cpu *cpu, paddr_t pa, void *buf, size_t len);
MUST_CHECK int cpu_phys_write(struct cpu *cpu, paddr_t pa, const void *buf, size_t len);
/* Walk the guest's tables as the current context does for a privileged read; no side effects. */
MUST_CHECK int cpu_translate(struct cpu *cpu, vaddr_t va, paddr_t *pa);
MUST_CHECK int cpu_mem_read(struct cpu *cpu, vaddr_t va, void *buf, size_t len);

/*
 * The whole state but RAM, as named pieces in a fixed order: registers, devices,
 * clock. CPU_STATE_SAVE hands out bytes, CPU_STATE_LOAD wants them filled in.
 * The bytes hold no host pointer, no padding and no host-dependent value, and do not
 * depend on cpu_watch_returns(): a replay under observation has the recording's digests.
 */
enum cpu_state_op { CPU_STATE_SAVE, CPU_STATE_LOAD };
typedef int (*cpu_state_fn)(void *ctx, const char *name, void *data, size_t len);
MUST_CHECK int cpu_state_visit(struct cpu *cpu, enum cpu_state_op op, cpu_state_fn fn, void *ctx);

/* The pages of 4096 bytes that the guest changed on the disk in a slot, ascending. */
void cpu_disk_changes(struct cpu *cpu, unsigned slot,
                      void (*fn)(void *ctx, uint32_t page, const uint8_t *bytes), void *ctx);

/*
 * Going back, within this process and this cpu (sim/snapshot.h): a mark is the whole state but
 * RAM, and the pages of RAM that were written are named. Page numbers count from the start of RAM.
 *
 *   - cpu_dirty_start() once: all pages are clean, from now on writes are noted.
 *   - cpu_dirty_take() gives the pages written since, in no particular order, and they are clean
 *     again.
 *   - Back: cpu_ram_put_page() for each page that differs, then cpu_mark_restore(). `bytes`
 *     are 4096, NULL: zeros.
 */
struct cpu_mark;
typedef void (*cpu_page_fn)(void *ctx, uint32_t page, const uint8_t *bytes);
MUST_CHECK int cpu_mark_take(struct cpu *cpu, struct cpu_mark **mark);
MUST_CHECK int cpu_mark_restore(struct cpu *cpu, const struct cpu_mark *mark);
void cpu_mark_free(struct cpu *cpu, struct cpu_mark *mark);
MUST_CHECK int cpu_dirty_start(struct cpu *cpu);
void cpu_dirty_take(struct cpu *cpu, cpu_page_fn fn, void *ctx);
void cpu_ram_put_page(struct cpu *cpu, uint32_t page, const uint8_t *bytes);

#endif
