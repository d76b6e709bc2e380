/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exception and interrupt entry (Intel SDM vol. 3, 6.12 to 6.14).
 *
 * The engine reports an event and leaves all of the entry to us. Entry works on
 * a copy of the processor state, so that a fault during delivery leaves nothing
 * half done but what the pushes wrote. The order of the pushes and the class
 * table for double faults are the manual's (6.15, interrupt 8).
 *
 * Each entry is one tick of the instruction number. INT n, INT3, INTO and
 * SYSCALL are that tick themselves: there is no state between the instruction
 * and its entry.
 */
#include <string.h>

#include "cpu/arch/x86_64/exits.h"
#include "cpu/arch/x86_64/insn.h"
#include "cpu/arch/x86_64/x86.h"

#define GATE_INTERRUPT 0xe
#define GATE_TRAP      0xf
#define DESC_CODE      (1u << 11)
#define DESC_S         (1u << 12)
#define DESC_CONFORM   (1u << 10)
#define DESC_ACCESSED  (1u << 8)
#define RSP0_OFFSET    4
#define IST1_OFFSET    0x24

/* A fault that delivery itself ran into. */
struct nested {
    unsigned vector;
    uint64_t error, addr;
};

struct delivery {
    unsigned vector;
    uint64_t error, addr; /* X86_NO_ERROR where none is pushed */
    enum x86_trap_type type;
};

static bool page_fault(struct nested *f, vaddr_t bad, uint32_t error)
{
    *f = (struct nested){X86_PF, error, bad};
    return false;
}

static bool selector_fault(struct nested *f, unsigned vector, uint32_t selector,
                           const struct delivery *d)
{
    *f = (struct nested){vector, (selector & 0xfffc) | (d->type != X86_SOFT), 0};
    return false;
}

static bool read_table(struct x86 *x, vaddr_t at, void *buf, size_t len, struct nested *f)
{
    vaddr_t bad;
    uint32_t error;

    return !x86_mem_read(x, at, buf, len, &bad, &error) || page_fault(f, bad, error);
}

static bool load_code_segment(struct x86 *x, const struct x86_view *v, uint32_t selector,
                              struct x86_seg *cs, unsigned *cpl, const struct delivery *d,
                              struct nested *f)
{
    uint32_t desc[2];
    vaddr_t at = v->gdt.base + (selector & 0xfff8);

    if (!(selector & 0xfffc))
        return selector_fault(f, X86_GP, 0, d);
    if ((selector & 4) || (selector | 7) > v->gdt.limit)
        return selector_fault(f, X86_GP, selector, d);
    if (!read_table(x, at, desc, sizeof(desc), f))
        return false;
    if (!(desc[1] & DESC_S) || !(desc[1] & DESC_CODE) || DESC_DPL(desc[1]) > v->cpl ||
        ((v->efer & EFER_LMA) && (desc[1] & (DESC_LONG | DESC_BIG)) != DESC_LONG))
        return selector_fault(f, X86_GP, selector, d);
    if (!(desc[1] & DESC_PRESENT))
        return selector_fault(f, X86_NP, selector, d);
    *cpl = desc[1] & DESC_CONFORM ? v->cpl : DESC_DPL(desc[1]);
    cs->selector = (selector & 0xfffc) | *cpl;
    cs->base = v->efer & EFER_LMA /* 64-bit code has none (SDM vol. 1, 3.4.2.1) */
                   ? 0 : desc[0] >> 16 | (desc[1] & 0xff) << 16 | (desc[1] & 0xff000000u);
    cs->limit = (desc[0] & 0xffff) | (desc[1] & 0xf0000);
    if (desc[1] & (1u << 23))
        cs->limit = cs->limit << 12 | 0xfff;
    cs->flags = desc[1] | DESC_ACCESSED;
    return true;
}

static bool canonical(vaddr_t va)
{
    int64_t top = (int64_t)va >> 47;

    return top == 0 || top == -1;
}

