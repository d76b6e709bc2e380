/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the engine keeps what its register API lacks. Distinctive values are
 * loaded by VMRUN or by a few instructions and searched in a saved context; a
 * value that is not there exactly once makes the engine refused. Offsets differ
 * between versions that share a SONAME, so nothing is written down here.
 */
#include <errno.h>
#include <stdlib.h>

#include "cpu/arch/x86_64/engine.h"

#define CODE_AT  0x1000u
#define CODE_MAX 20u

static size_t context_bytes(const struct x86_engine *e)
{
    return uc_context_size(e->uc);
}

/* Offset at which 64-bit `value` stands; 0 when it is not there exactly once. */
static size_t find64(const struct x86_engine *e, uint64_t value)
{
    size_t found = 0, bytes = context_bytes(e);

    for (size_t o = 8; o + 8 <= bytes; o += 4) {
        if (get64(e, o) != value)
            continue;
        if (found)
            return 0;
        found = o;
    }
    return found;
}

static struct x86_view flat32(vaddr_t rip, unsigned cpl)
{
    struct x86_view v = {.rip = rip, .rsp = 0x7fed1230, .rflags = 2, .cr0 = CR0_PE | 0x10};

    for (int i = 0; i < SEG_LDT; i++)
        v.seg[i] = (struct x86_seg){
            .limit = ~0u, .selector = 0x10 + cpl, .flags = (0xcf9300 | cpl << 13)};
    v.seg[SEG_CS].flags = 0xcf9b00 | cpl << 13;
    v.seg[SEG_CS].selector = 8 + cpl;
    v.seg[SEG_LDT] = (struct x86_seg){.flags = 0x8200};
    v.seg[SEG_TR] = (struct x86_seg){.flags = 0x8b00, .limit = 0x67};
    v.cpl = cpl;
    return v;
}

/*
 * Enter where HLT stands: the engine translates the block there although it will not run, and
 * a page of zeros is a long one.
 */
static int enter(struct x86 *x, const struct x86_view *v)
{
    int rc;

    x->ram[v->rip] = 0xf4;
    rc = x86_engine_enter(x, v);
    x->ram[v->rip] = 0;
    x86_engine_drop_code(x, v->rip, v->rip + 1);
    return rc;
}

#define MAGIC_BASE 0x0000123456000000ull
#define MAGIC_CR2  0x0000123456fedc00ull

static int calibrate_segments(struct x86 *x)
{
    struct x86_engine *e = x->engine;
    struct x86_view v = flat32(0x1000, 0);

    for (int i = 0; i < SEG_COUNT; i++)
        if (i != SEG_CS)
            v.seg[i].base = MAGIC_BASE + (uint64_t)i * 0x10000;
    v.gdt = (struct x86_table){MAGIC_BASE + 0x100000, 0x123};
    v.idt = (struct x86_table){MAGIC_BASE + 0x110000, 0x456};
    v.cr2 = MAGIC_CR2;
    if (enter(x, &v))
        return -EIO;
    uc_context_save(e->uc, e->scratch);
    for (int i = 0; i < SEG_COUNT; i++)
        if (i != SEG_CS && !(e->at.seg[i] = find64(e, v.seg[i].base)))
            return -ENOENT;
    if (!(e->at.cr2 = find64(e, MAGIC_CR2)))
        return -ENOENT;
    if (!(e->at.gdt = find64(e, v.gdt.base)) || !(e->at.idt = find64(e, v.idt.base)) ||
        !(e->at.gpr = find64(e, v.rsp)))
        return -ENOENT;
    for (int i = 0; i < SEG_COUNT; i++)
        e->at.seg[i] -= 8;
    e->at.gdt -= 8;
    e->at.idt -= 8;
    e->at.gpr -= 4 * 8;
    e->at.seg[SEG_CS] = (e->at.seg[SEG_ES] + e->at.seg[SEG_SS]) / 2;
    if (get_seg(e, e->at.seg[SEG_CS]).selector != 8 || get32(e, e->at.idt + 16) != 0x456 ||
        get_seg(e, e->at.seg[SEG_DS]).flags != (v.seg[SEG_DS].flags & DESC_ATTRIB))
        return -ENOENT;
    return 0;
}

/* RIP and the derived flags: what two entries that differ only there agree upon. */
static int calibrate_flags(struct x86 *x)
{
    struct x86_engine *e = x->engine;
    struct x86_view a = flat32(0x1240, 0), b = flat32(0x1380, 3);
    size_t bytes = context_bytes(e);
    uint8_t *first = malloc(bytes);
    int rips = 0, flags = 0, rc = -EIO;

    if (!first)
        return -ENOMEM;
    if (enter(x, &a))
        goto out;
    uc_context_save(e->uc, e->scratch);
    memcpy(first, e->scratch, bytes);
    if (enter(x, &b))
        goto out;
    uc_context_save(e->uc, e->scratch);
    for (size_t o = 8; o + 8 <= bytes; o += 4) {
        uint64_t was, now = get64(e, o);
        memcpy(&was, first + o, 8);
        if (was == 0x1240 && now == 0x1380) {
            e->at.rip = o;
            rips++;
        }
        if (((uint32_t)was & (HFLAG_GUEST | HFLAG_PE | HFLAG_CPL)) == (HFLAG_GUEST | HFLAG_PE) &&
            (uint32_t)now == ((uint32_t)was | 3) && o < e->at.seg[SEG_ES]) {
            e->at.hflags = o;
            flags++;
        }
    }
    rc = rips == 1 && flags == 1 ? 0 : -ENOENT;
out:
    free(first);
    return rc;
}

