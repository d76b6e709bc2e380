/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kit for trap tests (sim/kit) on machines of a few instructions, each test on both CPUs.
 *
 * The program of each CPU: user code stores to what its first argument points at; the kernel's
 * handler of that fault either is sound or clears the first vector register.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sim/kit/test.h"

#define ARRAY(a) (sizeof(a) / sizeof((a)[0]))

struct code {
    const uint8_t *bytes;
    size_t len;
};

#define CODE(...)                                                                                  \
    {                                                                                              \
        (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})                     \
    }

struct cpu_words {
    enum trapline_arch arch;
    const char *to, *value, *pc, *vector, *bits; /* registers: the store's, and a vector register */
    struct code store;                           /* to [to] of value, then a jump to itself */
    struct code sound, clears;                   /* handlers, ended by a return */
    struct code poke;                            /* a 32-bit store to [to] of value */
    unsigned fault_vector, irq_vector, code_to_return;
    const char *trap_text;
};

static const struct cpu_words words[] = {
    {TRAPLINE_ARM64, "x0", "x1", "pc", "v0", "daif",
     /* str x1, [x0]; b . */
     CODE(0x01, 0x00, 0x00, 0xf9, 0x00, 0x00, 0x00, 0x14),
     /* nop; eret */
     CODE(0x1f, 0x20, 0x03, 0xd5, 0xe0, 0x03, 0x9f, 0xd6),
     /* movi v0.16b, #0; eret */
     CODE(0x00, 0xe4, 0x00, 0x4f, 0xe0, 0x03, 0x9f, 0xd6),
     /* str w1, [x0] */
     CODE(0x01, 0x00, 0x00, 0xb9), 0x400, 0x480, 4, "el0_sync: data abort: write, translation at "},
    {TRAPLINE_X86_64, "rdi", "rsi", "rip", "xmm0", "rflags",
     /* mov %rsi, (%rdi); jmp . */
     CODE(0x48, 0x89, 0x37, 0xeb, 0xfe),
     /* add $8, %rsp; iretq */
     CODE(0x48, 0x83, 0xc4, 0x08, 0x48, 0xcf),
     /* pxor %xmm0, %xmm0; add $8, %rsp; iretq */
     CODE(0x66, 0x0f, 0xef, 0xc0, 0x48, 0x83, 0xc4, 0x08, 0x48, 0xcf),
     /* mov %esi, (%rdi) */
     CODE(0x89, 0x37), 14, 0x40, 4, "#PF: "},
};

static const struct cpu_words *words_of(struct trapline *t)
{
    return &words[trapline_arch(t) == TRAPLINE_ARM64 ? 0 : 1];
}

/* In user mode before the store, `addr` being its goal and `handler` the kernel's. */
static void stand_at_store(struct trapline *t, const struct code *handler, uint64_t addr)
{
    const struct cpu_words *w = words_of(t);
    uint64_t user = trapline_place(t, TRAPLINE_USER_CODE);

    trapline_ok(trapline_write(t, user, w->store.bytes, w->store.len));
    trapline_ok(
        trapline_write(t, trapline_vector(t, w->fault_vector), handler->bytes, handler->len));
    trapline_ok(trapline_enter_user(t, user));
    trapline_ok(trapline_set(t, w->to, addr));
    trapline_ok(trapline_set(t, w->value, 0x1234));
    trapline_ok(trapline_fill_vectors(t, 1));
    assert_true(trapline_in_user(t));
}

