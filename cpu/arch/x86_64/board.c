/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The board: which device answers at a port or an address, how interrupt lines
 * run, and when the next thing happens by itself.
 *
 * Lines: PIT channel 0 is IRQ 0 of the 8259 and pin 2 of the IO-APIC, the
 * serial port is 4 in both. The 8259's output is LINT0 of the local APIC. Virtio slots are pins 16
 * and up of the IO-APIC, and nothing of the 8259.
 */
#include <stdio.h>
#include <string.h>

#include "cpu/arch/x86_64/x86.h"

#define LAPIC_BASE  0xfee00000u
#define IOAPIC_BASE 0xfec00000u
#define UART_PORT   0x3f8
#define UART_IRQ    4
#define PIT_PIN     2
#define VIRTIO_BASE 0xfeb00000u
#define VIRTIO_PIN  16 /* of the first slot */

void x86_stop(struct x86 *x, enum cpu_stop_reason reason, int status)
{
    if (x->stopped)
        return;
    x->stopped = true;
    x->stop = (struct cpu_stop){reason, status};
    x86_count_hold(x);
}

void x86_unimplemented(struct x86 *x, bool is_write, const char *fmt, uint64_t value)
{
    struct x86_unimplemented_entry *e = x->unimplemented, *end = e + x->unimplemented_count;
    char what[sizeof(e->what)];
    const struct cpu_host *host = &x->config.host;
    vaddr_t pc = x86_reg(x, X86_RIP);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(what, sizeof(what), fmt, (unsigned long long)value);
#pragma GCC diagnostic pop
    while (e < end && strcmp(e->what, what) != 0)
        e++;
    if (e == end) {
        if (x->unimplemented_count == X86_UNIMPLEMENTED_MAX)
            e = end - 1; /* the last entry takes the rest */
        else
            x->unimplemented_count++;
        memcpy(e->what, what, sizeof(what));
        e->pc = pc;
    }
    (is_write ? &e->writes : &e->reads)[0]++;
    if (host->unimplemented) {
        struct cpu_unimplemented u = {e->what, is_write, is_write ? e->writes : e->reads,
                                      pc};
        host->unimplemented(host->ctx, &u);
    }
    if (!x->config.strict || x->stopped)
        return;
    snprintf(x->error, sizeof(x->error), "%s of %s at 0x%llx is not implemented",
             is_write ? "the write" : "the read", what, (unsigned long long)pc);
    x86_stop(x, CPU_STOP_STRICT, 0);
}

void x86_board_reset(struct x86 *x)
{
    struct x86_board *b = &x->board;

    memset(b, 0, sizeof(*b));
    lapic_reset(&b->lapic);
    ioapic_reset(&b->ioapic);
    pic_reset(&b->pic);
    pit_reset(&b->pit, x->config.hz);
    uart_reset(&b->uart);
    acpi_pm_reset(&b->acpi_pm);
    virtio_reset(&x->virtio);
    cmos_reset(&b->cmos, x->config.wall_start_s, x->config.hz, x->config.ram_bytes);
}

static void set_irq(struct x86_board *b, unsigned irq, unsigned pin, bool level)
{
    pic_set_line(&b->pic, irq, level);
    ioapic_set_line(&b->ioapic, &b->lapic, pin, level);
}

static void update_lines(struct x86 *x)
{
    struct x86_board *b = &x->board;
    uint32_t lines = virtio_lines(&x->virtio);

    for (unsigned i = 0; i < x->virtio.count; i++)
        ioapic_set_line(&b->ioapic, &b->lapic, VIRTIO_PIN + i, lines >> i & 1);
    set_irq(b, 0, PIT_PIN, pit_output0(&b->pit, x86_cycles(x)));
    set_irq(b, UART_IRQ, UART_IRQ, uart_irq(&b->uart));
    b->lapic.extint_line = pic_output(&b->pic);
}

bool x86_irq_pending(struct x86 *x)
{
    return lapic_pending(&x->board.lapic) >= 0;
}

unsigned x86_irq_take(struct x86 *x)
{
    struct x86_board *b = &x->board;
    int vector = lapic_pending(&b->lapic);

    if (vector == LAPIC_EXTINT) {
        vector = pic_take(&b->pic);
        b->lapic.extint_line = pic_output(&b->pic);
    } else {
        lapic_take(&b->lapic, (uint8_t)vector);
    }
    return (unsigned)vector;
}

