/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The board, a subset of QEMU's `virt`: which device answers at an address, how
 * interrupt lines run, when the next thing happens by itself, and PSCI.
 */
#include <stdio.h>
#include <string.h>

#include "cpu/arch/arm64/arm64.h"
#include "cpu/dev/psci.h"

#define GICD_BASE    0x08000000ull
#define GICC_BASE    0x08010000ull
#define GIC_BYTES    0x10000ull
#define GICR_BASE    0x080a0000ull
#define GICR_BYTES   0x20000ull
#define UART_BASE    0x09000000ull
#define RTC_BASE     0x09010000ull
#define VIRTIO_BASE  0x0a000000ull
#define VIRTIO_BYTES 0x4000ull
#define VIRTIO_INTID 48 /* of the first slot */
#define UART_INTID   33
#define VTIMER_INTID 27
#define PTIMER_INTID 30

void arm64_stop(struct arm64 *a, enum cpu_stop_reason reason, int status)
{
    if (a->stopped)
        return;
    a->stopped = true;
    a->stop = (struct cpu_stop){reason, status};
    arm64_count_hold(a);
}

void arm64_unimplemented(struct arm64 *a, bool is_write, const char *fmt, uint64_t value)
{
    struct arm64_unimplemented_entry *e = a->unimplemented, *end = e + a->unimplemented_count;
    char what[sizeof(e->what)];
    const struct cpu_host *host = &a->config.host;
    vaddr_t pc = arm64_pc_get(a);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(what, sizeof(what), fmt, (unsigned long long)value);
#pragma GCC diagnostic pop
    while (e < end && strcmp(e->what, what) != 0)
        e++;
    if (e == end) {
        if (a->unimplemented_count == ARM64_UNIMPLEMENTED_MAX)
            e = end - 1; /* the last entry takes the rest */
        else
            a->unimplemented_count++;
        memcpy(e->what, what, sizeof(what));
        e->pc = pc;
    }
    (is_write ? &e->writes : &e->reads)[0]++;
    if (host->unimplemented) {
        struct cpu_unimplemented u = {e->what, is_write, is_write ? e->writes : e->reads,
                                      pc};
        host->unimplemented(host->ctx, &u);
    }
    if (!a->config.strict || a->stopped)
        return;
    snprintf(a->error, sizeof(a->error), "%s of %s at 0x%llx is not implemented",
             is_write ? "the write" : "the read", what, (unsigned long long)pc);
    arm64_stop(a, CPU_STOP_STRICT, 0);
}

void arm64_board_reset(struct arm64 *a)
{
    memset(&a->board, 0, sizeof(a->board));
    gic_reset(&a->board.gic);
    if (a->config.gic == 3)
        gicv3_reset(&a->board.gic3, &a->board.gic);
    pl011_reset(&a->board.uart);
    pl031_reset(&a->board.rtc, a->config.wall_start_s);
    virtio_reset(&a->virtio);
}

static void update_lines(struct arm64 *a)
{
    struct arm64_board *b = &a->board;
    uint32_t lines;

    gic_set_line(&b->gic, VTIMER_INTID, arm64_timer_line(a, TIMER_VIRTUAL));
    gic_set_line(&b->gic, PTIMER_INTID, arm64_timer_line(a, TIMER_PHYSICAL));
    gic_set_line(&b->gic, UART_INTID, pl011_irq(&b->uart));
    lines = virtio_lines(&a->virtio);
    for (unsigned i = 0; i < a->virtio.count; i++)
        gic_set_line(&b->gic, VIRTIO_INTID + i, lines >> i & 1);
}

bool arm64_irq_pending(struct arm64 *a)
{
    const struct arm64_board *b = &a->board;

    return a->config.gic == 3 ? gicv3_pending(&b->gic3, &b->gic) : gic_pending(&b->gic);
}

cycles_t arm64_board_next(struct arm64 *a)
{
    cycles_t v = arm64_timer_next(a, TIMER_VIRTUAL), p = arm64_timer_next(a, TIMER_PHYSICAL);
    cycles_t d = virtio_next(&a->virtio, &a->config.host, a->count.n), timer = v < p ? v : p;

    return timer < d ? timer : d;
}

void arm64_board_advance(struct arm64 *a)
{
    virtio_advance(&a->virtio, arm64_cycles(a));
    arm64_code_settle(a);
    update_lines(a);
}

void arm64_board_changed(struct arm64 *a)
{
    cycles_t next;

    update_lines(a);
    next = arm64_board_next(a);
    arm64_count_recheck(a, next == CYCLES_NEVER      ? UINT64_MAX
                           : next > arm64_cycles(a) ? next - a->skipped
                                                    : a->count.n);
}

/* ---- devices ---- */

bool arm64_is_device(const struct arm64 *a, paddr_t pa)
{
    if (a->config.gic == 3 && pa >= GICC_BASE && pa < GICC_BASE + GIC_BYTES)
        return false;
    return (a->flash.bytes && pa < ARM64_FLASH_BYTES) || /* stores: commands */
           (a->config.gic == 3 && pa >= GICR_BASE && pa < GICR_BASE + GICR_BYTES) ||
           (pa >= GICD_BASE && pa < GICC_BASE + GIC_BYTES) || (pa & ~0xfffull) == UART_BASE ||
           (pa & ~0xfffull) == RTC_BASE || (pa >= VIRTIO_BASE && pa < VIRTIO_BASE + VIRTIO_BYTES);
}

