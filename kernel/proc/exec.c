// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * exec.c - execve: the order in which a program replaces another.
 *
 * The new address space is complete, stack and all, before the old one is touched,
 * so every error leaves the caller as it was. Then, without a way back: the other
 * threads die, descriptors and signals are reset, and the user frame starts anew.
 */
#include "kernel/proc/exec.h"
#include "kernel/include/ktrace.h"
#include "kernel/include/errno.h"
#include "kernel/include/file.h"
#include "kernel/include/fs.h"
#include "kernel/include/fs_uapi.h"
#include "kernel/include/kmalloc.h"
#include "kernel/include/process.h"
#include "kernel/include/ptrace.h"
#include "kernel/include/string.h"
#include "kernel/include/syscall.h"
#include "kernel/include/vm.h"
#include "kernel/proc/ids.h"
#include "kernel/proc/lifecycle.h"

#define SCRIPT_DEPTH_MAX 5
#define SCRIPT_LINE_BYTES 256

static void exec_close(struct file *f)
{
    vnode_allow_write(f->vnode);
    file_unref(f);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/*
 * "#!interpreter [argument]": cuts line into the two. -ENOEXEC: not a script, or its name is cut.
 */
static int script_parse(char *line, size_t len, char **interp, char **arg)
{
    char *end = memchr(line, '\n', len), *p = line + 2;
    bool is_cut = !end && len == SCRIPT_LINE_BYTES;

    if (len < 2 || line[0] != '#' || line[1] != '!')
        return -ENOEXEC;
    if (!end)
        end = line + len;
    while (end > p && is_blank(end[-1]))
        end--;
    *end = '\0';
    while (is_blank(*p))
        p++;
    if (!*p)
        return -ENOEXEC;
    *interp = p;
    *arg = NULL;
    while (*p && !is_blank(*p))
        p++;
    if (!*p)
        return is_cut ? -ENOEXEC : 0;
    *p++ = '\0';
    while (is_blank(*p))
        p++;
    if (*p)
        *arg = p;
    return 0;
}

/* Follows #! lines: *f becomes the file to load. */
static int resolve_scripts(struct file **f, const char *path, struct exec_args *args)
{
    char *line = kmalloc(SCRIPT_LINE_BYTES + 1), *interp, *arg;
    char *script = kstrdup(path);
    int error = line && script ? 0 : -ENOMEM;

    for (int depth = 0; !error; depth++) {
        long n = file_read_kernel(*f, line, SCRIPT_LINE_BYTES, 0);
        struct file *next;

        if (n < 0 || script_parse(line, (size_t)n, &interp, &arg))
            break;
        error = depth == SCRIPT_DEPTH_MAX ? -ELOOP
                                          : exec_args_prepend_script(args, interp, arg, script);
        if (!error)
            error = fs_open_exec(NULL, interp, LOOKUP_FOLLOW, &next);
        if (error)
            break;
        exec_close(*f);
        *f = next;
        kfree(script);
        script = kstrdup(interp);
        error = script ? 0 : -ENOMEM;
    }
    kfree(script);
    kfree(line);
    return error;
}

/* The last thread standing is the leader: it has the process's number. */
static void become_leader(void)
{
    struct thread *t = current;

    if (t->tid == t->process->pid)
        return;
    thread_renumber(t, t->process->pid);
}

static void reset_signals(struct process *p)
{
    if (p->sighand->refs > 1) {
        struct sighand *own = sighand_copy(p->sighand);

        if (own) {
            sighand_unref(p->sighand);
            p->sighand = own;
        }
    }
    sighand_reset_for_exec(p->sighand);
    current->process->membarrier_registered = 0;
    current->altstack.sp = current->altstack.size = 0; /* the flags stay, as on Linux */
    current->restart_code = 0;
}

static void apply_set_id(struct process *p, const struct vnode *vn)
{
    struct cred *c = &p->cred;

    if ((vn->mode & S_ISUID_) && !p->no_new_privs)
        c->euid = vn->uid;
    if ((vn->mode & (S_ISGID_ | 0010)) == (S_ISGID_ | 0010) && !p->no_new_privs)
        c->egid = vn->gid;
    c->suid = c->fsuid = c->euid;
    c->sgid = c->fsgid = c->egid;
}

static void set_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    strlcpy(current->name, slash ? slash + 1 : path, sizeof(current->name));
}

static void take_new_map(struct process *p, struct vm_map *m)
{
    struct vm_map *old = p->vm;

    p->vm = m;
    current->pmap = m->pmap;
    arch_thread_activate(current);
    if (old) {
        p->max_resident_pages = vm_resident_pages(old);
        vm_map_unref(old);
    }
}

/* No way back. Takes over f and m. */
static void commit(struct file *f, struct vm_map *m, const struct exec_image *image,
                   const char *path)
{
    struct process *p = current->process;

    process_kill_other_threads();
    become_leader();
    thread_release_user_words(current);
    posix_timers_delete(p);
    take_new_map(p, m);
    vfork_release(current);
    fd_table_exec(&p->fds);
    reset_signals(p);
    if (p->exe)
        exec_close(p->exe);
    p->exe = f;
    p->did_exec = true;
    p->dumpable = true;
    apply_set_id(p, f->vnode);
    set_name(path);
    ktrace(exec, image->entry, image->sp);
    frame_init_user(current->frame, image->entry, image->sp);
}

static int build(struct file *f, const char *path, const struct exec_args *args,
                 struct vm_map **out, struct exec_image *image)
{
    struct vm_map *m = vm_map_create();
    int error;

    if (!m)
        return -ENOMEM;
    error = exec_elf_load(m, f, image);
    if (!error)
        error = exec_stack_build(m, args, path, image);
    if (error)
        vm_map_unref(m);
    *out = m;
    return error;
}

int exec_program(struct dentry *start, const char *path, unsigned lookup_flags,
                 struct exec_args *args)
{
    struct exec_image image;
    struct vm_map *m;
    struct file *f;
    int error = fs_open_exec(start, path, lookup_flags, &f);

    if (error)
        return error;
    error = resolve_scripts(&f, path, args);
    if (!error)
        error = build(f, path, args, &m, &image);
    if (error) {
        exec_close(f);
        return error;
    }
    commit(f, m, &image, path);
    return 0;
}

static long do_execve(int dirfd, vaddr_t upath, vaddr_t argv, vaddr_t envp, unsigned at_flags)
{
    unsigned lookup = (at_flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW) |
                      (at_flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0);
    struct dentry *start = NULL;
    struct exec_args args;
    int32_t old_tid;
    char *path;
    int error = path_from_user(upath, at_flags & AT_EMPTY_PATH, &path);

    if (error)
        return error;
    old_tid = current->tid;
    exec_args_init(&args);
    error = path_start(dirfd, path, &start);
    if (!error)
        error = exec_args_from_user(&args, argv, envp);
    if (!error)
        error = exec_program(start, path, lookup, &args);
    if (start)
        dentry_unref(start);
    exec_args_free(&args);
    path_free(path);
    if (!error)
        trace_exec(old_tid);
    return error ? error : SYSCALL_FRAME_SET;
}

SYSCALL3(execve, vaddr_t, path, vaddr_t, argv, vaddr_t, envp)
{
    return do_execve(AT_FDCWD, path, argv, envp, 0);
}

SYSCALL5(execveat, int, dirfd, vaddr_t, path, vaddr_t, argv, vaddr_t, envp, unsigned, flags)
{
    if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    return do_execve(dirfd, path, argv, envp, flags);
}