cycles_t x86_board_next(struct x86 *x)
{
    struct lapic *l = &x->board.lapic;
    const struct cpu_host *host = &x->config.host;
    cycles_t lapic, pit, virtio;

    if (l->deadline != CYCLES_NEVER && !l->delay_asked) {
        l->delay_asked = 1;
        if (host->timer_delay)
            l->due = cycles_later(l->deadline,
                                  host->timer_delay(host->ctx, x->count.n, l->deadline));
    }
    lapic = lapic_next(l);
    pit = pit_next(&x->board.pit, x86_cycles(x));
    virtio = virtio_next(&x->virtio, host, x->count.n);
    pit = lapic < pit ? lapic : pit;
    return pit < virtio ? pit : virtio;
}

void x86_board_advance(struct x86 *x)
{
    lapic_advance(&x->board.lapic, x86_cycles(x));
    virtio_advance(&x->virtio, x86_cycles(x));
    update_lines(x);
}

void x86_board_changed(struct x86 *x)
{
    cycles_t next, now = x86_cycles(x);

    update_lines(x);
    next = x86_board_next(x);
    x86_count_recheck(x, next == CYCLES_NEVER ? UINT64_MAX
                         : next > now         ? next - x->skipped
                                              : x->count.n);
}

/* ---- ports ---- */

static bool is_pic(uint16_t port)
{
    return (port & 0xfffe) == 0x20 || (port & 0xfffe) == 0xa0 || (port & 0xfffe) == 0x4d0;
}

static bool is_pit(uint16_t port)
{
    return (port & 0xfffc) == 0x40 || port == 0x61;
}

static bool is_pm(uint16_t port)
{
    return port >= ACPI_PM_PORT && port < ACPI_PM_PORT + ACPI_PM_PORTS;
}

/* Ports that a PC's kernel touches to find out that nothing is there. */
static bool is_absent(uint16_t port)
{
    return (port >= 0xcf8 && port <= 0xcff) || (port >= 0x2e8 && port <= 0x2ef) ||
           (port >= 0x2f8 && port <= 0x2ff) || (port >= 0x3e8 && port <= 0x3ef) ||
           (port >= 0x3b0 && port <= 0x3df) || port == 0xed || port == 0x2e || port == 0x2f ||
           (port >= 0x3f0 && port <= 0x3f5) ||                           /* floppy */
           port == 0x4e || port == 0x4f; /* and 0x2e, 0x2f: Super I/O */
}

static uint8_t port_read_byte(struct x86 *x, uint16_t port)
{
    struct x86_board *b = &x->board;

    if ((port & 0xfff8) == UART_PORT)
        return uart_read(&b->uart, port & 7);
    if (is_pic(port))
        return pic_read(&b->pic, port);
    if (is_pit(port))
        return pit_read(&b->pit, x86_cycles(x), port);
    if (port == 0x70 || port == 0x71)
        return cmos_read(&b->cmos, x86_cycles(x), port);
    if (is_pm(port))
        return acpi_pm_read(&b->acpi_pm, x86_cycles(x), x->config.hz, port - ACPI_PM_PORT);
    if (exit_port_owns(port))
        return exit_port_read(&b->exit_port, port);
    if (port >= 0x80 && port <= 0x8f)
        return b->post_code;
    if (!is_absent(port))
        x86_unimplemented(x, false, "port 0x%llx", port);
    return 0xff;
}

static void exit_effect(struct x86 *x, enum exit_port_effect effect, uint8_t value)
{
    if (effect == EXIT_PORT_POWEROFF)
        x86_stop(x, CPU_STOP_POWEROFF, value);
    else if (effect == EXIT_PORT_RESET)
        x86_stop(x, CPU_STOP_RESET, 0);
}

