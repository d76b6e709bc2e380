/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GDB's registers of x86_64 (GDB manual, G.5.5 "i386 Features"). */
#include "sim/gdb_target.h"

#define R(n)   {#n, #n, 64, NULL, NULL, NULL}
#define SEG(n) {#n, #n, 32, NULL, NULL, NULL}
#define ST(n)  {"st" #n, NULL, 80, "i387_ext", NULL, NULL}
#define FP(n)  {n, NULL, 32, NULL, NULL, NULL}
#define XMM(n) {"xmm" #n, "xmm" #n, 128, "vec128", NULL, NULL}

#define FLAG(name, bit) "<field name=\"" name "\" start=\"" #bit "\" end=\"" #bit "\"/>"

static const char core_types[] =
    "<flags id=\"i386_eflags\" size=\"4\">" FLAG("CF", 0) FLAG("PF", 2) FLAG("AF", 4)
    FLAG("ZF", 6) FLAG("SF", 7) FLAG("TF", 8) FLAG("IF", 9) FLAG("DF", 10) FLAG("OF", 11)
    FLAG("NT", 14) FLAG("RF", 16) FLAG("VM", 17) FLAG("AC", 18) FLAG("ID", 21) "</flags>";

static const char sse_types[] =
    "<flags id=\"i386_mxcsr\" size=\"4\">" FLAG("IE", 0) FLAG("DE", 1) FLAG("ZE", 2) FLAG("OE", 3)
    FLAG("UE", 4) FLAG("PE", 5) FLAG("DAZ", 6) FLAG("IM", 7) FLAG("DM", 8) FLAG("ZM", 9)
    FLAG("OM", 10) FLAG("UM", 11) FLAG("PM", 12) FLAG("FZ", 15) "</flags>"
    "<vector id=\"v4f\" type=\"ieee_single\" count=\"4\"/>"
    "<vector id=\"v2d\" type=\"ieee_double\" count=\"2\"/>"
    "<vector id=\"v16i8\" type=\"int8\" count=\"16\"/>"
    "<vector id=\"v8i16\" type=\"int16\" count=\"8\"/>"
    "<vector id=\"v4i32\" type=\"int32\" count=\"4\"/>"
    "<vector id=\"v2i64\" type=\"int64\" count=\"2\"/>"
    "<union id=\"vec128\"><field name=\"v4_float\" type=\"v4f\"/>"
    "<field name=\"v2_double\" type=\"v2d\"/><field name=\"v16_int8\" type=\"v16i8\"/>"
    "<field name=\"v8_int16\" type=\"v8i16\"/><field name=\"v4_int32\" type=\"v4i32\"/>"
    "<field name=\"v2_int64\" type=\"v2i64\"/><field name=\"uint128\" type=\"uint128\"/></union>";

static const struct gdb_reg reg[] = {
    {"rax", "rax", 64, NULL, "org.gnu.gdb.i386.core", core_types},
    R(rbx), R(rcx), R(rdx), R(rsi), R(rdi),
    {"rbp", "rbp", 64, "data_ptr", NULL, NULL},
    {"rsp", "rsp", 64, "data_ptr", NULL, NULL},
    R(r8), R(r9), R(r10), R(r11), R(r12), R(r13), R(r14), R(r15),
    {"rip", "rip", 64, "code_ptr", NULL, NULL},
    {"eflags", "rflags", 32, "i386_eflags", NULL, NULL},
    SEG(cs), SEG(ss), SEG(ds), SEG(es), SEG(fs), SEG(gs),
    ST(0), ST(1), ST(2), ST(3), ST(4), ST(5), ST(6), ST(7),
    {"fctrl", "fcw", 32, NULL, NULL, NULL},
    {"fstat", "fsw", 32, NULL, NULL, NULL},
    {"ftag", "ftw", 32, NULL, NULL, NULL},
    FP("fiseg"), FP("fioff"), FP("foseg"), FP("fooff"), FP("fop"),
    {"xmm0", "xmm0", 128, "vec128", "org.gnu.gdb.i386.sse", sse_types},
    XMM(1), XMM(2), XMM(3), XMM(4), XMM(5), XMM(6), XMM(7), XMM(8), XMM(9), XMM(10), XMM(11),
    XMM(12), XMM(13), XMM(14), XMM(15),
    {"mxcsr", "mxcsr", 32, "i386_mxcsr", NULL, NULL},
    {"fs_base", "fs_base", 64, NULL, "org.gnu.gdb.i386.segments", NULL},
    {"gs_base", "gs_base", 64, NULL, NULL, NULL},
    {"cr0", "cr0", 64, NULL, "org.trapline.x86_64.system", NULL},
    R(cr2), R(cr3), R(cr4), R(cr8), R(efer), R(star), R(lstar), R(fmask), R(kernel_gs_base),
    R(gdtr_base), R(idtr_base),
};

#define REG_PC      16
#define REG_ST0     24
#define REG_ST7     31
#define REG_GENERAL 59

/* st(0) is the top of the stack; the machine's table has the physical registers. */
static bool read_special(struct cpu *cpu, size_t number, uint8_t value[16])
{
    uint8_t status[16] = {0};
    char name[4] = "st0";
    unsigned top;

    if (number < REG_ST0 || number > REG_ST7)
        return false;
    if (cpu_reg_read(cpu, cpu_reg_find(ARCH_X86_64, "fsw"), status) != 0)
        return false;
    top = status[1] >> 3 & 7;
    name[2] = (char)('0' + ((top + (number - REG_ST0)) & 7));
    return cpu_reg_read(cpu, cpu_reg_find(ARCH_X86_64, name), value) == 0;
}

const struct gdb_target x86_64_gdb_target = {
    .architecture = "i386:x86-64",
    .reg = reg,
    .reg_count = ARRAY_LEN(reg),
    .pc = REG_PC,
    .general_count = REG_GENERAL,
    .read_special = read_special,
};

_Static_assert(ARRAY_LEN(reg) > REG_GENERAL, "the system registers come last");
