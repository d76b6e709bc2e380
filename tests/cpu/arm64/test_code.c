/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Code as the engine translates it: more of it than there is room for, and stores to the page that
 * they run in, which the model does itself (cpu/arch/arm64/code.c): each leaves what the engine's
 * own store leaves, in memory, registers and with who watches.
 */
#include "tests/cpu/arm64/harness.h"

#include "cpu/arch/arm64/insn.h"

#define TARGET    0x40052000u /* the page that is stored to */
#define BASE      (TARGET + 0x200)
#define OWN       (TARGET + 0x800) /* code in it */
#define ELSEWHERE 0x40050800u
#define WORDS     6000

struct seen {
    size_t ranges, pages;
    uint64_t sum;
};

struct outcome {
    uint8_t page[0x800];
    uint64_t x[31], sp;
    vaddr_t pc;
    size_t traps;
    uint32_t syndrome;
    insn_t insns;
    struct seen seen;
};

static uint64_t next(uint64_t *state)
{
    *state = *state * 6364136223846793005ull + 1442695040888963407ull;
    return *state >> 20;
}

static bool on_range(void *ctx, insn_t n)
{
    (void)n;
    ((struct seen *)ctx)->ranges++;
    return false;
}

static void on_page(void *ctx, const struct cpu_store *s)
{
    struct seen *seen = ctx;

    seen->pages++;
    seen->sum = (seen->sum + s->pa * 31 + s->bytes) * 0x9e3779b97f4a7c15ull + s->value;
}

/* Loads and stores of every kind, near BASE. */
static uint32_t word_of(uint64_t *state)
{
    uint32_t r = (uint32_t)next(state), regs = (r & 31) | 5 << 5, size = r >> 30 << 30;

    switch (next(state) % 7) {
    case 0: /* imm12 */
        return 0x39000000 | size | (r & 1u << 26) | (r >> 8 & 7) << 10 | (r >> 12 & 2) << 22 | regs;
    case 1: /* imm9: unscaled, post, pre */
        return 0x38000000 | size | (r & 1u << 26) | (r >> 8 & 511) << 12 | (r & 3u << 10) | regs;
    case 2: /* by a register */
        return 0x38200800 | size | (r & 1u << 26) | (6 + (r >> 17 & 1)) << 16 |
               (r >> 18 & 7) << 13 | (r & 1u << 12) | regs;
    case 3: /* pairs */
        return 0x28000000 | size | (r & 1u << 26) | (r & 3u << 23) | (r >> 8 & 15) << 15 |
               (r >> 12 & 31) << 10 | regs;
    case 4: /* exclusive, release */
        return 0x08007c00 | size | (r & 5u << 21) | (r & 1u << 15) | 31u << 16 | regs;
    case 5: /* structures */
        return 0x0c000000 | (r & 1u << 30) | (r >> 8 & 15) << 12 | (r & 3u << 10) | regs;
    default: /* DC ZVA */
        return 0xd50b7420 | 5;
    }
}

static void run_one(struct machine *m, vaddr_t at, uint32_t word, uint64_t seed, struct outcome *o)
{
    static uint8_t map[MACHINE_RAM / 4096];
    const struct pages_client looks = {map, on_page, &o->seen, false}, nobody = {0};
    struct cpu_range range = {TARGET, 0x800};
    uint8_t fill[0x800], q[16];
    insn_t start;

    memset(o, 0, sizeof(*o));
    map[(TARGET - ARM64_RAM_BASE) / 4096] = 1;
    for (size_t i = 0; i < sizeof(fill); i++)
        fill[i] = (uint8_t)next(&seed);
    assert_int_equal(arm64_phys_write(&m->a, TARGET, fill, sizeof(fill)), 0);
    machine_code(m, at, &word, 1);
    for (unsigned i = 0; i < 31; i++)
        arm64_set_x(&m->a, i, next(&seed) << 24 ^ next(&seed));
    for (unsigned i = 0; i < 32; i++) {
        for (unsigned j = 0; j < 16; j++)
            q[j] = (uint8_t)next(&seed);
        arm64_vector_set(&m->a, i, q);
    }
    arm64_set_x(&m->a, 5, BASE + (seed >> 40 & 15) * (seed >> 50 & 1));
    arm64_set_x(&m->a, 6, next(&seed) % 16);
    arm64_set_x(&m->a, 7, (uint64_t)-16 - (seed >> 44 & 15));
    arm64_pc_set(&m->a, at);
    m->traps = 0;
    start = m->a.count.n;
    assert_int_equal(arm64_engine_watch_stores(&m->a, &range, 1, on_range, &o->seen), 0);
    assert_int_equal(arm64_pages_watch(&m->a, PAGES_OBSERVER, &looks), 0);
    machine_run(m, start + 1);
    assert_int_equal(arm64_pages_watch(&m->a, PAGES_OBSERVER, &nobody), 0);
    o->insns = m->a.count.n - start;
    o->pc = m->traps ? 0 : arm64_pc_get(&m->a) - at;
    o->traps = m->traps;
    o->syndrome = m->traps ? m->trap[0].syndrome : 0;
    o->sp = arm64_sp_live(&m->a);
    for (unsigned i = 0; i < 31; i++)
        o->x[i] = arm64_x(&m->a, i);
    memcpy(o->page, m->a.ram + (TARGET - ARM64_RAM_BASE), sizeof(o->page));
}