static void port_write_byte(struct x86 *x, uint16_t port, uint8_t value)
{
    struct x86_board *b = &x->board;
    const struct cpu_host *host = &x->config.host;
    int sent;

    if ((port & 0xfff8) == UART_PORT) {
        sent = uart_write(&b->uart, port & 7, value);
        if (sent >= 0 && host->console_output)
            host->console_output(host->ctx, &(uint8_t){(uint8_t)sent}, 1);
    } else if (is_pic(port)) {
        pic_write(&b->pic, port, value);
    } else if (is_pit(port)) {
        pit_write(&b->pit, x86_cycles(x), port, value);
    } else if (port == 0x70 || port == 0x71) {
        cmos_write(&b->cmos, x86_cycles(x), port, value);
    } else if (is_pm(port)) {
        if (acpi_pm_write(&b->acpi_pm, port - ACPI_PM_PORT, value))
            x86_stop(x, CPU_STOP_POWEROFF, 0);
    } else if (exit_port_owns(port)) {
        exit_effect(x, exit_port_write(&b->exit_port, port, value), value);
    } else if (port >= 0x80 && port <= 0x8f) {
        b->post_code = value;
    } else if (!is_absent(port)) {
        x86_unimplemented(x, true, "port 0x%llx", port);
    }
}

uint32_t x86_port_read(struct x86 *x, uint16_t port, unsigned size)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < size; i++)
        value |= (uint32_t)port_read_byte(x, (uint16_t)(port + i)) << 8 * i;
    return value;
}

void x86_port_write(struct x86 *x, uint16_t port, unsigned size, uint32_t value)
{
    if (port == PORT_DEBUG_EXIT)
        size = 1; /* a wider write is one status, not several ports */
    if (port == PORT_PCI_ADDRESS && size == 4)
        return; /* no PCI; reset control at 0xcf9 is another register, of one byte */
    for (unsigned i = 0; i < size; i++)
        port_write_byte(x, (uint16_t)(port + i), (uint8_t)(value >> 8 * i));
}

/* ---- memory-mapped ---- */

static bool is_virtio(paddr_t pa)
{
    return pa >= VIRTIO_BASE && pa < VIRTIO_BASE + VIRTIO_SLOTS * VIRTIO_WINDOW;
}

uint64_t x86_mmio_read(struct x86 *x, paddr_t pa, unsigned size)
{
    bool known = false, aligned = size <= 4 && !(pa & 3);
    uint64_t mask = size == 8 ? ~0ull : (1ull << 8 * size) - 1;
    uint32_t value = 0;

    if (is_virtio(pa) && size <= 4) {
        value = (uint32_t)virtio_read(&x->virtio, (uint32_t)(pa - VIRTIO_BASE), size, &known);
        if (known)
            return value;
    }
    if ((pa & ~0xfffull) == LAPIC_BASE)
        value = lapic_read(&x->board.lapic, x86_cycles(x), pa & 0xffc, &known);
    else if ((pa & ~0xfffull) == IOAPIC_BASE)
        value = ioapic_read(&x->board.ioapic, pa & 0xffc, &known);
    if (known && (aligned || size + (pa & 3) <= 4))
        return value >> 8 * (pa & 3) & mask;
    x86_unimplemented(x, false, "MMIO 0x%llx", pa);
    return (pa & ~0xfffull) == LAPIC_BASE ? 0 : mask;
}

void x86_mmio_write(struct x86 *x, paddr_t pa, unsigned size, uint64_t value)
{
    struct x86_board *b = &x->board;
    bool known = false, aligned = size == 4 && !(pa & 3);
    int eoi;

    if ((pa & ~0xfffull) == LAPIC_BASE && aligned) {
        eoi = lapic_write(&b->lapic, x86_cycles(x), pa & 0xffc, (uint32_t)value, &known);
        if (eoi >= 0)
            ioapic_eoi(&b->ioapic, &b->lapic, (uint8_t)eoi);
    } else if ((pa & ~0xfffull) == IOAPIC_BASE && aligned) {
        ioapic_write(&b->ioapic, &b->lapic, pa & 0xffc, (uint32_t)value, &known);
    } else if (is_virtio(pa) && size <= 4) {
        virtio_write(&x->virtio, x86_cycles(x), (uint32_t)(pa - VIRTIO_BASE), size,
                     (uint32_t)value, &known);
    }
    if (!known)
        x86_unimplemented(x, true, "MMIO 0x%llx", pa);
}
