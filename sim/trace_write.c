/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/trace_write.c - the writer of trace files; the bytes are specified in trace_format.h. */
#include "sim/trace_format.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>
#include <zstd.h>

#include "loader/fail.h"
#include "sim/image_cache.h"

#define ZSTD_LEVEL 1

/* EVNT chunks end when they hold this much; nothing else, so that equal runs give equal files. */
#define EVENTS_BYTES_MAX   8192u
#define EVENTS_DIGESTS_MAX 16u

struct trace_writer {
    FILE *file;
    const char *cache; /* of compressed images, NULL: none */
    uint64_t chunk_index;
    struct byte_buf events;
    unsigned digests; /* in `events` */
    struct previous prev;
    bool failed;
};

static void write_bytes(struct trace_writer *w, const void *bytes, size_t len)
{
    if (len > 0 && fwrite(bytes, 1, len, w->file) != len)
        w->failed = true;
}

/* Behind a chunk that could not be written nothing is: a reader sees a trace that was cut. */
static void put_chunk(struct trace_writer *w, uint32_t type, bool is_packed, const void *payload,
                      size_t stored, size_t raw_bytes)
{
    struct byte_buf head = {0};

    if (w->failed)
        return;
    buf_put_le(&head, type, 4);
    buf_put_le(&head, is_packed ? CHUNK_ZSTD : 0, 4);
    buf_put_le(&head, stored, 8);
    buf_put_le(&head, raw_bytes, 8);
    buf_put_le(&head, XXH3_64bits_withSeed(payload, stored, w->chunk_index), 8);
    if (!head.failed)
        buf_put_le(&head, XXH3_64bits_withSeed(head.data, head.used, w->chunk_index), 8);
    w->failed |= head.failed;
    write_bytes(w, head.data, head.used);
    write_bytes(w, payload, stored);
    if (fflush(w->file) != 0)
        w->failed = true;
    w->chunk_index++;
    buf_free(&head);
}

/* A frame of `raw`, to be freed; NULL: there is no smaller one. */
static uint8_t *pack(const void *raw, size_t raw_bytes, size_t *stored)
{
    size_t room = ZSTD_compressBound(raw_bytes);
    uint8_t *packed = malloc(room);

    *stored = packed ? ZSTD_compress(packed, room, raw, raw_bytes, ZSTD_LEVEL) : raw_bytes;
    if (!ZSTD_isError(*stored) && *stored < raw_bytes)
        return packed;
    free(packed);
    return NULL;
}

static void write_chunk(struct trace_writer *w, uint32_t type, const void *raw, size_t raw_bytes)
{
    size_t stored;
    uint8_t *packed = pack(raw, raw_bytes, &stored);

    put_chunk(w, type, packed, packed ? packed : raw, packed ? stored : raw_bytes, raw_bytes);
    free(packed);
}

/* As write_chunk(), but an image that was compressed before is not compressed again. */
static void write_image(struct trace_writer *w, uint32_t type, const struct blob *image,
                        const struct image_hash *hash)
{
    const char *dir = image->bytes < IMAGE_CACHE_BYTES_MIN ? NULL : w->cache;
    struct image_frame kept;
    uint8_t *packed;
    size_t stored;

    if (dir && image_cache_get(dir, hash, image->bytes, ZSTD_LEVEL, &kept) == 0) {
        put_chunk(w, type, true, kept.data, kept.bytes, image->bytes);
        blob_free(&kept.file);
        return;
    }
    packed = pack(image->data, image->bytes, &stored);
    if (packed && dir)
        image_cache_put(dir, hash, image->bytes, ZSTD_LEVEL, packed, stored);
    put_chunk(w, type, packed, packed ? packed : image->data, packed ? stored : image->bytes,
              image->bytes);
    free(packed);
}

/* The next piece of a disk that is not all zero, from *at on; its size, 0: none. */
static size_t next_piece(const struct machine_disk *d, uint64_t *at)
{
    for (; *at < d->bytes; *at += TRACE_DISK_PIECE) {
        uint64_t left = d->bytes - *at;
        size_t bytes = left < TRACE_DISK_PIECE ? (size_t)left : TRACE_DISK_PIECE;

        if (!bytes_are_zero(d->image.data + *at, bytes))
            return bytes;
    }
    return 0;
}

static void write_disk(struct trace_writer *w, const struct machine *m, unsigned index)
{
    const struct machine_disk *d = &m->disk[index];
    size_t bytes;

    for (uint64_t at = 0; (bytes = next_piece(d, &at)) > 0; at += bytes) {
        struct byte_buf b = {0};

        buf_put_le(&b, index, 1);
        buf_put_varint(&b, at);
        buf_put(&b, d->image.data + at, bytes);
        w->failed |= b.failed;
        write_chunk(w, TYPE_DISK, b.data, b.used);
        buf_free(&b);
    }
}

