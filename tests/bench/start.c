/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * start.c - from process start to the first thing that user code does, against QEMU with the same
 * kernel and initramfs: cold, where the machine boots, and warm, where it goes on from a boot that
 * an earlier run of the same machine left in the boot cache.
 */
#include "bench.h"

#include <stdio.h>

static double run_hello(const struct bench *b)
{
    struct command c;
    char out[4096];

    trapline_command(&c, b, false);
    add(&c, "--rootfs");
    add_path(&c, b, "tests/bench/", "");
    add_all(&c, (const char *const[]){"--", "/bench", "hello", "0", NULL});
    return run(&c, "first", out, sizeof(out)).s;
}

static double run_qemu(const struct bench *b)
{
    static const char *const arm64[] = {"qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a72",
                                        NULL};
    static const char *const x86_64[] = {"qemu-system-x86_64", "-M",
                                         "microvm,pit=on,pic=on,rtc=on,isa-serial=on", "-cpu",
                                         "SandyBridge,-x2apic,-tsc-deadline,-spec-ctrl", NULL};
    struct command c = {0};
    char out[4096];

    add_all(&c, is_arm64(b) ? arm64 : x86_64);
    add_all(&c, (const char *const[]){"-m", "256", "-nodefaults", "-display", "none", "-serial",
                                      "stdio", "-no-reboot", "-kernel", NULL});
    add_path(&c, b, is_arm64(b) ? "tests/bench/kernel-" : "kernel/kernel-",
             is_arm64(b) ? ".Image" : ".elf");
    add(&c, "-initrd");
    add_path(&c, b, "tests/bench/hello-", ".cpio");
    return run(&c, "first", out, sizeof(out)).s;
}

static void prepare(const struct bench *b)
{
    struct command c = {0};
    char dir[100];

    snprintf(dir, sizeof(dir), "tests/bench/%s", b->arch);
    make_initramfs(b, "hello", dir, (const char *const[]){"/bench", "hello", NULL});
    if (is_arm64(b)) {
        add_all(&c, (const char *const[]){"aarch64-linux-gnu-objcopy", "-O", "binary", NULL});
        add_path(&c, b, "kernel/kernel-", ".elf");
        add_path(&c, b, "tests/bench/kernel-", ".Image");
        run_s(&c);
    }
    use_boot_cache(b, true);
    run_hello(b); /* leaves its boot */
}

void start_rows(const struct bench *b)
{
    bool qemu = has_program(is_arm64(b) ? "qemu-system-aarch64" : "qemu-system-x86_64");
    double cold[ROUNDS_MAX], warm[ROUNDS_MAX], cold_ratio[ROUNDS_MAX], warm_ratio[ROUNDS_MAX];

    prepare(b);
    for (unsigned i = 0; i < b->rounds; i++) {
        double qemu_s = qemu ? run_qemu(b) : 1;

        use_boot_cache(b, true);
        warm[i] = run_hello(b) * 1e3;
        use_boot_cache(b, false);
        cold[i] = run_hello(b) * 1e3;
        cold_ratio[i] = cold[i] / 1e3 / qemu_s;
        warm_ratio[i] = warm[i] / 1e3 / qemu_s;
    }
    result(b, "start to user code, cold", median(cold, b->rounds), "ms", AT_MOST, 100);
    result(b, "start to user code, warm", median(warm, b->rounds), "ms", AT_MOST, 100);
    if (qemu) {
        result(b, "start to user code, cold: Trapline / QEMU", median(cold_ratio, b->rounds), "x",
               AT_MOST, 0.2);
        result_why(b, "most of a first boot is the engine's translation of code that runs once or "
                      "twice, for which QEMU takes as long; what QEMU loses is its own start");
        result(b, "start to user code, warm: Trapline / QEMU", median(warm_ratio, b->rounds), "x",
               AT_MOST, 0.2);
    } else {
        printf("%-7s QEMU is not installed: its start was not measured\n", b->arch);
    }
}
