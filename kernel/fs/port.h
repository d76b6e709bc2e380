/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * port.h - all that the file system and the terminals need from the rest of
 * the kernel. port.c gives it over core, mm and proc; tests/kernel/host_port.c
 * gives it on the host, so that lookup, pipes, tmpfs and the line discipline
 * are tested without a CPU model.
 *
 * Rules of use
 *   - Code in fs/ and dev/ calls nothing outside fs/ and dev/ but this header,
 *     the string functions, kmalloc and the user copies.
 */
#ifndef KERNEL_FS_PORT_H
#define KERNEL_FS_PORT_H

#include "kernel/include/errno.h"
#include "kernel/include/file.h"
#include "kernel/include/fs.h"
#include "kernel/include/kmalloc.h"
#include "kernel/include/page.h"
#include "kernel/include/printk.h"
#include "kernel/include/string.h"

#define PAGE_BYTES 4096u
#define PORT_NS_PER_S 1000000000ll

/*
 * Seconds and less than a second of nanoseconds; the nearest time there is where that is too far.
 */
static inline int64_t port_ns(int64_t seconds, int64_t nanoseconds)
{
    if (seconds >= INT64_MAX / PORT_NS_PER_S)
        return INT64_MAX;
    if (seconds <= INT64_MIN / PORT_NS_PER_S)
        return INT64_MIN;
    return seconds * PORT_NS_PER_S + nanoseconds;
}

/* Drop user mappings of the vnode's pages [first, last] (truncate, hole). */
void port_unmap_pages(struct vnode *vn, uint64_t first, uint64_t last);

/* ---- user memory ---- */
int port_copy_in(void *dst, uint64_t src, size_t len);        /* 0, -EFAULT */
int port_copy_out(uint64_t dst, const void *src, size_t len); /* 0, -EFAULT */
long port_string_in(char *dst, uint64_t src, size_t size);    /* length, -EFAULT, -ENAMETOOLONG */

/* ---- the caller ---- */
struct fs_context *port_fs(void);
struct fd_table *port_fds(void);
uint32_t port_fsuid(void);
uint32_t port_fsgid(void);
uint32_t port_ruid(void);
uint32_t port_rgid(void);
bool port_in_group(uint32_t gid);
bool port_is_privileged(void); /* effective uid 0 */
int32_t port_pid(void);
bool port_pid_exists(int32_t pid);
/* May the caller say of itself that it is this one (SCM_CREDENTIALS)? */
bool port_may_claim(int32_t pid, uint32_t uid, uint32_t gid);
uint64_t port_limit_files(void); /* RLIMIT_NOFILE */
uint64_t port_limit_fsize(void); /* RLIMIT_FSIZE */
struct thread *port_thread(void);

/* ---- time ---- */
int64_t port_realtime_ns(void);
uint64_t port_monotonic_ns(void);

/* ---- sleeping ---- */
/*
 * Until *woken or a signal or the deadline: 0, -ERESTARTSYS, -ETIMEDOUT. port_wake() after
 * setting *woken.
 */
int port_sleep(volatile bool *woken, uint64_t deadline_ns);
void port_wake(struct thread *t);

/* ---- signals ---- */
void port_sigmask_temporary(uint64_t mask); /* until this call's signals are delivered */
void port_sigmask_undo(void); /* the call ends without one: the mask is as before */
void port_signal_self(int signo);
void port_signal_pgrp(int32_t pgrp, int signo);
void port_signal_owner(int32_t owner, int signo); /* > 0 process, < 0 group */
/* O_ASYNC: to f's owner; F_SETSIG's signal comes with si_code, si_band and si_fd. */
void port_signal_io(const struct file *f, int code, int64_t band, int fd);
void port_io_cred(struct file *f); /* the caller's ids decide whom f may signal */
bool port_owner_exists(int32_t type, int32_t pid);

/* ---- job control ---- */
struct tty;
int32_t port_pgrp(void);
int32_t port_session(void);
struct tty *port_controlling_tty(void);             /* no reference; NULL: none */
/* takes a reference of its own; NULL gives it up */
void port_set_controlling_tty(struct tty *t);
void port_session_lose_tty(int32_t session);        /* every process of the session */
bool port_signal_is_ignored(int signo);             /* or blocked, by the caller */
bool port_pgrp_is_orphaned(int32_t pgrp);
int32_t port_session_of_pgrp(int32_t pgrp);         /* -1: no such group */

bool port_has_writable_mapping(const struct vnode *vn); /* shared and writable */
int port_unshare_fds(void); /* a table of its own for the caller: 0, -ENOMEM */

const char *port_command_line(void); /* the kernel's */

/* ---- the console's line ---- */
void port_console_write(const char *bytes, size_t len);

#endif
