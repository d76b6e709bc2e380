/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names and lines of this very test program, linked at fixed addresses. */
#include "tests/cmocka.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loader/boot.h"

int symbols_sample(int x); /* not static: its name is in the table */
int symbols_sample(int x)
{
    return x * 3 + 1; /* line 18 */
}
#define SAMPLE_LINE 18

/* As in Linux: a function without a size, and behind it a label that is not its. */
extern char bare_function[], bare_label[];
__asm__(".pushsection .text.bare, \"ax\", %progbits\n"
        ".globl bare_function, bare_label\n.type bare_function, %function\n"
        "bare_function: nop\nnop\nnop\nnop\nbare_label: nop\nnop\n.popsection\n");

/*
 * gcc's last row of the first stands where its section ends; the other's lines begin behind a gap.
 */
void symbols_ends_early(void);
void symbols_behind(void);
__attribute__((section(".text.symbols_early"), aligned(64))) void symbols_ends_early(void)
{
    __asm__ volatile("nop");
    __asm__ volatile("");
    __builtin_unreachable();
}
__attribute__((section(".text.symbols_behind"), aligned(64))) void symbols_behind(void)
{
    __asm__ volatile("nop");
}

struct loaded {
    struct symbols *symbols;
    uint8_t *file;
};

static int setup(void **state)
{
    struct loaded *l = calloc(1, sizeof(*l));
    size_t room = 64u << 20, len;
    FILE *f = fopen("/proc/self/exe", "rb");
    char err[200];

    assert_non_null(f);
    l->file = malloc(room);
    len = fread(l->file, 1, room, f);
    fclose(f);
    assert_ok(symbols_load(l->file, len, "self", &l->symbols, err, sizeof(err)), err);
    *state = l;
    return 0;
}

static int teardown(void **state)
{
    struct loaded *l = *state;

    symbols_free(l->symbols);
    free(l->file);
    free(l);
    return 0;
}

static void test_no_elf_is_refused(void **state)
{
    struct symbols *s;
    char err[200];

    (void)state;
    assert_int_equal(symbols_load("#!/bin/sh\n", 10, "script", &s, err, sizeof(err)), -ENOEXEC);
    assert_non_null(strstr(err, "script"));
    assert_null(s);
}

static void test_find_gives_function_and_offset(void **state)
{
    struct loaded *l = *state;
    vaddr_t va = (vaddr_t)(uintptr_t)symbols_sample;
    const char *name;
    uint64_t offset;

    assert_int_equal(symbols_find(l->symbols, va + 2, &name, &offset), 0);
    assert_string_equal(name, "symbols_sample");
    assert_int_equal(offset, 2);
    assert_int_equal(symbols_find(l->symbols, 16, &name, &offset), -ENOENT);
    assert_int_equal(symbols_find(l->symbols, ~0ull, &name, &offset), -ENOENT);
}

static void test_lookup_by_name(void **state)
{
    struct loaded *l = *state;
    vaddr_t va;
    uint64_t bytes;

    assert_int_equal(symbols_lookup(l->symbols, "symbols_sample", &va, &bytes), 0);
    assert_int_equal(va, (vaddr_t)(uintptr_t)symbols_sample);
    assert_true(bytes > 0);
    assert_int_equal(symbols_lookup(l->symbols, "no_such_name", &va, &bytes), -ENOENT);
}

static void test_line_by_dwarf(void **state)
{
    struct loaded *l = *state;
    vaddr_t va = (vaddr_t)(uintptr_t)symbols_sample;
    const char *file;
    int line;

    assert_int_equal(symbols_line(l->symbols, va, &file, &line), 0);
    assert_non_null(strstr(file, "tests/loader/test_symbols.c"));
    assert_in_range(line, SAMPLE_LINE - 2, SAMPLE_LINE);
    assert_int_equal(symbols_line(l->symbols, 16, &file, &line), -ENOENT);
}

struct gap {
    vaddr_t from, to;
    unsigned rows, inside; /* at the functions around it; that say that it is code */
};

static void look_for_gap(void *ctx, vaddr_t va, vaddr_t end, const char *file, int line)
{
    struct gap *g = ctx;

    (void)file;
    (void)line;
    g->rows += end == g->from || va == g->to;
    g->inside += va < g->to && end > g->from;
}

static void test_lines_reach_no_further_than_their_section(void **state)
{
    struct loaded *l = *state;
    struct gap g = {0};
    uint64_t bytes;

    assert_int_equal(symbols_lookup(l->symbols, "symbols_behind", &g.to, &bytes), 0);
    assert_int_equal(symbols_lookup(l->symbols, "symbols_ends_early", &g.from, &bytes), 0);
    g.from += bytes;
    assert_true(g.from < g.to);
    assert_int_equal(symbols_each_line(l->symbols, look_for_gap, &g), 0);
    assert_true(g.rows >= 2);
    assert_int_equal(g.inside, 0);
}

