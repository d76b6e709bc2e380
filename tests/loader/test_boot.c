/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel files: what is refused and with which words, then what is laid out where. */
#include "tests/cmocka.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "loader/boot.h"
#include "tests/loader/elf_build.h"

#define MIB (1ull << 20)

struct attempt {
    struct boot_spec spec;
    struct boot_plan plan;
    uint8_t file[ELF_BUILD_BYTES];
    char err[256];
};

static void attempt_init(struct attempt *a, enum arch arch)
{
    memset(a, 0, sizeof(*a));
    elf_build(arch, a->file);
    a->spec = (struct boot_spec){.arch = arch, .kernel = a->file, .kernel_bytes = sizeof(a->file),
                                 .kernel_name = "k.elf", .cmdline = "quiet",
                                 .ram_bytes = 64 * MIB, .entropy_seed = 7};
}

static int attempt_build(struct attempt *a)
{
    return boot_plan_build(&a->spec, &a->plan, a->err, sizeof(a->err));
}

static void expect_refused(struct attempt *a, int rc, const char *words)
{
    assert_int_equal(attempt_build(a), rc);
    if (!strstr(a->err, words))
        fail_msg("the message is \"%s\", without \"%s\"", a->err, words);
    assert_null(strchr(a->err, '\n'));
    assert_int_equal(a->plan.count, 0);
}

static const struct boot_segment *segment_at(const struct boot_plan *plan, paddr_t pa)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->segments[i].pa == pa)
            return &plan->segments[i];
    return NULL;
}

static uint64_t get(const uint8_t *p, size_t at, size_t len)
{
    uint64_t v = 0;

    memcpy(&v, p + at, len);
    return v;
}

/* One field overwritten, one sentence expected. */
static void test_elf_damage_has_its_sentence(void **state)
{
    static const struct {
        enum arch arch;
        size_t at, len;
        uint64_t value;
        int rc;
        const char *words;
    } cases[] = {
        {ARCH_ARM64, ELF_AT(eh.e_machine), 2, EM_X86_64, -ENOEXEC,
         "is x86_64 code, the machine is arm64"},
        {ARCH_X86_64, ELF_AT(eh.e_machine), 2, EM_AARCH64, -ENOEXEC,
         "is arm64 code, the machine is x86_64"},
        {ARCH_X86_64, ELF_AT(eh.e_machine), 2, EM_386, -ENOEXEC, "32-bit x86"},
        {ARCH_ARM64, ELF_AT(eh.e_ident[EI_DATA]), 1, ELFDATA2MSB, -ENOEXEC, "k.elf: "},
        {ARCH_ARM64, ELF_AT(eh.e_ident[EI_CLASS]), 1, 9, -ENOEXEC, "damaged ELF header"},
        {ARCH_ARM64, ELF_AT(eh.e_type), 2, ET_REL, -ENOEXEC, "was it linked?"},
        {ARCH_ARM64, ELF_AT(eh.e_phnum), 2, 0, -ENOEXEC, "no program headers"},
        {ARCH_ARM64, ELF_AT(eh.e_phoff), 8, 0x10f8, -ENOEXEC, "k.elf: "},
        {ARCH_ARM64, ELF_AT(eh.e_entry), 8, 0x1234, -ENOEXEC, "entry 0x1234 is outside"},
        {ARCH_ARM64, ELF_AT(ph[0].p_type), 4, PT_NULL, -ENOEXEC, "nothing to load"},
        {ARCH_ARM64, ELF_AT(ph[0].p_filesz), 8, 0x200, -ENOEXEC, "truncated"},
        {ARCH_ARM64, ELF_AT(ph[0].p_offset), 8, ~0ull, -ENOEXEC, "truncated"},
        {ARCH_ARM64, ELF_AT(ph[0].p_memsz), 8, 0x10, -ENOEXEC, "more bytes in the file"},
        {ARCH_ARM64, ELF_AT(ph[0].p_memsz), 8, ~0ull, -ENOEXEC, "wraps around"},
        {ARCH_ARM64, ELF_AT(ph[0].p_memsz), 8, 64 * MIB, -EFBIG, "needs 65 MiB of RAM"},
        {ARCH_ARM64, ELF_AT(ph[0].p_paddr), 8, 0x1000, -EFBIG, "outside RAM"},
        {ARCH_X86_64, ELF_AT(ph[0].p_paddr), 8, 0x90000, -ENOEXEC, "link it at 1 MiB"},
        {ARCH_X86_64, ELF_AT(ph[1].p_type), 4, PT_NULL, -ENOEXEC, "PVH"},
        {ARCH_X86_64, ELF_BUILD_NOTE + 8, 4, 17, -ENOEXEC, "PVH"},
        {ARCH_X86_64, ELF_BUILD_NOTE + 16, 4, 0x50, -ENOEXEC, "entry 0x50 is outside"},
    };
    struct attempt a;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        attempt_init(&a, cases[i].arch);
        put_bytes(a.file, cases[i].at, cases[i].value, cases[i].len);
        if (cases[i].value == 0x90000)
            put_bytes(a.file, ELF_BUILD_NOTE + 16, 0x90020, 4);
        expect_refused(&a, cases[i].rc, cases[i].words);
    }
}

