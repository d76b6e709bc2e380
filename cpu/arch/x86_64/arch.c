/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What cpu/cpu.h offers to sim/, for x86_64: observation, memory, console.
 */
#include <errno.h>
#include <string.h>

#include "cpu/arch/x86_64/arch.h"

uint64_t x86_time_ns(const struct x86 *x)
{
    return (uint64_t)((unsigned __int128)x86_cycles(x) * 1000000000u / x->config.hz);
}

void x86_idle_until(struct x86 *x, cycles_t cycles)
{
    if (cycles > x86_cycles(x))
        x->skipped += cycles - x86_cycles(x);
}

void x86_request_stop(struct x86 *x)
{
    x->stop_asked = true;
    x86_count_hold(x);
}

size_t x86_console_room(const struct x86 *x)
{
    if (virtio_console_ready(&x->virtio))
        return virtio_console_free(&x->virtio);
    return uart_room(&x->board.uart);
}

size_t x86_console_input(struct x86 *x, const uint8_t *bytes, size_t len)
{
    if (virtio_console_ready(&x->virtio))
        return virtio_console_input(&x->virtio, bytes, len);
    return uart_input(&x->board.uart, bytes, len);
}

bool x86_net_input(struct x86 *x, const uint8_t *frame, size_t len)
{
    x->idled_n = UINT64_MAX; /* what comes at a time is part of this number's state */
    return virtio_net_input(&x->virtio, frame, len);
}

bool x86_waits(struct x86 *x)
{
    return x->flow.halted && !x86_irq_pending(x) && x86_board_next(x) == CYCLES_NEVER;
}

void x86_watch_returns(struct x86 *x, bool on)
{
    x->watch = on;
    x86_count_watched(x);
}

void x86_unimplemented_each(const struct x86 *x,
                            void (*fn)(void *ctx, const struct cpu_unimplemented *u, uint64_t reads,
                                       uint64_t writes),
                            void *ctx)
{
    for (size_t i = 0; i < x->unimplemented_count; i++) {
        const struct x86_unimplemented_entry *e = &x->unimplemented[i];
        struct cpu_unimplemented u = {e->what, e->writes > 0, e->reads + e->writes, e->pc};
        fn(ctx, &u, e->reads, e->writes);
    }
}

uint64_t x86_pc(struct x86 *x)
{
    return x86_reg(x, X86_RIP) + x->rip_ahead;
}

uint64_t x86_sp(struct x86 *x)
{
    return x86_gpr(x, 4);
}

bool x86_in_user(struct x86 *x)
{
    return x86_cpl(x) == 3;
}

uint64_t x86_asid_root(struct x86 *x)
{
    return x86_reg(x, X86_CR3) & ~0xfffull;
}

uint64_t x86_syscall_number(struct x86 *x)
{
    return x86_gpr(x, 0);
}

uint64_t x86_syscall_arg(struct x86 *x, int index)
{
    static const uint8_t reg[6] = {7, 6, 2, 10, 8, 9}; /* rdi rsi rdx r10 r8 r9 */

    return index >= 0 && index < 6 ? x86_gpr(x, reg[index]) : 0;
}

uint64_t x86_syscall_result(struct x86 *x)
{
    return x86_gpr(x, 0);
}

static bool in_ram(const struct x86 *x, paddr_t pa, size_t len)
{
    return pa <= x->config.ram_bytes && len <= x->config.ram_bytes - pa;
}

int x86_phys_read(struct x86 *x, paddr_t pa, void *buf, size_t len)
{
    if (!in_ram(x, pa, len))
        return -EFAULT;
    memcpy(buf, x->ram + pa, len);
    return 0;
}

int x86_phys_write(struct x86 *x, paddr_t pa, const void *buf, size_t len)
{
    if (!in_ram(x, pa, len))
        return -EFAULT;
    x86_dirty_note(x, pa, len);
    x86_count_host_write(x, pa, len);
    memcpy(x->ram + pa, buf, len);
    return 0;
}

int x86_translate(struct x86 *x, vaddr_t va, paddr_t *pa)
{
    x->paging_known = false; /* MOV CR3 runs in the engine without us */
    return x86_peek(x, va, pa);
}

int x86_virt_read(struct x86 *x, vaddr_t va, void *buf, size_t len)
{
    uint8_t *bytes = buf;

    while (len) {
        size_t part = 4096 - (va & 4095);
        paddr_t pa;

        if (part > len)
            part = len;
        if (x86_translate(x, va, &pa) || x86_phys_read(x, pa, bytes, part))
            return -EFAULT;
        bytes += part;
        va += part;
        len -= part;
    }
    return 0;
}
