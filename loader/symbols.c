/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loader/symbols.c - names and source lines of one ELF file, or names of a map: lines of
 * "ADDRESS TYPE NAME", as Linux's System.map and /proc/kallsyms have them.
 *
 * Names come from .symtab, else .dynsym, by libelf, sorted by address once.
 * Lines come from DWARF by libdw, opened at the first question, in the caller's
 * bytes. A symbol without a size (assembly labels) reaches to the end of its section.
 *
 * The DWARF of a whole Linux is hundreds of megabytes in thousands of units. The
 * first question reads of each unit which addresses it has, and no more; rows are
 * read of units that are asked for alone.
 */
#include "loader/boot.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <errno.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/search.h"
#include "loader/array.h"
#include "loader/fail.h"

struct symbol {
    vaddr_t va, end;
    uint64_t bytes; /* as the file says; 0: `end` is the section's */
    size_t name;    /* offset in `names` */
    uint8_t rank;   /* at one address: functions before labels before data, global first */
    bool code;
};

#define RANK_FUNCTION 0u
#define RANK_LABEL    2u
#define RANK_DATA     4u
#define RANK_LOCAL    1u /* added to one of the above */

/* Addresses of one unit of DWARF. */
struct unit_range {
    vaddr_t va, end;
    vaddr_t reach;       /* the highest end up to here */
    Dwarf_Off die;
};

struct symbols {
    struct symbol *list; /* by va, then rank, then name */
    size_t count, room;
    char *names;         /* NUL-terminated strings, one after another */
    size_t names_used, names_room;
    const uint8_t *elf;  /* the file's bytes, the caller's */
    size_t elf_bytes;
    Elf *dw_elf;         /* opened by the first symbols_line() */
    Dwarf *dw;
    bool dw_tried;
    bool is_map;         /* no sizes at all */
    struct unit_range *units; /* by va */
    size_t unit_count, unit_room;
    vaddr_t moved;       /* what runs stands so much above the file's addresses */
};

static int add_name(struct symbols *s, const char *name, size_t *at)
{
    size_t len = strlen(name) + 1;

    if (s->names_used + len > s->names_room) {
        size_t room = (s->names_used + len) * 2;
        char *grown = realloc(s->names, room);

        if (!grown)
            return -ENOMEM;
        s->names = grown;
        s->names_room = room;
    }
    *at = s->names_used;
    memcpy(s->names + s->names_used, name, len);
    s->names_used += len;
    return 0;
}

/* A zeroed element behind the last; it counts when its user says so. */
static struct symbol *next_symbol(struct symbols *s)
{
    struct symbol *grown = array_room(s->list, s->count, &s->room, sizeof(*grown));

    if (!grown)
        return NULL;
    s->list = grown;
    return memset(&s->list[s->count], 0, sizeof(s->list[0]));
}

static int add_symbol(struct symbols *s, Elf *elf, const GElf_Sym *sym, const char *name)
{
    unsigned type = GELF_ST_TYPE(sym->st_info);
    Elf_Scn *scn = elf_getscn(elf, sym->st_shndx);
    struct symbol *e = next_symbol(s);
    GElf_Shdr sh;

    if (!e)
        return -ENOMEM;
    if (!scn || !gelf_getshdr(scn, &sh))
        memset(&sh, 0, sizeof(sh)); /* absolute: no section */
    e->va = sym->st_value;
    e->bytes = sym->st_size;
    e->end = sym->st_size ? sym->st_value + sym->st_size : sh.sh_addr + sh.sh_size;
    e->code = type == STT_FUNC || (type == STT_NOTYPE && (sh.sh_flags & SHF_EXECINSTR));
    e->rank = type == STT_FUNC ? RANK_FUNCTION : e->code ? RANK_LABEL : RANK_DATA;
    if (GELF_ST_BIND(sym->st_info) == STB_LOCAL)
        e->rank += RANK_LOCAL;
    if (add_name(s, name, &e->name) != 0)
        return -ENOMEM;
    s->count++;
    return 0;
}

