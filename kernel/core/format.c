// SPDX-License-Identifier: GPL-2.0-or-later
/* format.c - vsnprintf for the kernel: integers, strings, characters and pointers. */
#include <stdbool.h>
#include <stdint.h>

#include "kernel/include/printk.h"
#include "kernel/include/string.h"

struct out {
    char *buf;
    size_t size, len; /* len counts what would have been written */
};

struct spec {
    bool left, zero, plus, space, alt;
    int width, precision; /* precision -1: not given */
    int longs;            /* 0 int, 1 long, 2 long long; size_t is 1 */
};

static void put(struct out *o, char c)
{
    if (o->len + 1 < o->size)
        o->buf[o->len] = c;
    o->len++;
}

static void pad(struct out *o, char c, int n)
{
    while (n-- > 0)
        put(o, c);
}

static void put_string(struct out *o, const struct spec *s, const char *str)
{
    size_t len;

    if (!str)
        str = "(null)";
    len = s->precision >= 0 ? strnlen(str, (size_t)s->precision) : strlen(str);
    if (!s->left)
        pad(o, ' ', s->width - (int)len);
    for (size_t i = 0; i < len; i++)
        put(o, str[i]);
    if (s->left)
        pad(o, ' ', s->width - (int)len);
}

static void put_number(struct out *o, const struct spec *s, uint64_t value, unsigned base,
                       bool upper, const char *prefix)
{
    const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    char buf[24];
    int n = 0, zeros, total, prefix_len = (int)strlen(prefix);

    while (value || n == 0) {
        if (n == 0 && value == 0 && s->precision == 0)
            break;
        buf[n++] = digits[value % base];
        value /= base;
    }
    zeros = s->precision > n ? s->precision - n : 0;
    if (s->zero && !s->left && s->precision < 0 && s->width > n + prefix_len)
        zeros = s->width - n - prefix_len;
    total = n + zeros + prefix_len;
    if (!s->left)
        pad(o, ' ', s->width - total);
    for (int i = 0; i < prefix_len; i++)
        put(o, prefix[i]);
    pad(o, '0', zeros);
    while (n)
        put(o, buf[--n]);
    if (s->left)
        pad(o, ' ', s->width - total);
}

static int parse_int(const char **p, va_list *ap)
{
    int n = 0;

    if (**p == '*') {
        (*p)++;
        return va_arg(*ap, int);
    }
    while (**p >= '0' && **p <= '9')
        n = n * 10 + (*(*p)++ - '0');
    return n;
}

static const char *parse_spec(const char *p, struct spec *s, va_list *ap)
{
    *s = (struct spec){ .precision = -1 };
    for (;; p++) {
        if (*p == '-')
            s->left = true;
        else if (*p == '0')
            s->zero = true;
        else if (*p == '+')
            s->plus = true;
        else if (*p == ' ')
            s->space = true;
        else if (*p == '#')
            s->alt = true;
        else
            break;
    }
    s->width = parse_int(&p, ap);
    if (s->width < 0) {
        s->left = true;
        s->width = -s->width;
    }
    if (*p == '.') {
        p++;
        s->precision = parse_int(&p, ap);
    }
    for (; *p == 'l' || *p == 'z' || *p == 'h'; p++)
        s->longs += *p == 'h' ? 0 : 1;
    return p;
}

static void put_signed(struct out *o, const struct spec *s, int64_t v)
{
    const char *sign = v < 0 ? "-" : s->plus ? "+" : s->space ? " " : "";

    put_number(o, s, v < 0 ? -(uint64_t)v : (uint64_t)v, 10, false, sign);
}

static void put_conversion(struct out *o, char c, const struct spec *s, va_list *ap)
{
    uint64_t v;

    switch (c) {
    case 'd':
    case 'i':
        put_signed(o, s, s->longs ? va_arg(*ap, int64_t) : va_arg(*ap, int));
        break;
    case 'u':
    case 'x':
    case 'X':
    case 'o':
        v = s->longs ? va_arg(*ap, uint64_t) : va_arg(*ap, unsigned);
        put_number(o, s, v, c == 'u' ? 10 : c == 'o' ? 8 : 16, c == 'X',
                   s->alt && v ? (c == 'o' ? "0" : c == 'X' ? "0X" : c == 'x' ? "0x" : "") : "");
        break;
    case 'p':
        put_number(o, s, (uintptr_t)va_arg(*ap, void *), 16, false, "0x");
        break;
    case 's':
        put_string(o, s, va_arg(*ap, const char *));
        break;
    case 'c':
        put_string(o, &(struct spec){ .left = s->left, .width = s->width, .precision = 1 },
                   (char[2]){ (char)va_arg(*ap, int), 0 });
        break;
    default:
        put(o, c);
    }
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
    struct out o = { buf, size, 0 };
    struct spec s;
    va_list args;

    va_copy(args, ap);
    for (; *fmt; fmt++) {
        if (*fmt != '%') {
            put(&o, *fmt);
            continue;
        }
        fmt = parse_spec(fmt + 1, &s, &args);
        if (!*fmt)
            break;
        put_conversion(&o, *fmt, &s, &args);
    }
    va_end(args);
    if (size)
        buf[o.len < size ? o.len : size - 1] = '\0';
    return (int)o.len;
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(buf, size, fmt, ap);
    va_end(ap);
    return n;
}
