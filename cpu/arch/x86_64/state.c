/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Saving and loading. Pieces, in this order: "cpu" (clock and flow), "core"
 * (registers), "fpu", "msr", then one piece for each device. The engine's own
 * state is never copied: what is loaded goes in through VMRUN and the register
 * API, so that a state means the same to every version of the engine.
 */
#include <errno.h>
#include <string.h>

#include "cpu/arch/x86_64/regs.h"
#include "cpu/arch/x86_64/state.h"
#include "cpu/arch/x86_64/x86.h"

#define MSR_KERNEL_GS 0xc0000102u

struct saved_clock {
    uint64_t n, skipped;
    struct x86_flow flow;
};

struct saved_core {
    uint64_t gpr[16];
    uint64_t kernel_gs_base;
    uint64_t dr[8];
    struct x86_view view;
};

_Static_assert(sizeof(struct x86_view) == 8 * 8 + SEG_COUNT * 24 + 4 * 8 + 8, "no padding");
_Static_assert(sizeof(struct x86_fpu) == 256 + 128 + 24 + 4 + 8 + 4, "no padding");
_Static_assert(sizeof(struct x86_msrs) % 8 == 0, "no padding");

int x86_fpu_field(struct x86_fpu *fpu, int id, void *value, bool is_write)
{
    void *at;
    size_t bytes;

    if (id <= X86_REG_ST7) {
        at = fpu->st[id - X86_REG_ST0];
        bytes = 10;
    } else if (id >= X86_REG_XMM0) {
        at = fpu->xmm[id - X86_REG_XMM0];
        bytes = 16;
    } else if (id == X86_REG_MXCSR) {
        at = &fpu->mxcsr;
        bytes = 4;
    } else {
        at = id == X86_REG_FCW ? &fpu->fcw : id == X86_REG_FSW ? &fpu->fsw : &fpu->ftw;
        bytes = 2;
    }
    if (is_write)
        memcpy(at, value, bytes);
    else
        memcpy(value, at, bytes);
    return 0;
}

static void core_read(struct x86 *x, struct saved_core *c)
{
    memset(c, 0, sizeof(*c));
    x->paging_known = false;
    x86_view_load(x, &c->view);
    for (unsigned i = 0; i < 16; i++)
        c->gpr[i] = x86_gpr(x, i);
    x86_debug_regs(x, c->dr, false);
    c->kernel_gs_base = x86_msr_native(x, MSR_KERNEL_GS);
}

static int core_write(struct x86 *x, struct saved_core *c)
{
    int rc = x86_engine_enter(x, &c->view);

    if (rc)
        return rc;
    x86_set_reg(x, X86_RFLAGS, c->view.rflags);
    for (unsigned i = 0; i < 16; i++)
        x86_set_gpr(x, i, c->gpr[i]);
    x86_debug_regs(x, c->dr, true);
    x86_set_msr_native(x, MSR_KERNEL_GS, c->kernel_gs_base);
    x86_set_msr_native(x, 0xc0000081, x->msrs.star);
    x86_set_msr_native(x, 0xc0000082, x->msrs.lstar);
    x86_set_msr_native(x, 0xc0000083, x->msrs.cstar);
    x86_set_msr_native(x, 0xc0000084, x->msrs.fmask);
    x86_count_code_here(x);
    return 0;
}

int x86_state_reenter(struct x86 *x, const struct x86_view *v)
{
    struct saved_core core;
    struct x86_fpu fpu;
    int rc;

    core_read(x, &core);
    x86_fpu_read(x, &fpu);
    core.view = *v;
    rc = core_write(x, &core);
    if (rc)
        return rc;
    x86_fpu_write(x, &fpu);
    x86_count_reset(x);
    return 0;
}

static int visit_devices(struct x86 *x, cpu_state_fn fn, void *ctx)
{
    struct x86_board *b = &x->board;
    struct {
        const char *name;
        void *data;
        size_t len;
    } part[] = {
        {"lapic", &b->lapic, sizeof(b->lapic)}, {"ioapic", &b->ioapic, sizeof(b->ioapic)},
        {"pic8259", &b->pic, sizeof(b->pic)},   {"pit8254", &b->pit, sizeof(b->pit)},
        {"uart16550", &b->uart, sizeof(b->uart)}, {"cmos", &b->cmos, sizeof(b->cmos)},
        {"ports", &b->exit_port, sizeof(b->exit_port)}, {"post", &b->post_code, 1},
        {"acpi_pm", &b->acpi_pm, sizeof(b->acpi_pm)},
        {"virtio", b->virtio, x->virtio.count * sizeof(b->virtio[0])}, /* the last: may be none */
    };
    size_t parts = ARRAY_LEN(part) - (x->virtio.count ? 0 : 1);

    for (size_t i = 0; i < parts; i++) {
        int rc = fn(ctx, part[i].name, part[i].data, part[i].len);
        if (rc)
            return rc;
    }
    return 0;
}

int x86_state_visit(struct x86 *x, enum cpu_state_op op, cpu_state_fn fn, void *ctx)
{
    struct saved_clock clock = {x->count.n, x->skipped, x->flow};
    struct saved_core core;
    struct x86_fpu fpu;
    int rc;

    /* Where the run loop last looked depends on the observer; where the machine is does not. */
    clock.flow.from_kernel = x86_cpl(x) < 3;
    core_read(x, &core);
    x86_fpu_read(x, &fpu);
    if ((rc = fn(ctx, "cpu", &clock, sizeof(clock))) ||
        (rc = fn(ctx, "core", &core, sizeof(core))) || (rc = fn(ctx, "fpu", &fpu, sizeof(fpu))) ||
        (rc = fn(ctx, "msr", &x->msrs, sizeof(x->msrs))) || (rc = visit_devices(x, fn, ctx)))
        return rc;
    if (x->adversary) { /* not loaded: it holds nothing then */
        uint64_t held = adversary_hash(x->adversary);

        if ((rc = fn(ctx, "adversary", &held, sizeof(held))))
            return rc;
    }
    if (op == CPU_STATE_SAVE)
        return 0;
    if (!virtio_contents_agree(&x->virtio))
        return -EIO; /* of a disk with other contents */
    x->count.n = clock.n;
    x->skipped = clock.skipped;
    x->flow = clock.flow;
    x86_count_forget(x);
    rc = core_write(x, &core);
    if (rc)
        return rc;
    x86_fpu_write(x, &fpu);
    x86_count_reset(x);
    x86_adversary_remapped(x);
    return 0;
}
