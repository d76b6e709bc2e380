/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/dev/net_script.h - what the other end of a network cable says, as text.
 *
 * Purpose
 *   A peer that is a function of the frames it gets: nothing of a host's network, and the same in
 *   every run. Lines, in hexadecimal bytes (spaces and ':' between them mean nothing):
 *
 *     # for people
 *     mac 52:54:00:12:34:56          the guest's address (default: this one)
 *     on PATTERN                     a frame of the guest that begins so; `..` is any byte
 *     send TEMPLATE                  an answer to it, one or more below each `on`
 *
 *   In a template [A-B] stands for bytes A to B of the guest's frame, [A-] for those from A on, and
 *   sum[A-B], sum[A-] for the Internet checksum (RFC 1071) of the answer's bytes A to B, two bytes
 *   that count as zero themselves. The first `on` that fits a frame answers it; none: it is lost.
 *
 * Rules of use: net_script_check() once; the others take what it found good. Nothing is kept.
 */
#ifndef TRAPLINE_CPU_DEV_NET_SCRIPT_H
#define TRAPLINE_CPU_DEV_NET_SCRIPT_H

#include "cpu/types.h"

#define NET_FRAME_BYTES 1514u /* as CPU_NET_FRAME_BYTES */

struct net_script {
    const char *text; /* not NUL-terminated */
    size_t bytes;
};

/* 0, or -EINVAL with a sentence that names the line. */
MUST_CHECK int net_script_check(const struct net_script *s, char *err, size_t err_len);
void net_script_mac(const struct net_script *s, uint8_t mac[6]);
/* The index-th answer to a frame: its bytes in `out`, 0: there is none. */
size_t net_script_answer(const struct net_script *s, const uint8_t *frame, size_t len,
                         unsigned index, uint8_t out[NET_FRAME_BYTES]);

#endif
