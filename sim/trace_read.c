/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/trace_read.c - the reader of trace files; the bytes are specified in trace_format.h.
 *
 * Any bytes are safe: every size is checked against what is there before it is
 * used, and every chunk against its checksum before it is looked at.
 */
#include "sim/trace_read_private.h"

#include <errno.h>
#include <xxhash.h>
#include <zstd.h>

#include "cpu/dev/net_script.h"
#include "loader/fail.h"
#include "sim/host.h"

int trace_read_damaged(const struct reader *r, const char *what)
{
    return loader_fail(r->err, r->err_len, -EBADMSG, "%s is damaged: %s (chunk %llu)", r->name,
                       what, (unsigned long long)r->chunk_index);
}

#define CHUNK_CUT 1 /* the file ends before the chunk does */

static int unpack(struct reader *r, const uint8_t *stored, size_t bytes, uint64_t raw, bool packed,
                  struct blob *out)
{
    size_t got;

    if (raw > CHUNK_RAW_MAX || (!packed && raw != bytes))
        return trace_read_damaged(r, "a size that cannot be");
    if (packed && ZSTD_getFrameContentSize(stored, bytes) != raw)
        return trace_read_damaged(r, "sizes that do not agree");
    out->data = malloc(raw + 1);
    if (!out->data)
        return loader_fail(r->err, r->err_len, -ENOMEM, "out of memory while reading %s", r->name);
    out->bytes = raw;
    if (!packed) {
        if (bytes > 0)
            memcpy(out->data, stored, bytes);
        return 0;
    }
    got = ZSTD_decompress(out->data, raw, stored, bytes);
    if (ZSTD_isError(got) || got != raw) {
        blob_free(out);
        return trace_read_damaged(r, "it does not decompress");
    }
    return 0;
}

/* The next chunk: 0, CHUNK_CUT, or an error. */
static int read_chunk(struct reader *r, struct chunk *c)
{
    const uint8_t *head = view_take(&r->v, CHUNK_HEADER_BYTES), *stored;
    struct byte_view h;
    uint64_t flags, bytes, raw, payload_hash;
    int rc;

    memset(c, 0, sizeof(*c));
    if (!head)
        return CHUNK_CUT;
    h = (struct byte_view){.at = head, .end = head + CHUNK_HEADER_BYTES};
    c->type = (uint32_t)view_le(&h, 4);
    flags = view_le(&h, 4);
    bytes = view_le(&h, 8);
    raw = view_le(&h, 8);
    payload_hash = view_le(&h, 8);
    if (view_le(&h, 8) != XXH3_64bits_withSeed(head, 32, r->chunk_index))
        return trace_read_damaged(r, "wrong checksum of a chunk's header");
    if (flags & ~(uint64_t)CHUNK_ZSTD)
        return trace_read_damaged(r, "unknown flags");
    if (bytes > view_left(&r->v))
        return CHUNK_CUT;
    stored = view_take(&r->v, (size_t)bytes);
    if (payload_hash != XXH3_64bits_withSeed(stored, (size_t)bytes, r->chunk_index))
        return trace_read_damaged(r, "wrong checksum");
    rc = unpack(r, stored, (size_t)bytes, raw, flags & CHUNK_ZSTD, &c->raw);
    r->chunk_index++;
    return rc;
}

static char *view_string(struct byte_view *v)
{
    size_t len;
    const uint8_t *at = view_counted(v, &len);
    char *s = at && !memchr(at, 0, len) ? strndup((const char *)at, len) : NULL;

    if (!s)
        v->bad = true;
    return s;
}

static void view_hash(struct byte_view *v, struct image_hash *h)
{
    const uint8_t *at = view_take(v, sizeof(h->xxh3_128));

    if (at)
        memcpy(h->xxh3_128, at, sizeof(h->xxh3_128));
}

static void read_argv(struct byte_view *v, struct machine *m)
{
    uint64_t argc = view_varint(v);

    if (argc == 0 || argc > view_left(v) + 1) { /* each takes a byte at least */
        v->bad |= argc != 0;
        return;
    }
    m->argv = calloc(argc, sizeof(*m->argv));
    v->bad |= !m->argv;
    for (uint64_t i = 0; i + 1 < argc && !v->bad; i++)
        m->argv[i] = view_string(v);
}

static void read_net(struct byte_view *v, struct machine *m)
{
    uint64_t bytes = view_varint(v);
    const uint8_t *at = bytes > 0 ? view_take(v, (size_t)bytes - 1) : NULL;
    struct net_script script;
    char err[80];

    if (!at || v->bad)
        return;
    m->net.bytes = (size_t)bytes - 1;
    m->net.data = malloc(m->net.bytes + 1);
    v->bad |= !m->net.data;
    if (m->net.data)
        memcpy(m->net.data, at, m->net.bytes);
    script = (struct net_script){(const char *)at, m->net.bytes};
    v->bad |= net_script_check(&script, err, sizeof(err)) != 0;
}