trapline_test(fault_of_a_store_is_seen)
{
    const struct cpu_words *w = words_of(t);
    uint64_t bad = trapline_place(t, TRAPLINE_UNMAPPED) + 0x18;
    struct trapline_trap trap;

    stand_at_store(t, &w->sound, bad);
    trapline_ok(trapline_run_to_trap(t));
    trap = trapline_last_trap(t);
    assert_int_equal(trap.vector, w->fault_vector);
    assert_int_equal(trap.addr, bad);
    assert_int_equal(trap.pc, trapline_place(t, TRAPLINE_USER_CODE));
    assert_true(trap.from_user);
    assert_int_equal(trapline_pc(t), trapline_vector(t, w->fault_vector));
    assert_false(trapline_in_user(t));
    assert_int_equal(trapline_now(t), trap.n);
    assert_memory_equal(trapline_traps_text(t), w->trap_text, strlen(w->trap_text));
    assert_null(trapline_differ_traps(t, trapline_traps_text(t)));
    assert_non_null(strstr(trapline_differ_traps(t, "another\n"), "-another\n+"));
}

trapline_test(store_that_is_allowed_arrives)
{
    uint64_t data = trapline_place(t, TRAPLINE_USER_DATA) + 8, is = 0;

    stand_at_store(t, &words_of(t)->sound, data);
    trapline_ok(trapline_step(t, 1));
    trapline_ok(trapline_read(t, data, &is, sizeof(is)));
    assert_int_equal(is, 0x1234);
    assert_int_equal(trapline_last_trap(t).n, 0);
}

trapline_test(sound_handler_keeps_the_vectors)
{
    struct trapline_regs user;

    stand_at_store(t, &words_of(t)->sound, trapline_place(t, TRAPLINE_READ_ONLY));
    trapline_ok(trapline_regs(t, &user));
    trapline_ok(trapline_run_to_return(t, true));
    trapline_assert_regs(&user, TRAPLINE_GENERAL | TRAPLINE_VECTORS, NULL);
    trapline_ok(trapline_step(t, 1));
    trapline_assert_regs(&user, TRAPLINE_GENERAL | TRAPLINE_VECTORS | TRAPLINE_STATE,
                         "pstate rflags sp_el1");
}

trapline_test(handler_that_clears_one_is_named)
{
    const struct cpu_words *w = words_of(t);
    struct trapline_regs user;
    const char *text;

    stand_at_store(t, &w->clears, trapline_place(t, TRAPLINE_READ_ONLY));
    trapline_ok(trapline_regs(t, &user));
    trapline_ok(trapline_run_to_return(t, true));
    text = trapline_differ_regs(t, &user, TRAPLINE_VECTORS, NULL);
    assert_non_null(text);
    assert_non_null(strstr(text, w->vector));
    assert_non_null(strstr(text, "was 0xd4c7baada09386796c5f5245382b1e11"));
    assert_non_null(strstr(text, "is  0x00000000000000000000000000000000"));
    assert_null(trapline_differ_regs(t, &user, TRAPLINE_VECTORS, w->vector));
    assert_null(trapline_differ_regs(t, &user, TRAPLINE_GENERAL, NULL));
}

trapline_test(injected_fault_is_as_the_real_one)
{
    const struct cpu_words *w = words_of(t);
    uint64_t bad = trapline_place(t, TRAPLINE_READ_ONLY) + 8;
    struct trapline_trap real, made;
    struct trapline_snapshot *s;
    struct trapline_regs regs;

    stand_at_store(t, &w->sound, bad);
    trapline_ok(trapline_snapshot(t, &s));
    trapline_ok(trapline_run_to_trap(t));
    real = trapline_last_trap(t);
    trapline_ok(trapline_regs(t, &regs));
    trapline_ok(trapline_restore(t, s));
    assert_int_equal(trapline_last_trap(t).n, 0);
    trapline_ok(trapline_inject_fault(t, bad, true));
    made = trapline_last_trap(t);
    trapline_snapshot_free(t, s);
    assert_int_equal(made.n, real.n);
    assert_int_equal(made.pc, real.pc);
    assert_int_equal(made.vector, real.vector);
    assert_int_equal(made.addr, real.addr);
    /* The level of the walk is the tables' own: arm64's low two bits. */
    assert_int_equal(made.syndrome | (w->arch == TRAPLINE_ARM64 ? 3 : 0),
                     real.syndrome | (w->arch == TRAPLINE_ARM64 ? 3 : 0));
    trapline_assert_regs(&regs, TRAPLINE_GENERAL | TRAPLINE_VECTORS | TRAPLINE_STATE, NULL);
}

