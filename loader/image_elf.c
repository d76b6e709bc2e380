/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loader/image_elf.c - kernel ELF files, read with libelf.
 *
 * arm64: entered at e_entry with the MMU off. x86_64: entered at the address in
 * the Xen PVH note (type 18, "Xen"; xen/include/public/elfnote.h) in 32-bit
 * mode, or, without a note, by a multiboot header at e_entry. Both begin in 32-bit
 * code, so their file may be a 32-bit one. Where e_entry is a virtual address of
 * a segment that loads elsewhere, it is moved along.
 */
#include "loader/image.h"

#include <errno.h>
#include <gelf.h>
#include <inttypes.h>
#include <libelf.h>
#include <string.h>

#include "loader/fail.h"

#define NOTE_XEN_PHYS32_ENTRY 18u

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static const char *machine_name(unsigned machine)
{
    switch (machine) {
    case EM_AARCH64:
        return "arm64";
    case EM_X86_64:
        return "x86_64";
    case EM_386:
        return "32-bit x86";
    case EM_ARM:
        return "32-bit arm";
    case EM_RISCV:
        return "RISC-V";
    default:
        return "an unknown CPU's";
    }
}

static int check_header(const struct boot_spec *spec, const GElf_Ehdr *eh, char *err,
                        size_t err_len)
{
    const char *name = spec->kernel_name;
    unsigned want = spec->arch == ARCH_ARM64 ? EM_AARCH64 : EM_X86_64;
    bool begins_32 = spec->arch == ARCH_X86_64 && eh->e_ident[EI_CLASS] == ELFCLASS32 &&
                     eh->e_machine == EM_386;

    if (eh->e_machine != want && !begins_32)
        return loader_fail(err, err_len, -ENOEXEC, "%s: is %s code, the machine is %s", name,
                           machine_name(eh->e_machine), machine_name(want));
    if (eh->e_ident[EI_CLASS] != ELFCLASS64 && !begins_32)
        return loader_fail(err, err_len, -ENOEXEC, "%s: is a 32-bit ELF file, 64-bit is needed",
                           name);
    if (eh->e_ident[EI_DATA] != ELFDATA2LSB)
        return loader_fail(err, err_len, -ENOEXEC, "%s: is a big-endian ELF file", name);
    if (eh->e_type != ET_EXEC && eh->e_type != ET_DYN)
        return loader_fail(err, err_len, -ENOEXEC,
                           "%s: is not an executable ELF file (type %u); was it linked?", name,
                           eh->e_type);
    return 0;
}

static int add_segment(const struct boot_spec *spec, const GElf_Phdr *ph, struct image *im,
                       char *err, size_t err_len)
{
    const char *name = spec->kernel_name;

    if (ph->p_memsz == 0)
        return 0;
    if (ph->p_filesz > ph->p_memsz)
        return loader_fail(err, err_len, -ENOEXEC,
                           "%s: damaged: a segment has more bytes in the file than in memory",
                           name);
    if (ph->p_filesz > spec->kernel_bytes || ph->p_offset > spec->kernel_bytes - ph->p_filesz)
        return loader_fail(err, err_len, -ENOEXEC,
                           "%s: truncated: a segment needs %" PRIu64 " bytes at offset %" PRIu64
                           ", the file has %zu",
                           name, ph->p_filesz, ph->p_offset, spec->kernel_bytes);
    if (ph->p_paddr + ph->p_memsz < ph->p_paddr)
        return loader_fail(err, err_len, -ENOEXEC,
                           "%s: damaged: a segment wraps around the address space", name);
    if (ph->p_paddr >> 52)
        return loader_fail(err, err_len, -ENOEXEC,
                           "%s: loads at 0x%" PRIx64 ", a virtual address; a file with physical "
                           "ones is needed (of Linux's vmlinux the Image: objcopy -O binary)",
                           name, ph->p_paddr);
    if (im->count == IMAGE_SEGMENTS_MAX)
        return loader_fail(err, err_len, -ENOEXEC, "%s: has more than %u segments", name,
                           IMAGE_SEGMENTS_MAX);
    im->seg[im->count++] = (struct image_segment){
        .pa = ph->p_paddr,
        .mem_bytes = ph->p_memsz,
        .file_bytes = ph->p_filesz,
        .src = (const uint8_t *)spec->kernel + ph->p_offset,
    };
    return 0;
}

