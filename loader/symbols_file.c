/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loader/symbols_file.c - symbols as an ELF file, for a debugger that reads nothing else.
 *
 * What a map of names has (System.map, /proc/kallsyms), at the addresses where the kernel ran: an
 * executable without contents,
 *
 *     0 NULL   1 .text, NOBITS   2 .data, NOBITS   3 .symtab   4 .strtab   5 .shstrtab
 *
 * where .text reaches from the first name of code to the end of the last, and .data likewise. They
 * overlap as they do in a kernel whose names are not in order; a debugger only takes from them that
 * a symbol belongs to something that may be loaded. Symbols are global: a map's names have no
 * files.
 */
#include "loader/boot.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "loader/array.h"
#include "loader/fail.h"

enum { SECTION_TEXT = 1, SECTION_DATA, SECTION_SYMTAB, SECTION_STRTAB, SECTION_SHSTRTAB };

static const char section_names[] = "\0.text\0.data\0.symtab\0.strtab\0.shstrtab";

struct out {
    Elf64_Sym *sym;
    size_t count, room;
    char *names;
    size_t names_used, names_room;
    vaddr_t first[2], end[2]; /* of data, of code */
    bool upper;               /* the kernel is in the upper half: what is below is no address */
    bool failed;
};

static bool add_name(struct out *o, const char *name, Elf64_Word *at)
{
    size_t len = strlen(name) + 1;

    if (o->names_used + len > o->names_room) {
        size_t room = 2 * (o->names_used + len);
        char *grown = realloc(o->names, room);

        if (!grown)
            return false;
        o->names = grown;
        o->names_room = room;
    }
    *at = (Elf64_Word)o->names_used;
    memcpy(o->names + o->names_used, name, len);
    o->names_used += len;
    return true;
}

static void look(void *ctx, const char *name, vaddr_t va, uint64_t bytes, bool code)
{
    struct out *o = ctx;

    (void)name;
    (void)bytes;
    o->upper |= code && va >> 63;
}

static void add(void *ctx, const char *name, vaddr_t va, uint64_t bytes, bool code)
{
    struct out *o = ctx;
    Elf64_Sym *grown, *sym;

    if (o->failed || (o->upper && !(va >> 63)))
        return;
    grown = array_room(o->sym, o->count, &o->room, sizeof(*grown));
    if (!grown) {
        o->failed = true;
        return;
    }
    o->sym = grown;
    sym = &o->sym[o->count];
    *sym = (Elf64_Sym){.st_info = ELF64_ST_INFO(STB_GLOBAL, code ? STT_FUNC : STT_OBJECT),
                       .st_shndx = code ? SECTION_TEXT : SECTION_DATA,
                       .st_value = va,
                       .st_size = bytes};
    o->failed = !add_name(o, name, &sym->st_name);
    o->count += !o->failed;
    if (o->first[code] == 0 || va < o->first[code])
        o->first[code] = va;
    if (va + bytes > o->end[code])
        o->end[code] = va + bytes;
}

/* A section with `data`, or with addresses alone. */
static bool add_section(Elf *elf, Elf64_Shdr as, void *data, Elf_Type type)
{
    Elf_Scn *scn = elf_newscn(elf);
    Elf64_Shdr *sh = scn ? elf64_getshdr(scn) : NULL;
    Elf_Data *d = scn ? elf_newdata(scn) : NULL;

    if (!sh || !d)
        return false;
    *sh = as;
    *d = (Elf_Data){.d_buf = data, .d_size = as.sh_size, .d_type = type, .d_align = 8,
                    .d_version = EV_CURRENT};
    return true;
}

/* Names begin behind the dot-separated list's k-th NUL. */
static Elf64_Word name_at(unsigned section)
{
    const char *at = section_names;

    for (; section > 0; section--)
        at += strlen(at) + 1;
    return (Elf64_Word)(at - section_names);
}

static Elf64_Shdr bare(const struct out *o, unsigned section)
{
    bool code = section == SECTION_TEXT;

    return (Elf64_Shdr){.sh_name = name_at(section),
                        .sh_type = SHT_NOBITS,
                        .sh_flags = SHF_ALLOC | (code ? SHF_EXECINSTR : SHF_WRITE),
                        .sh_addr = o->first[code],
                        .sh_size = o->end[code] - o->first[code],
                        .sh_addralign = 1};
}

static bool write_sections(const struct out *o, Elf *elf)
{
    Elf64_Shdr symtab = {.sh_name = name_at(SECTION_SYMTAB), .sh_type = SHT_SYMTAB,
                         .sh_size = o->count * sizeof(*o->sym), .sh_link = SECTION_STRTAB,
                         .sh_info = 1, .sh_addralign = 8, .sh_entsize = sizeof(*o->sym)};
    Elf64_Shdr strtab = {.sh_name = name_at(SECTION_STRTAB), .sh_type = SHT_STRTAB,
                         .sh_size = o->names_used, .sh_addralign = 1};
    Elf64_Shdr shstrtab = {.sh_name = name_at(SECTION_SHSTRTAB), .sh_type = SHT_STRTAB,
                           .sh_size = sizeof(section_names), .sh_addralign = 1};

    return add_section(elf, bare(o, SECTION_TEXT), NULL, ELF_T_BYTE) &&
           add_section(elf, bare(o, SECTION_DATA), NULL, ELF_T_BYTE) &&
           add_section(elf, symtab, o->sym, ELF_T_SYM) &&
           add_section(elf, strtab, o->names, ELF_T_BYTE) &&
           add_section(elf, shstrtab, (void *)(uintptr_t)section_names, ELF_T_BYTE) &&
           elf_update(elf, ELF_C_WRITE) >= 0;
}

static bool write_elf(const struct out *o, enum arch arch, int fd)
{
    Elf *elf = elf_version(EV_CURRENT) == EV_NONE ? NULL : elf_begin(fd, ELF_C_WRITE, NULL);
    Elf64_Ehdr *header = elf ? elf64_newehdr(elf) : NULL;
    bool good = header != NULL;

    if (good) {
        header->e_ident[EI_DATA] = ELFDATA2LSB;
        header->e_type = ET_EXEC;
        header->e_machine = arch == ARCH_ARM64 ? EM_AARCH64 : EM_X86_64;
        header->e_shstrndx = SECTION_SHSTRTAB;
        good = write_sections(o, elf);
    }
    elf_end(elf);
    return good;
}

int symbols_write(const struct symbols *s, enum arch arch, const char *path, char *err,
                  size_t err_len)
{
    struct out o = {0};
    int rc = 0, fd = -1;

    add(&o, "", 0, 0, false); /* the first symbol of a table is none */
    if (o.count)
        o.sym[0] = (Elf64_Sym){0};
    symbols_each_name(s, look, &o);
    symbols_each_name(s, add, &o);
    if (o.failed)
        rc = loader_fail(err, err_len, -ENOMEM, "out of memory for symbols");
    else if ((fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) < 0)
        rc = loader_fail(err, err_len, -errno, "%s: %s", path, strerror(errno));
    else if (!write_elf(&o, arch, fd))
        rc = loader_fail(err, err_len, -EIO, "%s: %s", path, elf_errmsg(-1));
    if (fd >= 0)
        close(fd);
    free(o.sym);
    free(o.names);
    return rc;
}
