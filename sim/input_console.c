/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/input_console.c - bytes for the guest's console, and how long it waited for them.
 *
 * Live bytes are given where the machine stands still anyway: between two quanta, and
 * while it idles with no timer that could end that. They are given only as far as the
 * UART's FIFO has room, so the number at which they are given is all there is to
 * record. Waiting at a terminal takes guest time too, one for one; waiting for
 * a pipe takes none, so that a script's run does not depend on the host's speed.
 */
#include "sim/inputs.h"

#include <errno.h>

#define NS_PER_S 1000000000ull

static cycles_t cycles_of_ns(uint64_t ns, uint64_t hz)
{
    return ns / NS_PER_S * hz + ns % NS_PER_S * hz / NS_PER_S;
}

static const struct schedule_console *next_scheduled(const struct inputs *in)
{
    const struct schedule *s = in->schedule;

    return s && in->console_at < s->console_count ? &s->console[in->console_at] : NULL;
}

/* Of a schedule: where it came in its recording, or where the machine waits for it now. */
static int console_scheduled(struct inputs *in, struct cpu *cpu, bool idle)
{
    const struct schedule_console *next = next_scheduled(in);
    size_t room = cpu_console_room(cpu), left;
    struct trace_console c;
    insn_t now = cpu_now(cpu);

    if (room == 0 || (!idle && (now < next->n || (next->what->idle && now == next->n))))
        return 0;
    c = *next->what;
    left = c.len - in->console_taken;
    c.idle = idle;
    c.bytes += in->console_taken;
    c.len = (uint16_t)(left < room ? left : room);
    if (!idle || in->console_taken > 0)
        c.jump = 0;
    in->console_taken += c.len;
    if (c.len == left) {
        in->console_at++;
        in->console_taken = 0;
    }
    if (c.jump > 0)
        cpu_idle_until(cpu, cpu_cycles(cpu) + c.jump);
    if (cpu_console_input(cpu, c.bytes, c.len) != c.len)
        return -EIO;
    if (in->writer)
        trace_put_console(in->writer, now, &c);
    return 1;
}

static int console_live(struct inputs *in, struct cpu *cpu, bool idle)
{
    uint8_t bytes[TRACE_CONSOLE_BYTES_MAX];
    struct trace_console c = {.idle = idle, .bytes = bytes};
    size_t room = cpu_console_room(cpu);
    uint64_t before;
    int got;

    if (!in->host || !host_input_is_live(in->host) || room == 0)
        return idle ? -ENODATA : 0;
    if (idle && inputs_are_timed(in))
        return -ENODATA; /* it halted for good: the cable would wait for its clock */
    if (idle && in->writer)
        trace_flush(in->writer); /* whoever waits at a terminal may look at the trace */
    before = host_clock_ns();
    do {
        got = host_input_read(in->host, bytes, room < sizeof(bytes) ? room : sizeof(bytes), idle);
    } while (idle && got == 0);
    if (got <= 0)
        return got == -ENODATA && !idle ? 0 : got;
    if (idle && host_input_is_terminal(in->host)) {
        c.jump = cycles_of_ns(host_clock_ns() - before, in->hz);
        cpu_idle_until(cpu, cpu_cycles(cpu) + c.jump);
    }
    c.len = (uint16_t)cpu_console_input(cpu, bytes, (size_t)got);
    if (in->writer && inputs_are_timed(in))
        trace_put_console_at(in->writer, cpu_now(cpu), cpu_cycles(cpu), &c);
    else if (in->writer)
        trace_put_console(in->writer, cpu_now(cpu), &c);
    return c.len == got ? 1 : -EIO;
}

const struct trace_stop *inputs_next_stop(const struct inputs *in)
{
    const struct trace *t = in->trace;

    for (size_t i = in->stop_at; i < t->stop_count; i++)
        if (t->stops[i].kind != TRACE_STOP_DIGEST)
            return &t->stops[i];
    return NULL;
}

static int console_replay(struct inputs *in, struct cpu *cpu, bool idle)
{
    const struct trace_stop *s = inputs_next_stop(in);
    insn_t now = cpu_now(cpu);

    if (s && s->kind == TRACE_STOP_INJECT)
        return inject_replay(in, cpu, s);
    if (s && s->timed)
        return timed_replay(in, cpu, s);
    if (s && s->n == now && (idle || !s->console.idle)) {
        in->stop_at = (size_t)(s - in->trace->stops) + 1;
        if (s->console.jump > 0)
            cpu_idle_until(cpu, cpu_cycles(cpu) + s->console.jump);
        if (cpu_console_input(cpu, s->console.bytes, s->console.len) == s->console.len)
            return 1;
        snprintf(in->diverged, sizeof(in->diverged),
                 "the console did not take %u bytes of input at instruction %llu as it did in "
                 "the recording",
                 s->console.len, (unsigned long long)now);
        return -EILSEQ;
    }
    if (!s)
        return idle ? -ENODATA : 0;
    if (!idle && s->n >= now)
        return 0;
    snprintf(in->diverged, sizeof(in->diverged),
             "the guest %s at instruction %llu; in the recording it %s at %llu",
             idle ? "waits for input" : "is busy", (unsigned long long)now,
             s->console.idle ? "waited for input" : "got input", (unsigned long long)s->n);
    return -EILSEQ;
}

insn_t inputs_next(const struct inputs *in)
{
    const struct trace_stop *s = in->trace ? inputs_next_stop(in) : NULL;

    if (!s && !in->trace) {
        const struct schedule_console *c = next_scheduled(in);
        insn_t event = inject_next(in);

        return c && !c->what->idle && c->n < event ? c->n : event;
    }
    if (!s)
        return INSN_NONE;
    if (s->kind == TRACE_STOP_INJECT)
        return s->n;
    /* An idle machine stops by itself or at the time; one step on shows that this one did not. */
    return s->timed || s->console.idle ? s->n + 1 : s->n;
}

int inputs_arrive(struct inputs *in, struct cpu *cpu, bool idle)
{
    int rc;

    if (in->host && host_interrupted(in->host))
        return -EINTR;
    if (!in->trace && inject_next(in) <= cpu_now(cpu))
        return inject_live(in, cpu);
    if (in->trace)
        return console_replay(in, cpu, idle);
    if (in->link && (rc = net_live(in, cpu)) != 0)
        return rc;
    return next_scheduled(in) ? console_scheduled(in, cpu, idle) : console_live(in, cpu, idle);
}

void inputs_init_live(struct inputs *in, const struct machine *m, struct host *host,
                      struct trace_writer *writer)
{
    memset(in, 0, sizeof(*in));
    in->machine = m;
    in->host = host;
    in->writer = writer;
    in->chaos = m->chaos;
    in->hz = m->hz;
}

void inputs_init_replay(struct inputs *in, const struct trace *trace)
{
    memset(in, 0, sizeof(*in));
    in->trace = trace;
    in->chaos = trace->machine.chaos;
    in->hz = trace->machine.hz;
}
