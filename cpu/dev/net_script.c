/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text of net_script.h, read anew for each frame: scripts are short and frames are few. */
#include "cpu/dev/net_script.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct cursor {
    const char *at, *end; /* of the line */
};

/* The next line without its end; false: there is none. */
static bool next_line(const struct net_script *s, size_t *at, struct cursor *line)
{
    const char *from = s->text + *at, *stop;

    if (*at >= s->bytes)
        return false;
    stop = memchr(from, '\n', s->bytes - *at);
    *line = (struct cursor){from, stop ? stop : s->text + s->bytes};
    *at = (size_t)(line->end - s->text) + 1;
    return true;
}

static void skip_space(struct cursor *c)
{
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\t' || *c->at == ':' || *c->at == '\r'))
        c->at++;
}

static bool take(struct cursor *c, const char *word)
{
    size_t len = strlen(word);

    skip_space(c);
    if ((size_t)(c->end - c->at) < len || memcmp(c->at, word, len) != 0)
        return false;
    c->at += len;
    return true;
}

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Two digits; -1: none. */
static int take_byte(struct cursor *c)
{
    int high, low;

    skip_space(c);
    if (c->end - c->at < 2 || (high = digit(c->at[0])) < 0 || (low = digit(c->at[1])) < 0)
        return -1;
    c->at += 2;
    return high << 4 | low;
}

/* "[A-B]" or "[A-]": from A, up to and with B. */
static bool take_range(struct cursor *c, size_t *from, size_t *to)
{
    unsigned long value[2] = {0, NET_FRAME_BYTES - 1};

    if (!take(c, "["))
        return false;
    for (unsigned i = 0; i < 2; i++) {
        bool any = false;

        for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++, any = true)
            value[i] = (any ? value[i] : 0) * 10 + (unsigned long)(*c->at - '0');
        if ((i == 0 && !any) || value[i] >= NET_FRAME_BYTES || !take(c, i == 0 ? "-" : "]"))
            return false;
    }
    *from = value[0];
    *to = value[1];
    return value[0] <= value[1];
}

static bool at_end(struct cursor *c)
{
    skip_space(c);
    return c->at == c->end || *c->at == '#';
}

/* Internet checksum of the answer's bytes, put where `at` says, big-endian. */
static void put_sum(uint8_t *out, size_t len, size_t at, size_t from, size_t to)
{
    uint32_t sum = 0;

    for (size_t i = from; i <= to && i < len; i++)
        sum += (uint32_t)out[i] << ((i - from) & 1 ? 0 : 8);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    out[at] = (uint8_t)(~sum >> 8);
    out[at + 1] = (uint8_t)~sum;
}

/* A template filled from `frame`; false: it is none, or too long. */
static bool fill(struct cursor c, const uint8_t *frame, size_t len, uint8_t *out, size_t *out_len)
{
    size_t used = 0, sum_at = SIZE_MAX, sum_from = 0, sum_to = 0, from, to;

    while (!at_end(&c)) {
        int byte;

        if (take(&c, "sum")) {
            if (!take_range(&c, &sum_from, &sum_to) || used + 2 > NET_FRAME_BYTES ||
                sum_at != SIZE_MAX)
                return false;
            sum_at = used;
            out[used] = out[used + 1] = 0;
            used += 2;
        } else if (*c.at == '[') {
            if (!take_range(&c, &from, &to))
                return false;
            for (size_t i = from; i <= to && i < len && used < NET_FRAME_BYTES; i++)
                out[used++] = frame[i];
        } else if ((byte = take_byte(&c)) >= 0 && used < NET_FRAME_BYTES) {
            out[used++] = (uint8_t)byte;
        } else {
            return false;
        }
    }
    if (sum_at != SIZE_MAX)
        put_sum(out, used, sum_at, sum_from, sum_to);
    *out_len = used;
    return true;
}

/* -1: no pattern; else whether the frame begins so. */
static int match(struct cursor c, const uint8_t *frame, size_t len)
{
    bool fits = true;

    for (size_t i = 0; !at_end(&c); i++) {
        int byte = take(&c, "..") ? -2 : take_byte(&c);

        if (byte == -1)
            return -1;
        fits &= i < len && (byte == -2 || frame[i] == byte);
    }
    return fits;
}

int net_script_check(const struct net_script *s, char *err, size_t err_len)
{
    uint8_t out[NET_FRAME_BYTES];
    const char *wrong = NULL;
    struct cursor line;
    bool on = false;
    unsigned number = 0;
    size_t at = 0, len;

    while (!wrong && next_line(s, &at, &line)) {
        number++;
        if (at_end(&line)) {
            continue;
        } else if (take(&line, "mac ")) {
            for (unsigned i = 0; i < 6 && !wrong; i++)
                wrong = take_byte(&line) < 0 ? "mac wants six bytes" : NULL;
            if (!wrong && !at_end(&line))
                wrong = "mac wants six bytes";
        } else if (take(&line, "on ")) {
            on = true;
            wrong = match(line, NULL, 0) < 0 ? "a pattern is bytes in hexadecimal and .." : NULL;
        } else if (take(&line, "send ")) {
            wrong = !on ? "send stands below the `on` that it answers"
                    : !fill(line, NULL, 0, out, &len)
                        ? "a template is bytes in hexadecimal, [A-B] and one sum[A-B], at most 1514"
                        : NULL;
        } else {
            wrong = "a line begins with mac, on, send or #";
        }
    }
    if (!wrong)
        return 0;
    snprintf(err, err_len, "line %u: %s", number, wrong);
    return -EINVAL;
}

void net_script_mac(const struct net_script *s, uint8_t mac[6])
{
    static const uint8_t usual[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
    struct cursor line;
    size_t at = 0;

    memcpy(mac, usual, sizeof(usual));
    while (next_line(s, &at, &line))
        if (take(&line, "mac "))
            for (unsigned i = 0; i < 6; i++)
                mac[i] = (uint8_t)take_byte(&line);
}

size_t net_script_answer(const struct net_script *s, const uint8_t *frame, size_t len,
                         unsigned index, uint8_t out[NET_FRAME_BYTES])
{
    bool fits = false;
    struct cursor line;
    size_t at = 0, out_len = 0;

    while (next_line(s, &at, &line)) {
        if (take(&line, "on ")) {
            if (fits)
                return 0;
            fits = match(line, frame, len) == 1;
        } else if (fits && take(&line, "send ") && index-- == 0) {
            return fill(line, frame, len, out, &out_len) ? out_len : 0;
        }
    }
    return 0;
}
