/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/closeup.h - one trap of a recording, with all that can be seen of it.
 *
 * Purpose: `dump --trap` prints it and the report shows it: registers before, at the vector and
 * after; the frame in which the kernel kept them, and who wrote each word of it; the code
 * around; the page table walk of a faulting address; the signal frame that came of it.
 *
 * Rules of use
 *   - closeup_open() borrows the trace. closeup_trap() goes there on a timeline of its own and
 *     gives back a new JSON object, the caller's. Its keys are in traces/FORMAT.md.
 *   - NULL: closeup_error() has a sentence.
 */
#ifndef TRAPLINE_SIM_CLOSEUP_H
#define TRAPLINE_SIM_CLOSEUP_H

#include <jansson.h>

#include "sim/export/story.h"

struct closeup;

MUST_CHECK int closeup_open(const struct trace *t, struct closeup **out, char *err, size_t err_len);
void closeup_close(struct closeup *c);
/* `index`: an item of the story that is a trap: STORY_SYSCALL, STORY_FAULT or STORY_IRQ. */
json_t *closeup_trap(struct closeup *c, const struct story *s, size_t index);
const char *closeup_error(const struct closeup *c);

#endif
