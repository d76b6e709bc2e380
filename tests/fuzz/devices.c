/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hostile guest at all devices of a board: accesses of every width and place, system registers,
 * MSRs and ports, rings in RAM that say anything, input, and time that jumps.
 *
 * The first two bytes choose the machine; then steps of 16 bytes (devices.h).
 */
#include "tests/fuzz/devices.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#define STEPS_MAX  400u
#define DISK_BYTES (2u * 4096 + 512)

static const char script[] = "on ..\nsend [0-] sum[0-]\n";

static void show(void *ctx, const uint8_t *bytes, size_t len)
{
    uint64_t *sum = ctx;

    for (size_t i = 0; i < len; i++)
        *sum += bytes[i];
}

static cycles_t delay(void *ctx, insn_t n, cycles_t deadline)
{
    (void)n;
    (void)deadline;
    return splitmix64(ctx) % 5000;
}

static struct cpu_config make_config(const uint8_t head[2], const uint8_t *image, uint64_t *sum)
{
    static const uint64_t hz[] = {1000000000, 1000000, 62500001, 100000000000};
    struct cpu_config c = {.ram_bytes = DEVICES_RAM_BYTES, .hz = hz[head[1] & 3], .seed = 5,
                           .strict = head[1] & 4, .gic = head[0] & 2 ? 3 : 2,
                           .wall_start_s = 1704067200, .device_count = 4};

    c.devices[0] = (struct cpu_device){CPU_DEVICE_BLOCK, false, image, DISK_BYTES};
    c.devices[1] = (struct cpu_device){.kind = CPU_DEVICE_ENTROPY};
    c.devices[2] = (struct cpu_device){.kind = CPU_DEVICE_CONSOLE};
    c.devices[3] = (struct cpu_device){CPU_DEVICE_NET, false, (const uint8_t *)script,
                                       sizeof(script) - 1};
    c.host = (struct cpu_host){.ctx = sum, .console_output = show, .net_output = show};
    if (head[1] & 8)
        c.host.timer_delay = delay;
    return c;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static uint8_t image[DISK_BYTES];
    const struct devices_board *b;
    struct cpu_config config;
    uint64_t sum = 0;
    uint8_t *ram;
    cycles_t now, next;
    void *board;

    if (size < 2)
        return 0;
    b = bytes[0] & 1 ? &devices_x86_64 : &devices_arm64;
    config = make_config(bytes, image, &sum);
    ram = calloc(1, DEVICES_RAM_BYTES);
    if (!ram || !(board = b->create(&config, ram)))
        abort();
    for (size_t at = 2; at + 16 <= size && at < 16 * STEPS_MAX; at += 16) {
        struct devices_step s = {bytes[at], bytes[at + 1], 0, 0, 0};

        memcpy(&s.offset, bytes + at + 2, 2);
        memcpy(&s.extra, bytes + at + 4, 4);
        memcpy(&s.value, bytes + at + 8, 8);
        b->step(board, &s);
        next = b->next(board, &now);
        if (next != UINT64_MAX && next <= now)
            abort(); /* it is due for good: the run would stand still */
    }
    b->destroy(board);
    free(ram);
    return 0;
}
