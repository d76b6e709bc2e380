/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pipe.h - a byte ring between readers and writers.
 *
 * Rules of use
 *   - pipe.c is the ring and never sleeps; pipe_file.c gives it descriptors,
 *     blocking, SIGPIPE and FIFOs.
 *   - POSIX: a write of PIPE_BUF bytes or less goes in whole or not at all.
 *   - A pipe lives while `holders` (open ends, or a FIFO's opener waiting) are.
 */
#ifndef KERNEL_FS_PIPE_H
#define KERNEL_FS_PIPE_H

#include "kernel/include/file.h"

#define PIPE_BUF_BYTES 4096u
#define PIPE_BYTES_DEFAULT 65536u
#define PIPE_BYTES_MAX (1u << 20)

/*
 * Linux keeps a page for each write, or what was left of one: a page counts as full until all of
 * it is read. Programs see that as room, so it is kept beside the bytes.
 */
struct pipe_slot {
    uint16_t len, end; /* bytes not yet read; where they end in the page */
};

struct pipe {
    uint8_t *ring;      /* allocated on the first write */
    struct pipe_slot *slots; /* with it; capacity / PIPE_BUF_BYTES of them */
    uint32_t slot_head, slot_used;
    uint32_t capacity;  /* bytes, a power of two */
    uint32_t head, used; /* first byte to read; bytes in it */
    uint32_t readers, writers, holders;
    uint32_t reader_opens, writer_opens; /* ever: a FIFO's opener waits for a change */
    struct poll_head readable, writable;
};

struct pipe *pipe_create(void);
void pipe_destroy(struct pipe *p);
int pipe_resize(struct pipe *p, uint32_t bytes); /* -EBUSY: more is in it; -ENOMEM */
/* Move what fits. 0: nothing could move (empty, or no room). -EFAULT, -ENOMEM. */
long pipe_take(struct pipe *p, struct uio *u);
long pipe_give(struct pipe *p, struct uio *u);
/* tee: copy without taking, from an offset; bytes copied into dst. */
long pipe_copy(struct pipe *from, struct pipe *to, size_t len);
/* In pages that are free. */
static inline uint32_t pipe_room(const struct pipe *p)
{
    return p->capacity - p->slot_used * PIPE_BUF_BYTES;
}
/* Can a write of that many bytes begin? One of PIPE_BUF_BYTES or less is then done in whole. */
bool pipe_shares_page(const struct pipe *p, size_t len);
static inline bool pipe_fits(const struct pipe *p, size_t len)
{
    return pipe_room(p) || pipe_shares_page(p, len);
}

extern const struct file_ops pipe_read_fops, pipe_write_fops, fifo_fops;
/* The pipe behind a file, NULL where it is none. */
struct pipe *pipe_of_file(const struct file *f);
int pipe_open_pair(unsigned flags, struct file **reader, struct file **writer);
/* Waits for data / until pipe_fits(); 0 may go on. Errors as read and write give. */
int pipe_wait_data(struct file *f, bool nonblocking);
int pipe_wait_room(struct file *f, bool nonblocking, size_t len);

#endif
