/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_signal.c - arm64's signal frames: frames that must be refused, then the bytes.
 *
 * The offsets here are numbers on purpose: they are Linux's, and the kernel's
 * structs have to agree with them.
 */
#include "tests/cmocka.h"

#include <string.h>

#include "kernel/arch/arm64/frame.h"
#include "kernel/include/errno.h"
#include "kernel/include/signal.h"

#define STACK_BASE 0x7fff0000ull
#define STACK_BYTES 16384u
#define STACK_TOP (STACK_BASE + STACK_BYTES)

/* From the handler's SP. */
#define AT_UC 128
#define AT_STACK 144
#define AT_SIGMASK 168
#define AT_FAULT_ADDRESS 304
#define AT_REGS 312
#define AT_SP 560
#define AT_PC 568
#define AT_PSTATE 576
#define AT_RECORDS 592
#define AT_FPSR (AT_RECORDS + 8)
#define AT_FPCR (AT_RECORDS + 12)
#define AT_V (AT_RECORDS + 16)
#define AT_AFTER_FP (AT_RECORDS + 0x210)
#define FRAME_TOTAL 4688

#define FPSIMD_MAGIC 0x46508001u
#define ESR_MAGIC 0x45535201u

static uint8_t stack[STACK_BYTES];
static uint64_t fault_at; /* user address that faults; 0: none */
static struct trap_frame frame;
static struct ksiginfo info;
static struct sigaction_k action;
static struct sigaltstack_k altstack; /* what sigframe_pop() gave back last */

/* Here no part of a frame is ever in the CPU. */
void frame_sync(struct trap_frame *f)
{
    (void)f;
}

void frame_edit(struct trap_frame *f)
{
    (void)f;
}

static int user_range(vaddr_t at, size_t len)
{
    if (at < STACK_BASE || at > STACK_TOP || len > STACK_TOP - at)
        return -EFAULT;
    return fault_at >= at && fault_at < at + len ? -EFAULT : 0;
}

int copy_from_user(void *dst, vaddr_t src, size_t len)
{
    if (user_range(src, len))
        return -EFAULT;
    memcpy(dst, stack + (src - STACK_BASE), len);
    return 0;
}

int copy_to_user(vaddr_t dst, const void *src, size_t len)
{
    if (user_range(dst, len))
        return -EFAULT;
    memcpy(stack + (dst - STACK_BASE), src, len);
    return 0;
}

static uint64_t get64(vaddr_t at)
{
    uint64_t v;

    assert_int_equal(copy_from_user(&v, at, sizeof(v)), 0);
    return v;
}

static uint32_t get32(vaddr_t at)
{
    uint32_t v;

    assert_int_equal(copy_from_user(&v, at, sizeof(v)), 0);
    return v;
}

static void set32(vaddr_t at, uint32_t v)
{
    assert_int_equal(copy_to_user(at, &v, sizeof(v)), 0);
}

static int setup(void **state)
{
    (void)state;
    memset(stack, 0xee, sizeof(stack));
    memset(&frame, 0, sizeof(frame));
    fault_at = 0;
    for (unsigned i = 0; i < 31; i++)
        frame.x[i] = 0x1000 + i;
    for (unsigned i = 0; i < 32; i++) {
        frame.v[i].low = 0x2000 + i;
        frame.v[i].high = 0x3000 + i;
    }
    frame.sp = STACK_TOP - 100;
    frame.pc = 0x400100;
    frame.pstate = 0x60000000;
    frame.fpsr = 0x08000001;
    frame.fpcr = 0x00c00000;
    frame.tpidr = 0x5555;
    info = (struct ksiginfo){.signo = 10, .code = -6};
    action = (struct sigaction_k){.handler = 0x400800, .flags = SA_SIGINFO};
    return 0;
}

static int push(void)
{
    const struct sigaltstack_k none = {.flags = SS_DISABLE};

    return sigframe_push(&frame, &info, &action, 0x1234, &none, false);
}

