/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/replay.c - replaying and checking; see replay.h.
 *
 * A recording that was stopped from outside (limit, Ctrl-C, cut) is replayed to
 * that number. One that ended by itself must end by itself again, at the same number:
 * the replay may run one tick further, and not stopping is a divergence.
 */
#include "sim/replay.h"

#include <errno.h>

#include "loader/fail.h"

static const struct trace_stop *next_digest_stop(const struct replay *r)
{
    const struct trace *t = r->trace;

    for (size_t i = r->stop_at; i < t->stop_count; i++)
        if (t->stops[i].kind == TRACE_STOP_DIGEST)
            return &t->stops[i];
    return NULL;
}

static insn_t next_stop(void *ctx, insn_t now)
{
    struct replay *r = ctx;
    const struct trace_stop *s = next_digest_stop(r);
    insn_t theirs = r->user.next_stop ? r->user.next_stop(r->user.ctx, now) : INSN_NONE;

    /* A digest at or before `now` was skipped over by a damaged order: seen by at_stop later. */
    return s && s->n > now && s->n < theirs ? s->n : theirs;
}

static int verify(struct replay *r, const struct digest *want)
{
    struct digest got;

    if (r->unverified)
        return 0;
    r->failed = sim_digest(r->sim, want->has_ram, &got);
    if (r->failed != 0)
        return r->failed;
    if (got.cycles == want->cycles && got.state == want->state && got.traps == want->traps &&
        got.ram == want->ram) {
        r->verified++;
        r->agreed_n = want->n;
        return 0;
    }
    r->divergence.agreed_n = r->agreed_n;
    divergence_explain(&r->divergence, r->sim, want, &got);
    r->failed = -EILSEQ;
    return r->failed;
}

static int at_stop(void *ctx, struct sim *sim)
{
    struct replay *r = ctx;
    const struct trace_stop *s = next_digest_stop(r);
    insn_t now = cpu_now(sim_cpu(sim));

    if (s && s->n == now) {
        r->stop_at = (size_t)(s - r->trace->stops) + 1;
        if (verify(r, &s->digest) != 0)
            return 1;
    }
    if (r->user.at_stop && r->user.next_stop)
        return r->user.at_stop(r->user.ctx, sim);
    return 0;
}

static void on_tick(void *ctx, struct sim *sim)
{
    struct replay *r = ctx;

    r->user.tick(r->user.ctx, sim);
}

static void on_trap(void *ctx, struct sim *sim, const struct cpu_trap *trap)
{
    struct replay *r = ctx;

    r->user.trap(r->user.ctx, sim, trap);
}

static void on_user_return(void *ctx, struct sim *sim, insn_t n, vaddr_t pc)
{
    struct replay *r = ctx;

    r->user.user_return(r->user.ctx, sim, n, pc);
}

static void on_console(void *ctx, const uint8_t *bytes, size_t len)
{
    struct replay *r = ctx;

    r->user.console(r->user.ctx, bytes, len);
}

int replay_open(struct replay *r, const struct trace *trace, const struct sim_watch *watch,
                char *err, size_t err_len)
{
    struct sim_watch mine = {.ctx = r, .next_stop = next_stop, .at_stop = at_stop};

    memset(r, 0, sizeof(*r));
    r->trace = trace;
    if (watch)
        r->user = *watch;
    if (r->user.tick)
        mine.tick = on_tick;
    if (r->user.trap)
        mine.trap = on_trap;
    if (r->user.user_return)
        mine.user_return = on_user_return;
    if (r->user.console)
        mine.console = on_console;
    for (unsigned i = 0; i < trace->machine.disk_count; i++)
        if (!trace->machine.disk[i].image.data)
            return loader_fail(err, err_len, -ENOENT,
                               "the trace was recorded without images: name its %u disks with "
                               "--disk, in the order of the recording",
                               trace->machine.disk_count);
    if (!trace->machine.kernel.data)
        return loader_fail(err, err_len, -ENOENT,
                           "the trace was recorded without images: name the kernel and initrd");
    inputs_init_replay(&r->inputs, trace);
    return sim_create(&trace->machine, &r->inputs, &mine, &r->sim, err, err_len);
}

