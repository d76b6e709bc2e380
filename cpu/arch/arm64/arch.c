/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What cpu/cpu.h offers to sim/, for arm64: observation, memory, console.
 */
#include <errno.h>
#include <string.h>

#include "cpu/arch/arm64/arch.h"

uint64_t arm64_time_ns(const struct arm64 *a)
{
    return (uint64_t)((unsigned __int128)arm64_cycles(a) * 1000000000u / a->config.hz);
}

void arm64_idle_until(struct arm64 *a, cycles_t cycles)
{
    if (cycles > arm64_cycles(a))
        a->skipped += cycles - arm64_cycles(a);
}

void arm64_request_stop(struct arm64 *a)
{
    a->stop_asked = true;
    arm64_count_hold(a);
}

size_t arm64_console_room(const struct arm64 *a)
{
    if (virtio_console_ready(&a->virtio))
        return virtio_console_free(&a->virtio);
    return pl011_room(&a->board.uart);
}

size_t arm64_console_input(struct arm64 *a, const uint8_t *bytes, size_t len)
{
    if (virtio_console_ready(&a->virtio))
        return virtio_console_input(&a->virtio, bytes, len);
    return pl011_input(&a->board.uart, bytes, len);
}

bool arm64_net_input(struct arm64 *a, const uint8_t *frame, size_t len)
{
    a->idled_n = UINT64_MAX; /* what comes at a time is part of this number's state */
    return virtio_net_input(&a->virtio, frame, len);
}

bool arm64_waits(struct arm64 *a)
{
    return a->flow.halted && !arm64_irq_pending(a) && arm64_board_next(a) == CYCLES_NEVER;
}

void arm64_watch_returns(struct arm64 *a, bool on)
{
    a->watch = on;
}

void arm64_unimplemented_each(const struct arm64 *a,
                              void (*fn)(void *ctx, const struct cpu_unimplemented *u,
                                         uint64_t reads, uint64_t writes),
                              void *ctx)
{
    for (size_t i = 0; i < a->unimplemented_count; i++) {
        const struct arm64_unimplemented_entry *e = &a->unimplemented[i];
        struct cpu_unimplemented u = {e->what, e->writes > 0, e->reads + e->writes, e->pc};

        fn(ctx, &u, e->reads, e->writes);
    }
}

uint64_t arm64_pc(struct arm64 *a)
{
    return arm64_pc_get(a);
}

uint64_t arm64_sp(struct arm64 *a)
{
    return arm64_sp_live(a);
}

uint64_t arm64_asid_root(struct arm64 *a)
{
    /* without the ASID, which is reused */
    return arm64_sysreg(a, SYS_TTBR0) & 0x0000fffffffffffeull;
}

uint64_t arm64_syscall_number(struct arm64 *a)
{
    return arm64_x(a, 8);
}

uint64_t arm64_syscall_arg(struct arm64 *a, int index)
{
    return index >= 0 && index < 6 ? arm64_x(a, (unsigned)index) : 0;
}

uint64_t arm64_syscall_result(struct arm64 *a)
{
    return arm64_x(a, 0);
}

static bool in_ram(const struct arm64 *a, paddr_t pa, size_t len)
{
    return pa >= ARM64_RAM_BASE && pa - ARM64_RAM_BASE <= a->config.ram_bytes &&
           len <= a->config.ram_bytes - (pa - ARM64_RAM_BASE);
}

int arm64_phys_read(struct arm64 *a, paddr_t pa, void *buf, size_t len)
{
    const uint8_t *at = arm64_memory(a, pa, len);

    if (!at)
        return -EFAULT;
    memcpy(buf, at, len);
    return 0;
}

int arm64_phys_write(struct arm64 *a, paddr_t pa, const void *buf, size_t len)
{
    if (!in_ram(a, pa, len))
        return -EFAULT;
    memcpy(a->ram + (pa - ARM64_RAM_BASE), buf, len);
    arm64_dirty_note(a, pa, len);
    arm64_code_host_write(a, pa, len);
    arm64_code_settle(a);
    arm64_engine_flush_tlb(a); /* it may be a table */
    return 0;
}

int arm64_translate(struct arm64 *a, vaddr_t va, paddr_t *pa)
{
    return arm64_walk(a, va, pa, NULL);
}

int arm64_virt_read(struct arm64 *a, vaddr_t va, void *buf, size_t len)
{
    uint8_t *bytes = buf;

    while (len) {
        size_t part = 4096 - (va & 4095);
        paddr_t pa;

        if (part > len)
            part = len;
        if (arm64_translate(a, va, &pa) || arm64_phys_read(a, pa, bytes, part))
            return -EFAULT;
        bytes += part;
        va += part;
        len -= part;
    }
    return 0;
}
