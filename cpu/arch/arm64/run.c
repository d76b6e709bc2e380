/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The arm64 machine's life: creation, reset into an entry mode, the run loop.
 *
 * Between two instructions the loop looks, in this order, at: a stop that was
 * asked for, the target, an interrupt that can be taken, WFI. What it then runs
 * ends at the target or at the next event of a timer, whichever comes first.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "cpu/arch/arm64/arm64.h"

#define RAM_BYTES_MAX (8ull << 30)

static size_t mapped_bytes(const struct arm64 *a)
{
    return a->config.ram_bytes + arm64_engine_extra_bytes(a->config.ram_bytes);
}

int arm64_create(struct arm64 *a, const struct cpu_config *config)
{
    int rc;

    memset(a, 0, sizeof(*a));
    a->config = *config;
    a->horizon = CYCLES_NEVER;
    a->idled_n = a->stop_behind = UINT64_MAX;
    if (!a->config.hz)
        a->config.hz = 1000000000;
    virtio_init(&a->virtio, a->board.virtio, &a->config, arm64_dma_memory(a));
    if (!config->ram_bytes || config->ram_bytes % (2 << 20) || config->ram_bytes > RAM_BYTES_MAX) {
        snprintf(a->error, sizeof(a->error),
                 "arm64 RAM must be a multiple of 2 MiB and at most 8 GiB");
        return -EINVAL;
    }
    a->ram = mmap(NULL, mapped_bytes(a), PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (a->ram == MAP_FAILED) {
        a->ram = NULL;
        snprintf(a->error, sizeof(a->error), "no memory for %zu bytes of guest RAM",
                 config->ram_bytes);
        return -ENOMEM;
    }
    rc = arm64_count_create(a);
    if (!rc)
        rc = arm64_engine_create(a);
    if (!rc)
        rc = arm64_code_create(a);
    if (!rc && config->adversary)
        rc = arm64_adversary_create(a);
    if (rc && !a->error[0])
        snprintf(a->error, sizeof(a->error), "out of memory");
    return rc;
}

void arm64_destroy(struct arm64 *a)
{
    arm64_engine_destroy(a);
    arm64_dirty_destroy(a);
    arm64_code_destroy(a);
    arm64_pages_destroy(a);
    adversary_destroy(a->adversary);
    arm64_count_destroy(a);
    virtio_destroy(&a->virtio);
    if (a->ram)
        munmap(a->ram, mapped_bytes(a));
    a->ram = NULL;
}

int arm64_reset(struct arm64 *a, const struct cpu_entry *entry)
{
    if (entry->mode != CPU_ENTRY_ARM64_EL1 && entry->mode != CPU_ENTRY_ARM64_EL2) {
        snprintf(a->error, sizeof(a->error), "not an arm64 entry mode");
        return -EINVAL;
    }
    a->count.n = 0;
    a->skipped = 0;
    a->flow = (struct arm64_flow){.from_kernel = 1};
    memset(a->unimplemented, 0, sizeof(a->unimplemented));
    a->unimplemented_count = 0;
    a->stop_asked = false;
    a->idled_n = a->stop_behind = UINT64_MAX;
    if (a->adversary)
        adversary_forget(a->adversary);
    arm64_board_reset(a);
    arm64_count_reset(a);
    a->el2.active = 0;
    arm64_engine_reset(a);
    arm64_el2_reset(a, entry->mode == CPU_ENTRY_ARM64_EL2);
    for (unsigned i = 0; i < 4; i++)
        arm64_set_x(a, i, entry->arg[i]);
    arm64_pc_set(a, entry->pc);
    return 0;
}

/* Halted and nothing to take: jump to the next event, or stop. */
static void idle(struct arm64 *a)
{
    cycles_t next = arm64_board_next(a), now = arm64_cycles(a);

    a->idled_n = a->count.n;
    next = next < a->horizon ? next : a->horizon;
    if (next > CYCLES_END)
        arm64_stop(a, CPU_STOP_IDLE, 0);
    else if (next > now)
        a->skipped += next - now;
}

static insn_t next_stop(struct arm64 *a, insn_t target)
{
    cycles_t next = arm64_board_next(a), now = arm64_cycles(a);
    insn_t n;

    target = target < a->stop_behind ? target : a->stop_behind;
    next = next < a->horizon ? next : a->horizon;
    n = next == CYCLES_NEVER ? UINT64_MAX : next > now ? next - a->skipped : a->count.n;

    return n < target ? n : target;
}

static int run_piece(struct arm64 *a, insn_t stop_at)
{
    int rc = arm64_count_run(a, stop_at);

    if (rc || !progress_stalled(&a->progress, a->count.n))
        return rc;
    return progress_ends(a->error, sizeof(a->error), a->count.n, arm64_pc_get(a));
}

int arm64_run(struct arm64 *a, insn_t target, struct cpu_stop *stop)
{
    int rc = 0;

    a->stopped = false;
    a->progress.pieces = 0;
    while (!rc && !a->stopped) {
        arm64_board_advance(a);
        if (arm64_irq_pending(a))
            a->flow.halted = 0; /* WFI ends even where the interrupt is masked (D1.6.2) */
        if (a->stop_asked || a->count.n >= a->stop_behind) {
            a->stop_asked = false;
            a->stop_behind = UINT64_MAX;
            arm64_stop(a, CPU_STOP_REQUESTED, 0);
        } else if (a->count.n >= target) {
            arm64_stop(a, CPU_STOP_TARGET, 0);
        } else if (arm64_cycles(a) >= a->horizon) {
            arm64_stop(a, CPU_STOP_HORIZON, 0);
        } else if (arm64_irq_pending(a) && arm64_irq_open(a, arm64_pstate(a))) {
            arm64_trap_irq(a);
        } else if (a->flow.halted) {
            idle(a);
        } else if (breaks_stop(&a->breaks, arm64_pc_get(a), a->count.n)) {
            arm64_stop(a, CPU_STOP_BREAK, 0);
        } else {
            rc = run_piece(a, next_stop(a, target));
        }
    }
    if (rc)
        a->stop = (struct cpu_stop){CPU_STOP_ENGINE, 0};
    *stop = a->stop;
    return 0;
}
