// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * exec_elf.c - an ELF program, and the interpreter it names, in a new address space.
 *
 * Segments are private mappings of the file. The file's last page of a writable
 * segment is zeroed behind the file's bytes; whole pages of bss are anonymous.
 * Position-independent programs go to PIE_BASE, interpreters where there is room.
 * There is no randomisation: the same program has the same addresses in every run.
 */
#include "kernel/include/errno.h"
#include "kernel/include/file.h"
#include "kernel/include/fs.h"
#include "kernel/include/kmalloc.h"
#include "kernel/include/page.h"
#include "kernel/include/string.h"
#include "kernel/include/vm.h"
#include "kernel/proc/exec.h"
#include "kernel/uapi/elf.h"

#define PIE_BASE 0x555555554000ull
#define PHDRS_MAX 64

struct elf {
    struct elf_header header;
    struct elf_phdr phdr[PHDRS_MAX];
    vaddr_t low, high;      /* of all PT_LOAD, page aligned, before bias */
    vaddr_t bias;
};

static int read_exact(struct file *f, void *buf, size_t len, uint64_t at)
{
    long n = file_read_kernel(f, buf, len, at);

    return n < 0 ? (int)n : (size_t)n == len ? 0 : -ENOEXEC;
}

static int elf_read(struct file *f, struct elf *e)
{
    const struct elf_header *h = &e->header;
    int error = read_exact(f, &e->header, sizeof(e->header), 0);

    if (error)
        return error;
    if (memcmp(h->ident, ELF_IDENT_START, 6) || h->machine != arch_elf_machine ||
        (h->type != ET_EXEC && h->type != ET_DYN) || h->phentsize != sizeof(struct elf_phdr) ||
        h->phnum == 0 || h->phnum > PHDRS_MAX)
        return -ENOEXEC;
    error = read_exact(f, e->phdr, h->phnum * sizeof(struct elf_phdr), h->phoff);
    if (error)
        return error;
    e->low = UINT64_MAX;
    e->high = 0;
    for (unsigned i = 0; i < h->phnum; i++) {
        const struct elf_phdr *p = &e->phdr[i];

        if (p->type != PT_LOAD)
            continue;
        if (p->filesz > p->memsz || p->vaddr > USER_TOP || p->memsz > USER_TOP - p->vaddr ||
            ((p->vaddr ^ p->offset) & PAGE_MASK))
            return -ENOEXEC;
        if (page_align_down(p->vaddr) < e->low)
            e->low = page_align_down(p->vaddr);
        if (page_align_up(p->vaddr + p->memsz) > e->high)
            e->high = page_align_up(p->vaddr + p->memsz);
    }
    return e->low < e->high ? 0 : -ENOEXEC;
}

static unsigned prot_of(const struct elf_phdr *p)
{
    return ((p->flags & PF_R) ? PROT_R : 0) | ((p->flags & PF_W) ? PROT_W : 0) |
           ((p->flags & PF_X) ? PROT_X : 0);
}

static int zero_tail(struct vm_map *m, vaddr_t from, vaddr_t to)
{
    static const char zeros[PAGE_SIZE];

    return from < to ? vm_copy_out(m, from, zeros, to - from) : 0;
}

static int map_segment(struct vm_map *m, const struct elf *e, const struct elf_phdr *p,
                       struct file *f)
{
    vaddr_t start = page_align_down(p->vaddr) + e->bias;
    vaddr_t file_end = p->vaddr + e->bias + p->filesz, end = p->vaddr + e->bias + p->memsz;
    vaddr_t bss = page_align_up(file_end), at;
    struct vm_request r = { .addr = start, .prot = prot_of(p), .fixed = true };
    int error = 0;

    if (p->filesz) {
        r.len = bss - start;
        r.file = f;
        r.file_index = p->offset >> PAGE_SHIFT;
        error = vm_map_add(m, &r, &at);
        if (!error && p->memsz > p->filesz && (p->flags & PF_W))
            error = zero_tail(m, file_end, bss);
    } else {
        bss = start;
    }
    if (!error && page_align_up(end) > bss) {
        r = (struct vm_request){ .addr = bss, .len = page_align_up(end) - bss,
                                 .prot = prot_of(p), .fixed = true };
        error = vm_map_add(m, &r, &at);
    }
    return error;
}

