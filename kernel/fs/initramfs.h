/* SPDX-License-Identifier: GPL-2.0-or-later */
/* initramfs.h - unpacking the boot archive into the root file system. */
#ifndef KERNEL_FS_INITRAMFS_H
#define KERNEL_FS_INITRAMFS_H

#include <stddef.h>

/* 0, or the error of the entry that failed; what came before it stays. */
int initramfs_unpack(const void *data, size_t bytes);

#endif
