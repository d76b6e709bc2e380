/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The check race: which interrupts it marks, and what kernel code around one may do (race_walk.h),
 * on instructions that stand in a fake cpu's memory: a test steps through them as if they ran.
 */
#include "tests/sim/check_kit.h"

#include "sim/check/race.h"
#include "sim/check/race_walk.h"

#define CODE 0xffff000000000000ull
#define SP   (CODE + 0x100000)
#define DATA 0x200u                  /* behind CODE: the word, and another */

static uint8_t memory[0x400];

struct step {
    const char *code;                /* NULL: no more */
    unsigned len;
};

struct walk {
    struct cpu *cpu;
    struct race_walk *w;
    insn_t n;
};

static void set_word(uint64_t value)
{
    memcpy(memory + DATA, &value, 8);
}

/* Registers that lead to the word and to the one behind it: x1 and x2, rbx and rcx. */
static struct walk *walk_open(enum arch arch, enum race kind)
{
    static struct walk k;

    k = (struct walk){.cpu = check_cpu(arch), .n = 100};
    memset(memory, 0, sizeof(memory));
    check_memory(CODE, memory, sizeof(memory));
    check_sp(k.cpu, SP);
    for (uint64_t i = 1; i <= 2; i++)
        assert_int_equal(cpu_reg_write(k.cpu, (int)i, &(uint64_t){CODE + DATA + 16 * (i - 1)}), 0);
    check_named("rbx", CODE + DATA);
    check_named("rcx", CODE + DATA + 16);
    check_named("rsp", SP);
    k.w = race_walk_create(k.cpu);
    assert_non_null(k.w);
    race_walk_begin(k.w, kind);
    return &k;
}

/* Code from `at` on; where it ends. */
static unsigned step(struct walk *k, const struct step *list, unsigned at, bool before)
{
    for (; list->code; list++) {
        uint64_t pc = CODE + at;

        memcpy(memory + at, list->code, list->len);
        assert_int_equal(cpu_reg_write(k->cpu, FAKE_PC, &pc), 0);
        (before ? race_walk_before : race_walk_after)(k->w, k->n++, pc);
        at += list->len;
    }
    return at;
}

/* `before`, an interrupt that makes the word `now`, and `after`. */
static void expect_race_from(uint64_t was, enum arch arch, enum race kind,
                             const struct step *before, const struct step *after, uint64_t now,
                             bool found)
{
    struct walk *k = walk_open(arch, kind);
    unsigned at = step(k, before, 0, true);
    uint64_t pc = CODE + at;
    bool follows;

    set_word(was);
    assert_int_equal(cpu_reg_write(k->cpu, FAKE_PC, &pc), 0);
    follows = race_walk_interrupt(k->w);
    set_word(now);
    if (follows)
        step(k, after, at, false);
    if (!race_walk_hit(k->w) != !found)
        fail_msg("kind %d: %s", kind, found ? "it is not found" : "something is found");
    if (found) {
        assert_int_equal(race_walk_hit(k->w)->va, CODE + DATA);
        assert_int_equal(race_walk_hit(k->w)->was, was);
        assert_int_equal(race_walk_hit(k->w)->is, now);
        assert_int_equal(race_walk_hit(k->w)->n, k->n - 1); /* the last step */
    }
    race_walk_destroy(k->w);
    cpu_destroy(k->cpu);
}

static void expect_race(enum arch arch, enum race kind, const struct step *before,
                        const struct step *after, uint64_t now, bool found)
{
    expect_race_from(0, arch, kind, before, after, now, found);
}

