/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loader/acpi.c - ACPI tables of the x86_64 board (ACPI 6.4, chapters 5 and 20).
 *
 *   RSDP -> XSDT -> FADT (revision 4) -> FACS, DSDT
 *                -> MADT: one local APIC, one I/O APIC; IRQ 0 is its pin 2, the SCI is 9, level
 *
 * The machine is in ACPI mode from the start (no SMI command); 8259 and 8254 are there beside the
 * APICs. The numbers are those of cpu/arch/x86_64/board.c and cpu/dev/acpi_pm.h.
 *
 * The DSDT's AML, written by hand here, is this source:
 *
 *   Name (_S5, Package () { 5, 0, 0, 0 })
 *   Scope (\_SB) {
 *     Device (COM1) {
 *       Name (_HID, EisaId ("PNP0501"))  Name (_UID, 1)
 *       Name (_CRS, ResourceTemplate () { IO (Decode16, 0x3f8, 0x3f8, 1, 8)  IRQNoFlags () { 4 } })
 *     }
 *     Device (VR00) {                                    // as many as there are virtio devices
 *       Name (_HID, "LNRO0005")  Name (_UID, 0)  Name (_CCA, 1)
 *       Name (_CRS, ResourceTemplate () {
 *         Memory32Fixed (ReadWrite, 0xfeb00000, 0x200)
 *         Interrupt (ResourceConsumer, Level, ActiveHigh, Exclusive) { 16 } })
 *     }
 *   }
 *
 * Package lengths always take two bytes (20.2.4), so they are known where a package begins.
 */
#include "loader/acpi.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "loader/x86_info.h"

#define BLOCK_BYTES    4096u
#define HEADER_BYTES   36u
#define RSDP_BYTES     36u
#define FACS_BYTES     64u
#define FADT_BYTES     244u
#define SCI_IRQ        9u
#define PM_PORT        0x600u
#define RESET_PORT     0xcf9u
#define LAPIC_ADDRESS  0xfee00000u
#define IOAPIC_ADDRESS 0xfec00000u
#define VIRTIO_ADDRESS 0xfeb00000u
#define VIRTIO_WINDOW  0x200u
#define VIRTIO_GSI     16u

struct block {
    uint8_t *bytes;
    size_t used;
};

static size_t take(struct block *b, size_t len, size_t align)
{
    size_t at = (b->used + align - 1) / align * align;

    b->used = at + len;
    assert(b->used <= BLOCK_BYTES);
    return at;
}

static void put(struct block *b, const void *bytes, size_t len)
{
    memcpy(b->bytes + take(b, len, 1), bytes, len);
}

static void put_number(struct block *b, uint64_t value, unsigned len)
{
    for (unsigned i = 0; i < len; i++)
        b->bytes[take(b, 1, 1)] = (uint8_t)(value >> 8 * i);
}

static uint8_t checksum(const uint8_t *bytes, size_t len)
{
    uint8_t sum = 0;

    while (len--)
        sum = (uint8_t)(sum + *bytes++);
    return (uint8_t)-sum;
}

/* A table's header (5.2.6); table_end() writes length and checksum. */
static size_t table_begin(struct block *b, const char signature[5], uint8_t revision)
{
    size_t at = take(b, HEADER_BYTES, 16);
    uint8_t *t = b->bytes + at;

    memcpy(t, signature, 4);
    t[8] = revision;
    memcpy(t + 10, "TRPLN ", 6);
    memcpy(t + 16, "TRAPLINE", 8);
    info_put32(t + 24, 1);
    memcpy(t + 28, "TRPL", 4);
    info_put32(t + 32, 1);
    return at;
}

static void table_end(struct block *b, size_t at)
{
    info_put32(b->bytes + at + 4, (uint32_t)(b->used - at));
    b->bytes[at + 9] = checksum(b->bytes + at, b->used - at);
}

/* ---- AML ---- */

static size_t package_begin(struct block *b)
{
    return take(b, 2, 1);
}

