/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A64 has no instruction that leaves flags undefined. */
#include "tests/robust/undefined.h"

bool undefined_arm64(const uint8_t *code, size_t bytes)
{
    (void)code;
    (void)bytes;
    return false;
}