static void test_elf_overlapping_segments_are_refused(void **state)
{
    struct attempt a;

    (void)state;
    attempt_init(&a, ARCH_ARM64);
    memcpy(a.file + ELF_AT(ph[1]), a.file + ELF_AT(ph[0]), sizeof(Elf64_Phdr));
    put_bytes(a.file, ELF_AT(ph[1].p_paddr), 0x40081000, 8);
    put_bytes(a.file, ELF_AT(eh.e_phnum), 2, 2);
    expect_refused(&a, -ENOEXEC, "overlap at 0x40081000");
}

static void test_other_formats_are_named(void **state)
{
    static const struct {
        size_t at;
        const char *magic, *words;
    } cases[] = {
        {0x202, "HdrS", "no 64-bit entry"},
        {4, "zimg", "EFI zboot image"},
        {0, "\x1f\x8b", "compressed with gzip; unpack it first"},
        {0, "\x28\xb5\x2f\xfd", "compressed with zstd"},
        {0, "\xfd" "7zXZ", "compressed with xz"},
        {0, "\x02\x21\x4c\x18", "compressed with LZ4"},
        {0, "BZh9", "compressed with bzip2"},
        {0, "\x27\x05\x19\x56", "uImage"},
        {0, "\xd0\x0d\xfe\xed", "FIT image"},
        {0, "070701", "--initrd"},
        {0x24, "\x18\x28\x6f\x01", "zImage for 32-bit arm"},
        {0, "#!/bin/sh", "no kernel"},
        {56, "ARM\x64", "arm64 kernel, the machine is x86_64"},
    };
    struct attempt a;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        attempt_init(&a, ARCH_X86_64);
        memset(a.file, 0, sizeof(a.file));
        memcpy(a.file, "MZ", 2);
        memcpy(a.file + cases[i].at, cases[i].magic, strlen(cases[i].magic));
        expect_refused(&a, -ENOEXEC, cases[i].words);
    }
    attempt_init(&a, ARCH_X86_64);
    a.spec.kernel_bytes = 0;
    expect_refused(&a, -ENOEXEC, "is empty");
}

static void test_efi_programs_are_named(void **state)
{
    struct attempt a;

    (void)state;
    attempt_init(&a, ARCH_ARM64);
    memset(a.file, 0, sizeof(a.file));
    memcpy(a.file, "MZ", 2);
    put_bytes(a.file, 60, 0x80, 4);
    memcpy(a.file + 0x80, "PE\0\0", 4);
    put_bytes(a.file, 0x84, 0xaa64, 2);
    expect_refused(&a, -ENOEXEC, "EFI program for arm64");
    put_bytes(a.file, 0x84, 0x14c, 2);
    expect_refused(&a, -ENOEXEC, "EFI program for 32-bit x86");
    put_bytes(a.file, 60, sizeof(a.file) - 8, 4);
    expect_refused(&a, -ENOEXEC, "no kernel");
}

