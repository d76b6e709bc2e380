/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu.h - the x86_64 processor: selectors, vectors, control bits, MSRs, the instructions that
 * C cannot say, and struct cpu_local, which %gs points at while the kernel runs.
 *
 * Rules of use
 *   - Included by C and by assembly; only numbers stand outside of the C part.
 *   - Offsets of cpu_local are defined here and checked by the static asserts below it.
 *   - Manual sections are those of the Intel SDM, volume 3 unless another is named.
 */
#ifndef KERNEL_ARCH_CPU_H
#define KERNEL_ARCH_CPU_H

/* ---- address space: the kernel's half ---- */
#define DIRECT_MAP_BASE 0xffff800000000000 /* RAM, from physical 0 */
#define KSTACK_BASE     0xffffc00000000000 /* kernel stacks, each above a gap (kmap.c) */
#define KERNEL_BASE     0xffffffff80000000 /* the image, linked at KERNEL_BASE + physical */
#define DEVICE_BASE     0xffffffffc0000000 /* one page per device: local APIC, IO-APIC */
#define USER_TOP_ASM    0x00007ffffffff000 /* USER_TOP of arch.h */

/* ---- selectors, numbered as Linux numbers them: user programs can see them ---- */
#define KERNEL_CS 0x10
#define KERNEL_DS 0x18
#define USER_CS32 0x23 /* SYSRET counts from it; the descriptor is null */
#define USER_DS   0x2b
#define USER_CS   0x33
#define TSS_SEL   0x40

/* ---- interrupt stack table (8.14.5): 0 is "no switch" ---- */
#define IST_DF  1
#define IST_NMI 2
#define IST_MC  3

/* ---- vectors (6.3.1), then our own ---- */
#define VECTOR_DE 0
#define VECTOR_DB 1
#define VECTOR_NMI 2
#define VECTOR_BP 3
#define VECTOR_OF 4
#define VECTOR_BR 5
#define VECTOR_UD 6
#define VECTOR_NM 7
#define VECTOR_DF 8
#define VECTOR_TS 10
#define VECTOR_NP 11
#define VECTOR_SS 12
#define VECTOR_GP 13
#define VECTOR_PF 14
#define VECTOR_MF 16
#define VECTOR_AC 17
#define VECTOR_MC 18
#define VECTOR_XM 19
#define VECTOR_CP 21
#define VECTOR_VC 29
#define VECTOR_SX 30
#define VECTOR_IRQ 0x20      /* of ISA line 0 */
#define VECTOR_TIMER 0x30
#define VECTOR_DOORBELL 0x60  /* doorbell.h; of signal 0 */
#define VECTOR_SPURIOUS 0xff
#define VECTOR_SYSCALL 256   /* no gate: what syscall_entry puts in a frame */

/* ---- RFLAGS ---- */
#define FLAG_CF 0x1
#define FLAG_ALWAYS 0x2
#define FLAG_PF 0x4
#define FLAG_AF 0x10
#define FLAG_ZF 0x40
#define FLAG_SF 0x80
#define FLAG_TF 0x100
#define FLAG_IF 0x200
#define FLAG_DF 0x400
#define FLAG_OF 0x800
#define FLAG_IOPL 0x3000
#define FLAG_NT 0x4000
#define FLAG_RF 0x10000
#define FLAG_AC 0x40000

/* ---- control registers (2.5) ---- */
#define CR0_PE 0x1
#define CR0_MP 0x2
#define CR0_ET 0x10
#define CR0_NE 0x20
#define CR0_WP 0x10000
#define CR0_AM 0x40000
#define CR0_PG 0x80000000
#define CR4_PAE 0x20
#define CR4_PGE 0x80
#define CR4_OSFXSR 0x200
#define CR4_OSXMMEXCPT 0x400
#define CR4_OSXSAVE 0x40000
#define CR4_SMEP 0x100000
#define CR4_SMAP 0x200000

/* ---- MSRs (vol. 4) ---- */
#define MSR_APIC_BASE 0x1b
#define MSR_TSC_DEADLINE 0x6e0
#define MSR_EFER 0xc0000080
#define MSR_STAR 0xc0000081
#define MSR_LSTAR 0xc0000082
#define MSR_FMASK 0xc0000084
#define MSR_FS_BASE 0xc0000100
#define MSR_GS_BASE 0xc0000101
#define MSR_KERNEL_GS_BASE 0xc0000102
#define MSR_TSC_AUX 0xc0000103
#define EFER_SCE 0x1
#define EFER_LME 0x100
#define EFER_NXE 0x800

