/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exec.h - the three parts of exec, inside proc/: exec_args.c (the strings and the
 * new stack), exec_elf.c (the program in the new address space), exec.c (the order of it all).
 *
 * Rules of use: everything that can fail is done in a new vm_map before the old
 * program is touched.
 */
#ifndef KERNEL_PROC_EXEC_H
#define KERNEL_PROC_EXEC_H

#include "kernel/include/arch.h"

struct dentry;
struct file;
struct vm_map;

/* The strings of argv, then of envp, each with its NUL. */
struct exec_args {
    char *bytes;            /* kmalloc'ed */
    size_t len, capacity;
    unsigned argc, envc;
};

/* What the loaded program tells its own start code (auxiliary vector) and exec. */
struct exec_image {
    vaddr_t entry;          /* where to begin: the interpreter's, if there is one */
    vaddr_t program_entry;
    vaddr_t phdr;
    unsigned phnum;
    vaddr_t interp_base;    /* 0: none */
    vaddr_t sp;
};

void exec_args_init(struct exec_args *a);
void exec_args_free(struct exec_args *a);
/* 0, -E2BIG, -ENOMEM, -EFAULT. Environment after all arguments. */
int exec_args_add(struct exec_args *a, const char *s, bool is_env);
int exec_args_from_user(struct exec_args *a, vaddr_t argv, vaddr_t envp);
/*
 * A script: argv[0] gives way to the interpreter, its argument (may be NULL) and the script's path.
 */
int exec_args_prepend_script(struct exec_args *a, const char *interp, const char *arg,
                             const char *path);

/* Maps program and interpreter into m; -ENOEXEC where it is none of ours. */
int exec_elf_load(struct vm_map *m, struct file *f, struct exec_image *image);
/* Makes the stack with strings, pointers and auxiliary vector; sets image->sp. */
int exec_stack_build(struct vm_map *m, const struct exec_args *a, const char *execfn,
                     struct exec_image *image);

/* Replaces the current process's program. 0: current->frame is that of the new one. */
int exec_program(struct dentry *start, const char *path, unsigned lookup_flags,
                 struct exec_args *args);

#endif
