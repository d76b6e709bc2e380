/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules of the checks sigframe and frame on frames, events and lists of stores made by hand:
 * what is right is not reported, and each thing that may be wrong is, alone.
 */
#include "tests/sim/check_kit.h"

#include "sim/check/frame_writes.h"
#include "sim/check/masks.h"
#include "sim/check/sigframe.h"

#define SP    0x7fff00001000ull
#define BYTES 0x3000u

static uint8_t memory[BYTES];

static void put64(unsigned at, uint64_t value)
{
    memcpy(memory + at, &value, 8);
}

static void put32(unsigned at, uint32_t value)
{
    memcpy(memory + at, &value, 4);
}

static struct cpu *open_cpu(enum arch arch, vaddr_t va)
{
    struct cpu *cpu = check_cpu(arch);

    check_memory(va, memory, sizeof(memory));
    return cpu;
}

/* ---- layout ---- */

struct complaints {
    unsigned count;
    const char *what;
    vaddr_t at;
};

static void on_bad(void *ctx, const char *what, const char *value, vaddr_t at, uint64_t want,
                   uint64_t is)
{
    struct complaints *c = ctx;

    (void)value;
    assert_true(want != is);
    c->count++;
    c->what = what;
    c->at = at;
}

static struct complaints look(enum arch arch, const struct ustate *now)
{
    struct cpu *cpu = open_cpu(arch, SP);
    struct complaints c = {0};
    struct sigframe f;

    sigframe_look(cpu, now, &f, on_bad, &c);
    cpu_destroy(cpu);
    return c;
}

static void expect(enum arch arch, const struct ustate *now, const char *what)
{
    struct complaints c = look(arch, now);

    if (c.count != 1 || !strstr(c.what, what))
        fail_msg("%u complaints, the last: %s; wanted one: %s", c.count, c.count ? c.what : "none",
                 what);
}

/* Numbers of Linux's arch/arm64/include/uapi/asm/sigcontext.h and of its struct rt_sigframe. */
enum { A_UC = 128, A_REGS = A_UC + 184, A_RECORDS = A_UC + 464, A_END = A_RECORDS + 4096 };

static void arm64_frame(struct ustate *now)
{
    memset(memory, 0, sizeof(memory));
    memset(now, 0, sizeof(*now));
    put32(A_UC + 24, 2); /* SS_DISABLE */
    put64(A_REGS + 29 * 8, 0x1111);
    put64(A_REGS + 30 * 8, 0x2222);
    put64(A_REGS + 31 * 8, SP + 0x2000);
    put32(A_RECORDS, 0x46508001);
    put32(A_RECORDS + 4, 0x210);
    put64(A_END, 0x1111);
    put64(A_END + 8, 0x2222);
    ustate_set(now, 1, SP);
    ustate_set(now, 2, SP + A_UC);
    ustate_set(now, 29, SP + A_END);
    ustate_set(now, 30, 0x400000);
    ustate_set(now, 31, SP);
}

static void test_layout_arm64(void **state)
{
    static const struct {
        unsigned at;
        uint32_t word;
        const char *what;
    } wrong[] = {
        {A_UC, 1, "uc_flags"},
        {A_UC + 8, 1, "uc_link"},
        {A_RECORDS, 0x46508002, "does not hold the FP state once"},
        {A_RECORDS + 4, 0x220, "FPSIMD record has another size"},
        {A_RECORDS + 0x210 + 4, 4, "a size that leads nowhere"},
        {A_END, 0x1112, "the interrupted x29"},
        {A_END + 8, 0x2223, "the interrupted x30"},
        {A_REGS + 31 * 8, (uint32_t)(SP + 0x800), "lies over the interrupted code's stack"},
    };
    struct ustate now;

    (void)state;
    arm64_frame(&now);
    assert_int_equal(look(ARCH_ARM64, &now).count, 0);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        arm64_frame(&now);
        put32(wrong[i].at, wrong[i].word);
        expect(ARCH_ARM64, &now, wrong[i].what);
    }
    arm64_frame(&now);
    ustate_set(&now, 29, SP + A_END + 8);
    expect(ARCH_ARM64, &now, "x29 does not point at a frame record");
    arm64_frame(&now);
    ustate_set(&now, 2, SP);
    expect(ARCH_ARM64, &now, "x2 of a handler");
    arm64_frame(&now);
    ustate_set(&now, 30, 0);
    expect(ARCH_ARM64, &now, "nowhere to return to");
    arm64_frame(&now); /* on the alternate stack, whose top it passes */
    put64(A_UC + 16, SP - 0x1000);
    put32(A_UC + 24, 0);
    put64(A_UC + 32, 0x1800);
    expect(ARCH_ARM64, &now, "ends behind the alternate stack");
}

