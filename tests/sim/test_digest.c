/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The digest of RAM is what sim/digest.c says, computed here once more page by page: by one core,
 * by two, and by one where a second thread is not to be had.
 */
#include "tests/cmocka.h"

#include <errno.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <xxhash.h>

#include "sim/digest.h"

#define MIB (1ull << 20)

static unsigned threads;      /* that were started */
static bool no_more_threads;

int __real_pthread_create(pthread_t *t, const pthread_attr_t *attr, void *(*f)(void *), void *ctx);
int __wrap_pthread_create(pthread_t *t, const pthread_attr_t *attr, void *(*f)(void *), void *ctx);

int __wrap_pthread_create(pthread_t *t, const pthread_attr_t *attr, void *(*f)(void *), void *ctx)
{
    if (no_more_threads)
        return EAGAIN;
    threads++;
    return __real_pthread_create(t, attr, f, ctx);
}

static struct cpu *machine(size_t bytes)
{
    const struct cpu_config config = {.arch = ARCH_ARM64, .ram_bytes = bytes};
    char error[128];
    struct cpu *cpu;

    assert_ok(cpu_create(&config, &cpu, error, sizeof(error)), error);
    return cpu;
}

/*
 * Something in the first and the last page of some regions, and a page of zeros that was touched.
 */
static void fill(struct cpu *cpu)
{
    size_t bytes, pages, zeros;
    paddr_t base;
    uint8_t *ram = cpu_ram(cpu, &base, &bytes);

    pages = bytes / DIGEST_PAGE_BYTES;
    zeros = pages / 2 + 3;
    for (unsigned i = 0; i < DIGEST_REGIONS; i += i % 3 + 1) {
        ram[pages * i / DIGEST_REGIONS * DIGEST_PAGE_BYTES + i] = (uint8_t)(i + 1);
        ram[pages * (i + 1) / DIGEST_REGIONS * DIGEST_PAGE_BYTES - 1] = (uint8_t)(i + 2);
    }
    ram[zeros * DIGEST_PAGE_BYTES] = 1;
    ram[zeros * DIGEST_PAGE_BYTES] = 0;
}

/* By the words at the top of sim/digest.c. */
static uint64_t expected(struct cpu *cpu, uint16_t region[DIGEST_REGIONS])
{
    uint64_t h[DIGEST_REGIONS] = {0};
    size_t bytes;
    paddr_t base, start, end;
    const uint8_t *ram = cpu_ram(cpu, &base, &bytes);

    for (unsigned i = 0; i < DIGEST_REGIONS; i++) {
        digest_region_range(cpu, i, &start, &end);
        for (paddr_t at = start; at < end; at += DIGEST_PAGE_BYTES)
            if (!page_is_zero(ram + (at - base)))
                h[i] = XXH3_64bits_withSeed(ram + (at - base), DIGEST_PAGE_BYTES,
                                            h[i] + (at - base) / DIGEST_PAGE_BYTES + 1);
        region[i] = (uint16_t)h[i];
    }
    return XXH3_64bits(h, sizeof(h));
}

static void check(struct cpu *cpu, unsigned threads_wanted)
{
    uint16_t region[DIGEST_REGIONS];
    struct digest d;

    threads = 0;
    assert_int_equal(digest_take(cpu, 0, true, &d), 0);
    assert_true(d.has_ram);
    assert_int_equal(threads, threads_wanted);
    assert_true(d.ram == expected(cpu, region));
    assert_memory_equal(d.region, region, sizeof(region));
}

/* Zeros to so many pages. */
static void touch(struct cpu *cpu, size_t pages)
{
    size_t bytes;
    paddr_t base;
    uint8_t *ram = cpu_ram(cpu, &base, &bytes);

    for (size_t i = 0; i < pages; i++)
        *(volatile uint8_t *)(ram + i * DIGEST_PAGE_BYTES) = 0;
}

/* A second one where 32 MiB were touched; what is compared with reads all. */
static void test_digest_ram_by_one_core_and_by_two(void **state)
{
    const struct {
        size_t bytes, touched;
        bool two, two_later;
    } cases[] = {{2 * MIB, 1, false, false},
                 {32 * MIB, 8192 - DIGEST_REGIONS * 2, false, true},
                 {66 * MIB, 8192, true, true},
                 {66 * MIB, 0, false, true}};

    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(cases); i++) {
        struct cpu *cpu = machine(cases[i].bytes);

        touch(cpu, cases[i].touched);
        check(cpu, cases[i].two); /* all zero */
        fill(cpu);
        check(cpu, cases[i].two_later);
        no_more_threads = true;
        check(cpu, 0);
        no_more_threads = false;
        cpu_destroy(cpu);
    }
}

/* Every page counts, whichever core reads it. */
static void test_digest_each_region_counts(void **state)
{
    struct cpu *cpu = machine(128 * MIB);
    struct digest before, after;
    paddr_t base, start, end;
    size_t bytes;
    uint8_t *ram = cpu_ram(cpu, &base, &bytes);

    (void)state;
    assert_int_equal(digest_take(cpu, 0, true, &before), 0);
    for (unsigned i = 0; i < DIGEST_REGIONS; i++) {
        digest_region_range(cpu, i, &start, &end);
        ram[end - 1 - base] = 1;
        assert_int_equal(digest_take(cpu, 0, true, &after), 0);
        assert_true(after.ram != before.ram && after.region[i] != before.region[i]);
        before = after;
    }
    cpu_destroy(cpu);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digest_ram_by_one_core_and_by_two),
        cmocka_unit_test(test_digest_each_region_counts),
    };

    prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0); /* which pages were touched is counted */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