static uint64_t gicv3_read(struct arm64 *a, paddr_t pa, unsigned size, bool *known)
{
    struct arm64_board *b = &a->board;

    if (pa >= GICR_BASE)
        return gicv3_redist_read(&b->gic3, &b->gic, (uint32_t)(pa - GICR_BASE), size, known);
    if (pa < GICD_BASE + GIC_BYTES)
        return gicv3_dist_read(&b->gic3, &b->gic, (uint32_t)(pa - GICD_BASE), size, known);
    *known = false;
    return 0;
}

static void gicv3_write(struct arm64 *a, paddr_t pa, unsigned size, uint64_t value, bool *known)
{
    struct arm64_board *b = &a->board;

    if (pa >= GICR_BASE)
        gicv3_redist_write(&b->gic3, &b->gic, (uint32_t)(pa - GICR_BASE), size, value, known);
    else if (pa < GICD_BASE + GIC_BYTES)
        gicv3_dist_write(&b->gic3, &b->gic, (uint32_t)(pa - GICD_BASE), size, value, known);
    else
        *known = false;
}

uint64_t arm64_mmio_read(struct arm64 *a, paddr_t pa, unsigned size)
{
    struct arm64_board *b = &a->board;
    bool known = true;
    uint64_t value = 0;

    if (a->config.gic == 3 && pa >= GICD_BASE && pa < UART_BASE)
        value = gicv3_read(a, pa, size, &known);
    else if (pa >= GICD_BASE && pa < GICD_BASE + GIC_BYTES)
        value = gic_dist_read(&b->gic, pa & 0xffff, size, &known);
    else if (pa >= GICC_BASE && pa < GICC_BASE + GIC_BYTES)
        value = gic_cpu_read(&b->gic, pa & 0xffff, &known);
    else if ((pa & ~0xfffull) == UART_BASE)
        value = pl011_read(&b->uart, pa & 0xfff, &known);
    else if ((pa & ~0xfffull) == RTC_BASE)
        value = pl031_read(&b->rtc, (uint64_t)((unsigned __int128)arm64_cycles(a) * 1000000000u /
                                               a->config.hz), pa & 0xfff, &known);
    else
        value = virtio_read(&a->virtio, (uint32_t)(pa - VIRTIO_BASE), size, &known);
    if (!known)
        arm64_unimplemented(a, false, "MMIO 0x%llx", pa);
    return value;
}

static void uart_write(struct arm64 *a, uint32_t offset, uint32_t value, bool *known)
{
    const struct cpu_host *host = &a->config.host;
    int sent = pl011_write(&a->board.uart, offset, value, known);

    if (sent >= 0 && host->console_output)
        host->console_output(host->ctx, &(uint8_t){(uint8_t)sent}, 1);
}

void arm64_mmio_write(struct arm64 *a, paddr_t pa, unsigned size, uint64_t value)
{
    struct arm64_board *b = &a->board;
    uint32_t word = (uint32_t)value;
    bool known = true;

    if (a->config.gic == 3 && pa >= GICD_BASE && pa < UART_BASE)
        gicv3_write(a, pa, size, value, &known);
    else if (pa >= GICD_BASE && pa < GICD_BASE + GIC_BYTES)
        gic_dist_write(&b->gic, pa & 0xffff, size, word, &known);
    else if (pa >= GICC_BASE && pa < GICC_BASE + GIC_BYTES)
        gic_cpu_write(&b->gic, pa & 0xffff, word, &known);
    else if ((pa & ~0xfffull) == UART_BASE)
        uart_write(a, pa & 0xfff, word, &known);
    else if ((pa & ~0xfffull) == RTC_BASE)
        pl031_write(&b->rtc, (uint64_t)((unsigned __int128)arm64_cycles(a) * 1000000000u /
                                        a->config.hz), pa & 0xfff, word, &known);
    else if (pa < ARM64_FLASH_BYTES)
        known = false;
    else
        virtio_write(&a->virtio, arm64_cycles(a), (uint32_t)(pa - VIRTIO_BASE), size, word, &known);
    if (!known)
        arm64_unimplemented(a, true, "MMIO 0x%llx", pa);
}

/* ---- PSCI ---- */

void arm64_psci(struct arm64 *a)
{
    uint64_t x[4], result;

    for (unsigned i = 0; i < 4; i++)
        x[i] = arm64_x(a, i);
    switch (psci_call(x, &result)) {
    case PSCI_OFF:
        arm64_stop(a, CPU_STOP_POWEROFF, (int)(x[1] & 0xff));
        break;
    case PSCI_RESET:
        arm64_stop(a, CPU_STOP_RESET, 0);
        break;
    case PSCI_SUSPEND:
        a->flow.halted = 1;
        arm64_count_hold(a);
        break;
    case PSCI_UNKNOWN:
        arm64_unimplemented(a, false, "HVC function 0x%llx", x[0] & 0xffffffff);
        break;
    case PSCI_NONE:
        break;
    }
    arm64_set_x(a, 0, result);
}
