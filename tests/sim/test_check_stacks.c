/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The check stack's rules about switches (switched.h) on blocks made by hand, and the operands by
 * which the check race goes (touch.h).
 */
#include "tests/sim/check_kit.h"

#include "sim/check/switched.h"
#include "sim/check/touch.h"

#define CALLER 0xffff000000001000ull /* 16 bytes that end in a call of */
#define SWITCH 0xffff000000002000ull /* the function that switches */
#define OTHER  0xffff000000003000ull
#define LOW    0xffff000001000000ull /* the two stacks, 16 KiB each */
#define TOP_A  (LOW + 0x4000)
#define TOP_B  (LOW + 0x8000)
#define SP_A   (TOP_A - 0x300)
#define SP_B   (TOP_B - 0x400)
#define DEEP_A (TOP_A - 0x900) /* too deep to be a thread's beginning */

static uint8_t stacks[0x8000];

struct cpu_and_check {
    struct cpu *cpu;
    bool arm;
    struct switched *check;
    struct findings *all;
    insn_t n;
};

static struct cpu_and_check *stacks_open(enum arch arch)
{
    static const char *const arm[] = {"x19", "x20", "x21", "x22", "x23", "x24",
                                      "x25", "x26", "x27", "x28", "x29", "x30"};
    static const char *const x86[] = {"rbx", "rbp", "r12", "r13", "r14", "r15"};
    static struct cpu_and_check k;

    k = (struct cpu_and_check){.cpu = check_cpu(arch), .arm = arch == ARCH_ARM64, .n = 1000};
    for (unsigned i = 0; i < (k.arm ? ARRAY_LEN(arm) : ARRAY_LEN(x86)); i++)
        check_named(k.arm ? arm[i] : x86[i], 0x1000 + i);
    memset(stacks, 0, sizeof(stacks));
    check_memory(LOW, stacks, sizeof(stacks));
    k.all = check_findings();
    k.check = switched_create(k.cpu, k.all, NULL);
    assert_non_null(k.check);
    return &k;
}

static void stacks_close(struct cpu_and_check *k)
{
    switched_destroy(k->check);
    cpu_destroy(k->cpu);
}

static void block(struct cpu_and_check *k, vaddr_t pc, uint32_t bytes, vaddr_t sp, vaddr_t top)
{
    check_sp(k->cpu, sp);
    switched_block(k->check, k->n, pc, bytes, sp, top);
    k->n += bytes / 4;
}

/* A thread enters the kernel; its trap has this number. */
static void enter(struct cpu_and_check *k, vaddr_t top)
{
    struct cpu_trap trap = {.n = k->n++, .kind = CPU_TRAP_SYSCALL, .from_user = true,
                            .pc = 0x400000 + top % 0x10000};

    switched_entry(k->check, top, &trap);
}

/* The caller runs, and calls the function that switches. */
static void call_switch(struct cpu_and_check *k, vaddr_t sp, vaddr_t top)
{
    uint64_t ret = CALLER + 16;
    vaddr_t inside = k->arm ? sp : sp - 8;

    block(k, CALLER, 16, sp, top);
    if (k->arm)
        check_named("x30", ret);
    else
        memcpy(stacks + (inside - LOW), &ret, 8);
    block(k, SWITCH, 32, inside, top);
}

static void go_on(struct cpu_and_check *k, vaddr_t sp, vaddr_t top)
{
    block(k, CALLER + 16, 16, sp, top);
}

/* There and back once: from the second time on it is known where the kernel switches. */
static struct cpu_and_check *learned(enum arch arch)
{
    struct cpu_and_check *k = stacks_open(arch);

    enter(k, TOP_A);
    call_switch(k, DEEP_A, TOP_A);
    go_on(k, SP_B, TOP_B);
    call_switch(k, SP_B, TOP_B);
    go_on(k, DEEP_A, TOP_A);
    expect_findings(k->all, NULL);
    enter(k, TOP_A);
    return k;
}

static void test_switch_registers(void **state)
{
    static const struct {
        const char *arm, *x86, *found;
    } lost[] = {
        {NULL, NULL, NULL},
        {"x21", "r13", "is not what it was before the switch"},
        {"x29", "rbp", "is not what it was before the switch"},
        {"x30", "rax", NULL}, /* the return address; a register that a call may change */
    };

    (void)state;
    for (unsigned i = 0; i < 2 * ARRAY_LEN(lost); i++) {
        struct cpu_and_check *k = learned(i % 2 ? ARCH_X86_64 : ARCH_ARM64);
        const char *name = k->arm ? lost[i / 2].arm : lost[i / 2].x86;

        call_switch(k, SP_A, TOP_A);
        go_on(k, SP_B, TOP_B);
        call_switch(k, SP_B, TOP_B);
        if (name)
            check_named(name, 0xbad);
        go_on(k, SP_A, TOP_A);
        expect_findings(k->all, lost[i / 2].found);
        if (lost[i / 2].found) {
            assert_string_equal(k->all->list[0].value, name);
            assert_int_equal(k->all->value[0], SWITCHED_REGISTER);
            /* The trap is that of the thread that comes back. */
            assert_true(k->all->list[0].whose);
            assert_int_equal(k->all->list[0].user_pc, 0x400000 + TOP_A % 0x10000);
        }
        stacks_close(k);
    }
}

