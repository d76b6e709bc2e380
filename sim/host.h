/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/host.h - the one gateway to the host: files, terminal, clock, Ctrl-C.
 *
 * Rules of use
 *   - Nothing else in sim/, cpu/ and loader/ asks the host for time, randomness,
 *     environment or input (tests/sim/test_banned_calls keeps it so).
 *   - What comes from here reaches a guest only through sim/inputs.c, where it
 *     is recorded. host_clock_ns() is for progress and for waiting at a terminal.
 *   - A struct host takes the terminal (host_terminal.h) and blocks SIGINT, SIGTERM, SIGHUP and
 *     SIGQUIT for as long as it is open; host_close() puts all back. At most one is open in a
 *     process.
 */
#ifndef TRAPLINE_SIM_HOST_H
#define TRAPLINE_SIM_HOST_H

#include "sim/bytes.h"

#include <stdio.h>

struct host;

enum host_input {
    HOST_INPUT_NONE,  /* never read standard input */
    HOST_INPUT_STDIN, /* read it where it is a terminal, a pipe, a socket or a file */
};

MUST_CHECK int host_open(enum host_input input, struct host **out, char *err, size_t err_len);
void host_close(struct host *h);
/* One of these signals came since host_open(), or the escape key asked for the end. */
bool host_interrupted(struct host *h);
/* From now on as if one had come. */
void host_interrupt(struct host *h);
bool host_input_is_live(const struct host *h);
bool host_input_is_terminal(const struct host *h);
/* Of the terminal on standard input; false: it has none to tell. */
bool host_window_size(unsigned *rows, unsigned *cols);
/*
 * Up to `len` bytes of input: their number; 0 when there are none yet (only with
 * wait false); -ENODATA at the end of input; -EINTR on Ctrl-C while waiting.
 */
MUST_CHECK int host_input_read(struct host *h, uint8_t *bytes, size_t len, bool wait);

/* At most so long, until there is input or a signal. */
void host_input_wait(struct host *h, uint64_t ns);

uint64_t host_clock_ns(void);
bool host_is_terminal(FILE *stream);

/* The whole file. -ENOENT, -EISDIR, -EFBIG (over 2 GiB), -ENOMEM, -EIO; `err` names it. */
MUST_CHECK int host_read_file(const char *path, struct blob *out, char *err, size_t err_len);
/* The same, read when it is looked at: for a large file of which little is needed. */
MUST_CHECK int host_map_file(const char *path, struct blob *out, char *err, size_t err_len);
#define HOST_DISK_BYTES_MAX (16ull << 30)
/*
 * The same for the image of a disk: what is all zero takes no memory. At most HOST_DISK_BYTES_MAX.
 */
MUST_CHECK int host_read_disk(const char *path, struct blob *out, char *err, size_t err_len);
/* Write `bytes` at `at` of a file that is there, which becomes no longer. */
MUST_CHECK int host_write_at(const char *path, uint64_t at, const void *data, size_t bytes,
                             char *err, size_t err_len);
/* Write a file and put it in place in one step. */
MUST_CHECK int host_write_file(const char *path, const void *data, size_t bytes, char *err,
                               size_t err_len);
/* Folder that holds the running program. */
MUST_CHECK int host_program_dir(char *dir, size_t len);
bool host_file_exists(const char *path);
/*
 * What the running program is made of: the build ids of it and of the libraries that it was linked
 * with, up to `len` bytes; how many there are. 0: it has none.
 */
size_t host_build_ids(uint8_t *ids, size_t len);
/* Names in a folder that end with `suffix`, sorted; NULL-terminated, one block for free(). */
MUST_CHECK int host_list_dir(const char *dir, const char *suffix, char ***names, char *err,
                             size_t err_len);

/*
 * Run the first of `programs` (NULL at their end) that is installed, without a shell: `args` and
 * NULL behind its name, `input` on its standard input, what it says (both streams, NUL-terminated)
 * in `said`. 0; -ENOENT: none is installed; -EIO: it failed.
 */
MUST_CHECK int host_run_program(const char *const *programs, const char *const *args,
                                const char *input, char *said, size_t said_len);
/* A new empty file that only this user may open; its name is in `path`, of at least 32 bytes. */
MUST_CHECK int host_temporary_file(char *path, size_t len);
void host_remove_file(const char *path);

/*
 * Which 4 KiB pages of an anonymous private mapping the process ever populated: one
 * byte a page in `touched`, 0 = certainly all zero; and how many. Only a hint for speed:
 * where the host does not tell, all are 1.
 */
size_t host_pages_touched(const void *mem, size_t pages, uint8_t *touched);

/* All of an anonymous private range will be written now: let the host take it in large pages. */
void host_pages_fill(void *mem, size_t bytes);

#endif
