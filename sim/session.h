/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/session.h - one live run, recorded or not.
 *
 * Rules of use: session_run() boots, runs to the end and closes the trace whole,
 * whatever ended the run. 0 means that the run ended as `end` says, even where the
 * guest failed.
 */
#ifndef TRAPLINE_SIM_SESSION_H
#define TRAPLINE_SIM_SESSION_H

#include "sim/boot_cache.h"
#include "sim/panic.h"
#include "sim/sim.h"

struct session_view {
    struct panic panic;
    bool spins;            /* it ended the run */
    bool any;              /* there was an exception of the processor's own (no interrupt), */
    struct cpu_trap cause; /* the last one behind which or before which other code ran */
};

struct session {
    const char *trace_path; /* NULL: only run */
    const char *note;       /* for people, kept in the trace; NULL: none */
    bool without_images;    /* the trace keeps hashes of kernel and initrd only */
    insn_t limit;           /* INSN_NONE: none */
    struct host *host;      /* console input and Ctrl-C; NULL: none */
    struct net_link *link;  /* the network's other end, borrowed; NULL: the
                               machine's script alone */
    const struct schedule *schedule; /* what disturbs the run; NULL: nothing but chaos */
    const struct boot_cache *boot_cache; /* NULL: the machine boots */
    const char *image_cache; /* folder of compressed images (image_cache.h); NULL: none */
    struct session_view *view; /* what was seen on the way; a kernel that panicked and spins ends
                                  the run, with SIM_END_LIMIT. NULL: not looked for */
    void *ctx;
    void (*console)(void *ctx, const uint8_t *bytes, size_t len);
    void (*tick)(void *ctx, struct sim *sim);
    /* After the end, with the machine still there. */
    void (*ended)(void *ctx, struct sim *sim);
};

MUST_CHECK int session_run(const struct machine *m, const struct session *s, struct sim_end *end,
                           char *err, size_t err_len);

#endif
