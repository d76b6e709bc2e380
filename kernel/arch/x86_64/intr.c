// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * intr.c - local APIC (SDM vol. 3, chapter 10), IO-APIC (82093AA), and the 8259 pair.
 *
 * Device interrupts come through the IO-APIC, edge triggered, as vector VECTOR_IRQ + line; the
 * 8259s are moved out of the exceptions' way and masked. On a machine without an IO-APIC the
 * 8259s do it instead, with the same vectors, through the local APIC's LINT0.
 */
#include "kernel/arch/x86_64/intr.h"
#include "kernel/arch/x86_64/console.h"
#include "kernel/arch/x86_64/cpu.h"
#include "kernel/arch/x86_64/kmap.h"
#include "kernel/include/arch.h"
#include "kernel/include/doorbell.h"
#include "kernel/include/printk.h"

#define LAPIC_PHYS 0xfee00000u
#define IOAPIC_PHYS 0xfec00000u
#define DEVICE_LAPIC 0u /* slots of kmap_device() */
#define DEVICE_IOAPIC 1u

#define APIC_BASE_ENABLE (1u << 11)
#define SVR_ENABLE (1u << 8)
#define LVT_EXTINT (7u << 8)
#define LVT_NMI (4u << 8)

/* IO-APIC: an index register and a window; entries of two words from index 0x10 (82093AA, 3.2). */
#define IOAPIC_SELECT 0x00u
#define IOAPIC_WINDOW 0x10u
#define IOAPIC_VERSION 1u
#define IOAPIC_ENTRY(line) (0x10u + 2 * (line))
#define IOAPIC_MASKED (1u << 16)

#define PIC1_COMMAND 0x20
#define PIC1_DATA 0x21
#define PIC2_COMMAND 0xa0
#define PIC2_DATA 0xa1
#define PIC_INIT 0x11 /* ICW1: edge, cascade, ICW4 follows */
#define PIC_EOI 0x20
#define PIC_READ_ISR 0x0b
#define PIC_CASCADE 2u
#define PIC_LINES 16u

static volatile uint32_t *lapic, *ioapic;
static uint16_t pic_mask = 0xffff;

unsigned long arch_irq_save(void)
{
    unsigned long flags;

    __asm__ volatile("pushfq; popq %0; cli" : "=r"(flags) : : "memory");
    return flags & FLAG_IF;
}

void arch_irq_restore(unsigned long state)
{
    if (state)
        cpu_irq_enable();
}

void arch_irq_enable(void)
{
    cpu_irq_enable();
}

void arch_irq_disable(void)
{
    cpu_irq_disable();
}

/* STI holds interrupts off for one more instruction (vol. 2, STI), so none slips in before HLT. */
void arch_idle(void)
{
    __asm__ volatile("sti; hlt; cli" : : : "memory");
}

uint32_t lapic_read(unsigned offset)
{
    return lapic[offset / 4];
}

void lapic_write(unsigned offset, uint32_t value)
{
    lapic[offset / 4] = value;
}

static uint32_t ioapic_read(unsigned index)
{
    ioapic[IOAPIC_SELECT / 4] = index;
    return ioapic[IOAPIC_WINDOW / 4];
}

static void ioapic_write(unsigned index, uint32_t value)
{
    ioapic[IOAPIC_SELECT / 4] = index;
    ioapic[IOAPIC_WINDOW / 4] = value;
}

/* ---- 8259 ---- */

static void pic_set_mask(uint16_t mask)
{
    pic_mask = mask;
    outb(PIC1_DATA, (uint8_t)mask);
    outb(PIC2_DATA, (uint8_t)(mask >> 8));
}

static void pic_init(void)
{
    outb(PIC1_COMMAND, PIC_INIT);
    outb(PIC2_COMMAND, PIC_INIT);
    outb(PIC1_DATA, VECTOR_IRQ);
    outb(PIC2_DATA, VECTOR_IRQ + 8);
    outb(PIC1_DATA, 1 << PIC_CASCADE);
    outb(PIC2_DATA, PIC_CASCADE);
    outb(PIC1_DATA, 1); /* ICW4: 8086 mode */
    outb(PIC2_DATA, 1);
    pic_set_mask(0xffff);
}

