/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vdso.h - the vDSO: a small shared object of ours that each program finds in its address space,
 * and the page of numbers that its clock functions read.
 *
 *   USER_VVAR   [vvar]   struct vdso_data, which the kernel changes; user mode reads
 *   USER_VDSO   [vdso]   the ELF image (vdso/, linked for each CPU), one page
 *
 * Rules of use
 *   - Both are pages of one nameless file, mapped privately: a debugger that writes a breakpoint
 *     gets a page of its own, and fork and exec need nothing special.
 *   - The clock is read as arch_clock_ns() reads it, from the same counter by the same
 *     arithmetic, so a call of the vDSO and a system call agree to the nanosecond.
 *   - `seq` is odd while the rest changes: read it, read the rest, and start again unless it is
 *     even and the same.
 *   - This header is for kernel and user mode alike: the structure alone is shared.
 */
#ifndef KERNEL_VDSO_H
#define KERNEL_VDSO_H

#include <stdint.h>

#define CLOCK_COARSE_RESOLUTION_NS 4000000 /* a tick of 250 Hz, as Linux says */

struct vdso_data {
    uint32_t seq, pad;
    uint64_t counter_start;        /* the CPU's counter when the monotonic clock was 0 */
    uint64_t ns_per_tick;          /* 32.32 fixed point */
    int64_t realtime_offset_ns;    /* wall clock minus monotonic */
};

struct vm_map;

/* Once, when there is a root file system. */
void vdso_init(void);
/* Maps [vvar] and [vdso] into an empty place of m: 0 or -ENOMEM. */
int vdso_map(struct vm_map *m);
/* The wall clock was set. Harmless before vdso_init(). */
void vdso_set_realtime_offset(int64_t ns);

#endif