static void test_code_stores_into_their_own_page(void **state)
{
    struct machine *own = machine_open("traps"), *other = machine_open("traps");
    static struct outcome a, b;
    uint64_t seed = 1;
    size_t simple = 0, stored = 0;

    (void)state;
    machine_ready(own);
    machine_ready(other);
    for (unsigned i = 0; i < WORDS; i++) {
        uint32_t word = word_of(&seed);
        uint64_t contents = next(&seed);
        struct insn_store s;

        simple += insn_decode_store(word, &s);
        run_one(own, OWN, word, contents, &a);
        run_one(other, ELSEWHERE, word, contents, &b);
        stored += b.seen.pages > 0;
        if (memcmp(&a, &b, sizeof(a)))
            fail_msg("0x%08x (%u) in its own page: traps %zu, %zu elsewhere; told of %zu, %zu; "
                     "memory %s, registers %s", word, i, a.traps, b.traps, a.seen.pages, b.seen.pages,
                     memcmp(a.page, b.page, sizeof(a.page)) ? "differs" : "is the same",
                     memcmp(a.x, b.x, sizeof(a.x)) ? "differ" : "are the same");
    }
    assert_true(simple > WORDS / 3 && stored > WORDS / 3);
    machine_close(own);
    machine_close(other);
}

#define BIG_AT     0x40400000u /* the MMU is off */
#define BIG_BLOCKS 24576u
#define BIG_BLOCK  64u /* instructions */
#define BIG_PASSES 2u

/* BIG_BLOCKS blocks of loads and additions, BIG_PASSES times; last comes a branch to itself. */
static void write_big_code(struct machine *m)
{
    static uint32_t word[BIG_BLOCKS * BIG_BLOCK + 4];
    uint32_t end = BIG_BLOCKS * BIG_BLOCK;

    for (uint32_t i = 0; i < end; i++)
        word[i] = i % BIG_BLOCK == BIG_BLOCK - 1 ? 0x14000001  /* b +4 */
                  : i % 8 == 7                   ? 0x91000400  /* add x0, x0, #1 */
                                                 : 0xf9400041; /* ldr x1, [x2] */
    word[end] = 0xf1000463;                                     /* subs x3, x3, #1 */
    word[end + 1] = 0x54000040;                                 /* b.eq +8 */
    word[end + 2] = 0x14000000 | ((0u - (end + 2)) & 0x3ffffff); /* b start */
    word[end + 3] = 0x14000000;
    machine_code(m, BIG_AT, word, ARRAY_LEN(word));
    arm64_set_x(&m->a, 0, 0);
    arm64_set_x(&m->a, 2, IMAGE_BASE);
    arm64_set_x(&m->a, 3, BIG_PASSES);
    arm64_pc_set(&m->a, BIG_AT);
}

/*
 * Its translation is larger than the engine's buffer (engine.c): nothing is lost or counted twice.
 */
static void test_code_larger_than_the_buffer(void **state)
{
    const insn_t insns = BIG_PASSES * (BIG_BLOCKS * BIG_BLOCK + 3) - 1;

    (void)state;
    for (insn_t step = insns; step; step = step == insns ? 100003 : 0) {
        struct machine *m = machine_open("traps");

        write_big_code(m);
        while (m->a.count.n < insns)
            machine_run(m, m->a.count.n + step < insns ? m->a.count.n + step : insns);
        assert_int_equal(m->a.count.n, insns);
        assert_int_equal(arm64_pc_get(&m->a), BIG_AT + 4 * (BIG_BLOCKS * BIG_BLOCK + 3));
        assert_int_equal(arm64_x(&m->a, 0), BIG_PASSES * BIG_BLOCKS * (BIG_BLOCK / 8 - 1));
        assert_int_equal(arm64_x(&m->a, 3), 0);
        machine_close(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_code_larger_than_the_buffer),
        cmocka_unit_test(test_code_stores_into_their_own_page),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
