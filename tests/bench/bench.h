/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tests/bench/bench.h - what the parts of the benchmark share.
 *
 * Rules of use
 *   - A row is a function of `struct bench` in a file of its subject and an entry in bench.c's
 *     table. Its sides take turns, bench_rounds times over; medians are reported.
 *   - Everything is measured from outside, on processes: their processor time (user and system,
 *     which a busy host disturbs little), the time to a marker, the largest resident size.
 *   - result() reports one figure, results_sides() one line of the comparison with QEMU.
 *   - What cannot be run ends the benchmark with one sentence and exit code 2.
 */
#ifndef TRAPLINE_TESTS_BENCH_H
#define TRAPLINE_TESTS_BENCH_H

#include <stdbool.h>
#include <stddef.h>

#define WORDS_MAX  64
#define PATH_BYTES 512
#define ROUNDS_MAX 15u

struct results;

struct bench {
    const char *build, *arch;
    unsigned rounds;
    struct results *results;
};

/* ---- command.c ---- */
struct command {
    const char *words[WORDS_MAX];
    unsigned count;
    char paths[12][PATH_BYTES];
    unsigned paths_used;
    int exit_code;     /* that of success */
    const char *input; /* a file for its standard input, NULL: none */
    bool quiet;        /* what it says on standard error does not matter */
};

struct outcome {
    double s;     /* from start to end, or to the marker */
    double cpu_s; /* processor time of all its threads and children */
    long rss_kib; /* largest resident size */
};

_Noreturn void die(const char *what, const char *name);
void add(struct command *c, const char *word);
/* Each word of the list, NULL at its end. */
void add_all(struct command *c, const char *const *words);
/* BUILD/before, BUILD/beforeARCHafter. */
void add_path(struct command *c, const struct bench *b, const char *before, const char *after);
/* Run to the end, or until `marker` (NULL: none) is in its output; the first `room` bytes of
 * which stay in `out`. */
struct outcome run(const struct command *c, const char *marker, char *out, size_t room);
/* The same, when the output does not matter: seconds of processor time. */
double run_s(const struct command *c);
bool has_program(const char *name);
bool is_arm64(const struct bench *b);
double median(const double *values, unsigned count);
/* trapline VERB [-o BUILD/tests/bench/run-ARCH.tlt] --arch ARCH */
void trapline_command(struct command *c, const struct bench *b, bool record);
/* BUILD/tests/bench/NAME-ARCH.cpio: an initramfs of BUILD/dir, `argv` for its init. */
void make_initramfs(const struct bench *b, const char *name, const char *dir,
                    const char *const *argv);
/* A folder of the bench's own, or none: all other rows boot. */
void use_boot_cache(const struct bench *b, bool on);

/* ---- results.c ---- */
enum goal { GOAL_NONE, AT_MOST, AT_LEAST };

struct results *results_new(void);
void result(const struct bench *b, const char *what, double value, const char *unit,
            enum goal goal, double limit);
/* What to say where the figure reported last misses its goal. */
void result_why(const struct bench *b, const char *why);
#define RATIO_RECORD_RUN 1.05 /* the goal of record, as a multiple of run */

enum side { RUN, RECORD, REPLAY, TCG, ICOUNT, RR_RECORD, RR_REPLAY, SIDES };
extern const char *const side_names[SIDES];
/* Processor time of each side on one workload; 0: not measured. `floor`: how fast record must be,
 * as a multiple of QEMU's rr=record; `why`: what to say where it is not. */
void results_sides(const struct bench *b, const char *workload, const double s[SIDES],
                   double floor, const char *why);
/* All of it as Markdown, with machine and versions. */
void results_write(const struct results *r, const struct bench *b, const char *path);

/* ---- rows ---- */
void engine_branchy(const struct bench *b);
void engine_sha256(const struct bench *b);
void costs_syscall(const struct bench *b);
void costs_fault(const struct bench *b);
void start_rows(const struct bench *b);
void kit_rows(const struct bench *b);
void sizes_rows(const struct bench *b);
void linux_rows(const struct bench *b);
void search_rows(const struct bench *b);
void check_rows(const struct bench *b);
/* One workload by its name, on every side. */
void compare_row(const struct bench *b, const char *name);

#endif