/* A frame of a kilobyte, such as Linux's random offset at system calls, is no other stack. */
static void test_switch_large_frame(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct cpu_and_check *k = learned(i % 2 ? ARCH_X86_64 : ARCH_ARM64);
        bool moves = i / 2;

        block(k, CALLER, 16, SP_A, TOP_A);
        if (k->arm)
            check_named("x30", CALLER + 16);
        block(k, OTHER, 16, k->arm ? SP_A : SP_A - 8, TOP_A);
        block(k, OTHER + 16, 16, SP_A - 0x480, TOP_A);
        check_named(k->arm ? "x21" : "r13", moves); /* as callee-saved registers do inside */
        block(k, OTHER + 32, 16, SP_A - 0x480, TOP_A);
        go_on(k, SP_A, TOP_A);
        expect_findings(k->all, NULL);
        stacks_close(k);
    }
}

/* A stack is left, and another thread begins on it. */
static void test_switch_other_thread(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct cpu_and_check *k = learned(i % 2 ? ARCH_X86_64 : ARCH_ARM64);
        bool gone_on_with = i / 2;

        call_switch(k, SP_A, TOP_A);
        go_on(k, SP_B, TOP_B);
        call_switch(k, SP_B, TOP_B);
        memset(stacks + (TOP_A - LOW) - 0x100, 7, 0x100); /* the new one's start is prepared */
        block(k, OTHER, 16, TOP_A - 0x40, TOP_A);          /* and it begins */
        expect_findings(k->all, NULL); /* whose the stack was may be gone for good */
        call_switch(k, TOP_A - 0x100, TOP_A);
        go_on(k, SP_B, TOP_B);
        call_switch(k, SP_B, TOP_B);
        go_on(k, gone_on_with ? SP_A : TOP_A - 0x100, TOP_A);
        expect_findings(k->all, gone_on_with ? "a stack is gone on with, on which another" : NULL);
        stacks_close(k);
    }
}

/* What a new thread starts from stood there already while another ran on the stack. */
static void test_switch_stack_in_use(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct cpu_and_check *k = learned(i % 2 ? ARCH_X86_64 : ARCH_ARM64);
        bool early = i / 2;

        if (early)
            memset(stacks + (TOP_A - LOW) - 0x100, 7, 0x100);
        call_switch(k, SP_A, TOP_A); /* for the last time */
        go_on(k, SP_B, TOP_B);
        if (!early)
            memset(stacks + (TOP_A - LOW) - 0x100, 7, 0x100);
        call_switch(k, SP_B, TOP_B);
        block(k, OTHER, 16, TOP_A - 0x40, TOP_A);
        expect_findings(k->all, early ? "a thread begins on a stack that another was still" : NULL);
        stacks_close(k);
    }
}

/* ---- operands ---- */

struct operand_case {
    const char *code;
    unsigned len, count;
    struct touch touch;     /* the first */
};

static void look_at(enum arch arch, const struct operand_case *list, size_t count)
{
    bool arm = arch == ARCH_ARM64;
    struct cpu *cpu = check_cpu(arch);
    csh cs;

    assert_int_equal(cs_open(arm ? CS_ARCH_ARM64 : CS_ARCH_X86, arm ? CS_MODE_ARM : CS_MODE_64,
                             &cs), CS_ERR_OK);
    cs_option(cs, CS_OPT_DETAIL, CS_OPT_ON);
    check_sp(cpu, 0x7000);
    check_named("sp", 0x7000);
    for (uint64_t i = 1; i < 4; i++)
        assert_int_equal(cpu_reg_write(cpu, (int)i, &(uint64_t){i * 0x1000}), 0); /* x1 .. x3 */
    check_named("rbx", 0x1000);
    check_named("rcx", 0x10);
    check_named("gs_base", 0x50000);
    for (size_t i = 0; i < count; i++) {
        const struct operand_case *c = &list[i];
        struct touch t[TOUCHES_MAX] = {{0}};
        cs_insn *insn;
        unsigned found;

        assert_int_equal(cs_disasm(cs, (const uint8_t *)c->code, c->len, 0x8000, 1, &insn), 1);
        found = touch_list(cpu, cs, insn, t);
        if (found != c->count || (found && (t[0].va != c->touch.va ||
                                            t[0].bytes != c->touch.bytes ||
                                            t[0].loads != c->touch.loads ||
                                            t[0].stores != c->touch.stores)))
            fail_msg("%s %s: %u operands, 0x%llx, %u bytes,%s%s", insn->mnemonic, insn->op_str,
                     found, (unsigned long long)t[0].va, t[0].bytes, t[0].loads ? " loads" : "",
                     t[0].stores ? " stores" : "");
        cs_free(insn, 1);
    }
    cs_close(&cs);
    cpu_destroy(cpu);
}

