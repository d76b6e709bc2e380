/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/export/perfetto.c - Perfetto's native format: a Trace message is a row of TracePackets.
 *
 * Field numbers are those of perfetto's protos: trace_packet.proto, track_descriptor.proto,
 * process_descriptor.proto, thread_descriptor.proto, track_event.proto,
 * debug_annotation.proto. A message is built in a buffer, since its length comes first.
 */
#include "sim/export/export.h"

#define BUFFER_BYTES 8192u
#define SEQUENCE     1u

enum {
    TRACE_PACKET = 1,

    PACKET_TIMESTAMP = 8,
    PACKET_SEQUENCE_ID = 10,
    PACKET_TRACK_EVENT = 11,
    PACKET_SEQUENCE_FLAGS = 13,
    PACKET_TRACK_DESCRIPTOR = 60,

    TRACK_UUID = 1,
    TRACK_NAME = 2,
    TRACK_PROCESS = 3,
    TRACK_THREAD = 4,
    TRACK_PARENT = 5,

    PROCESS_PID = 1,
    PROCESS_NAME = 6,
    THREAD_PID = 1,
    THREAD_TID = 2,
    THREAD_NAME = 5,

    EVENT_ANNOTATION = 4,
    EVENT_TYPE = 9,
    EVENT_TRACK = 11,
    EVENT_CATEGORY = 22,
    EVENT_NAME = 23,

    ANNOTATION_UINT = 3,
    ANNOTATION_STRING = 6,
    ANNOTATION_NAME = 10,
};

enum { TYPE_BEGIN = 1, TYPE_END = 2, TYPE_INSTANT = 3 };
enum { WIRE_VARINT = 0, WIRE_BYTES = 2 };
enum { FLAG_CLEARED = 1 }; /* SEQ_INCREMENTAL_STATE_CLEARED */

/* What does not fit is left out: texts are cut to TEXT_MAX, so that it does. */
#define TEXT_MAX 1500u

struct message {
    uint8_t byte[BUFFER_BYTES];
    size_t len;
};

static void put_varint(struct message *m, uint64_t v)
{
    do {
        uint8_t low = v & 0x7f;

        v >>= 7;
        if (m->len < sizeof(m->byte))
            m->byte[m->len++] = v ? low | 0x80 : low;
    } while (v);
}

static void put_uint(struct message *m, unsigned field, uint64_t v)
{
    put_varint(m, field << 3 | WIRE_VARINT);
    put_varint(m, v);
}

static void put_bytes(struct message *m, unsigned field, const void *bytes, size_t len)
{
    if (m->len + len + 16 > sizeof(m->byte))
        return;
    put_varint(m, field << 3 | WIRE_BYTES);
    put_varint(m, len);
    memcpy(m->byte + m->len, bytes, len);
    m->len += len;
}

static void put_text(struct message *m, unsigned field, const char *text)
{
    put_bytes(m, field, text, strnlen(text, TEXT_MAX));
}

static void put_message(struct message *m, unsigned field, const struct message *inner)
{
    put_bytes(m, field, inner->byte, inner->len);
}

static void write_packet(FILE *out, const struct message *packet)
{
    struct message head = {.len = 0};

    put_varint(&head, TRACE_PACKET << 3 | WIRE_BYTES);
    put_varint(&head, packet->len);
    fwrite(head.byte, 1, head.len, out);
    fwrite(packet->byte, 1, packet->len, out);
}

/* Uuids: threads at 2 + track, processes above them. */
static uint64_t track_uuid(uint32_t track)
{
    return 2 + (uint64_t)track;
}

static uint64_t process_uuid(unsigned process)
{
    return (1ull << 32) + process;
}

static void write_track(const struct story *s, uint32_t i, FILE *out)
{
    const struct story_track *t = &s->track[i];
    struct message packet = {.len = 0}, track = {.len = 0}, thread = {.len = 0};
    char name[64];

    snprintf(name, sizeof(name), "%u.%u %s", t->process, t->thread, t->name);
    put_uint(&track, TRACK_UUID, track_uuid(i));
    if (i == 0) {
        put_text(&track, TRACK_NAME, "CPU");
    } else {
        put_uint(&track, TRACK_PARENT, process_uuid(t->process));
        put_text(&track, TRACK_NAME, name);
        put_uint(&thread, THREAD_PID, t->process + 1u);
        put_uint(&thread, THREAD_TID, (uint64_t)(t->process + 1u) << 12 | t->thread);
        put_text(&thread, THREAD_NAME, name);
        put_message(&track, TRACK_THREAD, &thread);
    }
    put_message(&packet, PACKET_TRACK_DESCRIPTOR, &track);
    put_uint(&packet, PACKET_SEQUENCE_ID, SEQUENCE);
    write_packet(out, &packet);
}