/* Look for the PVH note in one PT_NOTE segment. */
static int find_pvh_note(Elf *elf, const GElf_Phdr *ph, paddr_t *entry)
{
    Elf_Data *data = elf_getdata_rawchunk(elf, (int64_t)ph->p_offset, ph->p_filesz,
                                          ph->p_align == 8 ? ELF_T_NHDR8 : ELF_T_NHDR);
    size_t at = 0, name_at, desc_at;
    GElf_Nhdr nh;

    if (!data)
        return -ENOENT;
    while ((at = gelf_getnote(data, at, &nh, &name_at, &desc_at)) > 0) {
        const uint8_t *base = data->d_buf;

        if (nh.n_type != NOTE_XEN_PHYS32_ENTRY || nh.n_namesz != 4 ||
            memcmp(base + name_at, "Xen", 4) != 0 || nh.n_descsz < 4)
            continue;
        *entry = get32(base + desc_at);
        return 0;
    }
    return -ENOENT;
}

static int choose_x86_entry(const struct boot_spec *spec, bool has_note, paddr_t note_entry,
                            struct image *im, char *err, size_t err_len)
{
    const char *found = ((const uint8_t *)spec->kernel)[EI_CLASS] == ELFCLASS32
                            ? "is a 32-bit kernel with" : "has";

    if (has_note) {
        im->protocol = IMAGE_X86_PVH;
        im->entry = note_entry;
        return 0;
    }
    if (image_find_multiboot(spec) >= 0) {
        im->protocol = IMAGE_X86_MULTIBOOT;
        return 0;
    }
    if (image_has_multiboot2(spec))
        return loader_fail(err, err_len, -ENOEXEC,
                           "%s: %s a multiboot 2 header alone; a multiboot 1 header or a PVH note "
                           "is needed", spec->kernel_name, found);
    return loader_fail(err, err_len, -ENOEXEC,
                       "%s: %s neither a PVH note (Linux: CONFIG_PVH) nor a multiboot header, "
                       "so there is no way to enter it",
                       spec->kernel_name, found);
}

static int read_headers(Elf *elf, const struct boot_spec *spec, struct image *im, char *err,
                        size_t err_len)
{
    const char *name = spec->kernel_name;
    paddr_t note_entry = 0;
    bool has_note = false;
    GElf_Ehdr eh;
    size_t count;
    int rc;

    if (elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &eh))
        return loader_fail(err, err_len, -ENOEXEC, "%s: damaged ELF header", name);
    rc = check_header(spec, &eh, err, err_len);
    if (rc != 0)
        return rc;
    if (elf_getphdrnum(elf, &count) != 0 || count == 0)
        return loader_fail(err, err_len, -ENOEXEC, "%s: has no program headers", name);
    im->entry = eh.e_entry;
    im->protocol = IMAGE_ARM64_LINUX;
    for (size_t i = 0; i < count; i++) {
        GElf_Phdr ph;

        if (!gelf_getphdr(elf, (int)i, &ph))
            return loader_fail(err, err_len, -ENOEXEC,
                               "%s: truncated: program header %zu is missing", name, i);
        if (ph.p_type == PT_NOTE && !has_note)
            has_note = find_pvh_note(elf, &ph, &note_entry) == 0;
        if (ph.p_type != PT_LOAD)
            continue;
        rc = add_segment(spec, &ph, im, err, err_len);
        if (rc != 0)
            return rc;
        if (ph.p_vaddr != ph.p_paddr && eh.e_entry >= ph.p_vaddr &&
            eh.e_entry - ph.p_vaddr < ph.p_filesz)
            im->entry = eh.e_entry - ph.p_vaddr + ph.p_paddr;
    }
    if (spec->arch == ARCH_X86_64)
        return choose_x86_entry(spec, has_note, note_entry, im, err, err_len);
    return 0;
}

int image_read_elf(const struct boot_spec *spec, struct image *im, char *err, size_t err_len)
{
    Elf *elf;
    int rc;

    if (elf_version(EV_CURRENT) == EV_NONE)
        return loader_fail(err, err_len, -ENOEXEC, "libelf is too old for this build");
    /* libelf only reads the bytes: the cast drops a const that its C interface cannot say. */
    elf = elf_memory((char *)(uintptr_t)spec->kernel, spec->kernel_bytes);
    if (!elf)
        return loader_fail(err, err_len, -ENOEXEC, "%s: %s", spec->kernel_name, elf_errmsg(-1));
    rc = read_headers(elf, spec, im, err, err_len);
    elf_end(elf);
    return rc;
}
