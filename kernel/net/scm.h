/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scm.h - what travels beside the bytes on AF_UNIX: descriptors and credentials; and the
 * collection of sockets that only packets hold.
 *
 * Rules of use
 *   - scm_send() parses a sender's control messages; scm_to_packet() moves what it found
 *     onto a packet (then the descriptors are in flight); scm_receive() gives it
 *     to a receiver. scm_drop() is harmless on an empty one.
 */
#ifndef KERNEL_NET_SCM_H
#define KERNEL_NET_SCM_H

#include "kernel/net/packet.h"

struct unix_sock;

/* 0; -EINVAL, -EBADF, -EPERM, -ESRCH, -ENOMEM. */
int scm_send(const struct message *m, struct scm *out);
void scm_drop(struct scm *scm);
/* with_rights: only the first packet of a long message carries them. 0, -ETOOMANYREFS. */
int scm_to_packet(struct scm *scm, struct packet *p, bool with_rights);
/* Who is sending, where neither side has asked and the sender has not said. */
void scm_add_cred(struct packet *p, const struct socket *from, const struct socket *to);
/* Takes the rights off a packet, or copies them where peeking. */
void scm_take_rights(struct packet *p, bool peek, struct scm *out);
/* To the receiver's control buffer; drops what it holds. */
void scm_receive(const struct socket *s, struct message *m, struct scm *scm);
bool scm_same_cred(const struct packet *p, const struct scm *scm);
void scm_set_cred(const struct packet *p, struct scm *scm);

void unix_name_unref(struct unix_name *n);

/* Descriptors of AF_UNIX sockets that are in flight, in all. */
extern unsigned unix_inflight_total;
/* Frees the queues of sockets that nothing but such queues refers to. */
void unix_collect(void);

#endif
