/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One exception per piece of guest/traps.S: number, vector, ESR, FAR, ELR, SPSR,
 * both stack pointers, PSTATE and the registers that must not change.
 *
 * Each piece runs where it is wanted: EL0, EL1 on SP_EL1 and EL1 on SP_EL0.
 */
#include "tests/cpu/arm64/harness.h"

#define USER_CODE   0x40200100u
#define KERNEL_CODE 0x40050000u
#define USER_STACK  0x40500000u
#define SP0         0x40510000u
#define SP1         0x40060000u
#define NO_FAR      0x5555000000000000ull /* what FAR holds before */
#define FLAGS       0x60000000u

#define PAGE(i)   (0x40600000u + 0x1000u * (i))
#define USER_RW   PAGE(0)
#define NOTHING   PAGE(1)
#define READ_ONLY PAGE(2)
#define EL1_ONLY  PAGE(3)
#define HOLE      PAGE(4)
#define UART_USER PAGE(5)
#define NO_AF     PAGE(7)
#define HOLE_EXEC PAGE(8)

enum where { EL0, EL1H, EL1T };

struct expect {
    const char *name; /* of the piece */
    enum where where;
    uint64_t x0;
    uint32_t esr;
    uint64_t far; /* 0: FAR is not written */
    int elr;      /* bytes from the trapping instruction; ELR_IS_X0 */
    enum cpu_trap_kind kind;
};

#define ELR_IS_X0 1
#define UNDEF     0x02000000u
#define SYSTEM    (0x18u << 26 | 1u << 25)
/* ISS of EC 0x18: Op0 21:20, Op2 19:17, Op1 16:14, CRn 13:10, Rt 9:5, CRm 4:1, read 0 */
#define ISS(op0, op1, crn, crm, op2, rt, read)                                                     \
    (SYSTEM | (op0) << 20 | (op2) << 17 | (op1) << 14 | (crn) << 10 | (rt) << 5 | (crm) << 1 |     \
     (read))
#define DATA0 0x92000000u
#define DATA1 0x96000000u
#define WNR   0x40u
#define INSN0 0x82000000u
#define INSN1 0x86000000u
#define FP    0x1fe00000u

