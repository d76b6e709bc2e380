/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What those are told who look on: the blocks that run, stores, and returns to user mode. Each is
 * told of once, with its number, wherever runs are cut.
 */
#include "tests/cpu/watchers.h"
#include "tests/cpu/x86_64/track.h"

/* ---- the blocks that run ---- */

/* Every instruction is in exactly one of the blocks told of, at its number. */
static void blocks_hold(const char *guest, insn_t from)
{
    struct track *ref = single_step(guest, from);
    struct machine *m = machine_open(guest);
    struct listing l = {0};
    uint8_t *seen = calloc(STATES_MAX, 1);

    machine_run(m, from);
    m->x.blocks = (struct cpu_blocks){list_block, &l, false};
    while (m->x.count.n < ref->end)
        machine_run(m, m->x.count.n + 997);
    assert_int_equal(m->x.count.n, ref->end);
    for (size_t i = 0; i < ref->traps; i++)
        seen[ref->trap[i].n - 1]++;
    for (size_t i = 0; i < l.count; i++) {
        insn_t end = listing_end_of(&l, i, ref->trap, ref->traps, ref->end), n = l.code[i].n;

        for (vaddr_t pc = l.code[i].pc; n < end && pc < l.code[i].pc + l.code[i].bytes; n++) {
            assert_int_equal(ref->at[n].rip, pc);
            pc += x86_insn_len(&m->x, pc);
            seen[n]++;
        }
    }
    for (insn_t n = from; n < ref->end; n++)
        if (seen[n] != 1)
            fail_msg("number %d, RIP 0x%llx, is in %d blocks", (int)n,
                     (unsigned long long)ref->at[n].rip, seen[n]);
    machine_close(m);
    free(l.code);
    free(seen);
    free(ref);
}

static void test_watching_blocks_hold_every_instruction(void **state)
{
    (void)state;
    blocks_hold("flow", 20000);
}

/* ---- stores ---- */

struct stores {
    const struct track *ref;
    struct machine *m;
    size_t count, pushes;
    struct cpu_store last;  /* must have been done before the next one */
};

static void look_at_store(void *ctx, const struct cpu_store *s)
{
    struct stores *t = ctx;
    const struct track *ref = t->ref;

    if (t->count++ && s->n == t->last.n && s->pa != t->last.pa)
        assert_memory_equal(t->m->x.ram + t->last.pa, &t->last.value, t->last.bytes);
    t->last = *s;
    if (!s->code_bytes) { /* no code: an exception pushes, and its entry is this step */
        t->pushes++;
        return;
    }
    if (ref->at[s->n].rip != s->pc)
        fail_msg("no block at 0x%llx begins with number %llu", (unsigned long long)s->pc,
                 (unsigned long long)s->n);
}

/* Each store is told of with the number and address of its block, and what it stores. */
static void test_watching_stores_have_their_block(void **state)
{
    struct track *ref = single_step("flow", 20000);
    struct machine *m = machine_open("flow");
    struct stores s = {.ref = ref, .m = m};

    (void)state;
    machine_run(m, 20000);
    uint8_t *map = malloc(m->x.config.ram_bytes >> 12);

    memset(map, 1, m->x.config.ram_bytes >> 12);
    struct pages_client client = {map, look_at_store, &s, false};

    assert_int_equal(x86_pages_watch(&m->x, PAGES_OBSERVER, &client), 0);
    while (m->x.count.n < ref->end)
        machine_run(m, m->x.count.n + 997);
    assert_true(s.pushes > 0 && s.count > s.pushes + 100);
    assert_int_equal(m->x.count.n, ref->end);
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

    /* No code: an entry pushes, on its way to ring 0. */
    heard_take(&h->heard, s, x86_cpl(&h->m->x) == 3 && s->code_bytes);
}

