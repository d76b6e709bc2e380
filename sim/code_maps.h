/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/code_maps.h - the files whose code a process has in its memory: program, program interpreter,
 * libraries.
 *
 * Purpose: to name code in a library. A kernel maps program and interpreter by itself and tells of
 * both on the new stack; the libraries are seen as they are opened and mapped with PROT_EXEC.
 *
 * Rules of use: zero is a process that runs nothing known; a fork's child has a copy. Files are
 * those of the initramfs, by a path that is absolute or begins at the folder that chdir named (after
 * fchdir that is not known). Newer maps hide older ones; munmap is not looked at.
 */
#ifndef TRAPLINE_SIM_CODE_MAPS_H
#define TRAPLINE_SIM_CODE_MAPS_H

#include "sim/places.h"
#include "sim/syscall_text.h"

#define CODE_MAPS_MAX     128u
#define CODE_OPENED_SEEN  8u /* files that were opened last */
#define CODE_PATH_BYTES   160u

struct code_map {
    const struct program *file;
    vaddr_t base; /* what to add to the addresses in it */
};

struct code_maps {
    struct code_map map[CODE_MAPS_MAX]; /* the program first, if it is known */
    size_t count;
    struct {
        int fd;
        char path[CODE_PATH_BYTES]; /* absolute; "": not known */
    } opened[CODE_OPENED_SEEN];
    unsigned next_opened;
    char cwd[CODE_PATH_BYTES]; /* "": the root, where a kernel's first process is */
};

/* The process begins `program` (NULL: not known); `sp` is that of its first instruction. */
void code_maps_exec(struct code_maps *m, struct places *p, struct cpu *cpu,
                    const struct program *program, vaddr_t sp);
/* A system call has returned; its address space is active. */
void code_maps_syscall(struct code_maps *m, struct places *p, struct cpu *cpu,
                       const struct syscall_text *call, uint64_t result);
/* `path` as the process means it, absolute; "": not known, or too long. */
void code_maps_path(const struct code_maps *m, const char *path, char out[CODE_PATH_BYTES]);
/* The file that an address is of; NULL: none that is known. */
const struct code_map *code_maps_find(const struct code_maps *m, vaddr_t va);

#endif
