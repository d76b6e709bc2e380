/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/check/frame_writes.c - see frame_writes.h. */
#include "sim/check/frame_writes.h"

void frame_writes_add(struct frame_writes *w, insn_t n, uint64_t value)
{
    w->too_many |= w->count == FRAME_WRITES_MAX;
    if (!w->too_many)
        w->list[w->count++] = (struct frame_write){n, value};
}

bool frame_two_writers(const struct frame_writes *w, uint64_t was, insn_t *first, insn_t *second)
{
    if (w->count < 2 || w->too_many)
        return false;
    *second = w->list[w->count - 1].n;
    for (size_t i = w->count - 1; i-- > 0;) {
        const struct frame_write *one = &w->list[i];

        if (one->n == *second)
            continue; /* a piece of the same store */
        if (w->is_pushed ? w->push_n && one->n > w->push_n : one->value == was) {
            *first = one->n;
            return true;
        }
    }
    return false;
}

/*
 * Linux's ERESTARTSYS, ERESTARTNOINTR, ERESTARTNOHAND, ERESTART_RESTARTBLOCK: no program sees them.
 */
static bool asks_for_restart(uint64_t value)
{
    int64_t error = -(int64_t)value;

    return error == 512 || error == 513 || error == 514 || error == 516;
}

bool frame_restart_writers(const struct frame_writes *w, uint64_t was, insn_t *first,
                           insn_t *second)
{
    bool asked = false;

    for (size_t i = 0; i < w->count; i++) {
        if (asks_for_restart(w->list[i].value)) {
            *first = w->list[i].n;
            asked = true;
        } else if (asked && w->list[i].value == was) {
            *second = w->list[i].n;
            return true;
        }
    }
    return false;
}
