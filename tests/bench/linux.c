/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * linux.c - Debian's Linux from process start to a shell that speaks, the same kernel and initramfs
 * by Trapline (run, record) and by QEMU (TCG, -icount shift=0, rr=record), one after the other in
 * each round; then what its recording takes in memory and in bytes without the images.
 */
#include "bench.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define RAM_MIB 256
#define MARKER  "the shell speaks"

static void kernel_path(const struct bench *b, char *path)
{
    snprintf(path, PATH_BYTES, "%s/tests/bench/linux-%s.kernel", b->build, b->arch);
}

/* A folder with busybox and an init that says the marker and switches off; and its initramfs. */
static bool prepare(const struct bench *b)
{
    static const char script[] =
        "set -e; arch=$2; guest=$1/guest/$arch; root=$1/tests/bench/linux-$arch.root\n"
        "kernel=$(ls $guest/linux/root/boot/vmlinuz-* 2>/dev/null) || exit 0\n"
        "ln -sf \"$kernel\" $1/tests/bench/linux-$arch.kernel\n"
        "rm -rf $root; mkdir -p $root/bin $root/dev; cp $guest/root/bin/busybox $root/bin/\n"
        "{ echo '#!/bin/busybox sh'; echo '/bin/busybox mount -t devtmpfs dev /dev'\n"
        "  echo 'exec </dev/console >/dev/console 2>&1'; echo 'echo the shell $(echo speaks)'\n"
        "  echo '/bin/busybox poweroff -f'; } >$root/init; chmod +x $root/init\n";
    struct command c = {0};
    char dir[100], path[PATH_BYTES];
    struct stat st;

    add_all(&c, (const char *const[]){"sh", "-c", script, "sh", b->build, b->arch, NULL});
    run_s(&c);
    kernel_path(b, path);
    if (stat(path, &st) != 0)
        return false;
    snprintf(dir, sizeof(dir), "tests/bench/linux-%s.root", b->arch);
    make_initramfs(b, "linux", dir, (const char *const[]){"unused", NULL});
    return true;
}

static void add_machine(struct command *c, const struct bench *b, enum side side)
{
    static const char *const arm64[] = {"qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a72",
                                        NULL};
    static const char *const x86_64[] = {"qemu-system-x86_64", "-M", "pc", "-cpu", "qemu64", NULL};
    static const char *const both[] = {"-m", "256", "-nodefaults", "-display", "none", "-serial",
                                       "stdio", "-no-reboot", NULL};

    if (side < TCG) {
        trapline_command(c, b, side == RECORD);
        add_all(c, (const char *const[]){"--mem", "256M", "--no-input", NULL});
        if (side == RECORD)
            add(c, "--no-images");
        c->quiet = true;
        return;
    }
    add_all(c, (const char *const[]){"timeout", "900", NULL});
    add_all(c, is_arm64(b) ? arm64 : x86_64);
    add_all(c, both);
    if (side != TCG) {
        char *words = c->paths[c->paths_used++];

        snprintf(words, PATH_BYTES, "shift=0");
        if (side == RR_RECORD)
            snprintf(words, PATH_BYTES, "shift=0,rr=record,rrfile=%s/tests/bench/rr-linux-%s.bin",
                     b->build, b->arch);
        add_all(c, (const char *const[]){"-icount", words, NULL});
    }
}

static struct outcome boot(const struct bench *b, enum side side, const char *marker)
{
    struct command c = {0};
    char out[65536], kernel[PATH_BYTES];

    add_machine(&c, b, side);
    kernel_path(b, kernel);
    add_all(&c, (const char *const[]){side < TCG ? "--kernel" : "-kernel", kernel,
                                      side < TCG ? "--initrd" : "-initrd", NULL});
    add_path(&c, b, "tests/bench/linux-", ".cpio");
    add(&c, side < TCG ? "--append" : "-append");
    add(&c, is_arm64(b) ? "console=ttyAMA0 quiet loglevel=0" : "console=ttyS0 quiet loglevel=0");
    return run(&c, marker, out, sizeof(out));
}

static void sizes(const struct bench *b)
{
    struct outcome o = boot(b, RECORD, NULL);
    char path[PATH_BYTES];
    struct stat st;

    result(b, "Linux: memory of record above the guest's RAM",
           (double)o.rss_kib / 1024 - RAM_MIB, "MiB", AT_MOST, 150);
    snprintf(path, sizeof(path), "%s/tests/bench/run-%s.tlt", b->build, b->arch);
    if (stat(path, &st) != 0)
        die("there is no trace", path);
    result(b, "Linux: trace of a boot, without images", (double)st.st_size / 1000, "kB", AT_MOST,
           100);
}

void linux_rows(const struct bench *b)
{
    static const enum side sides[] = {RUN, RECORD, TCG, ICOUNT, RR_RECORD};
    static const char *const names[] = {"run", "record", "QEMU TCG", "QEMU -icount shift=0",
                                        "QEMU rr=record"};
    bool qemu = has_program(is_arm64(b) ? "qemu-system-aarch64" : "qemu-system-x86_64");
    unsigned count = qemu ? sizeof(sides) / sizeof(sides[0]) : 2;
    double s[SIDES][ROUNDS_MAX], ratio[ROUNDS_MAX];
    char what[100];

    if (!prepare(b)) {
        printf("%-7s there is no Linux in its guest folder: its boot was not measured\n", b->arch);
        return;
    }
    for (unsigned i = 0; i < b->rounds; i++) {
        for (unsigned j = 0; j < count; j++)
            s[j][i] = boot(b, sides[j], MARKER).s;
        ratio[i] = qemu ? s[1][i] / s[4][i] : 0;
    }
    for (unsigned j = 0; j < count; j++) {
        snprintf(what, sizeof(what), "Linux, boot to a shell: %s", names[j]);
        result(b, what, median(s[j], b->rounds), "s", GOAL_NONE, 0);
    }
    if (qemu) {
        result(b, "Linux, boot to a shell: record / QEMU rr=record", median(ratio, b->rounds), "x",
               AT_MOST, is_arm64(b) ? 1.0 : 1.5);
        result_why(b, "the engine translates more slowly than QEMU 7, and Linux flushes its TLB "
                      "often");
    }
    sizes(b);
}