void replay_close(struct replay *r)
{
    sim_destroy(r->sim);
    r->sim = NULL;
}

static int diverge(struct replay *r, insn_t n, const char *what)
{
    r->divergence.agreed_n = r->agreed_n;
    r->divergence.n = n;
    snprintf(r->divergence.what, sizeof(r->divergence.what), "%s", what);
    return -EILSEQ;
}

/* The replay stopped where the recording ended: for the same reason and in the same state? */
static int check_end(struct replay *r, const struct sim_end *end)
{
    const struct sim_end *want = &r->trace->end;
    char text[sizeof(r->divergence.what)], wanted[64], got[64];

    if (end->reason != want->reason || end->status != want->status || end->n != want->n) {
        sim_end_text(want, wanted, sizeof(wanted));
        sim_end_text(end, got, sizeof(got));
        snprintf(text, sizeof(text), "%s at instruction %llu; the recording ended at %llu: %s",
                 end->reason == SIM_END_LIMIT ? "the guest goes on" : got,
                 (unsigned long long)end->n, (unsigned long long)want->n, wanted);
        return diverge(r, end->n, text);
    }
    return verify(r, &r->trace->last);
}

/* Did the replay stop where the recording's end has something to say? */
static bool is_at_end(const struct trace *t, bool own, const struct sim_end *end)
{
    if (end->reason != SIM_END_LIMIT)
        return !t->cut || end->n < t->end.n;
    return !t->cut && end->n >= t->end.n + (own ? 1 : 0);
}

int replay_run(struct replay *r, insn_t until, struct sim_end *end)
{
    const struct trace *t = r->trace;
    bool own = !t->cut && sim_end_is_own(t->end.reason);
    insn_t last = t->end.n + (own ? 1 : 0);
    int rc = sim_run(r->sim, until < last ? until : last, end);

    if (rc == -EILSEQ)
        return diverge(r, cpu_now(sim_cpu(r->sim)), r->inputs.diverged);
    if (rc != 0)
        return loader_fail(r->error, sizeof(r->error), rc, "%s", sim_error(r->sim));
    if (r->failed == 0 && end->reason != SIM_END_CALLER && is_at_end(t, own, end)) {
        if (!own && end->reason == SIM_END_LIMIT)
            end->reason = t->end.reason;
        rc = check_end(r, end);
    }
    if (r->failed != 0 && r->failed != -EILSEQ)
        return loader_fail(r->error, sizeof(r->error), r->failed,
                           "the state of the machine could not be read");
    return r->failed != 0 ? r->failed : rc;
}

int replay_supply_disk(struct trace *t, unsigned index, struct blob image, char *err,
                       size_t err_len)
{
    struct image_hash h = image_hash_of(&image);
    struct machine_disk *d = &t->machine.disk[index];

    if (image.bytes != d->bytes || memcmp(&h, &d->hash, sizeof(h)) != 0) {
        blob_free(&image);
        return loader_fail(err, err_len, -EBADMSG,
                           "disk %u given is not the one of the recording, as it was then", index);
    }
    blob_free(&d->image);
    d->image = image;
    return 0;
}

int replay_supply_images(struct trace *t, struct blob kernel, struct blob initrd, char *err,
                         size_t err_len)
{
    struct machine *m = &t->machine;
    struct image_hash k = image_hash_of(&kernel), i = image_hash_of(&initrd);
    const char *which = NULL;

    if (memcmp(&k, &m->kernel_hash, sizeof(k)) != 0)
        which = "kernel";
    else if (m->initrd_bytes > 0 && memcmp(&i, &m->initrd_hash, sizeof(i)) != 0)
        which = "initrd";
    if (which) {
        blob_free(&kernel);
        blob_free(&initrd);
        return loader_fail(err, err_len, -EBADMSG,
                           "the %s given is not the one of the recording", which);
    }
    blob_free(&m->kernel);
    blob_free(&m->initrd);
    m->kernel = kernel;
    m->initrd = initrd;
    return 0;
}