static int add_table(struct symbols *s, Elf *elf, Elf_Scn *scn, const GElf_Shdr *sh)
{
    Elf_Data *data = elf_getdata(scn, NULL);
    size_t count = sh->sh_entsize ? sh->sh_size / sh->sh_entsize : 0;

    if (!data)
        return 0;
    for (size_t i = 1; i < count; i++) {
        const char *name;
        unsigned type;
        GElf_Sym sym;
        int rc;

        if (!gelf_getsym(data, (int)i, &sym))
            break;
        type = GELF_ST_TYPE(sym.st_info);
        name = elf_strptr(elf, sh->sh_link, sym.st_name);
        /* Mapping symbols ($x, $d) and compiler labels (.L) name nothing. */
        if (!name || name[0] == '\0' || name[0] == '$' || strncmp(name, ".L", 2) == 0 ||
            sym.st_shndx == SHN_UNDEF || type > STT_FUNC)
            continue;
        rc = add_symbol(s, elf, &sym, name);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* All sections of one type. */
static int add_tables(struct symbols *s, Elf *elf, unsigned type)
{
    Elf_Scn *scn = NULL;

    while ((scn = elf_nextscn(elf, scn)) != NULL) {
        GElf_Shdr sh;
        int rc;

        if (!gelf_getshdr(scn, &sh) || sh.sh_type != type)
            continue;
        rc = add_table(s, elf, scn, &sh);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static int compare_symbols(const void *a, const void *b, void *names)
{
    const struct symbol *x = a, *y = b;

    if (x->va != y->va)
        return x->va < y->va ? -1 : 1;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return strcmp((char *)names + x->name, (char *)names + y->name);
}

/* One line of a map; what is no such line is left out. */
static int add_map_line(struct symbols *s, char *line)
{
    char type, name[256], *rest;
    struct symbol *e;

    line[strcspn(line, "\t\r")] = '\0'; /* of a module: "[name]" */
    errno = 0;
    if (strtoull(line, &rest, 16) == 0 || rest == line || errno ||
        sscanf(rest, " %c %255s", &type, name) != 2 || name[0] == '$')
        return 0;
    e = next_symbol(s);
    if (!e)
        return -ENOMEM;
    e->va = strtoull(line, NULL, 16);
    e->code = strchr("tTwW", type) != NULL;
    e->rank = e->code ? RANK_FUNCTION : RANK_DATA;
    if (type >= 'a')
        e->rank += RANK_LOCAL;
    if (add_name(s, name, &e->name) != 0)
        return -ENOMEM;
    s->count++;
    return 0;
}

/* A map has no sizes: each name reaches to the next address. */
static int add_map(struct symbols *s, const char *text, size_t bytes)
{
    const char *end = text + bytes;
    char line[512];

    while (text < end) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        size_t len = (size_t)((stop ? stop : end) - text);

        snprintf(line, sizeof(line), "%.*s", (int)(len < sizeof(line) ? len : 0), text);
        if (add_map_line(s, line) != 0)
            return -ENOMEM;
        text += len + 1;
    }
    if (s->count == 0)
        return -ENOEXEC;
    qsort_r(s->list, s->count, sizeof(s->list[0]), compare_symbols, s->names);
    for (size_t i = s->count; i-- > 0;) {
        bool last = i + 1 == s->count;
        const struct symbol *next = &s->list[last ? i : i + 1];

        s->list[i].end = last ? next->va + 1 : next->va == s->list[i].va ? next->end : next->va;
    }
    return 0;
}

int symbols_load(const void *elf_bytes, size_t bytes, const char *name, struct symbols **out,
                 char *err, size_t err_len)
{
    struct symbols *s = calloc(1, sizeof(*s));
    Elf *elf = NULL;
    int rc = -ENOMEM;

    *out = NULL;
    if (!s)
        goto fail;
    s->elf = elf_bytes;
    s->elf_bytes = bytes;
    if (bytes > 0 && s->elf[0] && strchr("0123456789abcdef", s->elf[0])) {
        s->is_map = true;
        rc = add_map(s, (const char *)s->elf, bytes);
        if (rc != 0)
            goto fail;
        *out = s;
        return 0;
    }
    elf_version(EV_CURRENT);
    /* libelf only reads the bytes: the cast drops a const that its C interface cannot say. */
    elf = elf_memory((char *)(uintptr_t)s->elf, bytes);
    if (!elf || elf_kind(elf) != ELF_K_ELF) {
        rc = -ENOEXEC;
        goto fail;
    }
    rc = add_tables(s, elf, SHT_SYMTAB);
    if (rc == 0 && s->count == 0)
        rc = add_tables(s, elf, SHT_DYNSYM);
    if (rc != 0)
        goto fail;
    elf_end(elf);
    if (s->count > 0)
        qsort_r(s->list, s->count, sizeof(s->list[0]), compare_symbols, s->names);
    *out = s;
    return 0;
fail:
    if (elf)
        elf_end(elf);
    symbols_free(s);
    return loader_fail(err, err_len, rc,
                       rc == -ENOMEM ? "%s: out of memory while reading symbols"
                                     : "%s: is neither a readable ELF file nor a map of symbols",
                       name);
}

void symbols_free(struct symbols *s)
{
    if (!s)
        return;
    if (s->dw)
        dwarf_end(s->dw);
    if (s->dw_elf)
        elf_end(s->dw_elf);
    free(s->list);
    free(s->names);
    free(s->units);
    free(s);
}

/* Number of symbols at or below `va`. */
static size_t count_up_to(const struct symbols *s, vaddr_t va)
{
    return SEARCH_BEHIND(s->list, s->count, va, va);
}

/* The function that covers `va`; without one the nearest label at or below it that does. */
int symbols_find(const struct symbols *s, vaddr_t va, const char **name, uint64_t *offset)
{
    const struct symbol *best = NULL;

    va -= s->moved;
    for (size_t i = count_up_to(s, va); i-- > 0;) {
        const struct symbol *e = &s->list[i];
        /* One without a size only seems to reach to its section's end. */
        bool function = e->rank < RANK_LABEL && (e->bytes > 0 || s->is_map);

        if (!e->code || va >= e->end)
            continue;
        /* Of several at one address the list has the better ones first: go on to them. */
        if (function || !best || best->va == e->va)
            best = e;
        if (function && (i == 0 || s->list[i - 1].va != e->va))
            break;
    }
    if (!best)
        return -ENOENT;
    *name = s->names + best->name;
    *offset = va - best->va;
    return 0;
}

int symbols_lookup(const struct symbols *s, const char *name, vaddr_t *va, uint64_t *bytes)
{
    const struct symbol *best = NULL;

    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->names + s->list[i].name, name) == 0 &&
            (!best || (best->rank & RANK_LOCAL) > (s->list[i].rank & RANK_LOCAL)))
            best = &s->list[i];
    if (!best)
        return -ENOENT;
    *va = best->va + s->moved;
    *bytes = best->bytes;
    return 0;
}

void symbols_move(struct symbols *s, vaddr_t by)
{
    s->moved = by;
}

static int compare_units(const void *a, const void *b)
{
    const struct unit_range *x = a, *y = b;

    return x->va < y->va ? -1 : x->va > y->va;
}

static bool add_unit(struct symbols *s, Dwarf_Die *unit)
{
    Dwarf_Addr base, va, end;
    ptrdiff_t at = 0;

    while ((at = dwarf_ranges(unit, at, &base, &va, &end)) > 0) {
        struct unit_range *grown = array_room(s->units, s->unit_count, &s->unit_room,
                                              sizeof(*grown));

        if (!grown)
            return false;
        s->units = grown;
        if (va < end)
            s->units[s->unit_count++] = (struct unit_range){va, end, 0, dwarf_dieoffset(unit)};
    }
    return true;
}

static void open_dwarf(struct symbols *s)
{
    Dwarf_CU *cu = NULL;
    Dwarf_Die unit;
    vaddr_t reach = 0;

    s->dw_tried = true;
    s->dw_elf = elf_memory((char *)(uintptr_t)s->elf, s->elf_bytes);
    if (s->dw_elf)
        s->dw = dwarf_begin_elf(s->dw_elf, DWARF_C_READ, NULL);
    /* By the units' own ranges: .debug_aranges is not always there. */
    while (s->dw && dwarf_get_units(s->dw, cu, &cu, NULL, NULL, &unit, NULL) == 0)
        if (!add_unit(s, &unit))
            break;
    if (s->unit_count > 0)
        qsort(s->units, s->unit_count, sizeof(*s->units), compare_units);
    for (size_t i = 0; i < s->unit_count; i++) {
        reach = s->units[i].end > reach ? s->units[i].end : reach;
        s->units[i].reach = reach;
    }
}

/* The unit that holds `va`. */
static bool find_unit(const struct symbols *s, vaddr_t va, Dwarf_Die *unit)
{
    for (size_t i = SEARCH_BEHIND(s->units, s->unit_count, va, va);
         i-- > 0 && s->units[i].reach > va;)
        if (va < s->units[i].end)
            return dwarf_offdie(s->dw, s->units[i].die, unit) != NULL;
    return false;
}

int symbols_line(struct symbols *s, vaddr_t va, const char **file, int *line)
{
    Dwarf_Line *row;
    Dwarf_Die unit;

    va -= s->moved;
    if (!s->dw_tried)
        open_dwarf(s);
    if (!s->dw || !find_unit(s, va, &unit))
        return -ENOENT;
    row = dwarf_getsrc_die(&unit, va);
    if (!row || dwarf_lineno(row, line) != 0)
        return -ENOENT;
    *file = dwarf_linesrc(row, NULL, NULL);
    return *file ? 0 : -ENOENT;
}

void symbols_each(const struct symbols *s,
                  void (*fn)(void *ctx, const char *name, vaddr_t va, uint64_t bytes), void *ctx)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->list[i].code)
            fn(ctx, s->names + s->list[i].name, s->list[i].va + s->moved, s->list[i].bytes);
}

