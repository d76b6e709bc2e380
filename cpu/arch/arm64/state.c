/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The whole state but RAM, as named pieces in a fixed order.
 *
 * PSTATE comes before the stack pointers, as it says which of them is live.
 * Loading drops translated code and the TLB: RAM may have changed with it.
 */
#include <errno.h>
#include <string.h>

#include "cpu/arch/arm64/arm64.h"
#include "cpu/arch/arm64/regs.h"

struct visit {
    enum cpu_state_op op;
    cpu_state_fn fn;
    void *ctx;
};

static int visit_reg(struct arm64 *a, const struct visit *v, int id)
{
    size_t count;
    const struct cpu_reg_desc *desc = &arm64_reg_table(&count)[id];
    uint8_t value[16];
    int rc = 0;

    if (v->op == CPU_STATE_SAVE)
        rc = arm64_reg_read(a, id, value);
    if (!rc)
        rc = v->fn(v->ctx, desc->name, value, desc->bytes);
    if (!rc && v->op == CPU_STATE_LOAD)
        rc = arm64_reg_write(a, id, value);
    return rc;
}

/* The timers are a piece of their own; `sp` is one of the banked two. */
static bool is_visited(int id)
{
    return id != ARM64_PSTATE && id != ARM64_SP && id < ARM64_CNTV_CTL;
}

static int visit_regs(struct arm64 *a, const struct visit *v)
{
    int rc = visit_reg(a, v, ARM64_PSTATE);

    for (int id = 0; !rc && id < ARM64_REG_COUNT; id++)
        if (is_visited(id))
            rc = visit_reg(a, v, id);
    return rc;
}

static int visit_monitor(struct arm64 *a, const struct visit *v)
{
    uint64_t state[3] = {0};
    int rc;

    if (v->op == CPU_STATE_SAVE)
        arm64_monitor(a, state, false);
    rc = v->fn(v->ctx, "exclusive", state, sizeof(state));
    if (!rc && v->op == CPU_STATE_LOAD)
        arm64_monitor(a, state, true);
    return rc;
}

int arm64_state_visit(struct arm64 *a, enum cpu_state_op op, cpu_state_fn fn, void *ctx)
{
    struct visit v = {op, fn, ctx};
    struct arm64_board *b = &a->board;
    struct arm64_flow flow = a->flow;
    const struct {
        const char *name;
        void *data;
        size_t len;
    } piece[] = {
        {"gic", &b->gic, sizeof(b->gic)},       {"pl011", &b->uart, sizeof(b->uart)},
        {"pl031", &b->rtc, sizeof(b->rtc)},     {"timers", b->timer, sizeof(b->timer)},
        {"flow", &flow, sizeof(flow)},    {"n", &a->count.n, sizeof(a->count.n)},
        {"skipped", &a->skipped, sizeof(a->skipped)},
        {"gicv3", &b->gic3, a->config.gic == 3 ? sizeof(b->gic3) : 0},
        {"virtio", b->virtio, a->virtio.count * sizeof(b->virtio[0])}, /* may be none */
    };
    int rc = visit_regs(a, &v);

    /* Where the run loop last looked depends on the observer; where the machine is does not. */
    flow.from_kernel = (arm64_pstate(a) & PSTATE_EL) != 0;
    if (!rc)
        rc = visit_monitor(a, &v);
    for (size_t i = 0; !rc && i < ARRAY_LEN(piece); i++)
        if (piece[i].len > 0)
            rc = fn(ctx, piece[i].name, piece[i].data, piece[i].len);
    if (!rc && a->el2.present) /* as the entry of the kernel has it */
        rc = fn(ctx, "el2", &a->el2, sizeof(a->el2));
    if (!rc && a->adversary) { /* not loaded: it holds nothing then */
        uint64_t held = adversary_hash(a->adversary);

        rc = fn(ctx, "adversary", &held, sizeof(held));
    }
    if (!rc && op == CPU_STATE_LOAD && !virtio_contents_agree(&a->virtio))
        rc = -EIO; /* of a disk with other contents */
    if (!rc && op == CPU_STATE_LOAD) {
        if (a->adversary) {
            adversary_forget(a->adversary);
            arm64_adversary_root(a, arm64_sysreg(a, SYS_TTBR0));
        }
        a->flow = flow;
        arm64_engine_drop_code(a);
        arm64_engine_flush_tlb(a);
    }
    return rc;
}
