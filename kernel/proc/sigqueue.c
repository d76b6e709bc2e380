// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sigqueue.c - pending signals.
 *
 * The set says which numbers are pending; the list has an info for each, in the
 * order of arrival. A standard signal is there at most once; real-time signals
 * queue, up to a limit. A number in the set without an info (no memory) is
 * delivered with SI_USER and zeros, as Linux does.
 */
#include "kernel/include/sigqueue.h"
#include "kernel/include/errno.h"
#include "kernel/include/kmalloc.h"

#define QUEUED_MAX 4096u /* RLIMIT_SIGPENDING's place */

struct sigqueue_entry {
    struct list node;
    struct ksiginfo info;
};

void sigqueue_init(struct sigqueue *q)
{
    q->set = 0;
    q->count = 0;
    list_init(&q->infos);
}

static void entry_free(struct sigqueue *q, struct sigqueue_entry *e)
{
    list_remove(&e->node);
    kfree(e);
    q->count--;
}

void sigqueue_flush(struct sigqueue *q, sigset_k which)
{
    q->set &= ~which;
    list_for_each_safe (e, &q->infos, struct sigqueue_entry, node)
        if (which & sig_bit(e->info.signo))
            entry_free(q, e);
}

int sigqueue_add(struct sigqueue *q, const struct ksiginfo *info)
{
    bool realtime = info->signo >= SIGRTMIN;
    struct sigqueue_entry *e;

    if (!realtime && (q->set & sig_bit(info->signo)))
        return 0;
    e = q->count < QUEUED_MAX ? kmalloc(sizeof(*e)) : NULL;
    if (!e && realtime && info->code != SI_USER)
        return -EAGAIN;
    q->set |= sig_bit(info->signo);
    if (e) {
        e->info = *info;
        list_push_back(&q->infos, &e->node);
        q->count++;
    }
    return 0;
}

static int take(struct sigqueue *q, int signo, struct ksiginfo *info)
{
    struct sigqueue_entry *found = NULL;

    q->set &= ~sig_bit(signo);
    list_for_each (e, &q->infos, struct sigqueue_entry, node) {
        if (e->info.signo != signo)
            continue;
        if (found) { /* another one is queued behind it */
            q->set |= sig_bit(signo);
            break;
        }
        found = e;
    }
    if (found) {
        *info = found->info;
        entry_free(q, found);
    } else {
        *info = (struct ksiginfo){ .signo = signo, .code = SI_USER };
    }
    return signo;
}

int sigqueue_take(struct sigqueue *q, sigset_k which, struct ksiginfo *info)
{
    sigset_k set = q->set & which;

    return set ? take(q, __builtin_ctzll(set) + 1, info) : 0;
}
