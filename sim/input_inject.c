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

int inject_live(struct inputs *in, struct cpu *cpu)
{
    const struct trace_inject *e = &in->schedule->events[in->stop_at++];
    struct injection what = e->what;

    in->refused = "it has gone past an event of its schedule";
    if (e->n != cpu_now(cpu))
        return -EINVAL;
    if (what.number == INJECT_HERE &&
        inject_resolve(cpu, in->hz, inject_doorbell(cpu, in->machine), what.kind, what.value,
                       &what, &in->refused) != 0)
        return -EINVAL;
    if (in->writer)
        trace_put_inject(in->writer, e->n, &what);
    in->refused = "this machine has no such interrupt";
    return inject_apply(cpu, &what) == 0 ? 1 : -EINVAL;
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
