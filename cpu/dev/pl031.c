/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PL031: seconds since the epoch, 32 bits, counted from a start value. */
#include <string.h>

#include "cpu/dev/pl031.h"

#define NS_PER_S 1000000000u

enum pl031_offset {
    RTCDR = 0x00,
    RTCMR = 0x04,
    RTCLR = 0x08,
    RTCCR = 0x0c,
    RTCIMSC = 0x10,
    RTCRIS = 0x14,
    RTCMIS = 0x18,
    RTCICR = 0x1c,
    RTCPERIPHID = 0xfe0,
};

void pl031_reset(struct pl031 *r, uint64_t wall_start_s)
{
    memset(r, 0, sizeof(*r));
    r->base_s = wall_start_s;
}

uint32_t pl031_read(const struct pl031 *r, uint64_t now_ns, uint32_t offset, bool *known)
{
    static const uint8_t id[8] = {0x31, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1};

    *known = true;
    if (offset >= RTCPERIPHID)
        return id[(offset - RTCPERIPHID) / 4 & 7];
    switch (offset) {
    case RTCDR:
        return (uint32_t)(r->base_s + now_ns / NS_PER_S);
    case RTCMR:
        return r->match;
    case RTCLR:
        return r->load;
    case RTCCR:
        return 1;
    case RTCIMSC:
        return r->imsc;
    case RTCRIS:
    case RTCMIS:
        return 0;
    default:
        *known = false;
        return 0;
    }
}

void pl031_write(struct pl031 *r, uint64_t now_ns, uint32_t offset, uint32_t value, bool *known)
{
    *known = true;
    switch (offset) {
    case RTCMR:
        r->match = value;
        break;
    case RTCLR:
        r->load = value;
        r->base_s = (uint64_t)value - now_ns / NS_PER_S;
        break;
    case RTCIMSC:
        r->imsc = value & 1;
        break;
    case RTCCR:
    case RTCICR:
        break;
    default:
        *known = false;
    }
}
