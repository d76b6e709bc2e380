/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The virtio bus from the driver's side: registers, rings, a disk, an entropy source. */
#include "tests/cmocka.h"

#include <stdlib.h>
#include <string.h>

#include "tests/cpu/dev/flat_memory.h"

#define MEMORY_BYTES 0x10000u
#define DESC         0x1000u
#define AVAIL        0x2000u
#define USED         0x3000u
#define HEADER       0x4000u
#define STATUS_BYTE  0x4100u
#define DATA         0x5000u
#define QUEUE_SIZE   8u
#define DISK_BYTES   (3u * 4096 + 512) /* ends inside of a page */
#define LATENCY      10000u            /* cycles, at 1 GHz */

struct rig {
    struct flat_memory flat; /* of `memory`; first, as the device's context is both */
    struct virtio_bus bus;
    struct virtio_dev dev[VIRTIO_SLOTS];
    uint8_t memory[MEMORY_BYTES], image[DISK_BYTES];
    uint16_t made; /* requests so far */
};

static uint32_t get(struct rig *r, uint32_t offset)
{
    bool known;
    uint32_t value = virtio_read(&r->bus, offset, 4, &known);

    assert_true(known);
    return value;
}

static void put(struct rig *r, cycles_t now, uint32_t offset, uint32_t value)
{
    bool known;

    virtio_write(&r->bus, now, offset, 4, value, &known);
    assert_true(known);
}

/* As a driver does (3.1.1), up to DRIVER_OK. */
static void start(struct rig *r, uint32_t slot)
{
    uint32_t base = slot * VIRTIO_WINDOW;

    put(r, 0, base + 0x70, 0);
    put(r, 0, base + 0x70, 3);
    put(r, 0, base + 0x24, 1);
    put(r, 0, base + 0x20, 1); /* VIRTIO_F_VERSION_1 */
    put(r, 0, base + 0x70, 0xb);
    assert_int_equal(get(r, base + 0x70), 0xb);
    put(r, 0, base + 0x30, 0);
    assert_int_equal(get(r, base + 0x34), VIRTIO_QUEUE_SIZE);
    put(r, 0, base + 0x38, QUEUE_SIZE);
    put(r, 0, base + 0x80, DESC);
    put(r, 0, base + 0x90, AVAIL);
    put(r, 0, base + 0xa0, USED);
    put(r, 0, base + 0x44, 1);
    put(r, 0, base + 0x70, 0xf);
    memset(r->memory + AVAIL, 0, 0x100);
    memset(r->memory + USED, 0, 0x100);
    r->made = 0;
}

static int setup(void **state)
{
    struct rig *r = calloc(1, sizeof(*r));
    struct cpu_config config = {.hz = 1000000000, .seed = 5, .device_count = 2};

    for (unsigned i = 0; i < DISK_BYTES; i++)
        r->image[i] = (uint8_t)(i / 512 + 1);
    config.devices[0] = (struct cpu_device){CPU_DEVICE_BLOCK, false, r->image, DISK_BYTES};
    config.devices[1] = (struct cpu_device){.kind = CPU_DEVICE_ENTROPY};
    r->flat = (struct flat_memory){r->memory, sizeof(r->memory)};
    virtio_init(&r->bus, r->dev, &config,
                (struct virtio_memory){r, flat_memory_read, flat_memory_write});
    virtio_reset(&r->bus);
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    virtio_destroy(&((struct rig *)*state)->bus);
    free(*state);
    return 0;
}

static void put_desc(struct rig *r, unsigned i, uint64_t pa, uint32_t len, uint16_t flags)
{
    uint8_t *d = r->memory + DESC + 16 * i;
    uint16_t next = (uint16_t)(i + 1);

    memcpy(d, &pa, 8);
    memcpy(d + 8, &len, 4);
    memcpy(d + 12, &flags, 2);
    memcpy(d + 14, &next, 2);
}

