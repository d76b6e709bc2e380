/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compare.c - the same guest images by Trapline (run, record, replay) and by QEMU (TCG, -icount
 * shift=0, rr=record, rr=replay), one after the other in each round.
 *
 * A bare program's time is less that of a program of nothing on the same side, a user program's
 * less that of none of its operations: what is left is guest work. A replay's start is taken to
 * cost what its recording's did. A boot is taken whole.
 *
 * No machine goes on from a kept boot. A recording finds its images compressed, as each but the
 * first one does; that one has a figure of its own.
 */
#include "bench.h"

#include <stdio.h>
#include <string.h>

struct workload {
    const char *name, *label;
    const char *image;        /* a bare program; NULL: our kernel and an initramfs */
    const char *operations;   /* of the bench program; NULL: a shell of the default root folder */
    double floor_arm64, floor_x86_64;
    const char *why;          /* it may be slower, in words */
};

#define WHY_COMPUTE                                                                               \
    "the engine's translator is that of QEMU 5, and counting adds an addition and a comparison "   \
    "to each block; recording adds next to nothing to that"
#define WHY_TRAPS                                                                                  \
    "each exception leaves the engine for the model's entry, the engine's loop is longer than "    \
    "QEMU 7's, and each block is counted by a call; QEMU delivers and counts inside of its code"

static const struct workload workloads[] = {
    {"branchy", "branchy code", "branchy", NULL, 1.0, 0.7, WHY_COMPUTE},
    {"sha256", "computing (SHA-256)", "sha256", NULL, 1.0, 0.7, WHY_COMPUTE},
    {"memory", "memory code", "memory", NULL, 1.0, 0.7, WHY_COMPUTE},
    {"syscall", "system calls", NULL, "300000", 1.0, 1.0, WHY_TRAPS},
    {"fault", "page faults", NULL, "50000", 1.0, 1.0, WHY_TRAPS},
    {"fork", "fork+exec", NULL, "1000", 1.0, 1.0, WHY_TRAPS},
    {"shell", "boot to a shell", NULL, NULL, 1.0, 1.0,
     "what is run once is translated once: most of a short boot is the engine's translation"},
};

static void add_qemu(struct command *c, const struct bench *b, enum side side)
{
    static const char *const arm64[] = {"qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a72",
                                        NULL};
    static const char *const x86_64[] = {
        "qemu-system-x86_64", "-M", "microvm,pit=on,pic=on,rtc=on,isa-serial=on", "-cpu",
        "SandyBridge,-x2apic,-tsc-deadline,-spec-ctrl", "-device",
        "isa-debug-exit,iobase=0xf4,iosize=1", NULL};
    static const char *const both[] = {"-m", "256", "-nodefaults", "-display", "none", "-serial",
                                       "stdio", "-no-reboot", NULL};
    static const char *const clock[SIDES] = {
        [ICOUNT] = "shift=0",
        [RR_RECORD] = "shift=0,rr=record,rrfile=",
        [RR_REPLAY] = "shift=0,rr=replay,rrfile=",
    };
    char *words = c->paths[c->paths_used++];

    add(c, "timeout");
    add(c, "300");
    add_all(c, is_arm64(b) ? arm64 : x86_64);
    add_all(c, both);
    if (clock[side]) {
        snprintf(words, PATH_BYTES, "%s", clock[side]);
        if (side != ICOUNT)
            snprintf(words + strlen(words), PATH_BYTES - strlen(words), "%s/tests/bench/rr-%s.bin",
                     b->build, b->arch);
        add(c, "-icount");
        add(c, words);
    }
    c->exit_code = is_arm64(b) ? 0 : 1; /* isa-debug-exit: (0 << 1) | 1 */
}

static void add_trapline(struct command *c, const struct bench *b, enum side side)
{
    add_path(c, b, "trapline", NULL);
    add(c, side == RUN ? "run" : side == RECORD ? "record" : "replay");
    if (side != RUN) {
        if (side == RECORD)
            add(c, "-o");
        add_path(c, b, "tests/bench/run-", ".tlt");
    }
    if (side != REPLAY)
        add_all(c, (const char *const[]){"--no-boot-cache", "--arch", b->arch, "--mem", "256M",
                                         NULL});
}

