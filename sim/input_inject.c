/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/input_inject.c - injected events, of a schedule or of a trace.
 *
 * The machine stands at the event's number when it comes: a run is cut there (inputs_next()). At a
 * number at which the machine then idles, it has not begun to.
 */
#include "sim/inputs.h"

#include <errno.h>

insn_t inject_next(const struct inputs *in)
{
    const struct schedule *s = in->schedule;

    return s && in->stop_at < s->count ? s->events[in->stop_at].n : INSN_NONE;
}

static int resolve(struct inputs *in, struct cpu *cpu, const struct injection *what,
                   struct inject_event *out)
{
    struct injector injector;
    int rc = injector_open(&injector, cpu, in->machine);

    if (rc == 0)
        rc = inject_resolve(&injector, cpu, what->kind, what->value, out, &in->refused);
    else
        in->refused = "out of memory";
    injector_close(&injector);
    return rc;
}

int inject_live(struct inputs *in, struct cpu *cpu)
{
    const struct trace_inject *e = &in->schedule->events[in->stop_at++];
    struct inject_event what = {.part = {e->what}, .parts = 1};

    in->refused = "it has gone past an event of its schedule";
    if (e->n != cpu_now(cpu))
        return -EINVAL;
    if (e->what.number == INJECT_HERE && resolve(in, cpu, &e->what, &what) != 0)
        return -EINVAL;
    in->refused = "this machine has no such interrupt";
    for (unsigned i = 0; i < what.parts; i++) {
        if (in->writer)
            trace_put_inject(in->writer, e->n, &what.part[i]);
        if (inject_apply(cpu, &what.part[i]) != 0)
            return -EINVAL;
    }
    return 1;
}

int inject_replay(struct inputs *in, struct cpu *cpu, const struct trace_stop *s)
{
    insn_t now = cpu_now(cpu);

    if (s->n > now)
        return 0;
    if (s->n == now && inject_apply(cpu, &s->inject) == 0) {
        in->stop_at = (size_t)(s - in->trace->stops) + 1;
        return 1;
    }
    snprintf(in->diverged, sizeof(in->diverged),
             "the event of instruction %llu (%s) cannot be injected at %llu",
             (unsigned long long)s->n, inject_names[s->inject.kind], (unsigned long long)now);
    return -EILSEQ;
}
