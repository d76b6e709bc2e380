/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The x86_64 machine's life: creation, reset into an entry mode, the run loop.
 *
 * Between two instructions the loop looks, in this order, at: a stop that was
 * asked for, a pending single-step trap, devices whose time has come, the
 * target, an interrupt that can be taken, idleness. What it then runs ends at
 * the target or at the next event of a device, whichever comes first.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "cpu/arch/x86_64/arch.h"
#include "cpu/arch/x86_64/operands.h"
#include "cpu/arch/x86_64/state.h"
#include "cpu/arch/x86_64/x86.h"

#define RAM_BYTES_MAX (3ull << 30) /* device addresses begin there */

static size_t mapped_bytes(const struct x86 *x)
{
    return x->config.ram_bytes + x86_engine_extra_bytes(x->config.ram_bytes);
}

int x86_create(struct x86 *x, const struct cpu_config *config)
{
    int rc;

    memset(x, 0, sizeof(*x));
    x->config = *config;
    x->horizon = CYCLES_NEVER;
    x->idled_n = x->stop_behind = UINT64_MAX;
    if (!x->config.hz)
        x->config.hz = 1000000000;
    virtio_init(&x->virtio, x->board.virtio, &x->config, x86_dma_memory(x));
    if (!config->ram_bytes || config->ram_bytes % (2 << 20) || config->ram_bytes > RAM_BYTES_MAX) {
        snprintf(x->error, sizeof(x->error),
                 "x86_64 RAM must be a multiple of 2 MiB and at most 3 GiB");
        return -EINVAL;
    }
    x->ram = mmap(NULL, mapped_bytes(x), PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (x->ram == MAP_FAILED) {
        x->ram = NULL;
        snprintf(x->error, sizeof(x->error), "no memory for %zu bytes of guest RAM",
                 config->ram_bytes);
        return -ENOMEM;
    }
    rc = x86_count_create(x);
    if (!rc)
        rc = x86_engine_create(x);
    if (!rc && config->adversary)
        rc = x86_adversary_create(x);
    if (rc && !x->error[0])
        snprintf(x->error, sizeof(x->error), "out of memory");
    return rc;
}

void x86_destroy(struct x86 *x)
{
    x86_engine_destroy(x);
    x86_dirty_destroy(x);
    x86_pages_destroy(x);
    adversary_destroy(x->adversary);
    x86_count_destroy(x);
    x86_operands_end(x);
    virtio_destroy(&x->virtio);
    if (x->ram)
        munmap(x->ram, mapped_bytes(x));
}

static struct x86_view entry_view(const struct cpu_entry *entry)
{
    struct x86_view v = {.rip = entry->pc, .rflags = 2, .cr0 = CR0_PE | CR0_NE | 0x10};

    for (int i = 0; i < SEG_LDT; i++)
        v.seg[i] = (struct x86_seg){.selector = 0x10, .limit = ~0u, .flags = 0xcf9300};
    v.seg[SEG_CS] = (struct x86_seg){.selector = 8, .limit = ~0u, .flags = 0xcf9b00};
    v.seg[SEG_LDT] = (struct x86_seg){.flags = 0x8200, .limit = 0xffff};
    v.seg[SEG_TR] = (struct x86_seg){.flags = 0x8b00, .limit = 0x67};
    if (entry->mode == CPU_ENTRY_X86_LONG64) {
        v.seg[SEG_CS].selector = 0x10; /* __BOOT_CS and __BOOT_DS of the Linux protocol */
        for (int i = 0; i < SEG_LDT; i++)
            v.seg[i].selector = i == SEG_CS ? 0x10 : 0x18;
        v.seg[SEG_CS].flags = 0xaf9b00;
        v.cr0 |= CR0_PG | CR0_WP;
        v.cr3 = entry->arg[3];
        v.cr4 = CR4_PAE;
        v.efer = EFER_LME | EFER_LMA | EFER_NXE;
    }
    return v;
}

static void reset_model(struct x86 *x)
{
    x->count.n = 0;
    x->skipped = 0;
    memset(&x->msrs, 0, sizeof(x->msrs));
    memset(&x->flow, 0, sizeof(x->flow));
    memset(&x->checks, 0, sizeof(x->checks));
    x->flow.shadow_n = UINT64_MAX;
    x->flow.from_kernel = 1;
    x->msrs.pat = 0x0007040600070406ull;
    x->msrs.misc_enable = 1;
    x->msrs.mtrr_def_type = 0xc06;
    x->unimplemented_count = 0;
    memset(x->unimplemented, 0, sizeof(x->unimplemented));
    x->stop_asked = false;
    x->idled_n = x->stop_behind = UINT64_MAX;
    x->remap_bytes = 0;
    x->unsure = false;
    if (x->adversary)
        adversary_forget(x->adversary);
    x86_board_reset(x);
    x86_count_forget(x);
    x86_count_reset(x);
}

int x86_reset(struct x86 *x, const struct cpu_entry *entry)
{
    struct x86_view v = entry_view(entry);
    paddr_t pa;
    int rc;

    if (entry->mode != CPU_ENTRY_X86_PROT32 && entry->mode != CPU_ENTRY_X86_LONG64) {
        snprintf(x->error, sizeof(x->error), "not an x86 entry mode");
        return -EINVAL;
    }
    reset_model(x);
    rc = x86_engine_enter(x, &v);
    if (rc)
        return rc;
    if (x86_translate(x, entry->pc, &pa)) {
        snprintf(x->error, sizeof(x->error),
                 "the page tables at 0x%llx do not map the kernel's entry 0x%llx",
                 (unsigned long long)v.cr3, (unsigned long long)entry->pc);
        return -EINVAL;
    }
    x86_count_code_here(x);
    x86_fpu_write(x, &(struct x86_fpu){.fcw = 0x37f, .ftw = 0xffff, .mxcsr = 0x1f80, .xcr0 = 1});
    for (unsigned i = 0; i < 16; i++)
        x86_set_gpr(x, i, 0);
    if (entry->mode == CPU_ENTRY_X86_PROT32) {
        x86_set_gpr(x, 0, (uint32_t)entry->arg[0]);
        x86_set_gpr(x, 3, (uint32_t)entry->arg[1]);
    } else {
        x86_set_gpr(x, 6, entry->arg[1]);
    }
    x86_count_reset(x);
    return 0;
}

static bool take_interrupt(struct x86 *x)
{
    struct x86_view v;

    if (!x86_irq_pending(x) || x->flow.shadow_n == x->count.n ||
        !(x86_reg(x, X86_RFLAGS) & FLAG_IF))
        return false;
    x86_view_load(x, &v);
    x86_trap(x, &v, x86_irq_take(x), X86_NO_ERROR, 0, X86_EXTERNAL);
    return true;
}

static void take_debug_trap(struct x86 *x)
{
    struct x86_view v;

    x->flow.debug_pending = 0;
    x86_view_load(x, &v);
    x86_trap(x, &v, X86_DB, X86_NO_ERROR, 0, X86_TRAP);
}

/* Halted and nothing to take: jump to the next event, or stop. */
static void idle(struct x86 *x)
{
    cycles_t next = x86_board_next(x), now = x86_cycles(x);

    x->idled_n = x->count.n;
    next = next < x->horizon ? next : x->horizon;
    if (next > CYCLES_END || !(x86_reg(x, X86_RFLAGS) & FLAG_IF))
        x86_stop(x, CPU_STOP_IDLE, 0);
    else if (next > now)
        x->skipped += next - now;
}

static insn_t next_stop(struct x86 *x, insn_t target)
{
    cycles_t next = x86_board_next(x), now = x86_cycles(x);
    insn_t n;

    target = target < x->stop_behind ? target : x->stop_behind;
    next = next < x->horizon ? next : x->horizon;
    n = next == CYCLES_NEVER ? UINT64_MAX : next > now ? next - x->skipped : x->count.n;

    return n < target ? n : target;
}

static int run_piece(struct x86 *x, insn_t stop_at)
{
    int rc = x86_count_run(x, stop_at);

    if (rc || !progress_stalled(&x->progress, x->count.n))
        return rc;
    return progress_ends(x->error, sizeof(x->error), x->count.n, x86_reg(x, X86_RIP));
}

int x86_run(struct x86 *x, insn_t target, struct cpu_stop *stop)
{
    int rc = 0;

    x->stopped = false;
    x->progress.pieces = 0;
    while (!rc && !x->stopped) {
        x86_board_advance(x);
        if (x->stop_asked || x->count.n >= x->stop_behind) {
            x->stop_asked = false;
            x->stop_behind = UINT64_MAX;
            x86_stop(x, CPU_STOP_REQUESTED, 0);
        } else if (x->count.n >= target) {
            x86_stop(x, CPU_STOP_TARGET, 0);
        } else if (x86_cycles(x) >= x->horizon) {
            x86_stop(x, CPU_STOP_HORIZON, 0);
        } else if (x->flow.debug_pending) {
            take_debug_trap(x);
        } else if (take_interrupt(x)) {
            continue;
        } else if (x->flow.halted) {
            idle(x);
        } else if (breaks_stop(&x->breaks, x86_reg(x, X86_RIP), x->count.n)) {
            x86_stop(x, CPU_STOP_BREAK, 0);
        } else {
            rc = run_piece(x, next_stop(x, target));
        }
    }
    if (rc) {
        x86_stop(x, CPU_STOP_ENGINE, 0);
        x->stop = (struct cpu_stop){CPU_STOP_ENGINE, 0};
    }
    *stop = x->stop;
    return 0;
}
