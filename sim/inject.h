/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/inject.h - an event that the machine would not have had: one more kind of input.
 *
 *   irq      the timer's interrupt, though the timer is not due
 *   preempt  the same, and the clock goes ahead by a time slice: as after a host was away
 *   signal   a signal to the process that runs, by a kernel that takes the doorbell (BOARDS.md)
 *   fault    a user page is taken out of the guest's tables, or all are: the next access faults,
 *            by such a kernel; else a page fault at the user instruction that comes next, as a
 *            stale translation makes it
 *
 * Rules of use: inject_resolve() says what an event is on the machine as it stands, in numbers;
 * that is what a trace keeps. inject_apply() does it, between two runs, and needs nothing else.
 */
#ifndef TRAPLINE_SIM_INJECT_H
#define TRAPLINE_SIM_INJECT_H

#include "sim/machine.h"

enum inject_kind { INJECT_IRQ, INJECT_PREEMPT, INJECT_SIGNAL, INJECT_FAULT };
#define INJECT_KINDS 4u
/* "irq", "preempt", .. */
extern const char *const inject_names[INJECT_KINDS];

/* `number` of a fault. */
enum { INJECT_UNMAP_PAGE, INJECT_UNMAP_ALL, INJECT_FETCH_FAULT };

/* `number` in a schedule: whatever inject_resolve() says at that place. Never in a trace. */
#define INJECT_HERE UINT32_MAX

struct injection {
    enum inject_kind kind;
    uint32_t number; /* of the interrupt at the interrupt controller; fault: which, see above */
    uint64_t value;  /* preempt: cycles; signal: its number, 0: one that has a handler;
                        fault: the page's address, 0 where none is named */
};

/* What INJECT_PREEMPT takes where nobody says: longer than a quantum of the kernels we know. */
#define INJECT_SLICE_US 20000u

/* Does the machine's kernel take the doorbell, and pages away? Its number; -ENODEV: no. */
int inject_doorbell(struct cpu *cpu, const struct machine *m);

/*
 * `value` as above; 0 of a preemption is the usual slice, of a fault: all pages. `doorbell` is
 * inject_doorbell()'s answer. -ENODEV: there is no such event here, and `why` says so.
 */
MUST_CHECK int inject_resolve(struct cpu *cpu, uint64_t hz, int doorbell, enum inject_kind kind,
                              uint64_t value, struct injection *out, const char **why);
/* -EINVAL: this machine has no such event (a damaged trace). */
MUST_CHECK int inject_apply(struct cpu *cpu, const struct injection *i);
/* "interrupt 27", "all user pages unmapped", ..: behind the name. */
void inject_text(const struct injection *i, char *text, size_t len);

#endif
