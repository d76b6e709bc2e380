/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A trace file. Chunks carry checksums, which no mutation would hit: where the file's own do not
 * fit, the target puts right ones and reads it again, so that what is behind them is reached.
 */
#include <string.h>

#include "sim/trace.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/trace_seal.h"

static void read_it(const uint8_t *bytes, size_t size)
{
    struct trace *t = NULL;
    char err[256];

    if (trace_read(bytes, size, "fuzz.tlt", &t, err, sizeof(err)) == 0)
        trace_free(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    uint8_t *sealed;

    read_it(bytes, size);
    sealed = malloc(size ? size : 1);
    if (!sealed)
        return 0;
    memcpy(sealed, bytes, size);
    if (trace_seal(sealed, size))
        read_it(sealed, size);
    free(sealed);
    return 0;
}