static int map_all(struct vm_map *m, const struct elf *e, struct file *f)
{
    if (e->low + e->bias > USER_VVAR || e->high - e->low > USER_VVAR - (e->low + e->bias))
        return -ENOMEM;
    for (unsigned i = 0; i < e->header.phnum; i++) {
        int error = e->phdr[i].type == PT_LOAD ? map_segment(m, e, &e->phdr[i], f) : 0;

        if (error)
            return error;
    }
    return 0;
}

/* Where the program headers are in memory: in the segment that holds them. */
static vaddr_t phdr_address(const struct elf *e)
{
    for (unsigned i = 0; i < e->header.phnum; i++) {
        const struct elf_phdr *p = &e->phdr[i];

        if (p->type == PT_LOAD && p->offset <= e->header.phoff &&
            e->header.phoff - p->offset < p->filesz)
            return e->bias + p->vaddr + (e->header.phoff - p->offset);
    }
    return 0;
}

static void note_layout(struct vm_map *m, const struct elf *e)
{
    for (unsigned i = 0; i < e->header.phnum; i++) {
        const struct elf_phdr *p = &e->phdr[i];

        if (p->type != PT_LOAD)
            continue;
        if (p->flags & PF_X) {
            m->code_start = p->vaddr + e->bias;
            m->code_end = m->code_start + p->filesz;
        } else if (p->flags & PF_W) {
            m->data_start = p->vaddr + e->bias;
            m->data_end = m->data_start + p->filesz;
        }
    }
    m->brk_start = m->brk = e->high + e->bias;
}

static int load_interpreter(struct vm_map *m, const char *path, struct elf *e,
                            struct exec_image *image)
{
    struct file *f;
    vaddr_t base;
    int error = fs_open_exec(NULL, path, LOOKUP_FOLLOW, &f);

    if (error)
        return error;
    error = elf_read(f, e);
    if (!error && e->header.type == ET_DYN) {
        base = vm_find_space(m, 0, e->high - e->low);
        e->bias = base - e->low;
        error = base ? 0 : -ENOMEM;
    }
    if (!error)
        error = map_all(m, e, f);
    image->interp_base = e->bias + e->low;
    image->entry = e->header.entry + e->bias;
    vnode_allow_write(f->vnode);
    file_unref(f);
    return error == -ENOEXEC ? -ELIBBAD : error;
}

static int read_interp_path(struct file *f, const struct elf *e, char *path, size_t size)
{
    for (unsigned i = 0; i < e->header.phnum; i++) {
        const struct elf_phdr *p = &e->phdr[i];
        int error;

        if (p->type != PT_INTERP)
            continue;
        if (p->filesz < 2 || p->filesz > size)
            return -ENOEXEC;
        error = read_exact(f, path, p->filesz, p->offset);
        return error ? error : path[p->filesz - 1] ? -ENOEXEC : 0;
    }
    path[0] = '\0';
    return 0;
}

static int load(struct vm_map *m, struct file *f, struct exec_image *image, struct elf *e,
                char *interp, size_t interp_size)
{
    int error = elf_read(f, e);

    if (!error)
        error = read_interp_path(f, e, interp, interp_size);
    if (error)
        return error;
    e->bias = e->header.type == ET_DYN ? PIE_BASE - e->low : 0;
    error = map_all(m, e, f);
    if (error)
        return error;
    note_layout(m, e);
    image->entry = image->program_entry = e->header.entry + e->bias;
    image->phdr = phdr_address(e);
    image->phnum = e->header.phnum;
    image->interp_base = 0;
    if (!interp[0])
        return 0;
    memset(e, 0, sizeof(*e));
    return load_interpreter(m, interp, e, image);
}

int exec_elf_load(struct vm_map *m, struct file *f, struct exec_image *image)
{
    struct elf *e = kzalloc(sizeof(*e));
    char *interp = kmalloc(PATH_BYTES_MAX);
    int error = -ENOMEM;

    if (e && interp)
        error = load(m, f, image, e, interp, PATH_BYTES_MAX);
    kfree(interp);
    kfree(e);
    return error;
}
