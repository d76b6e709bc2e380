/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tests/bench/bare.c - the engine alone: a bench guest on libunicorn without any hook.
 *
 *     bare arm64|x86_64 IMAGE.elf      prints the seconds that uc_emu_start() took
 *
 * The other end of the ratio "what do counting and recording cost". It uses
 * loader/ for the image and nothing of cpu/ or sim/. arm64 ends by HVC, which
 * without EL2 arrives as an exception: the only hook, and not on the way of
 * anything else. x86_64 ends by HLT.
 */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include <unicorn/unicorn.h>

#include "loader/boot.h"

#define RAM_BYTES (64u << 20)

struct bare {
    uc_engine *uc;
    uint8_t *ram;
    paddr_t ram_base;
    vaddr_t pc;
};

static void die(const char *what)
{
    fprintf(stderr, "bare: %s\n", what);
    exit(2);
}

static void check(uc_err rc, const char *what)
{
    if (rc != UC_ERR_OK) {
        fprintf(stderr, "bare: %s: %s\n", what, uc_strerror(rc));
        exit(2);
    }
}

static void *read_file(const char *path, size_t *len)
{
    FILE *f = fopen(path, "rb");
    size_t room = 4u << 20;
    void *bytes = malloc(room);

    if (!f || !bytes)
        die("cannot read the image");
    *len = fread(bytes, 1, room, f);
    fclose(f);
    return bytes;
}

#define EXCEPTION_HVC 11u

static void stop_at_exception(uc_engine *uc, uint32_t number, void *ctx)
{
    (void)ctx;
    if (number != EXCEPTION_HVC)
        die("the guest took an exception");
    uc_emu_stop(uc);
}

static void enter_arm64(struct bare *b, vaddr_t entry)
{
    uc_arm64_cp_reg scr = {.crn = 1, .crm = 1, .op0 = 3, .op1 = 6, .op2 = 0, .val = 0x501};
    uc_arm64_cp_reg hcr = {.crn = 1, .crm = 1, .op0 = 3, .op1 = 4, .op2 = 0, .val = 1ull << 31};
    uc_hook hook;

    check(uc_reg_write(b->uc, UC_ARM64_REG_CP_REG, &scr), "SCR_EL3");
    check(uc_reg_write(b->uc, UC_ARM64_REG_CP_REG, &hcr), "HCR_EL2");
    check(uc_hook_add(b->uc, &hook, UC_HOOK_INTR, (void *)stop_at_exception, NULL, 1, 0), "hook");
    b->pc = entry;
}

static void enter_x86_64(struct bare *b, const struct symbols *symbols)
{
    uint64_t bytes, pml4, value;
    uc_x86_msr efer = {.rid = 0xc0000080, .value = 0x900};

    if (symbols_lookup(symbols, "pml4", &pml4, &bytes) != 0 ||
        symbols_lookup(symbols, "long_mode", &b->pc, &bytes) != 0)
        die("the image lacks pml4 or long_mode");
    value = 0x20;
    check(uc_reg_write(b->uc, UC_X86_REG_CR4, &value), "CR4");
    check(uc_reg_write(b->uc, UC_X86_REG_CR3, &pml4), "CR3");
    check(uc_reg_write(b->uc, UC_X86_REG_MSR, &efer), "EFER");
    value = 0x80010011;
    check(uc_reg_write(b->uc, UC_X86_REG_CR0, &value), "CR0");
}

static void load(struct bare *b, const struct boot_plan *plan)
{
    b->ram = mmap(NULL, RAM_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (b->ram == MAP_FAILED)
        die("no memory");
    for (size_t i = 0; i < plan->count; i++)
        memcpy(b->ram + (plan->segments[i].pa - b->ram_base), plan->segments[i].data,
               plan->segments[i].bytes);
}

static double now_s(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

int main(int argc, char **argv)
{
    bool arm64 = argc == 3 && strcmp(argv[1], "arm64") == 0;
    struct boot_spec spec = {.arch = arm64 ? ARCH_ARM64 : ARCH_X86_64, .kernel_name = "image",
                             .cmdline = "", .ram_bytes = RAM_BYTES};
    struct bare b = {.ram_base = arm64 ? 0x40000000 : 0};
    struct boot_plan plan;
    struct symbols *symbols;
    char err[300];
    double start;

    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        unsigned major, minor;
        unsigned version = uc_version(&major, &minor);

        printf("%u.%u.%u\n", major, minor, version >> 8 & 0xff);
        return 0;
    }
    if (argc != 3)
        die("usage: bare arm64|x86_64 IMAGE.elf");
    spec.kernel = read_file(argv[2], &spec.kernel_bytes);
    if (boot_plan_build(&spec, &plan, err, sizeof(err)) != 0 ||
        symbols_load(spec.kernel, spec.kernel_bytes, "image", &symbols, err, sizeof(err)) != 0)
        die(err);
    check(uc_open(arm64 ? UC_ARCH_ARM64 : UC_ARCH_X86, arm64 ? UC_MODE_ARM : UC_MODE_64, &b.uc),
          "uc_open");
    check(uc_ctl_set_cpu_model(b.uc, arm64 ? UC_CPU_ARM64_A72 : UC_CPU_X86_SANDYBRIDGE), "model");
    check(uc_ctl_tlb_mode(b.uc, UC_TLB_CPU), "TLB mode");
    check(uc_ctl_exits_enable(b.uc), "exits");
    load(&b, &plan);
    check(uc_mem_map_ptr(b.uc, b.ram_base, RAM_BYTES, UC_PROT_ALL, b.ram), "RAM");
    if (arm64)
        enter_arm64(&b, plan.entry.pc);
    else
        enter_x86_64(&b, symbols);
    start = now_s();
    check(uc_emu_start(b.uc, b.pc, 0, 0, 0), "run");
    printf("%.6f\n", now_s() - start);
    return 0;
}