static bool read_stack(struct x86 *x, const struct x86_view *v, unsigned offset, uint64_t *rsp,
                       const struct delivery *d, struct nested *f)
{
    const struct x86_seg *tr = &v->seg[SEG_TR];

    if (offset + 7 > tr->limit)
        return selector_fault(f, X86_TS, tr->selector, d);
    if (!read_table(x, tr->base + offset, rsp, 8, f))
        return false;
    if (!canonical(*rsp)) {
        *f = (struct nested){X86_SS, d->type != X86_SOFT, 0};
        return false;
    }
    return true;
}

static uint64_t pushed_flags(const struct x86_view *v, const struct delivery *d)
{
    /* Faults save RF set, so that an instruction breakpoint does not repeat (17.3.1.1). */
    return v->rflags | (d->type == X86_FAULT && d->vector != X86_DF ? FLAG_RF : 0);
}

static bool deliver_long(struct x86 *x, struct x86_view *v, const struct delivery *d,
                         struct nested *f)
{
    struct x86_view to = *v;
    uint32_t gate[4], selector;
    uint64_t frame[6], *top = frame;
    unsigned type, ist, cpl;
    vaddr_t bad;
    uint32_t error;

    if (d->vector * 16 + 15 > v->idt.limit) {
        *f = (struct nested){X86_GP, d->vector << 3 | 2 | (d->type != X86_SOFT), 0};
        return false;
    }
    if (!read_table(x, v->idt.base + d->vector * 16, gate, sizeof(gate), f))
        return false;
    type = gate[1] >> 8 & 31;
    *f = (struct nested){X86_GP, d->vector << 3 | 2 | (d->type != X86_SOFT), 0};
    if ((type != GATE_INTERRUPT && type != GATE_TRAP) ||
        (d->type == X86_SOFT && DESC_DPL(gate[1]) < v->cpl))
        return false;
    f->vector = X86_NP;
    if (!(gate[1] & DESC_PRESENT))
        return false;
    selector = gate[0] >> 16;
    if (!load_code_segment(x, v, selector, &to.seg[SEG_CS], &cpl, d, f))
        return false;
    to.rip = (gate[0] & 0xffff) | (gate[1] & 0xffff0000u) | (uint64_t)gate[2] << 32;
    to.cpl = cpl;
    ist = gate[1] & 7;
    if (ist) {
        if (!read_stack(x, v, IST1_OFFSET + 8 * (ist - 1), &to.rsp, d, f))
            return false;
    } else if (cpl < v->cpl) {
        if (!read_stack(x, v, RSP0_OFFSET + 8 * cpl, &to.rsp, d, f))
            return false;
    }
    to.rsp &= ~15ull;
    if (d->error != X86_NO_ERROR)
        *top++ = d->error;
    *top++ = v->rip;
    *top++ = v->seg[SEG_CS].selector;
    *top++ = pushed_flags(v, d);
    *top++ = v->rsp;
    *top++ = v->seg[SEG_SS].selector;
    to.rsp -= (uint64_t)(top - frame) * 8;
    if (x86_mem_write(x, to.rsp, frame, (size_t)(top - frame) * 8, &bad, &error))
        return page_fault(f, bad, error);
    if (!canonical(to.rip)) {
        *f = (struct nested){X86_GP, d->type != X86_SOFT, 0};
        return false;
    }
    if (cpl < v->cpl)
        to.seg[SEG_SS] = (struct x86_seg){.selector = cpl, .flags = cpl << 13};
    to.rflags &= ~(uint64_t)(FLAG_TF | FLAG_NT | FLAG_RF | FLAG_VM);
    if (type == GATE_INTERRUPT)
        to.rflags &= ~(uint64_t)FLAG_IF;
    *v = to;
    return true;
}

/* Protected mode without long mode: 32-bit gates, same privilege only (see QUIRKS). */
static bool deliver_legacy(struct x86 *x, struct x86_view *v, const struct delivery *d,
                           struct nested *f)
{
    struct x86_view to = *v;
    uint32_t gate[2], frame[4], *top = frame, error;
    unsigned type, cpl;
    vaddr_t bad;

