/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/code_maps.c - from exec, open and mmap to files; see code_maps.h. */
#include "sim/code_maps.h"

#include <elf.h>
#include <stdio.h>

#include "sim/exec_stack.h"

#define GUEST_PROT_EXEC 4u
#define PAGE_MASK_4K    0xfffull
#define CWD_UNKNOWN     "?"

static void add(struct code_maps *m, const struct program *file, vaddr_t base)
{
    if (file && m->count < CODE_MAPS_MAX)
        m->map[m->count++] = (struct code_map){file, base};
}

/* Program header `i` of a file that is an ELF file; false: there are no more. */
static bool header(const struct program *file, unsigned i, Elf64_Phdr *ph)
{
    Elf64_Ehdr eh;

    if (!file->elf || file->elf_bytes < sizeof(eh))
        return false;
    memcpy(&eh, file->elf, sizeof(eh));
    if (i >= eh.e_phnum || eh.e_phoff > file->elf_bytes ||
        file->elf_bytes - eh.e_phoff < (i + 1ull) * sizeof(*ph))
        return false;
    memcpy(ph, file->elf + eh.e_phoff + i * sizeof(*ph), sizeof(*ph));
    return true;
}

/* Its PT_INTERP in the initramfs. */
static const struct program *interpreter(struct places *p, const struct program *program)
{
    char path[CODE_PATH_BYTES];
    Elf64_Phdr ph;

    for (unsigned i = 0; header(program, i, &ph); i++) {
        if (ph.p_type != PT_INTERP)
            continue;
        if (ph.p_filesz == 0 || ph.p_filesz > sizeof(path) || ph.p_offset > program->elf_bytes ||
            program->elf_bytes - ph.p_offset < ph.p_filesz)
            return NULL;
        memcpy(path, program->elf + ph.p_offset, ph.p_filesz);
        path[ph.p_filesz - 1] = '\0';
        return places_program(p, path);
    }
    return NULL;
}

void code_maps_exec(struct code_maps *m, struct places *p, struct cpu *cpu,
                    const struct program *program, vaddr_t sp)
{
    uint64_t entry, base;

    m->count = 0;
    if (!program)
        return;
    if (!program->position_independent || !exec_stack_aux(cpu, sp, EXEC_AUX_ENTRY, &entry))
        entry = program->entry;
    add(m, program, entry - program->entry);
    if (exec_stack_aux(cpu, sp, EXEC_AUX_BASE, &base) && base)
        add(m, interpreter(p, program), base);
}

void code_maps_path(const struct code_maps *m, const char *path, char out[CODE_PATH_BYTES])
{
    bool whole = path[0] == '/';
    int used;

    while (path[0] == '.' && path[1] == '/')
        path += 2;
    used = snprintf(out, CODE_PATH_BYTES, "%s%s%s", whole ? "" : m->cwd, whole ? "" : "/", path);
    if (used < 0 || (unsigned)used >= CODE_PATH_BYTES)
        out[0] = '\0';
    if (!whole && strcmp(m->cwd, CWD_UNKNOWN) == 0)
        out[0] = '\0';
}

/* A path of the guest's, as code_maps_path(). */
static void read_path(const struct code_maps *m, struct cpu *cpu, vaddr_t va,
                      char out[CODE_PATH_BYTES])
{
    char path[CODE_PATH_BYTES];
    size_t used = 0;
    bool whole = false;

    while (!whole && used < sizeof(path) && cpu_mem_read(cpu, va + used, path + used, 1) == 0)
        whole = path[used++] == '\0';
    out[0] = '\0';
    if (whole)
        code_maps_path(m, path, out);
}

static void note_open(struct code_maps *m, struct cpu *cpu, vaddr_t va, int fd)
{
    read_path(m, cpu, va, m->opened[m->next_opened].path);
    m->opened[m->next_opened].fd = fd;
    m->next_opened = (m->next_opened + 1) % CODE_OPENED_SEEN;
}

static void note_chdir(struct code_maps *m, struct cpu *cpu, vaddr_t va)
{
    char path[CODE_PATH_BYTES];

    read_path(m, cpu, va, path);
    if (strcmp(path, "/") == 0)
        m->cwd[0] = '\0';
    else
        memcpy(m->cwd, path[0] ? path : CWD_UNKNOWN, path[0] ? sizeof(path) : sizeof(CWD_UNKNOWN));
}

/* The file that was opened as `fd` last; NULL: not one of the last few. */
static const struct program *opened(const struct code_maps *m, struct places *p, int fd)
{
    for (unsigned i = 1; i <= CODE_OPENED_SEEN; i++) {
        unsigned at = (m->next_opened + CODE_OPENED_SEEN - i) % CODE_OPENED_SEEN;

        if (m->opened[at].fd == fd)
            return m->opened[at].path[0] ? places_program(p, m->opened[at].path) : NULL;
    }
    return NULL;
}

static void note_map(struct code_maps *m, struct places *p, vaddr_t va, int fd, uint64_t offset)
{
    const struct program *file = opened(m, p, fd);
    Elf64_Phdr ph;

    for (unsigned i = 0; file && header(file, i, &ph); i++) {
        if (ph.p_type != PT_LOAD || !(ph.p_flags & PF_X) || (ph.p_offset & ~PAGE_MASK_4K) != offset)
            continue;
        add(m, file, va - (ph.p_vaddr & ~PAGE_MASK_4K));
        return;
    }
}

void code_maps_syscall(struct code_maps *m, struct places *p, struct cpu *cpu,
                       const struct syscall_text *call, uint64_t result)
{
    const uint64_t *arg = call->arg;

    if ((int64_t)result < 0)
        return;
    if (syscall_is(call, "openat") || syscall_is(call, "open"))
        note_open(m, cpu, arg[syscall_is(call, "openat") ? 1 : 0], (int)result);
    else if (syscall_is(call, "mmap") && (arg[2] & GUEST_PROT_EXEC) && (int32_t)arg[4] >= 0)
        note_map(m, p, result, (int32_t)arg[4], arg[5]);
    else if (syscall_is(call, "chdir"))
        note_chdir(m, cpu, arg[0]);
    else if (syscall_is(call, "fchdir"))
        memcpy(m->cwd, CWD_UNKNOWN, sizeof(CWD_UNKNOWN));
}

const struct code_map *code_maps_find(const struct code_maps *m, vaddr_t va)
{
    for (size_t i = m->count; i-- > 0;) {
        const struct code_map *k = &m->map[i];

        if (va - k->base >= k->file->low && va - k->base < k->file->end)
            return k;
    }
    return NULL;
}
