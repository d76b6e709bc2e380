/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The adversary alone: two levels of tables in 64 KiB of RAM, and what is told of them. */
#include <string.h>

#include "cpu/adversary.h"
#include "tests/cmocka.h"

#define BASE  0x40000000ull
#define BYTES 0x10000u
#define ROOT  (BASE + 0x1000)
#define LEAF  (BASE + 0x2000)
#define VALID 1ull
#define PAGE(n) (0x50000000ull + 0x1000 * (n) + VALID)
#define TAG   7u

static uint64_t ram[BYTES / 8];
static unsigned flushes;

static enum adversary_entry read_entry(uint64_t d, unsigned level, paddr_t *pa)
{
    *pa = d & ~0xfffull;
    return !(d & VALID) ? ADVERSARY_INVALID : level > 1 ? ADVERSARY_TABLE : ADVERSARY_LEAF;
}

static void flush(void *machine)
{
    (void)machine;
    flushes++;
}

static void note(void *machine, paddr_t pa)
{
    (void)machine;
    (void)pa;
}

static const struct adversary_arch weak = {
    .needs_barriers = true, .read = read_entry, .flush = flush, .note = note};
static const struct adversary_arch strong = {.read = read_entry, .flush = flush, .note = note};

static uint64_t *word(paddr_t pa)
{
    return &ram[(pa - BASE) / 8];
}

static struct adversary *start(const struct adversary_arch *arch)
{
    const struct adversary_root root = {.pa = ROOT, .tag = TAG, .level = 2, .count = 512};
    struct adversary *a;

    memset(ram, 0, sizeof(ram));
    *word(ROOT) = LEAF | VALID;
    *word(LEAF + 8) = PAGE(1);
    a = adversary_create(arch, NULL, (uint8_t *)ram, BASE, BYTES);
    assert_non_null(a);
    adversary_use_root(a, &root);
    return a;
}

/* The kernel stores; as a hook tells it, before it is done. */
static bool store(struct adversary *a, paddr_t pa, uint64_t value)
{
    struct cpu_store s = {.pa = pa, .bytes = 8, .value = value};
    bool held = adversary_store(a, &s);

    *word(pa) = value;
    return held;
}

/* What user mode's walk finds there. */
static uint64_t seen(struct adversary *a, paddr_t pa)
{
    uint64_t value;

    adversary_enter_user(a, 0);
    value = *word(pa);
    adversary_leave_user(a);
    return value;
}

static const struct adversary_invalidation page_one = {
    .va = 0x1000, .tag = TAG, .last_level = true};

static void test_adversary_new_entry_wants_a_barrier(void **state)
{
    struct adversary *a = start(&weak);

    (void)state;
    assert_true(store(a, LEAF, PAGE(0)));
    assert_int_equal(seen(a, LEAF), 0);
    assert_int_equal(*word(LEAF), PAGE(0));
    adversary_barrier(a, false);
    assert_false(adversary_holds(a));
    assert_int_equal(seen(a, LEAF), PAGE(0));
    adversary_destroy(a);
}

static void test_adversary_old_entry_is_kept_until_all_is_done(void **state)
{
    struct adversary *a = start(&weak);

    (void)state;
    assert_true(store(a, LEAF + 8, 0));
    adversary_invalidate(a, &page_one); /* before the store is seen: too early */
    adversary_barrier(a, true);
    assert_int_equal(seen(a, LEAF + 8), PAGE(1));
    adversary_invalidate(a, &page_one);
    assert_int_equal(seen(a, LEAF + 8), PAGE(1));
    adversary_barrier(a, false); /* of stores alone */
    assert_int_equal(seen(a, LEAF + 8), PAGE(1));
    adversary_barrier(a, true);
    assert_int_equal(seen(a, LEAF + 8), 0);
    adversary_destroy(a);
}

