/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/kernel_moved.h - by how much KASLR moved a Linux kernel, from its recording.
 *
 * Purpose: symbols of vmlinux or System.map are for where the kernel was linked.
 *
 * Rules of use: it replays the boot, some seconds for a kernel that decompresses itself.
 */
#ifndef TRAPLINE_SIM_KERNEL_MOVED_H
#define TRAPLINE_SIM_KERNEL_MOVED_H

#include "loader/boot.h"
#include "sim/trace.h"

/* False where it cannot be told: no Linux, or it never got so far; *by is 0 then. */
bool kernel_moved(const struct trace *t, const struct symbols *s, vaddr_t *by);

#endif
