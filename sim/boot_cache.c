/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/boot_cache.c - entries of the boot cache; see boot_cache.h.
 *
 * The file KEY.boot, integers little-endian, varint and counted as in sim/bytes.h:
 *
 *     8        "TLBOOT", version (2 bytes)
 *     16       XXH3-128 of the rest
 *     16       key
 *     varint   n
 *     8        hash of the state that is kept (struct digest)
 *     8        hash of all traps so far
 *     varint   deadlines that chaos was asked for
 *     counted  console bytes
 *     counted  delays: n and delay of each, 8 bytes each
 *     varint   pieces of state; of each: name counted, bytes counted
 *     varint   pages; then the number of each, 4 bytes; then the bytes of each
 *
 * Pages are those in which RAM differs from what the loader put there. The key is the
 * XXH3-128 of everything that the state depends on, spelled out in key_of().
 */
#include "sim/boot_cache.h"

#include <errno.h>
#include <xxhash.h>

#include "sim/host.h"
#include "sim/host_cache.h"

#define MAGIC      "TLBOOT\1"
#define HEAD_BYTES 24u /* magic and checksum */
#define NAME_BYTES 48u
#define PAGE_BYTES DIGEST_PAGE_BYTES

static struct image_hash hash_of(const void *data, size_t bytes)
{
    struct blob b = {.data = (uint8_t *)(uintptr_t)data, .bytes = bytes};

    return image_hash_of(&b);
}

static struct image_hash key_of(const struct boot_cache *cache, const struct machine *m)
{
    const char *cmdline = m->cmdline ? m->cmdline : "";
    struct byte_buf b = {0};
    struct image_hash key;

    buf_put(&b, &cache->build, sizeof(cache->build));
    buf_put_le(&b, m->arch, 1);
    buf_put_le(&b, m->strict | m->el2 << 1 | m->adversary << 2 | m->firmware << 3 | m->gicv3 << 4,
               1);
    buf_put_le(&b, m->ram_bytes, 8);
    buf_put_le(&b, m->hz, 8);
    buf_put_le(&b, m->seed, 8);
    buf_put_le(&b, m->chaos, 8);
    buf_put_le(&b, m->wall_start_s, 8);
    buf_put_le(&b, m->kernel_bytes, 8);
    buf_put(&b, &m->kernel_hash, sizeof(m->kernel_hash));
    buf_put_le(&b, m->initrd_bytes, 8);
    buf_put(&b, &m->initrd_hash, sizeof(m->initrd_hash));
    buf_put_counted(&b, cmdline, strlen(cmdline));
    key = hash_of(b.data, b.failed ? 0 : b.used);
    buf_free(&b);
    return key;
}

static void name_of(const struct image_hash *key, char name[NAME_BYTES])
{
    char text[33];

    image_hash_text(key, text);
    snprintf(name, NAME_BYTES, "%s.boot", text);
}

/* Never 0, which stands for a page that is not there. */
static uint64_t page_hash(const uint8_t *page)
{
    return XXH3_64bits(page, PAGE_BYTES) | 1;
}

int boot_past_start(struct boot_past *past, struct sim *sim)
{
    size_t bytes;
    paddr_t base;
    const uint8_t *ram = cpu_ram(sim_cpu(sim), &base, &bytes);
    uint8_t *touched;

    memset(past, 0, sizeof(*past));
    past->pages = bytes / PAGE_BYTES;
    past->page = calloc(past->pages, sizeof(past->page[0]));
    touched = malloc(past->pages);
    if (!past->page || !touched) {
        free(touched);
        boot_past_free(past);
        return -ENOMEM;
    }
    host_pages_touched(ram, past->pages, touched);
    for (size_t i = 0; i < past->pages; i++) {
        const uint8_t *page = ram + i * PAGE_BYTES;

        if (touched[i] && !page_is_zero(page))
            past->page[i] = page_hash(page);
    }
    free(touched);
    return 0;
}

void boot_past_free(struct boot_past *past)
{
    buf_free(&past->console);
    buf_free(&past->delays);
    free(past->page);
    memset(past, 0, sizeof(*past));
}

/* ---- saving ---- */

struct pieces {
    struct byte_buf bytes;
    uint64_t count;
};

