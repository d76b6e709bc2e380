/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/gdb_packet.h - the framing of GDB's remote serial protocol (GDB manual, appendix E).
 *
 *     $ payload # two hex digits: the sum of the payload's bytes, modulo 256
 *
 * Rules of use
 *   - gdb_reader_put() takes any bytes, one at a time, and says when a packet or an interrupt
 *     (0x03 outside of a packet) is complete. Bytes outside of packets are skipped.
 *   - Payloads are unescaped ('}' and the byte xor 0x20). One that is longer than
 *     GDB_PACKET_BYTES_MAX or has a wrong sum is GDB_BAD: it is answered with '-'.
 */
#ifndef TRAPLINE_SIM_GDB_PACKET_H
#define TRAPLINE_SIM_GDB_PACKET_H

#include "sim/bytes.h"

#define GDB_PACKET_BYTES_MAX 16384u

enum gdb_event { GDB_NOTHING, GDB_PACKET, GDB_INTERRUPT, GDB_BAD };

struct gdb_reader {
    enum { GDB_OUTSIDE, GDB_PAYLOAD, GDB_ESCAPED, GDB_SUM_HIGH, GDB_SUM_LOW } where;
    char payload[GDB_PACKET_BYTES_MAX + 1]; /* NUL behind `len` bytes when a packet is complete */
    size_t len;
    bool too_long;
    uint8_t sum, sent;
};

enum gdb_event gdb_reader_put(struct gdb_reader *r, uint8_t byte);

/* Append `payload` as a packet, escaped and with its sum. */
void gdb_put_packet(struct byte_buf *out, const void *payload, size_t len);
void gdb_put_hex(struct byte_buf *out, const void *bytes, size_t len);
/* Value of a hex digit, or -1. */
int gdb_hex_digit(char c);
/* Hex digits from *at, at most 16, which is moved behind them; false when there is none. */
bool gdb_take_hex(const char **at, uint64_t *value);

#endif
