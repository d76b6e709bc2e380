/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/export/story.h - a whole run in memory, as items on tracks: what timelines are drawn from.
 *
 * Purpose: derive.h tells events one by one, as they become known. Exporters and the report want
 * spans: a system call from its entry to its return, a handler from its frame to its sigreturn.
 *
 * Rules of use
 *   - story_build() replays the trace. The story is the caller's, story_free() ends it.
 *   - Items are sorted by their beginning; of two that begin together the longer comes first, so
 *     that those of one track nest.
 *   - Track 0 is the CPU: who ran on it. The others are threads, in the order in which they
 *     first ran; process 0 is the kernel before and beside them.
 *   - Texts are offsets into `text`, zero-terminated; 0 is the empty one.
 */
#ifndef TRAPLINE_SIM_EXPORT_STORY_H
#define TRAPLINE_SIM_EXPORT_STORY_H

#include "sim/derive.h"

enum story_kind {
    STORY_RUN,      /* on track 0: a thread had the CPU; `number` is its track */
    STORY_SYSCALL,
    STORY_FAULT,    /* a synchronous exception */
    STORY_IRQ,
    STORY_HANDLER,  /* a signal handler, from its first instruction to its sigreturn */
    STORY_START,    /* a moment: a thread ran for the first time */
    STORY_INPUT,    /* a moment: a console input or a late timer, from the trace */
    STORY_KINDS
};

struct story_item {
    insn_t n, n_end;       /* equal: a moment, as are traps taken in the kernel */
    uint64_t ns, ns_end;
    uint32_t track;
    uint16_t kind;         /* enum story_kind */
    uint16_t open;         /* did not end before the run did */
    uint32_t name;         /* "openat", "page fault", "SIGUSR1" */
    uint32_t detail;       /* "openat(AT_FDCWD, ...) = 3"; cause and address of a fault */
    uint32_t place;        /* "busybox:main+0x10" */
    uint32_t number;       /* see the kinds */
};

struct story_track {
    unsigned process, thread;
    char name[48];         /* of the program that it ran last */
};

/* From number n on the process runs this program, or has a library's code beside it. */
struct story_program {
    insn_t n;
    unsigned process;
    bool library;
    uint32_t path;         /* text */
    vaddr_t base;          /* where it was loaded: what to add to the addresses in its file */
};

struct story {
    struct story_program *program;
    size_t programs, program_room;
    struct story_item *item;
    size_t count, room;
    struct story_track *track;
    size_t tracks, track_room;
    char *text;
    size_t text_bytes, text_room;
    uint32_t *hash;        /* of texts that repeat: offsets, 0 is free */
    size_t hash_room, hash_used;
    insn_t n_end;
    uint64_t ns_end;
};

MUST_CHECK int story_build(const struct trace *t, struct story *s,
                           void (*tick)(void *ctx, struct sim *sim), void *ctx,
                           struct divergence *divergence, char *err, size_t err_len);
void story_free(struct story *s);
static inline const char *story_text(const struct story *s, uint32_t at)
{
    return s->text + at;
}
/* Is this the first track of its process? */
static inline bool story_first_of_process(const struct story *s, size_t track)
{
    for (size_t i = 1; i < track; i++)
        if (s->track[i].process == s->track[track].process)
            return false;
    return true;
}
const char *story_kind_name(enum story_kind kind);
/* The track that has the CPU at state `n`; 0: none yet. */
uint32_t story_running(const struct story *s, insn_t n);
/* What the process runs at state `n`; NULL, or of no path: not known. */
const struct story_program *story_program(const struct story *s, unsigned process, insn_t n);
/* At state `n` the library that was mapped next behind program or library `p` of its process. */
const struct story_program *story_library(const struct story *s, const struct story_program *p,
                                          insn_t n);
/*
 * The file that an address of user code is of then, and where that was loaded; where it is of none,
 * the program. NULL: not known.
 */
const struct program *story_code(const struct story *s, struct places *places, unsigned process,
                                 insn_t n, vaddr_t va, vaddr_t *base);

#endif