static int put_piece(void *ctx, const char *name, void *data, size_t len)
{
    struct pieces *p = ctx;

    buf_put_counted(&p->bytes, name, strlen(name));
    buf_put_counted(&p->bytes, data, len);
    p->count++;
    return 0;
}

static int put_state(struct byte_buf *b, struct cpu *cpu)
{
    struct pieces p = {0};
    int rc = cpu_state_visit(cpu, CPU_STATE_SAVE, put_piece, &p);

    buf_put_varint(b, p.count);
    buf_put(b, p.bytes.data, p.bytes.used);
    if (rc == 0 && p.bytes.failed)
        rc = -ENOMEM;
    buf_free(&p.bytes);
    return rc;
}

static void put_pages(struct byte_buf *b, const uint8_t *ram, const struct boot_past *past,
                      const uint8_t *touched)
{
    struct byte_buf numbers = {0}, bytes = {0};

    for (size_t i = 0; i < past->pages; i++) {
        const uint8_t *page = ram + i * PAGE_BYTES;
        uint64_t hash = touched[i] && !page_is_zero(page) ? page_hash(page) : 0;

        if (hash == past->page[i])
            continue;
        buf_put_le(&numbers, i, 4);
        buf_put(&bytes, page, PAGE_BYTES);
    }
    buf_put_varint(b, numbers.used / 4);
    buf_put(b, numbers.data, numbers.used);
    buf_put(b, bytes.data, bytes.used);
    b->failed |= numbers.failed || bytes.failed;
    buf_free(&numbers);
    buf_free(&bytes);
}

static int put_ram(struct byte_buf *b, struct cpu *cpu, const struct boot_past *past)
{
    size_t bytes;
    paddr_t base;
    const uint8_t *ram = cpu_ram(cpu, &base, &bytes);
    uint8_t *touched = malloc(past->pages);

    if (!touched)
        return -ENOMEM;
    host_pages_touched(ram, past->pages, touched);
    put_pages(b, ram, past, touched);
    free(touched);
    return 0;
}

static int put_entry(struct byte_buf *b, const struct image_hash *key, struct sim *sim,
                     const struct boot_past *past)
{
    static const uint8_t no_sum[HEAD_BYTES - sizeof(MAGIC)];
    struct cpu *cpu = sim_cpu(sim);
    struct sim_cursor cursor = sim_cursor(sim);
    struct image_hash sum;
    struct digest d;
    int rc = sim_digest(sim, false, &d);

    if (rc != 0)
        return rc;
    buf_put(b, MAGIC, sizeof(MAGIC));
    buf_put(b, no_sum, sizeof(no_sum));
    buf_put(b, key, sizeof(*key));
    buf_put_varint(b, d.n);
    buf_put_le(b, d.state, 8);
    buf_put_le(b, cursor.traps, 8);
    buf_put_varint(b, cursor.chaos_count);
    buf_put_counted(b, past->console.data, past->console.used);
    buf_put_counted(b, past->delays.data, past->delays.used);
    rc = put_state(b, cpu);
    if (rc == 0)
        rc = put_ram(b, cpu, past);
    if (rc != 0 || b->failed)
        return rc != 0 ? rc : -ENOMEM;
    sum = hash_of(b->data + HEAD_BYTES, b->used - HEAD_BYTES);
    memcpy(b->data + sizeof(MAGIC), &sum, sizeof(sum));
    return 0;
}

bool boot_cache_save(const struct boot_cache *cache, struct sim *sim,
                     const struct boot_past *past)
{
    struct image_hash key = key_of(cache, sim_machine(sim));
    struct byte_buf b = {0};
    char name[NAME_BYTES];
    int rc = past->console.failed || past->delays.failed ? -ENOMEM : 0;

    if (rc == 0)
        rc = put_entry(&b, &key, sim, past);
    name_of(&key, name);
    if (rc == 0)
        rc = host_cache_put(cache->dir, name, b.data, b.used, BOOT_CACHE_BYTES_MAX);
    buf_free(&b);
    return rc == 0;
}

/* ---- loading ---- */

struct entry {
    insn_t n;
    uint64_t state, traps, chaos_count, pieces, pages;
    const uint8_t *console, *delays, *page_numbers, *page_bytes;
    size_t console_bytes, delay_bytes;
    struct byte_view state_bytes; /* of all pieces */
};

