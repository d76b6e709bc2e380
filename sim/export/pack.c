/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/export/pack.c - see pack.h. */
#include "sim/export/pack.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static bool room_for(struct pack *p, size_t more)
{
    size_t room = p->room ? p->room : 4096;
    char *text;

    if (p->failed)
        return false;
    while (room < p->len + more)
        room *= 2;
    if (room == p->room)
        return true;
    text = realloc(p->text, room);
    p->failed = !text;
    if (!text)
        return false;
    p->text = text;
    p->room = room;
    return true;
}

void pack_printf(struct pack *p, const char *fmt, ...)
{
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0 || !room_for(p, (size_t)n + 1))
        return;
    va_start(ap, fmt);
    vsnprintf(p->text + p->len, (size_t)n + 1, fmt, ap);
    va_end(ap);
    p->len += (size_t)n;
}

void pack_number(struct pack *p, uint64_t v, bool comma)
{
    char digits[20];
    size_t count = 0;

    if (!room_for(p, sizeof(digits) + 2))
        return;
    if (comma)
        p->text[p->len++] = ',';
    do
        digits[count++] = (char)('0' + v % 10);
    while (v /= 10);
    while (count)
        p->text[p->len++] = digits[--count];
}

/* Length of the UTF-8 sequence at `s`; 0: none. */
static size_t utf8(const unsigned char *s)
{
    size_t len = s[0] < 0x80 ? 1 : s[0] >= 0xc2 && s[0] < 0xe0 ? 2 : (s[0] & 0xf0) == 0xe0 ? 3 : 0;

    for (size_t i = 1; i < len; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    return len;
}

void pack_string(struct pack *p, const char *text)
{
    const unsigned char *s = (const unsigned char *)text;

    pack_printf(p, "\"");
    while (*s) {
        size_t len = utf8(s);

        if (*s == '"' || *s == '\\' || *s < ' ' || *s == '<' || *s == 0x7f)
            pack_printf(p, "\\u%04x", *s);
        else if (len)
            pack_printf(p, "%.*s", (int)len, s);
        else
            pack_printf(p, "\\ufffd");
        s += len ? len : 1;
    }
    pack_printf(p, "\"");
}

void pack_clear(struct pack *p)
{
    p->len = 0;
}

void pack_free(struct pack *p)
{
    free(p->text);
    memset(p, 0, sizeof(*p));
}

static void put_base64(const unsigned char *b, size_t len, FILE *out)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < len; i += 3) {
        unsigned left = len - i < 3 ? (unsigned)(len - i) : 3;
        unsigned v = (unsigned)b[i] << 16 | (left > 1 ? (unsigned)b[i + 1] << 8 : 0) |
                     (left > 2 ? b[i + 2] : 0);

        fputc(digit[v >> 18], out);
        fputc(digit[v >> 12 & 63], out);
        fputc(left > 1 ? digit[v >> 6 & 63] : '=', out);
        fputc(left > 2 ? digit[v & 63] : '=', out);
    }
}

int pack_write(const struct pack *p, FILE *out)
{
    uLongf bytes = compressBound(p->len);
    unsigned char *to;
    int rc = -ENOMEM;

    if (p->failed)
        return -ENOMEM;
    to = malloc(bytes);
    if (to && compress2(to, &bytes, (const unsigned char *)p->text, p->len, 6) == Z_OK) {
        put_base64(to, bytes, out);
        rc = 0;
    }
    free(to);
    return rc;
}
