/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/closeup.c - see closeup.h.
 *
 * The frame is found without knowing the kernel: soon after the trap most of what user code had
 * in its registers lies on the kernel's stack. closeup_frame.c looks for that.
 */
#include "sim/closeup_private.h"

#include <errno.h>
#include <stdio.h>

#include "loader/boot.h"
#include "loader/fail.h"

#define CODE_BEFORE 5u
#define CODE_AFTER  6u
#define CODE_BYTES  16u
#define SYMBOL_MAX  65536u /* further from its symbol code is not decoded from there */

int closeup_open(const struct trace *t, struct closeup **out, char *err, size_t err_len)
{
    struct closeup *c = calloc(1, sizeof(*c));
    bool arm = t->machine.arch == ARCH_ARM64;
    cs_arch arch = arm ? CS_ARCH_ARM64 : CS_ARCH_X86;
    int rc;

    *out = NULL;
    if (!c)
        return loader_fail(err, err_len, -ENOMEM, "out of memory");
    c->arch = t->machine.arch;
    c->words = arm ? &arm64_closeup : &x86_64_closeup;
    c->regs = cpu_reg_table(c->arch, &c->reg_count);
    rc = timeline_open(t, &c->timeline, err, err_len);
    if (rc == 0 && !(c->places = places_create(&t->machine)))
        rc = loader_fail(err, err_len, -ENOMEM, "out of memory");
    if (rc == 0 && cs_open(arch, arm ? CS_MODE_ARM : CS_MODE_64, &c->cs))
        rc = loader_fail(err, err_len, -ENOMEM, "out of memory");
    if (rc) {
        closeup_close(c);
        return rc;
    }
    *out = c;
    return 0;
}

void closeup_close(struct closeup *c)
{
    if (!c)
        return;
    if (c->cs)
        cs_close(&c->cs);
    places_destroy(c->places);
    timeline_close(c->timeline);
    free(c);
}

const char *closeup_error(const struct closeup *c)
{
    return c->error[0] ? c->error : timeline_error(c->timeline);
}

struct cpu *closeup_cpu(const struct closeup *c)
{
    return sim_cpu(timeline_sim(c->timeline));
}

void closeup_hex(json_t *o, const char *key, uint64_t v)
{
    char text[24];

    snprintf(text, sizeof(text), "0x%llx", (unsigned long long)v);
    json_object_set_new(o, key, json_string(text));
}

/* ---- registers ---- */

static json_t *value_json(const uint8_t *value, unsigned bytes)
{
    char text[40] = "0x";

    for (unsigned i = 0; i < bytes; i++)
        snprintf(text + 2 + 2 * i, 3, "%02x", value[bytes - 1 - i]);
    return json_string(text);
}

static bool read_regs(struct closeup *c, insn_t n, uint8_t (*regs)[16])
{
    return timeline_seek(c->timeline, n) == 0 && cpu_reg_read_all(closeup_cpu(c), regs) == 0;
}

/* Every register: before, and where it differs also at the vector and after the return. */
static json_t *regs_json(const struct closeup *c, uint8_t (*before)[16], uint8_t (*vector)[16],
                         uint8_t (*after)[16])
{
    json_t *list = json_array();

    for (size_t i = 0; i < c->reg_count; i++) {
        unsigned bytes = c->regs[i].bytes;
        json_t *o = json_pack("{s:s,s:o}", "name", c->regs[i].name, "before",
                              value_json(before[i], bytes));

        if (memcmp(before[i], vector[i], bytes) != 0)
            json_object_set_new(o, "vector", value_json(vector[i], bytes));
        if (after && memcmp(before[i], after[i], bytes) != 0)
            json_object_set_new(o, "after", value_json(after[i], bytes));
        json_array_append_new(list, o);
    }
    return list;
}

/* ---- code ---- */

static size_t read_code(struct closeup *c, vaddr_t at, uint8_t *code, size_t len)
{
    size_t got = 0;

    while (got < len && cpu_mem_read(closeup_cpu(c), at + got, code + got, 1) == 0)
        got++;
    return got;
}

