/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tools/cmd.h - the verbs of the command line, and what they share.
 *
 * Rules of use: a verb gets its own argv (argv[0] is the verb), prints its results to stdout and
 * one clear sentence on stderr when something fails, and returns an exit code. Only
 * main() exits.
 */
#ifndef TRAPLINE_TOOLS_CMD_H
#define TRAPLINE_TOOLS_CMD_H

#include "sim/replay.h"
#include "sim/session.h"

#include <getopt.h>
#include <regex.h>

enum exit_code {
    EXIT_OK = 0,
    EXIT_GUEST = 1,      /* the guest failed, or the run could not be done */
    EXIT_USAGE = 2,
    EXIT_DIVERGENCE = 3,
    EXIT_DAMAGED = 4,    /* damaged or foreign file */
    EXIT_LIMIT = 5,
};

int cmd_run(int argc, char **argv);
int cmd_record(int argc, char **argv);
int cmd_replay(int argc, char **argv);
int cmd_dump(int argc, char **argv);
int cmd_diff(int argc, char **argv);
int cmd_golden(int argc, char **argv);
int cmd_gdb(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_export(int argc, char **argv);
int cmd_who(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_contract(int argc, char **argv);
int cmd_explore(int argc, char **argv);
int cmd_bisect(int argc, char **argv);
int cmd_minimize(int argc, char **argv);

#define ERR_LEN 512u

/* "trapline: ..." on stderr; gives back the code. */
int complain(int code, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Exit code of a file that could not be read: 4 when damaged, else 2. */
int complain_file(int rc, const char *err);
/* After getopt_long gave '?' or an argument is missing. */
int complain_usage(const char *verb);
/* A whole number, decimal or 0x, all of `text`. */
bool parse_number(const char *text, uint64_t *value);
/* The same with K, M or G behind it. */
bool parse_size(const char *text, uint64_t *value);

/* `word` as a shell reads it, for a command that is shown: itself, or with quotes in `w`. */
struct shell_word {
    char text[4096];
};
const char *shell_word(const char *word, struct shell_word *w);

/* ---- crash.c ---- */
/*
 * From now on a crash ends the program with one sentence (the signal, the guest's instruction, the
 * command again) and EXIT_GUEST. Once, by main(); signals that have a handler already keep it.
 */
void crash_net_open(int argc, char **argv);
/* What is being recorded, for that sentence. */
void crash_net_trace(const char *path);

/* ---- output.c ---- */
/*
 * Before any file is opened: one that took the number of a closed stdout would get what is printed.
 */
void streams_open(void);
/*
 * At the end: what was printed must have arrived. Gives back `code`, or EXIT_GUEST where that was
 * 0.
 */
int streams_close(int code);
/* A file that appears whole or not at all. One that is a trace is refused: it is the most likely
 * slip. */
struct output {
    FILE *file;
    const char *path;
    char part[4096]; /* its name until then; empty: the file itself, which is none on a disk */
    bool nameless;   /* it has not even that name yet */
};
/* 0 or an exit code, after a complaint. Open it before work that takes long. */
int output_open(struct output *o, const char *path);
/*
 * `code`: how the work ended; what was written is kept where that is 0. Gives back how all ended.
 */
int output_close(struct output *o, int code);
/* Does a file of this name begin as a trace does? */
bool output_is_trace(const char *path);

/* ---- progress.c ---- */
struct progress {
    bool on;
    bool shown;
    uint64_t start_ns, last_ns;
};
void progress_start(struct progress *p, bool wanted);
void progress_tick(struct progress *p, struct sim *sim);
void progress_end(struct progress *p);

/* ---- boot_cache_options.c ---- */
/* The folder of what is kept, by the environment. False: nothing is. */
bool cache_dir_choose(char *dir, size_t len);
/* Booted machines are kept in `dir`, which is borrowed. False: by this program none are. */
bool boot_cache_choose(struct boot_cache *cache, const char *dir);

/* ---- schedule_option.c ---- */
/* "irq@1000,signal:10@2000": events in ascending order; 0 or an exit code. */
int schedule_option_take(struct schedule *s, const char *text);
/* The kind named by `len` bytes; INJECT_KINDS: none. */
enum inject_kind inject_kind_find(const char *name, size_t len);

/* ---- failure_option.c ---- */
/* "status,hang": 1 << enum explore_failure; 0 after a complaint. */
unsigned failures_take(const char *option, const char *list);
/*
 * --console: compiled into `pattern`, and `*taken` says so (NULL: it holds none). 0 or an exit
 * code.
 */
int console_pattern_take(const char *text, regex_t *pattern, const char **taken);

/* ---- machine_options.c ---- */
struct machine_options {
    struct machine machine;
    const char *kernel, *rootfs, *initrd, *append;
    char rootfs_found[4096]; /* rootfs, where it was not given */
    bool arch_given;
    insn_t limit;
    struct disk_option {
        char *path;
        bool read_only, write; /* write: what the guest changed goes back to the file */
    } disk[MACHINE_DISKS_MAX];
    unsigned disk_count;
    bool starts_once;        /* nobody looks at the kernel's file once the machine has started */
    bool takes_cable;        /* whoever runs the machine brings the other end of its network */
    const char *cable;       /* its name; NULL: none */
    bool cable_listens;
};

#define MACHINE_OPTION_BASE 256
#define MACHINE_OPTIONS                                                                            \
    {"arch", required_argument, NULL, MACHINE_OPTION_BASE},                                        \
    {"kernel", required_argument, NULL, MACHINE_OPTION_BASE + 1},                                  \
    {"rootfs", required_argument, NULL, MACHINE_OPTION_BASE + 2},                                  \
    {"initrd", required_argument, NULL, MACHINE_OPTION_BASE + 3},                                  \
    {"append", required_argument, NULL, MACHINE_OPTION_BASE + 4},                                  \
    {"mem", required_argument, NULL, MACHINE_OPTION_BASE + 5},                                     \
    {"cpu-hz", required_argument, NULL, MACHINE_OPTION_BASE + 6},                                  \
    {"seed", required_argument, NULL, MACHINE_OPTION_BASE + 7},                                    \
    {"chaos", required_argument, NULL, MACHINE_OPTION_BASE + 8},                                   \
    {"limit", required_argument, NULL, MACHINE_OPTION_BASE + 9},                                   \
    {"strict", no_argument, NULL, MACHINE_OPTION_BASE + 10},                                       \
    {"wall-start", required_argument, NULL, MACHINE_OPTION_BASE + 11},                             \
    {"el2", no_argument, NULL, MACHINE_OPTION_BASE + 12},                                          \
    {"adversary", no_argument, NULL, MACHINE_OPTION_BASE + 13},                                    \
    {"disk", required_argument, NULL, MACHINE_OPTION_BASE + 14},                                   \
    {"entropy", no_argument, NULL, MACHINE_OPTION_BASE + 15},                                     \
    {"firmware", required_argument, NULL, MACHINE_OPTION_BASE + 16},                               \
    {"gic", required_argument, NULL, MACHINE_OPTION_BASE + 17},                                    \
    {"virtio-console", no_argument, NULL, MACHINE_OPTION_BASE + 18},                               \
    {"net", required_argument, NULL, MACHINE_OPTION_BASE + 19}
extern const char machine_options_help[];

void machine_options_init(struct machine_options *o);
void machine_options_free(struct machine_options *o);
/* One option of getopt_long: 0 when it was one of these and good, else an exit code. */
int machine_options_take(struct machine_options *o, int option, const char *value);
/* Read the files; argv is what stands behind "--", or NULL. 0 or an exit code. */
int machine_options_load(struct machine_options *o, const char *const *argv);
/* After the run: what it changed goes to the files of --disk FILE,write. 0 or an exit code. */
int machine_options_write_disks(struct machine_options *o, struct cpu *cpu);
/* Path of the kernel that ships for `arch`; false when there is none. */
bool find_kernel(enum arch arch, char *path, size_t len);

#endif