static void read_disks(struct reader *r, struct byte_view *v)
{
    struct machine *m = &r->t->machine;
    uint64_t count = view_varint(v);

    if (count > MACHINE_DISKS_MAX) {
        v->bad = true;
        return;
    }
    m->disk_count = (unsigned)count;
    for (unsigned i = 0; i < m->disk_count; i++) {
        struct machine_disk *d = &m->disk[i];
        uint64_t flags = view_le(v, 1);

        d->read_only = flags & DISK_READ_ONLY;
        d->bytes = view_varint(v);
        view_hash(v, &d->hash);
        r->disk_chunks[i] = view_varint(v);
        v->bad |= (flags & ~(uint64_t)DISK_READ_ONLY) || d->bytes % 512 != 0 || d->bytes == 0 ||
                  d->bytes > TRACE_DISK_BYTES_MAX;
    }
}

static int read_machine(struct reader *r, const struct blob *raw)
{
    struct byte_view v = {.at = raw->data, .end = raw->data + raw->bytes};
    struct machine *m = &r->t->machine;
    uint64_t arch = view_le(&v, 1), flags = view_le(&v, 1);

    m->arch = (enum arch)arch;
    m->strict = flags & MACHINE_STRICT;
    m->el2 = flags & MACHINE_EL2;
    m->firmware = flags & MACHINE_FIRMWARE;
    m->adversary = flags & MACHINE_ADVERSARY;
    r->t->has_images = flags & MACHINE_IMAGES;
    m->entropy = flags & MACHINE_ENTROPY;
    m->console = flags & MACHINE_CONSOLE;
    m->gicv3 = flags & MACHINE_GICV3;
    m->ram_bytes = view_varint(&v);
    m->hz = view_varint(&v);
    m->seed = view_varint(&v);
    m->chaos = view_varint(&v);
    m->wall_start_s = view_varint(&v);
    m->cmdline = view_string(&v);
    read_argv(&v, m);
    m->kernel_bytes = view_varint(&v);
    view_hash(&v, &m->kernel_hash);
    m->initrd_bytes = view_varint(&v);
    view_hash(&v, &m->initrd_hash);
    read_disks(r, &v);
    read_net(&v, m);
    if (v.bad || v.at != v.end || arch > ARCH_X86_64 || (flags & ~(uint64_t)MACHINE_FLAGS) ||
        ((m->el2 || m->firmware || m->gicv3) && arch != ARCH_ARM64))
        return trace_read_damaged(r, "a machine that cannot be");
    return 0;
}

static int take_image(struct reader *r, struct chunk *c, struct blob *into, uint64_t bytes,
                      const struct image_hash *hash)
{
    struct image_hash got = image_hash_of(&c->raw);

    if (c->raw.bytes != bytes || memcmp(&got, hash, sizeof(got)) != 0)
        return trace_read_damaged(r, "it does not hold the image that its machine names");
    *into = c->raw;
    c->raw = (struct blob){0};
    return 0;
}

/* One chunk of the given type, which must be there. */
static int expect_chunk(struct reader *r, uint32_t type, struct chunk *c)
{
    int rc = read_chunk(r, c);

    if (rc == CHUNK_CUT)
        return loader_fail(r->err, r->err_len, -EBADMSG,
                           "%s is damaged: it was cut before its machine and images were whole",
                           r->name);
    if (rc == 0 && c->type != type)
        rc = trace_read_damaged(r, "a chunk out of order");
    return rc;
}

static int read_disk_piece(struct reader *r, unsigned index, const struct blob *raw)
{
    struct byte_view v = {.at = raw->data, .end = raw->data + raw->bytes};
    struct machine_disk *d = &r->t->machine.disk[index];
    uint64_t number = view_le(&v, 1), at = view_varint(&v);
    size_t bytes = view_left(&v);

    if (v.bad || number != index || bytes > TRACE_DISK_PIECE || at > d->bytes ||
        bytes > d->bytes - at)
        return trace_read_damaged(r, "a piece of a disk that cannot be");
    memcpy(d->image.data + at, v.at, bytes);
    return 0;
}

static int read_disk(struct reader *r, unsigned index)
{
    struct machine_disk *d = &r->t->machine.disk[index];
    struct image_hash got;
    struct chunk c;
    int rc = 0;

    d->image.data = calloc(1, d->bytes); /* what no piece fills is zero, and takes no memory */
    if (!d->image.data)
        return loader_fail(r->err, r->err_len, -ENOMEM, "out of memory while reading %s", r->name);
    d->image.bytes = d->bytes;
    for (uint64_t i = 0; i < r->disk_chunks[index] && rc == 0; i++) {
        rc = expect_chunk(r, TYPE_DISK, &c);
        if (rc == 0)
            rc = read_disk_piece(r, index, &c.raw);
        blob_free(&c.raw);
    }
    if (rc != 0)
        return rc;
    got = image_hash_of(&d->image);
    return memcmp(&got, &d->hash, sizeof(got)) == 0
               ? 0 : trace_read_damaged(r, "it does not hold the disk that its machine names");
}

