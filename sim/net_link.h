/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/net_link.h - a cable between the network interfaces of two machines that run at once.
 *
 * Purpose
 *   Two processes, each with its machine, console and recording. A frame that one machine sends at
 *   time t of its guest arrives at the other at t + NET_LINK_LATENCY_NS of its guest, whatever the
 *   hosts do: both start at 0, go one latency ahead, and tell each other what they sent in that
 *   stretch, which the other needs in its next one only (conservative parallel simulation).
 *   What arrives is an input of the recording (input_net.c), so each is replayed alone.
 *
 * Rules of use
 *   - The machine does not pass net_link_horizon(); standing there, net_link_arrive() until it says
 *     0.
 *   - When one machine ends, however, the other goes on without a cable.
 */
#ifndef TRAPLINE_SIM_NET_LINK_H
#define TRAPLINE_SIM_NET_LINK_H

#include "sim/host.h"
#include "sim/trace.h"

struct net_link;

#define NET_LINK_LATENCY_NS 500000u

/* Waits for the other end; -EINTR: Ctrl-C. `hz` of this machine. */
MUST_CHECK int net_link_open(struct host *h, const char *path, bool listens, uint64_t hz,
                             struct net_link **out, char *err, size_t err_len);
/* The machine ended: the other hears of what it sent last. */
void net_link_close(struct net_link *l);
/* The machine sent a frame at this time. */
void net_link_send(struct net_link *l, cycles_t now, const uint8_t *frame, size_t len);
/* The other end is there still. */
bool net_link_is_up(const struct net_link *l);
cycles_t net_link_horizon(const struct net_link *l);
/*
 * The machine stands at `now`; `alone`: nothing but a frame will ever wake it. 1: `frame` arrives,
 * valid until the next call; 0: nothing does before net_link_horizon(); -ENODATA: both machines
 * wait for ever; -EINTR, -ENOMEM, -EIO.
 */
MUST_CHECK int net_link_arrive(struct net_link *l, cycles_t now, bool alone,
                               struct trace_net *frame);

#endif
