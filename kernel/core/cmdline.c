/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmdline.c - words of the kernel's command line; see cmdline.h. */
#include "kernel/include/cmdline.h"
#include "kernel/include/string.h"

const char *cmdline_value(const char *cmdline, const char *name, size_t *len)
{
    size_t name_bytes = strlen(name);
    const char *value = NULL;

    *len = 0;
    while (*cmdline) {
        size_t word = 0;

        while (cmdline[word] && cmdline[word] != ' ')
            word++;
        if (word > name_bytes && !strncmp(cmdline, name, name_bytes) &&
            cmdline[name_bytes] == '=') {
            value = cmdline + name_bytes + 1;
            *len = word - name_bytes - 1;
        }
        cmdline += word + (cmdline[word] == ' ');
    }
    return value;
}

const char *cmdline_init(const char *cmdline, char *buf, size_t size)
{
    size_t len, other_len;
    const char *value = cmdline_value(cmdline, "rdinit", &len);
    const char *other = cmdline_value(cmdline, "init", &other_len);

    if (!value) {
        value = other;
        len = other_len;
    }
    if (!value)
        return NULL;
    if (len > size - 1)
        len = size - 1;
    memcpy(buf, value, len);
    buf[len] = '\0';
    return buf;
}

/* Decimal digits; 0: none, or more than a terminal has. */
static unsigned take_number(const char **at, const char *end)
{
    unsigned value = 0;

    for (; *at < end && **at >= '0' && **at <= '9'; (*at)++)
        if (value <= CMDLINE_SIZE_MAX)
            value = value * 10 + (unsigned)(**at - '0');
    return value <= CMDLINE_SIZE_MAX ? value : 0;
}

bool cmdline_console_size(const char *cmdline, unsigned *rows, unsigned *cols)
{
    size_t len;
    const char *at = cmdline_value(cmdline, "console_size", &len), *end;

    if (!at)
        return false;
    end = at + len;
    *rows = take_number(&at, end);
    if (at == end || *at++ != 'x')
        return false;
    *cols = take_number(&at, end);
    return at == end && *rows && *cols;
}
