/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/trace.h - the trace file: a machine, its inputs and digests of its states.
 *
 * Purpose: written while recording, read as a whole for everything else. The
 * format is specified in traces/FORMAT.md and trace_format.h.
 *
 * Rules of use
 *   - Writer: events in order of their instruction number. What was flushed stays
 *     readable when the process dies. trace_finish() or trace_abandon() frees the writer.
 *   - Reader: any bytes are safe. -EBADMSG means damaged or not a trace, with one
 *     sentence. A file that was merely cut is read up to its last whole chunk
 *     (`cut` is set), as long as machine and images are whole.
 */
#ifndef TRAPLINE_SIM_TRACE_H
#define TRAPLINE_SIM_TRACE_H

#include "sim/digest.h"
#include "sim/end.h"
#include "sim/inject.h"
#include "sim/machine.h"

#define TRACE_VERSION        6u
#define TRACE_VERSION_MIN    3u /* the same without frames and timed input */
#define TRACE_VERSION_X86_64 6u /* of before: a machine with another CPUID */

/* ---- events ---- */
struct trace_console {
    cycles_t jump;          /* the clock went ahead by this before, while the guest waited */
    bool idle;              /* the machine stood idle, waiting for input */
    uint16_t len;
    const uint8_t *bytes;   /* reader: inside the trace */
};
#define TRACE_CONSOLE_BYTES_MAX 4096u

/* A frame for the network interface. */
struct trace_net {
    uint16_t len;           /* at most CPU_NET_FRAME_BYTES; 0: none, the guest waited up to here */
    const uint8_t *bytes;
};

enum trace_stop_kind { TRACE_STOP_CONSOLE, TRACE_STOP_DIGEST, TRACE_STOP_INJECT, TRACE_STOP_NET };

/* An event at which the machine stands still. */
struct trace_stop {
    enum trace_stop_kind kind;
    insn_t n;
    bool timed;             /* it came when the clock stood at `cycles`, idle or not */
    cycles_t cycles;
    union {
        struct trace_console console;
        struct trace_net net;
        struct digest digest;
        struct injection inject;
    };
};

/* An answer that the machine asked for while running. */
struct trace_delay {
    insn_t n;
    cycles_t delay;
};

/* An injected event where nothing else stands. */
struct trace_inject {
    insn_t n;
    struct injection what;
};

/* ---- writer ---- */
struct trace_writer;

/*
 * An existing file is overwritten when it is a trace or empty, else refused (-EEXIST).
 * `cache`: a folder of compressed images (image_cache.h), NULL: none.
 */
MUST_CHECK int trace_create(const char *path, const struct machine *m, bool with_images,
                            const char *cache, struct trace_writer **out, char *err,
                            size_t err_len);
/* The puts remember a failed write; trace_finish() reports it. */
/* Text for people, in the trace from the start; once. */
void trace_put_note(struct trace_writer *w, const char *text);
void trace_put_console(struct trace_writer *w, insn_t n, const struct trace_console *c);
/* Timed: `cycles` is the clock. */
void trace_put_console_at(struct trace_writer *w, insn_t n, cycles_t cycles,
                          const struct trace_console *c);
void trace_put_net(struct trace_writer *w, insn_t n, cycles_t cycles, const struct trace_net *f);
void trace_put_inject(struct trace_writer *w, insn_t n, const struct injection *i);
void trace_put_delay(struct trace_writer *w, insn_t n, cycles_t delay);
void trace_put_digest(struct trace_writer *w, const struct digest *d);
void trace_flush(struct trace_writer *w);
/* The end with the digest of the last state. Closes and frees in any case. */
MUST_CHECK int trace_finish(struct trace_writer *w, const struct sim_end *end,
                            const struct digest *last, char *err, size_t err_len);
void trace_abandon(struct trace_writer *w);
/* The same where nothing ran: the file `path`, which trace_create() made, is not left behind. */
void trace_discard(struct trace_writer *w, const char *path);

/* ---- reader ---- */
struct trace {
    struct machine machine;
    bool has_images;
    struct trace_stop *stops;       /* by n, in the order of recording */
    size_t stop_count, stop_room;
    struct trace_delay *delays;
    size_t delay_count, delay_room;
    bool cut;                       /* no end: the file stops after the last whole chunk */
    struct sim_end end;             /* cut: at the last event, reason SIM_END_INTERRUPTED */
    struct digest last;             /* unless cut */
    char *note;                     /* what it is about, for people; NULL: nobody said */
    struct blob *kept;              /* chunks that events point into */
    size_t kept_count;
};

MUST_CHECK int trace_read_file(const char *path, struct trace **out, char *err, size_t err_len);
/* `name` is for messages. */
MUST_CHECK int trace_read(const uint8_t *bytes, size_t len, const char *name, struct trace **out,
                          char *err, size_t err_len);
void trace_free(struct trace *t);
/* sim_end_text() of the trace's end, or that it was cut there. */
void trace_end_text(const struct trace *t, char *text, size_t len);

#endif