/* Make chain 0 available, kick at `now` and let the time come. */
static void submit(struct rig *r, uint32_t slot, cycles_t now)
{
    uint16_t index = ++r->made;

    memset(r->memory + AVAIL + 4 + 2 * ((index - 1) % QUEUE_SIZE), 0, 2);
    memcpy(r->memory + AVAIL + 2, &index, 2);
    put(r, now, slot * VIRTIO_WINDOW + 0x50, 0);
    assert_true(virtio_next(&r->bus, &(struct cpu_host){0}, 0) == now + LATENCY);
    virtio_advance(&r->bus, now + LATENCY - 1);
    assert_int_equal(r->memory[USED + 2], (uint8_t)(index - 1));
    virtio_advance(&r->bus, now + LATENCY);
}

/* One request; the device's status byte. */
static uint8_t request(struct rig *r, uint32_t type, uint64_t sector, uint32_t len)
{
    memset(r->memory + HEADER, 0, 16);
    memcpy(r->memory + HEADER, &type, 4);
    memcpy(r->memory + HEADER + 8, &sector, 8);
    r->memory[STATUS_BYTE] = 0xee;
    put_desc(r, 0, HEADER, 16, 1);
    put_desc(r, 1, DATA, len, type == 1 ? 1 : 3);
    put_desc(r, 2, STATUS_BYTE, 1, 2);
    submit(r, 0, 1000);
    return r->memory[STATUS_BYTE];
}

static void test_registers(void **state)
{
    struct rig *r = *state;
    bool known;

    assert_int_equal(get(r, 0), 0x74726976);
    assert_int_equal(get(r, 4), 2);
    assert_int_equal(get(r, 8), 2);
    assert_int_equal(get(r, VIRTIO_WINDOW + 8), 4);
    assert_int_equal(get(r, 2 * VIRTIO_WINDOW), 0x74726976); /* an empty slot */
    assert_int_equal(get(r, 2 * VIRTIO_WINDOW + 8), 0);
    assert_int_equal(get(r, 0x100), DISK_BYTES / 512);
    assert_int_equal(get(r, 0xb0), ~0u); /* no shared memory */
    virtio_read(&r->bus, 0x48, 4, &known);
    assert_false(known);
    virtio_read(&r->bus, 0x70, 1, &known);
    assert_false(known);
    virtio_write(&r->bus, 0, 0x48, 4, 0, &known);
    assert_false(known);
}

/* A driver that does not know VERSION_1, or takes what was not offered. */
static void test_features_are_checked(void **state)
{
    struct rig *r = *state;

    put(r, 0, 0x70, 0xb);
    assert_int_equal(get(r, 0x70), 3);
    put(r, 0, 0x24, 1);
    put(r, 0, 0x20, 3);
    put(r, 0, 0x70, 0xb);
    assert_int_equal(get(r, 0x70), 3);
}

static void test_disk_reads_and_writes(void **state)
{
    struct rig *r = *state;
    uint64_t before;

    start(r, 0);
    assert_int_equal(virtio_lines(&r->bus), 0);
    assert_int_equal(request(r, 0, 7, 1024), 0);
    assert_int_equal(r->memory[DATA], 8);
    assert_int_equal(r->memory[DATA + 512], 9);
    assert_int_equal(virtio_lines(&r->bus), 1);
    assert_int_equal(get(r, 0x60), 1);
    put(r, 0, 0x64, 1);
    assert_int_equal(virtio_lines(&r->bus), 0);

    before = r->dev[0].content;
    memset(r->memory + DATA, 0x5a, 1024);
    assert_int_equal(request(r, 1, 23, 1024), 0); /* across two pages, to the end */
    assert_int_not_equal(r->dev[0].content, before);
    assert_true(virtio_contents_agree(&r->bus));
    assert_int_equal(request(r, 0, 22, 1536), 0);
    assert_int_equal(r->memory[DATA], 23);
    assert_int_equal(r->memory[DATA + 512], 0x5a);
    assert_int_equal(r->memory[DATA + 1535], 0x5a);
    assert_int_equal(r->image[23 * 512], 24); /* the image never changes */
    assert_int_equal(request(r, 4, 0, 0), 0);
    assert_int_equal(request(r, 8, 0, 20), 0);
    assert_string_equal((const char *)r->memory + DATA, "trapline");
    assert_int_equal(request(r, 99, 0, 512), 2);
}

