/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loader/mp_tables.c - the x86_64 board for kernels that read no ACPI (Intel MultiProcessor
 * Specification 1.4, chapter 4): what the MADT of acpi.c says, once more.
 *
 *   floating pointer (4.1)  no IMCR: the 8259 reaches the processor through LINT0
 *   configuration (4.2)     one processor; bus 0 ISA, bus 1 PCI where there are virtio devices; one
 *   I/O APIC;
 *                           IRQ 0 is its pin 2, each other IRQ its own pin; LINT0 8259, LINT1 NMI
 *
 * There is no PCI: the specification has no bus of memory-mapped devices, and kernels know the
 * interrupts of this one as levels beyond the 16 of an ISA bus. Theirs are marked as active high.
 * Each entry's length follows from its type, so the count of entries and the checksum come last.
 */
#include "loader/mp_tables.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "loader/x86_info.h"

#define BLOCK_BYTES    1024u
#define POINTER_BYTES  16u
#define HEADER_BYTES   44u
#define LAPIC_ADDRESS  0xfee00000u
#define LAPIC_VERSION  0x14u
#define IOAPIC_ADDRESS 0xfec00000u
#define IOAPIC_VERSION 0x11u
#define CPU_SIGNATURE  0x60fb1u /* CPUID leaf 1, eax: family 15, model 107, stepping 1 */
#define CPU_FEATURES   0x201u   /* of its edx: FPU and APIC (table 4-6) */
#define VIRTIO_PIN     16u
#define ISA_IRQS       16u

enum { ENTRY_CPU, ENTRY_BUS, ENTRY_IOAPIC, ENTRY_IRQ, ENTRY_LINT };
enum { INT, NMI, SMI, EXTINT };                   /* table 4-10 */
enum { CONFORMS = 0, LEVEL_HIGH = 1 | 3 << 2 };
enum { BUS_ISA, BUS_PCI };

struct table {
    uint8_t *bytes;
    size_t used;
    unsigned entries;
};

static uint8_t *entry(struct table *t, uint8_t type, size_t bytes)
{
    uint8_t *at = t->bytes + t->used;

    t->used += bytes;
    t->entries++;
    assert(t->used <= BLOCK_BYTES);
    at[0] = type;
    return at;
}

static void processor(struct table *t)
{
    uint8_t *at = entry(t, ENTRY_CPU, 20);

    at[2] = LAPIC_VERSION;
    at[3] = 3; /* there, and the one that boots */
    info_put32(at + 4, CPU_SIGNATURE);
    info_put32(at + 8, CPU_FEATURES);
}

static void bus(struct table *t, uint8_t id, const char name[7])
{
    uint8_t *at = entry(t, ENTRY_BUS, 8);

    at[1] = id;
    memcpy(at + 2, name, 6);
}

static void ioapic(struct table *t)
{
    uint8_t *at = entry(t, ENTRY_IOAPIC, 8);

    at[2] = IOAPIC_VERSION;
    at[3] = 1;
    info_put32(at + 4, IOAPIC_ADDRESS);
}

/* From IRQ `irq` of a bus to a pin of the I/O APIC, or of each local APIC. */
static void interrupt(struct table *t, uint8_t type, uint8_t what, uint8_t flags, uint8_t from_bus,
                      uint8_t irq, uint8_t pin)
{
    uint8_t *at = entry(t, type, 8);

    at[1] = what;
    at[2] = flags;
    at[4] = from_bus;
    at[5] = irq;
    at[6] = type == ENTRY_LINT ? 0xff : 0;
    at[7] = pin;
}

static uint8_t checksum(const uint8_t *bytes, size_t len)
{
    uint8_t sum = 0;

    while (len--)
        sum = (uint8_t)(sum + *bytes++);
    return (uint8_t)-sum;
}

static void headers(struct table *t)
{
    uint8_t *pointer = t->bytes, *table = t->bytes + POINTER_BYTES;
    size_t len = t->used - POINTER_BYTES;

    memcpy(pointer, "_MP_", 4);
    info_put32(pointer + 4, X86_MP_TABLES + POINTER_BYTES);
    pointer[8] = 1; /* length in 16 bytes */
    pointer[9] = 4; /* 1.4 */
    pointer[10] = checksum(pointer, POINTER_BYTES);

    memcpy(table, "PCMP", 4);
    table[4] = (uint8_t)len;
    table[5] = (uint8_t)(len >> 8);
    table[6] = 4;
    memcpy(table + 8, "TRPLN   ", 8);
    memcpy(table + 16, "TRAPLINE    ", 12);
    table[34] = (uint8_t)t->entries;
    info_put32(table + 36, LAPIC_ADDRESS);
    table[7] = checksum(table, len);
}

int mp_tables_build(unsigned virtio_count, uint8_t **out, size_t *out_bytes)
{
    struct table t = {.bytes = calloc(1, BLOCK_BYTES), .used = POINTER_BYTES + HEADER_BYTES};

    if (!t.bytes)
        return -ENOMEM;
    processor(&t);
    bus(&t, BUS_ISA, "ISA   ");
    if (virtio_count > 0)
        bus(&t, BUS_PCI, "PCI   ");
    ioapic(&t);
    for (uint8_t irq = 0; irq < ISA_IRQS; irq++)
        if (irq != 2) /* the second 8259 */
            interrupt(&t, ENTRY_IRQ, INT, CONFORMS, BUS_ISA, irq, irq == 0 ? 2 : irq);
    for (unsigned i = 0; i < virtio_count; i++) /* device i, INTA# (appendix D.3) */
        interrupt(&t, ENTRY_IRQ, INT, LEVEL_HIGH, BUS_PCI, (uint8_t)(i << 2),
                  (uint8_t)(VIRTIO_PIN + i));
    interrupt(&t, ENTRY_LINT, EXTINT, CONFORMS, BUS_ISA, 0, 0);
    interrupt(&t, ENTRY_LINT, NMI, CONFORMS, BUS_ISA, 0, 1);
    headers(&t);
    *out = t.bytes;
    *out_bytes = t.used;
    return 0;
}
