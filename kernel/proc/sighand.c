// SPDX-License-Identifier: GPL-2.0-or-later
/* sighand.c - tables of signal actions. */
#include "kernel/include/kmalloc.h"
#include "kernel/include/signal.h"

struct sighand *sighand_create(void)
{
    struct sighand *s = kzalloc(sizeof(*s));

    if (s)
        s->refs = 1;
    return s;
}

struct sighand *sighand_copy(const struct sighand *from)
{
    struct sighand *s = kmalloc(sizeof(*s));

    if (s) {
        *s = *from;
        s->refs = 1;
    }
    return s;
}

void sighand_unref(struct sighand *s)
{
    if (--s->refs == 0)
        kfree(s);
}

void sighand_reset_for_exec(struct sighand *s)
{
    for (int i = 0; i < SIGNAL_COUNT; i++) {
        bool ignored = s->action[i].handler == SIG_IGN;

        s->action[i] = (struct sigaction_k){ .handler = ignored ? SIG_IGN : SIG_DFL };
    }
}
