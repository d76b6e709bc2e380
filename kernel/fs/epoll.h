/* SPDX-License-Identifier: GPL-2.0-or-later */
/* epoll.h - what the rest of fs/ needs of epoll: a file that goes leaves all interest lists. */
#ifndef KERNEL_FS_EPOLL_H
#define KERNEL_FS_EPOLL_H

struct file;
void epoll_forget_file(struct file *f);

#endif
