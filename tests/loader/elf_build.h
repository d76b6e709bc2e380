/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tests/loader/elf_build.h - small kernel files made in memory, to be damaged.
 *
 * Rules of use: elf_build() fills a zeroed buffer of ELF_BUILD_BYTES with one
 * 64-bit ELF file of one PT_LOAD (and on x86_64 one PT_NOTE with a PVH note).
 * Tests then overwrite single fields at the offsets below.
 */
#ifndef TRAPLINE_TESTS_LOADER_ELF_BUILD_H
#define TRAPLINE_TESTS_LOADER_ELF_BUILD_H

#include <elf.h>
#include <string.h>

#include "cpu/types.h"

#define ELF_BUILD_BYTES      0x1100u
#define ELF_BUILD_CODE       0x1000u  /* file offset of the code */
#define ELF_BUILD_CODE_BYTES 0x100u
#define ELF_BUILD_MEM_BYTES  0x3000u
#define ELF_BUILD_NOTE       0x200u
#define ELF_BUILD_HEADERS    0x220u   /* everything but the code ends here */

struct elf_file {
    Elf64_Ehdr eh;
    Elf64_Phdr ph[2];
};

static inline paddr_t elf_build_pa(enum arch arch)
{
    return arch == ARCH_ARM64 ? 0x40080000u : 0x100000u;
}

static inline void elf_build(enum arch arch, uint8_t buf[ELF_BUILD_BYTES])
{
    struct elf_file f = {
        .eh = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
               .e_type = ET_EXEC,
               .e_machine = arch == ARCH_ARM64 ? EM_AARCH64 : EM_X86_64,
               .e_version = EV_CURRENT,
               .e_entry = 0xffff800000000010u,
               .e_phoff = offsetof(struct elf_file, ph),
               .e_ehsize = sizeof(Elf64_Ehdr),
               .e_phentsize = sizeof(Elf64_Phdr),
               .e_phnum = arch == ARCH_ARM64 ? 1 : 2,
               .e_shentsize = sizeof(Elf64_Shdr)},
        .ph = {{.p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_offset = ELF_BUILD_CODE,
                .p_vaddr = 0xffff800000000000u, .p_paddr = elf_build_pa(arch),
                .p_filesz = ELF_BUILD_CODE_BYTES, .p_memsz = ELF_BUILD_MEM_BYTES,
                .p_align = 0x1000},
               {.p_type = PT_NOTE, .p_flags = PF_R, .p_offset = ELF_BUILD_NOTE,
                .p_filesz = 20, .p_memsz = 20, .p_align = 4}},
    };
    Elf64_Nhdr nh = {.n_namesz = 4, .n_descsz = 4, .n_type = 18};
    uint32_t entry = 0x100020;

    memset(buf, 0, ELF_BUILD_BYTES);
    memcpy(buf, &f, sizeof(f));
    memcpy(buf + ELF_BUILD_NOTE, &nh, sizeof(nh));
    memcpy(buf + ELF_BUILD_NOTE + 12, "Xen", 4);
    memcpy(buf + ELF_BUILD_NOTE + 16, &entry, 4);
    for (unsigned i = 0; i < ELF_BUILD_CODE_BYTES; i++)
        buf[ELF_BUILD_CODE + i] = (uint8_t)(i + 1);
}

#define ELF_AT(field) offsetof(struct elf_file, field)

static inline void put_bytes(uint8_t *buf, size_t at, uint64_t value, size_t len)
{
    memcpy(buf + at, &value, len);
}

#endif
