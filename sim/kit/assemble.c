/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/kit/assemble.c - source text to instructions, by the host's binutils.
 *
 * The assembler's object is read for its .text alone, before any linker saw it: what a linker would
 * have to fill in (a relocation) is an error that names the symbol.
 */
#include "sim/kit/private.h"

#include <gelf.h>
#include <stdio.h>

#include "loader/fail.h"
#include "sim/host.h"

#define SAID_BYTES 400u

static Elf_Scn *section_of(Elf *elf, GElf_Word type, const char *name, GElf_Shdr *header)
{
    size_t names = 0;
    Elf_Scn *s = NULL;

    if (elf_getshdrstrndx(elf, &names) != 0)
        return NULL;
    while ((s = elf_nextscn(elf, s)) != NULL) {
        const char *is = gelf_getshdr(s, header) ? elf_strptr(elf, names, header->sh_name) : NULL;

        if (is && header->sh_type == type && (!name || strcmp(is, name) == 0))
            return s;
    }
    return NULL;
}

/* The symbol that the first relocation of .text wants. */
static const char *wanted_symbol(Elf *elf, Elf_Scn *relocations, const GElf_Shdr *header)
{
    Elf_Scn *symbols = elf_getscn(elf, header->sh_link);
    Elf_Data *data = elf_getdata(relocations, NULL);
    GElf_Shdr symbols_header;
    const char *name = NULL;
    GElf_Rela rela;
    GElf_Sym sym;

    if (symbols && gelf_getshdr(symbols, &symbols_header) && gelf_getrela(data, 0, &rela) &&
        gelf_getsym(elf_getdata(symbols, NULL), (int)GELF_R_SYM(rela.r_info), &sym))
        name = elf_strptr(elf, symbols_header.sh_link, sym.st_name);
    return name && *name ? name : "another section";
}

static int take_text(const struct kit_arch *a, Elf *elf, struct byte_buf *code, char *err,
                     size_t err_len)
{
    GElf_Shdr header;
    GElf_Ehdr eh;
    Elf_Scn *s;
    Elf_Data *data;

    if (!gelf_getehdr(elf, &eh) || eh.e_machine != a->elf_machine)
        return loader_fail(err, err_len, -EIO, "the installed assembler is for another CPU");
    s = section_of(elf, SHT_RELA, ".rela.text", &header);
    if (s)
        return loader_fail(err, err_len, -EINVAL,
                           "the source refers to '%s', which it does not define in its .text",
                           wanted_symbol(elf, s, &header));
    s = section_of(elf, SHT_PROGBITS, ".text", &header);
    data = s ? elf_getdata(s, NULL) : NULL;
    if (!data || data->d_size == 0)
        return loader_fail(err, err_len, -EINVAL, "the source has no instruction");
    buf_put(code, data->d_buf, data->d_size);
    return code->failed ? loader_fail(err, err_len, -ENOMEM, "out of memory") : 0;
}

static int read_object(const struct kit_arch *a, const char *path, struct byte_buf *code, char *err,
                       size_t err_len)
{
    struct blob file;
    int rc = host_read_file(path, &file, err, err_len);
    Elf *elf;

    if (rc != 0)
        return rc;
    elf_version(EV_CURRENT);
    elf = elf_memory((char *)file.data, file.bytes);
    rc = elf ? take_text(a, elf, code, err, err_len)
             : loader_fail(err, err_len, -EIO, "the assembler wrote no object file");
    elf_end(elf);
    blob_free(&file);
    return rc;
}

/* Of what the assembler says, the first line that names one of the source: "1: Error: .." */
static const char *complaint(char *said)
{
    static const char head[] = "{standard input}:";
    char *at = said;

    while ((at = strstr(at, head)) != NULL && (at[strlen(head)] < '0' || at[strlen(head)] > '9'))
        at++;
    at = at ? at + strlen(head) : said;
    at[strcspn(at, "\n")] = '\0';
    return *at ? at : "1: the assembler failed";
}

static int assemble(const struct kit_arch *a, const char *source, struct byte_buf *code, char *err,
                    size_t err_len)
{
    char path[64], said[SAID_BYTES];
    int rc = host_temporary_file(path, sizeof(path));

    if (rc != 0)
        return loader_fail(err, err_len, rc, "no file can be made in /tmp for the assembler");
    rc = host_run_program(a->assemblers, (const char *const[]){"-o", path, "--", "-", NULL}, source,
                          said, sizeof(said));
    if (rc == -ENOENT)
        loader_fail(err, err_len, rc, "%s is not installed: binutils of that CPU are needed",
                    a->assemblers[0]);
    else if (rc != 0)
        rc = loader_fail(err, err_len, -EINVAL, "line %s", complaint(said));
    else
        rc = read_object(a, path, code, err, err_len);
    host_remove_file(path);
    return rc;
}

int trapline_assemble(struct trapline *t, uint64_t va, const char *source, uint64_t *end)
{
    struct byte_buf code = {0};
    char err[sizeof(t->error)];
    int rc = assemble(t->a, source, &code, err, sizeof(err));

    if (rc != 0)
        kit_fail(t, rc, "%s", err);
    else
        rc = trapline_write(t, va, code.data, code.used);
    if (rc == 0 && end)
        *end = va + code.used;
    buf_free(&code);
    return rc;
}

int trapline_open_asm(enum trapline_arch arch, const char *source,
                      const struct trapline_options *options, struct trapline **out, char *err,
                      size_t err_len)
{
    const struct kit_arch *a = kit_arch_of(arch);
    struct byte_buf code = {0};
    int rc = a ? assemble(a, source, &code, err, err_len) : 0; /* none: the next one says so */

    *out = NULL;
    if (rc == 0)
        rc = trapline_open_code(arch, code.data, code.used, options, out, err, err_len);
    buf_free(&code);
    return rc;
}
