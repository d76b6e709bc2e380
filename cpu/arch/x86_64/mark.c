/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The whole state but RAM, for going back to within this process: the engine's own saved
 * context and copies of our structs. Unlike state.c it means nothing to another engine, and
 * takes microseconds.
 */
#include <errno.h>
#include <stdlib.h>

#include "cpu/arch/x86_64/count.h"
#include "cpu/arch/x86_64/x86.h"

struct x86_mark {
    void *context;
    struct x86_board board;
    struct x86_msrs msrs;
    struct x86_flow flow;
    struct adversary_mark *adversary;
    struct page_map disk[VIRTIO_SLOTS];
    insn_t n;
    cycles_t skipped;
};

int x86_mark_take(struct x86 *x, void **out)
{
    struct x86_mark *m = calloc(1, sizeof(*m));
    int rc;

    *out = NULL;
    if (!m)
        return -ENOMEM;
    rc = x86_engine_save(x, &m->context);
    if (!rc && x->adversary && !(m->adversary = adversary_mark(x->adversary)))
        rc = -ENOMEM;
    if (rc) {
        x86_mark_free(m);
        return rc;
    }
    m->board = x->board;
    virtio_share(&x->virtio, m->disk);
    m->msrs = x->msrs;
    m->flow = x->flow;
    m->n = x->count.n;
    m->skipped = x->skipped;
    *out = m;
    return 0;
}

int x86_mark_restore(struct x86 *x, const void *mark)
{
    const struct x86_mark *m = mark;
    int rc;

    x86_dirty_settle(x);
    rc = x86_engine_restore(x, m->context);
    if (!rc && x->adversary)
        rc = adversary_restore(x->adversary, m->adversary);
    if (rc)
        return rc;
    x->board = m->board;
    virtio_restore(&x->virtio, m->disk);
    x->msrs = m->msrs;
    x->flow = m->flow;
    x->count.n = m->n;
    x->skipped = m->skipped;
    x->stop_asked = false;
    x->idled_n = x->stop_behind = UINT64_MAX;
    x->checks = (struct x86_checks){.unknown = true};
    x86_engine_flush_tlb(x);
    x86_count_reset(x);
    x86_pages_in_kernel(x); /* perhaps */
    return 0;
}

void x86_mark_free(void *mark)
{
    struct x86_mark *m = mark;

    if (m) {
        x86_engine_free_saved(m->context);
        adversary_mark_free(m->adversary);
        virtio_drop(m->disk);
    }
    free(m);
}