static void test_a_nearer_label_is_better_than_a_function_without_a_size(void **state)
{
    struct loaded *l = *state;
    const char *name;
    uint64_t offset;

    assert_int_equal(symbols_find(l->symbols, (uintptr_t)bare_label + 1, &name, &offset), 0);
    assert_string_equal(name, "bare_label");
    assert_int_equal(symbols_find(l->symbols, (uintptr_t)bare_function + 1, &name, &offset), 0);
    assert_string_equal(name, "bare_function");
}

/* System.map and kallsyms: no sizes, names of modules behind a tab, lines of other kinds. */
static void test_map_of_symbols(void **state)
{
    static const char map[] = "ffff800008010000 T first\n"
                              "ffff800008010800 t second\t[module]\n"
                              "ffff800008010800 t $x\n"
                              "ffff800008011000 D data\n"
                              "0000000000000000 A nothing\n"
                              "what is this\n"
                              "ffff800008012000 T last";
    struct symbols *s;
    const char *name;
    uint64_t value;
    char err[200];

    (void)state;
    assert_ok(symbols_load(map, sizeof(map) - 1, "map", &s, err, sizeof(err)), err);
    assert_int_equal(symbols_find(s, 0xffff8000080107ff, &name, &value), 0);
    assert_string_equal(name, "first");
    assert_int_equal(value, 0x7ff);
    assert_int_equal(symbols_find(s, 0xffff800008010804, &name, &value), 0);
    assert_string_equal(name, "second");
    assert_int_equal(symbols_find(s, 0xffff800008011004, &name, &value), -ENOENT);
    symbols_move(s, 0x200000);
    assert_int_equal(symbols_find(s, 0xffff800008210804, &name, &value), 0);
    assert_string_equal(name, "second");
    assert_int_equal(value, 4);
    assert_int_equal(symbols_find(s, 0xffff800008010804, &name, &value), -ENOENT);
    assert_int_equal(symbols_lookup(s, "last", &value, &(uint64_t){0}), 0);
    assert_int_equal(value, 0xffff800008212000);
    symbols_free(s);
    assert_int_equal(symbols_load("12345\n", 6, "map", &s, err, sizeof(err)), -ENOEXEC);
}

/*
 * As a debugger reads them: the moved map is an ELF file with the same names, without what is no
 * address.
 */
static void test_map_as_elf(void **state)
{
    static const char map[] = "0000000000001000 A per_cpu\n"
                              "ffff800008010000 T first\n"
                              "ffff800008010800 t second\n"
                              "ffff800008011000 D data\n"
                              "ffff800008012000 T last";
    char path[] = "/tmp/trapline-test-XXXXXX", err[200];
    struct symbols *s;
    struct stat st;
    const char *name;
    uint64_t value, bytes;
    void *elf;
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    assert_ok(symbols_load(map, sizeof(map) - 1, "map", &s, err, sizeof(err)), err);
    symbols_move(s, 0x200000);
    assert_ok(symbols_write(s, ARCH_ARM64, path, err, sizeof(err)), err);
    symbols_free(s);
    assert_int_equal(fstat(fd, &st), 0);
    elf = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    assert_true(elf != MAP_FAILED);
    assert_ok(symbols_load(elf, (size_t)st.st_size, path, &s, err, sizeof(err)), err);
    assert_int_equal(symbols_find(s, 0xffff8000082107ff, &name, &value), 0);
    assert_string_equal(name, "first");
    assert_int_equal(value, 0x7ff);
    assert_int_equal(symbols_lookup(s, "second", &value, &bytes), 0);
    assert_int_equal(value, 0xffff800008210800);
    assert_int_equal(bytes, 0x800);
    assert_int_equal(symbols_lookup(s, "data", &value, &bytes), 0);
    assert_int_equal(value, 0xffff800008211000);
    assert_int_equal(symbols_find(s, 0xffff800008211004, &name, &value), -ENOENT);
    assert_int_equal(symbols_lookup(s, "per_cpu", &value, &bytes), -ENOENT);
    symbols_free(s);
    munmap(elf, (size_t)st.st_size);
    close(fd);
    unlink(path);
    assert_ok(symbols_load(map, sizeof(map) - 1, "map", &s, err, sizeof(err)), err);
    assert_int_equal(symbols_write(s, ARCH_ARM64, "/tmp/none/x", err, sizeof(err)), -ENOENT);
    symbols_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_elf_is_refused),
        cmocka_unit_test(test_find_gives_function_and_offset),
        cmocka_unit_test(test_lookup_by_name),
        cmocka_unit_test(test_a_nearer_label_is_better_than_a_function_without_a_size),
        cmocka_unit_test(test_line_by_dwarf),
        cmocka_unit_test(test_lines_reach_no_further_than_their_section),
        cmocka_unit_test(test_map_of_symbols),
        cmocka_unit_test(test_map_as_elf),
    };

    return cmocka_run_group_tests_name("loader.symbols", tests, setup, teardown);
}
