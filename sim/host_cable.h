/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/host_cable.h - messages between two processes of one host, inside the gateway.
 *
 * Purpose: the wire of net_link.h: a socket in the file system. One end listens, the other
 * connects; then both say a message, hear the other's, and so on, in step.
 *
 * Rules of use
 *   - Opening waits for the other end, whichever comes first; an exchange waits for its message.
 *     Both end with -EINTR where the host says so (host_interrupted()).
 *   - The file is there from when one end listens to when the other has come.
 */
#ifndef TRAPLINE_SIM_HOST_CABLE_H
#define TRAPLINE_SIM_HOST_CABLE_H

#include "sim/host.h"

struct host_cable;

#define HOST_CABLE_MESSAGE_MAX (64u << 20)

/* `h` is borrowed for the cable's life. */
MUST_CHECK int host_cable_open(struct host *h, const char *path, bool listens,
                               struct host_cable **out, char *err, size_t err_len);
void host_cable_close(struct host_cable *c);
/*
 * Say `out`, hear the other's into `in`, which is emptied before. -EPIPE: the other end is gone;
 * -EINTR; -EBADMSG: it is none of ours; -ENOMEM.
 */
MUST_CHECK int host_cable_exchange(struct host_cable *c, const struct byte_buf *out,
                                   struct byte_buf *in);
/* The last word, which nothing answers. */
void host_cable_say(struct host_cable *c, const struct byte_buf *out);

#endif