trapline_test(injected_interrupt_is_taken_now)
{
    const struct cpu_words *w = words_of(t);

    stand_at_store(t, &w->sound, 0);
    trapline_ok(trapline_inject_irq(t, w->irq_vector));
    assert_int_equal(trapline_last_trap(t).vector, w->irq_vector);
    assert_int_equal(trapline_pc(t), trapline_vector(t, w->irq_vector));
    assert_int_equal(trapline_now(t), 1);
}

/* One store by the kernel, to a device. */
static void poke(struct trapline *t, uint64_t addr, uint32_t value)
{
    const struct cpu_words *w = words_of(t);
    uint64_t code = trapline_place(t, TRAPLINE_KERNEL_CODE);

    trapline_ok(trapline_write(t, code, w->poke.bytes, w->poke.len));
    trapline_ok(trapline_set_pc(t, code));
    trapline_ok(trapline_set(t, w->to, addr));
    trapline_ok(trapline_set(t, w->value, value));
    trapline_ok(trapline_step(t, 1));
}

trapline_test(raised_interrupt_waits_for_the_guest)
{
    const struct cpu_words *w = words_of(t);
    bool arm64 = w->arch == TRAPLINE_ARM64;
    uint64_t data = trapline_place(t, TRAPLINE_USER_DATA);

    if (arm64) {
        poke(t, 0x08010004, 0xff); /* GICC_PMR, GICC_CTLR, GICD_CTLR, GICD_ISENABLER1 */
        poke(t, 0x08010000, 1);
        poke(t, 0x08000000, 1);
        poke(t, 0x08000104, 1u << 8);
    } else {
        poke(t, 0xfee000f0, 0x1ff); /* spurious vector, APIC on */
    }
    trapline_ok(trapline_raise_irq(t, arm64 ? 40 : 0x40));
    poke(t, data, 7); /* masked: nothing happens */
    assert_int_equal(trapline_last_trap(t).n, 0);
    stand_at_store(t, &w->sound, data);
    trapline_ok(trapline_run_to_trap(t));
    assert_int_equal(trapline_last_trap(t).vector, w->irq_vector);
    assert_int_equal(trapline_last_trap(t).pc, trapline_place(t, TRAPLINE_USER_CODE));
    assert_int_equal(trapline_raise_irq(t, 5000), -EINVAL);
}

trapline_test(every_register_is_set_and_read)
{
    struct trapline_regs before, after;

    trapline_ok(trapline_regs(t, &before));
    for (size_t i = 0; i < trapline_reg_count(t); i++) {
        const char *name = trapline_reg_name(t, i);
        uint8_t value[16] = {0};

        trapline_ok(trapline_get_bytes(t, name, value, 1));
        trapline_ok(trapline_set(t, name, trapline_get(t, name)));
    }
    trapline_ok(trapline_regs(t, &after));
    trapline_assert_regs(&before, 15, NULL);
    for (unsigned i = 0; i < 16; i++) {
        char name[8];

        snprintf(name, sizeof(name), words_of(t)->arch == TRAPLINE_ARM64 ? "x%u" : "r%u", i);
        if (words_of(t)->arch == TRAPLINE_X86_64 && i < 8)
            continue;
        trapline_ok(trapline_set(t, name, 0xf00dull << 32 | i));
        assert_int_equal(trapline_get(t, name), 0xf00dull << 32 | i);
    }
    assert_int_equal(trapline_set(t, "x99", 0), -ENOENT);
    assert_non_null(strstr(trapline_error(t), "x99"));
}

