/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/common.c - messages and numbers for all verbs. */
#include "tools/cmd.h"

#include <errno.h>
#include <stdarg.h>

int complain(int code, const char *fmt, ...)
{
    va_list ap;

    fputs("trapline: ", stderr);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    return code;
}

int complain_file(int rc, const char *err)
{
    return complain(rc == -EBADMSG || rc == -ENOEXEC ? EXIT_DAMAGED
                    : rc == -ENOMEM || rc == -EIO    ? EXIT_GUEST
                                                     : EXIT_USAGE,
                    "%s", err);
}

int complain_usage(const char *verb)
{
    fprintf(stderr, "'%s --help' explains the options\n", verb);
    return EXIT_USAGE;
}

static bool parse_scaled(const char *text, bool suffix, uint64_t *value)
{
    unsigned shift = 0;
    char *end;

    if (text[0] < '0' || text[0] > '9')
        return false;
    errno = 0;
    *value = strtoull(text, &end, 0);
    if (errno != 0)
        return false;
    if (suffix && *end != '\0') {
        const char *units = "KMG", *unit = strchr(units, *end & ~0x20);

        if (!unit || !*unit || end[1] != '\0') /* the NUL is a part of what strchr() finds */
            return false;
        shift = 10 * (unsigned)(unit - units + 1);
        end++;
    }
    if (*end != '\0' || (shift && *value >> (64 - shift)))
        return false;
    *value <<= shift;
    return true;
}

bool parse_number(const char *text, uint64_t *value)
{
    return parse_scaled(text, false, value);
}

bool parse_size(const char *text, uint64_t *value)
{
    return parse_scaled(text, true, value);
}

const char *shell_word(const char *word, struct shell_word *w)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-_./=:,@%+";
    size_t used = 1;

    if (*word && !word[strspn(word, plain)])
        return word;
    w->text[0] = '\'';
    for (; *word && used + 6 < sizeof(w->text); word++) {
        const char *as = *word == '\'' ? "'\\''" : (const char[]){*word, '\0'};

        used = (size_t)(stpcpy(w->text + used, as) - w->text);
    }
    strcpy(w->text + used, "'");
    return w->text;
}