static void pic_end(unsigned line)
{
    if (line >= 8)
        outb(PIC2_COMMAND, PIC_EOI);
    outb(PIC1_COMMAND, PIC_EOI);
}

/* A line that went away before the 8259 was asked shows as its lowest priority, not in service. */
static bool pic_is_spurious(unsigned line)
{
    uint16_t command = line < 8 ? PIC1_COMMAND : PIC2_COMMAND;

    if (line % 8 != 7)
        return false;
    outb(command, PIC_READ_ISR);
    return !(inb(command) & 0x80);
}

/* ---- set-up ---- */

static void lapic_init(void)
{
    if (!(cpuid(1, 0).edx & CPUID_1D_APIC))
        panic("this processor has no local APIC");
    wrmsr(MSR_APIC_BASE, rdmsr(MSR_APIC_BASE) | APIC_BASE_ENABLE);
    lapic = kmap_device(DEVICE_LAPIC, LAPIC_PHYS);
    lapic_write(LAPIC_LVT_TIMER, LVT_MASKED);
    lapic_write(LAPIC_LVT_LINT0, LVT_MASKED);
    lapic_write(LAPIC_LVT_LINT1, LVT_NMI);
    lapic_write(LAPIC_LVT_ERROR, LVT_MASKED);
    lapic_write(LAPIC_SVR, SVR_ENABLE | VECTOR_SPURIOUS);
}

/* Where no IO-APIC answers, all reads are ones. */
static void ioapic_init(void)
{
    uint32_t version;

    ioapic = kmap_device(DEVICE_IOAPIC, IOAPIC_PHYS);
    version = ioapic_read(IOAPIC_VERSION);
    if (version == 0xffffffff || !version) {
        ioapic = NULL;
        lapic_write(LAPIC_LVT_LINT0, LVT_EXTINT);
        return;
    }
    for (unsigned i = 0; i <= (version >> 16 & 0xff); i++)
        ioapic_write(IOAPIC_ENTRY(i), IOAPIC_MASKED);
}

void intr_init(void)
{
    pic_init();
    lapic_init();
    ioapic_init();
}

void intr_enable_line(unsigned line)
{
    if (!ioapic) {
        pic_set_mask(pic_mask & (uint16_t) ~(1u << line | 1u << PIC_CASCADE));
        return;
    }
    /* To this CPU's APIC id; fixed delivery, edge, active high. */
    ioapic_write(IOAPIC_ENTRY(line) + 1, lapic_read(LAPIC_ID) & 0xff000000);
    ioapic_write(IOAPIC_ENTRY(line), VECTOR_IRQ + line);
}

/* ---- delivery ---- */

const uint32_t trapline_doorbell = VECTOR_DOORBELL;

static void line_interrupt(unsigned line)
{
    if (!ioapic && pic_is_spurious(line))
        return;
    if (line == IRQ_SERIAL)
        console_interrupt();
    if (ioapic)
        lapic_write(LAPIC_EOI, 0);
    else
        pic_end(line);
}

void intr_dispatch(unsigned vector)
{
    if (vector == VECTOR_TIMER) {
        lapic_write(LAPIC_EOI, 0);
        timer_interrupt();
    } else if (vector < VECTOR_IRQ + PIC_LINES) {
        line_interrupt(vector - VECTOR_IRQ);
    } else if (vector >= VECTOR_DOORBELL && vector < VECTOR_DOORBELL + DOORBELL_SIGNALS) {
        lapic_write(LAPIC_EOI, 0);
        doorbell_ring(vector - VECTOR_DOORBELL);
    } else if (vector != VECTOR_SPURIOUS) { /* which has no EOI (10.9) */
        panic("unexpected interrupt, vector %u", vector);
    }
}