/* Run what stands at v->rip until its first event, whose context is left in `scratch`. */
static int run_code(struct x86 *x, const struct x86_view *v)
{
    uc_err err;

    if (x86_engine_enter(x, v))
        return -EIO;
    x86_engine_drop_code(x, v->rip, v->rip + CODE_MAX);
    x->engine->calibrating = true;
    err = uc_emu_start(x->engine->uc, v->rip, 0, 0, 0);
    x->engine->calibrating = false;
    return err ? -EIO : 0;
}

/*
 * A field that two runs of the same code with different immediates leave with
 * different values. The code is 32-bit and ends in an exception.
 */
struct probe {
    uint8_t code[CODE_MAX];
    unsigned patch_at; /* the two bytes that differ */
    uint16_t patch[2];
    uint64_t value[2];
    unsigned bytes; /* of the field */
    unsigned step;  /* its alignment */
};

static int run_probe(struct x86 *x, const struct probe *p, unsigned which)
{
    struct x86_view v = flat32(CODE_AT, 0);

    v.cr4 = CR4_OSFXSR | CR4_OSXSAVE;
    memcpy(x->ram + CODE_AT, p->code, CODE_MAX);
    memcpy(x->ram + CODE_AT + p->patch_at, &p->patch[which], 2);
    return run_code(x, &v);
}

static int calibrate_probe(struct x86 *x, const struct probe *p, size_t *at)
{
    const struct x86_engine *e = x->engine;
    size_t bytes = context_bytes(e);
    uint8_t *first = malloc(bytes);
    int found = 0, rc = -EIO;

    if (!first)
        return -ENOMEM;
    if (run_probe(x, p, 0))
        goto out;
    memcpy(first, e->scratch, bytes);
    if (run_probe(x, p, 1))
        goto out;
    for (size_t o = 8; o + p->bytes <= bytes; o += p->step) {
        if (memcmp(first + o, &p->value[0], p->bytes) != 0 ||
            memcmp(field(e, o), &p->value[1], p->bytes) != 0 || o == e->at.gpr)
            continue;
        *at = o;
        found++;
    }
    rc = found == 1 ? 0 : -ENOENT;
out:
    free(first);
    memset(x->ram + CODE_AT, 0, CODE_MAX);
    return rc;
}

/* mov $selector,%eax; mov %eax,%ds: #GP(selector), as the descriptor table is empty. */
static const struct probe error_code = {
    {0xb8, 0, 0, 0, 0, 0x8e, 0xd8}, 1, {0x1238, 0x5678}, {0x1238, 0x5678}, 4, 4};

/* mov $value,%eax; xor %ecx,%ecx; xor %edx,%edx; xsetbv; ud2 */
static const struct probe xcr0 = {
    {0xb8, 0, 0, 0, 0, 0x31, 0xc9, 0x31, 0xd2, 0x0f, 0x01, 0xd1, 0x0f, 0x0b}, 1, {3, 1}, {3, 1}, 8, 4};

/* mov $value,%eax; ldmxcsr CODE_AT + 1 (that value); ud2 */
static const struct probe mxcsr = {{0xb8, 0, 0, 0, 0, 0x0f, 0xae, 0x15, 0x01, 0x10, 0, 0, 0x0f, 0x0b},
                                   1, {0x1fa5, 0x3f9a}, {0x1fa5, 0x3f9a}, 4, 4};

/* mov $value,%eax; fninit; fldcw CODE_AT + 1; ud2 */
static const struct probe fcw = {
    {0xb8, 0, 0, 0, 0, 0xdb, 0xe3, 0xd9, 0x2d, 0x01, 0x10, 0, 0, 0x0f, 0x0b},
    1, {0x037f, 0x0e7f}, {0x037f, 0x0e7f}, 2, 2};

/* fninit; fldz; fldz or fld1 before it; fdivrp: 0/0 is invalid (1), 1/0 a division by zero (4) */
static const struct probe fp_raised = {
    {0xdb, 0xe3, 0, 0, 0xd9, 0xee, 0xde, 0xf9, 0x0f, 0x0b}, 2, {0xeed9, 0xe8d9}, {1, 4}, 1, 1};

/* mov $0 or $0x3f800000,%eax; movd %eax,%xmm0; xorps %xmm1,%xmm1; divss %xmm1,%xmm0; ud2 */
static const struct probe sse_raised = {
    {0xb8, 0, 0, 0, 0, 0x66, 0x0f, 0x6e, 0xc0, 0x0f, 0x57, 0xc9, 0xf3, 0x0f, 0x5e, 0xc1, 0x0f, 0x0b},
    3, {0, 0x3f80}, {1, 4}, 1, 1};

int engine_calibrate(struct x86 *x)
{
    struct layout *at = &x->engine->at;
    int rc;

    if ((rc = calibrate_segments(x)) || (rc = calibrate_flags(x)) ||
        (rc = calibrate_probe(x, &error_code, &at->error_code)) ||
        (rc = calibrate_probe(x, &xcr0, &at->xcr0)) ||
        (rc = calibrate_probe(x, &mxcsr, &at->mxcsr)) ||
        (rc = calibrate_probe(x, &fcw, &at->fcw)) ||
        (rc = calibrate_probe(x, &fp_raised, &at->fp_raised)) ||
        (rc = calibrate_probe(x, &sse_raised, &at->sse_raised)))
        return rc;
    at->fsw = at->fcw - 2;
    x86_engine_drop_page(x, CODE_AT / PAGE); /* a guest may run code of its own there */
    return 0;
}
