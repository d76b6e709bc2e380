/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * arch.h - what each CPU gives the kernel. Implemented once in arch/arm64 and
 * once in arch/x86_64, in files of the same names.
 *
 * Rules
 *   - One CPU. The kernel is not preempted in kernel mode: a thread leaves the
 *     CPU only in sched (sleep, yield) or on its way back to user mode.
 *     Interrupts are enabled in system calls and page faults, masked in
 *     interrupt handlers, so what an interrupt handler shares with the rest is
 *     guarded by arch_irq_save().
 *   - The kernel is built without FP registers (-mgeneral-regs-only, no SSE), so a
 *     user's FP state and thread pointer stay in the CPU while its thread is in the kernel
 *     and are put into the trap frame only when they are wanted there (arch/CPU/frame.h).
 *     The functions below see to that: common code takes a frame for the whole
 *     user-visible context, and copies it by frame_copy() alone.
 *   - `struct trap_frame` for user mode stands at the top of the thread's
 *     kernel stack. Entries from kernel mode push a smaller frame of their own.
 */
#ifndef KERNEL_ARCH_H
#define KERNEL_ARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct trap_frame;  /* arch/CPU/frame.h: registers, PC, flags, FP state, TLS base(s) */
struct pmap;        /* arch/CPU/pmap.c: one address space's page tables */
struct thread;
struct ksiginfo;
struct sigaltstack_k;
struct sigaction_k;

/*
 * What every demand fault runs stands in one page of text: one TLB entry for a processor, and an
 * engine that translates chains the jumps within a page.
 */
#define FAULT_PATH __attribute__((section(".text.fault_path")))

typedef uint64_t vaddr_t;
typedef uint64_t paddr_t;

/* ---- boot (arch/CPU/boot.S, init.c call kernel_main once, on the boot stack, interrupts off) ---- */
struct boot_info {
    paddr_t ram_base;
    uint64_t ram_bytes;
    paddr_t kernel_start, kernel_end;   /* image in RAM */
    paddr_t initrd_start, initrd_end;   /* 0, 0 where there is none */
    const char *cmdline;                /* in the direct map */
    uint64_t entropy_seed;              /* /chosen rng-seed or setup data; 0 where there is none */
};
_Noreturn void kernel_main(const struct boot_info *bi);

/* Direct map of all RAM, non-executable. */
void *arch_phys_to_virt(paddr_t pa);
paddr_t arch_virt_to_phys(const void *va);

/* ---- interrupts and idle ---- */
unsigned long arch_irq_save(void);          /* masks, returns the previous state */
void arch_irq_restore(unsigned long state);
void arch_irq_enable(void);
void arch_irq_disable(void);
/*
 * Called with interrupts masked: waits for one without losing a wake-up, returns with them masked.
 */
void arch_idle(void);

/* ---- time ---- */
uint64_t arch_clock_ns(void);               /* since boot, monotonic */
/* One shot; UINT64_MAX disarms. Calls timer_interrupt(). */
void arch_timer_arm(uint64_t deadline_ns);
/* How arch_clock_ns() reads the counter: from where, and 32.32 nanoseconds for each tick. */
void arch_clock_source(uint64_t *counter_start, uint64_t *ns_per_tick);
uint64_t arch_rtc_seconds(void);            /* wall clock, UTC, at the time of the call */

/* ---- console and power ---- */
/* Polled; input arrives by tty_input_byte(). */
void arch_console_write(const char *bytes, size_t len);
_Noreturn void arch_poweroff(int status);
_Noreturn void arch_reboot(void);

/* ---- user frames ---- */
/* All else zero, FP state reset. */
void frame_init_user(struct trap_frame *f, vaddr_t pc, vaddr_t sp);
void frame_copy(struct trap_frame *dst, struct trap_frame *src);
vaddr_t frame_pc(const struct trap_frame *f);
vaddr_t frame_sp(const struct trap_frame *f);
void frame_set_sp(struct trap_frame *f, vaddr_t sp);
void frame_set_tls(struct trap_frame *f, vaddr_t base);  /* clone's CLONE_SETTLS */
/* A system call's result, where it is not what syscall_dispatch() returned. */
void frame_set_result(struct trap_frame *f, long result);
/* Undo the effect of a system call entry so that returning runs it again (restart). */
void frame_syscall_restart(struct trap_frame *f);

/* ---- tracing (ptrace.c); t stands in a trace-stop, its frame is in memory ---- */
extern const uint32_t arch_audit;           /* AUDIT_ARCH_* */
/* With t->stepping: one instruction of user mode. */
void frame_set_step(struct trap_frame *f, bool on);
/* What Linux's note of this type (NT_*) shows: bytes (at most 1024), or -EINVAL. */
long frame_get_regset(struct thread *t, unsigned type, void *out);
long frame_set_regset(struct thread *t, unsigned type, const void *in); /* 0, -EINVAL, -EIO */
/* What a tracer sees at a system call's stop and nobody else does. */
uint64_t frame_begin_syscall_stop(struct trap_frame *f, bool at_exit);
void frame_end_syscall_stop(struct trap_frame *f, uint64_t mark);
void frame_syscall_args(const struct trap_frame *f, uint64_t args[6]);
long frame_result(const struct trap_frame *f);
/* Requests that this CPU alone has; -EIO: it has not. */
long arch_ptrace(struct thread *t, long request, uint64_t addr, uint64_t data);

/* ---- threads (switch.S) ---- */
struct context;  /* callee-saved registers, on the kernel stack */
/*
 * Where the user frame stands on a kernel stack: just below its top. Traps from user mode enter
 * with this frame.
 */
