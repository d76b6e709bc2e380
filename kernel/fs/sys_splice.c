/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sys_splice.c - data between two descriptors: sendfile, splice, tee,
 * copy_file_range, vmsplice.
 *
 * Bytes go through one page of kernel memory. What the target did not take of a
 * chunk is not lost: a positioned source is read again from there, and a pipe
 * is never read for more than the target has been seen to have room for.
 */
#include "kernel/fs/pipe.h"
#include "kernel/fs/sys.h"

#define SPLICE_F_MOVE 1u
#define SPLICE_F_NONBLOCK 2u
#define SPLICE_F_MORE 4u
#define SPLICE_F_GIFT 8u
#define SPLICE_F_ALL 15u

struct copy {
    struct file *in, *out;
    uint64_t *in_pos, *out_pos; /* the files' own, or the caller's */
};

static long copy_chunk(struct copy *c, uint8_t *page, size_t want)
{
    struct uio u;
    uint64_t in_pos = *c->in_pos, out_pos = *c->out_pos;
    uio_init_kernel(&u, page, want);
    long n = c->in->ops->read(c->in, &u, &in_pos);
    if (n <= 0)
        return n;
    uio_init_kernel(&u, page, (size_t)n);
    long w = c->out->ops->write(c->out, &u, &out_pos);
    if (w > 0) {
        *c->in_pos += (uint64_t)w;
        *c->out_pos = out_pos;
    }
    return w;
}

static long copy_loop(struct copy *c, size_t len)
{
    uint8_t *page = kmalloc(PAGE_BYTES);
    size_t total = 0;
    long n = 0;
    if (!page)
        return -ENOMEM;
    while (total < len) {
        size_t want = len - total < PAGE_BYTES ? len - total : PAGE_BYTES;
        n = copy_chunk(c, page, want);
        if (n <= 0)
            break;
        total += (size_t)n;
        if ((size_t)n < want)
            break;
    }
    kfree(page);
    return total ? (long)total : n;
}

static long check_pair(const struct file *in, const struct file *out)
{
    if (!file_can_read(in) || !file_can_write(out))
        return -EBADF;
    if (!in->ops->read || !out->ops->write)
        return -EINVAL;
    return 0;
}

static int offset_in(uint64_t addr, uint64_t *pos)
{
    if (port_copy_in(pos, addr, sizeof(*pos)))
        return -EFAULT;
    return (int64_t)*pos < 0 ? -EINVAL : 0;
}

static long sendfile(struct file *in, struct file *out, uint64_t off, size_t len)
{
    uint64_t pos;
    long r = check_pair(in, out);
    if (r)
        return r;
    if (!in->ops->seek)
        return off ? -ESPIPE : -EINVAL;
    if (out->flags & O_APPEND)
        return -EINVAL;
    struct copy c = {in, out, off ? &pos : &in->pos, &out->pos};
    if (off) {
        r = offset_in(off, &pos);
        if (r)
            return r;
    }
    r = copy_loop(&c, len);
    if (off && r >= 0 && port_copy_out(off, &pos, sizeof(pos)))
        r = -EFAULT;
    return r;
}

SYSCALL4(sendfile, uint64_t, out_fd, uint64_t, in_fd, uint64_t, off, uint64_t, len)
{
    struct file *in = fd_get((int)in_fd), *out = fd_get((int)out_fd);
    long r = -EBADF;
    if ((int64_t)len < 0)
        r = -EINVAL;
    else if (in && out)
        r = sendfile(in, out, off, len < UIO_BYTES_MAX ? len : UIO_BYTES_MAX);
    file_unref(in);
    file_unref(out);
    return r;
}

/* Waits until the pipe ends can move something; shortens *len to what they can. */
static long splice_ready(struct file *in, struct file *out, bool nonblock, size_t *len)
{
    struct pipe *from = pipe_of_file(in), *to = pipe_of_file(out);
    if (from) {
        int err = pipe_wait_data(in, nonblock || file_is_nonblocking(in));
        if (err)
            return err;
        if (*len > from->used)
            *len = from->used;
    }
    if (to && *len) {
        int err = pipe_wait_room(out, nonblock || file_is_nonblocking(out), PIPE_BUF_BYTES);
        if (err)
            return err;
        if (*len > pipe_room(to))
            *len = pipe_room(to);
    }
    return 0;
}