/* One instruction as text; how long it is, at least 1. */
static unsigned decode(struct closeup *c, vaddr_t at, char *text, size_t len)
{
    uint8_t code[CODE_BYTES];
    size_t got = read_code(c, at, code, c->arch == ARCH_ARM64 ? 4 : CODE_BYTES - 1);
    unsigned bytes = c->arch == ARCH_ARM64 ? 4 : 1;
    cs_insn *insn;

    snprintf(text, len, "?");
    if (cs_disasm(c->cs, code, got, at, 1, &insn) == 1) {
        snprintf(text, len, "%s%s%s", insn->mnemonic, insn->op_str[0] ? " " : "", insn->op_str);
        bytes = insn->size;
        cs_free(insn, 1);
    }
    return bytes;
}

static bool source_line(struct closeup *c, vaddr_t at, const char **file, int *line)
{
    return c->program && at >> 63 == 0 ? places_program_line(c->program, c->base, at, file, line)
                                       : places_line(c->places, at, file, line);
}

static json_t *code_line(struct closeup *c, vaddr_t at, const char *text, bool here)
{
    json_t *o = json_object();
    const char *file;
    char source[256];
    int line;

    closeup_hex(o, "at", at);
    json_object_set_new(o, "code", json_string_nocheck(text));
    if (here)
        json_object_set_new(o, "here", json_true());
    if (source_line(c, at, &file, &line)) {
        snprintf(source, sizeof(source), "%s:%d", file, line);
        json_object_set_new(o, "source", json_string_nocheck(source));
    }
    return o;
}

/* Where to begin, so that `pc` is an instruction's start: some before it, or `pc` itself. */
static vaddr_t code_begin(struct closeup *c, const struct place *place, vaddr_t pc)
{
    vaddr_t start[CODE_BEFORE + 1], at;
    unsigned count = 0;
    char text[200];

    if (c->arch == ARCH_ARM64)
        return pc - 4 * CODE_BEFORE;
    if (!place->symbol || place->offset > SYMBOL_MAX)
        return pc;
    for (at = pc - place->offset; at < pc; count++) {
        start[count % (CODE_BEFORE + 1)] = at;
        at += decode(c, at, text, sizeof(text));
    }
    if (at != pc || count == 0)
        return pc;
    return count <= CODE_BEFORE ? start[0] : start[(count - CODE_BEFORE) % (CODE_BEFORE + 1)];
}

/* Instructions around `pc`, those that can be read here. */
static json_t *code_json(struct closeup *c, vaddr_t pc)
{
    struct place place = places_find(c->places, c->program, c->base, pc);
    json_t *list = json_array();
    vaddr_t at = code_begin(c, &place, pc);
    char text[200];

    for (unsigned after = 0; after < CODE_AFTER;) {
        unsigned bytes = decode(c, at, text, sizeof(text));

        if (strcmp(text, "?") != 0 || at >= pc)
            json_array_append_new(list, code_line(c, at, text, at == pc));
        after += at >= pc;
        at += bytes;
    }
    return list;
}

json_t *closeup_insn(struct closeup *c, vaddr_t pc)
{
    struct place place = places_find(c->places, NULL, 0, pc);
    char text[200], where[160];
    json_t *o;

    decode(c, pc, text, sizeof(text));
    o = code_line(c, pc, text, false);
    place_text(&place, false, where, sizeof(where));
    json_object_set_new(o, "where", json_string_nocheck(where));
    return o;
}

/* ---- page tables ---- */

static json_t *walk_json(struct closeup *c, vaddr_t va)
{
    struct walk_step step[WALK_STEPS_MAX];
    unsigned count = c->words->walk(closeup_cpu(c), va, step);
    json_t *list = json_array();

    for (unsigned i = 0; i < count; i++) {
        json_t *o = json_pack("{s:i,s:s}", "level", (int)step[i].level, "note", step[i].note);

        closeup_hex(o, "at", step[i].at);
        closeup_hex(o, "descriptor", step[i].descriptor);
        json_array_append_new(list, o);
    }
    return list;
}

/* ---- the signal frame ---- */

struct field_list {
    struct closeup *c;
    json_t *list;
};

static void on_field(void *ctx, const char *name, vaddr_t at, unsigned bytes)
{
    struct field_list *f = ctx;
    uint8_t value[16];
    json_t *o;

    if (bytes > sizeof(value) || cpu_mem_read(closeup_cpu(f->c), at, value, bytes) != 0)
        return;
    o = json_pack("{s:s,s:i,s:o}", "name", name, "bytes", (int)bytes, "value",
                  value_json(value, bytes));
    closeup_hex(o, "at", at);
    json_array_append_new(f->list, o);
}