struct trap_frame *frame_at_top(void *kstack_top);
/*
 * Build the first context of a thread, below its user frame (frame_at_top): the
 * first switch to it calls thread_start_user() (thread.h: finishes the switch,
 * then trap_leave_user()) and leaves to user mode by the frame; for a kernel
 * thread (fn != NULL) it runs fn(arg), which must not return. NULL: out of memory.
 */
struct context *context_init(void *kstack_top, void (*fn)(void *), void *arg);
void context_switch(struct context **save, struct context *to);
/* Top of kernel stack for traps from user mode; address space and TLS of the thread to run. */
void arch_thread_activate(struct thread *t);

/* ---- page tables ---- */
#define PROT_R 1u
#define PROT_W 2u
#define PROT_X 4u
#define PROT_U 8u   /* user may access */
struct pmap *pmap_create(void);             /* NULL: out of memory. Kernel half shared */
void pmap_destroy(struct pmap *pm);
/* 0, -ENOMEM; replaces with break-before-make. */
int pmap_enter(struct pmap *pm, vaddr_t va, paddr_t pa, unsigned prot);
void pmap_remove(struct pmap *pm, vaddr_t va, vaddr_t end);
void pmap_protect(struct pmap *pm, vaddr_t va, vaddr_t end, unsigned prot);
bool pmap_extract(struct pmap *pm, vaddr_t va, paddr_t *pa, unsigned *prot);
/* Make instruction fetch see bytes stored through the direct map (arm64 cache maintenance). */
void arch_sync_icache(const void *va, size_t len);

/* ---- user memory (uaccess.S: with a fixup table) ---- */
/* 0 or -EFAULT; may sleep on a page fault. */
int copy_from_user(void *dst, vaddr_t src, size_t len);
int copy_to_user(vaddr_t dst, const void *src, size_t len);
/* The length without NUL, -EFAULT, -ENAMETOOLONG. */
long strncpy_from_user(char *dst, vaddr_t src, size_t size);
int clear_user(vaddr_t dst, size_t len);
#ifdef KTRACE_KERNEL
#include "kernel/include/ktrace_user.h" /* callers of the four pass a trace point */
#else                                   /* on the host, in tests: no trace points */
#define quiet_copy_from_user copy_from_user
#define quiet_copy_to_user copy_to_user
#endif

/* ---- signals (signal.c) ---- */
/*
 * Push Linux's rt_sigframe and point the frame at the handler; -EFAULT: kill with SIGSEGV. `mask`
 * is the one to restore.
 */
int sigframe_push(struct trap_frame *f, const struct ksiginfo *info, const struct sigaction_k *act,
                  uint64_t mask, const struct sigaltstack_k *altstack, bool on_altstack);
/*
 * rt_sigreturn: restore all from the frame at SP, give back mask and stack_t; -EFAULT: kill with
 * SIGSEGV. *mask is then what the frame has, or as it was where that cannot be read.
 */
int sigframe_pop(struct trap_frame *f, uint64_t *mask, struct sigaltstack_k *altstack);

/* Where handlers without SA_RESTORER return to: in the vDSO (vdso/vdso.ld). arm64 alone has it. */
#define USER_SIGRETURN (USER_VDSO + 0x904)
/*
 * A frame that is refused: SIGSEGV says where it is, as a fault does; else SI_KERNEL, and nothing.
 */
extern const bool arch_bad_frame_is_fault;
/* Without the tag that the CPU does not look at. */
vaddr_t arch_untagged(vaddr_t va);
extern const uint64_t arch_minsigstksz;     /* AT_MINSIGSTKSZ */
extern const uint64_t arch_altstack_bytes_min; /* MINSIGSTKSZ: sigaltstack() takes no less */

/* ---- exec ---- */
#define USER_TOP 0x00007ffffffff000ull      /* both CPUs use 47 bits for user */
#define USER_VDSO (USER_TOP - 0x1000)       /* vdso.h; stack and mappings end below */
#define USER_VVAR (USER_TOP - 0x2000)
extern const uint16_t arch_elf_machine;     /* EM_AARCH64 or EM_X86_64 */
extern const char arch_uname_machine[];     /* "aarch64", "x86_64" */
extern const char arch_elf_platform[];      /* AT_PLATFORM */
uint64_t arch_hwcap(void);
int arch_cpuinfo(char *buf, size_t size);   /* the text of /proc/cpuinfo: its length */
uint64_t arch_hwcap2(void);

/* ---- what the trap code of each CPU calls in common code ---- */
struct user_fault {
    vaddr_t addr;
    bool is_write, is_exec, from_user;
};
/*
 * 0: resolved, run the instruction again. Else from user: a signal is queued; from kernel: -EFAULT,
 * use the fixup.
 */
int trap_page_fault(const struct user_fault *fault);
/* Any other synchronous exception of user mode becomes a signal to the current thread. */
void trap_user_signal(int signo, int code, vaddr_t addr, int trapno, uint64_t error);
/*
 * Runs a system call; the arguments are the six in order. The CPU's code puts the result into the
 * frame, before signals are delivered, but for SYSCALL_FRAME_SET (syscall.h).
 */
long syscall_dispatch(uint64_t number, const uint64_t *args);
void timer_interrupt(void);
void tty_input_byte(uint8_t byte);
/*
 * Last thing before user mode, entered and left with interrupts masked: reschedules, delivers
 * signals (the last writer of the frame).
 */
void trap_leave_user(struct trap_frame *f);
/* Never returns: prints the reason and the frame, powers off with status 134. */
_Noreturn void panic(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
