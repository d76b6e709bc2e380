/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/pair.c - two replays side by side: running, comparing, describing. */
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

static void on_trap(void *ctx, struct sim *sim, const struct cpu_trap *trap)
{
    struct pair_side *s = ctx;

    (void)sim;
    s->trap = *trap;
    s->any_trap = true;
}

int pair_open(struct pair *p, const struct trace *a, const struct trace *b, struct diff *d,
              char *err, size_t err_len)
{
    const struct trace *t[2] = {a, b};

    (void)d;
    memset(p, 0, sizeof(*p));
    for (unsigned i = 0; i < 2; i++) {
        struct sim_watch watch = {.ctx = &p->side[i], .trap = on_trap};
        int rc = replay_open(&p->side[i].replay, t[i], &watch, err, err_len);

        if (rc != 0) {
            pair_close(p);
            return rc;
        }
    }
    return 0;
}

void pair_close(struct pair *p)
{
    replay_close(&p->side[0].replay);
    replay_close(&p->side[1].replay);
}

int pair_run(struct pair *p, insn_t n, char *err, size_t err_len)
{
    for (unsigned i = 0; i < 2; i++) {
        struct pair_side *s = &p->side[i];
        int rc;

        if (s->ended)
            continue;
        rc = replay_run(&s->replay, n, &s->end);
        if (rc == -EILSEQ)
            return loader_fail(err, err_len, rc, "the %s trace does not replay: %s",
                               i == 0 ? "first" : "second", s->replay.divergence.what);
        if (rc != 0)
            return loader_fail(err, err_len, rc, "%s", s->replay.error);
        s->ended = s->end.n < n || s->end.reason != SIM_END_LIMIT;
    }
    return 0;
}

static struct cpu *cpu_of(struct pair *p, unsigned i)
{
    return sim_cpu(p->side[i].replay.sim);
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
        rc = cpu_state_visit(cpu_of(p, i), CPU_STATE_SAVE, collect_piece, &pieces[i]);
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
        got[i] = read_register(cpu_of(p, i), id, v[i]);
    return got[0] == got[1] && memcmp(v[0], v[1], REG_BYTES_MAX) == 0;
}

static bool same_registers(struct pair *p)
{
    uint8_t v[2][REG_BYTES_MAX];
    size_t count;

    cpu_reg_table(cpu_arch(cpu_of(p, 0)), &count);
    for (size_t i = 0; i < count; i++)
        if (!same_register(p, i, v))
            return false;
    return cpu_pc(cpu_of(p, 0)) == cpu_pc(cpu_of(p, 1));
}

/* Calls `fn` for each page that differs; 0 at the end, -1 when sizes differ. */
static int each_page(struct pair *p, void (*fn)(void *ctx, paddr_t page), void *ctx)
{
    size_t bytes[2];
    paddr_t base[2];
    const uint8_t *ram[2];

    for (unsigned i = 0; i < 2; i++)
        ram[i] = cpu_ram(cpu_of(p, i), &base[i], &bytes[i]);
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
    const struct cpu_reg_desc *table = cpu_reg_table(cpu_arch(cpu_of(p, 0)), &count);

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

void pair_describe(struct pair *p, insn_t n, char *text, size_t len)
{
    struct lines l = {.text = text, .len = len};
    cycles_t cycles[2];

    text[0] = '\0';
    for (unsigned i = 0; i < 2; i++) {
        struct pair_side *s = &p->side[i];
        struct trap_words w;
        char why[96];

        cycles[i] = cpu_cycles(cpu_of(p, i));
        if (s->ended) {
            sim_end_text(&s->end, why, sizeof(why));
            add(&l, "  %-12s ended at %llu: %s\n", i == 0 ? "first" : "second",
                (unsigned long long)s->end.n, why);
        } else if (s->any_trap && s->trap.n == n) {
            sim_arch_get(cpu_arch(cpu_of(p, i)))->describe_trap(&s->trap, &w);
            add(&l, "  %-12s takes a trap: %s, %s\n", i == 0 ? "first" : "second", w.vector,
                w.cause);
        }
    }
    if (cycles[0] != cycles[1])
        add(&l, "  %-12s %llu   %llu cycles\n", "clock", (unsigned long long)cycles[0],
            (unsigned long long)cycles[1]);
    describe_registers(p, &l);
    describe_pieces(p, &l);
    if (each_page(p, describe_page, &l) != 0)
        add(&l, "  RAM          of different size\n");
    if (l.pages > PAGES_SHOWN_MAX)
        add(&l, "  RAM          and %u pages more\n", l.pages - PAGES_SHOWN_MAX);
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
    struct cpu *cpu = cpu_of(p, 0);
    struct places *places = places_create(sim_machine(p->side[0].replay.sim));
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