/* Numbers of Linux's struct rt_sigframe, arch/x86/include/asm/sigframe.h. */
enum { X_UC = 8, X_CONTEXT = X_UC + 40, X_RSP = X_CONTEXT + 120, X_FP = X_CONTEXT + 184,
       X_MASK = X_CONTEXT + 256, X_INFO = X_MASK + 8, X_FP_AREA = 0x438, X_XSTATE = 832 };

static void x86_64_frame(struct ustate *now)
{
    vaddr_t sp = SP + 8;

    memset(memory, 0, sizeof(memory));
    memset(now, 0, sizeof(*now));
    put64(8, SP + 0x2800); /* the restorer, where there is code */
    put64(8 + X_UC, 1);    /* UC_FP_XSTATE */
    put32(8 + X_UC + 24, 2);
    put64(8 + X_RSP, SP + 0x2000);
    put64(8 + X_FP, sp + X_FP_AREA);
    put32(8 + X_FP_AREA + 464, 0x46505853);
    put32(8 + X_FP_AREA + 468, X_XSTATE + 4);
    put64(8 + X_FP_AREA + 472, 7);
    put32(8 + X_FP_AREA + 480, X_XSTATE);
    put64(8 + X_FP_AREA + 512, 3);
    put32(8 + X_FP_AREA + X_XSTATE, 0x46505845);
    ustate_set(now, 3, sp + X_UC);
    ustate_set(now, 4, sp + X_INFO);
    ustate_set(now, 7, sp);
}

static void test_layout_x86_64(void **state)
{
    static const struct {
        unsigned at;
        uint64_t word;
        const char *what;
    } wrong[] = {
        {8, 0, "nowhere to return to"},
        {8 + X_UC + 8, 1, "uc_link"},
        {8 + X_RSP, SP + 0x800, "lies over the interrupted code's stack"},
        {8 + X_FP, SP + 8 + X_FP_AREA + 16, "misaligned"},
        {8 + X_FP_AREA + 464, 0, "lacks its first magic"},
        {8 + X_FP_AREA + 480, 16, "the sizes in the FP state"},
        {8 + X_FP_AREA + 512, 15, "parts that the frame has not"},
        {8 + X_FP_AREA + X_XSTATE, 1, "lacks its second magic"},
    };
    struct ustate now;

    (void)state;
    x86_64_frame(&now);
    assert_int_equal(look(ARCH_X86_64, &now).count, 0);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct complaints c;

        x86_64_frame(&now);
        put64(wrong[i].at, wrong[i].word);
        c = look(ARCH_X86_64, &now);
        /* A moved FP state lacks its magic where it is looked for, too. */
        if (!c.count || (c.count > 1 && wrong[i].at != 8 + X_FP) ||
            (c.count == 1 && !strstr(c.what, wrong[i].what)))
            fail_msg("%u complaints, the last: %s; wanted: %s", c.count, c.count ? c.what : "none",
                     wrong[i].what);
    }
    x86_64_frame(&now);
    ustate_set(&now, 3, 0);
    expect(ARCH_X86_64, &now, "rdx of a handler");
    x86_64_frame(&now);
    ustate_set(&now, 4, 0);
    expect(ARCH_X86_64, &now, "rsi of a handler");
    x86_64_frame(&now); /* 127 bytes below the interrupted RSP: the red zone */
    put64(8 + X_RSP, SP + 8 + X_FP_AREA + X_XSTATE + 4 + 127);
    expect(ARCH_X86_64, &now, "lies over the interrupted code's stack");
    put64(8 + X_RSP, SP + 8 + X_FP_AREA + X_XSTATE + 4 + 128);
    assert_int_equal(look(ARCH_X86_64, &now).count, 0);
}

/* ---- masks ---- */

#define NR_SIGRETURN(arch) ((arch) == ARCH_ARM64 ? 139u : 15u)
#define MASK_AT(arch)      ((arch) == ARCH_ARM64 ? 168u : 296u) /* from where the call finds it */

/* The vector of a system call on x86_64 as the model has it: SP is still the user's. */
static struct cpu_trap call_trap(void)
{
    return (struct cpu_trap){.n = 100, .from_user = true, .kind = CPU_TRAP_SYSCALL,
                             .vector = 0x100};
}