/* A 32-bit ELF file with one segment, as hobby kernels with a multiboot header are. */
static void put_elf32(struct attempt *a, uint16_t machine)
{
    Elf32_Ehdr eh = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT},
                     .e_type = ET_EXEC, .e_machine = machine, .e_version = EV_CURRENT,
                     .e_entry = 0x100010, .e_phoff = sizeof(eh), .e_ehsize = sizeof(eh),
                     .e_phentsize = sizeof(Elf32_Phdr), .e_phnum = 1};
    Elf32_Phdr ph = {.p_type = PT_LOAD, .p_offset = ELF_BUILD_CODE, .p_vaddr = 0x100000,
                     .p_paddr = 0x100000, .p_filesz = ELF_BUILD_CODE_BYTES, .p_memsz = 0x3000};

    memset(a->file, 0, ELF_BUILD_CODE);
    memcpy(a->file, &eh, sizeof(eh));
    memcpy(a->file + sizeof(eh), &ph, sizeof(ph));
}

static void put_multiboot(struct attempt *a, size_t at, uint32_t flags)
{
    put_bytes(a->file, at, 0x1BADB002, 4);
    put_bytes(a->file, at + 4, flags, 4);
    put_bytes(a->file, at + 8, (uint32_t)-(0x1BADB002 + flags), 4);
}

static void test_32_bit_elf_starts_by_multiboot_only(void **state)
{
    struct attempt a;

    (void)state;
    attempt_init(&a, ARCH_X86_64);
    put_elf32(&a, EM_386);
    expect_refused(&a, -ENOEXEC, "is a 32-bit kernel with neither a PVH note");
    put_bytes(a.file, 0x800, 0xE85250D6, 4);
    put_bytes(a.file, 0x808, 24, 4);
    put_bytes(a.file, 0x80c, (uint32_t)-(0xE85250D6 + 24), 4);
    expect_refused(&a, -ENOEXEC, "multiboot 2 header alone");
    put_multiboot(&a, ELF_BUILD_CODE, 3);
    assert_ok(attempt_build(&a), a.err);
    assert_int_equal(a.plan.entry.mode, CPU_ENTRY_X86_PROT32);
    assert_int_equal(a.plan.entry.pc, 0x100010);
    boot_plan_free(&a.plan);
    put_elf32(&a, EM_ARM);
    expect_refused(&a, -ENOEXEC, "32-bit arm code");
    put_elf32(&a, EM_386);
    a.spec.arch = ARCH_ARM64;
    expect_refused(&a, -ENOEXEC, "32-bit x86 code, the machine is arm64");
}

static void test_multiboot_without_elf(void **state)
{
    const struct boot_segment *s;
    struct attempt a;

    (void)state;
    attempt_init(&a, ARCH_X86_64);
    memset(a.file, 0x90, sizeof(a.file));
    put_multiboot(&a, 0x40, 1u << 16);
    put_bytes(a.file, 0x4c, 0x200040, 4);
    put_bytes(a.file, 0x50, 0x200000, 4);
    put_bytes(a.file, 0x54, 0x200800, 4);
    put_bytes(a.file, 0x58, 0x300000, 4);
    put_bytes(a.file, 0x5c, 0x200060, 4);
    assert_ok(attempt_build(&a), a.err);
    assert_int_equal(a.plan.entry.pc, 0x200060);
    assert_int_equal(a.plan.entry.arg[0], 0x2BADB002);
    s = segment_at(&a.plan, 0x200000);
    assert_non_null(s);
    assert_int_equal(s->bytes, 0x800);
    boot_plan_free(&a.plan);
    put_bytes(a.file, 0x54, 0x210000, 4);
    expect_refused(&a, -ENOEXEC, "truncated: its multiboot header names 65536 bytes");
    put_bytes(a.file, 0x50, 0x200100, 4);
    expect_refused(&a, -ENOEXEC, "damaged multiboot header");
    a.spec.arch = ARCH_ARM64;
    expect_refused(&a, -ENOEXEC, "multiboot kernel, the machine is arm64");
}

