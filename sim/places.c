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
#define LINE_BYTES 256u /* of a script's first line */

struct loaded {
    struct program program;
    const struct program *interpreter; /* it is a script */
    bool found;
    struct loaded *next;
};

struct places {
    const struct machine *machine;
    struct symbols *kernel;
    vaddr_t low, low_end; /* where a kernel of the lower half stands; else empty */
    struct loaded *programs;
};

/* Where the segments of an ELF file lie; empty: all of them nowhere, or one in the upper half. */
static void find_segments(const uint8_t *file, size_t bytes, vaddr_t *from, vaddr_t *to)
{
    vaddr_t low = UPPER_HALF, end = 0;
    Elf64_Ehdr eh;

    *from = *to = 0;
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
    if (low < end) {
        *from = low;
        *to = end;
    }
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
    find_segments(m->kernel.data, m->kernel.bytes, &p->low, &p->low_end);
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

/* Of a script: execve(2), "Interpreter scripts". */
static const struct program *interpreter_of(struct places *p, const uint8_t *data, size_t bytes)
{
    char line[LINE_BYTES];
    size_t used = bytes < sizeof(line) - 1 ? bytes : sizeof(line) - 1, from, len;

    if (bytes < 2 || data[0] != '#' || data[1] != '!')
        return NULL;
    memcpy(line, data, used);
    line[used] = '\0';
    from = 2 + strspn(line + 2, " \t");
    len = strcspn(line + from, " \t\n");
    line[from + len] = '\0';
    return len ? places_program(p, line + from) : NULL;
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
    l->interpreter = interpreter_of(p, data, bytes);
    if (bytes < ELF_BYTES || memcmp(data, "\177ELF", 4) != 0)
        return;
    g->elf = data;
    g->elf_bytes = bytes;
    memcpy(&type, data + 16, 2);
    memcpy(&g->entry, data + 24, 8);
    g->position_independent = type == 3; /* ET_DYN */
    find_segments(data, bytes, &g->low, &g->end);
    if (symbols_load(data, bytes, g->name, &g->symbols, err, sizeof(err)) != 0)
        g->symbols = NULL;
}

static const struct program *program_of(const struct loaded *l)
{
    return l->interpreter ? l->interpreter : l->found ? &l->program : NULL;
}

const struct program *places_program(struct places *p, const char *path)
{
    struct loaded *l;

    for (l = p->programs; l; l = l->next)
        if (strcmp(l->program.path, path) == 0)
            return program_of(l);
    l = calloc(1, sizeof(*l));
    if (!l)
        return NULL;
    l->program.path = strdup(path);
    if (!l->program.path) {
        free(l);
        return NULL;
    }
    l->next = p->programs;
    p->programs = l;
    load(p, l);
    return program_of(l);
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
