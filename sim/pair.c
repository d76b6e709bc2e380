/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/pair.c - two recordings side by side: going, comparing, describing. */
#include "sim/pair.h"

#include <capstone/capstone.h>
#include <errno.h>
#include <stdarg.h>

#include "loader/fail.h"
#include "sim/arch/arch.h"
#include "sim/places.h"

#define INSN_BYTES_MAX   15u
#define PAGES_SHOWN_MAX  4u
#define REG_BYTES_MAX    16u

int pair_open(struct pair *p, const struct trace *a, const struct trace *b, char *err,
              size_t err_len)
{
    const struct trace *t[2] = {a, b};

    memset(p, 0, sizeof(*p));
    for (unsigned i = 0; i < 2; i++) {
        int rc = timeline_open(t[i], &p->side[i].timeline, err, err_len);

        p->side[i].trace = t[i];
        if (rc != 0) {
            pair_close(p);
            return rc;
        }
    }
    return 0;
}

void pair_close(struct pair *p)
{
    for (unsigned i = 0; i < 2; i++) {
        timeline_close(p->side[i].timeline);
        p->side[i].timeline = NULL;
    }
}

struct cpu *pair_cpu(const struct pair *p, unsigned side)
{
    return sim_cpu(timeline_sim(p->side[side].timeline));
}

static int failed(const struct pair *p, unsigned i, int rc, char *err, size_t err_len)
{
    return loader_fail(err, err_len, rc, "the %s trace: %s", i == 0 ? "first" : "second",
                       timeline_error(p->side[i].timeline));
}

int pair_seek(struct pair *p, insn_t n, char *err, size_t err_len)
{
    for (unsigned i = 0; i < 2; i++) {
        struct pair_side *s = &p->side[i];
        const struct sim_end *last = &s->trace->end;
        int rc = timeline_seek(s->timeline, n);

        if (rc != 0)
            return failed(p, i, rc, err, err_len);
        /* A machine that stops by itself does so when it is asked to go on. */
        s->ended = n > last->n || (n == last->n && last->reason != SIM_END_LIMIT &&
                                   !sim_end_is_own(last->reason));
        s->end = (struct sim_end){.reason = SIM_END_LIMIT};
        if (s->ended)
            s->end = *last;
        s->end.n = cpu_now(pair_cpu(p, i));
        s->end.cycles = cpu_cycles(pair_cpu(p, i));
    }
    return 0;
}

/* ---- comparing ---- */

struct pieces {
    struct byte_buf bytes;
    struct byte_buf index; /* struct piece */
};

struct piece {
    char name[32];
    size_t at, len;
};

static int collect_piece(void *ctx, const char *name, void *data, size_t len)
{
    struct pieces *p = ctx;
    struct piece piece = {.at = p->bytes.used, .len = len};

    snprintf(piece.name, sizeof(piece.name), "%s", name);
    buf_put(&p->bytes, data, len);
    buf_put(&p->index, &piece, sizeof(piece));
    return p->bytes.failed || p->index.failed ? -ENOMEM : 0;
}

static int collect(struct pair *p, struct pieces pieces[2])
{
    int rc = 0;

    memset(pieces, 0, 2 * sizeof(*pieces));
    for (unsigned i = 0; i < 2 && rc == 0; i++)
        rc = cpu_state_visit(pair_cpu(p, i), CPU_STATE_SAVE, collect_piece, &pieces[i]);
    return rc;
}

static void drop(struct pieces pieces[2])
{
    for (unsigned i = 0; i < 2; i++) {
        buf_free(&pieces[i].bytes);
        buf_free(&pieces[i].index);
    }
}

static bool same_bytes(const struct byte_buf *a, const struct byte_buf *b)
{
    return a->used == b->used && (a->used == 0 || memcmp(a->data, b->data, a->used) == 0);
}

static bool read_register(struct cpu *cpu, size_t id, uint8_t value[REG_BYTES_MAX])
{
    memset(value, 0, REG_BYTES_MAX);
    return cpu_reg_read(cpu, (int)id, value) == 0;
}

