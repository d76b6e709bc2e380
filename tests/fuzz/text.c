/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is written by hand, or may be: a network's script, the header of a golden trace, the results
 * of a search, a kernel's command line. The first byte chooses.
 */
#include <stdlib.h>

#include "cpu/dev/net_script.h"
#include "kernel/include/cmdline.h"
#include "loader/boot.h"
#include "sim/golden.h"
#include "tests/fuzz/fuzz.h"
#include "tools/cmd.h"
#include "tools/explore_results.h"

static void network(const uint8_t *bytes, size_t size)
{
    struct net_script script = {.text = (const char *)bytes, .bytes = size};
    uint8_t frame[64] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4, 5, 6, 8, 6}, mac[6];
    uint8_t *out = malloc(NET_FRAME_BYTES);
    char err[128];

    if (out && net_script_check(&script, err, sizeof(err)) == 0) {
        net_script_mac(&script, mac);
        for (unsigned i = 0; i < 4 && net_script_answer(&script, frame, sizeof(frame), i, out); i++)
            ;
    }
    free(out);
}

static void golden(const uint8_t *bytes, size_t size)
{
    struct blob file = {.data = (uint8_t *)(uintptr_t)bytes, .bytes = size};
    struct golden_spec spec;
    char err[256];
    size_t body;

    if (golden_parse("fuzz", &file, &spec, &body, err, sizeof(err)) != 0)
        return;
    if (body > size)
        __builtin_trap();
    golden_spec_free(&spec);
}

/* tools/common.c's prints it. */
int complain(int code, const char *fmt, ...)
{
    (void)fmt;
    return code;
}

static void on_point(void *ctx, const struct result_line *line)
{
    (void)ctx;
    if (strlen(line->end) >= sizeof(line->end) || strlen(line->where) >= sizeof(line->where))
        __builtin_trap();
}

static void results(const uint8_t *bytes, size_t size)
{
    struct tally tally = {.point = on_point};
    json_t *head;
    size_t used;

    (void)!results_read("fuzz", (const char *)bytes, size, &head, &tally, &used);
    if (used > size || tally.tried > tally.points)
        __builtin_trap();
    json_decref(head);
    free(tally.done);
}

/* Both sides of it: how it gets to the kernel, and what the kernel does with it. */
static void command_line(const uint8_t *bytes, size_t size)
{
    /* A kernel of 4 KiB: an arm64 Image, a multiboot one. */
    static const uint8_t image[4096] = {[56] = 'A', 'R', 'M', 'd'};
    struct boot_spec spec = {.kernel = image, .kernel_bytes = sizeof(image), .kernel_name = "fuzz",
                             .ram_bytes = 32u << 20, .hz = 1000000000, .arch = ARCH_ARM64};
    char *line = malloc(size + 1), buf[16], err[256];
    struct boot_plan plan;
    unsigned rows, cols;
    const char *value;
    size_t len;

    if (!line)
        return;
    memcpy(line, bytes, size);
    line[size] = '\0';
    spec.cmdline = line;
    if (boot_plan_build(&spec, &plan, err, sizeof(err)) == 0)
        boot_plan_free(&plan);
    value = cmdline_value(line, "ktrace", &len);
    if (value && (value < line || value + len > line + strlen(line)))
        __builtin_trap();
    value = cmdline_init(line, buf, sizeof(buf));
    if (value && strlen(value) >= sizeof(buf))
        __builtin_trap();
    if (cmdline_console_size(line, &rows, &cols) && (rows > CMDLINE_SIZE_MAX || !rows || !cols))
        __builtin_trap();
    free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static void (*const kinds[])(const uint8_t *bytes, size_t size) = {network, golden, results,
                                                                       command_line};

    if (size)
        kinds[bytes[0] & 3](bytes + 1, size - 1);
    return 0;
}
