/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vm.h - user address spaces: areas over anonymous memory and files.
 *
 * Rules of use
 *   - A vm_map is a sorted list of areas that do not overlap. What stands in
 *     its pmap is only a cache of that: it may be dropped at any time and page
 *     faults rebuild it.
 *   - An area's anonymous pages are in a vm_anon (shared by the areas that were
 *     split from one). A private area copies on write: a page with more than one
 *     reference is never mapped writable there. A shared anonymous area shares
 *     its vm_anon by reference, so fork and mremap need no more.
 *   - File pages belong to the vnode. A private area maps them read-only until
 *     the first write copies one into its vm_anon.
 *   - Page faults do not sleep: all files live in memory.
 */
#ifndef KERNEL_VM_H
#define KERNEL_VM_H

#include "kernel/include/arch.h"
#include "kernel/include/list.h"
#include "kernel/include/pagetree.h"
#include "kernel/uapi/mman.h"

struct file;
struct vnode;

#define VM_SHARED 0x1u
#define VM_GROWSDOWN 0x2u
#define VM_STACK 0x4u      /* "[stack]" */
#define VM_HEAP 0x8u       /* "[heap]" */
#define VM_VDSO 0x10u      /* "[vdso]" */
#define VM_VVAR 0x200u     /* "[vvar]" */
#define VM_DONTFORK 0x20u
#define VM_WIPEONFORK 0x40u
#define VM_LOCKED 0x100u   /* mlock */
#define VM_MAY_WRITE 0x80u /* a shared file opened for writing; private areas always */

struct vm_anon {
    uint32_t refs;
    struct pagetree pages; /* by anon index */
};

struct vm_area {
    struct list node;       /* vm_map.areas, by address */
    struct vm_map *map;
    vaddr_t start, end;     /* page aligned */
    unsigned prot;          /* PROT_R, PROT_W, PROT_X of arch.h */
    unsigned flags;         /* VM_* */
    struct vm_anon *anon;   /* NULL until needed; counted */
    uint64_t anon_index;    /* of the page at start */
    struct file *file;      /* NULL: anonymous; counted */
    struct vnode *vnode;    /* of file; no reference of its own */
    uint64_t file_index;    /* page of the file at start */
    struct vm_area *vnode_next, **vnode_link; /* vnode->mappings */
};

struct vm_map {
    uint32_t refs;          /* clone(CLONE_VM) */
    struct pmap *pmap;
    struct list areas;
    struct vm_area *hint;   /* last area found */
    uint64_t pages;         /* total size of the areas */
    vaddr_t brk_start, brk;
    vaddr_t mmap_top;       /* free space is searched downwards from here */
    uint64_t stack_bytes_max; /* RLIMIT_STACK: how far the stack may grow */
    /* For procfs. */
    vaddr_t arg_start, arg_end, env_start, env_end, auxv_start, auxv_end;
    vaddr_t code_start, code_end, data_start, data_end, stack_start;
};

struct vm_map *vm_map_create(void);                 /* NULL: no memory */
struct vm_map *vm_map_ref(struct vm_map *m);
void vm_map_unref(struct vm_map *m);
int vm_map_fork(struct vm_map *parent, struct vm_map **out); /* 0, -ENOMEM */

/* First area that ends above va: the one that holds it, or the next one; NULL. */
struct vm_area *vm_find(struct vm_map *m, vaddr_t va);
struct vm_area *vm_next(const struct vm_map *m, const struct vm_area *a); /* a NULL: the first */

struct vm_request {
    vaddr_t addr;           /* hint, or the place with fixed */
    uint64_t len;           /* bytes, page aligned */
    unsigned prot, flags;   /* PROT_*, VM_* */
    bool fixed, no_replace;
    struct file *file;      /* borrowed; NULL: anonymous */
    uint64_t file_index;
};
/* 0 and *out, or -errno. */
int vm_map_add(struct vm_map *m, const struct vm_request *r, vaddr_t *out);
int vm_map_remove(struct vm_map *m, vaddr_t start, vaddr_t end);
int vm_map_protect(struct vm_map *m, vaddr_t start, vaddr_t end, unsigned prot);
int vm_map_move(struct vm_map *m, vaddr_t old, uint64_t old_len, vaddr_t new_addr,
                uint64_t new_len);
vaddr_t vm_find_space(struct vm_map *m, vaddr_t hint, uint64_t len); /* 0: none */
/* Forget the pages' contents (MADV_DONTNEED). */
int vm_map_discard(struct vm_map *m, vaddr_t start, vaddr_t end);
bool vm_is_free(struct vm_map *m, vaddr_t start, vaddr_t end);

/* Area bookkeeping, inside mm/. */
struct vm_area *vm_area_alloc(void);
void vm_area_free(struct vm_area *a);
int vm_area_split(struct vm_area *a, vaddr_t at);   /* a keeps the lower part */
int vm_split_range(struct vm_map *m, vaddr_t start, vaddr_t end);
void vm_area_insert(struct vm_map *m, struct vm_area *a); /* merges with neighbours where it can */
void vm_merge_range(struct vm_map *m, vaddr_t start, vaddr_t end);
struct vm_anon *vm_anon_create(void);
void vm_anon_unref(struct vm_anon *an);

/*
 * Resolves a fault: 0, -ENOMEM, -EFAULT (no area), -EACCES (forbidden), -ERANGE (beyond the
 * file), -ENOSPC (a hole of a file in a full file system). */
int vm_fault(struct vm_map *m, vaddr_t va, unsigned need);
/*
 * Takes user translations of the vnode's pages [first, last] out of all maps; private copies stay.
 */
void vm_vnode_unmap(struct vnode *vn, uint64_t first, uint64_t last);
/* Copy between kernel memory and any map, without its pmap (exec's stack, /proc/PID/mem). */
int vm_copy_out(struct vm_map *m, vaddr_t dst, const void *src, size_t len);
/*
 * The same where the process itself may not write: breakpoints. Private areas get their own page.
 */
int vm_copy_out_forced(struct vm_map *m, vaddr_t dst, const void *src, size_t len);
int vm_copy_in(struct vm_map *m, void *dst, vaddr_t src, size_t len);

uint64_t vm_resident_pages(const struct vm_map *m); /* anonymous pages */

#endif
