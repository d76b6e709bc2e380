// SPDX-License-Identifier: GPL-2.0-or-later
/* cpuinfo.c - /proc/cpuinfo in Linux's words for x86, from CPUID. */
#include "kernel/arch/x86_64/cpu.h"
#include "kernel/include/arch.h"
#include "kernel/include/printk.h"
#include "kernel/include/string.h"

struct feature {
    const char *name;
    uint8_t word; /* 0: leaf 1 EDX, 1: leaf 1 ECX, 2: leaf 80000001 EDX, 3: its ECX */
    uint8_t bit;
};

/* Linux's order: by word, then by bit. */
static const struct feature features[] = {
    {"fpu", 0, 0},     {"de", 0, 2},      {"pse", 0, 3},      {"tsc", 0, 4},     {"msr", 0, 5},
    {"pae", 0, 6},     {"mce", 0, 7},     {"cx8", 0, 8},      {"apic", 0, 9},    {"sep", 0, 11},
    {"mtrr", 0, 12},   {"pge", 0, 13},    {"mca", 0, 14},     {"cmov", 0, 15},   {"pat", 0, 16},
    {"pse36", 0, 17},  {"clflush", 0, 19}, {"mmx", 0, 23},    {"fxsr", 0, 24},   {"sse", 0, 25},
    {"sse2", 0, 26},   {"syscall", 2, 11}, {"nx", 2, 20},     {"rdtscp", 2, 27}, {"lm", 2, 29},
    {"pni", 1, 0},     {"pclmulqdq", 1, 1}, {"ssse3", 1, 9},  {"cx16", 1, 13},   {"sse4_1", 1, 19},
    {"sse4_2", 1, 20}, {"x2apic", 1, 21}, {"popcnt", 1, 23},  {"tsc_deadline_timer", 1, 24},
    {"aes", 1, 25},    {"xsave", 1, 26},  {"avx", 1, 28},     {"rdrand", 1, 30},
    {"lahf_lm", 3, 0}, {"svm", 3, 2},
};

static void brand_string(char brand[49])
{
    for (uint32_t i = 0; i < 3; i++) {
        struct cpuid c = cpuid(0x80000002u + i, 0);
        uint32_t words[4] = { c.eax, c.ebx, c.ecx, c.edx };

        memcpy(brand + 16 * i, words, 16);
    }
    brand[48] = '\0';
}

static int put_features(char *buf, size_t size)
{
    struct cpuid basic = cpuid(1, 0), extended = cpuid(0x80000001u, 0);
    uint32_t words[4] = { basic.edx, basic.ecx, extended.edx, extended.ecx };
    int n = 0;

    for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++)
        if (words[features[i].word] & (1u << features[i].bit))
            n += snprintf(buf + n, size - (size_t)n, " %s", features[i].name);
    return n;
}

int arch_cpuinfo(char *buf, size_t size)
{
    struct cpuid first = cpuid(0, 0), basic = cpuid(1, 0);
    uint32_t vendor[3] = { first.ebx, first.edx, first.ecx };
    uint32_t family = basic.eax >> 8 & 0xf, model = basic.eax >> 4 & 0xf;
    char brand[49];
    int n;

    if (family == 0xf || family == 6)
        model |= basic.eax >> 12 & 0xf0;
    if (family == 0xf)
        family += basic.eax >> 20 & 0xff;
    brand_string(brand);
    n = snprintf(buf, size, "processor\t: 0\nvendor_id\t: %.12s\ncpu family\t: %u\nmodel\t\t: %u\n"
                            "model name\t: %s\nstepping\t: %u\n",
                 (const char *)vendor, family, model, brand, basic.eax & 0xf);
    n += snprintf(buf + n, size - (size_t)n,
                  "physical id\t: 0\nsiblings\t: 1\ncore id\t\t: 0\ncpu cores\t: 1\napicid\t\t: 0\n"
                  "fpu\t\t: yes\nfpu_exception\t: yes\ncpuid level\t: %u\nwp\t\t: yes\nflags\t\t:",
                  first.eax);
    n += put_features(buf + n, size - (size_t)n);
    n += snprintf(buf + n, size - (size_t)n,
                  "\nbugs\t\t:\nclflush size\t: %u\ncache_alignment\t: %u\n"
                  "address sizes\t: 40 bits physical, 48 bits virtual\n\n",
                  (basic.ebx >> 8 & 0xff) * 8, (basic.ebx >> 8 & 0xff) * 8);
    return n;
}
