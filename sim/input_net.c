/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/input_net.c - frames of another machine, from the cable (net_link.h) or from a trace.
 *
 * A frame comes at a time, not at a number: the guest may idle, and time passes at one number
 * then. So the machine's clock is held at the next time that matters (inputs_horizon()), live at
 * each one at which the cable has something to say, replaying at those of the trace. While the
 * cable is there console input comes at such times too, and is recorded with them
 * (input_console.c). A run that ends while it waits, by a cable that says nothing more, leaves an
 * empty frame, so that its replay waits as long.
 */
#include "sim/inputs.h"

#include <errno.h>

#include "sim/net_link.h"

cycles_t inputs_horizon(const struct inputs *in)
{
    const struct trace_stop *s = in->trace ? inputs_next_stop(in) : NULL;

    if (s && s->timed)
        return s->cycles;
    return in->link ? net_link_horizon(in->link) : UINT64_MAX;
}

bool inputs_come_here(const struct inputs *in, insn_t now)
{
    const struct trace_stop *s = in->trace ? inputs_next_stop(in) : NULL;

    return s && s->timed && s->n == now;
}

bool inputs_are_timed(const struct inputs *in)
{
    return in->link && net_link_is_up(in->link);
}

/* Only a key can wake the machine: let it wait for one as long as this takes its guest. */
static void wait_for_key(struct inputs *in)
{
    if (host_input_is_terminal(in->host))
        host_input_wait(in->host, NET_LINK_LATENCY_NS);
}

int net_live(struct inputs *in, struct cpu *cpu)
{
    cycles_t now = cpu_cycles(cpu);
    bool key, waits;
    struct trace_net frame;
    int rc;

    if (now < net_link_horizon(in->link))
        return 0;
    waits = cpu_waits(cpu);
    key = in->host && host_input_is_live(in->host);
    rc = net_link_arrive(in->link, now, waits && !key, &frame);
    if (rc == 0 && waits && key)
        wait_for_key(in);
    if (rc != 1)
        return rc;
    if (in->writer)
        trace_put_net(in->writer, cpu_now(cpu), now, &frame);
    cpu_net_input(cpu, frame.bytes, frame.len);
    return 1;
}

int timed_replay(struct inputs *in, struct cpu *cpu, const struct trace_stop *s)
{
    insn_t now = cpu_now(cpu);

    if (cpu_cycles(cpu) < s->cycles && now <= s->n)
        return 0;
    in->stop_at = (size_t)(s - in->trace->stops) + 1;
    if (now == s->n && cpu_cycles(cpu) == s->cycles) {
        if (s->kind == TRACE_STOP_NET && s->net.len > 0)
            cpu_net_input(cpu, s->net.bytes, s->net.len);
        if (s->kind == TRACE_STOP_NET ||
            cpu_console_input(cpu, s->console.bytes, s->console.len) == s->console.len)
            return 1;
    }
    snprintf(in->diverged, sizeof(in->diverged),
             "the guest is at instruction %llu, cycle %llu; in the recording %s came at %llu, "
             "cycle %llu", (unsigned long long)now, (unsigned long long)cpu_cycles(cpu),
             s->kind == TRACE_STOP_NET ? "a frame" : "console input", (unsigned long long)s->n,
             (unsigned long long)s->cycles);
    return -EILSEQ;
}
