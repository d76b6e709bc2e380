/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * No file crashes the loader: kernels cut at every byte of their headers, with
 * every header byte overwritten, and with random bytes. Built with
 * AddressSanitizer and UBSan; each file stands in a block of its exact size, so that one byte
 * read past its end is seen. The random part is seeded: a failure repeats.
 */
#include "tests/cmocka.h"

#include <stdio.h>
#include <stdlib.h>

#include "loader/boot.h"
#include "tests/loader/elf_build.h"

#define RANDOM_ROUNDS 4000u

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Any result will do, but a refusal has a sentence and leaves no plan. */
static void feed(enum arch arch, const uint8_t *bytes, size_t len)
{
    uint8_t *exact = malloc(len ? len : 1);
    struct boot_spec spec = {.arch = arch, .kernel = exact, .kernel_bytes = len,
                             .kernel_name = "k", .cmdline = "", .ram_bytes = 16u << 20};
    struct boot_plan plan;
    struct symbols *symbols;
    const char *name;
    uint64_t offset;
    int line;
    char err[200] = "";

    memcpy(exact, bytes, len);
    if (boot_plan_build(&spec, &plan, err, sizeof(err)) == 0) {
        boot_plan_free(&plan);
    } else {
        assert_true(err[0] != '\0');
        assert_int_equal(plan.count, 0);
    }
    if (symbols_load(exact, len, "k", &symbols, err, sizeof(err)) == 0) {
        symbols_find(symbols, 0x40080010, &name, &offset);
        symbols_line(symbols, 0x40080010, &name, &line);
        symbols_free(symbols);
    }
    free(exact);
}

static void test_cut_at_every_header_byte(void **state)
{
    uint8_t file[ELF_BUILD_BYTES];

    (void)state;
    for (int arch = ARCH_ARM64; arch <= ARCH_X86_64; arch++) {
        elf_build((enum arch)arch, file);
        for (size_t len = 0; len <= ELF_BUILD_HEADERS; len++)
            feed((enum arch)arch, file, len);
        for (size_t len = ELF_BUILD_CODE; len < ELF_BUILD_BYTES; len += 17)
            feed((enum arch)arch, file, len);
    }
}

static void test_every_header_byte_overwritten(void **state)
{
    static const uint8_t values[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
    uint8_t file[ELF_BUILD_BYTES];

    (void)state;
    for (int arch = ARCH_ARM64; arch <= ARCH_X86_64; arch++)
        for (size_t at = 0; at < ELF_BUILD_HEADERS; at++)
            for (size_t v = 0; v < ARRAY_LEN(values); v++) {
                elf_build((enum arch)arch, file);
                file[at] = values[v];
                feed((enum arch)arch, file, sizeof(file));
            }
}

static void test_random_bytes(void **state)
{
    uint64_t seed = 0x7261706c696e65ull;
    uint8_t file[ELF_BUILD_BYTES];

    (void)state;
    for (unsigned round = 0; round < RANDOM_ROUNDS; round++) {
        enum arch arch = next_random(&seed) & 1 ? ARCH_ARM64 : ARCH_X86_64;
        unsigned changes = 1 + (unsigned)(next_random(&seed) % 12);

        elf_build(arch, file);
        for (unsigned i = 0; i < changes; i++)
            file[next_random(&seed) % ELF_BUILD_HEADERS] = (uint8_t)next_random(&seed);
        feed(arch, file, 64 + next_random(&seed) % (sizeof(file) - 63));
    }
}

/* Linux's own headers, with every byte overwritten and cut everywhere. */
static void test_linux_headers(void **state)
{
    static const struct {
        enum arch arch;
        size_t magic_at;
        const char *magic;
        size_t header_bytes;
    } formats[] = {
        {ARCH_ARM64, 56, "ARM\x64", 64},
        {ARCH_X86_64, 0x202, "HdrS", 0x270},
    };
    uint8_t file[ELF_BUILD_BYTES];

    (void)state;
    for (size_t f = 0; f < ARRAY_LEN(formats); f++)
        for (size_t at = 0; at < formats[f].header_bytes; at++)
            for (unsigned value = 0; value < 256; value += 51) {
                memset(file, 0, sizeof(file));
                memcpy(file + formats[f].magic_at, formats[f].magic, 4);
                put_bytes(file, 0x206, 0x20f, 2);
                put_bytes(file, 0x236, 1, 2);
                put_bytes(file, 0x258, 0x100000, 8);
                file[at] = (uint8_t)value;
                feed(formats[f].arch, file, sizeof(file));
                feed(formats[f].arch, file, at);
            }
}

static void test_real_file_with_symbols(void **state)
{
    uint64_t seed = 0x73796d626f6c73ull;
    FILE *f = fopen("/proc/self/exe", "rb");
    size_t len = 0, room = 64u << 20;
    uint8_t *file = malloc(room), *copy = malloc(room);

    (void)state;
    assert_non_null(f);
    len = fread(file, 1, room, f);
    fclose(f);
    for (unsigned round = 0; round < 40; round++) {
        memcpy(copy, file, len);
        for (unsigned i = 0; i < 200; i++)
            copy[next_random(&seed) % len] = (uint8_t)next_random(&seed);
        /* Keep the header, and now and then hit the section table, where symbols are found. */
        memcpy(copy, file, sizeof(Elf64_Ehdr));
        for (unsigned i = 0; i < 4; i++)
            copy[len - 1 - next_random(&seed) % 2048] = (uint8_t)next_random(&seed);
        feed(ARCH_X86_64, copy, len - next_random(&seed) % (len / 4));
    }
    free(file);
    free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cut_at_every_header_byte),
        cmocka_unit_test(test_every_header_byte_overwritten),
        cmocka_unit_test(test_random_bytes),
        cmocka_unit_test(test_linux_headers),
        cmocka_unit_test(test_real_file_with_symbols),
    };

    return cmocka_run_group_tests_name("loader.damage", tests, NULL, NULL);
}
