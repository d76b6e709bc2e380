/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine's abort(), assert() and messages; see engine_guard.h. abort() has no argument that
 * could say whose it is, so the way back hangs off the thread: this is the one place where
 * something does not hang off a machine. One machine runs in a thread, and not below another's run.
 */
#include "cpu/engine_guard.h"

#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct guard {
    jmp_buf back;
    char *words;
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

bool engine_guard_run(void (*run)(void *ctx), void *ctx, char words[ENGINE_WORDS_BYTES])
{
    struct guard guard = {.words = words};

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