trapline_test(runs_end_where_they_are_told)
{
    uint64_t user = trapline_place(t, TRAPLINE_USER_CODE), n;
    const struct cpu_words *w = words_of(t);
    uint64_t loop = user + (w->arch == TRAPLINE_ARM64 ? 4 : 3);

    stand_at_store(t, &w->sound, trapline_place(t, TRAPLINE_USER_DATA));
    trapline_ok(trapline_run_to(t, loop));
    assert_int_equal(trapline_pc(t), loop);
    n = trapline_now(t);
    assert_int_equal(n, 1);
    trapline_ok(trapline_run_to_number(t, n + 1000));
    assert_int_equal(trapline_now(t), n + 1000);
    assert_int_equal(trapline_run_to_number(t, n), -EINVAL);
    trapline_set_limit(t, 500);
    assert_int_equal(trapline_run_to(t, user), -ETIMEDOUT);
    assert_int_equal(trapline_now(t), n + 1500);
    assert_non_null(strstr(trapline_error(t), "500 instructions without"));
    assert_int_equal(trapline_run_to_trap(t), -ETIMEDOUT);
    assert_int_equal(trapline_run_to_return(t, true), -ETIMEDOUT);
    trapline_set_limit(t, 100000000);
}

trapline_test(snapshots_and_a_fork_go_on_alike)
{
    uint64_t data = trapline_place(t, TRAPLINE_USER_DATA), is[3] = {0};
    struct trapline_regs regs;
    struct trapline_snapshot *s;
    struct trapline *original = t, *other;

    stand_at_store(t, &words_of(t)->sound, data);
    trapline_ok(trapline_snapshot(t, &s));
    trapline_ok(trapline_fork(t, &other));
    trapline_ok(trapline_step(t, 10));
    trapline_ok(trapline_regs(t, &regs));
    trapline_ok(trapline_read(t, data, &is[0], 8));
    trapline_ok(trapline_restore(t, s));
    trapline_ok(trapline_read(t, data, &is[1], 8));
    assert_int_equal(is[0], 0x1234);
    assert_int_equal(is[1], 0);
    t = other;
    trapline_ok(trapline_set(t, words_of(t)->value, 0x1234));
    trapline_ok(trapline_step(t, 10));
    trapline_assert_regs(&regs, 15, NULL);
    trapline_ok(trapline_read(t, data, &is[2], 8));
    assert_int_equal(is[2], 0x1234);
    t = original;
    trapline_ok(trapline_read(t, data, &is[1], 8));
    assert_int_equal(is[1], 0);
    trapline_snapshot_free(t, s);
    trapline_close(other);
}

trapline_test(frames_are_compared_with_registers)
{
    const struct cpu_words *w = words_of(t);
    const struct trapline_field fields[] = {
        {w->to, 0, 8, 0}, {w->value, 8, 8, 0}, {w->vector, 16, 16, 0}, {w->pc, 0, 8, 32}};
    uint64_t va = trapline_place(t, TRAPLINE_KERNEL_DATA), frame[5] = {0}, far = va + 0x100, pc;
    struct trapline_regs user;
    const char *text;

    stand_at_store(t, &w->sound, 0x77);
    trapline_ok(trapline_regs(t, &user));
    frame[0] = 0x77;
    frame[1] = 0x1234;
    trapline_ok(trapline_get_bytes(t, w->vector, &frame[2], 16));
    frame[4] = far;
    pc = trapline_pc(t);
    trapline_ok(trapline_write(t, va, frame, sizeof(frame)));
    trapline_ok(trapline_write(t, far, &pc, sizeof(pc)));
    trapline_assert_frame(va, fields, ARRAY(fields), &user);
    frame[1] = 0x1235;
    trapline_ok(trapline_write(t, va, frame, sizeof(frame)));
    text = trapline_differ_frame(t, va, fields, ARRAY(fields), &user);
    assert_non_null(text);
    assert_non_null(strstr(text, "was 0x0000000000001234\n"));
    assert_non_null(strstr(text, "is  0x0000000000001235\n"));
    assert_null(strstr(text, w->vector));
    text = trapline_differ_frame(t, trapline_place(t, TRAPLINE_UNMAPPED), fields, 1, &user);
    assert_non_null(strstr(text, "not mapped"));
}

