/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_fdt.c - the kernel's device tree reader: damaged trees first, then a whole one. */
#include "tests/cmocka.h"

#include <stdlib.h>
#include <string.h>

#include "kernel/arch/arm64/fdt.h"

#define HEADER_BYTES 40u
#define STRINGS "reg\0#address-cells"
#define STRING_REG 0u
#define STRING_CELLS 4u

enum { BEGIN = 1, END_NODE = 2, PROP = 3, NOP = 4, END = 9 };

static uint8_t blob[4096];
static uint32_t blob_bytes;
static int visits;
static struct fdt_property last;

static void put32_at(uint32_t at, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        blob[at + (uint32_t)i] = (uint8_t)(v >> (24 - 8 * i));
}

static void put32(uint32_t v)
{
    put32_at(blob_bytes, v);
    blob_bytes += 4;
}

static void put_bytes(const void *p, uint32_t bytes)
{
    memcpy(blob + blob_bytes, p, bytes);
    blob_bytes = (blob_bytes + bytes + 3) & ~3u;
}

static void put_node(const char *name)
{
    put32(BEGIN);
    put_bytes(name, (uint32_t)strlen(name) + 1);
}

static void put_prop(uint32_t name, const void *data, uint32_t bytes)
{
    put32(PROP);
    put32(bytes);
    put32(name);
    put_bytes(data, bytes);
}

/* Strings behind the structure block, and the header. */
static void finish(void)
{
    uint32_t structure_end = blob_bytes;

    put_bytes(STRINGS, sizeof(STRINGS));
    blob_bytes = structure_end + sizeof(STRINGS);
    put32_at(0, 0xd00dfeed);
    put32_at(4, blob_bytes);
    put32_at(8, HEADER_BYTES);
    put32_at(12, structure_end);
    put32_at(32, sizeof(STRINGS));
    put32_at(36, structure_end - HEADER_BYTES);
}

static int setup(void **state)
{
    (void)state;
    memset(blob, 0, sizeof(blob));
    memset(&last, 0, sizeof(last));
    blob_bytes = HEADER_BYTES;
    visits = 0;
    return 0;
}

static void visit(void *ctx, const struct fdt_property *p)
{
    volatile uint8_t sum = (uint8_t)(strlen(p->name) + strlen(p->node));

    (void)ctx;
    for (uint32_t i = 0; i < p->bytes; i++)
        sum = (uint8_t)(sum + p->data[i]);
    visits++;
    last = *p;
}

/* From a block of exactly `bytes`, so that the sanitizer sees a read behind it. */
static int walk(const uint8_t *from, uint32_t bytes)
{
    uint8_t *copy = malloc(bytes ? bytes : 1);
    struct fdt t;
    int error;

    memcpy(copy, from, bytes);
    error = fdt_open(copy, bytes, &t);
    if (!error)
        error = fdt_walk(&t, visit, NULL);
    free(copy);
    return error;
}

static void put_good_tree(void)
{
    put_node("");
    put_prop(STRING_CELLS, "\0\0\0\2", 4);
    put32(NOP);
    put_node("memory@40000000");
    put_prop(STRING_REG, "\0\0\0\0\x40\0\0\0\0\0\0\1\0\0\0\0", 16);
    put32(END_NODE);
    put32(END_NODE);
    put32(END);
}

static void test_rejects_header(void **state)
{
    (void)state;
    put_good_tree();
    finish();
    assert_int_not_equal(walk(blob, 0), 0);
    assert_int_not_equal(walk(blob, HEADER_BYTES - 1), 0);
    assert_int_not_equal(walk(blob, blob_bytes - 1), 0);
    blob[0] ^= 1;
    assert_int_not_equal(walk(blob, blob_bytes), 0);
}

static void test_rejects_blocks_outside(void **state)
{
    static const uint32_t fields[] = {8, 12, 32, 36};

    (void)state;
    put_good_tree();
    finish();
    for (unsigned i = 0; i < 4; i++) {
        uint8_t save[4];

        memcpy(save, blob + fields[i], 4);
        put32_at(fields[i], blob_bytes + 1);
        assert_int_not_equal(walk(blob, blob_bytes), 0);
        put32_at(fields[i], UINT32_MAX);
        assert_int_not_equal(walk(blob, blob_bytes), 0);
        memcpy(blob + fields[i], save, 4);
    }
    assert_int_equal(walk(blob, blob_bytes), 0);
}

static void expect_damaged(void)
{
    finish();
    assert_int_not_equal(walk(blob, blob_bytes), 0);
    setup(NULL);
}

static void test_rejects_structure(void **state)
{
    (void)state;
    expect_damaged(); /* empty */
    put32(END_NODE);
    put32(END);
    expect_damaged();
    put_node("");
    put32(END);
    expect_damaged();
    put32(7);
    expect_damaged();
    put_prop(STRING_REG, "abc", 3); /* outside any node */
    put32(END);
    expect_damaged();
    put_node("");
    put_prop(sizeof(STRINGS), "", 0); /* its name is outside the strings */
    expect_damaged();
    put_node("");
    put32(PROP);
    put32(UINT32_MAX - 2); /* longer than the block, and rounds up to 0 */
    put32(STRING_REG);
    expect_damaged();
    put32(BEGIN);
    put_bytes("never ends..", 12);
    expect_damaged();
    for (int i = 0; i < 17; i++)
        put_node("deep");
    for (int i = 0; i < 17; i++)
        put32(END_NODE);
    put32(END);
    expect_damaged();
}

static void test_visits_properties(void **state)
{
    (void)state;
    put_good_tree();
    finish();
    struct fdt t;

    assert_int_equal(fdt_open(blob, sizeof(blob), &t), 0);
    assert_int_equal(t.total_bytes, blob_bytes);
    assert_int_equal(fdt_walk(&t, visit, NULL), 0);
    assert_int_equal(visits, 2);
    assert_int_equal(last.depth, 1);
    assert_string_equal(last.node, "memory@40000000");
    assert_string_equal(last.name, "reg");
    assert_int_equal(last.bytes, 16);
    assert_int_equal(fdt_number(last.data, 2), 0x40000000);
    assert_int_equal(fdt_number(last.data + 8, 2), 0x100000000);
    assert_int_equal(fdt_number(last.data + 8, 1), 1);
}

/* Whatever one wrong byte does, nothing outside the blob is read. */
static void test_survives_every_wrong_byte(void **state)
{
    (void)state;
    put_good_tree();
    finish();
    for (uint32_t at = 0; at < blob_bytes; at++)
        for (unsigned bit = 0; bit < 8; bit++) {
            blob[at] ^= (uint8_t)(1u << bit);
            (void)!walk(blob, blob_bytes);
            blob[at] ^= (uint8_t)(1u << bit);
        }
    assert_int_equal(walk(blob, blob_bytes), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_rejects_header, setup),
        cmocka_unit_test_setup(test_rejects_blocks_outside, setup),
        cmocka_unit_test_setup(test_rejects_structure, setup),
        cmocka_unit_test_setup(test_visits_properties, setup),
        cmocka_unit_test_setup(test_survives_every_wrong_byte, setup),
    };

    return cmocka_run_group_tests_name("kernel_arm64.fdt", tests, NULL, NULL);
}