static void test_disk_has_an_end(void **state)
{
    struct rig *r = *state;

    start(r, 0);
    assert_int_equal(request(r, 0, 25, 512), 1);
    assert_int_equal(request(r, 0, 24, 1024), 1);
    assert_int_equal(request(r, 1, ~0ull, 512), 1);
    assert_int_equal(request(r, 0, 0, 100), 1);
    r->bus.device[0].read_only = true;
    assert_int_equal(request(r, 1, 0, 512), 1);
    assert_int_equal(r->dev[0].content, 0);
}

static void test_marks_bring_the_disk_back(void **state)
{
    struct page_map kept[VIRTIO_SLOTS];
    struct virtio_dev dev[VIRTIO_SLOTS];
    static uint8_t memory[MEMORY_BYTES];
    struct rig *r = *state;

    start(r, 0);
    memset(r->memory + DATA, 1, 512);
    assert_int_equal(request(r, 1, 3, 512), 0);
    virtio_share(&r->bus, kept);
    memcpy(dev, r->dev, sizeof(dev));
    memcpy(memory, r->memory, sizeof(memory));
    memset(r->memory + DATA, 2, 512);
    assert_int_equal(request(r, 1, 3, 512), 0);
    virtio_restore(&r->bus, kept);
    assert_false(virtio_contents_agree(&r->bus));
    memcpy(r->dev, dev, sizeof(dev));
    memcpy(r->memory, memory, sizeof(memory));
    assert_true(virtio_contents_agree(&r->bus));
    r->made--;
    assert_int_equal(request(r, 0, 3, 512), 0);
    assert_int_equal(r->memory[DATA], 1);
    virtio_drop(kept);
}

/* What a driver must not do ends the device's service until it is reset, and nothing else. */
static void test_bad_rings_want_a_reset(void **state)
{
    struct rig *r = *state;
    static const struct {
        uint64_t pa;
        uint32_t len;
        uint16_t flags;
    } bad[] = {
        {DESC, 16, 1},           /* chain 0 goes round */
        {MEMORY_BYTES, 16, 1},   /* not in RAM */
        {HEADER, 8, 1},          /* a header too short */
        {STATUS_BYTE, 16, 3},    /* for writing, and one for reading behind it */
    };

    for (unsigned i = 0; i < ARRAY_LEN(bad); i++) {
        start(r, 0);
        put_desc(r, 0, bad[i].pa, bad[i].len, bad[i].flags);
        put_desc(r, 1, DATA, 4, 0);
        if (i == 0)
            memset(r->memory + DESC + 14, 0, 2);
        submit(r, 0, 0);
        assert_int_equal(get(r, 0x70), 0x4f);
        assert_int_equal(get(r, 0x60), 2);
        assert_int_equal(r->memory[USED + 2], 0);
    }
    start(r, 0);
    assert_int_equal(request(r, 0, 0, 512), 0);
}

/* A chain of 300 descriptors in a ring whose size is written anew while it is in use. */
static void test_a_ready_queue_keeps_its_size(void **state)
{
    struct rig *r = *state;

    start(r, 0);
    for (unsigned i = 0; i < 300; i++)
        put_desc(r, i % 256, 0x8000, 0, 1);
    put(r, 0, 0x38, 1024);
    assert_int_equal(r->dev[0].queue[0].size, QUEUE_SIZE);
    submit(r, 0, 0);
    assert_int_equal(get(r, 0x70), 0x4f);
    put(r, 0, 0x38, 0);
    assert_int_equal(r->dev[0].queue[0].size, QUEUE_SIZE);
}