static bool skip_pieces(struct byte_view *v, uint64_t count)
{
    size_t len;

    for (uint64_t i = 0; i < 2 * count && !v->bad; i++)
        view_counted(v, &len);
    return !v->bad;
}

static bool parse(const struct blob *file, const struct image_hash *key, size_t ram_pages,
                  struct entry *e)
{
    struct byte_view v = {.at = file->data, .end = file->data + file->bytes};
    const uint8_t *magic = view_take(&v, sizeof(MAGIC)), *sum = view_take(&v, sizeof(*key));
    struct image_hash right = hash_of(v.at, view_left(&v));
    const uint8_t *own = view_take(&v, sizeof(*key));

    if (v.bad || memcmp(magic, MAGIC, sizeof(MAGIC)) != 0 ||
        memcmp(sum, &right, sizeof(right)) != 0 || memcmp(own, key, sizeof(*key)) != 0)
        return false;
    e->n = view_varint(&v);
    e->state = view_le(&v, 8);
    e->traps = view_le(&v, 8);
    e->chaos_count = view_varint(&v);
    e->console = view_counted(&v, &e->console_bytes);
    e->delays = view_counted(&v, &e->delay_bytes);
    e->pieces = view_varint(&v);
    e->state_bytes = v;
    if (!skip_pieces(&v, e->pieces))
        return false;
    e->pages = view_varint(&v);
    if (e->pages > ram_pages)
        return false;
    e->page_numbers = view_take(&v, e->pages * 4);
    e->page_bytes = view_take(&v, e->pages * PAGE_BYTES);
    return !v.bad && view_left(&v) == 0;
}

static int get_piece(void *ctx, const char *name, void *data, size_t len)
{
    struct byte_view *v = ctx;
    size_t name_len, data_len;
    const uint8_t *name_at = view_counted(v, &name_len), *at = view_counted(v, &data_len);

    if (v->bad || name_len != strlen(name) || memcmp(name_at, name, name_len) != 0 ||
        data_len != len)
        return -EIO;
    memcpy(data, at, len);
    return 0;
}

static int put_into(struct sim *sim, struct entry *e)
{
    struct cpu *cpu = sim_cpu(sim);
    struct sim_cursor cursor = {.traps = e->traps, .chaos_count = e->chaos_count};
    struct digest d;
    size_t bytes;
    paddr_t base;
    uint8_t *ram = cpu_ram(cpu, &base, &bytes);

    for (uint64_t i = 0; i < e->pages; i++) {
        uint32_t page;

        memcpy(&page, e->page_numbers + i * 4, 4);
        if (page >= bytes / PAGE_BYTES)
            return -EIO;
        memcpy(ram + (size_t)page * PAGE_BYTES, e->page_bytes + i * PAGE_BYTES, PAGE_BYTES);
    }
    /* Loading a state drops what was translated: RAM may be another. */
    if (cpu_state_visit(cpu, CPU_STATE_LOAD, get_piece, &e->state_bytes) != 0)
        return -EIO;
    sim_set_cursor(sim, &cursor);
    return sim_digest(sim, false, &d) == 0 && d.n == e->n && d.state == e->state ? 0 : -EIO;
}

int boot_cache_load(const struct boot_cache *cache, struct sim *sim, insn_t limit,
                    struct boot_past *past)
{
    const struct machine *m = sim_machine(sim);
    struct image_hash key = key_of(cache, m);
    struct blob file = {0};
    char name[NAME_BYTES];
    struct entry e;
    int rc = -ENOENT;

    memset(past, 0, sizeof(*past));
    name_of(&key, name);
    if (host_cache_get(cache->dir, name, &file) != 0)
        return -ENOENT;
    if (parse(&file, &key, m->ram_bytes / PAGE_BYTES, &e) && e.n <= limit)
        rc = put_into(sim, &e);
    if (rc == 0) {
        buf_put(&past->console, e.console, e.console_bytes);
        buf_put(&past->delays, e.delays, e.delay_bytes);
        host_cache_used(cache->dir, name);
        if (past->console.failed || past->delays.failed)
            rc = -EIO;
    }
    blob_free(&file);
    return rc;
}
