/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/gdb_stub.h - a recording behind GDB's remote protocol.
 *
 * Purpose: an unmodified gdb steps, runs and looks, in both directions. A recording cannot be
 * changed: writes are refused, and breakpoints never touch the guest's memory.
 *
 * Rules of use
 *   - gdb_stub_create() borrows the timeline. gdb_stub_serve() talks by `io` until the
 *     client detaches, kills or is gone. Any bytes from the client are safe.
 */
#ifndef TRAPLINE_SIM_GDB_STUB_H
#define TRAPLINE_SIM_GDB_STUB_H

#include "sim/timeline.h"

/* The client. Both return what was moved, 0 at its end, or -errno. */
struct gdb_io {
    void *ctx;
    long (*read)(void *ctx, void *buf, size_t len);
    long (*write)(void *ctx, const void *buf, size_t len);
    /* Is there something to read right now? */
    bool (*ready)(void *ctx);
};

struct gdb_stub;

MUST_CHECK int gdb_stub_create(const struct trace *trace, struct timeline *timeline,
                               struct gdb_stub **out);
void gdb_stub_destroy(struct gdb_stub *g);
/* 0 when the client left. */
MUST_CHECK int gdb_stub_serve(struct gdb_stub *g, const struct gdb_io *io);

/*
 * Gives gdb the symbols of a user program and its libraries: called by `monitor user-symbols` for
 * each, `index` 0 first, with its file and where that was loaded; `elf` NULL: there is none. 0 or
 * -errno.
 */
typedef int (*gdb_symbols_fn)(void *ctx, unsigned index, const void *elf, size_t bytes,
                              vaddr_t base);
void gdb_stub_set_symbols(struct gdb_stub *g, gdb_symbols_fn fn, void *ctx);

/*
 * A recording that is still being made: asked where the debugger wants to go on behind its end,
 * when that is a limit. Gives a longer recording of the same run and a timeline that stands at the
 * same number; both, and those before, stay the caller's. 0 or -errno: there is no more.
 */
typedef int (*gdb_more_fn)(void *ctx, const struct trace **trace, struct timeline **timeline);
void gdb_stub_set_more(struct gdb_stub *g, gdb_more_fn fn, void *ctx);

/* One payload, for tests: the answer is appended to `answer`. True: the client leaves. */
bool gdb_stub_command(struct gdb_stub *g, const char *payload, size_t len,
                      struct byte_buf *answer);

#endif
