/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/session.c - a live run and its recording; see session.h.
 *
 * Where there is a boot cache, the machine goes on from its entry (boot_cache.h). Without one
 * it boots and an entry is made at the cut: the first exception that a third address space
 * takes. With our kernel that are init, its child, and what the child executes, which is about
 * to fetch its first instruction. A boot is not kept when live input was asked for before
 * the cut, or when an access was not implemented.
 */
#include "sim/session.h"

#include <errno.h>

#include "loader/fail.h"

#define CUT_SPACES 3u

struct running {
    const struct session *session;
    struct trace_writer *writer;
    struct sim *sim;  /* NULL while it starts */
    insn_t trap_n;    /* number of the last trap */
    char *err;
    size_t err_len;
    int failed; /* a digest could not be taken */
    struct {
        bool looking; /* for the cut; what the outside sees is noted in `past` */
        bool asked;   /* the run was asked to stop at the cut, `n` */
        insn_t n;
        uint64_t root[CUT_SPACES - 1]; /* of the address spaces so far */
        unsigned roots;
        struct inputs *inputs;
        struct boot_past past;
    } boot;
};

static insn_t next_digest(void *ctx, insn_t now)
{
    (void)ctx;
    return now - now % DIGEST_INTERVAL_INSNS + DIGEST_INTERVAL_INSNS;
}

static int take_digest(void *ctx, struct sim *sim)
{
    struct running *r = ctx;
    struct digest d;

    r->failed = sim_digest(sim, digest_wants_ram(cpu_now(sim_cpu(sim)) / DIGEST_INTERVAL_INSNS),
                           &d);
    if (r->failed == 0)
        trace_put_digest(r->writer, &d);
    return r->failed;
}

static void stop_looking(struct running *r)
{
    r->boot.looking = false;
    if (r->boot.inputs)
        r->boot.inputs->delays = NULL;
}

static void on_console(void *ctx, const uint8_t *bytes, size_t len)
{
    struct running *r = ctx;
    const struct session *s = r->session;

    if (r->boot.looking)
        buf_put(&r->boot.past.console, bytes, len);
    if (s->view)
        panic_console(&s->view->panic, r->sim ? cpu_now(sim_cpu(r->sim)) : 0, bytes, len);
    if (s->console)
        s->console(s->ctx, bytes, len);
}

static void on_tick(void *ctx, struct sim *sim)
{
    struct running *r = ctx;
    const struct session *s = r->session;

    stop_looking(r); /* live input is next */
    r->boot.n = INSN_NONE;
    if (s->tick)
        s->tick(s->ctx, sim);
    if (s->view && panic_spins(&s->view->panic, sim_cpu(sim))) {
        s->view->spins = true;
        sim_request_stop(sim);
    }
}

/* ---- booting, or not ---- */

/* An exception that the vector of another one raised, at once, has that one's cause. */
static void note_cause(struct running *r, const struct cpu_trap *trap)
{
    struct session_view *view = r->session->view;

    if (trap->kind == CPU_TRAP_SYNC && (!view->any || trap->n > r->trap_n + 1)) {
        view->cause = *trap;
        view->any = true;
    }
    r->trap_n = trap->n;
}

static void on_trap(void *ctx, struct sim *sim, const struct cpu_trap *trap)
{
    struct running *r = ctx;
    uint64_t root;

    if (r->session->view)
        note_cause(r, trap);
    if (!r->boot.looking || !trap->from_user)
        return;
    root = cpu_asid_root(sim_cpu(sim));
    for (unsigned i = 0; i < r->boot.roots; i++)
        if (r->boot.root[i] == root)
            return;
    if (r->boot.roots < CUT_SPACES - 1) {
        r->boot.root[r->boot.roots++] = root;
        return;
    }
    stop_looking(r);
    r->boot.asked = true;
    r->boot.n = trap->n;
    sim_request_stop(sim);
}

static void count_one(void *ctx, const struct cpu_unimplemented *u, uint64_t reads,
                      uint64_t writes)
{
    (void)u;
    (void)reads;
    (void)writes;
    ++*(size_t *)ctx;
}

/* At the cut. */
static void keep_boot(struct running *r, struct sim *sim)
{
    size_t unimplemented = 0;

    r->boot.asked = false;
    cpu_unimplemented_each(sim_cpu(sim), count_one, &unimplemented);
    if (unimplemented == 0 && r->boot.n == cpu_now(sim_cpu(sim)))
        boot_cache_save(r->session->boot_cache, sim, &r->boot.past);
}

