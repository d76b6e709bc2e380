/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unix_collect.c - sockets that only packets in each other's queues still refer to.
 *
 * A socket whose file has as many references as packets in flight hold is a candidate: no
 * descriptor names it. References that come from candidates' own queues are counted off; a
 * candidate with some left is reachable, and so is what its queue holds, and so on. The queues
 * of the rest can be read by nobody: their packets with descriptors are freed.
 */
#include "kernel/net/unix.h"

/* Each AF_UNIX socket in flight in the queues of s: its own, and those of not yet accepted ones. */
static void each_held(struct socket *s, void (*fn)(struct unix_sock *held))
{
    list_for_each(p, &s->rx, struct packet, node)
        for (unsigned i = 0; p->scm.rights && i < p->scm.rights->count; i++) {
            struct socket *held = socket_of_file(p->scm.rights->files[i]);
            if (held && held->family == AF_UNIX)
                fn(unix_of(held));
        }
    list_for_each(child, &s->accept_queue, struct socket, accept_node)
        each_held(child, fn);
}

static void count_off(struct unix_sock *held)
{
    if (held->candidate)
        held->external--;
}

static bool found_more;

static void mark_reachable(struct unix_sock *held)
{
    if (!held->candidate || held->reachable)
        return;
    held->reachable = true;
    found_more = true;
}

static unsigned find_candidates(void)
{
    unsigned n = 0;
    list_for_each(u, &unix_sockets, struct unix_sock, node) {
        u->candidate = u->inflight && u->s.file && u->s.file->refs == u->inflight;
        u->reachable = false;
        u->external = u->inflight;
        n += u->candidate;
    }
    return n;
}

static void find_reachable(void)
{
    list_for_each(u, &unix_sockets, struct unix_sock, node)
        if (u->candidate)
            each_held(&u->s, count_off);
    list_for_each(u, &unix_sockets, struct unix_sock, node)
        u->reachable = u->candidate && u->external;
    do {
        found_more = false;
        list_for_each(u, &unix_sockets, struct unix_sock, node)
            if (u->reachable)
                each_held(&u->s, mark_reachable);
    } while (found_more);
}

/* Packets with descriptors leave the queue for `garbage`. */
static void take_packets(struct socket *s, struct list *garbage)
{
    list_for_each_safe(p, &s->rx, struct packet, node) {
        if (!p->scm.rights)
            continue;
        packet_unlink(s, p);
        list_push_back(garbage, &p->node);
    }
    list_for_each(child, &s->accept_queue, struct socket, accept_node)
        take_packets(child, garbage);
}

void unix_collect(void)
{
    static bool running;
    struct list garbage;
    if (running || !find_candidates())
        return;
    running = true;
    find_reachable();
    list_init(&garbage);
    list_for_each(u, &unix_sockets, struct unix_sock, node)
        if (u->candidate && !u->reachable)
            take_packets(&u->s, &garbage);
    while (!list_is_empty(&garbage)) {
        struct packet *p = list_first(&garbage, struct packet, node);
        list_remove(&p->node);
        packet_free(p);
    }
    running = false;
}