static int read_images(struct reader *r)
{
    struct machine *m = &r->t->machine;
    struct chunk c;
    int rc = expect_chunk(r, TYPE_MACHINE, &c);

    if (rc == 0)
        rc = read_machine(r, &c.raw);
    blob_free(&c.raw);
    if (rc != 0 || !r->t->has_images)
        return rc;
    rc = expect_chunk(r, TYPE_KERNEL, &c);
    if (rc == 0)
        rc = take_image(r, &c, &m->kernel, m->kernel_bytes, &m->kernel_hash);
    blob_free(&c.raw);
    if (rc == 0 && m->initrd_bytes > 0) {
        rc = expect_chunk(r, TYPE_INITRD, &c);
        if (rc == 0)
            rc = take_image(r, &c, &m->initrd, m->initrd_bytes, &m->initrd_hash);
        blob_free(&c.raw);
    }
    for (unsigned i = 0; i < m->disk_count && rc == 0; i++)
        rc = read_disk(r, i);
    return rc;
}

static int read_note(struct reader *r, const struct chunk *c)
{
    if (r->t->note || r->t->kept_count > 0)
        return trace_read_damaged(r, "a chunk out of order");
    r->t->note = strndup(c->raw.bytes ? (const char *)c->raw.data : "", c->raw.bytes);
    return r->t->note ? 0 : loader_fail(r->err, r->err_len, -ENOMEM,
                                        "out of memory while reading %s", r->name);
}

static int read_chunks(struct reader *r)
{
    int rc = read_images(r);

    r->t->cut = true;
    while (rc == 0 && r->t->cut) {
        struct chunk c;

        rc = read_chunk(r, &c);
        if (rc == 0 && c.type == TYPE_EVENTS)
            rc = trace_read_events(r, &c);
        else if (rc == 0 && c.type == TYPE_NOTE)
            rc = read_note(r, &c);
        else if (rc == 0 && c.type == TYPE_END)
            rc = trace_read_end(r, &c.raw);
        else if (rc == 0)
            rc = trace_read_damaged(r, "a chunk out of order");
        blob_free(&c.raw);
    }
    if (rc != CHUNK_CUT)
        return rc;
    r->t->end = (struct sim_end){
        .reason = SIM_END_INTERRUPTED, .n = r->prev.n, .cycles = r->prev.n + r->prev.skipped};
    return 0;
}

int trace_read(const uint8_t *bytes, size_t len, const char *name, struct trace **out, char *err,
               size_t err_len)
{
    struct reader r = {.v = {.at = bytes, .end = bytes + len},
                       .name = name,
                       .err = err,
                       .err_len = err_len};
    const uint8_t *head = view_take(&r.v, FILE_HEADER_BYTES);
    uint32_t version, zero;
    int rc;

    *out = NULL;
    if (!head || memcmp(head, TRACE_MAGIC, TRACE_MAGIC_BYTES) != 0)
        return loader_fail(err, err_len, -EBADMSG, "%s is no trace of Trapline", name);
    memcpy(&version, head + 8, 4);
    memcpy(&zero, head + 12, 4);
    if (version < TRACE_VERSION_MIN || version > TRACE_VERSION || zero != 0)
        return loader_fail(err, err_len, -EBADMSG,
                           "%s is a trace of format version %u; this program reads version %u",
                           name, version, TRACE_VERSION);
    r.t = calloc(1, sizeof(*r.t));
    if (!r.t)
        return loader_fail(err, err_len, -ENOMEM, "out of memory while reading %s", name);
    rc = read_chunks(&r);
    if (rc == 0 && version < TRACE_VERSION_X86_64 && r.t->machine.arch == ARCH_X86_64)
        rc = loader_fail(err, err_len, -EBADMSG,
                         "%s is a trace of format version %u, of an x86_64 machine as it was then; "
                         "this program reads version %u of that CPU",
                         name, version, TRACE_VERSION);
    if (rc == 0)
        *out = r.t;
    else
        trace_free(r.t);
    return rc;
}

int trace_read_file(const char *path, struct trace **out, char *err, size_t err_len)
{
    struct blob file;
    int rc = host_read_file(path, &file, err, err_len);

    *out = NULL;
    if (rc != 0)
        return rc;
    rc = trace_read(file.data, file.bytes, path, out, err, err_len);
    blob_free(&file);
    return rc;
}

void trace_end_text(const struct trace *t, char *text, size_t len)
{
    if (t->cut)
        snprintf(text, len, "the trace was cut here; no whole chunk follows");
    else
        sim_end_text(&t->end, text, len);
}

void trace_free(struct trace *t)
{
    if (!t)
        return;
    machine_free(&t->machine);
    for (size_t i = 0; i < t->kept_count; i++)
        blob_free(&t->kept[i]);
    free(t->kept);
    free(t->note);
    free(t->stops);
    free(t->delays);
    free(t);
}
