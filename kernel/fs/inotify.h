/* SPDX-License-Identifier: GPL-2.0-or-later */
/* inotify.h - events that name operations report; cheap where nobody watches. */
#ifndef KERNEL_FS_INOTIFY_H
#define KERNEL_FS_INOTIFY_H

#include "kernel/include/vnode.h"

#define IN_ACCESS 0x1u
#define IN_MODIFY 0x2u
#define IN_ATTRIB 0x4u
#define IN_CLOSE_WRITE 0x8u
#define IN_CLOSE_NOWRITE 0x10u
#define IN_OPEN 0x20u
#define IN_MOVED_FROM 0x40u
#define IN_MOVED_TO 0x80u
#define IN_CREATE 0x100u
#define IN_DELETE 0x200u
#define IN_DELETE_SELF 0x400u
#define IN_MOVE_SELF 0x800u
#define IN_Q_OVERFLOW 0x4000u
#define IN_IGNORED 0x8000u
#define IN_ONLYDIR 0x01000000u
#define IN_DONT_FOLLOW 0x02000000u
#define IN_MASK_CREATE 0x10000000u
#define IN_MASK_ADD 0x20000000u
#define IN_ISDIR 0x40000000u
#define IN_ONESHOT 0x80000000u
#define IN_ALL_EVENTS 0xfffu

/* To watchers of the directory, with the entry's name. */
void inotify_name(struct dentry *dir, struct dentry *d, uint32_t mask);
void inotify_moved(struct dentry *dir, struct dentry *d, uint32_t mask, uint32_t cookie);
uint32_t inotify_cookie(void);
/* To watchers of the file itself. */
void inotify_vnode(struct vnode *vn, uint32_t mask);
/* To both: an open file was read, written, closed. */
void inotify_dentry(struct dentry *d, uint32_t mask);
/* The last reference to the name goes. */
void inotify_dentry_gone(struct dentry *d);
/* The vnode goes away: its watches too. */
void inotify_forget(struct vnode *vn);

#endif
