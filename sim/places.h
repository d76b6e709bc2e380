/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/places.h - addresses as symbols: of the kernel, and of programs in the initramfs.
 *
 * Rules of use: names returned live as long as the struct places. A kernel or program without
 * symbols is no error: its addresses stay numbers.
 */
#ifndef TRAPLINE_SIM_PLACES_H
#define TRAPLINE_SIM_PLACES_H

#include "sim/machine.h"

struct places;

/* A program that a process executes, at the address it was loaded to. */
struct program {
    const char *path;      /* as given to execve */
    const char *name;      /* last component */
    struct symbols *symbols; /* NULL: none */
    uint64_t entry;        /* e_entry */
    bool position_independent;
    const uint8_t *elf;    /* inside the machine's initramfs; NULL: no ELF file */
    size_t elf_bytes;
    vaddr_t low, end;      /* of its segments; empty: not known */
};

struct place {
    vaddr_t va;
    const char *module;    /* "kernel", the program's name, or NULL */
    const char *symbol;    /* NULL: none */
    uint64_t offset;
};

/* NULL when out of memory. Borrows the machine. */
struct places *places_create(const struct machine *m);
void places_destroy(struct places *p);
/*
 * The program at `path` in the initramfs, of a script ("#!") that which interprets it; NULL when it
 * is not there. Cached.
 */
const struct program *places_program(struct places *p, const char *path);
/* `program` may be NULL; `base` is where it was loaded (0 unless position independent). */
struct place places_find(struct places *p, const struct program *program, vaddr_t base, vaddr_t va);
/* Source line of a kernel address; false: not known. `file` lives as long as the struct places. */
bool places_line(struct places *p, vaddr_t va, const char **file, int *line);
/* The same of an address in a program that was loaded at `base`. */
bool places_program_line(const struct program *program, vaddr_t base, vaddr_t va,
                         const char **file, int *line);
/* "module:symbol+0x10", "module:0x1234", "0x1234". With `stable` no numbers: "symbol", "module". */
void place_text(const struct place *place, bool stable, char *text, size_t len);

#endif
