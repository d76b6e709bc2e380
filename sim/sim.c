/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/sim.c - the run loop.
 *
 * The machine runs from one number at which something is due to the next: a digest, an
 * input, the end of the quantum, the limit. Where it stops has no influence on
 * what it does (cpu.h), so recording and replaying may stop at different numbers.
 */
#include "sim/sim.h"

#include <errno.h>

#include "loader/fail.h"
#include "sim/net_link.h"

struct sim {
    const struct machine *machine;
    struct inputs *inputs;
    struct sim_watch watch;
    struct cpu *cpu;
    uint64_t traps; /* rolling hash */
    bool stop_asked;
    char error[256];
};

static void on_trap(void *ctx, const struct cpu_trap *trap)
{
    struct sim *sim = ctx;

    sim->traps = digest_fold_trap(sim->traps, trap);
    if (sim->watch.trap)
        sim->watch.trap(sim->watch.ctx, sim, trap);
}

static cycles_t on_timer_delay(void *ctx, insn_t n, cycles_t deadline)
{
    struct sim *sim = ctx;

    return sim->cpu ? inputs_delay(sim->inputs, sim->cpu, n, deadline) : 0;
}

static void on_user_return(void *ctx, insn_t n, vaddr_t pc)
{
    struct sim *sim = ctx;

    sim->watch.user_return(sim->watch.ctx, sim, n, pc);
}

static void on_console(void *ctx, const uint8_t *bytes, size_t len)
{
    struct sim *sim = ctx;

    if (sim->watch.console)
        sim->watch.console(sim->watch.ctx, bytes, len);
}

static void on_net_output(void *ctx, const uint8_t *frame, size_t len)
{
    struct sim *sim = ctx;

    net_link_send(sim->inputs->link, cpu_cycles(sim->cpu), frame, len);
}

int sim_create(const struct machine *m, struct inputs *inputs, const struct sim_watch *watch,
               struct sim **out, char *err, size_t err_len)
{
    struct sim *sim = calloc(1, sizeof(*sim));
    struct cpu_host host = {.ctx = sim, .console_output = on_console, .trap = on_trap};
    int rc;

    *out = NULL;
    if (!sim)
        return loader_fail(err, err_len, -ENOMEM, "out of memory");
    sim->machine = m;
    sim->inputs = inputs;
    if (watch)
        sim->watch = *watch;
    if (m->chaos != 0)
        host.timer_delay = on_timer_delay;
    if (sim->watch.user_return)
        host.user_return = on_user_return;
    if (inputs->link)
        host.net_output = on_net_output;
    rc = machine_boot(m, &host, &sim->cpu, err, err_len);
    if (rc != 0) {
        free(sim);
        return rc;
    }
    if (sim->watch.user_return)
        cpu_watch_returns(sim->cpu, true);
    *out = sim;
    return 0;
}

void sim_destroy(struct sim *sim)
{
    if (!sim)
        return;
    cpu_destroy(sim->cpu);
    free(sim);
}

static insn_t least(insn_t a, insn_t b)
{
    return a < b ? a : b;
}

static void set_end(struct sim *sim, struct sim_end *end, enum sim_end_reason reason, int status)
{
    *end = (struct sim_end){.reason = reason,
                            .status = status,
                            .n = cpu_now(sim->cpu),
                            .cycles = cpu_cycles(sim->cpu)};
}

/* What a stop of the machine means for the run: true when it ends it. */
static bool classify(struct sim *sim, const struct cpu_stop *stop, struct sim_end *end)
{
    static const enum sim_end_reason reasons[] = {
        [CPU_STOP_POWEROFF] = SIM_END_POWEROFF, [CPU_STOP_RESET] = SIM_END_RESET,
        [CPU_STOP_SHUTDOWN] = SIM_END_SHUTDOWN, [CPU_STOP_STRICT] = SIM_END_STRICT,
        [CPU_STOP_REQUESTED] = SIM_END_CALLER,  [CPU_STOP_BREAK] = SIM_END_CALLER,
        [CPU_STOP_ENGINE] = SIM_END_ENGINE,
    };

    if (stop->reason == CPU_STOP_TARGET || stop->reason == CPU_STOP_IDLE ||
        stop->reason == CPU_STOP_HORIZON)
        return false;
    if (stop->reason == CPU_STOP_REQUESTED && !sim->stop_asked)
        return false; /* the inputs asked: they diverged */
    sim->stop_asked = false;
    set_end(sim, end, reasons[stop->reason],
            stop->reason == CPU_STOP_POWEROFF ? stop->status : 0);
    if (stop->reason == CPU_STOP_ENGINE || stop->reason == CPU_STOP_STRICT)
        loader_fail(sim->error, sizeof(sim->error), 0, "%s", cpu_error(sim->cpu));
    return true;
}