static const struct expect expect[] = {
    {"svc", EL0, 0, 0x56001234, 0, 4, CPU_TRAP_SYSCALL},
    {"svc", EL1H, 0, 0x56001234, 0, 4, CPU_TRAP_SYSCALL},
    {"svc", EL1T, 0, 0x56001234, 0, 4, CPU_TRAP_SYSCALL},
    {"brk", EL0, 0, 0xf200f00d, 0, 0, CPU_TRAP_SYNC},
    {"brk", EL1H, 0, 0xf200f00d, 0, 0, CPU_TRAP_SYNC},
    {"brk", EL1T, 0, 0xf200f00d, 0, 0, CPU_TRAP_SYNC},
    {"udf", EL0, 0, UNDEF, 0, 0, CPU_TRAP_SYNC},
    {"udf", EL1H, 0, UNDEF, 0, 0, CPU_TRAP_SYNC},
    {"smc", EL0, 0, UNDEF, 0, 0, CPU_TRAP_SYNC},
    {"smc", EL1H, 0, UNDEF, 0, 0, CPU_TRAP_SYNC},
    {"hvc_user", EL0, 0, UNDEF, 0, 0, CPU_TRAP_SYNC},
    {"eret_user", EL0, 0, UNDEF, 0, 0, CPU_TRAP_SYNC},
    {"undefined_msr", EL0, 0, UNDEF, 0, 0, CPU_TRAP_SYNC},
    {"undefined_msr", EL1H, 0, UNDEF, 0, 0, CPU_TRAP_SYNC},
    {"mrs_privileged", EL0, 0, UNDEF, 0, 0, CPU_TRAP_SYNC},
    {"msr_privileged", EL0, 0, UNDEF, 0, 0, CPU_TRAP_SYNC},
    {"tlbi_user", EL0, 0, UNDEF, 0, 0, CPU_TRAP_SYNC},
    {"daifset_user", EL0, 0, ISS(0u, 3u, 4u, 2u, 6u, 31u, 0u), 0, 0, CPU_TRAP_SYNC},
    {"daifclr_user", EL0, 0, ISS(0u, 3u, 4u, 15u, 7u, 31u, 0u), 0, 0, CPU_TRAP_SYNC},
    {"mrs_daif_user", EL0, 0, ISS(3u, 3u, 4u, 2u, 1u, 5u, 1u), 0, 0, CPU_TRAP_SYNC},
    {"msr_daif_user", EL0, 0, ISS(3u, 3u, 4u, 2u, 1u, 5u, 0u), 0, 0, CPU_TRAP_SYNC},
    {"spsel_user", EL0, 0, UNDEF, 0, 0, CPU_TRAP_SYNC},
    {"ctr_user", EL0, 0, ISS(3u, 3u, 0u, 0u, 1u, 1u, 1u), 0, 0, CPU_TRAP_SYNC},
    {"dczva_user", EL0, USER_RW, ISS(1u, 3u, 7u, 4u, 1u, 0u, 0u), 0, 0, CPU_TRAP_SYNC},
    {"cvau_user", EL0, USER_RW, ISS(1u, 3u, 7u, 11u, 1u, 0u, 0u), 0, 0, CPU_TRAP_SYNC},
    {"wfi_user", EL0, 0, 0x07e00000, 0, 0, CPU_TRAP_SYNC},
    {"counter_user", EL0, 0, ISS(3u, 3u, 14u, 0u, 2u, 2u, 1u), 0, 0, CPU_TRAP_SYNC},
    {"pcounter_user", EL0, 0, ISS(3u, 3u, 14u, 0u, 1u, 2u, 1u), 0, 0, CPU_TRAP_SYNC},
    {"vtimer_user", EL0, 0, ISS(3u, 3u, 14u, 3u, 1u, 2u, 0u), 0, 0, CPU_TRAP_SYNC},
    {"ptimer_user", EL0, 0, ISS(3u, 3u, 14u, 2u, 2u, 2u, 1u), 0, 0, CPU_TRAP_SYNC},
    {"frequency_user", EL0, 0, ISS(3u, 3u, 14u, 0u, 0u, 2u, 1u), 0, 0, CPU_TRAP_SYNC},
    /* Data aborts: translation, permission, access flag, alignment, external. */
    {"load", EL0, NOTHING + 8, DATA0 | 0x07, NOTHING + 8, 0, CPU_TRAP_SYNC},
    {"load", EL1H, NOTHING + 8, DATA1 | 0x07, NOTHING + 8, 0, CPU_TRAP_SYNC},
    {"load", EL1T, NOTHING + 8, DATA1 | 0x07, NOTHING + 8, 0, CPU_TRAP_SYNC},
    {"store", EL0, NOTHING + 8, DATA0 | WNR | 0x07, NOTHING + 8, 0, CPU_TRAP_SYNC},
    {"load", EL0, 0x40a01238, DATA0 | 0x06, 0x40a01238, 0, CPU_TRAP_SYNC},
    {"load", EL0, 0x7f00000000, DATA0 | 0x05, 0x7f00000000, 0, CPU_TRAP_SYNC},
    {"load", EL1H, 0x1000000000000, DATA1 | 0x04, 0x1000000000000, 0, CPU_TRAP_SYNC},
    {"load", EL1H, 0xffffffc000000000, DATA1 | 0x04, 0xffffffc000000000, 0, CPU_TRAP_SYNC},
    {"store", EL0, READ_ONLY + 16, DATA0 | WNR | 0x0f, READ_ONLY + 16, 0, CPU_TRAP_SYNC},
    {"store", EL1H, READ_ONLY + 16, DATA1 | WNR | 0x0f, READ_ONLY + 16, 0, CPU_TRAP_SYNC},
    {"load", EL0, EL1_ONLY, DATA0 | 0x0f, EL1_ONLY, 0, CPU_TRAP_SYNC},
    {"load", EL0, 0x40800000, DATA0 | 0x0e, 0x40800000, 0, CPU_TRAP_SYNC},
    {"load", EL0, NO_AF, DATA0 | 0x0b, NO_AF, 0, CPU_TRAP_SYNC},
    {"load", EL1H, 0x40c00000, DATA1 | 0x0a, 0x40c00000, 0, CPU_TRAP_SYNC},
    {"load", EL0, NOTHING - 4, DATA0 | 0x07, NOTHING, 0, CPU_TRAP_SYNC},
    {"load_pair", EL0, NOTHING - 8, DATA0 | 0x07, NOTHING, 0, CPU_TRAP_SYNC},
    {"store_vector", EL0, NOTHING, DATA0 | WNR | 0x07, NOTHING, 0, CPU_TRAP_SYNC},
    {"atomic", EL0, USER_RW + 1, DATA0 | 0x21, USER_RW + 1, 0, CPU_TRAP_SYNC},
    {"load", EL0, HOLE + 24, DATA0 | 0x10, HOLE + 24, 0, CPU_TRAP_SYNC},
    {"load", EL1H, 0x80000010, DATA1 | 0x10, 0x80000010, 0, CPU_TRAP_SYNC},
    {"store", EL1H, 0x80000010, DATA1 | WNR | 0x10, 0x80000010, 0, CPU_TRAP_SYNC},
    {"load", EL1H, 0xc0000010, DATA1 | 0x16, 0xc0000010, 0, CPU_TRAP_SYNC},
    {"load_vector", EL1H, UART_USER, DATA1 | 0x10, UART_USER, 0, CPU_TRAP_SYNC},
    /* Instruction aborts, alignment of the PC. */
    {"jump", EL0, NOTHING + 8, INSN0 | 0x07, NOTHING + 8, ELR_IS_X0, CPU_TRAP_SYNC},
    {"jump", EL0, USER_RW, INSN0 | 0x0f, USER_RW, ELR_IS_X0, CPU_TRAP_SYNC},
    {"jump", EL1H, USER_CODE, INSN1 | 0x0e, USER_CODE, ELR_IS_X0, CPU_TRAP_SYNC},
    {"jump", EL1T, 0x40a00000, INSN1 | 0x06, 0x40a00000, ELR_IS_X0, CPU_TRAP_SYNC},
    {"jump", EL0, HOLE_EXEC + 4, INSN0 | 0x10, HOLE_EXEC + 4, ELR_IS_X0, CPU_TRAP_SYNC},
    {"jump", EL0, USER_CODE + 2, 0x8a000000, USER_CODE + 2, ELR_IS_X0, CPU_TRAP_SYNC},
    {"jump", EL1H, KERNEL_CODE + 1, 0x8a000000, KERNEL_CODE + 1, ELR_IS_X0, CPU_TRAP_SYNC},
    {"jump", EL0, NOTHING + 6, 0x8a000000, NOTHING + 6, ELR_IS_X0, CPU_TRAP_SYNC},
};

