// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * descriptors.c - the tables that the CPU reads on a trap.
 *
 * GDT: Linux's order, because the selectors show in signal frames and because SYSCALL and
 * SYSRET compute theirs from STAR: kernel CS, SS = base + 8; user SS = base + 8, CS = base + 16
 * (vol. 2, SYSCALL and SYSRET). The 32-bit user code segment that STAR counts from stays null:
 * SYSRET to 64-bit mode never reads it, and so no program can get into compatibility mode.
 *
 * IDT: all 256 gates are interrupt gates, so each handler starts with interrupts masked and
 * decides itself. Only INT3 and INTO may come by INT n from user mode (DPL 3); any other
 * INT n is #GP (6.12.1.1).
 *
 * IST: #DF, because it is what a kernel stack overflow becomes; NMI and #MC, because they may
 * come between SYSCALL and the load of RSP, when RSP is still the user's. #DB needs none: no
 * debug register is ever set, and FMASK keeps TF out of the kernel.
 */
#include "kernel/arch/x86_64/descriptors.h"
#include "kernel/arch/x86_64/cpu.h"

#define GDT_ENTRIES 10 /* the TSS descriptor takes two */
#define IDT_ENTRIES 256
#define STUB_BYTES 16  /* trap.S */
#define IST_BYTES 8192

/* Access byte and flags of a segment: present, DPL, type (3.4.5). */
#define SEG_KERNEL_CODE 0x00af9b000000ffffull
#define SEG_KERNEL_DATA 0x00cf93000000ffffull
#define SEG_USER_DATA 0x00cff3000000ffffull
#define SEG_USER_CODE 0x00affb000000ffffull
#define SYSTEM_TSS 0x89u       /* present, available 64-bit TSS (8.2.3) */
#define GATE_INTERRUPT 0x8eu   /* present, 64-bit interrupt gate (6.14.1) */
#define GATE_USER 0x60u        /* DPL 3 */

struct tss {
    uint32_t reserved0;
    uint64_t rsp[3];
    uint64_t reserved1;
    uint64_t ist[7]; /* ist[IST_x - 1] */
    uint64_t reserved2;
    uint16_t reserved3;
    uint16_t io_map; /* beyond the limit: IN and OUT in user mode are #GP */
} __attribute__((packed));
_Static_assert(sizeof(struct tss) == 104, "8.7");

struct gate {
    uint16_t offset_low, selector;
    uint8_t ist, type;
    uint16_t offset_middle;
    uint32_t offset_high, reserved;
};
_Static_assert(sizeof(struct gate) == 16, "6.14.1");

struct table_pointer {
    uint16_t limit;
    uint64_t base;
} __attribute__((packed));

extern const char trap_stubs[], syscall_entry[], ist_stacks[];

struct cpu_local cpu_local;
static struct tss tss;
static uint64_t gdt[GDT_ENTRIES] __attribute__((aligned(16)));
static struct gate idt[IDT_ENTRIES] __attribute__((aligned(16)));

static void gdt_init(void)
{
    uint64_t base = (uint64_t)&tss;
    unsigned i = TSS_SEL / 8;

    gdt[KERNEL_CS / 8] = SEG_KERNEL_CODE;
    gdt[KERNEL_DS / 8] = SEG_KERNEL_DATA;
    gdt[USER_DS / 8] = SEG_USER_DATA;
    gdt[USER_CS / 8] = SEG_USER_CODE;
    gdt[i] = (sizeof(tss) - 1) | (base & 0xffffff) << 16 | (uint64_t)SYSTEM_TSS << 40 |
             (base >> 24 & 0xff) << 56;
    gdt[i + 1] = base >> 32;
}

/* The lower half of each IST area is a page that is never mapped (kmap.c). */
static void tss_init(void)
{
    for (unsigned i = 0; i < 3; i++)
        tss.ist[i] = (uint64_t)ist_stacks + (i + 1) * IST_BYTES;
    tss.io_map = sizeof(tss);
}

static unsigned ist_of(unsigned vector)
{
    switch (vector) {
    case VECTOR_DF:
        return IST_DF;
    case VECTOR_NMI:
        return IST_NMI;
    case VECTOR_MC:
        return IST_MC;
    default:
        return 0;
    }
}

static void idt_init(void)
{
    for (unsigned i = 0; i < IDT_ENTRIES; i++) {
        uint64_t stub = (uint64_t)trap_stubs + i * STUB_BYTES;
        bool user = i == VECTOR_BP || i == VECTOR_OF;

        idt[i] = (struct gate){
            .offset_low = (uint16_t)stub,
            .selector = KERNEL_CS,
            .ist = (uint8_t)ist_of(i),
            .type = GATE_INTERRUPT | (user ? GATE_USER : 0),
            .offset_middle = (uint16_t)(stub >> 16),
            .offset_high = (uint32_t)(stub >> 32),
        };
    }
}

static void tables_load(void)
{
    struct table_pointer gdtr = { sizeof(gdt) - 1, (uint64_t)gdt };
    struct table_pointer idtr = { sizeof(idt) - 1, (uint64_t)idt };

    __asm__ volatile("lgdt %0" : : "m"(gdtr));
    __asm__ volatile("lidt %0" : : "m"(idtr));
    __asm__ volatile("ltr %0" : : "r"((uint16_t)TSS_SEL));
    /* Reset leaves an LDT of 64 KiB at address 0 (table 9-1): in a program's own memory. */
    __asm__ volatile("lldt %0" : : "r"((uint16_t)0));
    __asm__ volatile("mov %0, %%ss" : : "r"(KERNEL_DS));
    /* A far return reloads CS: its descriptor has moved. */
    __asm__ volatile("pushq %0\n\t"
                     "leaq 1f(%%rip), %%rax\n\t"
                     "pushq %%rax\n\t"
                     "lretq\n"
                     "1:"
                     :
                     : "i"(KERNEL_CS)
                     : "rax", "memory");
}

static void syscall_init(void)
{
    wrmsr(MSR_STAR, (uint64_t)USER_CS32 << 48 | (uint64_t)KERNEL_CS << 32);
    wrmsr(MSR_LSTAR, (uint64_t)syscall_entry);
    wrmsr(MSR_FMASK, FLAG_CF | FLAG_PF | FLAG_AF | FLAG_ZF | FLAG_SF | FLAG_TF | FLAG_IF |
                         FLAG_DF | FLAG_OF | FLAG_IOPL | FLAG_NT | FLAG_RF | FLAG_AC);
    /* In the kernel GS_BASE is ours and KERNEL_GS_BASE the user's; SWAPGS exchanges them. */
    wrmsr(MSR_GS_BASE, (uint64_t)&cpu_local);
    wrmsr(MSR_KERNEL_GS_BASE, 0);
    wrmsr(MSR_FS_BASE, 0);
}

void descriptors_init(void)
{
    gdt_init();
    tss_init();
    idt_init();
    tables_load();
    syscall_init();
}

void descriptors_set_kernel_stack(void *top)
{
    tss.rsp[0] = (uint64_t)top;
    cpu_local.kstack_top = top;
}