static void put_disks(struct byte_buf *b, const struct machine *m, bool with_images)
{
    buf_put_varint(b, m->disk_count);
    for (unsigned i = 0; i < m->disk_count; i++) {
        const struct machine_disk *d = &m->disk[i];
        uint64_t pieces = 0;
        size_t bytes;

        for (uint64_t at = 0; with_images && (bytes = next_piece(d, &at)) > 0; at += bytes)
            pieces++;
        buf_put_le(b, d->read_only ? DISK_READ_ONLY : 0, 1);
        buf_put_varint(b, d->bytes);
        buf_put(b, d->hash.xxh3_128, sizeof(d->hash.xxh3_128));
        buf_put_varint(b, pieces);
    }
}

static void write_machine(struct trace_writer *w, const struct machine *m, bool with_images)
{
    struct byte_buf b = {0};
    size_t argc = 0;

    while (m->argv && m->argv[argc])
        argc++;
    buf_put_le(&b, m->arch, 1);
    buf_put_le(&b, (m->strict ? MACHINE_STRICT : 0) | (with_images ? MACHINE_IMAGES : 0) |
                       (m->el2 ? MACHINE_EL2 : 0) | (m->adversary ? MACHINE_ADVERSARY : 0) |
                       (m->entropy ? MACHINE_ENTROPY : 0) | (m->firmware ? MACHINE_FIRMWARE : 0) |
                       (m->gicv3 ? MACHINE_GICV3 : 0) | (m->console ? MACHINE_CONSOLE : 0), 1);
    buf_put_varint(&b, m->ram_bytes);
    buf_put_varint(&b, m->hz);
    buf_put_varint(&b, m->seed);
    buf_put_varint(&b, m->chaos);
    buf_put_varint(&b, m->wall_start_s);
    buf_put_counted(&b, m->cmdline, m->cmdline ? strlen(m->cmdline) : 0);
    buf_put_varint(&b, m->argv ? argc + 1 : 0);
    for (size_t i = 0; i < argc; i++)
        buf_put_counted(&b, m->argv[i], strlen(m->argv[i]));
    buf_put_varint(&b, m->kernel_bytes);
    buf_put(&b, m->kernel_hash.xxh3_128, sizeof(m->kernel_hash.xxh3_128));
    buf_put_varint(&b, m->initrd_bytes);
    buf_put(&b, m->initrd_hash.xxh3_128, sizeof(m->initrd_hash.xxh3_128));
    put_disks(&b, m, with_images);
    buf_put_varint(&b, m->net.data ? m->net.bytes + 1 : 0);
    buf_put(&b, m->net.data, m->net.bytes);
    w->failed |= b.failed;
    write_chunk(w, TYPE_MACHINE, b.data, b.used);
    buf_free(&b);
    if (!with_images)
        return;
    write_image(w, TYPE_KERNEL, &m->kernel, &m->kernel_hash);
    if (m->initrd_bytes > 0)
        write_image(w, TYPE_INITRD, &m->initrd, &m->initrd_hash);
    for (unsigned i = 0; i < m->disk_count; i++)
        write_disk(w, m, i);
}

/* Open for writing, unless that would destroy something that is no trace. */
static int open_target(const char *path, FILE **file, char *err, size_t err_len)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    uint8_t head[TRACE_MAGIC_BYTES];
    struct stat st;
    ssize_t got;

    if (fd < 0 || fstat(fd, &st) != 0)
        return loader_fail(err, err_len, -errno, "cannot write %s: %s", path, strerror(errno));
    got = S_ISREG(st.st_mode) ? pread(fd, head, sizeof(head), 0) : 0;
    if (got != 0 &&
        (got != TRACE_MAGIC_BYTES || memcmp(head, TRACE_MAGIC, TRACE_MAGIC_BYTES) != 0)) {
        close(fd);
        return loader_fail(err, err_len, -EEXIST, "%s exists and is no trace: not overwritten",
                           path);
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        close(fd);
        return loader_fail(err, err_len, -EBUSY, "%s is being written by another process", path);
    }
    *file = ftruncate(fd, 0) == 0 || !S_ISREG(st.st_mode) ? fdopen(fd, "wb") : NULL;
    if (!*file) {
        close(fd);
        return loader_fail(err, err_len, -EIO, "cannot write %s", path);
    }
    return 0;
}

int trace_create(const char *path, const struct machine *m, bool with_images, const char *cache,
                 struct trace_writer **out, char *err, size_t err_len)
{
    struct trace_writer *w = calloc(1, sizeof(*w));
    struct byte_buf b = {0};
    int rc;