void symbols_each_name(const struct symbols *s,
                       void (*fn)(void *ctx, const char *name, vaddr_t va, uint64_t bytes,
                                  bool code),
                       void *ctx)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct symbol *e = &s->list[i];

        fn(ctx, s->names + e->name, e->va + s->moved, s->is_map ? e->end - e->va : e->bytes,
           e->code);
    }
}

int symbols_each_line(struct symbols *s,
                      void (*fn)(void *ctx, vaddr_t va, vaddr_t end, const char *file, int line),
                      void *ctx)
{
    Dwarf_CU *cu = NULL;
    Dwarf_Die unit;
    bool any = false;

    if (!s->dw_tried)
        open_dwarf(s);
    if (!s->dw)
        return -ENOENT;
    while (dwarf_get_units(s->dw, cu, &cu, NULL, NULL, &unit, NULL) == 0) {
        /* a row there of no bytes is listed behind the row that ends */
        Dwarf_Addr ended = UINT64_MAX;
        Dwarf_Lines *rows;
        size_t count;

        if (dwarf_getsrclines(&unit, &rows, &count) != 0)
            continue;
        for (size_t i = 0; i + 1 < count; i++) {
            Dwarf_Line *row = dwarf_onesrcline(rows, i), *next = dwarf_onesrcline(rows, i + 1);
            Dwarf_Addr va, end;
            bool is_end;
            const char *file;
            int line;

            if (dwarf_lineendsequence(row, &is_end) != 0 || dwarf_lineaddr(row, &va) != 0)
                continue;
            if (is_end)
                ended = va;
            if (is_end || dwarf_lineaddr(next, &end) != 0 || end <= va ||
                dwarf_lineno(row, &line) != 0 || line == 0 ||
                (va == ended && dwarf_haspc(&unit, va) != 1))
                continue;
            file = dwarf_linesrc(row, NULL, NULL);
            if (file)
                fn(ctx, va + s->moved, end + s->moved, file, line);
            any = true;
        }
    }
    return any ? 0 : -ENOENT;
}
