/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loader/boot.h - from files to a bootable memory image.
 *
 * Purpose: read a kernel (ELF, arm64 Image, bzImage), an initramfs (a file or a
 * folder packed on the fly), a command line; lay them out in guest RAM with the
 * device tree (arm64) or the PVH start info (x86_64), and say how to enter.
 *
 * Rules of use: the result is plain bytes and numbers, the same for the same
 * input on every host (file times, owners and directory order do not show).
 * sim/ copies the segments into RAM; nothing here knows the CPU model.
 */
#ifndef TRAPLINE_LOADER_BOOT_H
#define TRAPLINE_LOADER_BOOT_H

#include "cpu/cpu.h" /* struct cpu_entry, types: no function of cpu/ is called */

struct boot_spec {
    enum arch arch;
    const void *kernel;     /* the kernel file's bytes, borrowed */
    size_t kernel_bytes;
    const char *kernel_name; /* for messages */
    const void *initrd;     /* cpio (any compression the kernel knows), borrowed; NULL: none */
    size_t initrd_bytes;
    const char *cmdline;    /* may be "" */
    size_t ram_bytes;
    uint64_t entropy_seed;  /* handed to the guest as 32 bytes: arm64 /chosen rng-seed; x86_64 the
                               second PVH module, whose command line is "rng-seed" */
    uint64_t hz;            /* machine's cpu-hz, for the timer description */
    bool firmware;          /* arm64: `kernel` is raw code for flash at 0, the
                               tree at RAM's start */
    unsigned gic;           /* arm64: 3 for a GICv3; else a GICv2 */
    bool el2;               /* arm64: entered at EL2, with PSCI by SMC */
    unsigned virtio_count;  /* devices on the virtio bus, for ACPI: a device tree names all slots */
};

struct boot_segment {
    paddr_t pa;
    size_t bytes;
    const uint8_t *data;
    uint8_t *own;           /* `data` where the plan owns it; NULL: it is the spec's */
};

struct boot_plan {
    struct boot_segment *segments;
    size_t count;
    struct cpu_entry entry;
};

/* The plan points into the spec's kernel and initrd, which have to outlive it.
 * 0, -ENOEXEC (not a kernel this machine can start), -EFBIG (does not fit RAM), -ENOMEM.
 * On failure `err` holds one sentence: what is wrong, where, what to do. */
MUST_CHECK int boot_plan_build(const struct boot_spec *spec, struct boot_plan *plan, char *err,
                               size_t err_len);
void boot_plan_free(struct boot_plan *plan);
/* Only whether the kernel's file is one that this machine can start. As boot_plan_build(). */
MUST_CHECK int boot_kernel_check(const struct boot_spec *spec, char *err, size_t err_len);

/*
 * Pack a folder into a newc cpio, deterministic: sorted names, uid/gid 0, mtime 0, inode
 * numbers by order. `argv` (NULL-terminated, may be NULL) is what init executes: it is
 * added as /etc/trapline/argv, each word ended by a NUL. *out is malloc'ed.
 */
MUST_CHECK int initramfs_from_dir(const char *dir, const char *const *argv, void **out,
                                  size_t *out_bytes, char *err, size_t err_len);
/* By the first bytes; not all that is compressed can be expanded here. */
bool initramfs_is_compressed(const void *in, size_t in_bytes);
/*
 * What such a file holds; *out is malloc'ed. -EBADMSG: damaged; -ENOTSUP: only gzip, xz, lzma,
 * zstd; -EFBIG: more than `bytes_max`, as a few bytes may stand for very many.
 */
MUST_CHECK int initramfs_expand(const void *in, size_t in_bytes, size_t bytes_max, void **out,
                                size_t *out_bytes, char *err, size_t err_len);
/* Can a kernel take it for its initrd? Without `any` Linux, which wants an archive, a compressed
 * one or a file system's image. -ENOEXEC, or -EBADMSG for an archive that is cut off; `err` does
 * not name the file. */
MUST_CHECK int initramfs_check(const void *in, size_t in_bytes, bool any, char *err,
                               size_t err_len);
/* Append /etc/trapline/argv as a second archive to an existing one. */
MUST_CHECK int initramfs_add_argv(const void *in, size_t in_bytes, const char *const *argv,
                                  void **out, size_t *out_bytes, char *err, size_t err_len);

/* Symbols of one ELF file (kernel or user program), or of a map as Linux's System.map is. Borrows
 * the bytes until symbols_free(). */
struct symbols;
MUST_CHECK int symbols_load(const void *elf, size_t bytes, const char *name, struct symbols **out,
                            char *err, size_t err_len);
void symbols_free(struct symbols *s);
/* What runs stands `by` above the addresses of the file (KASLR): all addresses below are its. */
void symbols_move(struct symbols *s, vaddr_t by);
/* Nearest function at or below `va` that covers it: name and offset; -ENOENT. */
int symbols_find(const struct symbols *s, vaddr_t va, const char **name, uint64_t *offset);
int symbols_lookup(const struct symbols *s, const char *name, vaddr_t *va, uint64_t *bytes);
/* Source line by DWARF; -ENOENT where there is none. */
int symbols_line(struct symbols *s, vaddr_t va, const char **file, int *line);
/* Every function and label of code, by address; `bytes` is 0 for labels of assembly. */
void symbols_each(const struct symbols *s,
                  void (*fn)(void *ctx, const char *name, vaddr_t va, uint64_t bytes), void *ctx);
/* Every name, of data too, by address; the size in a map is the way to the next. */
void symbols_each_name(const struct symbols *s,
                       void (*fn)(void *ctx, const char *name, vaddr_t va, uint64_t bytes,
                                  bool code),
                       void *ctx);
/*
 * The names where they ran as an ELF file at `path`, for a debugger: made anew, the user's alone.
 * In a kernel of the upper half what is below is left out (x86_64's offsets of per-CPU variables).
 */
MUST_CHECK int symbols_write(const struct symbols *s, enum arch arch, const char *path, char *err,
                             size_t err_len);
/*
 * Every row of the DWARF line tables that begins a statement's code: [va, end) is one stretch of
 * it. -ENOENT where the file has no line tables. `file` lives as long as the symbols.
 */
MUST_CHECK int symbols_each_line(struct symbols *s,
                                 void (*fn)(void *ctx, vaddr_t va, vaddr_t end, const char *file,
                                            int line),
                                 void *ctx);

#endif