/* Bring inputs at a stop. 1: the run ended, 0: it goes on, or an error. */
static int bring_inputs(struct sim *sim, bool idle, struct sim_end *end)
{
    int rc = inputs_arrive(sim->inputs, sim->cpu, idle);

    if (sim->inputs->diverged[0] != '\0')
        return -EILSEQ;
    if (rc >= 0)
        return 0;
    if (rc != -EINTR && rc != -ENODATA)
        return sim->inputs->refused
                   ? loader_fail(sim->error, sizeof(sim->error), rc,
                                 "no event can be injected at instruction %llu: %s",
                                 (unsigned long long)cpu_now(sim->cpu), sim->inputs->refused)
                   : loader_fail(sim->error, sizeof(sim->error), rc, "the console input failed");
    set_end(sim, end, rc == -EINTR ? SIM_END_INTERRUPTED : SIM_END_STARVED, 0);
    return 1;
}

int sim_run(struct sim *sim, insn_t limit, struct sim_end *end)
{
    const struct sim_watch *watch = &sim->watch;
    int rc = 0;

    set_end(sim, end, SIM_END_LIMIT, 0);
    while (rc == 0) {
        insn_t now = cpu_now(sim->cpu);
        insn_t stop_n = watch->next_stop ? watch->next_stop(watch->ctx, now) : INSN_NONE;
        insn_t target = least(now + SIM_QUANTUM_INSNS - now % SIM_QUANTUM_INSNS, stop_n);
        bool more = inputs_come_here(sim->inputs, now);
        struct cpu_stop stop;

        if (now >= limit && !more && !sim->stop_asked) {
            set_end(sim, end, SIM_END_LIMIT, 0);
            return 0;
        }
        target = least(least(target, limit + more), inputs_next(sim->inputs));
        cpu_set_horizon(sim->cpu, inputs_horizon(sim->inputs));
        rc = cpu_run(sim->cpu, target, &stop);
        if (rc != 0)
            return loader_fail(sim->error, sizeof(sim->error), rc, "%s", cpu_error(sim->cpu));
        if (cpu_now(sim->cpu) == stop_n && watch->at_stop(watch->ctx, sim) != 0) {
            set_end(sim, end, SIM_END_CALLER, 0);
            return 0;
        }
        if (sim->inputs->diverged[0] != '\0')
            return -EILSEQ;
        if (classify(sim, &stop, end))
            return 0;
        if (watch->tick)
            watch->tick(watch->ctx, sim);
        rc = bring_inputs(sim, stop.reason == CPU_STOP_IDLE, end);
    }
    return rc == 1 ? 0 : rc;
}

void sim_request_stop(struct sim *sim)
{
    sim->stop_asked = true;
    cpu_request_stop(sim->cpu);
}

void sim_expect_stop(struct sim *sim)
{
    sim->stop_asked = true;
}

const char *sim_error(const struct sim *sim)
{
    return sim->error;
}

struct cpu *sim_cpu(struct sim *sim)
{
    return sim->cpu;
}

const struct machine *sim_machine(const struct sim *sim)
{
    return sim->machine;
}

struct sim_cursor sim_cursor(const struct sim *sim)
{
    const struct inputs *in = sim->inputs;

    return (struct sim_cursor){sim->traps, in->stop_at, in->delay_at, in->chaos_count};
}

void sim_set_cursor(struct sim *sim, const struct sim_cursor *c)
{
    sim->traps = c->traps;
    sim->inputs->stop_at = c->stop_at;
    sim->inputs->delay_at = c->delay_at;
    sim->inputs->chaos_count = c->chaos_count;
    sim->inputs->diverged[0] = '\0';
    sim->stop_asked = false;
}

int sim_digest(struct sim *sim, bool with_ram, struct digest *d)
{
    return digest_take(sim->cpu, sim->traps, with_ram, d);
}