/* What traps by CPACR_EL1.FPEN, and where. */
static const struct expect fp[] = {
    {"add_vector", EL0, 0, FP, 0, 0, CPU_TRAP_SYNC},
    {"add_vector", EL1H, 0, FP, 0, 0, CPU_TRAP_SYNC},
    {"move_vector", EL0, 0, FP, 0, 0, CPU_TRAP_SYNC},
    {"load_vector", EL0, NOTHING, FP, 0, 0, CPU_TRAP_SYNC}, /* before the abort */
    {"store_vector", EL0, USER_RW, FP, 0, 0, CPU_TRAP_SYNC},
    {"read_fpcr", EL0, 0, FP, 0, 0, CPU_TRAP_SYNC},
    {"wide_sha", EL0, 0, FP, 0, 0, CPU_TRAP_SYNC},
};

struct piece {
    uint64_t start, fault, end;
};

static struct piece find_piece(struct machine *m, const char *name)
{
    /* The order of guest/traps.S. */
    static const char *const names[] = {
        "svc", "brk", "udf", "smc", "hvc_user", "eret_user", "undefined_msr", "mrs_privileged",
        "msr_privileged", "tlbi_user", "daifset_user", "daifclr_user", "mrs_daif_user",
        "msr_daif_user", "spsel_user", "ctr_user", "dczva_user", "cvau_user", "wfi_user",
        "wfe_user", "counter_user", "pcounter_user", "vtimer_user", "ptimer_user",
        "frequency_user", "load", "load_pair", "store", "store_vector", "atomic", "jump",
        "add_vector", "move_vector", "load_vector", "read_fpcr", "crc", "wide_sha",
    };
    uint64_t table = machine_word(m, IMAGE_BASE + 16);

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (!strcmp(names[i], name))
            return (struct piece){machine_word(m, table + 24 * i),
                                  machine_word(m, table + 24 * i + 8),
                                  machine_word(m, table + 24 * i + 16)};
    fail_msg("no piece %s", name);
    return (struct piece){0};
}

