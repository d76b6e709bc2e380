/* SPDX-License-Identifier: GPL-2.0-or-later */
/* procfs.h - /proc as a file system type. */
#ifndef KERNEL_FS_PROCFS_H
#define KERNEL_FS_PROCFS_H

#include "kernel/include/vnode.h"

extern struct fs_type proc_type;

#endif