/* rt_sigreturn whose frame says `mask`, then a handler whose frame shows `shown`: is it wrong? */
static bool after_sigreturn(enum arch arch, uint64_t mask, uint64_t shown)
{
    struct cpu *cpu = open_cpu(arch, 0);
    struct masks *m = masks_create(arch);
    struct cpu_trap trap = call_trap();
    struct signal_frame frame = {.has_mask = true, .mask = shown};
    struct derived d = {.kind = DERIVED_TRAP, .n = 100, .process = 1, .thread = 1, .cpu = cpu,
                        .trap = &trap};
    struct mask_since since;
    uint64_t want, is;
    bool wrong;

    memset(memory, 0, sizeof(memory));
    put64(MASK_AT(arch), mask);
    fake_knobs.syscall = NR_SIGRETURN(arch);
    assert_false(masks_event(m, &d, &want, &is, &since));
    fake_knobs.syscall = 0;
    d.kind = DERIVED_SIGRETURN;
    d.n = 200;
    assert_false(masks_event(m, &d, &want, &is, &since));
    d.kind = DERIVED_SIGNAL;
    d.n = 300;
    d.frame = &frame;
    wrong = masks_event(m, &d, &want, &is, &since);
    if (wrong) {
        assert_int_equal(want, mask & ~(1ull << 8 | 1ull << 18));
        assert_int_equal(is, shown);
        assert_int_equal(since.trap.n, 100);
        assert_int_equal(since.back_n, 200);
    }
    masks_destroy(m);
    cpu_destroy(cpu);
    return wrong;
}

static void test_masks(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        enum arch arch = i ? ARCH_X86_64 : ARCH_ARM64;

        assert_false(after_sigreturn(arch, 0x200, 0x200));
        assert_true(after_sigreturn(arch, 0x200, 0));
        assert_true(after_sigreturn(arch, 0, 0x200));
        /* SIGKILL and SIGSTOP are never blocked, whatever the frame says. */
        assert_false(after_sigreturn(arch, 0x200 | 1ull << 8 | 1ull << 18, 0x200));
    }
}

/* ---- writers of a frame's word ---- */

static void test_frame_writers(void **state)
{
    struct frame_writes w = {0};
    insn_t first = 0, second = 0;

    (void)state;
    frame_writes_add(&w, 10, 7);
    assert_false(frame_two_writers(&w, 7, &first, &second)); /* one writer */
    frame_writes_add(&w, 10, 8);
    assert_false(frame_two_writers(&w, 7, &first, &second)); /* in two pieces */
    frame_writes_add(&w, 20, 9);
    assert_false(frame_two_writers(&w, 5, &first, &second)); /* nobody had it right */
    assert_true(frame_two_writers(&w, 7, &first, &second));
    assert_int_equal(first, 10);
    assert_int_equal(second, 20);
    w.is_pushed = true; /* delivered: what was written before does not count */
    w.push_n = 15;
    assert_false(frame_two_writers(&w, 7, &first, &second));
    frame_writes_add(&w, 30, 9); /* even where both agree */
    assert_true(frame_two_writers(&w, 7, &first, &second));
    assert_int_equal(first, 20);
    assert_int_equal(second, 30);
    w.push_n = 0;
    assert_false(frame_two_writers(&w, 7, &first, &second));
    w.push_n = 15;
    w.too_many = true;
    assert_false(frame_two_writers(&w, 7, &first, &second));
}

static void test_frame_restart(void **state)
{
    struct frame_writes w = {0};
    insn_t first = 0, second = 0;

    (void)state;
    frame_writes_add(&w, 10, 3);
    frame_writes_add(&w, 20, (uint64_t)-4); /* EINTR asks for nothing */
    frame_writes_add(&w, 30, 3);
    assert_false(frame_restart_writers(&w, 3, &first, &second));
    frame_writes_add(&w, 40, (uint64_t)-512);
    assert_false(frame_restart_writers(&w, 3, &first, &second)); /* not put back behind that */
    frame_writes_add(&w, 50, 3);
    assert_true(frame_restart_writers(&w, 3, &first, &second));
    assert_int_equal(first, 40);
    assert_int_equal(second, 50);
    assert_false(frame_restart_writers(&w, 4, &first, &second));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layout_arm64),   cmocka_unit_test(test_layout_x86_64),
        cmocka_unit_test(test_masks),          cmocka_unit_test(test_frame_writers),
        cmocka_unit_test(test_frame_restart),
    };

    return cmocka_run_group_tests_name("sim.check_rules", tests, NULL, NULL);
}