/* `image`, or our kernel with the initramfs NAME-ARCH.cpio. */
static struct outcome run_side(const struct bench *b, enum side side, const char *image,
                               const char *cpio)
{
    struct command c = {0};
    char before[100], out[4096];

    if (side >= TCG)
        add_qemu(&c, b, side);
    else
        add_trapline(&c, b, side);
    if (side == REPLAY)
        return run(&c, NULL, out, sizeof(out));
    add(&c, side >= TCG ? "-kernel" : "--kernel");
    snprintf(before, sizeof(before), "tests/bench/%s-", image ? image : "kernel");
    if (image || is_arm64(b))
        add_path(&c, b, before, image ? ".elf" : ".Image");
    else
        add_path(&c, b, "kernel/kernel-", ".elf");
    if (!image) {
        snprintf(before, sizeof(before), "tests/bench/%s-", cpio);
        add(&c, side >= TCG ? "-initrd" : "--initrd");
        add_path(&c, b, before, ".cpio");
    }
    return run(&c, NULL, out, sizeof(out));
}

/* QEMU hands an initrd on arm64 to Linux images only: the one inside of the ELF file. */
static void make_arm64_image(const struct bench *b)
{
    struct command c = {0};

    add_all(&c, (const char *const[]){"aarch64-linux-gnu-objcopy", "-O", "binary", NULL});
    add_path(&c, b, "kernel/kernel-", ".elf");
    add_path(&c, b, "tests/bench/kernel-", ".Image");
    run_s(&c);
}

static void make_images(const struct bench *b, const struct workload *w)
{
    char dir[100];

    if (w->image)
        return;
    if (is_arm64(b))
        make_arm64_image(b);
    if (w->operations) {
        snprintf(dir, sizeof(dir), "tests/bench/%s", b->arch);
        make_initramfs(b, "work", dir,
                       (const char *const[]){"/bench", w->name, w->operations, NULL});
        make_initramfs(b, "none", dir, (const char *const[]){"/bench", w->name, "0", NULL});
    } else {
        snprintf(dir, sizeof(dir), "guest/%s/rootfs", b->arch);
        make_initramfs(b, "work", dir, (const char *const[]){"/bin/sh", "-c", "echo ready", NULL});
    }
}

/* A boot whose images nobody compressed before, and what both recorders take in memory. */
static void boot_figures(const struct bench *b, double run_median, bool qemu)
{
    double s[ROUNDS_MAX], ratios[ROUNDS_MAX];

    for (unsigned i = 0; i < b->rounds; i++) {
        long rss = run_side(b, RECORD, NULL, "work").rss_kib;

        ratios[i] = qemu ? (double)rss / (double)run_side(b, RR_RECORD, NULL, "work").rss_kib : 0;
        use_boot_cache(b, false);
        s[i] = run_side(b, RECORD, NULL, "work").cpu_s;
        use_boot_cache(b, true);
    }
    result(b, "boot to a shell, first recording of its images: record / run",
           median(s, b->rounds) / run_median, "x", AT_MOST, RATIO_RECORD_RUN);
    result_why(b, "kernel and initramfs are compressed, which takes longer than some of the boot; "
                  "they are kept, and the next recording only writes them");
    if (qemu)
        result(b, "memory of record / QEMU rr=record, boot to a shell in 256 MiB",
               median(ratios, b->rounds), "x", GOAL_NONE, 0);
}

void compare_row(const struct bench *b, const char *name)
{
    bool qemu = has_program(is_arm64(b) ? "qemu-system-aarch64" : "qemu-system-x86_64");
    double s[SIDES][ROUNDS_MAX], medians[SIDES] = {0};
    const struct workload *w = workloads;

    while (strcmp(w->name, name) != 0)
        w++;
    make_images(b, w);
    use_boot_cache(b, true);
    for (unsigned i = 0; i < b->rounds; i++) {
        double base = 0;

        for (int side = 0; side < (qemu ? SIDES : TCG); side++) {
            bool repeats = side == REPLAY || side == RR_REPLAY; /* what the side before recorded */

            if (!repeats && w->image)
                base = run_side(b, (enum side)side, "nothing", NULL).cpu_s;
            else if (!repeats && w->operations)
                base = run_side(b, (enum side)side, NULL, "none").cpu_s;
            s[side][i] = run_side(b, (enum side)side, w->image, "work").cpu_s - base;
        }
    }
    for (int side = 0; side < (qemu ? SIDES : TCG); side++)
        medians[side] = median(s[side], b->rounds);
    results_sides(b, w->label, medians, is_arm64(b) ? w->floor_arm64 : w->floor_x86_64, w->why);
    if (!w->image && !w->operations)
        boot_figures(b, medians[RUN], qemu);
}