    *f = (struct nested){X86_GP, d->vector << 3 | 2 | (d->type != X86_SOFT), 0};
    if (d->vector * 8 + 7 > v->idt.limit)
        return false;
    if (!read_table(x, v->idt.base + d->vector * 8, gate, sizeof(gate), f))
        return false;
    *f = (struct nested){X86_GP, d->vector << 3 | 2 | (d->type != X86_SOFT), 0};
    type = gate[1] >> 8 & 31;
    if ((type != GATE_INTERRUPT && type != GATE_TRAP) ||
        (d->type == X86_SOFT && DESC_DPL(gate[1]) < v->cpl))
        return false;
    f->vector = X86_NP;
    if (!(gate[1] & DESC_PRESENT))
        return false;
    if (!load_code_segment(x, v, gate[0] >> 16, &to.seg[SEG_CS], &cpl, d, f))
        return false;
    if (cpl != v->cpl)
        return selector_fault(f, X86_GP, gate[0] >> 16, d);
    to.rip = (gate[0] & 0xffff) | (gate[1] & 0xffff0000u);
    if (d->error != X86_NO_ERROR)
        *top++ = (uint32_t)d->error;
    *top++ = (uint32_t)v->rip;
    *top++ = v->seg[SEG_CS].selector;
    *top++ = (uint32_t)pushed_flags(v, d);
    to.rsp = (uint32_t)(v->rsp - (uint64_t)(top - frame) * 4);
    if (x86_mem_write(x, v->seg[SEG_SS].base + to.rsp, frame, (size_t)(top - frame) * 4, &bad,
                      &error))
        return page_fault(f, bad, error);
    to.rflags &= ~(uint64_t)(FLAG_TF | FLAG_NT | FLAG_RF | FLAG_VM);
    if (type == GATE_INTERRUPT)
        to.rflags &= ~(uint64_t)FLAG_IF;
    *v = to;
    return true;
}

static bool contributory(unsigned vector)
{
    return vector == X86_DE || (vector >= X86_TS && vector <= X86_GP);
}

/* What a fault during the delivery of `first` becomes; false: shutdown. */
static bool combine(struct delivery *d, const struct nested *second)
{
    unsigned first = d->vector;
    bool benign = d->type == X86_EXTERNAL || d->type == X86_SOFT;

    if (!benign && first == X86_DF)
        return false;
    if (!benign &&
        ((contributory(first) && contributory(second->vector)) ||
         (first == X86_PF && (contributory(second->vector) || second->vector == X86_PF)))) {
        *d = (struct delivery){X86_DF, 0, 0, X86_FAULT};
        return true;
    }
    *d = (struct delivery){second->vector, second->error, second->addr, X86_FAULT};
    return true;
}

static void report(struct x86 *x, const struct delivery *d, enum cpu_trap_kind kind, vaddr_t pc,
                   bool from_user)
{
    const struct cpu_host *host = &x->config.host;
    struct cpu_trap t;

    memset(&t, 0, sizeof(t)); /* padding too: traps are compared as bytes */
    t.n = x->count.n;
    t.cycles = x86_cycles(x);
    t.kind = kind;
    t.from_user = from_user;
    t.vector = d->vector;
    t.pc = pc;
    t.syndrome = d->error == X86_NO_ERROR ? 0 : d->error;
    t.addr = d->vector == X86_PF ? d->addr : 0;

    x->flow.shadow_n = UINT64_MAX;
    x->flow.halted = 0;
    x86_count_entered(x);
    if (host->trap)
        host->trap(host->ctx, &t);
}

void x86_trap(struct x86 *x, struct x86_view *v, unsigned vector, uint64_t error, uint64_t addr,
              enum x86_trap_type type)
{
    struct delivery d = {vector, error, addr, type};
    struct x86_view from = *v;
    struct nested f;
    bool (*deliver)(struct x86 *, struct x86_view *, const struct delivery *, struct nested *) =
        v->efer & EFER_LMA ? deliver_long : deliver_legacy;

    x->flow.look &= ~(uint64_t)X86_LOOK_CUT;
    x86_adversary_in_kernel(x);
    if (vector == X86_PF)
        x86_adversary_fault(x, addr);
    x86_checks_user_flags(x, v->cpl, v->rflags, v->cr0);
    for (;;) {
        if (d.vector == X86_PF && d.type == X86_FAULT)
            v->cr2 = d.addr;
        if (deliver(x, v, &d, &f))
            break;
        if (!combine(&d, &f)) {
            x86_stop(x, CPU_STOP_SHUTDOWN, 0);
            return;
        }
        if (type == X86_SOFT) /* the faulting instruction is the INT itself */
            v->rip = from.rip = x86_reg(x, X86_RIP);
    }
    x->count.n++;
    x86_view_store(x, v);
    x86_tlb_walk_here(x, true);
    report(x, &d, d.type == X86_EXTERNAL ? CPU_TRAP_IRQ : CPU_TRAP_SYNC, from.rip, from.cpl == 3);
    x86_count_recheck(x, UINT64_MAX);
}

