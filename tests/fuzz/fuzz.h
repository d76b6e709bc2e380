/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tests/fuzz/fuzz.h - what every fuzz target is: one function over bytes from a stranger.
 *
 * Rules of use
 *   - libFuzzer's main calls it in build-fuzz (./dev fuzz), replay.c's main in other builds, over
 *     the files of corpus/TARGET.
 *   - It returns 0, leaks nothing, and keeps nothing from one call to the next.
 */
#ifndef TRAPLINE_TESTS_FUZZ_FUZZ_H
#define TRAPLINE_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

__attribute__((visibility("default"))) int LLVMFuzzerTestOneInput(const uint8_t *bytes,
                                                                  size_t size);

#endif
