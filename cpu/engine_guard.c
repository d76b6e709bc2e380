/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine's abort(), assert() and messages; see engine_guard.h. abort() has no argument that
 * could say whose it is, so the way back hangs off the thread: this is the one place where
 * something does not hang off a machine. One machine runs in a thread, and not below another's run.
 *
 * The engine's archive calls us instead of abort() and assert(). Its shared library calls the C
 * library's, which raise SIGABRT in the thread that called: the handler goes back from there.
 */
#include "cpu/engine_guard.h"

#include <assert.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct guard {
    jmp_buf back;
    char *words;
    const insn_t *n;
};

static _Thread_local struct guard *current;

/* What tools/archives.cmake puts in the place of the C library's. */
_Noreturn void trapline_engine_abort(void);
_Noreturn void trapline_engine_assert(const char *what, const char *file, unsigned line,
                                      const char *function);
int trapline_engine_fprintf_chk(FILE *f, int flag, const char *format, ...);
int trapline_engine_fprintf(FILE *f, const char *format, ...);

_Noreturn void trapline_engine_abort(void)
{
    if (current)
        longjmp(current->back, 1);
    abort();
}

_Noreturn void trapline_engine_assert(const char *what, const char *file, unsigned line,
                                      const char *function)
{
    if (current) {
        snprintf(current->words, ENGINE_WORDS_BYTES, "%s:%u: %s", file, line, what);
        longjmp(current->back, 1);
    }
    fprintf(stderr, "%s:%u: %s: %s\n", file, line, function, what);
    abort();
}

static void say(FILE *f, const char *line)
{
    if (!current || f != stderr)
        fputs(line, f);
    else
        snprintf(current->words, ENGINE_WORDS_BYTES, "%.*s", (int)strcspn(line, "\n"), line);
}

int trapline_engine_fprintf_chk(FILE *f, int flag, const char *format, ...)
{
    char line[512];
    va_list args;
    int rc;

    (void)flag;
    va_start(args, format);
    rc = vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    say(f, line);
    return rc;
}

int trapline_engine_fprintf(FILE *f, const char *format, ...)
{
    char line[512];
    va_list args;
    int rc;

    va_start(args, format);
    rc = vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    say(f, line);
    return rc;
}

bool engine_guard_now(insn_t *n)
{
    if (current)
        *n = *current->n;
    return current;
}

void engine_guard_on_abort(int signo, siginfo_t *info, void *context)
{
    (void)signo;
    (void)context;
#ifdef TRAPLINE_ENGINE_GUARDED
    (void)info; /* the engine's abort() is no signal, so this one is of somebody else */
#else
    if (!current || info->si_code != SI_TKILL || info->si_pid != getpid())
        return;
    memcpy(current->words, "it called abort()", sizeof("it called abort()"));
    longjmp(current->back, 1);
#endif
}

void engine_guard_catch_abort(void)
{
#ifndef TRAPLINE_ENGINE_GUARDED
    struct sigaction old, act = {.sa_sigaction = engine_guard_on_abort,
                                 .sa_flags = (int)(SA_SIGINFO | SA_NODEFER)};

    if (sigaction(SIGABRT, NULL, &old) == 0 && old.sa_handler == SIG_DFL)
        sigaction(SIGABRT, &act, NULL);
#endif
}

bool engine_guard_run(void (*run)(void *ctx), void *ctx, const insn_t *n,
                      char words[ENGINE_WORDS_BYTES])
{
    struct guard guard = {.words = words, .n = n};

    assert(!current);
    words[0] = 0;
    if (setjmp(guard.back)) {
        current = NULL;
        return false;
    }
    current = &guard;
    run(ctx);
    current = NULL;
    return true;
}
