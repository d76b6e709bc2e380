/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The whole state but RAM, for going back to within this process: the engine's own saved
 * context and copies of our structs. Unlike state.c it means nothing to another engine, and
 * takes microseconds.
 */
#include <errno.h>
#include <stdlib.h>

#include "cpu/arch/arm64/arm64.h"

struct arm64_mark {
    void *context;
    struct arm64_board board;
    struct arm64_flow flow;
    struct arm64_el2 el2;
    struct adversary_mark *adversary;
    struct page_map disk[VIRTIO_SLOTS];
    insn_t n;
    cycles_t skipped;
};

int arm64_mark_take(struct arm64 *a, void **out)
{
    struct arm64_mark *m = calloc(1, sizeof(*m));
    int rc;

    *out = NULL;
    if (!m)
        return -ENOMEM;
    rc = arm64_engine_save(a, &m->context);
    if (!rc && a->adversary && !(m->adversary = adversary_mark(a->adversary)))
        rc = -ENOMEM;
    if (rc) {
        arm64_mark_free(m);
        return rc;
    }
    m->board = a->board;
    virtio_share(&a->virtio, m->disk);
    m->flow = a->flow;
    m->el2 = a->el2;
    m->n = a->count.n;
    m->skipped = a->skipped;
    *out = m;
    return 0;
}

int arm64_mark_restore(struct arm64 *a, const void *mark)
{
    const struct arm64_mark *m = mark;
    int rc;

    arm64_code_settle(a);
    rc = arm64_engine_restore(a, m->context);
    if (!rc && a->adversary)
        rc = adversary_restore(a->adversary, m->adversary);
    if (rc)
        return rc;
    a->board = m->board;
    virtio_restore(&a->virtio, m->disk);
    a->flow = m->flow;
    a->el2 = m->el2;
    a->count.n = m->n;
    a->count.size = 0;
    a->skipped = m->skipped;
    a->stop_asked = false;
    a->idled_n = a->stop_behind = UINT64_MAX;
    arm64_engine_flush_tlb(a);
    return 0;
}

void arm64_mark_free(void *mark)
{
    struct arm64_mark *m = mark;

    if (m) {
        arm64_engine_free_saved(m->context);
        adversary_mark_free(m->adversary);
        virtio_drop(m->disk);
    }
    free(m);
}