static uint64_t pstate_of(enum where where)
{
    switch (where) {
    case EL0:
        return FLAGS;
    case EL1H:
        return FLAGS | PSTATE_DAIF | 5;
    default:
        return FLAGS | PSTATE_DAIF | 4;
    }
}

/* Put the piece of `e` in place and the machine in front of it. */
static vaddr_t place(struct machine *m, const struct expect *e)
{
    struct piece piece = find_piece(m, e->name);
    uint64_t at = e->where == EL0 ? USER_CODE : KERNEL_CODE;
    uint8_t code[64];

    if (piece.end - piece.start > sizeof(code))
        fail_msg("%s: piece 0x%llx-0x%llx", e->name, (unsigned long long)piece.start,
                 (unsigned long long)piece.end);
    assert_int_equal(arm64_phys_read(&m->a, piece.start, code, piece.end - piece.start), 0);
    assert_int_equal(arm64_phys_write(&m->a, at, code, piece.end - piece.start), 0);
    machine_set(m, ARM64_PSTATE, pstate_of(e->where));
    machine_set(m, ARM64_SP_EL0, e->where == EL0 ? USER_STACK : SP0);
    machine_set(m, ARM64_SP_EL1, SP1);
    for (int i = 0; i < 31; i++)
        machine_set(m, ARM64_X0 + i, 0x1010101010101010ull + (uint64_t)i);
    machine_set(m, ARM64_X0, e->x0);
    machine_set(m, machine_reg_id("far_el1"), NO_FAR);
    machine_set(m, ARM64_PC, at);
    return at + (piece.fault - piece.start);
}

#define CHECK(name, what, got, want)                                                               \
    do {                                                                                           \
        uint64_t got_ = (got), want_ = (want);                                                     \
        if (got_ != want_)                                                                         \
            fail_msg("%s: %s is 0x%llx, not 0x%llx", name, what, (unsigned long long)got_,         \
                     (unsigned long long)want_);                                                   \
    } while (0)

static void check_state(struct machine *m, const struct expect *e, vaddr_t elr)
{
    uint32_t vector = e->where == EL0 ? 0x400 : e->where == EL1H ? 0x200 : 0;

    CHECK(e->name, "vector", m->trap[0].vector, vector);
    CHECK(e->name, "kind", m->trap[0].kind, e->kind);
    CHECK(e->name, "from_user", m->trap[0].from_user, e->where == EL0);
    CHECK(e->name, "PC", arm64_pc(&m->a), machine_named(m, "vbar_el1") + vector);
    CHECK(e->name, "ESR", machine_named(m, "esr_el1"), e->esr);
    CHECK(e->name, "syndrome reported", m->trap[0].syndrome, e->esr);
    CHECK(e->name, "FAR", machine_named(m, "far_el1"), e->far ? e->far : NO_FAR);
    CHECK(e->name, "address reported", m->trap[0].addr, e->far);
    CHECK(e->name, "ELR", machine_named(m, "elr_el1"), elr);
    CHECK(e->name, "PC reported", m->trap[0].pc, elr);
    CHECK(e->name, "SPSR", machine_named(m, "spsr_el1"), pstate_of(e->where));
    CHECK(e->name, "PSTATE", machine_reg(m, ARM64_PSTATE), FLAGS | 0x3c5);
    CHECK(e->name, "SP", machine_reg(m, ARM64_SP), SP1);
    CHECK(e->name, "SP_EL0", machine_reg(m, ARM64_SP_EL0), e->where == EL0 ? USER_STACK : SP0);
    CHECK(e->name, "SP_EL1", machine_reg(m, ARM64_SP_EL1), SP1);
    CHECK(e->name, "x0", machine_reg(m, ARM64_X0), e->x0);
    for (int i = 1; i < 31; i++)
        CHECK(e->name, "a register", machine_reg(m, ARM64_X0 + i),
              0x1010101010101010ull + (uint64_t)i);
}

