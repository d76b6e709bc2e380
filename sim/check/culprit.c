/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/culprit.c - which instruction made a register what user code finds in it.
 *
 * Between the trap and the return, the last instruction that changed the register to what it
 * is: found by looking at it at points ever closer (it keeps its value from there to the
 * return). Where that instruction loads from memory, as the kernel's way out does, the last
 * store to that memory since the trap is to blame instead.
 */
#include "sim/check/check.h"

#include <capstone/capstone.h>
#include <stdio.h>

#include "sim/check/access.h"
#include "sim/check/ustate.h"
#include "sim/who.h"

#define POINTS         16u
#define INSN_BYTES_MAX 15u

static struct cpu *cpu_of(struct timeline *t)
{
    return sim_cpu(timeline_sim(t));
}

static bool has_value(struct timeline *t, unsigned value, const uint8_t is[16])
{
    uint8_t now[16];

    ustate_one(cpu_of(t), value, now);
    return memcmp(now, is, 16) == 0;
}

/* The number of the state before the last instruction that made the value; false: it always was. */
static bool last_change(struct timeline *t, unsigned value, insn_t from, insn_t to, insn_t *n)
{
    uint8_t is[16];

    if (timeline_seek(t, to))
        return false;
    ustate_one(cpu_of(t), value, is);
    if (timeline_seek(t, from) || has_value(t, value, is))
        return false;
    /* It is not so at `from`, and so at `to`. */
    while (to - from > 1) {
        insn_t step = (to - from + POINTS - 1) / POINTS, low = from;

        for (insn_t at = from + step; at < to; at += step) {
            if (timeline_seek(t, at))
                return false;
            if (!has_value(t, value, is))
                low = at;
        }
        to = low + step < to ? low + step : to;
        from = low;
    }
    *n = from;
    return true;
}

void culprit_describe(struct timeline *t, struct places *places, insn_t n, struct check_blame *b)
{
    struct cpu *cpu = cpu_of(t);
    bool arm = cpu_arch(cpu) == ARCH_ARM64;
    uint8_t code[INSN_BYTES_MAX];
    struct place place;
    const char *file;
    cs_insn *insn;
    int line;
    size_t got = 0;
    csh cs;

    memset(b, 0, sizeof(*b));
    if (timeline_seek(t, n))
        return;
    b->known = true;
    b->n = n;
    b->pc = cpu_pc(cpu);
    place = places_find(places, NULL, 0, b->pc);
    place_text(&place, false, b->where, sizeof(b->where));
    if (places_line(places, b->pc, &file, &line))
        snprintf(b->source, sizeof(b->source), "%s:%d", file, line);
    while (got < (arm ? 4 : INSN_BYTES_MAX) &&
           cpu_mem_read(cpu, b->pc + got, code + got, 1) == 0)
        got++;
    if (cs_open(arm ? CS_ARCH_ARM64 : CS_ARCH_X86, arm ? CS_MODE_ARM : CS_MODE_64, &cs))
        return;
    if (cs_disasm(cs, code, got, b->pc, 1, &insn) == 1) {
        snprintf(b->code, sizeof(b->code), "%s %s", insn->mnemonic, insn->op_str);
        cs_free(insn, 1);
    }
    cs_close(&cs);
}

/* ---- what an instruction loads ---- */

/* LDR and LDP: the second register of a pair stands behind the first. */
static bool arm64_load(struct cpu *cpu, csh cs, const cs_insn *insn, const char *value,
                       vaddr_t *at, size_t *bytes)
{
    const cs_arm64 *d = &insn->detail->arm64;
    size_t number = value[0] == 'x' || value[0] == 'v' ? strtoul(value + 1, NULL, 10) : 99;

    *bytes = value[0] == 'v' ? 16 : 8;
    if (strncmp(insn->mnemonic, "ld", 2) != 0 || number == 99)
        return false;
    for (unsigned i = 0; i < d->op_count; i++) {
        if (d->operands[i].type != ARM64_OP_MEM)
            continue;
        *at = access_register(cpu, cs, d->operands[i].mem.base) +
              access_register(cpu, cs, d->operands[i].mem.index) +
              (uint64_t)(int64_t)d->operands[i].mem.disp;
        for (unsigned r = 0; r < i; r++) {
            const char *name = cs_reg_name(cs, d->operands[r].reg);

            if (strcmp(name, "fp") == 0)
                name = "x29";
            else if (strcmp(name, "lr") == 0)
                name = "x30";
            if (strtoul(name + 1, NULL, 10) == number)
                *at += r * *bytes;
        }
        return true;
    }
    return false;
}