static void test_too_little_ram_is_refused(void **state)
{
    enum arch both[] = {ARCH_ARM64, ARCH_X86_64};
    struct attempt a;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(both); i++) {
        attempt_init(&a, both[i]);
        a.spec.initrd_bytes = 63 * MIB;
        a.spec.initrd = calloc(1, a.spec.initrd_bytes);
        expect_refused(&a, -EFBIG, "--mem");
        free((void *)(uintptr_t)a.spec.initrd);
    }
    attempt_init(&a, ARCH_X86_64);
    a.spec.ram_bytes = 4096 * MIB;
    expect_refused(&a, -EFBIG, "at most 3072 MiB");
}

static void test_arm64_elf_layout(void **state)
{
    struct attempt a;
    const struct boot_segment *s;

    (void)state;
    attempt_init(&a, ARCH_ARM64);
    a.spec.initrd = "070701";
    a.spec.initrd_bytes = 6;
    assert_ok(attempt_build(&a), a.err);
    assert_int_equal(a.plan.count, 3);
    assert_int_equal(a.plan.entry.mode, CPU_ENTRY_ARM64_EL1);
    assert_int_equal(a.plan.entry.pc, 0x40080010); /* a virtual e_entry, moved along */
    s = segment_at(&a.plan, 0x40080000);
    assert_non_null(s);
    assert_int_equal(s->bytes, ELF_BUILD_CODE_BYTES); /* bss is not copied */
    assert_memory_equal(s->data, a.file + ELF_BUILD_CODE, s->bytes);
    s = segment_at(&a.plan, 0x42000000);
    assert_non_null(s);
    assert_memory_equal(s->data, "070701", 6);
    s = segment_at(&a.plan, a.plan.entry.arg[0]);
    assert_non_null(s);
    assert_int_equal(s->pa, 0x42200000);
    boot_plan_free(&a.plan);
}

static void test_x86_64_pvh_layout(void **state)
{
    struct attempt a;
    const struct boot_segment *s;
    const uint8_t *seed_module, *map;

    (void)state;
    attempt_init(&a, ARCH_X86_64);
    a.spec.initrd = "070701";
    a.spec.initrd_bytes = 6;
    assert_ok(attempt_build(&a), a.err);
    assert_int_equal(a.plan.entry.mode, CPU_ENTRY_X86_PROT32);
    s = segment_at(&a.plan, 0x400);
    assert_non_null(s);
    assert_memory_equal(s->data + 0x0e, "\xc0\x9f", 2);
    assert_memory_equal(s->data + 0x13, "\x7f\x02", 2); /* 639 KiB */
    assert_int_equal(a.plan.entry.pc, 0x100020);
    assert_non_null(segment_at(&a.plan, 64 * MIB - 4096));
    s = segment_at(&a.plan, a.plan.entry.arg[1]);
    assert_non_null(s);
    assert_int_equal(get(s->data, 0, 4), 0x336ec578);
    assert_int_equal(get(s->data, 4, 4), 1);
    assert_int_equal(get(s->data, 12, 4), 2);
    assert_string_equal((char *)s->data + get(s->data, 24, 8) - s->pa, "quiet");
    assert_int_equal(get(s->data, get(s->data, 16, 8) - s->pa, 8), 64 * MIB - 4096);
    assert_int_equal(get(s->data, get(s->data, 16, 8) - s->pa + 8, 8), 6);
    seed_module = s->data + get(s->data, 16, 8) - s->pa + 32;
    assert_int_equal(get(seed_module, 8, 8), 32);
    assert_string_equal((char *)s->data + get(seed_module, 16, 8) - s->pa, "rng-seed");
    map = s->data + get(s->data, 40, 8) - s->pa;
    assert_int_equal(get(map, 3 * 24, 8), MIB);
    assert_int_equal(get(map, 3 * 24 + 8, 8), 63 * MIB);
    boot_plan_free(&a.plan);
}

