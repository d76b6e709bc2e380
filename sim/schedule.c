/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/schedule.c - what disturbs a run; see schedule.h. */
#include "sim/schedule.h"

#include <errno.h>

int schedule_add(struct schedule *s, insn_t n, const struct injection *what)
{
    struct trace_inject *grown = realloc(s->events, (s->count + 1) * sizeof(*grown));

    if (!grown)
        return -ENOMEM;
    s->events = grown;
    grown[s->count++] = (struct trace_inject){.n = n, .what = *what};
    return 0;
}

static int add_console(struct schedule *s, const struct trace_stop *stop)
{
    struct schedule_console *grown =
        realloc(s->console, (s->console_count + 1) * sizeof(*grown));

    if (!grown)
        return -ENOMEM;
    s->console = grown;
    grown[s->console_count++] = (struct schedule_console){stop->n, &stop->console};
    return 0;
}

int schedule_of_trace(const struct trace *t, struct schedule *s)
{
    int rc = 0;

    *s = (struct schedule){.has_delays = t->machine.chaos != 0, .delay_count = t->delay_count};
    if (t->delay_count > 0) {
        s->delays = malloc(t->delay_count * sizeof(*s->delays));
        rc = s->delays ? 0 : -ENOMEM;
    }
    for (size_t i = 0; rc == 0 && i < t->delay_count; i++)
        s->delays[i] = t->delays[i].delay;
    for (size_t i = 0; rc == 0 && i < t->stop_count; i++)
        if (t->stops[i].timed)
            rc = -EOPNOTSUPP;
        else if (t->stops[i].kind == TRACE_STOP_INJECT)
            rc = schedule_add(s, t->stops[i].n, &t->stops[i].inject);
        else if (t->stops[i].kind == TRACE_STOP_CONSOLE)
            rc = add_console(s, &t->stops[i]);
    if (rc != 0)
        schedule_free(s);
    return rc;
}

void schedule_free(struct schedule *s)
{
    free(s->events);
    free(s->delays);
    free(s->console);
    *s = (struct schedule){0};
}
