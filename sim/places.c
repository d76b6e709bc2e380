/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/places.c - see places.h. Kernel addresses are those of the upper half; of a kernel that is
 * linked below it altogether, those of its file, unless a user program is known to run there.
 */
#include "sim/places.h"

#include <elf.h>
#include <stdio.h>

#include "loader/boot.h"
#include "sim/cpio.h"

#define UPPER_HALF (1ull << 63)
#define ELF_BYTES  64u

struct loaded {
    struct program program;
    bool found;
    struct loaded *next;
};

struct places {
    const struct machine *machine;
    struct symbols *kernel;
    vaddr_t low, low_end; /* where a kernel of the lower half stands; else empty */
    struct loaded *programs;
};

static void note_lower_half(struct places *p)
{
    const uint8_t *file = p->machine->kernel.data;
    size_t bytes = p->machine->kernel.bytes;
    vaddr_t low = UPPER_HALF, end = 0;
    Elf64_Ehdr eh;

    if (bytes < sizeof(eh) || memcmp(file, ELFMAG, SELFMAG) != 0 || file[EI_CLASS] != ELFCLASS64)
        return;
    memcpy(&eh, file, sizeof(eh));
    for (unsigned i = 0; i < eh.e_phnum; i++) {
        Elf64_Phdr ph;

        if (eh.e_phoff > bytes || bytes - eh.e_phoff < (i + 1ull) * sizeof(ph))
            return;
        memcpy(&ph, file + eh.e_phoff + i * sizeof(ph), sizeof(ph));
        if (ph.p_type != PT_LOAD || ph.p_memsz == 0)
            continue;
        if (ph.p_vaddr >= UPPER_HALF || ph.p_memsz > UPPER_HALF - ph.p_vaddr)
            return;
        low = ph.p_vaddr < low ? ph.p_vaddr : low;
        end = ph.p_vaddr + ph.p_memsz > end ? ph.p_vaddr + ph.p_memsz : end;
    }
    p->low = low;
    p->low_end = end;
}

static bool is_kernel(const struct places *p, vaddr_t va)
{
    return va >= UPPER_HALF || (va >= p->low && va < p->low_end);
}

struct places *places_create(const struct machine *m)
{
    struct places *p = calloc(1, sizeof(*p));
    char err[128];

    if (!p)
        return NULL;
    p->machine = m;
    if (machine_symbols(m, &p->kernel, err, sizeof(err)) != 0)
        p->kernel = NULL;
    note_lower_half(p);
    return p;
}

bool places_line(struct places *p, vaddr_t va, const char **file, int *line)
{
    return p->kernel && is_kernel(p, va) && symbols_line(p->kernel, va, file, line) == 0;
}

bool places_program_line(const struct program *program, vaddr_t base, vaddr_t va,
                         const char **file, int *line)
{
    return program->symbols && symbols_line(program->symbols, va - base, file, line) == 0;
}

void places_destroy(struct places *p)
{
    if (!p)
        return;
    symbols_free(p->kernel);
    while (p->programs) {
        struct loaded *l = p->programs;

        p->programs = l->next;
        symbols_free(l->program.symbols);
        free((char *)l->program.path);
        free(l);
    }
    free(p);
}

static void load(struct places *p, struct loaded *l)
{
    struct program *g = &l->program;
    const uint8_t *data;
    uint16_t type;
    size_t bytes;
    char err[128];
    const char *slash = strrchr(g->path, '/');

    g->name = slash ? slash + 1 : g->path;
    if (cpio_find(&p->machine->initrd, g->path, &data, &bytes) != 0)
        return;
    l->found = true;
    if (bytes < ELF_BYTES || memcmp(data, "\177ELF", 4) != 0)
        return;
    g->elf = data;
    g->elf_bytes = bytes;
    memcpy(&type, data + 16, 2);
    memcpy(&g->entry, data + 24, 8);
    g->position_independent = type == 3; /* ET_DYN */
    if (symbols_load(data, bytes, g->name, &g->symbols, err, sizeof(err)) != 0)
        g->symbols = NULL;
}

const struct program *places_program(struct places *p, const char *path)
{
    struct loaded *l;

    for (l = p->programs; l; l = l->next)
        if (strcmp(l->program.path, path) == 0)
            return l->found ? &l->program : NULL;
    l = calloc(1, sizeof(*l));
    if (!l)
        return NULL;
    l->program.path = strdup(path);
    if (!l->program.path) {
        free(l);
        return NULL;
    }
    load(p, l);
    l->next = p->programs;
    p->programs = l;
    return l->found ? &l->program : NULL;
}

struct place places_find(struct places *p, const struct program *program, vaddr_t base, vaddr_t va)
{
    struct place place = {.va = va};
    const struct symbols *s = NULL;

    if (va >= UPPER_HALF || (!program && is_kernel(p, va))) {
        place.module = "kernel";
        s = p->kernel;
        base = 0;
    } else if (program) {
        place.module = program->name;
        s = program->symbols;
    }
    if (s && symbols_find(s, va - base, &place.symbol, &place.offset) != 0)
        place.symbol = NULL;
    return place;
}

void place_text(const struct place *place, bool stable, char *text, size_t len)
{
    const char *module = place->module ? place->module : "";
    const char *colon = place->module ? ":" : "";

    if (stable)
        snprintf(text, len, "%s", place->symbol   ? place->symbol
                                  : place->module ? place->module
                                                  : "user");
    else if (place->symbol && place->offset)
        snprintf(text, len, "%s%s%s+0x%llx", module, colon, place->symbol,
                 (unsigned long long)place->offset);
    else if (place->symbol)
        snprintf(text, len, "%s%s%s", module, colon, place->symbol);
    else
        snprintf(text, len, "%s%s0x%llx", module, colon, (unsigned long long)place->va);
}