static void write_process(const struct story_track *t, FILE *out)
{
    struct message packet = {.len = 0}, track = {.len = 0}, process = {.len = 0};
    char name[64];

    snprintf(name, sizeof(name), "%u %s", t->process, t->name);
    put_uint(&process, PROCESS_PID, t->process + 1u); /* 0 is nobody's */
    put_text(&process, PROCESS_NAME, name);
    put_uint(&track, TRACK_UUID, process_uuid(t->process));
    put_message(&track, TRACK_PROCESS, &process);
    put_message(&packet, PACKET_TRACK_DESCRIPTOR, &track);
    put_uint(&packet, PACKET_SEQUENCE_ID, SEQUENCE);
    write_packet(out, &packet);
}

static void annotate(struct message *event, const char *name, const char *text)
{
    struct message a = {.len = 0};

    put_text(&a, ANNOTATION_NAME, name);
    put_text(&a, ANNOTATION_STRING, text);
    put_message(event, EVENT_ANNOTATION, &a);
}

static void write_event(const struct story *s, const struct story_item *i, unsigned type,
                        uint64_t ns, FILE *out)
{
    struct message packet = {.len = 0}, event = {.len = 0}, number = {.len = 0};

    put_uint(&event, EVENT_TYPE, type);
    put_uint(&event, EVENT_TRACK, track_uuid(i->track));
    if (type != TYPE_END) {
        put_text(&event, EVENT_CATEGORY, story_kind_name(i->kind));
        put_text(&event, EVENT_NAME, story_text(s, i->name));
        put_text(&number, ANNOTATION_NAME, "instruction");
        put_uint(&number, ANNOTATION_UINT, i->n);
        put_message(&event, EVENT_ANNOTATION, &number);
        if (i->detail)
            annotate(&event, "detail", story_text(s, i->detail));
        if (i->place)
            annotate(&event, "at", story_text(s, i->place));
    }
    put_uint(&packet, PACKET_TIMESTAMP, ns);
    put_message(&packet, PACKET_TRACK_EVENT, &event);
    put_uint(&packet, PACKET_SEQUENCE_ID, SEQUENCE);
    write_packet(out, &packet);
}

/*
 * Ends match beginnings like brackets on each track, so packets of a track are written in order:
 * before an item begins, those that are over end, the innermost first.
 */
#define NESTING_MAX 64u

struct nesting {
    const struct story_item *item[NESTING_MAX];
    unsigned depth;
};

static void end_items(const struct story *s, struct nesting *n, uint64_t until, FILE *out)
{
    while (n->depth && n->item[n->depth - 1]->ns_end <= until) {
        const struct story_item *i = n->item[--n->depth];

        write_event(s, i, TYPE_END, i->ns_end, out);
    }
}

void export_perfetto(const struct story *s, FILE *out)
{
    struct nesting *nesting = calloc(s->tracks + 1, sizeof(*nesting));
    struct message first = {.len = 0};

    if (!nesting)
        return;
    put_uint(&first, PACKET_SEQUENCE_ID, SEQUENCE);
    put_uint(&first, PACKET_SEQUENCE_FLAGS, FLAG_CLEARED);
    write_packet(out, &first);
    for (uint32_t i = 1; i < s->tracks; i++)
        if (story_first_of_process(s, i))
            write_process(&s->track[i], out);
    for (uint32_t i = 0; i < s->tracks; i++)
        write_track(s, i, out);
    for (size_t k = 0; k < s->count; k++) {
        const struct story_item *i = &s->item[k];
        struct nesting *n = &nesting[i->track];

        end_items(s, n, i->ns, out);
        if (i->n == i->n_end || n->depth == NESTING_MAX) {
            write_event(s, i, TYPE_INSTANT, i->ns, out);
            continue;
        }
        write_event(s, i, TYPE_BEGIN, i->ns, out);
        n->item[n->depth++] = i;
    }
    for (uint32_t i = 0; i < s->tracks; i++)
        end_items(s, &nesting[i], UINT64_MAX, out);
    free(nesting);
}
