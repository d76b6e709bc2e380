/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/end.c - words for the end of a run; see end.h. */
#include "sim/end.h"

#include <stdio.h>

bool sim_end_is_own(enum sim_end_reason reason)
{
    return reason != SIM_END_LIMIT && reason != SIM_END_INTERRUPTED && reason != SIM_END_CALLER;
}

void sim_end_text(const struct sim_end *end, char *text, size_t len)
{
    static const char *const words[] = {
        [SIM_END_POWEROFF] = "the guest switched the machine off",
        [SIM_END_RESET] = "the guest reset the machine",
        [SIM_END_SHUTDOWN] = "the processor shut down (undeliverable exception)",
        [SIM_END_STRICT] = "the guest used something not implemented",
        [SIM_END_STARVED] = "the guest waits for input that will never come",
        [SIM_END_LIMIT] = "the limit of instructions was reached",
        [SIM_END_INTERRUPTED] = "interrupted from outside",
        [SIM_END_ENGINE] = "the engine refused to go on",
        [SIM_END_CALLER] = "stopped on request",
    };

    if (end->reason == SIM_END_POWEROFF && end->status != 0)
        snprintf(text, len, "the guest failed with status %d", end->status);
    else
        snprintf(text, len, "%s", words[end->reason]);
}
