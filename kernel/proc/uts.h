/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uts.h - UTS namespaces: the names that uname shows. The only kind of namespace there is more
 * than one of.
 *
 * Rules of use
 *   - A process is in the first namespace unless it, or an ancestor, has left it: only
 *     those are on record. process_alloc() and process_free() keep the record.
 */
#ifndef KERNEL_PROC_UTS_H
#define KERNEL_PROC_UTS_H

#include <stdint.h>

#define UTS_NAME_BYTES 65

struct process;

struct uts_namespace {
    uint32_t refs; /* processes, and descriptors for setns; the first has no count */
    char nodename[UTS_NAME_BYTES], domainname[UTS_NAME_BYTES];
};

struct uts_namespace *uts_current(void);
struct uts_namespace *uts_of(const struct process *p);
/* The process gets one of its own, with the same names. 0, -ENOMEM. */
int uts_leave(struct process *p);
int uts_inherit(struct process *child); /* 0, -ENOMEM */
void uts_drop(struct process *p);

#endif
