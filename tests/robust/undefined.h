/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tests/robust/undefined.h - instructions whose result the architecture leaves open.
 *
 * Purpose: what tests/robust/hostile.c cuts runs before. Each CPU's own is arch/CPU/undefined.c.
 *
 * Rules of use
 *   - Do these bytes begin with an instruction that leaves flags undefined, which then follow from
 *     the instruction that set flags before it, if both are translated in one block (QUIRKS.md)?
 */
#ifndef TRAPLINE_TESTS_ROBUST_UNDEFINED_H
#define TRAPLINE_TESTS_ROBUST_UNDEFINED_H

#include "cpu/types.h"

bool undefined_arm64(const uint8_t *code, size_t bytes);
bool undefined_x86_64(const uint8_t *code, size_t bytes);

#endif
