/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tests/bench/bench.c - Trapline's speed, as ratios and times measured in one go.
 *
 *     bench-run BUILD [--only ROW] [--rounds N] [--table FILE.md] [arm64|x86_64]
 *
 * A row is one subject: a workload against QEMU and the bare engine (branchy, sha256, memory,
 * syscall, fault, fork, shell), the start, trap tests and snapshots (kit), traces and memory
 * (sizes), Debian's Linux (linux), the first difference of two recordings (search), trapline check
 * and who (check). It reports and does not judge. Exit 0: measured, goals held or not; 2: something
 * could not be run, or the command line is wrong.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct row {
    const char *name;
    void (*alone)(const struct bench *b); /* NULL: none */
    bool is_compared;
} rows[] = {
    {"branchy", engine_branchy, true}, {"sha256", engine_sha256, true}, {"memory", NULL, true},
    {"syscall", costs_syscall, true},  {"fault", costs_fault, true},    {"fork", NULL, true},
    {"shell", NULL, true},             {"start", start_rows, false},    {"kit", kit_rows, false},
    {"sizes", sizes_rows, false},      {"linux", linux_rows, false},
    {"search", search_rows, false},
    {"check", check_rows, false},
};

static const char *const arches[] = {"arm64", "x86_64"};

#define ROWS   (sizeof(rows) / sizeof(rows[0]))
#define ARCHES (sizeof(arches) / sizeof(arches[0]))

struct words {
    const char *row, *arch, *table;
    unsigned rounds;
};

static bool is_row(const char *name)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (strcmp(name, rows[i].name) == 0)
            return true;
    }
    return false;
}

static void parse(struct words *w, int argc, char **argv)
{
    for (int i = 2; i < argc; i++) {
        bool more = i + 1 < argc;

        if (strcmp(argv[i], "--only") == 0 && more && is_row(argv[i + 1]))
            w->row = argv[++i];
        else if (strcmp(argv[i], "--table") == 0 && more)
            w->table = argv[++i];
        else if (strcmp(argv[i], "--rounds") == 0 && more)
            w->rounds = (unsigned)strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], arches[0]) == 0 || strcmp(argv[i], arches[1]) == 0)
            w->arch = argv[i];
        else
            die("usage: bench [--only branchy|sha256|memory|syscall|fault|fork|shell|start|kit|"
                "sizes|linux|search|check] [--rounds N] [--table FILE.md] [arm64|x86_64]", argv[i]);
    }
    if (argc < 2 || w->rounds < 1 || w->rounds > ROUNDS_MAX)
        die("usage: bench-run BUILD [OPTIONS]; 1 to 15 rounds", argv[0]);
}

int main(int argc, char **argv)
{
    struct words w = {.rounds = 5};
    struct bench b = {.results = results_new()};

    parse(&w, argc, argv);
    b.build = argv[1];
    b.rounds = w.rounds;
    for (size_t j = 0; j < ROWS; j++) {
        for (size_t i = 0; i < ARCHES; i++) {
            b.arch = arches[i];
            if ((w.arch && strcmp(w.arch, b.arch) != 0) || (w.row && strcmp(w.row, rows[j].name)))
                continue;
            use_boot_cache(&b, false);
            if (rows[j].alone)
                rows[j].alone(&b);
            if (rows[j].is_compared)
                compare_row(&b, rows[j].name);
        }
    }
    if (w.table)
        results_write(b.results, &b, w.table);
    free(b.results);
    return 0;
}
