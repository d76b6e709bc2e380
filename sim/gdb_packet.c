/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/gdb_packet.c - framing of GDB's remote serial protocol; see gdb_packet.h. */
#include "sim/gdb_packet.h"

int gdb_hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool gdb_take_hex(const char **at, uint64_t *value)
{
    const char *start = *at;

    *value = 0;
    while (gdb_hex_digit(**at) >= 0 && *at - start < 16)
        *value = *value << 4 | (unsigned)gdb_hex_digit(*(*at)++);
    return *at != start;
}

static void payload_put(struct gdb_reader *r, uint8_t byte)
{
    if (r->len < GDB_PACKET_BYTES_MAX)
        r->payload[r->len++] = (char)byte;
    else
        r->too_long = true;
}

static enum gdb_event packet_end(struct gdb_reader *r, uint8_t byte)
{
    int digit = gdb_hex_digit((char)byte);

    r->where = GDB_OUTSIDE;
    r->payload[r->len] = '\0';
    if (digit < 0 || r->too_long || (uint8_t)(r->sent | digit) != r->sum)
        return GDB_BAD;
    return GDB_PACKET;
}

enum gdb_event gdb_reader_put(struct gdb_reader *r, uint8_t byte)
{
    switch (r->where) {
    case GDB_OUTSIDE:
        if (byte == 0x03)
            return GDB_INTERRUPT;
        if (byte == '$') {
            r->where = GDB_PAYLOAD;
            r->len = 0;
            r->sum = 0;
            r->too_long = false;
        }
        return GDB_NOTHING;
    case GDB_PAYLOAD:
        if (byte == '#') {
            r->where = GDB_SUM_HIGH;
            return GDB_NOTHING;
        }
        r->sum += byte;
        if (byte == '}')
            r->where = GDB_ESCAPED;
        else
            payload_put(r, byte);
        return GDB_NOTHING;
    case GDB_ESCAPED:
        r->sum += byte;
        payload_put(r, byte ^ 0x20);
        r->where = GDB_PAYLOAD;
        return GDB_NOTHING;
    case GDB_SUM_HIGH:
        if (gdb_hex_digit((char)byte) < 0) {
            r->where = GDB_OUTSIDE;
            return GDB_BAD;
        }
        r->sent = (uint8_t)(gdb_hex_digit((char)byte) << 4);
        r->where = GDB_SUM_LOW;
        return GDB_NOTHING;
    case GDB_SUM_LOW:
        return packet_end(r, byte);
    }
    return GDB_NOTHING;
}

void gdb_put_packet(struct byte_buf *out, const void *payload, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *bytes = payload;
    uint8_t sum = 0;
    char end[3];

    buf_put(out, "$", 1);
    for (size_t i = 0; i < len; i++) {
        bool escape = bytes[i] == '$' || bytes[i] == '#' || bytes[i] == '}' || bytes[i] == '*';
        uint8_t pair[2] = {'}', bytes[i] ^ 0x20};

        sum += escape ? (uint8_t)(pair[0] + pair[1]) : bytes[i];
        buf_put(out, escape ? pair : &bytes[i], escape ? 2 : 1);
    }
    end[0] = '#';
    end[1] = digits[sum >> 4];
    end[2] = digits[sum & 15];
    buf_put(out, end, sizeof(end));
}

void gdb_put_hex(struct byte_buf *out, const void *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *b = bytes;

    for (size_t i = 0; i < len; i++) {
        char pair[2] = {digits[b[i] >> 4], digits[b[i] & 15]};

        buf_put(out, pair, 2);
    }
}