static void hear_stores(struct heard *h, bool kernel, insn_t from, insn_t to)
{
    struct machine *m = machine_open("flow");
    size_t pages = m->x.config.ram_bytes >> 12;
    uint8_t *map = malloc(pages);
    struct hearing hearing = {m, {.kernel = kernel}};
    struct pages_client client = {map, hear_store, &hearing, kernel};

    memset(map, 1, pages);
    machine_run(m, from);
    assert_int_equal(x86_pages_watch(&m->x, PAGES_OBSERVER, &client), 0);
    while (m->x.count.n < to)
        machine_run(m, m->x.count.n + 4999);
    assert_int_equal(m->x.count.n, to);
    machine_close(m);
    free(map);
    *h = hearing.heard;
}

/* User mode's code is translated without the hook, and no store of the kernel is lost by that. */
static void test_watching_stores_of_the_kernel(void **state)
{
    struct track *ref = single_step("flow", 20000);
    insn_t from = 20000, to = ref->end;
    struct heard all, kernel;

    (void)state;
    hear_stores(&all, false, from, to);
    hear_stores(&kernel, true, from, to);
    heard_compare(&all, &kernel);
    free(ref);
}

/* ---- returns to user mode ---- */

#define RETURNS_MAX 4096u

struct returns {
    insn_t n[RETURNS_MAX];
    vaddr_t pc[RETURNS_MAX];
    size_t count;
};

static void note_return(struct returns *r, insn_t n, vaddr_t pc)
{
    assert_true(r->count < RETURNS_MAX);
    r->n[r->count] = n;
    r->pc[r->count++] = pc;
}

static void hear_return(void *ctx, insn_t n, vaddr_t pc)
{
    note_return(((struct machine *)ctx)->watcher, n, pc);
}

/* All states that are the first in user mode, by looking at each. */
static struct returns *returns_seen(const char *guest, insn_t from)
{
    struct returns *r = calloc(1, sizeof(*r));
    struct machine *m = machine_open(guest);
    struct cpu_stop stop = machine_run(m, from);
    bool kernel = true;

    while (stop.reason == CPU_STOP_TARGET) {
        bool was_kernel = kernel;

        kernel = x86_cpl(&m->x) < 3;
        if (was_kernel && !kernel)
            note_return(r, m->x.count.n, x86_pc(&m->x));
        stop = machine_run(m, m->x.count.n + 1);
    }
    machine_close(m);
    return r;
}

/* The machine from `from` on, cut into steps, tells of the returns of `ref` from its `first` on. */
static void compare_returns(const struct returns *ref, size_t first, insn_t from, insn_t step)
{
    struct machine *m = machine_open("flow");
    struct cpu_stop stop = machine_run(m, from);
    struct returns *got = calloc(1, sizeof(*got));
    size_t count = ref->count - first;

    m->watcher = got;
    m->x.config.host.user_return = hear_return;
    x86_watch_returns(&m->x, true);
    while (stop.reason == CPU_STOP_TARGET)
        stop = machine_run(m, m->x.count.n + step);
    assert_int_equal(got->count, count);
    assert_memory_equal(got->n, ref->n + first, count * sizeof(ref->n[0]));
    assert_memory_equal(got->pc, ref->pc + first, count * sizeof(ref->pc[0]));
    machine_close(m);
    free(got);
}

/*
 * Kernel and user code in the lower half: each return is told of, once, wherever runs are cut, and
 * though the blocks that return ran before somebody listened.
 */
static void test_watching_returns_to_user_mode(void **state)
{
    static const insn_t step[] = {1, 7, 997, 1000000};
    struct returns *ref = returns_seen("flow", 20000);

    (void)state;
    assert_true(ref->count >= 8); /* IRETQ and SYSRETQ, behind calls, faults and interrupts */
    for (size_t i = 0; i < ARRAY_LEN(step); i++) {
        compare_returns(ref, 0, 20000, step[i]);
        compare_returns(ref, 6, ref->n[6] - 4, step[i]);
    }
    free(ref);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_watching_blocks_hold_every_instruction),
        cmocka_unit_test(test_watching_stores_have_their_block),
        cmocka_unit_test(test_watching_stores_of_the_kernel),
        cmocka_unit_test(test_watching_returns_to_user_mode),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
