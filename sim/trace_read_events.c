/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/trace_read_events.c - the events of a trace file: inputs, delays, digests and the end; the
 * bytes are specified in trace_format.h.
 *
 * Any bytes are safe: a view that runs out, or a value that cannot be, marks it bad, and so is the
 * chunk.
 */
#include "sim/trace_read_private.h"

#include <errno.h>

#include "loader/fail.h"

/* Make room for one more element; the address of it, or NULL. */
static void *array_add(void **array, size_t *count, size_t *room, size_t size)
{
    if (*count == *room) {
        size_t grown_room = *room * 2 + 64;
        void *grown = realloc(*array, grown_room * size);

        if (!grown)
            return NULL;
        *array = grown;
        *room = grown_room;
    }
    return memset((uint8_t *)*array + (*count)++ * size, 0, size);
}

static struct trace_stop *add_stop(struct trace *t, enum trace_stop_kind kind, insn_t n)
{
    struct trace_stop *s =
        array_add((void **)&t->stops, &t->stop_count, &t->stop_room, sizeof(*s));

    if (s)
        *s = (struct trace_stop){.kind = kind, .n = n};
    return s;
}

static void read_digest(struct reader *r, struct byte_view *v, bool has_ram, struct digest *d)
{
    memset(d, 0, sizeof(*d));
    d->n = r->prev.n;
    r->prev.skipped += view_varint(v);
    d->cycles = d->n + r->prev.skipped;
    d->state = view_le(v, 8);
    d->traps = view_le(v, 8);
    d->pieces = (uint8_t)view_le(v, 1);
    if (d->pieces > DIGEST_PIECES_MAX) {
        d->pieces = 0;
        v->bad = true;
    }
    for (unsigned i = 0; i < d->pieces; i++)
        d->piece[i] = (uint16_t)view_le(v, 2);
    d->has_ram = has_ram;
    if (!has_ram)
        return;
    d->ram = view_le(v, 8);
    for (unsigned i = 0; i < DIGEST_REGIONS; i++)
        d->region[i] = (uint16_t)view_le(v, 2);
}

/* Tag and number of the next record; the number must not run over. */
static uint64_t read_record(struct reader *r, struct byte_view *v)
{
    uint64_t tag = view_le(v, 1), dn = view_varint(v);

    if (r->prev.n + dn < r->prev.n)
        v->bad = true;
    r->prev.n += dn;
    return tag;
}

static void read_console(struct trace_stop *s, struct byte_view *v, bool idle)
{
    size_t len;

    s->console.idle = idle;
    s->console.jump = view_varint(v);
    s->console.bytes = view_counted(v, &len);
    if (len > TRACE_CONSOLE_BYTES_MAX)
        v->bad = true;
    s->console.len = (uint16_t)len;
}

static void read_timed(struct reader *r, struct trace_stop *s, struct byte_view *v)
{
    size_t len, max = s->kind == TRACE_STOP_NET ? CPU_NET_FRAME_BYTES : TRACE_CONSOLE_BYTES_MAX;
    uint64_t more = view_varint(v);
    const uint8_t *bytes = view_counted(v, &len);

    r->prev.skipped += more;
    if (r->prev.skipped < more || s->n + r->prev.skipped < s->n || len > max)
        v->bad = true;
    s->timed = true;
    s->cycles = s->n + r->prev.skipped;
    if (s->kind == TRACE_STOP_NET)
        s->net = (struct trace_net){(uint16_t)len, bytes};
    else
        s->console = (struct trace_console){.len = (uint16_t)len, .bytes = bytes};
}

static void read_inject(struct trace_stop *s, struct byte_view *v)
{
    uint64_t kind = view_le(v, 1), number = view_varint(v);

    if (kind >= INJECT_TRACE_KINDS || number > UINT32_MAX ||
        (kind == INJECT_FAULT && number > INJECT_FETCH_FAULT))
        v->bad = true;
    s->inject = (struct injection){(enum inject_kind)kind, (uint32_t)number, view_varint(v)};
}

/* One record into the arrays; false when out of memory. */
static bool read_event(struct reader *r, struct byte_view *v)
{
    struct trace *t = r->t;
    uint64_t tag = read_record(r, v);
    struct trace_stop *s = NULL;
    struct trace_delay *d;

    switch (tag) {
    case RECORD_CONSOLE:
    case RECORD_CONSOLE_IDLE:
        s = add_stop(t, TRACE_STOP_CONSOLE, r->prev.n);
        if (s)
            read_console(s, v, tag == RECORD_CONSOLE_IDLE);
        return s;
    case RECORD_NET:
    case RECORD_CONSOLE_AT:
        s = add_stop(t, tag == RECORD_NET ? TRACE_STOP_NET : TRACE_STOP_CONSOLE, r->prev.n);
        if (s)
            read_timed(r, s, v);
        return s;
    case RECORD_INJECT:
        s = add_stop(t, TRACE_STOP_INJECT, r->prev.n);
        if (s)
            read_inject(s, v);
        return s;
    case RECORD_DELAY:
        d = array_add((void **)&t->delays, &t->delay_count, &t->delay_room, sizeof(*d));
        if (d)
            *d = (struct trace_delay){.n = r->prev.n, .delay = view_varint(v)};
        return d;
    case RECORD_DIGEST:
    case RECORD_DIGEST_RAM:
        s = add_stop(t, TRACE_STOP_DIGEST, r->prev.n);
        if (s)
            read_digest(r, v, tag == RECORD_DIGEST_RAM, &s->digest);
        return s;
    default:
        v->bad = true;
        return true;
    }
}

int trace_read_events(struct reader *r, struct chunk *c)
{
    struct byte_view v = {.at = c->raw.data, .end = c->raw.data + c->raw.bytes};
    struct blob *kept = realloc(r->t->kept, (r->t->kept_count + 1) * sizeof(*kept));
    bool memory = kept != NULL;

    if (kept) {
        r->t->kept = kept;
        kept[r->t->kept_count++] = c->raw;
        c->raw = (struct blob){0};
    }
    while (memory && !v.bad && v.at < v.end)
        memory = read_event(r, &v);
    if (!memory)
        return loader_fail(r->err, r->err_len, -ENOMEM, "out of memory while reading %s", r->name);
    return v.bad ? trace_read_damaged(r, "an event that cannot be") : 0;
}

int trace_read_end(struct reader *r, const struct blob *raw)
{
    struct byte_view v = {.at = raw->data, .end = raw->data + raw->bytes};
    struct trace *t = r->t;
    uint64_t reason = view_le(&v, 1), status = view_varint(&v);
    uint64_t tag = read_record(r, &v);

    read_digest(r, &v, true, &t->last);
    if (v.bad || v.at != v.end || tag != RECORD_DIGEST_RAM || reason >= SIM_END_REASONS ||
        status > UINT32_MAX)
        return trace_read_damaged(r, "an end that cannot be");
    if (r->v.at != r->v.end)
        return trace_read_damaged(r, "bytes after its end");
    t->end = (struct sim_end){.reason = (enum sim_end_reason)reason,
                              .status = (int)(uint32_t)status,
                              .n = t->last.n,
                              .cycles = t->last.cycles};
    t->cut = false;
    return 0;
}
