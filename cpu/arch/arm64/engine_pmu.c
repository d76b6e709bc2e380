/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine's performance monitors, not told of changes of exception level.
 *
 * The machine has none (msr.c), but the engine's read the host's clock and every counter before and
 * behind each exception return: a twelfth of a system call. They hang in two lists beside the
 * CPU's state, one behind the other, each of one entry: function, argument, next, and the address of
 * what points to the entry, which tells such a list from anything else. They are empty while the
 * machine is there. Where they are not found all is left as it is.
 */
#include "cpu/arch/arm64/engine.h"
#include "cpu/peek.h"

#define BEHIND_BYTES (24u << 10) /* of the CPU's state on; the lists are some 13 KB behind it */

struct hook_entry {
    uint64_t function, argument, next, pointed_from;
};

static bool is_list(int memory, uint64_t entry, uintptr_t head)
{
    struct hook_entry h;

    return entry && entry % 8 == 0 && peek(memory, entry, &h, sizeof(h)) == sizeof(h) &&
           h.function && !h.argument && !h.next && h.pointed_from == head;
}

static void *lists_in(int memory, uintptr_t from, const uint8_t *copy, size_t got)
{
    uint64_t entry[2];

    for (size_t at = 0; at + sizeof(entry) <= got; at += 8) {
        memcpy(entry, copy + at, sizeof(entry));
        if (entry[1] && is_list(memory, entry[0], from + at) &&
            is_list(memory, entry[1], from + at + 8))
            return (void *)(from + at);
    }
    return NULL;
}

void arm64_pmu_hooks_off(struct arm64_engine *e)
{
    uintptr_t from = ((uintptr_t)e->live.state + 7) & -(uintptr_t)8;
    int memory = e->live.state ? open("/proc/self/mem", O_RDONLY | O_CLOEXEC) : -1;
    uint8_t copy[BEHIND_BYTES];

    if (memory >= 0) {
        e->pmu.lists = lists_in(memory, from, copy, peek(memory, from, copy, sizeof(copy)));
        close(memory);
    }
    if (!e->pmu.lists)
        return;
    memcpy(e->pmu.was, e->pmu.lists, sizeof(e->pmu.was));
    memset(e->pmu.lists, 0, sizeof(e->pmu.was));
}

void arm64_pmu_hooks_on(struct arm64_engine *e)
{
    if (e->pmu.lists)
        memcpy(e->pmu.lists, e->pmu.was, sizeof(e->pmu.was));
    e->pmu.lists = NULL;
}