void x86_fault(struct x86 *x, unsigned vector, uint64_t error)
{
    struct x86_view v;

    x86_view_load(x, &v);
    x86_trap(x, &v, vector, error, 0, X86_FAULT);
}

/*
 * SYSCALL in 64-bit mode (SDM vol. 2). The engine adds its length, with prefixes, to RIP when the
 * hook returns.
 */
void x86_syscall(struct x86 *x)
{
    struct x86_view v;
    struct delivery d = {X86_SYSCALL, X86_NO_ERROR, 0, X86_TRAP};
    vaddr_t pc;
    unsigned length;
    bool user;

    x86_view_load_flat(x, &v);
    length = x86_count_last_len(x, v.rip);
    x->count.current = NULL;
    if (!(v.efer & EFER_SCE) || !(v.efer & EFER_LMA)) {
        x->count.n--;
        x86_view_load(x, &v);
        x86_trap(x, &v, X86_UD, X86_NO_ERROR, 0, X86_FAULT);
        x86_view_load(x, &v);
        v.rip -= length;
        x86_view_store(x, &v);
        return;
    }
    x86_checks_user_flags(x, v.cpl, v.rflags, v.cr0);
    x86_adversary_in_kernel(x);
    pc = v.rip + length;
    user = v.cpl == 3;
    x86_view_put_gpr(x, 1, pc);
    x86_view_put_gpr(x, 11, v.rflags & ~(uint64_t)FLAG_RF);
    v.rip = (v.seg[SEG_CS].flags & DESC_LONG ? x->msrs.lstar : x->msrs.cstar) - length;
    v.rflags &= ~(x->msrs.fmask | FLAG_RF);
    v.cpl = 0;
    v.seg[SEG_CS] = (struct x86_seg){
        .selector = (uint32_t)(x->msrs.star >> 32) & 0xfffc, .limit = ~0u, .flags = 0xaf9b00};
    v.seg[SEG_SS] = (struct x86_seg){
        .selector = ((uint32_t)(x->msrs.star >> 32) & 0xfffc) + 8, .limit = ~0u, .flags = 0xcf9300};
    x86_view_store(x, &v);
    x->rip_ahead = length;
    report(x, &d, CPU_TRAP_SYSCALL, pc, user);
    x->rip_ahead = 0;
    x86_count_recheck(x, UINT64_MAX);
}

/* `error` is known of #PF. */
static void exception(struct x86 *x, unsigned vector, vaddr_t rip, uint64_t error)
{
    struct x86_view v;
    uint64_t addr = 0;
    enum x86_trap_type type = X86_FAULT;

    x86_view_load(x, &v);
    switch (vector) {
    case X86_PF:
        addr = x86_event_address(x);
        if ((error & 16 || addr == rip) && x86_count_fetch_ahead(x, rip, addr))
            return;
        break;
    case X86_TS:
    case X86_NP:
    case X86_SS:
    case X86_GP:
        error = x86_event_error_code(x);
        break;
    case X86_AC:
    case X86_DF:
        error = 0;
        break;
    case X86_DB:
        type = X86_TRAP;
        error = X86_NO_ERROR;
        break;
    default:
        error = X86_NO_ERROR;
        break;
    }
    x86_trap(x, &v, vector, error, addr, type);
}

/* A store that only we forbid; it runs again. */
static void ram_store(struct x86 *x, paddr_t pa, vaddr_t rip)
{
    x86_tlb_settled(x);
    x86_dirty_note(x, pa, 1);
    if (x86_count_holds_code(x, pa))
        x86_count_code_store(x, pa, rip);
}

