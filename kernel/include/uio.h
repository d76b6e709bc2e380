/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uio.h - where the bytes of one read or write come from or go to.
 *
 * Rules of use
 *   - A uio describes user vectors or one kernel buffer; file operations do not
 *     care which. uio_read() fills it, uio_write() drains it.
 *   - Each transfer advances the uio and lowers resid; a partial transfer that
 *     then faults reports what it moved before the fault.
 *   - The kernel is not preempted in kernel mode and page faults do not sleep,
 *     so a copy is never interleaved with another thread.
 */
#ifndef KERNEL_UIO_H
#define KERNEL_UIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UIO_MAXIOV 1024
#define UIO_FASTIOV 8
/* Linux's MAX_RW_COUNT: no single transfer is larger. */
#define UIO_BYTES_MAX 0x7ffff000ul

struct iovec_k {
    uint64_t base; /* user address, or a kernel pointer where !user */
    uint64_t len;
};

struct uio {
    struct iovec_k *iov;
    unsigned count;     /* vectors left */
    bool user;
    size_t resid;       /* bytes left in all vectors */
    size_t iov_done;    /* bytes used of iov[0] */
    struct iovec_k fast[UIO_FASTIOV];
    struct iovec_k *allocated;
};

void uio_init_kernel(struct uio *u, void *buf, size_t len);
void uio_init_user(struct uio *u, uint64_t addr, size_t len);
/* Import an iovec array of user memory: 0, -EFAULT, -EINVAL, -ENOMEM. uio_done() after success. */
int uio_init_user_iovec(struct uio *u, uint64_t iov_addr, uint64_t count);
void uio_done(struct uio *u);

/* Kernel bytes into the uio. Returns bytes moved (<= len, <= resid), -EFAULT if none could be. */
long uio_read(struct uio *u, const void *src, size_t len);
/* The same, but up to the first page that cannot be written; -EFAULT only where nothing can. */
long uio_read_part(struct uio *u, const void *src, size_t len);
/* Bytes of the uio into the kernel; the same returns. */
long uio_write(struct uio *u, void *dst, size_t len);
/* Zero bytes into the uio; the same returns. */
long uio_zero(struct uio *u, size_t len);
/* Skip bytes without touching them. */
void uio_skip(struct uio *u, size_t len);

#endif