    *out = NULL;
    if (!w)
        return loader_fail(err, err_len, -ENOMEM, "out of memory");
    w->cache = cache;
    rc = open_target(path, &w->file, err, err_len);
    if (rc != 0) {
        free(w);
        return rc;
    }
    buf_put(&b, TRACE_MAGIC, TRACE_MAGIC_BYTES);
    buf_put_le(&b, TRACE_VERSION, 4);
    buf_put_le(&b, 0, 4);
    w->failed |= b.failed;
    write_bytes(w, b.data, b.used);
    buf_free(&b);
    write_machine(w, m, with_images);
    *out = w;
    return 0;
}

void trace_put_note(struct trace_writer *w, const char *text)
{
    write_chunk(w, TYPE_NOTE, text, strlen(text));
}

void trace_flush(struct trace_writer *w)
{
    w->failed |= w->events.failed;
    if (w->events.used > 0)
        write_chunk(w, TYPE_EVENTS, w->events.data, w->events.used);
    w->events.used = 0;
    w->digests = 0;
}

static void put_record(struct trace_writer *w, enum record_tag tag, insn_t n)
{
    buf_put_le(&w->events, tag, 1);
    buf_put_varint(&w->events, n - w->prev.n);
    w->prev.n = n;
}

static void record_done(struct trace_writer *w)
{
    if (w->events.used >= EVENTS_BYTES_MAX || w->digests >= EVENTS_DIGESTS_MAX)
        trace_flush(w);
}

void trace_put_console(struct trace_writer *w, insn_t n, const struct trace_console *c)
{
    put_record(w, c->idle ? RECORD_CONSOLE_IDLE : RECORD_CONSOLE, n);
    buf_put_varint(&w->events, c->jump);
    buf_put_counted(&w->events, c->bytes, c->len);
    record_done(w);
}

static void put_clock(struct trace_writer *w, insn_t n, cycles_t cycles)
{
    buf_put_varint(&w->events, cycles - n - w->prev.skipped);
    w->prev.skipped = cycles - n;
}

void trace_put_console_at(struct trace_writer *w, insn_t n, cycles_t cycles,
                          const struct trace_console *c)
{
    put_record(w, RECORD_CONSOLE_AT, n);
    put_clock(w, n, cycles);
    buf_put_counted(&w->events, c->bytes, c->len);
    record_done(w);
}

void trace_put_net(struct trace_writer *w, insn_t n, cycles_t cycles, const struct trace_net *f)
{
    put_record(w, RECORD_NET, n);
    put_clock(w, n, cycles);
    buf_put_counted(&w->events, f->bytes, f->len);
    record_done(w);
}

void trace_put_inject(struct trace_writer *w, insn_t n, const struct injection *i)
{
    put_record(w, RECORD_INJECT, n);
    buf_put_le(&w->events, i->kind, 1);
    buf_put_varint(&w->events, i->number);
    buf_put_varint(&w->events, i->value);
    record_done(w);
}

void trace_put_delay(struct trace_writer *w, insn_t n, cycles_t delay)
{
    put_record(w, RECORD_DELAY, n);
    buf_put_varint(&w->events, delay);
    record_done(w);
}

static void put_digest(struct trace_writer *w, const struct digest *d)
{
    put_record(w, d->has_ram ? RECORD_DIGEST_RAM : RECORD_DIGEST, d->n);
    put_clock(w, d->n, d->cycles);
    buf_put_le(&w->events, d->state, 8);
    buf_put_le(&w->events, d->traps, 8);
    buf_put_le(&w->events, d->pieces, 1);
    for (unsigned i = 0; i < d->pieces; i++)
        buf_put_le(&w->events, d->piece[i], 2);
    if (!d->has_ram)
        return;
    buf_put_le(&w->events, d->ram, 8);
    for (unsigned i = 0; i < DIGEST_REGIONS; i++)
        buf_put_le(&w->events, d->region[i], 2);
}

void trace_put_digest(struct trace_writer *w, const struct digest *d)
{
    put_digest(w, d);
    w->digests++;
    record_done(w);
}

int trace_finish(struct trace_writer *w, const struct sim_end *end, const struct digest *last,
                 char *err, size_t err_len)
{
    int rc = 0;

    trace_flush(w);
    buf_put_le(&w->events, end->reason, 1);
    buf_put_varint(&w->events, (uint32_t)end->status);
    put_digest(w, last);
    w->failed |= w->events.failed;
    write_chunk(w, TYPE_END, w->events.data, w->events.used);
    if (w->failed)
        rc = loader_fail(err, err_len, -EIO, "the trace could not be written whole: disk full?");
    trace_abandon(w);
    return rc;
}

void trace_abandon(struct trace_writer *w)
{
    if (!w)
        return;
    fclose(w->file);
    buf_free(&w->events);
    free(w);
}

void trace_discard(struct trace_writer *w, const char *path)
{
    struct stat st;

    if (!w)
        return;
    if (fstat(fileno(w->file), &st) == 0 && S_ISREG(st.st_mode))
        unlink(path);
    trace_abandon(w);
}