static void test_x86_64_multiboot_entry(void **state)
{
    struct attempt a;
    const struct boot_segment *s;

    (void)state;
    attempt_init(&a, ARCH_X86_64);
    put_bytes(a.file, ELF_AT(eh.e_phnum), 1, 2);
    put_bytes(a.file, ELF_BUILD_CODE, 0x1BADB002, 4);
    put_bytes(a.file, ELF_BUILD_CODE + 4, 0, 4);
    put_bytes(a.file, ELF_BUILD_CODE + 8, (uint32_t)-0x1BADB002, 4);
    assert_ok(attempt_build(&a), a.err);
    assert_int_equal(a.plan.entry.pc, 0x100010);
    assert_int_equal(a.plan.entry.arg[0], 0x2BADB002);
    s = segment_at(&a.plan, a.plan.entry.arg[1]);
    assert_non_null(s);
    assert_int_equal(get(s->data, 0, 4), 0x45);
    assert_string_equal((char *)s->data + get(s->data, 16, 4) - s->pa, "quiet");
    boot_plan_free(&a.plan);
}

static void test_arm64_linux_image(void **state)
{
    struct attempt a;

    (void)state;
    attempt_init(&a, ARCH_ARM64);
    memset(a.file, 0, sizeof(a.file));
    put_bytes(a.file, 16, 4 * MIB, 8);
    memcpy(a.file + 56, "ARM\x64", 4);
    assert_ok(attempt_build(&a), a.err);
    assert_int_equal(a.plan.entry.pc, 0x40000000);
    assert_int_equal(segment_at(&a.plan, 0x40000000)->bytes, sizeof(a.file));
    boot_plan_free(&a.plan);

    put_bytes(a.file, 8, 0x80000, 8);
    assert_ok(attempt_build(&a), a.err);
    assert_int_equal(a.plan.entry.pc, 0x40080000);
    boot_plan_free(&a.plan);

    put_bytes(a.file, 16, 65 * MIB, 8);
    expect_refused(&a, -EFBIG,
                   "MiB of RAM from 0x40000000, the machine has 64 MiB; give it more (--mem)");
    put_bytes(a.file, 24, 1, 8);
    expect_refused(&a, -ENOEXEC, "big-endian");
    put_bytes(a.file, 24, 2 << 1, 8);
    expect_refused(&a, -ENOEXEC, "pages of 16 KiB");
    put_bytes(a.file, 24, 1 << 1, 8);
    memcpy(a.file, "MZ", 2);
    put_bytes(a.file, 60, 0x80, 4);
    memcpy(a.file + 0x80, "PE\0\0", 4);
    put_bytes(a.file, 0x86, 1, 2);
    put_bytes(a.file, 0x98 + 16, 0x1000, 4);
    put_bytes(a.file, 0x98 + 20, 0x1000, 4);
    expect_refused(&a, -ENOEXEC, "truncated: it has 4352 bytes of 8192");
}

static void test_x86_64_bzimage(void **state)
{
    struct attempt a;
    const struct boot_segment *s;

    (void)state;
    attempt_init(&a, ARCH_X86_64);
    memset(a.file, 0x5a, sizeof(a.file));
    memcpy(a.file, "MZ", 2);
    a.file[0x1f1] = 3;
    put_bytes(a.file, 0x201, 0x6a, 1);
    memcpy(a.file + 0x202, "HdrS", 4);
    put_bytes(a.file, 0x206, 0x20f, 2);
    put_bytes(a.file, 0x1f4, (sizeof(a.file) - 0x800) / 16, 4);
    put_bytes(a.file, 0x22c, 0x7fffffff, 4);
    put_bytes(a.file, 0x236, 1, 2);
    put_bytes(a.file, 0x258, 0x1000000, 8);
    put_bytes(a.file, 0x260, 0x100000, 4);
    a.spec.initrd = "070701";
    a.spec.initrd_bytes = 6;
    assert_ok(attempt_build(&a), a.err);
    assert_int_equal(a.plan.entry.mode, CPU_ENTRY_X86_LONG64);
    assert_int_equal(a.plan.entry.pc, 0x1000200);
    s = segment_at(&a.plan, a.plan.entry.arg[3]);
    assert_non_null(s);
    assert_int_equal(get(s->data, 0x5000, 8), 0xc0000083); /* 3 GiB maps to itself */
    assert_non_null(segment_at(&a.plan, 0x1000000));
    s = segment_at(&a.plan, a.plan.entry.arg[1]);
    assert_non_null(s);
    assert_int_equal(get(s->data, 0x218, 4), 64 * MIB - 4096);
    assert_int_equal(get(s->data, 0x21c, 4), 6);
    assert_string_equal((char *)s->data + get(s->data, 0x228, 4) - s->pa, "quiet");
    assert_int_equal(s->data[0x1e8], 4);
    assert_int_equal(get(s->data, 0x2d0 + 3 * 20, 8), MIB);
    boot_plan_free(&a.plan);

    a.spec.kernel_bytes = sizeof(a.file) - 16;
    expect_refused(&a, -ENOEXEC, "truncated: it has 4336 bytes of 4352");
    a.spec.kernel_bytes = 0x7ff;
    expect_refused(&a, -ENOEXEC, "truncated");
    a.spec.kernel_bytes = 0x260;
    expect_refused(&a, -ENOEXEC, "ends inside its setup header");
}