static void package_end(struct block *b, size_t at)
{
    size_t len = b->used - at;

    b->bytes[at] = (uint8_t)(0x40 | (len & 15));
    b->bytes[at + 1] = (uint8_t)(len >> 4);
}

static void name(struct block *b, const char segment[5])
{
    put_number(b, 0x08, 1);
    put(b, segment, 4);
}

static void name_byte(struct block *b, const char segment[5], uint8_t value)
{
    name(b, segment);
    put_number(b, 0x0a, 1);
    put_number(b, value, 1);
}

static size_t device_begin(struct block *b, const char segment[5])
{
    size_t package;

    put(b, "\x5b\x82", 2);
    package = package_begin(b);
    put(b, segment, 4);
    return package;
}

/* _CRS: a buffer of resource descriptors (6.4) with the end tag behind them. */
static void resources(struct block *b, const uint8_t *bytes, size_t len)
{
    size_t package;

    name(b, "_CRS");
    put_number(b, 0x11, 1);
    package = package_begin(b);
    put_number(b, 0x0a, 1);
    put_number(b, len + 2, 1);
    put(b, bytes, len);
    put(b, "\x79\x00", 2);
    package_end(b, package);
}

static void serial_device(struct block *b)
{
    static const uint8_t crs[] = {0x47, 1, 0xf8, 3, 0xf8, 3, 1, 8, 0x22, 1 << 4, 0};
    size_t device = device_begin(b, "COM1");

    name(b, "_HID");
    put(b, "\x0c\x41\xd0\x05\x01", 5); /* EisaId ("PNP0501") */
    name_byte(b, "_UID", 1);
    resources(b, crs, sizeof(crs));
    package_end(b, device);
}

static void virtio_device(struct block *b, unsigned slot)
{
    uint8_t crs[] = {0x86, 9, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0x89, 6, 0, 1, 1, 0, 0, 0, 0};
    char segment[5] = {'V', 'R', '0', (char)('0' + slot), 0};
    size_t device = device_begin(b, segment);

    info_put32(crs + 4, VIRTIO_ADDRESS + slot * VIRTIO_WINDOW);
    info_put32(crs + 8, VIRTIO_WINDOW);
    info_put32(crs + 17, VIRTIO_GSI + slot);
    name(b, "_HID");
    put(b, "\x0dLNRO0005", 10); /* with its NUL */
    name_byte(b, "_UID", (uint8_t)slot);
    name_byte(b, "_CCA", 1);
    resources(b, crs, sizeof(crs));
    package_end(b, device);
}

static size_t build_dsdt(struct block *b, unsigned virtio_count)
{
    size_t at = table_begin(b, "DSDT", 2), package;

    name(b, "_S5_");
    put_number(b, 0x12, 1);
    package = package_begin(b);
    put(b, "\x04\x0a\x05\x00\x00\x00", 6);
    package_end(b, package);
    put_number(b, 0x10, 1);
    package = package_begin(b);
    put(b, "\\_SB_", 5);
    serial_device(b);
    for (unsigned i = 0; i < virtio_count; i++)
        virtio_device(b, i);
    package_end(b, package);
    table_end(b, at);
    return at;
}

/* ---- the other tables ---- */

static size_t build_facs(struct block *b)
{
    size_t at = take(b, FACS_BYTES, 64);

    memcpy(b->bytes + at, "FACS", 4);
    info_put32(b->bytes + at + 4, FACS_BYTES);
    b->bytes[at + 32] = 2;
    return at;
}

/* A generic address of an I/O port (5.2.3.2). */
static void put_port(uint8_t *at, uint8_t bits, uint8_t access, uint32_t port)
{
    at[0] = 1;
    at[1] = bits;
    at[3] = access;
    info_put64(at + 4, port);
}