static bool same_register(struct pair *p, size_t id, uint8_t v[2][REG_BYTES_MAX])
{
    bool got[2];

    for (unsigned i = 0; i < 2; i++)
        got[i] = read_register(pair_cpu(p, i), id, v[i]);
    return got[0] == got[1] && memcmp(v[0], v[1], REG_BYTES_MAX) == 0;
}

static bool same_registers(struct pair *p)
{
    uint8_t v[2][REG_BYTES_MAX];
    size_t count;

    cpu_reg_table(cpu_arch(pair_cpu(p, 0)), &count);
    for (size_t i = 0; i < count; i++)
        if (!same_register(p, i, v))
            return false;
    return cpu_pc(pair_cpu(p, 0)) == cpu_pc(pair_cpu(p, 1));
}

/* Calls `fn` for each page that differs; 0 at the end, -1 when sizes differ. */
static int each_page(struct pair *p, void (*fn)(void *ctx, paddr_t page), void *ctx)
{
    size_t bytes[2];
    paddr_t base[2];
    const uint8_t *ram[2];

    for (unsigned i = 0; i < 2; i++)
        ram[i] = cpu_ram(pair_cpu(p, i), &base[i], &bytes[i]);
    if (bytes[0] != bytes[1])
        return -1;
    for (size_t at = 0; at < bytes[0]; at += DIGEST_PAGE_BYTES)
        if (memcmp(ram[0] + at, ram[1] + at, DIGEST_PAGE_BYTES) != 0)
            fn(ctx, base[0] + at);
    return 0;
}

static void note_page(void *ctx, paddr_t page)
{
    (void)page;
    *(bool *)ctx = true;
}

int pair_equal(struct pair *p, enum pair_scope scope, bool *equal)
{
    const struct pair_side *a = &p->side[0], *b = &p->side[1];
    struct pieces pieces[2];
    bool page_differs = false;
    int rc;

    *equal = false;
    if (a->ended != b->ended || a->end.n != b->end.n ||
        (a->ended && (a->end.reason != b->end.reason || a->end.status != b->end.status)))
        return 0;
    if (scope == PAIR_REGISTERS) {
        *equal = same_registers(p);
        return 0;
    }
    rc = collect(p, pieces);
    if (rc == 0)
        *equal = a->end.cycles == b->end.cycles &&
                 same_bytes(&pieces[0].index, &pieces[1].index) &&
                 same_bytes(&pieces[0].bytes, &pieces[1].bytes);
    drop(pieces);
    if (rc == 0 && *equal && scope == PAIR_RAM)
        *equal = each_page(p, note_page, &page_differs) == 0 && !page_differs;
    return rc;
}

/* ---- describing ---- */

struct lines {
    char *text;
    size_t used, len;
    unsigned pages;
};

PRINTF_LIKE(2, 3) static void add(struct lines *l, const char *fmt, ...)
{
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(l->text + l->used, l->len - l->used, fmt, ap);
    va_end(ap);
    if (n > 0)
        l->used = l->used + (size_t)n < l->len ? l->used + (size_t)n : l->len - 1;
}

static void add_value(struct lines *l, const uint8_t *v, size_t bytes)
{
    add(l, "0x");
    for (size_t i = bytes; i-- > 0;)
        add(l, "%02x", v[i]);
}

static void describe_registers(struct pair *p, struct lines *l)
{
    uint8_t v[2][REG_BYTES_MAX];
    size_t count;
    const struct cpu_reg_desc *table = cpu_reg_table(cpu_arch(pair_cpu(p, 0)), &count);

    for (size_t i = 0; i < count; i++) {
        if (same_register(p, i, v))
            continue;
        add(l, "  %-12s ", table[i].name);
        add_value(l, v[0], table[i].bytes);
        add(l, "   ");
        add_value(l, v[1], table[i].bytes);
        add(l, "\n");
    }
}

static void describe_pieces(struct pair *p, struct lines *l)
{
    struct pieces pieces[2];

    if (collect(p, pieces) == 0 && same_bytes(&pieces[0].index, &pieces[1].index)) {
        const struct piece *list = (const struct piece *)pieces[0].index.data;

        for (size_t i = 0; i < pieces[0].index.used / sizeof(*list); i++)
            if (memcmp(pieces[0].bytes.data + list[i].at, pieces[1].bytes.data + list[i].at,
                       list[i].len) != 0)
                add(l, "  state of     %s\n", list[i].name);
    }
    drop(pieces);
}