/* POP, MOV from memory, and where XRSTOR and FXRSTOR find a vector register. */
static bool x86_load(struct cpu *cpu, csh cs, const cs_insn *insn, const char *value, vaddr_t *at,
                     size_t *bytes)
{
    const cs_x86 *d = &insn->detail->x86;

    *bytes = 8;
    if (insn->id == X86_INS_IRETQ) {
        *at = cpu_sp(cpu) + (strcmp(value, "rsp") == 0 ? 24 : strcmp(value, "rflags") == 0 ? 16 : 0);
        return true;
    }
    if (insn->id == X86_INS_POP || insn->id == X86_INS_POPFQ) {
        *at = cpu_sp(cpu);
        return true;
    }
    for (unsigned i = 0; i < d->op_count; i++) {
        const x86_op_mem *m = &d->operands[i].mem;

        if (d->operands[i].type != X86_OP_MEM || (i == 0 && insn->id == X86_INS_MOV))
            continue;
        *at = access_register(cpu, cs, m->base) +
              access_register(cpu, cs, m->index) * (uint64_t)m->scale + (uint64_t)m->disp;
        if (insn->id == X86_INS_XRSTOR || insn->id == X86_INS_XRSTOR64 ||
            insn->id == X86_INS_FXRSTOR || insn->id == X86_INS_FXRSTOR64) {
            if (strncmp(value, "xmm", 3) != 0)
                return false;
            *at += 160 + 16 * strtoul(value + 3, NULL, 10);
            *bytes = 16;
        }
        return true;
    }
    return false;
}

/* Here, before the instruction: the memory it loads `value` from. */
static bool loads(struct cpu *cpu, const char *value, vaddr_t *at, size_t *bytes)
{
    bool arm = cpu_arch(cpu) == ARCH_ARM64, found = false;
    uint8_t code[INSN_BYTES_MAX];
    vaddr_t pc = cpu_pc(cpu);
    cs_insn *insn;
    size_t got = 0;
    csh cs;

    while (got < (arm ? 4 : INSN_BYTES_MAX) && cpu_mem_read(cpu, pc + got, code + got, 1) == 0)
        got++;
    if (cs_open(arm ? CS_ARCH_ARM64 : CS_ARCH_X86, arm ? CS_MODE_ARM : CS_MODE_64, &cs))
        return false;
    cs_option(cs, CS_OPT_DETAIL, CS_OPT_ON);
    if (cs_disasm(cs, code, got, pc, 1, &insn) == 1) {
        found = arm ? arm64_load(cpu, cs, insn, value, at, bytes)
                    : x86_load(cpu, cs, insn, value, at, bytes);
        cs_free(insn, 1);
    }
    cs_close(&cs);
    return found;
}

/* The last store to `slot` since the trap, from here back; false: there is none. */
static bool last_store(struct timeline *t, const struct finding *f,
                       const struct timeline_watch *slot)
{
    struct timeline_goals goals = {.watches = slot, .watch_count = 1};
    struct timeline_arrival arrival;

    return timeline_backward(t, &goals, &arrival) == 0 && arrival.stop == TIMELINE_WATCH &&
           timeline_now(t) >= f->trap_n;
}

bool culprit_slot(struct timeline *t, const struct finding *f, unsigned value, insn_t *n,
                  struct timeline_watch *slot)
{
    return last_change(t, value, f->trap_n, f->back_n, n) && timeline_seek(t, *n) == 0 &&
           loads(cpu_of(t), f->value, &slot->va, &slot->bytes);
}

/* ---- where a value comes from ---- */

#define LINKS_MAX 16u

static void on_link(void *ctx, const struct who_link *link)
{
    struct finding *f = ctx;
    struct check_blame *b = &f->culprit;

    if (link->kind == WHO_BEGINNING || link->kind == WHO_LOST || link->n < f->trap_n)
        return;
    b->known = true;
    b->n = link->n;
    b->pc = link->pc;
    memcpy(b->where, link->where, sizeof(b->where));
    memcpy(b->code, link->code, sizeof(b->code));
    memcpy(b->source, link->source, sizeof(b->source));
}

/* arm64's user stack pointer is SP_EL0 while the kernel runs. */
void culprit_origin(struct timeline *t, struct places *places, const struct machine *m,
                    struct finding *f)
{
    struct value_place place = {.bytes = 8};
    insn_t n = f->back_n - 1;
    char err[256];
    struct who *w;

    if (f->slot) {
        place.in_memory = true;
        place.va = f->slot;
        n = f->load.n;
    } else {
        place.reg = cpu_reg_find(m->arch, strcmp(f->value, "sp") == 0 ? "sp_el0" : f->value);
    }
    if ((!place.in_memory && place.reg < 0) || who_open(t, places, m, &w) != 0)
        return;
    (void)!who_follow(w, n, &place, LINKS_MAX, on_link, f, err, sizeof(err));
    who_close(w);
}

void culprit_find(struct timeline *t, struct places *places, struct finding *f, unsigned value)
{
    struct timeline_watch slot = {.va = f->frame_at, .bytes = f->bytes};
    insn_t n;

    if (f->frame_at) {
        if (timeline_seek(t, f->back_n) == 0 && last_store(t, f, &slot))
            culprit_describe(t, places, timeline_now(t), &f->culprit);
        return;
    }
    if (!last_change(t, value, f->trap_n, f->back_n, &n))
        return;
    culprit_describe(t, places, n, &f->culprit);
    if (timeline_seek(t, n) || !loads(cpu_of(t), f->value, &slot.va, &slot.bytes))
        return;
    if (!last_store(t, f, &slot))
        return; /* nobody wrote there since: the load itself is wrong */
    f->load = f->culprit;
    f->slot = slot.va;
    culprit_describe(t, places, timeline_now(t), &f->culprit);
}
