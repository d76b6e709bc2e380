/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/syscall_text.h - system calls in words, as strace writes them.
 *
 * Rules of use: syscall_begin() at the entry trap, syscall_end() at the return, where the
 * same address space is active. Memory that is not there (yet) is shown as its address.
 */
#ifndef TRAPLINE_SIM_SYSCALL_TEXT_H
#define TRAPLINE_SIM_SYSCALL_TEXT_H

#include <string.h>

#include "cpu/cpu.h"

#define SYSCALL_ARGS     6u
#define SYSCALL_TEXT_LEN 160u

struct syscall_text {
    uint64_t number;
    uint64_t arg[SYSCALL_ARGS];
    char name[32];
    unsigned args;                      /* how many it has */
    char text[SYSCALL_ARGS][SYSCALL_TEXT_LEN];
    bool late[SYSCALL_ARGS];            /* still to be read at the end */
    bool is_address[SYSCALL_ARGS];      /* the text is a raw address */
    char path[SYSCALL_TEXT_LEN];        /* execve: the program; else "" */
};

void syscall_begin(struct syscall_text *s, struct cpu *cpu, enum arch arch);
/* Number, name and arguments as numbers, no text. */
void syscall_begin_plain(struct syscall_text *s, struct cpu *cpu, enum arch arch);
/*
 * Could the program that stands at its first instruction with `sp` be of this execve? 0: its path
 * is another; 1: one of the two is not known; 2: it has that path; 3: and those arguments.
 */
int syscall_exec_fits(const struct syscall_text *s, struct cpu *cpu, vaddr_t sp);
/*
 * An execve has ended in the program that stands at its first instruction with `sp`. Path and
 * arguments that could not be read at the call are those on the new stack. false: no path.
 */
bool syscall_exec_path(struct syscall_text *s, struct cpu *cpu, vaddr_t sp);
void syscall_exec_argv(struct syscall_text *s, struct cpu *cpu, vaddr_t sp);
/* Arguments that the call filled in, or that were not there when it began. */
void syscall_end(struct syscall_text *s, struct cpu *cpu, uint64_t result);
/* "3", "-1 ENOENT", "0x7f0000001000". With `stable` addresses become "ADDR". */
void syscall_result_text(const struct syscall_text *s, uint64_t result, bool stable, char *text,
                         size_t len);
/* "read(3, "abc", 3)"; with `stable` addresses become "ADDR". */
void syscall_call_text(const struct syscall_text *s, bool stable, char *text, size_t len);

static inline bool syscall_is(const struct syscall_text *s, const char *name)
{
    return s->name[0] == name[0] && strcmp(s->name, name) == 0;
}
/* Kinds of call that change who runs. */
bool syscall_is_fork(const struct syscall_text *s);   /* fork, vfork, clone, clone3 */
bool syscall_is_exec(const struct syscall_text *s);
bool syscall_never_returns(const struct syscall_text *s);

const char *signal_name(int signo);       /* "SIGUSR1", "SIGRT35" */
const char *errno_name(int code);         /* "ENOENT", or NULL */

#endif