/* A frame as Linux lays it out, by the offsets of a compiled <asm/sigcontext.h>. */
trapline_test(signal_frames_are_compared)
{
    const struct cpu_words *w = words_of(t);
    bool arm64 = w->arch == TRAPLINE_ARM64;
    uint64_t sp = trapline_place(t, TRAPLINE_USER_DATA), fp = sp + 1024;
    struct trapline_regs zero = {{{0}}};
    const char *text;
    uint32_t signo = 11;

    trapline_ok(trapline_write(t, sp + (arm64 ? 0 : 312), &signo, sizeof(signo)));
    if (!arm64)
        trapline_ok(trapline_write(t, sp + 232, &fp, sizeof(fp)));
    trapline_assert_signal(sp, 11, &zero);
    text = trapline_differ_signal(t, sp, 10, &zero);
    assert_non_null(text);
    assert_non_null(strstr(text, "si_signo should be 10"));
    trapline_ok(trapline_write(t, arm64 ? sp + 608 + 16 * 31 : fp + 160 + 16 * 15, "!", 1));
    text = trapline_differ_signal(t, sp, 11, &zero);
    assert_non_null(strstr(text, arm64 ? "v31" : "xmm15"));
    assert_null(strstr(text, arm64 ? "v30 " : "xmm14 "));
}

trapline_test(source_text_is_assembled)
{
    bool arm64 = trapline_arch(t) == TRAPLINE_ARM64;
    uint64_t user = trapline_place(t, TRAPLINE_USER_CODE), end;

    trapline_ok(trapline_assemble(t, user,
                                  arm64 ? "1: add x0, x0, #5\n cmp x0, #20\n b.lo 1b\n brk #7"
                                        : "1: add $5, %rdi\n cmp $20, %rdi\n jb 1b\n int3",
                                  &end));
    assert_int_equal(end - user, arm64 ? 16 : 11);
    trapline_ok(trapline_enter_user(t, user));
    trapline_ok(trapline_run_to_trap(t));
    assert_int_equal(trapline_get(t, arm64 ? "x0" : "rdi"), 20);
    assert_int_equal(trapline_last_trap(t).n, 13);
    assert_int_equal(trapline_assemble(t, user, "nop\n turnip", NULL), -EINVAL);
    assert_non_null(strstr(trapline_error(t), "line 2: Error: "));
    assert_non_null(strstr(trapline_error(t), "turnip"));
    assert_int_equal(trapline_assemble(t, user, arm64 ? "bl turnip" : "call turnip", NULL),
                     -EINVAL);
    assert_non_null(strstr(trapline_error(t), "'turnip'"));
    assert_int_equal(trapline_assemble(t, user, "", NULL), -EINVAL);
    assert_non_null(strstr(trapline_error(t), "no instruction"));
}

static int open_arm64(struct trapline **t, char *err, size_t err_len)
{
    return trapline_open_code(TRAPLINE_ARM64, "", 0, NULL, t, err, err_len);
}

static int open_x86_64(struct trapline **t, char *err, size_t err_len)
{
    return trapline_open_code(TRAPLINE_X86_64, "", 0, NULL, t, err, err_len);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        trapline_unit(fault_of_a_store_is_seen),
        trapline_unit(store_that_is_allowed_arrives),
        trapline_unit(sound_handler_keeps_the_vectors),
        trapline_unit(handler_that_clears_one_is_named),
        trapline_unit(injected_fault_is_as_the_real_one),
        trapline_unit(injected_interrupt_is_taken_now),
        trapline_unit(raised_interrupt_waits_for_the_guest),
        trapline_unit(every_register_is_set_and_read),
        trapline_unit(runs_end_where_they_are_told),
        trapline_unit(snapshots_and_a_fork_go_on_alike),
        trapline_unit(frames_are_compared_with_registers),
        trapline_unit(signal_frames_are_compared),
        trapline_unit(source_text_is_assembled),
    };

    return trapline_run_tests(tests, open_arm64) | trapline_run_tests(tests, open_x86_64);
}