static void nested_page_fault(struct x86 *x, vaddr_t rip, uint32_t error)
{
    paddr_t pa = x86_event_address(x);

    if (error & 16) /* code outside of RAM reads as all ones, which is no instruction */
        x86_fault(x, X86_UD, X86_NO_ERROR);
    else if (pa < x->config.ram_bytes)
        ram_store(x, pa, rip);
    else
        x86_mmio(x, pa);
}

/*
 * INT n, INT3, INTO: the intercept leaves RIP at the instruction. (Without it the
 * engine would remember "next RIP" and force it upon every later event.)
 */
static void software_interrupt(struct x86 *x)
{
    struct x86_view v;
    uint8_t buf[INSN_BYTES_MAX];
    struct insn i;

    x86_view_load(x, &v);
    insn_decode(&i, buf, x86_fetch(x, v.rip, buf, sizeof(buf)), x86_long_code(x));
    v.rip += i.length;
    x86_trap(x, &v,
             i.opcode == 0xcd   ? (uint8_t)insn_imm(&i, buf)
             : i.opcode == 0xcc ? X86_BP
                                : X86_OF,
             X86_NO_ERROR, 0, X86_SOFT);
}

static void at_exit(struct x86 *x, vaddr_t rip)
{
    if (!x86_count_exit(x, rip))
        x86_emul_halt_or_port(x);
}

void x86_event_unseen_exit(struct x86 *x, vaddr_t rip)
{
    x86_count_sync(x, rip, false);
    at_exit(x, rip);
}

static void intercept(struct x86 *x, uint32_t code, vaddr_t rip)
{
    switch (code) {
    case EXIT_HLT:
        at_exit(x, rip);
        return;
    case EXIT_SWINT:
        software_interrupt(x);
        return;
    case EXIT_CPUID:
        x86_emul_cpuid(x);
        return;
    case EXIT_RDTSC:
    case EXIT_RDTSCP:
        x86_emul_rdtsc(x, code == EXIT_RDTSCP);
        return;
    case EXIT_MSR:
        x86_emul_msr(x);
        return;
    case EXIT_INVD:
    case EXIT_WBINVD:
        x86_retire(x, 2);
        return;
    case EXIT_RDPMC:
        x86_fault(x, X86_GP, 0);
        return;
    case EXIT_SHUTDOWN:
        x86_stop(x, CPU_STOP_SHUTDOWN, 0);
        return;
    default:
        if (code >= EXIT_WRITE_DR && code < EXIT_EXCEPTION)
            x86_emul_write_dr(x, code & 7);
        else if (code < EXIT_EXCEPTION)
            x86_emul_cr(x, code & 15);
        else
            x86_fault(x, X86_UD, X86_NO_ERROR);
    }
}

void x86_event(struct x86 *x, uint32_t code)
{
    vaddr_t rip = x86_reg(x, X86_RIP);
    uint32_t exit = code - EXIT_BASE, error = 0;
    bool all_retired = exit == EXIT_EXCEPTION + X86_DB;

    if (x->checks.stepping) {
        x86_step_end(x);
        if (all_retired) {
            x->checks.stepped = true;
            x86_count_sync(x, rip, true);
            return;
        }
    }
    if (exit == EXIT_NPF || exit == EXIT_EXCEPTION + X86_PF) {
        if (x86_count_is_elsewhere(x, rip))
            return;
        if (x86_count_is_unseen(x, rip, exit == EXIT_NPF ? rip - 1 : x86_event_address(x))) {
            x86_event_unseen_exit(x, rip);
            return;
        }
        error = x86_event_error_code(x);
        all_retired = error & 16 || (!(error & 3) && x86_event_address(x) == rip);
    }
    x86_count_sync(x, rip, all_retired);
    if (x->count.n >= x86_count_stop_at(x) && exit != EXIT_HLT) {
        x->flow.debug_pending = exit == EXIT_EXCEPTION + X86_DB;
        x86_count_hold(x);
        return;
    }
    if (exit == EXIT_NPF)
        nested_page_fault(x, rip, error);
    else if (exit >= EXIT_EXCEPTION && exit < EXIT_EXCEPTION + 32)
        exception(x, exit - EXIT_EXCEPTION, rip, error);
    else
        intercept(x, exit, rip);
}
