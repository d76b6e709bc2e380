/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/engine_guard.h - when the engine gives up, the program goes on.
 *
 * Purpose
 *   libunicorn calls abort() and assert() where it does not know how to go on. In its archive, as
 *   we link it (tools/archives.cmake), these calls and its messages come here instead.
 *
 * Rules of use
 *   - What runs below engine_guard_run() must hold nothing that has to be given back.
 *   - After false the engine's registers are as of its last block's end, if it gave up while it
 *     translated; else nothing of it is to be trusted. Each time costs one of ENGINE_GUARD_MAX
 *     nested runs that it knows.
 *   - Outside of engine_guard_run(), and with libunicorn as a shared library, the program ends.
 */
#ifndef TRAPLINE_CPU_ENGINE_GUARD_H
#define TRAPLINE_CPU_ENGINE_GUARD_H

#include "cpu/types.h"

#define ENGINE_GUARD_MAX   60u
#define ENGINE_WORDS_BYTES 80u

/* false: the engine gave up; `words` is what it said. */
MUST_CHECK bool engine_guard_run(void (*run)(void *ctx), void *ctx,
                                 char words[ENGINE_WORDS_BYTES]);

#endif