static void test_adversary_invalidation_names_address_and_tag(void **state)
{
    struct adversary *a = start(&weak);
    struct adversary_invalidation other = page_one;

    (void)state;
    assert_true(store(a, LEAF + 8, 0));
    adversary_barrier(a, true);
    other.va = 0x2000;
    adversary_invalidate(a, &other);
    other = page_one;
    other.tag = TAG + 1;
    adversary_invalidate(a, &other);
    adversary_barrier(a, true);
    assert_int_equal(seen(a, LEAF + 8), PAGE(1));
    other = (struct adversary_invalidation){.all_addresses = true, .all_tags = true};
    adversary_invalidate(a, &other);
    adversary_barrier(a, true);
    assert_false(adversary_holds(a));
    adversary_destroy(a);
}

static void test_adversary_last_level_leaves_tables(void **state)
{
    struct adversary *a = start(&weak);
    struct adversary_invalidation in = page_one;

    (void)state;
    assert_true(store(a, ROOT, 0));
    adversary_barrier(a, true);
    adversary_invalidate(a, &in);
    adversary_barrier(a, true);
    assert_true(adversary_holds(a));
    in.last_level = false;
    adversary_invalidate(a, &in);
    adversary_barrier(a, true);
    assert_false(adversary_holds(a));
    assert_false(store(a, LEAF + 16, PAGE(2))); /* it is no table any more */
    adversary_destroy(a);
}

static void test_adversary_strong_order_keeps_old_entries_alone(void **state)
{
    struct adversary *a = start(&strong);

    (void)state;
    assert_false(store(a, LEAF, PAGE(0)));
    assert_true(store(a, LEAF + 8, PAGE(3)));
    assert_int_equal(seen(a, LEAF + 8), PAGE(1));
    adversary_invalidate(a, &page_one);
    assert_int_equal(seen(a, LEAF + 8), PAGE(3));
    adversary_destroy(a);
}

static void test_adversary_same_value_again_holds_nothing(void **state)
{
    struct adversary *a = start(&weak);

    (void)state;
    assert_true(store(a, LEAF + 8, 0));
    store(a, LEAF + 8, PAGE(1));
    assert_false(adversary_holds(a));
    adversary_destroy(a);
}

static void test_adversary_mark_brings_back_what_is_held(void **state)
{
    struct adversary *a = start(&weak);
    struct adversary_mark *m;
    uint64_t hash;

    (void)state;
    assert_true(store(a, LEAF, PAGE(0)));
    m = adversary_mark(a);
    hash = adversary_hash(a);
    assert_non_null(m);
    adversary_barrier(a, true);
    assert_false(adversary_holds(a));
    assert_int_equal(adversary_restore(a, m), 0);
    assert_int_equal(adversary_hash(a), hash);
    assert_int_equal(seen(a, LEAF), 0);
    adversary_mark_free(m);
    adversary_destroy(a);
}

static void test_adversary_another_root_lets_go(void **state)
{
    const struct adversary_root other = {.pa = BASE + 0x3000, .tag = 8, .level = 2, .count = 512};
    const struct adversary_root empty = {.pa = BASE + 0x5000, .tag = 0, .level = 2, .count = 512};
    struct adversary *a = start(&weak);

    (void)state;
    *word(BASE + 0x3000) = (BASE + 0x4000) | VALID;
    assert_true(store(a, LEAF, PAGE(0)));
    adversary_use_root(a, &empty); /* nobody's: the first may come back */
    assert_true(adversary_holds(a));
    adversary_use_root(a, &other);
    assert_false(adversary_holds(a));
    assert_true(store(a, BASE + 0x4000, PAGE(5)));
    adversary_destroy(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_adversary_new_entry_wants_a_barrier),
        cmocka_unit_test(test_adversary_old_entry_is_kept_until_all_is_done),
        cmocka_unit_test(test_adversary_invalidation_names_address_and_tag),
        cmocka_unit_test(test_adversary_last_level_leaves_tables),
        cmocka_unit_test(test_adversary_strong_order_keeps_old_entries_alone),
        cmocka_unit_test(test_adversary_same_value_again_holds_nothing),
        cmocka_unit_test(test_adversary_mark_brings_back_what_is_held),
        cmocka_unit_test(test_adversary_another_root_lets_go),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
