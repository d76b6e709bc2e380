/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kit.c - trap tests per second (tests/kit/speed.c) against starts of QEMU, which is what a test
 * costs at least where each one is a QEMU; snapshots per second (snapshots.c).
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

#define TESTS 200

static double run_tests(const struct bench *b, const char *count)
{
    struct command c = {.quiet = true};

    add_path(&c, b, "tests/kit_speed", NULL);
    add(&c, b->arch);
    add(&c, count);
    return run_s(&c);
}

/* A machine of QEMU that does nothing and is switched off by its guest. */
static double run_qemu(const struct bench *b)
{
    struct command c = {.exit_code = is_arm64(b) ? 0 : 1};

    if (is_arm64(b))
        add_all(&c, (const char *const[]){"qemu-system-aarch64", "-M", "virt", "-cpu",
                                          "cortex-a72", NULL});
    else
        add_all(&c, (const char *const[]){"qemu-system-x86_64", "-M", "microvm", "-device",
                                          "isa-debug-exit,iobase=0xf4,iosize=1", NULL});
    add_all(&c, (const char *const[]){"-nodefaults", "-display", "none", "-no-reboot", "-kernel",
                                      NULL});
    add_path(&c, b, "tests/bench/nothing-", ".elf");
    return run_s(&c);
}

void kit_rows(const struct bench *b)
{
    bool qemu = has_program(is_arm64(b) ? "qemu-system-aarch64" : "qemu-system-x86_64");
    double all[ROUNDS_MAX], each[ROUNDS_MAX], starts[ROUNDS_MAX], snap[ROUNDS_MAX],
        back[ROUNDS_MAX];
    char dir[100];

    snprintf(dir, sizeof(dir), "tests/bench/%s", b->arch);
    make_initramfs(b, "busy", dir, (const char *const[]){"/bench", "syscall", "999999999", NULL});
    for (unsigned i = 0; i < b->rounds; i++) {
        struct command c = {0};
        char out[200], *end;

        all[i] = run_tests(b, "200");
        each[i] = (all[i] - run_tests(b, "1")) / (TESTS - 1);
        starts[i] = qemu ? run_qemu(b) : 0;
        add_path(&c, b, "tests/bench-snapshots", NULL);
        add(&c, b->arch);
        add_path(&c, b, "kernel/kernel-", ".elf");
        add_path(&c, b, "tests/bench/busy-", ".cpio");
        run(&c, NULL, out, sizeof(out));
        snap[i] = strtod(out, &end);
        back[i] = strtod(end, NULL);
    }
    result(b, "200 trap tests, process start included", median(all, b->rounds) * 1e3, "ms",
           AT_MOST, 100);
    result(b, "one trap test", median(each, b->rounds) * 1e6, "us", AT_MOST, 200);
    result(b, "trap tests per second, process start included",
           TESTS / median(all, b->rounds), "/s", GOAL_NONE, 0);
    if (qemu)
        result(b, "starts of QEMU per second", 1 / median(starts, b->rounds), "/s", GOAL_NONE, 0);
    result(b, "snapshots per second, 10,000 instructions apart", median(snap, b->rounds), "/s",
           GOAL_NONE, 0);
    result(b, "ways back to a snapshot per second", median(back, b->rounds), "/s", GOAL_NONE, 0);
}