static void test_refuses_what_linux_refuses(void **state)
{
    static const struct {
        int at;
        uint32_t value;
    } damage[] = {
        {AT_PSTATE, 0x60000005},     /* EL1h */
        {AT_PSTATE, 0x60000010},     /* AArch32 */
        {AT_PSTATE, 0x60000080},     /* IRQ masked */
        {AT_PSTATE, 0x60000200},     /* debug masked */
        {AT_RECORDS, 0x12345678},    /* unknown record */
        {AT_RECORDS, 0},             /* no FP state, and a terminator with a size */
        {AT_RECORDS + 4, 0x200},     /* FP record of another size */
        {AT_RECORDS + 4, 0x218},
        {AT_RECORDS + 4, 0xfffffff0},
        {AT_AFTER_FP, FPSIMD_MAGIC}, /* twice */
        {AT_AFTER_FP, ESR_MAGIC},    /* of size 0: would never end */
    };
    uint64_t mask;

    (void)state;
    for (unsigned i = 0; i < sizeof(damage) / sizeof(damage[0]); i++) {
        setup(NULL);
        assert_int_equal(push(), 0);
        set32(frame.sp + (uint64_t)damage[i].at, damage[i].value);
        struct trap_frame before = frame;

        assert_int_equal(sigframe_pop(&frame, &mask, &altstack), -EFAULT);
        /*
         * As on Linux, the general registers are the frame's by now; what EL0 may not have is not.
         */
        assert_int_equal(frame.pstate & ~0xf0000000ull, 0);
        assert_memory_equal(&frame.tpidr, &before.tpidr,
                            sizeof(frame) - offsetof(struct trap_frame, tpidr));
    }
}

static void test_refuses_misaligned_and_absent(void **state)
{
    uint64_t mask;

    (void)state;
    assert_int_equal(push(), 0);
    frame.sp += 8;
    assert_int_equal(sigframe_pop(&frame, &mask, &altstack), -EFAULT);
    frame.sp = STACK_TOP;
    assert_int_equal(sigframe_pop(&frame, &mask, &altstack), -EFAULT);
    frame.sp = 0;
    assert_int_equal(sigframe_pop(&frame, &mask, &altstack), -EFAULT);
}

/* A record that does not end: each is 16 bytes and known, to the end of the reserved room. */
static void test_refuses_list_without_end(void **state)
{
    uint64_t mask;

    (void)state;
    assert_int_equal(push(), 0);
    for (vaddr_t at = frame.sp + AT_AFTER_FP; at < frame.sp + FRAME_TOTAL; at += 16) {
        set32(at, ESR_MAGIC);
        set32(at + 4, 16);
    }
    assert_int_equal(sigframe_pop(&frame, &mask, &altstack), -EFAULT);
}

static void test_push_to_bad_stack_changes_nothing(void **state)
{
    struct trap_frame before;

    (void)state;
    before = frame;
    frame.fault_syndrome = before.fault_syndrome = 1;
    for (vaddr_t at = STACK_TOP - 100 - FRAME_TOTAL - 32; at < STACK_TOP - 100; at += 4) {
        fault_at = at;
        if (push())
            assert_memory_equal(&frame, &before, sizeof(frame));
        frame = before;
    }
    fault_at = 0;
    frame.sp = before.sp = 64; /* the frame would wrap below 0 */
    assert_int_equal(push(), -EFAULT);
    assert_memory_equal(&frame, &before, sizeof(frame));
}

static void test_frame_bytes(void **state)
{
    struct trap_frame old = frame;

    (void)state;
    frame.fault_address = 0x77;
    assert_int_equal(push(), 0);
    vaddr_t sp = frame.sp, record = (old.sp - 16) & ~15ull;

    assert_int_equal(sp, record - FRAME_TOTAL);
    assert_int_equal(sp % 16, 0);
    assert_int_equal(get32(sp), 10);
    assert_int_equal((int32_t)get32(sp + 8), -6);
    assert_int_equal(get64(sp + AT_UC), 0);
    assert_int_equal(get64(sp + AT_UC + 8), 0);
    assert_int_equal(get32(sp + AT_STACK + 8), SS_DISABLE);
    assert_int_equal(get64(sp + AT_SIGMASK), 0x1234);
    assert_int_equal(get64(sp + AT_FAULT_ADDRESS), 0x77);
    for (unsigned i = 0; i < 31; i++)
        assert_int_equal(get64(sp + AT_REGS + 8 * i), 0x1000 + i);
    assert_int_equal(get64(sp + AT_SP), old.sp);
    assert_int_equal(get64(sp + AT_PC), old.pc);
    assert_int_equal(get64(sp + AT_PSTATE), old.pstate);
    assert_int_equal(get32(sp + AT_RECORDS), FPSIMD_MAGIC);
    assert_int_equal(get32(sp + AT_RECORDS + 4), 0x210);
    assert_int_equal(get32(sp + AT_FPSR), old.fpsr);
    assert_int_equal(get32(sp + AT_FPCR), old.fpcr);
    for (unsigned i = 0; i < 32; i++) {
        assert_int_equal(get64(sp + AT_V + 16 * i), 0x2000 + i);
        assert_int_equal(get64(sp + AT_V + 16 * i + 8), 0x3000 + i);
    }
    assert_int_equal(get64(sp + AT_AFTER_FP), 0); /* no fault: no syndrome record */
    assert_int_equal(get64(record), old.x[29]);
    assert_int_equal(get64(record + 8), old.x[30]);
}