static void run_piece(struct machine *m, const struct expect *e, bool single_step)
{
    vaddr_t fault = place(m, e), at = arm64_pc(&m->a);
    insn_t start = m->a.count.n;
    /* SVC and its entry are one tick. */
    unsigned retired = (unsigned)(fault - at) / 4 + (e->elr == ELR_IS_X0);
    struct cpu_stop stop;

    m->traps = 0;
    m->stop_at_trap = true;
    do
        stop = machine_run(m, single_step ? m->a.count.n + 1 : start + 100);
    while (stop.reason == CPU_STOP_TARGET && m->a.count.n < start + 100 && !m->traps);
    if (!m->traps)
        fail_msg("%s: no exception", e->name);
    CHECK(e->name, "number", m->a.count.n, start + retired + 1);
    CHECK(e->name, "number reported", m->trap[0].n, start + retired + 1);
    check_state(m, e, e->elr == ELR_IS_X0 ? e->x0 : fault + (unsigned)e->elr);
    if (stop.reason == CPU_STOP_TARGET)
        stop = machine_run(m, UINT64_MAX);
    CHECK(e->name, "stop", stop.reason, CPU_STOP_REQUESTED);
}

static void run_all(const struct expect *e, size_t count, uint64_t cpacr)
{
    struct machine *m = machine_open("traps");

    machine_ready(m);
    machine_set(m, machine_reg_id("cpacr_el1"), cpacr);
    for (size_t i = 0; i < count; i++) {
        run_piece(m, &e[i], false);
        run_piece(m, &e[i], true);
    }
    machine_close(m);
}

static void test_traps_every_class(void **state)
{
    (void)state;
    run_all(expect, ARRAY_LEN(expect), 3 << 20);
}

/* CPACR_EL1.FPEN 0 and 2 trap at both levels. */
static void test_traps_fp_by_fpen(void **state)
{
    (void)state;
    run_all(fp, ARRAY_LEN(fp), 0);
    run_all(fp, ARRAY_LEN(fp), 2 << 20);
}

/* FPEN 1 traps at EL0 only; FPEN 3 nowhere; what is not FP never traps. */
static void test_traps_fp_where_it_is_allowed(void **state)
{
    static const struct expect pass[] = {
        {"add_vector", EL1H, 0, 0, 0, 0, CPU_TRAP_SYNC},
        {"crc", EL1H, 0, 0, 0, 0, CPU_TRAP_SYNC},
        {"crc", EL0, 0, 0, 0, 0, CPU_TRAP_SYNC},
    };
    static const struct expect user = {"add_vector", EL0, 0, FP, 0, 0, CPU_TRAP_SYNC};
    struct machine *m = machine_open("traps");

    (void)state;
    machine_ready(m);
    machine_set(m, machine_reg_id("cpacr_el1"), 1 << 20);
    for (size_t i = 0; i < ARRAY_LEN(pass); i++) {
        vaddr_t at = place(m, &pass[i]);
        machine_run(m, m->a.count.n + 3);
        assert_int_equal(m->traps, 0);
        assert_int_equal(arm64_pc(&m->a), at + 8);
    }
    run_piece(m, &user, false);
    machine_close(m);
}

/* A write to CPACR_EL1 holds for the next instruction (an ISB follows in real code). */
static void test_traps_fp_switched_off_by_the_guest(void **state)
{
    /* fmov d0, x1; msr cpacr_el1, x0; isb; fmov d0, x1 */
    static const uint32_t code[] = {0x9e670020, 0xd5181040, 0xd5033fdf, 0x9e670020};
    struct machine *m = machine_open("traps");
    insn_t start;

    (void)state;
    machine_ready(m);
    machine_code(m, KERNEL_CODE, code, ARRAY_LEN(code));
    machine_set(m, ARM64_X0, 0);
    machine_set(m, ARM64_PC, KERNEL_CODE);
    m->stop_at_trap = true;
    start = m->a.count.n;
    machine_run(m, start + 100);
    assert_int_equal(m->a.count.n, start + 4);
    assert_int_equal(m->trap[0].syndrome, FP);
    assert_int_equal(m->trap[0].pc, KERNEL_CODE + 12);
    machine_close(m);
}

