/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GDB's registers of arm64 (GDB manual, G.5.1 "AArch64 Features"). */
#include "sim/gdb_target.h"

#define X(n)   {"x" #n, "x" #n, 64, NULL, NULL, NULL}
#define V(n)   {"v" #n, "v" #n, 128, "aarch64v", NULL, NULL}
#define SYS(n) {#n, #n, 64, NULL, NULL, NULL}

static const char vector_types[] =
    "<vector id=\"v2d\" type=\"ieee_double\" count=\"2\"/>"
    "<vector id=\"v2u\" type=\"uint64\" count=\"2\"/>"
    "<vector id=\"v4f\" type=\"ieee_single\" count=\"4\"/>"
    "<vector id=\"v4u\" type=\"uint32\" count=\"4\"/>"
    "<vector id=\"v16u\" type=\"uint8\" count=\"16\"/>"
    "<union id=\"aarch64v\"><field name=\"d\" type=\"v2d\"/><field name=\"s\" type=\"v4f\"/>"
    "<field name=\"u64\" type=\"v2u\"/><field name=\"u32\" type=\"v4u\"/>"
    "<field name=\"u8\" type=\"v16u\"/><field name=\"q\" type=\"uint128\"/></union>";

static const struct gdb_reg reg[] = {
    {"x0", "x0", 64, NULL, "org.gnu.gdb.aarch64.core", NULL},
    X(1), X(2), X(3), X(4), X(5), X(6), X(7), X(8), X(9), X(10), X(11), X(12), X(13), X(14), X(15),
    X(16), X(17), X(18), X(19), X(20), X(21), X(22), X(23), X(24), X(25), X(26), X(27), X(28),
    X(29), X(30),
    {"sp", "sp", 64, "data_ptr", NULL, NULL},
    {"pc", "pc", 64, "code_ptr", NULL, NULL},
    {"cpsr", "pstate", 32, NULL, NULL, NULL},
    {"v0", "v0", 128, "aarch64v", "org.gnu.gdb.aarch64.fpu", vector_types},
    V(1), V(2), V(3), V(4), V(5), V(6), V(7), V(8), V(9), V(10), V(11), V(12), V(13), V(14), V(15),
    V(16), V(17), V(18), V(19), V(20), V(21), V(22), V(23), V(24), V(25), V(26), V(27), V(28),
    V(29), V(30), V(31),
    {"fpsr", "fpsr", 32, NULL, NULL, NULL},
    {"fpcr", "fpcr", 32, NULL, NULL, NULL},
    {"sp_el0", "sp_el0", 64, NULL, "org.trapline.arm64.system", NULL},
    SYS(sp_el1), SYS(elr_el1), SYS(spsr_el1), SYS(esr_el1), SYS(far_el1), SYS(vbar_el1),
    SYS(sctlr_el1), SYS(ttbr0_el1), SYS(ttbr1_el1), SYS(tcr_el1), SYS(mair_el1), SYS(cpacr_el1),
    SYS(contextidr_el1), SYS(tpidr_el0), SYS(tpidrro_el0), SYS(tpidr_el1), SYS(par_el1),
};

#define REG_PC      32
#define REG_GENERAL 68

const struct gdb_target arm64_gdb_target = {
    .architecture = "aarch64",
    .reg = reg,
    .reg_count = ARRAY_LEN(reg),
    .watch_steps = true,
    .pc = REG_PC,
    .general_count = REG_GENERAL,
};

_Static_assert(ARRAY_LEN(reg) > REG_GENERAL, "the system registers come last");
