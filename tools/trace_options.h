/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/trace_options.h - opening a trace, with images from outside where it has none. */
#ifndef TRAPLINE_TOOLS_TRACE_OPTIONS_H
#define TRAPLINE_TOOLS_TRACE_OPTIONS_H

#include "tools/cmd.h"

struct trace_options {
    const char *kernel, *rootfs, *initrd;
    const char *symbols;
    const char *disk[MACHINE_DISKS_MAX];
    unsigned disk_count;
    bool several; /* the verb opens more than one trace: the images may be another's */
    bool looks_only; /* the verb runs nothing: it needs no images */
    bool tells_cut; /* the verb says by itself that a trace was cut */
};

#define TRACE_OPTION_BASE 512
#define TRACE_OPTIONS                                                                              \
    {"kernel", required_argument, NULL, TRACE_OPTION_BASE},                                        \
    {"rootfs", required_argument, NULL, TRACE_OPTION_BASE + 1},                                    \
    {"initrd", required_argument, NULL, TRACE_OPTION_BASE + 2},                                    \
    {"disk", required_argument, NULL, TRACE_OPTION_BASE + 3},                                      \
    {"symbols", required_argument, NULL, TRACE_OPTION_BASE + 4}
#define TRACE_OPTIONS_HELP                                                                         \
    "  --kernel FILE, --initrd FILE, --rootfs DIR, --disk FILE\n"                                               \
    "                       what a trace recorded with --no-images does not hold\n"                               \
    "  --symbols FILE[,BY]  names for a kernel without: vmlinux, System.map or a copy of\n"          \
    "                       /proc/kallsyms; BY: how far KASLR moved it (default: found out)\n"

bool trace_options_take(struct trace_options *o, int option, const char *value);
/* 0 or an exit code, with a message. */
int trace_options_open(const struct trace_options *o, const char *path, struct trace **out);
/* The report of a divergence on stderr; gives back its exit code. */
int complain_divergence(const struct divergence *d);

#endif
