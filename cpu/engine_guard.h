/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/engine_guard.h - when the engine gives up, the program goes on.
 *
 * Purpose
 *   libunicorn calls abort() and assert() where it does not know how to go on. In its archive, as
 *   we link it (tools/archives.cmake), these calls and its messages come here instead; as a
 *   shared library it raises SIGABRT, and writes its messages itself.
 *
 * Rules of use
 *   - What runs below engine_guard_run() must hold nothing that has to be given back.
 *   - After false the engine's registers are as of its last block's end, if it gave up while it
 *     translated; else nothing of it is to be trusted. Each time costs one of ENGINE_GUARD_MAX
 *     nested runs that it knows, if it is not told (engine_level.h).
 *   - Outside of engine_guard_run() the program ends. With the shared library it does, too, if the
 *     program has a handler of its own for SIGABRT that does not call engine_guard_on_abort(), and
 *     an assert() of ours below engine_guard_run() counts as the engine's.
 */
#ifndef TRAPLINE_CPU_ENGINE_GUARD_H
#define TRAPLINE_CPU_ENGINE_GUARD_H

#include <signal.h>

#include "cpu/types.h"

#define ENGINE_GUARD_MAX   60u
#define ENGINE_WORDS_BYTES 80u

/* false: the engine gave up; `words` is what it said. `n` counts while it runs. */
MUST_CHECK bool engine_guard_run(void (*run)(void *ctx), void *ctx, const insn_t *n,
                                 char words[ENGINE_WORDS_BYTES]);

/* The shared library's abort(): once per process, where SIGABRT has no handler yet. */
void engine_guard_catch_abort(void);

/* ---- for handlers of signals ---- */
/* SIGABRT: does not return where the engine of this thread raised it. SA_SIGINFO, SA_NODEFER. */
void engine_guard_on_abort(int signo, siginfo_t *info, void *context);
/* Whether this thread is below engine_guard_run(), and at which number: in the block before it. */
bool engine_guard_now(insn_t *n);

#endif
