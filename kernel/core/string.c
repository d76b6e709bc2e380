// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * string.c - memory and string functions for a freestanding kernel.
 *
 * memcpy and memset move 8 bytes at a time where both sides allow it: RAM
 * through the direct map is ordinary memory, so unaligned words are fine on both
 * CPUs. The word type may alias anything. In the build with the address sanitizer, the three that
 * move memory are checked as a whole (kasan/wrap.c).
 */
#include "kernel/include/string.h"
#include "kernel/include/kasan.h"

#include <stdint.h>

typedef uint64_t __attribute__((may_alias, aligned(1))) word_t;

NO_KASAN void *memcpy(void *restrict dst, const void *restrict src, size_t n)
{
    char *d = dst;
    const char *s = src;

    while (n >= 64) {
        word_t a = ((const word_t *)s)[0], b = ((const word_t *)s)[1];
        word_t c = ((const word_t *)s)[2], e = ((const word_t *)s)[3];
        word_t f = ((const word_t *)s)[4], g = ((const word_t *)s)[5];
        word_t h = ((const word_t *)s)[6], i = ((const word_t *)s)[7];

        ((word_t *)d)[0] = a;
        ((word_t *)d)[1] = b;
        ((word_t *)d)[2] = c;
        ((word_t *)d)[3] = e;
        ((word_t *)d)[4] = f;
        ((word_t *)d)[5] = g;
        ((word_t *)d)[6] = h;
        ((word_t *)d)[7] = i;
        d += 64;
        s += 64;
        n -= 64;
    }
    while (n >= 32) {
        word_t a = ((const word_t *)s)[0], b = ((const word_t *)s)[1];
        word_t c = ((const word_t *)s)[2], e = ((const word_t *)s)[3];

        ((word_t *)d)[0] = a;
        ((word_t *)d)[1] = b;
        ((word_t *)d)[2] = c;
        ((word_t *)d)[3] = e;
        d += 32;
        s += 32;
        n -= 32;
    }
    for (; n >= 8; n -= 8, d += 8, s += 8)
        *(word_t *)d = *(const word_t *)s;
    while (n--)
        *d++ = *s++;
    return dst;
}

NO_KASAN void *memmove(void *dst, const void *src, size_t n)
{
    char *d = dst;
    const char *s = src;

    if (d + n <= s || s + n <= d)
        return memcpy(dst, src, n);
    if (d < s) {
        while (n--)
            *d++ = *s++;
    } else {
        while (n--)
            d[n] = s[n];
    }
    return dst;
}

NO_KASAN void *memset(void *dst, int byte, size_t n)
{
    char *d = dst;
    uint64_t word = 0x0101010101010101ull * (uint8_t)byte;

    while (n >= 64) {
        ((word_t *)d)[0] = ((word_t *)d)[1] = ((word_t *)d)[2] = ((word_t *)d)[3] = word;
        ((word_t *)d)[4] = ((word_t *)d)[5] = ((word_t *)d)[6] = ((word_t *)d)[7] = word;
        d += 64;
        n -= 64;
    }
    while (n >= 32) {
        ((word_t *)d)[0] = word;
        ((word_t *)d)[1] = word;
        ((word_t *)d)[2] = word;
        ((word_t *)d)[3] = word;
        d += 32;
        n -= 32;
    }
    for (; n >= 8; n -= 8, d += 8)
        *(word_t *)d = word;
    while (n--)
        *d++ = (char)byte;
    return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const uint8_t *x = a, *y = b;

    for (; n; n--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

void *memchr(const void *s, int byte, size_t n)
{
    const uint8_t *p = s;

    for (; n; n--, p++)
        if (*p == (uint8_t)byte)
            return (void *)(uintptr_t)p;
    return NULL;
}

size_t strlen(const char *s)
{
    const char *p = s;

    while (*p)
        p++;
    return (size_t)(p - s);
}

size_t strnlen(const char *s, size_t max)
{
    size_t n = 0;

    while (n < max && s[n])
        n++;
    return n;
}

int strcmp(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return (uint8_t)*a - (uint8_t)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
    for (; n; n--, a++, b++)
        if (*a != *b || !*a)
            return (uint8_t)*a - (uint8_t)*b;
    return 0;
}

char *strchr(const char *s, int c)
{
    for (;; s++) {
        if (*s == (char)c)
            return (char *)(uintptr_t)s;
        if (!*s)
            return NULL;
    }
}

char *strrchr(const char *s, int c)
{
    const char *last = NULL;

    for (;; s++) {
        if (*s == (char)c)
            last = s;
        if (!*s)
            return (char *)(uintptr_t)last;
    }
}

char *strstr(const char *s, const char *what)
{
    size_t n = strlen(what);

    for (;; s++) {
        if (!strncmp(s, what, n))
            return (char *)(uintptr_t)s;
        if (!*s)
            return NULL;
    }
}

size_t strlcpy(char *dst, const char *src, size_t size)
{
    size_t len = strlen(src);

    if (size) {
        size_t n = len < size ? len : size - 1;

        memcpy(dst, src, n);
        dst[n] = '\0';
    }
    return len;
}