/* The machine stands at the handler's first instruction. */
static json_t *signal_json(struct closeup *c, const struct story *s, const struct story_item *h)
{
    struct field_list f = {c, json_array()};
    vaddr_t sp = cpu_sp(closeup_cpu(c));
    json_t *o = json_pack("{s:s,s:s}", "name", story_text(s, h->name), "handler",
                          story_text(s, h->place));

    closeup_hex(o, "sp", sp);
    c->words->frame_fields(closeup_cpu(c), sp, on_field, &f);
    json_object_set_new(o, "fields", f.list);
    return o;
}

/* ---- the whole ---- */

static const struct story_item *handler_at(const struct story *s, size_t index)
{
    const struct story_item *trap = &s->item[index];

    for (size_t i = index + 1; i < s->count && s->item[i].n <= trap->n_end; i++)
        if (s->item[i].kind == STORY_HANDLER && s->item[i].n == trap->n_end &&
            s->item[i].track == trap->track)
            return &s->item[i];
    return NULL;
}

static json_t *head_json(const struct story *s, const struct story_item *i)
{
    const struct story_track *t = &s->track[i->track];
    insn_t back = i->open ? i->n : i->n_end;
    uint64_t back_ns = i->open ? i->ns : i->ns_end;
    char task[64];

    snprintf(task, sizeof(task), "%u.%u %s", t->process, t->thread, t->name);
    return json_pack("{s:I,s:I,s:I,s:I,s:s,s:s,s:s,s:s,s:s}", "n", (json_int_t)i->n, "n_end",
                     (json_int_t)back, "time_ns", (json_int_t)i->ns, "time_end_ns",
                     (json_int_t)back_ns, "task", task, "kind", story_kind_name(i->kind), "name",
                     story_text(s, i->name), "detail", story_text(s, i->detail), "at",
                     story_text(s, i->place));
}

static uint64_t fault_address(const struct story *s, const struct story_item *i, bool *known)
{
    static const char mark[] = ", address ";
    const char *at = strstr(story_text(s, i->detail), mark);

    *known = i->kind == STORY_FAULT && at;
    return *known ? strtoull(at + sizeof(mark) - 1, NULL, 16) : 0;
}

static bool add_states(struct closeup *c, json_t *o, const struct story *s,
                       const struct story_item *i)
{
    bool returns = i->n_end > i->n && !i->open, has_address, readable;
    vaddr_t address = fault_address(s, i, &has_address), pc;
    uint8_t byte;

    if (!read_regs(c, i->n - 1, c->before))
        return false;
    pc = cpu_pc(closeup_cpu(c));
    c->program = story_code(s, c->places, s->track[i->track].process, i->n, pc, &c->base);
    readable = cpu_mem_read(closeup_cpu(c), pc, &byte, 1) == 0;
    json_object_set_new(o, "code", code_json(c, pc));
    closeup_hex(o, "pc", pc);
    if (!read_regs(c, i->n, c->vector))
        return false;
    if (has_address)
        json_object_set_new(o, "walk", walk_json(c, address));
    if (returns && !read_regs(c, i->n_end, c->after))
        return false;
    if (returns && has_address)
        json_object_set_new(o, "walk_after", walk_json(c, address));
    if (returns && !readable) /* its page is there now */
        json_object_set_new(o, "code", code_json(c, pc));
    json_object_set_new(o, "registers",
                        regs_json(c, c->before, c->vector, returns ? c->after : NULL));
    return true;
}

json_t *closeup_trap(struct closeup *c, const struct story *s, size_t index)
{
    const struct story_item *i = &s->item[index], *h = handler_at(s, index);
    json_t *o = head_json(s, i);

    c->error[0] = '\0';
    if (!o) {
        snprintf(c->error, sizeof(c->error), "out of memory");
        return NULL;
    }
    if (i->n == 0 || !add_states(c, o, s, i) ||
        (i->n_end > i->n && !closeup_add_frame(c, o, i)) ||
        (h && timeline_seek(c->timeline, h->n) != 0)) {
        json_decref(o);
        return NULL;
    }
    if (h)
        json_object_set_new(o, "signal", signal_json(c, s, h));
    return o;
}
