/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/engine_level.h - how many of the engine's runs are in each other, as the engine counts them.
 *
 * Purpose
 *   A run that engine_guard_run() came back from without its end is over, but not for the engine,
 *   which starts no more than some sixty runs in each other.
 *
 * Rules of use
 *   - engine_level_find() once, before other hooks on misses of the TLB; it changes the program
 *     counter.
 */
#ifndef TRAPLINE_CPU_ENGINE_LEVEL_H
#define TRAPLINE_CPU_ENGINE_LEVEL_H

#include <unicorn/unicorn.h>

#include "cpu/types.h"

/* Offset of the number in what `uc` points to; 0: it is not there exactly once. */
size_t engine_level_find(uc_engine *uc);
/* A run is over that was in no other. False: the engine will always count it. */
bool engine_level_left(uc_engine *uc, size_t at);

#endif
