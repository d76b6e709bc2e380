/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tests/qemu/judge.c - do QEMU and Trapline tell the same story?
 *
 *     qemu-judge arm64|x86_64 QEMU.log TRAPS.json
 *
 * Exit 0: the same exceptions in the same order. 1: the first difference is printed with what
 * went before it. 2: a file cannot be read.
 */
#include "tests/qemu/trap_list.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define CONTEXT 3

static void show(const char *who, const struct trap_list *list, long at)
{
    if (at >= (long)list->count) {
        printf("  %-8s (no more traps)\n", who);
        return;
    }
    printf("  %-8s %4ld  vector 0x%03" PRIx32 "  syndrome 0x%08" PRIx64 "  addr 0x%016" PRIx64
           "  pc 0x%016" PRIx64 "\n",
           who, at, list->entries[at].vector, list->entries[at].syndrome, list->entries[at].addr,
           list->entries[at].pc);
}

static FILE *open_or_exit(const char *path)
{
    FILE *f = fopen(path, "r");

    if (!f) {
        perror(path);
        exit(2);
    }
    return f;
}

int main(int argc, char **argv)
{
    struct trap_list qemu, ours;
    enum arch arch;
    char err[300] = "";
    long at;

    if (argc != 4 || (strcmp(argv[1], "arm64") != 0 && strcmp(argv[1], "x86_64") != 0)) {
        fprintf(stderr, "usage: qemu-judge arm64|x86_64 QEMU.log TRAPS.json\n");
        return 2;
    }
    arch = strcmp(argv[1], "arm64") == 0 ? ARCH_ARM64 : ARCH_X86_64;
    if (trap_list_read_qemu(arch, open_or_exit(argv[2]), &qemu, err, sizeof(err)) != 0 ||
        trap_list_read_json(arch, open_or_exit(argv[3]), &ours, err, sizeof(err)) != 0) {
        fprintf(stderr, "qemu-judge: %s\n", err);
        return 2;
    }
    at = trap_list_compare(&qemu, &ours);
    if (at < 0) {
        printf("%s: %zu exceptions, the same in QEMU\n", argv[1], ours.count);
        return 0;
    }
    printf("%s: exception %ld differs (QEMU has %zu, Trapline %zu)\n", argv[1], at, qemu.count,
           ours.count);
    for (long i = at > CONTEXT ? at - CONTEXT : 0; i < at; i++)
        show("both", &qemu, i);
    show("QEMU", &qemu, at);
    show("Trapline", &ours, at);
    return 1;
}