/* ---- XSAVE (vol. 1, 13.1) ---- */
#define XSTATE_X87 1
#define XSTATE_SSE 2
#define XSTATE_ALL 3 /* what XCR0 has on: all that user mode can see */

/* ---- struct cpu_local ---- */
#define CPU_KSTACK_TOP 0
#define CPU_USER_RSP 8
#define CPU_FRAME_LIVE 16
#define CPU_IRET_ERROR 24
#define CPU_HAS_XSAVE 32

/* ---- CPUID feature bits (vol. 2, CPUID) ---- */
#define CPUID_1D_APIC 0x200
#define CPUID_1C_TSC_DEADLINE 0x1000000
#define CPUID_1C_XSAVE 0x4000000
#define CPUID_1C_HYPERVISOR 0x80000000
#define CPUID_7B_SMEP 0x80
#define CPUID_7B_SMAP 0x100000

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct trap_frame;

/* What SYSCALL, which switches no stack, needs before it has one. */
struct cpu_local {
    void *kstack_top;   /* of the current thread; the same as TSS.RSP0 */
    uint64_t user_rsp;  /* for the few instructions until it is in the frame */
    struct trap_frame *frame_live; /* whose FP state and segments the CPU holds (frame.h) */
    uint64_t iret_error; /* of a refused IRETQ, from trap_kernel() to iret_failed */
    uint8_t has_xsave;  /* else FXSAVE */
};
_Static_assert(offsetof(struct cpu_local, kstack_top) == CPU_KSTACK_TOP, "CPU_KSTACK_TOP");
_Static_assert(offsetof(struct cpu_local, user_rsp) == CPU_USER_RSP, "CPU_USER_RSP");
_Static_assert(offsetof(struct cpu_local, frame_live) == CPU_FRAME_LIVE, "CPU_FRAME_LIVE");
_Static_assert(offsetof(struct cpu_local, iret_error) == CPU_IRET_ERROR, "CPU_IRET_ERROR");
_Static_assert(offsetof(struct cpu_local, has_xsave) == CPU_HAS_XSAVE, "CPU_HAS_XSAVE");
extern struct cpu_local cpu_local;

struct cpuid {
    uint32_t eax, ebx, ecx, edx;
};

static inline struct cpuid cpuid(uint32_t leaf, uint32_t subleaf)
{
    struct cpuid r;

    __asm__ volatile("cpuid"
                     : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
                     : "a"(leaf), "c"(subleaf));
    return r;
}

/* The leaf where the CPU has it, else zeros. */
static inline struct cpuid cpuid_if_present(uint32_t leaf, uint32_t subleaf)
{
    if (cpuid(leaf & 0xc0000000, 0).eax < leaf)
        return (struct cpuid){ 0 };
    return cpuid(leaf, subleaf);
}

static inline uint64_t rdmsr(uint32_t msr)
{
    uint32_t low, high;

    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr) : "memory");
    return (uint64_t)high << 32 | low;
}

static inline void wrmsr(uint32_t msr, uint64_t value)
{
    __asm__ volatile("wrmsr"
                     :
                     : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
                     : "memory");
}

static inline uint64_t rdtsc(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

static inline uint8_t inb(uint16_t port)
{
    uint8_t value;

    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

static inline void outb(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline void cpu_irq_enable(void)
{
    __asm__ volatile("sti" : : : "memory");
}

static inline void cpu_irq_disable(void)
{
    __asm__ volatile("cli" : : : "memory");
}

#define CR_ACCESSORS(n)                                                                           \
    static inline uint64_t read_cr##n(void)                                                       \
    {                                                                                             \
        uint64_t value;                                                                           \
                                                                                                  \
        __asm__ volatile("mov %%cr" #n ", %0" : "=r"(value) : : "memory");                        \
        return value;                                                                             \
    }                                                                                             \
    static inline void write_cr##n(uint64_t value)                                                \
    {                                                                                             \
        __asm__ volatile("mov %0, %%cr" #n : : "r"(value) : "memory");                            \
    }
CR_ACCESSORS(0)
CR_ACCESSORS(2)
CR_ACCESSORS(3)
CR_ACCESSORS(4)
#undef CR_ACCESSORS

static inline void invlpg(uint64_t va)
{
    __asm__ volatile("invlpg (%0)" : : "r"(va) : "memory");
}
#endif
#endif
