/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/syscall_table.h - shapes of system calls: a letter for each argument, inside sim/ only.
 *
 *   d signed   u unsigned  x hex   o octal   p address        f file descriptor
 *   a hex, or an address, by its size (prctl)
 *   F folder descriptor    s string read by the call          v vector of strings
 *   b bytes read by the call, their number follows            B bytes written, the result's number
 *   V iovecs read by the call, their count follows
 *   O open flags  P protection  M mapping flags  C clone flags  S signal  W seek origin
 *   H how (mask)
 * Behind ':' the result: d (default) or p, an address.
 */
#ifndef TRAPLINE_SIM_SYSCALL_TABLE_H
#define TRAPLINE_SIM_SYSCALL_TABLE_H

struct syscall_shape {
    const char *name;
    const char *shape;
};

extern const struct syscall_shape syscall_shapes[]; /* sorted by name; ends with NULL */

#endif