/* The second page of what is written is not there: the first one is on the disk, and counted. */
static void test_a_write_that_breaks_off_is_counted(void **state)
{
    struct rig *r = *state;
    uint64_t sector = 0;
    uint32_t type = 1;

    start(r, 0);
    assert_int_equal(request(r, 1, 8, 4096), 0);
    memcpy(r->memory + HEADER, &type, 4);
    memcpy(r->memory + HEADER + 8, &sector, 8);
    put_desc(r, 0, HEADER, 16, 1);
    put_desc(r, 1, MEMORY_BYTES - 4096, 8192, 1);
    put_desc(r, 2, STATUS_BYTE, 1, 2);
    submit(r, 0, 0);
    assert_int_equal(get(r, 0x70), 0x4f);
    assert_true(virtio_contents_agree(&r->bus));
}

static int refill(void *ctx, paddr_t pa, const void *buf, size_t len)
{
    struct rig *r = ctx;
    int rc = flat_memory_write(ctx, pa, buf, len);
    uint16_t index;

    memcpy(&index, r->memory + USED + 2, 2);
    index = (uint16_t)(index + 1);
    memcpy(r->memory + AVAIL + 2, &index, 2); /* as a device can that stores there */
    return rc;
}

/* A ring that its device fills again and again is served in turns. */
static void test_a_turn_ends(void **state)
{
    struct rig *r = *state;

    start(r, 1);
    put_desc(r, 0, DATA, 16, 2);
    r->bus.memory.write = refill;
    submit(r, 1, 0);
    assert_int_equal(r->memory[USED + 2], QUEUE_SIZE);
    assert_true(virtio_next(&r->bus, &(struct cpu_host){0}, 0) == 2 * LATENCY);
    virtio_advance(&r->bus, 2 * LATENCY);
    assert_int_equal(r->memory[USED + 2], 2 * QUEUE_SIZE);
}

static void test_entropy_is_the_seeds(void **state)
{
    struct rig *r = *state;
    uint8_t first[16];

    start(r, 1);
    put_desc(r, 0, DATA, 16, 2);
    submit(r, 1, 0);
    memcpy(first, r->memory + DATA, 16);
    submit(r, 1, 0);
    assert_memory_not_equal(first, r->memory + DATA, 16);
    virtio_reset(&r->bus);
    start(r, 1);
    put_desc(r, 0, DATA, 16, 2);
    submit(r, 1, 0);
    assert_memory_equal(first, r->memory + DATA, 16);
    r->bus.seed++;
    virtio_reset(&r->bus);
    start(r, 1);
    submit(r, 1, 0);
    assert_memory_not_equal(first, r->memory + DATA, 16);
}

struct seen {
    unsigned slots, count;
    bool data;
};

static void note_store(void *ctx, unsigned slot, paddr_t pa, size_t len)
{
    struct seen *s = ctx;

    s->slots |= 1u << slot;
    s->count++;
    s->data |= pa <= DATA && DATA < pa + len;
}

/* Who watches hears of data and of the used ring, with the device's slot. */
static void test_stores_are_told(void **state)
{
    struct rig *r = *state;
    struct seen seen = {0};

    start(r, 1);
    put_desc(r, 0, DATA, 16, 2);
    r->bus.stores.fn = note_store;
    r->bus.stores.ctx = &seen;
    submit(r, 1, 0);
    assert_int_equal(seen.slots, 2);
    assert_true(seen.data && seen.count >= 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_registers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_features_are_checked, setup, teardown),
        cmocka_unit_test_setup_teardown(test_disk_reads_and_writes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_disk_has_an_end, setup, teardown),
        cmocka_unit_test_setup_teardown(test_marks_bring_the_disk_back, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_rings_want_a_reset, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_ready_queue_keeps_its_size, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_write_that_breaks_off_is_counted, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_turn_ends, setup, teardown),
        cmocka_unit_test_setup_teardown(test_entropy_is_the_seeds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_stores_are_told, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