/* MDSCR_EL1.SS and SPSR.SS: one instruction at EL0, then EC 0x32 (DDI 0487, D2.11). */
static void test_traps_software_step(void **state)
{
    static const uint32_t nops[] = {0xd503201f, 0xd503201f}, eret = 0xd69f03e0;
    struct machine *m = machine_open("traps");
    insn_t start;

    (void)state;
    machine_ready(m);
    machine_code(m, KERNEL_CODE, &eret, 1);
    machine_code(m, USER_CODE, nops, 2);
    machine_set(m, machine_reg_id("mdscr_el1"), 1);
    machine_set(m, machine_reg_id("spsr_el1"), PSTATE_SS);
    machine_set(m, machine_reg_id("elr_el1"), USER_CODE);
    machine_set(m, ARM64_PC, KERNEL_CODE);
    m->stop_at_trap = true;
    start = m->a.count.n;
    machine_run(m, start + 100);
    assert_int_equal(m->traps, 1);
    assert_int_equal(m->trap[0].syndrome, 0xcb000022 /* ISV, not an exclusive load */);
    assert_int_equal(m->trap[0].pc, USER_CODE + 4);
    assert_int_equal(m->a.count.n, start + 3);
    machine_close(m);
}

/* To AArch32, to EL2, to no mode at all, with IL: D1.4.5, "Illegal return events". */
static void test_traps_illegal_returns(void **state)
{
    static const uint32_t mode[] = {0x10, 0x30, 0x13, 0x9, 0xd, 0x1, 0x7, PSTATE_IL | 0x5};
    static const uint32_t code[] = {0xd5184000, 0xd69f03e0}; /* msr spsr_el1, x0; eret */

    (void)state;
    for (unsigned i = 0; i < 2 * ARRAY_LEN(mode); i++) {
        struct machine *m = machine_open("traps");
        insn_t start;

        machine_ready(m);
        machine_code(m, KERNEL_CODE, code, 2);
        machine_set(m, ARM64_X0, mode[i / 2] | FLAGS | PSTATE_F);
        machine_set(m, machine_reg_id("elr_el1"), KERNEL_CODE + 0x100);
        machine_set(m, ARM64_PC, KERNEL_CODE);
        m->stop_at_trap = true;
        start = m->a.count.n;
        while (i % 2 && m->a.count.n < start + 2) /* one by one, the other time */
            machine_run(m, m->a.count.n + 1);
        machine_run(m, start + 100);
        assert_int_equal(m->a.count.n, start + 3);
        assert_int_equal(m->trap[0].vector, 0x200);
        assert_int_equal(m->trap[0].syndrome, 0x3a000000);
        assert_int_equal(m->trap[0].pc, KERNEL_CODE + 0x100);
        assert_int_equal(arm64_sysreg(&m->a, SYS_SPSR), FLAGS | PSTATE_F | PSTATE_IL | PSTATE_EL1H);
        assert_int_equal(arm64_pstate(&m->a), FLAGS | PSTATE_DAIF | PSTATE_EL1H);
        machine_close(m);
    }
}

/* A vector that cannot be fetched ends the machine rather than the host's patience. */
static void test_traps_unfetchable_vector_is_a_shutdown(void **state)
{
    struct machine *m = machine_open("traps");

    (void)state;
    machine_ready(m);
    machine_set(m, machine_reg_id("vbar_el1"), 0x40a00000);
    machine_set(m, ARM64_PC, NOTHING);
    assert_int_equal(machine_run(m, 1000000).reason, CPU_STOP_SHUTDOWN);
    machine_close(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_traps_every_class),
        cmocka_unit_test(test_traps_fp_by_fpen),
        cmocka_unit_test(test_traps_fp_where_it_is_allowed),
        cmocka_unit_test(test_traps_fp_switched_off_by_the_guest),
        cmocka_unit_test(test_traps_software_step),
        cmocka_unit_test(test_traps_illegal_returns),
        cmocka_unit_test(test_traps_unfetchable_vector_is_a_shutdown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