static void test_touch_arm64(void **state)
{
    static const struct operand_case list[] = {
        {"\x20\x04\x40\xf9", 4, 1, {0x1008, 8, true, false}},  /* ldr x0, [x1, #8] */
        {"\x20\x08\x40\xb9", 4, 1, {0x1008, 4, true, false}},  /* ldr w0, [x1, #8] */
        {"\x20\x00\x40\x39", 4, 1, {0x1000, 1, true, false}},  /* ldrb w0, [x1] */
        {"\x20\x00\x00\x79", 4, 1, {0x1000, 2, false, true}},  /* strh w0, [x1] */
        {"\x20\x00\x80\xb9", 4, 1, {0x1000, 4, true, false}},  /* ldrsw x0, [x1] */
        {"\x40\x04\x81\xa8", 4, 1, {0x2000, 16, false, true}}, /* stp x0, x1, [x2], #16 */
        {"\xe0\x07\xbf\xa9", 4, 1, {0x6ff0, 16, false, true}}, /* stp x0, x1, [sp, #-16]! */
        {"\x40\x04\x40\xad", 4, 1, {0x2000, 32, true, false}}, /* ldp q0, q1, [x2] */
        {"\x20\x7c\x03\xc8", 4, 1, {0x1000, 8, false, true}},  /* stxr w3, x0, [x1] */
        {"\x20\x7c\x5f\x88", 4, 1, {0x1000, 4, true, false}},  /* ldxr w0, [x1] */
        {"\x20\x68\x62\xf8", 4, 1, {0x3000, 8, true, false}},  /* ldr x0, [x1, x2] */
        {"\x20\x00\x02\x8b", 4, 0, {0}},                       /* add x0, x1, x2 */
        {"\x7f\x20\x03\xd5", 4, 0, {0}},                       /* wfi */
    };

    (void)state;
    look_at(ARCH_ARM64, list, ARRAY_LEN(list));
}

static void test_touch_x86_64(void **state)
{
    static const struct operand_case list[] = {
        {"\x48\x8b\x43\x08", 4, 1, {0x1008, 8, true, false}},         /* mov rax, [rbx + 8] */
        {"\x89\x03", 2, 1, {0x1000, 4, false, true}},                 /* mov [rbx], eax */
        {"\xc6\x03\x00", 3, 1, {0x1000, 1, false, true}},             /* mov byte [rbx], 0 */
        {"\x66\x83\x3b\x00", 4, 1, {0x1000, 2, true, false}},         /* cmp word [rbx], 0 */
        {"\x48\xff\x03", 3, 1, {0x1000, 8, true, true}},              /* inc qword [rbx] */
        {"\xf0\x48\x0f\xb1\x0b", 5, 1, {0x1000, 8, true, true}},      /* lock cmpxchg [rbx], rcx */
        {"\x48\x8b\x44\x8b\x10", 5, 1, {0x1050, 8, true, false}},     /* mov rax, [rbx + rcx*4 + 16] */
        {"\x48\x8b\x05\x10\x00\x00\x00", 7, 1, {0x8017, 8, true, false}}, /* mov rax, [rip + 16] */
        {"\x65\x48\x8b\x03", 4, 1, {0x51000, 8, true, false}},        /* mov rax, gs:[rbx] */
        {"\x48\x8d\x43\x08", 4, 0, {0}},                              /* lea rax, [rbx + 8] */
        {"\x48\x01\xd8", 3, 0, {0}},                                  /* add rax, rbx */
        {"\xf4", 1, 0, {0}},                                          /* hlt */
    };

    (void)state;
    look_at(ARCH_X86_64, list, ARRAY_LEN(list));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_switch_registers),    cmocka_unit_test(test_switch_large_frame),
        cmocka_unit_test(test_switch_other_thread), cmocka_unit_test(test_switch_stack_in_use),
        cmocka_unit_test(test_touch_arm64),         cmocka_unit_test(test_touch_x86_64),
    };

    return cmocka_run_group_tests_name("sim.check_stacks", tests, NULL, NULL);
}
