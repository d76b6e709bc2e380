/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes from a debugger: packets out of them, and what a payload of hex digits says. */
#include <stdlib.h>

#include "sim/gdb_packet.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct gdb_reader *r = calloc(1, sizeof(*r));
    struct byte_buf out = {0};

    if (!r)
        return 0;
    for (size_t i = 0; i < size; i++) {
        const char *at = r->payload;
        uint64_t value;

        if (gdb_reader_put(r, bytes[i]) != GDB_PACKET)
            continue;
        while (*at)
            if (!gdb_take_hex(&at, &value))
                at++;
        gdb_put_packet(&out, r->payload, r->len);
        gdb_put_hex(&out, r->payload, r->len);
    }
    free(out.data);
    free(r);
    return 0;
}