static long splice(struct file *in, uint64_t in_off, struct file *out, uint64_t out_off,
                   size_t len, bool nonblock)
{
    uint64_t in_pos, out_pos;
    struct pipe *from = pipe_of_file(in), *to = pipe_of_file(out);
    long r = check_pair(in, out);
    if (r)
        return r;
    if ((!from && !to) || (from && from == to))
        return -EINVAL;
    if ((from && in_off) || (to && out_off))
        return -ESPIPE;
    if ((in_off && !in->ops->seek) || (out_off && !out->ops->seek) || (out->flags & O_APPEND))
        return -EINVAL;
    if ((in_off && (r = offset_in(in_off, &in_pos))) ||
        (out_off && (r = offset_in(out_off, &out_pos))))
        return r;
    struct copy c = {in, out, in_off ? &in_pos : &in->pos, out_off ? &out_pos : &out->pos};
    if (!len)
        return 0;
    r = splice_ready(in, out, nonblock, &len);
    if (!r && len)
        r = copy_loop(&c, len);
    if (r >= 0 && ((in_off && port_copy_out(in_off, &in_pos, 8)) ||
                   (out_off && port_copy_out(out_off, &out_pos, 8))))
        r = -EFAULT;
    return r;
}

SYSCALL6(splice, uint64_t, in_fd, uint64_t, in_off, uint64_t, out_fd, uint64_t, out_off, uint64_t,
         len, uint64_t, flags)
{
    if (flags & ~(uint64_t)SPLICE_F_ALL)
        return -EINVAL;
    struct file *in = fd_get((int)in_fd), *out = fd_get((int)out_fd);
    long r = -EBADF;
    if (in && out)
        r = splice(in, in_off, out, out_off, len < UIO_BYTES_MAX ? len : UIO_BYTES_MAX,
                   (flags & SPLICE_F_NONBLOCK) != 0);
    file_unref(in);
    file_unref(out);
    return r;
}

static long tee(struct file *in, struct file *out, size_t len, bool nonblock)
{
    struct pipe *from = pipe_of_file(in), *to = pipe_of_file(out);
    if (!file_can_read(in) || !file_can_write(out))
        return -EBADF;
    if (!from || !to || from == to)
        return -EINVAL;
    if (!len)
        return 0;
    long r = splice_ready(in, out, nonblock, &len);
    if (!r)
        r = pipe_copy(from, to, len);
    if (r > 0)
        poll_wake(&to->readable, POLL_READABLE);
    return r;
}

SYSCALL4(tee, uint64_t, in_fd, uint64_t, out_fd, uint64_t, len, uint64_t, flags)
{
    if (flags & ~(uint64_t)SPLICE_F_ALL)
        return -EINVAL;
    struct file *in = fd_get((int)in_fd), *out = fd_get((int)out_fd);
    long r = in && out ? tee(in, out, len, (flags & SPLICE_F_NONBLOCK) != 0) : -EBADF;
    file_unref(in);
    file_unref(out);
    return r;
}

/* Pages are copied, never given away: the same bytes arrive. */
SYSCALL4(vmsplice, uint64_t, fd, uint64_t, iov, uint64_t, count, uint64_t, flags)
{
    struct uio u;
    uint64_t pos = 0;
    if (flags & ~(uint64_t)SPLICE_F_ALL)
        return -EINVAL;
    struct file *f = fd_get((int)fd);
    if (!f)
        return -EBADF;
    long r = pipe_of_file(f) ? uio_init_user_iovec(&u, iov, count) : -EBADF;
    if (!r) {
        r = file_can_write(f) ? f->ops->write(f, &u, &pos) : f->ops->read(f, &u, &pos);
        uio_done(&u);
    }
    file_unref(f);
    return r;
}

static long copy_range(struct file *in, uint64_t in_off, struct file *out, uint64_t out_off,
                       size_t len)
{
    uint64_t in_pos = in->pos, out_pos = out->pos;
    long r = check_pair(in, out);
    if (r)
        return r;
    if (vnode_is_dir(in->vnode) || vnode_is_dir(out->vnode))
        return -EISDIR;
    if (!vnode_is_regular(in->vnode) || !vnode_is_regular(out->vnode))
        return -EINVAL;
    if (out->flags & O_APPEND)
        return -EBADF;
    if ((in_off && (r = offset_in(in_off, &in_pos))) ||
        (out_off && (r = offset_in(out_off, &out_pos))))
        return r;
    if (in->vnode == out->vnode && in_pos < out_pos + len && out_pos < in_pos + len)
        return -EINVAL;
    struct copy c = {in, out, &in_pos, &out_pos};
    r = copy_loop(&c, len);
    if (r < 0)
        return r;
    if (!in_off)
        in->pos = in_pos;
    if (!out_off)
        out->pos = out_pos;
    if ((in_off && port_copy_out(in_off, &in_pos, 8)) ||
        (out_off && port_copy_out(out_off, &out_pos, 8)))
        return -EFAULT;
    return r;
}

SYSCALL6(copy_file_range, uint64_t, in_fd, uint64_t, in_off, uint64_t, out_fd, uint64_t, out_off,
         uint64_t, len, uint64_t, flags)
{
    struct file *in = fd_get((int)in_fd), *out = fd_get((int)out_fd);
    long r = -EBADF;
    if (in && out)
        r = flags ? -EINVAL
                  : copy_range(in, in_off, out, out_off,
                               len < UIO_BYTES_MAX ? len : UIO_BYTES_MAX);
    file_unref(in);
    file_unref(out);
    return r;
}