#define I4(word) {word, 4}
#define END      {NULL, 0}
#define A_LOAD   I4("\x20\x00\x40\xf9")     /* ldr x0, [x1] */
#define A_STORE  I4("\x20\x00\x00\xf9")     /* str x0, [x1] */
#define A_LOAD_2 I4("\x40\x00\x40\xf9")     /* ldr x0, [x2] */
#define A_STORE_2 I4("\x40\x00\x00\xf9")    /* str x0, [x2] */
#define A_ADD    I4("\x00\x04\x00\x91")     /* add x0, x0, #1 */
#define A_LDXR   I4("\x20\x7c\x5f\xc8")     /* ldxr x0, [x1] */
#define A_STXR   I4("\x20\x7c\x03\xc8")     /* stxr w3, x0, [x1] */
#define A_WFI    I4("\x7f\x20\x03\xd5")
#define X_LOAD   {"\x48\x8b\x03", 3}         /* mov rax, [rbx] */
#define X_STORE  {"\x48\x89\x03", 3}         /* mov [rbx], rax */
#define X_LOAD_2 {"\x48\x8b\x01", 3}         /* mov rax, [rcx] */
#define X_STORE_2 {"\x48\x89\x01", 3}        /* mov [rcx], rax */
#define X_ADD    {"\x48\xff\xc0", 3}         /* inc rax */
#define X_INC    {"\x48\xff\x03", 3}         /* inc qword [rbx] */
#define X_CMPXCHG {"\xf0\x48\x0f\xb1\x0b", 5} /* lock cmpxchg [rbx], rcx */
#define X_HLT    {"\xf4", 1}

static void test_store_arm64(void **state)
{
    static const struct step load[] = {A_LOAD, END}, load_2[] = {A_LOAD_2, END},
        both[] = {A_LOAD, A_STORE, END}, ldxr[] = {A_LDXR, END},
        store[] = {A_ADD, A_STORE, END}, again[] = {A_LOAD, A_ADD, A_STORE, END},
        store_2[] = {A_STORE_2, END}, stxr[] = {A_ADD, A_STXR, END};

    (void)state;
    expect_race(ARCH_ARM64, RACE_STORE, load, store, 1, true);
    expect_race(ARCH_ARM64, RACE_STORE, load, store, 0, false);   /* nobody changed it */
    expect_race(ARCH_ARM64, RACE_STORE, load, again, 1, false);   /* looked at once more */
    expect_race(ARCH_ARM64, RACE_STORE, load, store_2, 1, false); /* another word */
    expect_race(ARCH_ARM64, RACE_STORE, load_2, store, 1, false); /* it had not read this one */
    expect_race(ARCH_ARM64, RACE_STORE, both, store, 1, false);   /* and had done with it */
    expect_race(ARCH_ARM64, RACE_STORE, ldxr, stxr, 1, false);    /* fails, and tries again */
    expect_race(ARCH_ARM64, RACE_SLEEP, load, store, 1, false);   /* no halt */
}

static void test_store_x86_64(void **state)
{
    static const struct step load[] = {X_LOAD, END}, load_2[] = {X_LOAD_2, END},
        both[] = {X_LOAD, X_STORE, END}, store[] = {X_ADD, X_STORE, END},
        again[] = {X_LOAD, X_ADD, X_STORE, END}, store_2[] = {X_STORE_2, END},
        inc[] = {X_INC, END}, swap[] = {X_CMPXCHG, END};

    (void)state;
    expect_race(ARCH_X86_64, RACE_STORE, load, store, 1, true);
    expect_race(ARCH_X86_64, RACE_STORE, load, store, 0, false);
    expect_race(ARCH_X86_64, RACE_STORE, load, again, 1, false);
    expect_race(ARCH_X86_64, RACE_STORE, load, store_2, 1, false);
    expect_race(ARCH_X86_64, RACE_STORE, load_2, store, 1, false);
    expect_race(ARCH_X86_64, RACE_STORE, both, store, 1, false);
    expect_race(ARCH_X86_64, RACE_STORE, load, inc, 1, false);  /* one instruction: reads anew */
    expect_race(ARCH_X86_64, RACE_STORE, load, swap, 1, false); /* compares */
    expect_race(ARCH_X86_64, RACE_STORE, swap, store, 1, false); /* had written it itself */
}

