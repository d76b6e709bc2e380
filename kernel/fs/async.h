/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * async.h - O_ASYNC: a signal to a file's owner when the file becomes ready.
 *
 * Rules of use
 *   - Only files whose operations say `async` have it, as on Linux: pipes, sockets, terminals,
 *     inotify. On others the flag is never on (fs/sys_fd.c).
 *   - Who is told is F_SETOWN's; which signal, F_SETSIG's: 0 is SIGIO without words, any other
 *     says in its siginfo what happened (POLL_IN and its kin) and to which descriptor.
 */
#ifndef KERNEL_FS_ASYNC_H
#define KERNEL_FS_ASYNC_H

#include <stdbool.h>
#include <stdint.h>

struct file;

/* O_ASYNC of f, which has it, goes on or off; fd is what siginfo will name. 0 or -ENOMEM. */
int async_set(struct file *f, int fd, bool on);
/* Before f is released. */
void async_drop(struct file *f);

/* F_SETOWN, F_SETOWN_EX and their kin, FIOSETOWN: `owner` < 0 is a group. */
long async_fcntl(struct file *f, int cmd, uint64_t arg);
int async_set_owner(struct file *f, int32_t owner);

#endif
