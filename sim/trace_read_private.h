/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/trace_read_private.h - shared by trace_read.c and trace_read_events.c. Inside these alone. */
#ifndef TRAPLINE_SIM_TRACE_READ_PRIVATE_H
#define TRAPLINE_SIM_TRACE_READ_PRIVATE_H

#include "sim/trace_format.h"

struct reader {
    struct trace *t;
    struct byte_view v;
    const char *name;
    uint64_t chunk_index;
    uint64_t disk_chunks[MACHINE_DISKS_MAX];
    struct previous prev;
    char *err;
    size_t err_len;
};

struct chunk {
    uint32_t type;
    struct blob raw;
};

/* -EBADMSG, and a sentence that says in which chunk. */
int trace_read_damaged(const struct reader *r, const char *what);
/* The records of a chunk of events, which the trace keeps. 0, -EBADMSG, -ENOMEM. */
MUST_CHECK int trace_read_events(struct reader *r, struct chunk *c);
/* The chunk that says why and where it ended. 0, -EBADMSG. */
MUST_CHECK int trace_read_end(struct reader *r, const struct blob *raw);

#endif
