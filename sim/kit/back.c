/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/kit/back.c - states of a machine under test: kept, gone back to, made a second machine. */
#include "sim/kit/private.h"

#include "sim/host.h"

#define PAGE_BYTES 4096u

int trapline_snapshot(struct trapline *t, struct trapline_snapshot **out)
{
    struct trapline_snapshot *s = calloc(1, sizeof(*s));
    int rc = s ? 0 : -ENOMEM;

    *out = NULL;
    if (rc == 0 && !t->snapshots)
        rc = snapshots_create_bare(t->cpu, &t->snapshots);
    if (rc == 0)
        rc = snapshot_take(t->snapshots, &s->s);
    if (rc != 0) {
        free(s);
        return kit_fail(t, rc, "out of memory for a snapshot");
    }
    s->last = t->last;
    *out = s;
    return 0;
}

int trapline_restore(struct trapline *t, const struct trapline_snapshot *s)
{
    int rc = snapshot_restore(t->snapshots, s->s);

    t->last = s->last;
    kit_forget_history(t);
    return rc ? kit_fail(t, rc, "the snapshot cannot be restored: %s", cpu_error(t->cpu)) : 0;
}

void trapline_snapshot_free(struct trapline *t, struct trapline_snapshot *s)
{
    if (!s)
        return;
    snapshot_free(t->snapshots, s->s);
    free(s);
}

int trapline_mark(struct trapline *t)
{
    struct trapline_snapshot *s;
    int rc = trapline_snapshot(t, &s);

    if (rc != 0)
        return rc;
    trapline_snapshot_free(t, t->mark);
    t->mark = s;
    return 0;
}

int trapline_rewind(struct trapline *t)
{
    if (!t->mark)
        return kit_fail(t, -EINVAL, "there is no mark to go back to: trapline_mark() first");
    return trapline_restore(t, t->mark);
}

static int copy_ram(struct trapline *from, struct trapline *to)
{
    size_t bytes, pages;
    paddr_t base;
    const uint8_t *ram = cpu_ram(from->cpu, &base, &bytes);
    uint8_t *touched;
    int rc = 0;

    pages = bytes / PAGE_BYTES;
    touched = malloc(pages);
    if (!touched)
        return -ENOMEM;
    host_pages_touched(ram, pages, touched);
    for (size_t page = 0; page < pages && rc == 0; page++)
        if (touched[page])
            rc = cpu_phys_write(to->cpu, base + page * PAGE_BYTES, ram + page * PAGE_BYTES,
                                PAGE_BYTES);
    free(touched);
    return rc;
}

static int save_piece(void *ctx, const char *name, void *data, size_t len)
{
    struct byte_buf *b = ctx;

    (void)name;
    buf_put(b, data, len);
    return b->failed ? -ENOMEM : 0;
}

static int load_piece(void *ctx, const char *name, void *data, size_t len)
{
    struct byte_view *v = ctx;
    const uint8_t *at = view_take(v, len);

    (void)name;
    if (!at)
        return -EINVAL;
    memcpy(data, at, len);
    return 0;
}

static int copy_state(struct trapline *from, struct trapline *to)
{
    struct byte_buf b = {0};
    struct byte_view v;
    int rc = cpu_state_visit(from->cpu, CPU_STATE_SAVE, save_piece, &b);

    v = (struct byte_view){b.data, b.data + b.used, false};
    if (rc == 0)
        rc = cpu_state_visit(to->cpu, CPU_STATE_LOAD, load_piece, &v);
    buf_free(&b);
    return rc;
}

/* The names and returns that `from` knows. */
static int copy_knowledge(struct trapline *from, struct trapline *to)
{
    char none[64];

    to->is_code = from->is_code;
    to->limit = from->limit;
    to->last = from->last;
    if (from->kernel.bytes) {
        to->kernel.data = malloc(from->kernel.bytes);
        if (!to->kernel.data)
            return -ENOMEM;
        to->kernel.bytes = from->kernel.bytes;
        memcpy(to->kernel.data, from->kernel.data, from->kernel.bytes);
        if (from->symbols && symbols_load(to->kernel.data, to->kernel.bytes, "the kernel",
                                          &to->symbols, none, sizeof(none)) != 0)
            return -ENOMEM;
    }
    for (size_t i = 0; i < from->return_count; i++) {
        int rc = kit_note_return(to, from->returns[i]);

        if (rc != 0)
            return rc;
    }
    return 0;
}

int trapline_fork(struct trapline *t, struct trapline **out)
{
    struct trapline *to;
    int rc = kit_create(t->a, &t->config, &t->entry, &to, t->error, sizeof(t->error));

    *out = NULL;
    if (rc != 0)
        return rc;
    rc = copy_ram(t, to);
    if (rc == 0)
        rc = cpu_reset(to->cpu, &t->entry);
    if (rc == 0)
        rc = copy_state(t, to);
    if (rc == 0)
        rc = copy_knowledge(t, to);
    if (rc != 0) {
        kit_fail(t, rc, "the second machine cannot be made: %s", cpu_error(to->cpu));
        trapline_close(to);
        return rc;
    }
    *out = to;
    return 0;
}
