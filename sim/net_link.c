/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/net_link.c - one end of the cable; see net_link.h.
 *
 * A message is what was sent in one stretch: u8 flags (1: this machine waits, and for ever, unless
 * a frame comes; 2: it has ended), then frames, each u64 time in ns, u16 length, bytes. The first
 * one, of no stretch, is HELLO. Stretch k is the time from k to k + 1 latencies. At its end both
 * have the other's message k, whose frames arrive in stretch k + 1 or (where that machine's clock
 * was put ahead) later. So the order of frames and of what the machine does itself is that of their
 * times, on any host.
 */
#include "sim/net_link.h"

#include <errno.h>

#include "loader/fail.h"
#include "sim/host_cable.h"

#define HELLO    "trapline cable 1"
#define WAITS    1u
#define ENDED    2u
#define NS_PER_S 1000000000ull

struct net_link {
    struct host_cable *cable;
    uint64_t hz;
    uint64_t stretch;      /* the one that the machine is in */
    bool up;
    struct byte_buf out;   /* flags and frames of this stretch */
    struct byte_buf heard; /* the other's, of the one before */
    struct byte_buf come;  /* frames that have come and are not due: in their order, from `at` */
    size_t at;
};

static uint64_t ns_of(const struct net_link *l, cycles_t cycles)
{
    return cycles / l->hz * NS_PER_S + cycles % l->hz * NS_PER_S / l->hz;
}

/* The first cycle that is not before this time. */
static cycles_t cycles_of(const struct net_link *l, uint64_t ns)
{
    return ns / NS_PER_S * l->hz +
           (cycles_t)(((unsigned __int128)(ns % NS_PER_S) * l->hz + NS_PER_S - 1) / NS_PER_S);
}

static void begin_stretch(struct net_link *l)
{
    l->out.used = 0;
    buf_put_le(&l->out, 0, 1);
}

static int greet(struct net_link *l, const char *path, char *err, size_t err_len)
{
    int rc;

    buf_put(&l->out, HELLO, strlen(HELLO));
    rc = host_cable_exchange(l->cable, &l->out, &l->heard);
    if (rc == 0 && (l->heard.used != strlen(HELLO) ||
                    memcmp(l->heard.data, HELLO, l->heard.used) != 0))
        rc = -EBADMSG;
    if (rc != 0)
        return loader_fail(err, err_len, rc,
                           "what is at the other end of %s does not speak as this trapline does",
                           path);
    begin_stretch(l);
    l->up = true;
    return 0;
}

int net_link_open(struct host *h, const char *path, bool listens, uint64_t hz,
                  struct net_link **out, char *err, size_t err_len)
{
    struct net_link *l = calloc(1, sizeof(*l));
    int rc;

    *out = NULL;
    if (!l)
        return loader_fail(err, err_len, -ENOMEM, "out of memory");
    l->hz = hz;
    rc = host_cable_open(h, path, listens, &l->cable, err, err_len);
    if (rc == 0)
        rc = greet(l, path, err, err_len);
    if (rc != 0) {
        net_link_close(l);
        return rc;
    }
    *out = l;
    return 0;
}

void net_link_close(struct net_link *l)
{
    if (!l)
        return;
    if (l->up && !l->out.failed) {
        l->out.data[0] = ENDED;
        host_cable_say(l->cable, &l->out);
    }
    host_cable_close(l->cable);
    buf_free(&l->out);
    buf_free(&l->heard);
    buf_free(&l->come);
    free(l);
}

void net_link_send(struct net_link *l, cycles_t now, const uint8_t *frame, size_t len)
{
    if (!l->up)
        return;
    buf_put_le(&l->out, ns_of(l, now), 8);
    buf_put_le(&l->out, len, 2);
    buf_put(&l->out, frame, len);
}

bool net_link_is_up(const struct net_link *l)
{
    return l->up;
}

/* The next frame that has come and when it is due; false: there is none. */
static bool next_frame(const struct net_link *l, cycles_t *due, struct trace_net *frame,
                       size_t *behind)
{
    struct byte_view v = {l->come.data + l->at, l->come.data + l->come.used, false};

    if (l->at >= l->come.used)
        return false;
    *due = cycles_of(l, view_le(&v, 8) + NET_LINK_LATENCY_NS);
    frame->len = (uint16_t)view_le(&v, 2);
    frame->bytes = view_take(&v, frame->len);
    *behind = (size_t)(v.at - l->come.data);
    return !v.bad;
}

static cycles_t stretch_end(const struct net_link *l)
{
    return l->up ? cycles_of(l, (l->stretch + 1) * NET_LINK_LATENCY_NS) : UINT64_MAX;
}

cycles_t net_link_horizon(const struct net_link *l)
{
    cycles_t end = stretch_end(l), due;
    struct trace_net frame;
    size_t behind;

    return next_frame(l, &due, &frame, &behind) && due < end ? due : end;
}

/* Frames of the right size and nothing else. */
static bool is_sound(const struct byte_buf *m)
{
    struct byte_view v = {m->data, m->data + m->used, false};

    view_le(&v, 1);
    while (!v.bad && v.at < v.end) {
        uint64_t len;

        view_le(&v, 8);
        len = view_le(&v, 2);
        v.bad |= len > CPU_NET_FRAME_BYTES || !view_take(&v, (size_t)len);
    }
    return !v.bad;
}

static int keep_frames(struct net_link *l)
{
    size_t left = l->come.used - l->at;

    if (left > 0)
        memmove(l->come.data, l->come.data + l->at, left);
    l->come.used = left;
    l->at = 0;
    buf_put(&l->come, l->heard.data + 1, l->heard.used - 1);
    return l->come.failed ? -ENOMEM : 0;
}

/* The stretch is over: hear what the other sent in it. */
static int change_stretch(struct net_link *l, bool alone)
{
    bool waits = alone && l->out.used == 1 && l->at == l->come.used;
    int rc;

    if (l->out.failed)
        return -ENOMEM;
    l->out.data[0] = waits ? WAITS : 0;
    rc = host_cable_exchange(l->cable, &l->out, &l->heard);
    if (rc == 0 && !is_sound(&l->heard))
        rc = -EBADMSG;
    if (rc == -EPIPE || rc == -EBADMSG)
        l->up = false;
    if (rc != 0)
        return l->up ? rc : 0;
    l->stretch++;
    begin_stretch(l);
    l->up = !(l->heard.data[0] & ENDED);
    rc = keep_frames(l);
    return rc == 0 && waits && (l->heard.data[0] & WAITS) ? -ENODATA : rc;
}

int net_link_arrive(struct net_link *l, cycles_t now, bool alone, struct trace_net *frame)
{
    cycles_t due;
    size_t behind;
    int rc = 0;

    for (;;) {
        if (next_frame(l, &due, frame, &behind) && due <= now) {
            l->at = behind;
            return 1;
        }
        if (now < stretch_end(l))
            return 0;
        rc = change_stretch(l, alone);
        if (rc != 0)
            return rc;
    }
}