static void test_sleep(void **state)
{
    static const struct step arm[] = {A_LOAD, END}, arm_halt[] = {A_ADD, A_WFI, END},
        arm_again[] = {A_LOAD, A_WFI, END}, arm_2[] = {A_LOAD_2, END},
        x86[] = {X_LOAD, END}, x86_halt[] = {X_ADD, X_HLT, END},
        x86_again[] = {X_LOAD, X_HLT, END}, x86_2[] = {X_LOAD_2, END};

    (void)state;
    expect_race(ARCH_ARM64, RACE_SLEEP, arm, arm_halt, 1, true);
    expect_race(ARCH_ARM64, RACE_SLEEP, arm, arm_halt, 0, false);
    expect_race(ARCH_ARM64, RACE_SLEEP, arm, arm_again, 1, false);
    expect_race(ARCH_ARM64, RACE_SLEEP, arm_2, arm_halt, 1, false);
    expect_race_from(1, ARCH_ARM64, RACE_SLEEP, arm, arm_halt, 0, true);
    expect_race_from(1, ARCH_ARM64, RACE_SLEEP, arm, arm_halt, 2, false); /* a counter */
    expect_race(ARCH_X86_64, RACE_SLEEP, x86, x86_halt, 1, true);
    expect_race(ARCH_X86_64, RACE_SLEEP, x86, x86_halt, 0, false);
    expect_race(ARCH_X86_64, RACE_SLEEP, x86, x86_again, 1, false);
    expect_race(ARCH_X86_64, RACE_SLEEP, x86_2, x86_halt, 1, false);
}

/* An interrupt of kernel code at number 1000, and the next trap: is it gone back to? */
static bool marked(bool from_user, enum cpu_trap_kind kind, cycles_t skipped, insn_t behind)
{
    struct races *r = races_create();
    struct cpu_trap first = {.n = 1000, .cycles = 1000, .kind = kind, .from_user = from_user};
    struct cpu_trap next = {.n = 1000 + behind, .cycles = 1000 + behind + skipped,
                            .kind = CPU_TRAP_IRQ};
    struct derived d = {.kind = DERIVED_TRAP, .trap = &first};
    bool any;

    race_event(r, &d);
    d.trap = &next;
    race_event(r, &d);
    any = races_any(r);
    races_destroy(r);
    return any;
}

static void test_marks(void **state)
{
    struct races *r = races_create();
    struct cpu_trap irq = {.n = 1000, .cycles = 1000, .kind = CPU_TRAP_IRQ}, user = {.n = 900};
    struct derived d = {.kind = DERIVED_TRAP, .trap = &irq};

    (void)state;
    assert_true(marked(false, CPU_TRAP_IRQ, 500, 90));
    assert_false(marked(false, CPU_TRAP_IRQ, 0, 90));               /* the machine did not idle */
    assert_false(marked(true, CPU_TRAP_IRQ, 500, 90));              /* of user mode */
    assert_false(marked(false, CPU_TRAP_SYNC, 500, 90));            /* a fault */
    assert_false(marked(false, CPU_TRAP_IRQ, 500, RACE_NEAR_INSNS)); /* long behind it */
    race_event(r, &d);
    race_end(r, &(struct sim_end){.reason = SIM_END_STARVED, .n = 1050});
    assert_true(races_any(r)); /* idle, with nothing to come */
    races_destroy(r);
    r = races_create();
    race_event(r, &d);
    race_end(r, &(struct sim_end){.reason = SIM_END_POWEROFF, .n = 1050});
    assert_false(races_any(r));
    race_add_switch(r, &irq, &user, 2000);
    assert_true(races_any(r));
    races_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_store_arm64),
        cmocka_unit_test(test_store_x86_64),
        cmocka_unit_test(test_sleep),
        cmocka_unit_test(test_marks),
    };

    return cmocka_run_group_tests_name("sim.check_race", tests, NULL, NULL);
}
