/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/bisect_private.h - the parts of bisect.c. Inside sim/bisect*.c only. */
#ifndef TRAPLINE_SIM_BISECT_PRIVATE_H
#define TRAPLINE_SIM_BISECT_PRIVATE_H

#include "sim/bisect.h"
#include "sim/pair.h"
#include "sim/course.h"
#include "sim/who.h"

struct bisecting {
    struct bisect *b;
    const struct trace *trace[2];
    struct pair pair;
    struct course course[2];
    struct places *places[2];
    struct who *who[2];
    unsigned *twin;            /* of each thread of the good run, the bad one's, or COURSE_NONE */
    /* What differs first: */
    unsigned thread[2];
    enum course_lane lane;
    size_t event;              /* index in both lists */
    insn_t base[2];            /* from here on kernel code is compared by distance; or INSN_NONE */
    char *err;
    size_t err_len;
};

/* bisect_align.c: threads to threads; the first event that differs, those of other threads. */
MUST_CHECK int bisect_align(struct bisecting *s);
/* bisect_traps.c: the first trap that user code made and not the same, behind bisect_align(). */
MUST_CHECK int bisect_traps(struct bisecting *s);
/* bisect_way.c: where the way of the thread parts before that event, and what of the event
 * differs. */
MUST_CHECK int bisect_way(struct bisecting *s);
/* bisect_chain.c: what the instruction that both are about to run at n[] reads and differs,
 * back. */
MUST_CHECK int bisect_chain_from_insn(struct bisecting *s, const insn_t n[2]);
/* The same from a place whose value differs at n[]. */
MUST_CHECK int bisect_chain(struct bisecting *s, const insn_t n[2],
                            const struct value_place *place);

/* Place, code and line of the instruction at n. */
MUST_CHECK int bisect_describe(struct bisecting *s, unsigned side, insn_t n, struct bisect_at *at);
static inline const struct course_list *bisect_list(const struct bisecting *s, unsigned side)
{
    return &s->course[side].thread[s->thread[side]]->lane[s->lane];
}
/* A spot of one run in terms of the other's threads; false: no such thread there. */
bool bisect_twin_spot(const struct bisecting *s, unsigned from, struct course_spot *spot);
bool bisect_same_spot(const struct bisecting *s, insn_t good, insn_t bad);

#endif