static void test_handler_registers(void **state)
{
    (void)state;
    assert_int_equal(push(), 0);
    assert_int_equal(frame.x[0], 10);
    assert_int_equal(frame.x[1], frame.sp);
    assert_int_equal(frame.x[2], frame.sp + AT_UC);
    assert_int_equal(frame.x[3], 0x1003);
    assert_int_equal(frame.x[29], frame.sp + FRAME_TOTAL);
    assert_int_equal(frame.x[30], USER_SIGRETURN);
    assert_int_equal(frame.pc, 0x400800);

    setup(NULL);
    action.flags = SA_RESTORER;
    action.restorer = 0x400900;
    assert_int_equal(push(), 0);
    assert_int_equal(frame.x[1], 0x1001); /* not SA_SIGINFO: left alone */
    assert_int_equal(frame.x[2], 0x1002);
    assert_int_equal(frame.x[30], 0x400900);
}

static void test_syndrome_record(void **state)
{
    (void)state;
    frame.fault_syndrome = 0x92000046;
    assert_int_equal(push(), 0);
    assert_int_equal(get32(frame.sp + AT_AFTER_FP), ESR_MAGIC);
    assert_int_equal(get32(frame.sp + AT_AFTER_FP + 4), 16);
    assert_int_equal(get64(frame.sp + AT_AFTER_FP + 8), 0x92000046);
    assert_int_equal(get64(frame.sp + AT_AFTER_FP + 16), 0);
}

static void test_altstack(void **state)
{
    const struct sigaltstack_k own = {.sp = STACK_BASE, .size = STACK_BYTES};

    (void)state;
    frame.sp = 0x1000;
    assert_int_equal(sigframe_push(&frame, &info, &action, 0, &own, true), 0);
    assert_int_equal(frame.sp, STACK_TOP - 16 - FRAME_TOTAL);
    assert_int_equal(get64(frame.sp + AT_STACK), STACK_BASE);
    assert_int_equal(get64(frame.sp + AT_STACK + 16), STACK_BYTES);
    assert_int_equal(get64(frame.sp + AT_SP), 0x1000);
}

static void test_round_trip(void **state)
{
    struct trap_frame old;
    uint64_t mask = 0;

    (void)state;
    frame.fault_syndrome = 0x92000046;
    old = frame;
    assert_int_equal(push(), 0);
    memset(frame.x, 0xaa, sizeof(frame.x));
    memset(frame.v, 0xaa, sizeof(frame.v));
    frame.fpsr = frame.fpcr = frame.pstate = 0;
    assert_int_equal(sigframe_pop(&frame, &mask, &altstack), 0);
    assert_memory_equal(&frame, &old, sizeof(frame));
    assert_int_equal(mask, 0x1234);
    assert_int_equal(altstack.flags, SS_DISABLE);
}

static void test_changes_by_the_handler(void **state)
{
    uint64_t mask;

    (void)state;
    assert_int_equal(push(), 0);
    set32(frame.sp + AT_REGS + 8 * 20, 0xabcd);
    set32(frame.sp + AT_V + 16 * 9, 0x99);
    set32(frame.sp + AT_PSTATE, 0xb0000000 | 1u << 21 | 1u << 12); /* SS, SSBS: not the user's */
    set32(frame.sp + AT_SIGMASK, 0x40);
    assert_int_equal(sigframe_pop(&frame, &mask, &altstack), 0);
    assert_int_equal(frame.x[20], 0xabcd);
    assert_int_equal(frame.v[9].low, 0x99);
    assert_int_equal(frame.pstate, 0xb0000000);
    assert_int_equal(mask, 0x40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_refuses_what_linux_refuses, setup),
        cmocka_unit_test_setup(test_refuses_misaligned_and_absent, setup),
        cmocka_unit_test_setup(test_refuses_list_without_end, setup),
        cmocka_unit_test_setup(test_push_to_bad_stack_changes_nothing, setup),
        cmocka_unit_test_setup(test_frame_bytes, setup),
        cmocka_unit_test_setup(test_handler_registers, setup),
        cmocka_unit_test_setup(test_syndrome_record, setup),
        cmocka_unit_test_setup(test_altstack, setup),
        cmocka_unit_test_setup(test_round_trip, setup),
        cmocka_unit_test_setup(test_changes_by_the_handler, setup),
    };

    return cmocka_run_group_tests_name("kernel_arm64.signal", tests, NULL, NULL);
}
