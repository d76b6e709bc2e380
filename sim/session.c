/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/session.c - a live run and its recording; see session.h. */
#include "sim/session.h"

#include <errno.h>

#include "loader/fail.h"

struct running {
    const struct session *session;
    struct trace_writer *writer;
    char *err;
    size_t err_len;
    int failed; /* a digest could not be taken */
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

static void on_console(void *ctx, const uint8_t *bytes, size_t len)
{
    const struct session *s = ((struct running *)ctx)->session;

    if (s->console)
        s->console(s->ctx, bytes, len);
}

static void on_tick(void *ctx, struct sim *sim)
{
    const struct session *s = ((struct running *)ctx)->session;

    if (s->tick)
        s->tick(s->ctx, sim);
}

/* Run, then end the trace. The writer is freed in any case. */
static int run_to_end(struct running *r, struct sim *sim, struct sim_end *end)
{
    struct digest last;
    int rc = sim_run(sim, r->session->limit, end);

    if (rc != 0) {
        loader_fail(r->err, r->err_len, rc, "%s", sim_error(sim));
    } else if (r->failed != 0) {
        rc = loader_fail(r->err, r->err_len, r->failed, "the state of the machine could not be "
                                                        "read");
    } else if (r->writer) {
        rc = sim_digest(sim, true, &last);
        if (rc == 0) {
            rc = trace_finish(r->writer, end, &last, r->err, r->err_len);
            r->writer = NULL;
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
        rc = trace_create(s->trace_path, m, !s->without_images, &r.writer, err, err_len);
    if (rc != 0)
        return rc;
    if (r.writer) {
        watch.next_stop = next_digest;
        watch.at_stop = take_digest;
    }
    inputs_init_live(&inputs, m, s->host, r.writer);
    rc = sim_create(m, &inputs, &watch, &sim, err, err_len);
    if (rc != 0) {
        trace_abandon(r.writer);
        return rc;
    }
    rc = run_to_end(&r, sim, end);
    sim_destroy(sim);
    return rc;
}