/* Raw code for flash: nothing of it goes to RAM, which starts with the device tree. */
static void test_firmware(void **state)
{
    struct attempt a;

    (void)state;
    attempt_init(&a, ARCH_ARM64);
    a.spec.firmware = true;
    expect_refused(&a, -ENOEXEC, "is an ELF file; a firmware is raw code");
    memset(a.file, 0x1f, sizeof(a.file));
    assert_ok(attempt_build(&a), a.err);
    assert_int_equal(a.plan.entry.mode, CPU_ENTRY_ARM64_EL1);
    assert_int_equal(a.plan.entry.pc, 0);
    assert_int_equal(a.plan.count, 1);
    assert_int_equal(get(segment_at(&a.plan, 0x40000000)->data, 0, 4), 0xedfe0dd0);
    boot_plan_free(&a.plan);
    a.spec.el2 = true;
    assert_ok(attempt_build(&a), a.err);
    assert_int_equal(a.plan.entry.mode, CPU_ENTRY_ARM64_EL2);
    boot_plan_free(&a.plan);
    a.spec.kernel_bytes = 64 * MIB + 1;
    expect_refused(&a, -EFBIG, "64 MiB");
    a.spec.kernel_bytes = 0;
    expect_refused(&a, -EFBIG, "has 0 bytes");
    a.spec.kernel_bytes = 16;
    a.spec.arch = ARCH_X86_64;
    expect_refused(&a, -ENOEXEC, "no place for a firmware");
}

static void test_same_input_same_plan(void **state)
{
    enum arch both[] = {ARCH_ARM64, ARCH_X86_64};
    struct attempt a, b;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(both); i++) {
        attempt_init(&a, both[i]);
        attempt_init(&b, both[i]);
        assert_ok(attempt_build(&a), a.err);
        assert_ok(attempt_build(&b), b.err);
        assert_int_equal(a.plan.count, b.plan.count);
        for (size_t j = 0; j < a.plan.count; j++) {
            assert_int_equal(a.plan.segments[j].pa, b.plan.segments[j].pa);
            assert_int_equal(a.plan.segments[j].bytes, b.plan.segments[j].bytes);
            assert_memory_equal(a.plan.segments[j].data, b.plan.segments[j].data,
                                a.plan.segments[j].bytes);
        }
        boot_plan_free(&a.plan);
        boot_plan_free(&b.plan);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_elf_damage_has_its_sentence),
        cmocka_unit_test(test_elf_overlapping_segments_are_refused),
        cmocka_unit_test(test_other_formats_are_named),
        cmocka_unit_test(test_efi_programs_are_named),
        cmocka_unit_test(test_32_bit_elf_starts_by_multiboot_only),
        cmocka_unit_test(test_multiboot_without_elf),
        cmocka_unit_test(test_too_little_ram_is_refused),
        cmocka_unit_test(test_arm64_elf_layout),
        cmocka_unit_test(test_x86_64_pvh_layout),
        cmocka_unit_test(test_x86_64_multiboot_entry),
        cmocka_unit_test(test_arm64_linux_image),
        cmocka_unit_test(test_x86_64_bzimage),
        cmocka_unit_test(test_firmware),
        cmocka_unit_test(test_same_input_same_plan),
    };

    return cmocka_run_group_tests_name("loader.boot", tests, NULL, NULL);
}