static size_t build_fadt(struct block *b, size_t facs, size_t dsdt)
{
    size_t at = table_begin(b, "FACP", 4);
    uint8_t *t = b->bytes + at;

    take(b, FADT_BYTES - HEADER_BYTES, 1);
    info_put32(t + 36, (uint32_t)(X86_FIRMWARE + facs));
    info_put32(t + 40, (uint32_t)(X86_FIRMWARE + dsdt));
    t[46] = SCI_IRQ;
    info_put32(t + 56, PM_PORT);     /* PM1a_EVT_BLK */
    info_put32(t + 64, PM_PORT + 4); /* PM1a_CNT_BLK */
    info_put32(t + 76, PM_PORT + 8); /* PM_TMR_BLK */
    t[88] = 4;
    t[89] = 2;
    t[91] = 4;
    t[97] = t[99] = 0x0f; /* P_LVL2_LAT, P_LVL3_LAT: too long to be there */
    t[109] = 0x0d;        /* IAPC_BOOT_ARCH: devices of an ISA bus, no VGA, no MSI */
    /* WBINVD, PROC_C1, no fixed buttons, no fixed RTC wake, 32-bit timer, reset register */
    info_put32(t + 112, 1u | 1u << 2 | 1u << 4 | 1u << 5 | 1u << 6 | 1u << 8 | 1u << 10);
    put_port(t + 116, 8, 1, RESET_PORT);
    t[128] = 6;
    info_put64(t + 140, X86_FIRMWARE + dsdt);
    put_port(t + 148, 32, 2, PM_PORT);
    put_port(t + 172, 16, 2, PM_PORT + 4);
    put_port(t + 208, 32, 3, PM_PORT + 8);
    table_end(b, at);
    return at;
}

static size_t build_madt(struct block *b)
{
    size_t at = table_begin(b, "APIC", 3);

    put_number(b, LAPIC_ADDRESS, 4);
    put_number(b, 1, 4); /* there are two 8259 as well */
    put(b, "\x00\x08\x00\x00\x01\x00\x00\x00", 8); /* local APIC 0, enabled */
    put(b, "\x01\x0c\x00\x00", 4);                  /* I/O APIC 0, from interrupt 0 */
    put_number(b, IOAPIC_ADDRESS, 4);
    put_number(b, 0, 4);
    put(b, "\x02\x0a\x00\x00\x02\x00\x00\x00\x00\x00", 10); /* IRQ 0 is pin 2 */
    put(b, "\x02\x0a\x00\x09\x09\x00\x00\x00\x0d\x00", 10); /* SCI: level, active high */
    put(b, "\x04\x06\xff\x00\x00\x01", 6);                  /* NMI: LINT1 */
    table_end(b, at);
    return at;
}

static size_t build_xsdt(struct block *b, size_t fadt, size_t madt)
{
    size_t at = table_begin(b, "XSDT", 1);

    put_number(b, X86_FIRMWARE + fadt, 8);
    put_number(b, X86_FIRMWARE + madt, 8);
    table_end(b, at);
    return at;
}

int acpi_build(unsigned virtio_count, uint8_t **out, size_t *out_bytes)
{
    struct block b = {.bytes = calloc(1, BLOCK_BYTES)};
    size_t facs, dsdt, fadt, xsdt;
    uint8_t *rsdp = b.bytes;

    if (!rsdp)
        return -ENOMEM;
    take(&b, RSDP_BYTES, 1);
    facs = build_facs(&b);
    dsdt = build_dsdt(&b, virtio_count);
    fadt = build_fadt(&b, facs, dsdt);
    xsdt = build_xsdt(&b, fadt, build_madt(&b));
    memcpy(rsdp, "RSD PTR ", 8);
    memcpy(rsdp + 9, "TRPLN ", 6);
    rsdp[15] = 2;
    info_put32(rsdp + 20, RSDP_BYTES);
    info_put64(rsdp + 24, X86_FIRMWARE + xsdt);
    rsdp[8] = checksum(rsdp, 20);
    rsdp[32] = checksum(rsdp, RSDP_BYTES);
    *out = b.bytes;
    *out_bytes = b.used;
    return 0;
}