/* What a boot would have shown and recorded. */
static void tell_past(struct running *r)
{
    const struct boot_past *past = &r->boot.past;

    if (past->console.used > 0)
        on_console(r, past->console.data, past->console.used);
    for (size_t at = 0; r->writer && at < past->delays.used; at += sizeof(struct boot_delay)) {
        struct boot_delay d;

        memcpy(&d, past->delays.data + at, sizeof(d));
        trace_put_delay(r->writer, d.n, d.delay);
    }
}

/* The machine at n = 0, or where its boot ended. */
static int start(struct running *r, const struct machine *m, struct inputs *inputs,
                 const struct sim_watch *watch, struct sim **sim)
{
    /* An entry holds no disk, and a machine with one is rarely booted for a program alone. */
    const struct boot_cache *cache = machine_has_devices(m) ? NULL : r->session->boot_cache;
    int rc = sim_create(m, inputs, watch, sim, r->err, r->err_len);

    if (rc != 0 || !cache)
        return rc;
    rc = boot_cache_load(cache, *sim, r->session->limit, &r->boot.past);
    if (rc == 0) {
        tell_past(r);
        return 0;
    }
    boot_past_free(&r->boot.past);
    if (rc == -EIO) {
        sim_destroy(*sim);
        rc = sim_create(m, inputs, watch, sim, r->err, r->err_len);
        if (rc != 0)
            return rc;
    }
    r->boot.looking = boot_past_start(&r->boot.past, *sim) == 0;
    if (r->boot.looking) {
        r->boot.inputs = inputs;
        inputs->delays = &r->boot.past.delays;
    }
    return 0;
}

/* Run, then end the trace. The writer is freed in any case. */
static int run_to_end(struct running *r, struct sim *sim, struct sim_end *end)
{
    struct digest last;
    int rc = sim_run(sim, r->session->limit, end);

    if (rc == 0 && end->reason == SIM_END_CALLER && r->boot.asked && r->failed == 0) {
        keep_boot(r, sim);
        rc = sim_run(sim, r->session->limit, end);
    }
    if (rc == 0 && end->reason == SIM_END_CALLER && r->session->view && r->session->view->spins)
        end->reason = SIM_END_LIMIT;
    if (rc != 0) {
        loader_fail(r->err, r->err_len, rc, "%s", sim_error(sim));
    } else if (r->failed != 0) {
        rc = loader_fail(r->err, r->err_len, r->failed, "the state of the machine could not be "
                                                        "read");
    } else if (r->writer) {
        rc = sim_digest(sim, true, &last);
        if (rc == 0 && r->session->link &&
            (end->reason == SIM_END_STARVED || end->reason == SIM_END_INTERRUPTED))
            trace_put_net(r->writer, end->n, end->cycles, &(struct trace_net){0});
        if (rc == 0) {
            rc = trace_finish(r->writer, end, &last, r->err, r->err_len);
            r->writer = NULL;
            if (rc == -EIO)
                loader_fail(r->err, r->err_len, rc,
                            "%s could not be written whole (is the disk full?); what is there "
                            "replays up to its last whole chunk", r->session->trace_path);
        }
    }
    if (rc == 0 && (end->reason == SIM_END_ENGINE || end->reason == SIM_END_STRICT))
        loader_fail(r->err, r->err_len, 0, "%s", sim_error(sim));
    if (rc == 0 && r->session->ended)
        r->session->ended(r->session->ctx, sim);
    trace_abandon(r->writer);
    return rc;
}

int session_run(const struct machine *m, const struct session *s, struct sim_end *end, char *err,
                size_t err_len)
{
    struct running r = {.session = s, .err = err, .err_len = err_len};
    struct sim_watch watch = {.ctx = &r, .console = on_console, .tick = on_tick};
    struct inputs inputs;
    struct sim *sim;
    int rc = 0;

    err[0] = '\0';
    if (s->trace_path)
        rc = trace_create(s->trace_path, m, !s->without_images, s->image_cache, &r.writer, err,
                          err_len);
    if (rc != 0)
        return rc;
    if (r.writer) {
        if (s->note)
            trace_put_note(r.writer, s->note);
        watch.next_stop = next_digest;
        watch.at_stop = take_digest;
    }
    if (s->boot_cache || s->view)
        watch.trap = on_trap;
    inputs_init_live(&inputs, m, s->host, r.writer);
    inputs.schedule = s->schedule;
    inputs.link = s->link;
    rc = start(&r, m, &inputs, &watch, &sim);
    if (rc == 0) {
        r.sim = sim;
        rc = run_to_end(&r, sim, end);
        sim_destroy(sim);
    } else {
        trace_discard(r.writer, s->trace_path);
    }
    boot_past_free(&r.boot.past);
    return rc;
}