static void describe_page(void *ctx, paddr_t page)
{
    struct lines *l = ctx;

    if (l->pages++ < PAGES_SHOWN_MAX)
        add(l, "  RAM page     0x%llx\n", (unsigned long long)page);
}

/* The exception entry that leads to `n`, where one does. */
static int describe_trap(struct pair *p, unsigned i, insn_t n, struct lines *l)
{
    struct timeline *t = p->side[i].timeline;
    const struct cpu_trap *trap;
    struct trap_words w;
    int rc;

    if (n == 0 || timeline_trap_before(t, n) != n)
        return 0;
    rc = timeline_seek(t, n - 1);
    if (rc == 0)
        rc = timeline_travel(t, n);
    trap = timeline_last_trap(t);
    if (rc != 0 || !trap || trap->n != n)
        return rc;
    sim_arch_get(cpu_arch(pair_cpu(p, i)))->describe_trap(trap, &w);
    add(l, "  %-12s takes a trap: %s, %s\n", i == 0 ? "first" : "second", w.vector, w.cause);
    return 0;
}

int pair_describe(struct pair *p, insn_t n, char *text, size_t len, char *err, size_t err_len)
{
    struct lines l = {.text = text, .len = len};
    cycles_t cycles[2];
    bool cut = false;

    text[0] = '\0';
    for (unsigned i = 0; i < 2; i++) {
        struct pair_side *s = &p->side[i];
        char why[96];
        int rc;

        cycles[i] = cpu_cycles(pair_cpu(p, i));
        if (s->ended) {
            trace_end_text(s->trace, why, sizeof(why));
            cut |= s->trace->cut;
            add(&l, "  %-12s ended at %llu: %s\n", i == 0 ? "first" : "second",
                (unsigned long long)s->end.n, why);
        } else if ((rc = describe_trap(p, i, n, &l)) != 0) {
            return failed(p, i, rc, err, err_len);
        }
    }
    if (cut) /* the other one has gone on: two states of different moments */
        return 0;
    if (cycles[0] != cycles[1])
        add(&l, "  %-12s %llu   %llu cycles\n", "clock", (unsigned long long)cycles[0],
            (unsigned long long)cycles[1]);
    describe_registers(p, &l);
    describe_pieces(p, &l);
    if (each_page(p, describe_page, &l) != 0)
        add(&l, "  RAM          of different size\n");
    if (l.pages > PAGES_SHOWN_MAX)
        add(&l, "  RAM          and %u pages more\n", l.pages - PAGES_SHOWN_MAX);
    return 0;
}

static void disassemble(struct cpu *cpu, vaddr_t pc, char *text, size_t len)
{
    bool arm = cpu_arch(cpu) == ARCH_ARM64;
    uint8_t code[INSN_BYTES_MAX];
    size_t got = 0;
    cs_insn *insn;
    csh cs;

    snprintf(text, len, "?");
    while (got < (arm ? 4 : INSN_BYTES_MAX) && cpu_mem_read(cpu, pc + got, code + got, 1) == 0)
        got++;
    if (cs_open(arm ? CS_ARCH_ARM64 : CS_ARCH_X86, arm ? CS_MODE_ARM : CS_MODE_64, &cs) !=
        CS_ERR_OK)
        return;
    if (cs_disasm(cs, code, got, pc, 1, &insn) == 1) {
        snprintf(text, len, "%s %s", insn->mnemonic, insn->op_str);
        cs_free(insn, 1);
    }
    cs_close(&cs);
}

void pair_place(struct pair *p, char *text, size_t len)
{
    struct cpu *cpu = pair_cpu(p, 0);
    struct places *places = places_create(&p->side[0].trace->machine);
    char where[120], code[200];
    struct place place = {.va = cpu_pc(cpu)};

    if (places)
        place = places_find(places, NULL, 0, place.va);
    place_text(&place, false, where, sizeof(where));
    disassemble(cpu, place.va, code, sizeof(code));
    snprintf(text, len, "0x%llx %s  %s", (unsigned long long)place.va, place.symbol ? where : "",
             code);
    places_destroy(places);
}
