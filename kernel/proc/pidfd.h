/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pidfd.h - descriptors that name a process, inside proc/. */
#ifndef KERNEL_PROC_PIDFD_H
#define KERNEL_PROC_PIDFD_H

#include "kernel/include/arch.h"

struct process;
struct file;

/* A new descriptor for p, stored at the user address; errors are dropped. */
void pidfd_open_into(struct process *p, vaddr_t user_fd);
/* The pid behind a descriptor, or -EBADF. */
int32_t pidfd_pid(int fd);

#endif
