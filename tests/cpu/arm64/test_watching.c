/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What those are told who look on: the blocks that run, and stores. Each is told of once, with its
 * number, wherever runs are cut. (Returns to user mode: test_counting.c watches them as it cuts.)
 */
#include "tests/cpu/arm64/track.h"
#include "tests/cpu/watchers.h"

/* ---- the blocks that run ---- */

/* Every instruction is in exactly one of the blocks told of, at its number. */
static void test_watching_blocks_hold_every_instruction(void **state)
{
    struct machine *m = machine_open("flow");
    struct track *ref = single_step(m);
    struct listing l = {0};
    uint8_t *seen = calloc(STATES_MAX, 1);

    (void)state;
    machine_close(m);
    m = machine_open("flow");
    machine_run(m, ref->start);
    m->a.blocks = (struct cpu_blocks){list_block, &l, false};
    while (m->a.count.n < ref->end)
        machine_run(m, m->a.count.n + 997);
    assert_int_equal(m->a.count.n, ref->end);
    for (size_t i = 0; i < ref->traps; i++)
        seen[ref->trap[i].n - 1]++;
    for (size_t i = 0; i < l.count; i++) {
        insn_t end = listing_end_of(&l, i, ref->trap, ref->traps, ref->end), n = l.code[i].n;

        for (vaddr_t pc = l.code[i].pc; n < end && pc < l.code[i].pc + l.code[i].bytes; pc += 4) {
            assert_int_equal(ref->pc[n], pc);
            seen[n++]++;
        }
    }
    for (insn_t n = ref->start; n < ref->end; n++)
        if (seen[n] != 1)
            fail_msg("number %d, PC 0x%llx, is in %d blocks", (int)n,
                     (unsigned long long)ref->pc[n], seen[n]);
    machine_close(m);
    free(l.code);
    free(seen);
    free(ref);
}

/* ---- stores ---- */

struct stores {
    const struct track *ref;
    struct machine *m;
    size_t count;
    struct cpu_store last;  /* must have been done before the next one */
};

static void look_at_store(void *ctx, const struct cpu_store *s)
{
    struct stores *t = ctx;
    const struct track *ref = t->ref;

    if (t->count++ && s->n == t->last.n && s->pa != t->last.pa)
        assert_memory_equal(t->m->a.ram + (t->last.pa - ARM64_RAM_BASE),
                            &t->last.value, t->last.bytes);
    t->last = *s;
    if (ref->pc[s->n] != s->pc)
        fail_msg("no block at 0x%llx begins with number %llu", (unsigned long long)s->pc,
                 (unsigned long long)s->n);
}

/* Each store is told of with the number and address of its block, and what it stores. */
static void test_watching_stores_have_their_block(void **state)
{
    struct machine *m = machine_open("flow");
    struct track *ref = single_step(m);
    struct stores s = {.ref = ref};

    (void)state;
    machine_close(m);
    m = machine_open("flow");
    s.m = m;
    machine_run(m, ref->start);
    uint8_t *map = malloc(m->a.config.ram_bytes >> 12);

    memset(map, 1, m->a.config.ram_bytes >> 12);
    struct pages_client client = {map, look_at_store, &s, false};

    assert_int_equal(arm64_pages_watch(&m->a, PAGES_OBSERVER, &client), 0);
    while (m->a.count.n < ref->end)
        machine_run(m, m->a.count.n + 997);
    assert_true(s.count > 100);
    assert_int_equal(m->a.count.n, ref->end);
    machine_close(m);
    free(map);
    free(ref);
}

/* ---- the kernel's stores alone ---- */

struct hearing {
    struct machine *m;
    struct heard heard;
};

static void hear_store(void *ctx, const struct cpu_store *s)
{
    struct hearing *h = ctx;

    heard_take(&h->heard, s, arm64_in_user(&h->m->a));
}

static void hear_stores(struct heard *h, bool kernel, insn_t from, insn_t to)
{
    struct machine *m = machine_open("flow");
    size_t pages = m->a.config.ram_bytes >> 12;
    uint8_t *map = malloc(pages);
    struct hearing hearing = {m, {.kernel = kernel}};
    struct pages_client client = {map, hear_store, &hearing, kernel};

    memset(map, 1, pages);
    machine_run(m, from);
    assert_int_equal(arm64_pages_watch(&m->a, PAGES_OBSERVER, &client), 0);
    while (m->a.count.n < to)
        machine_run(m, m->a.count.n + 4999);
    assert_int_equal(m->a.count.n, to);
    machine_close(m);
    free(map);
    *h = hearing.heard;
}

/* User mode's code is translated without the hook, and no store of the kernel is lost by that. */
static void test_watching_stores_of_the_kernel(void **state)
{
    struct machine *m = machine_open("flow");
    struct track *ref = single_step(m);
    insn_t from = ref->start, to = ref->end;
    struct heard all, kernel;

    (void)state;
    machine_close(m);
    hear_stores(&all, false, from, to);
    hear_stores(&kernel, true, from, to);
    heard_compare(&all, &kernel);
    free(ref);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_watching_blocks_hold_every_instruction),
        cmocka_unit_test(test_watching_stores_have_their_block),
        cmocka_unit_test(test_watching_stores_of_the_kernel),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
