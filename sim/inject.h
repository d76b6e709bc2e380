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
 *   access   the user pages that the instruction at hand accesses are taken out, and no other: its
 *            data, and in user mode its own; one fault for each
 *
 * Rules of use
 *   - injector_open() once the kernel is in memory; injector_close() it.
 *   - inject_resolve() says what an event is on the machine as it stands, in numbers: one
 *     injection, of an access one for each page. That is what a trace keeps.
 *   - inject_apply() does one, between two runs, and needs nothing else.
 */
#ifndef TRAPLINE_SIM_INJECT_H
#define TRAPLINE_SIM_INJECT_H

#include "sim/machine.h"
#include "sim/operands.h"

/* In a trace an access is as many faults. */
enum inject_kind { INJECT_IRQ, INJECT_PREEMPT, INJECT_SIGNAL, INJECT_FAULT, INJECT_ACCESS };
#define INJECT_KINDS       5u
#define INJECT_TRACE_KINDS 4u
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

/* Its own bytes and three operands, each on one page or two. */
#define INJECT_PARTS_MAX (2u + 2u * OPERANDS_TOUCHED_MAX)

struct inject_event {
    struct injection part[INJECT_PARTS_MAX];
    unsigned parts;
};

/* What is asked for, before it is resolved. */
static inline struct injection inject_wish(enum inject_kind kind, uint64_t value)
{
    return (struct injection){.kind = kind, .number = INJECT_HERE, .value = value};
}

struct injector {
    uint64_t hz;
    int doorbell;              /* inject_doorbell() */
    struct operands operands;
};

/* What INJECT_PREEMPT takes where nobody says: longer than a quantum of the kernels we know. */
#define INJECT_SLICE_US 20000u

/* Does the machine's kernel take the doorbell, and pages away? Its number; -ENODEV: no. */
int inject_doorbell(struct cpu *cpu, const struct machine *m);

/* -ENOMEM. Owned: injector_close(), also where it failed. */
MUST_CHECK int injector_open(struct injector *in, struct cpu *cpu, const struct machine *m);
void injector_close(struct injector *in);
/*
 * `value` as above; 0 of a preemption is the usual slice, of a fault: all pages. -ENODEV: there is
 * no such event here, and `why` says so.
 */
MUST_CHECK int inject_resolve(struct injector *in, struct cpu *cpu, enum inject_kind kind,
                              uint64_t value, struct inject_event *out, const char **why);
/* -EINVAL: this machine has no such event (a damaged trace). */
MUST_CHECK int inject_apply(struct cpu *cpu, const struct injection *i);
/* "interrupt 27", "all user pages unmapped", ..: behind the name. */
void inject_text(const struct injection *i, char *text, size_t len);

#endif
