// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * exec_args.c - argument and environment strings, and the stack a program starts on.
 *
 * From the top of the stack downwards, as Linux lays it out: eight zero bytes, the
 * path that was executed, environment strings, argument strings, the platform's
 * name, 16 random bytes, padding; then, 16-byte aligned at the stack pointer:
 * argc, argv[], NULL, envp[], NULL, auxiliary vector.
 */
#include "kernel/include/chrdev.h"
#include "kernel/include/errno.h"
#include "kernel/include/kmalloc.h"
#include "kernel/include/page.h"
#include "kernel/include/process.h"
#include "kernel/include/string.h"
#include "kernel/include/vdso.h"
#include "kernel/include/vm.h"
#include "kernel/proc/exec.h"
#include "kernel/uapi/elf.h"

#define ARG_STRING_BYTES_MAX (128u << 10)
#define ARG_BYTES_MAX (2u << 20)
#define STACK_TOP USER_VVAR
#define STACK_EXTRA_BYTES (128u << 10) /* mapped below what is used at the start */
#define AUX_WORDS_MAX 48

void exec_args_init(struct exec_args *a)
{
    *a = (struct exec_args){ 0 };
}

void exec_args_free(struct exec_args *a)
{
    kfree(a->bytes);
    exec_args_init(a);
}

static int reserve(struct exec_args *a, size_t more)
{
    size_t capacity = a->capacity ? a->capacity : 2048;
    char *bytes;

    if (a->len + more > ARG_BYTES_MAX)
        return -E2BIG;
    while (capacity < a->len + more)
        capacity *= 2;
    if (capacity == a->capacity)
        return 0;
    bytes = krealloc(a->bytes, capacity);
    if (!bytes)
        return -ENOMEM;
    a->bytes = bytes;
    a->capacity = capacity;
    return 0;
}

int exec_args_add(struct exec_args *a, const char *s, bool is_env)
{
    size_t len = strlen(s) + 1;
    int error = reserve(a, len);

    if (error)
        return error;
    memcpy(a->bytes + a->len, s, len);
    a->len += len;
    *(is_env ? &a->envc : &a->argc) += 1;
    return 0;
}

static int add_user_string(struct exec_args *a, vaddr_t s)
{
    size_t room = 256;

    for (;; room = room * 4 < ARG_STRING_BYTES_MAX ? room * 4 : ARG_STRING_BYTES_MAX) {
        int error = reserve(a, room);
        long len;

        if (error)
            return error;
        len = strncpy_from_user(a->bytes + a->len, s, room);
        if (len >= 0) {
            a->len += (size_t)len + 1;
            return 0;
        }
        if (len != -ENAMETOOLONG)
            return (int)len;
        if (room >= ARG_STRING_BYTES_MAX)
            return -E2BIG;
    }
}

static int add_user_vector(struct exec_args *a, vaddr_t vector, unsigned *count)
{
    for (; vector; vector += sizeof(vaddr_t)) {
        vaddr_t s;
        int error;

        if (copy_from_user(&s, vector, sizeof(s)))
            return -EFAULT;
        if (!s)
            return 0;
        error = add_user_string(a, s);
        if (error)
            return error;
        ++*count;
    }
    return 0;
}

int exec_args_from_user(struct exec_args *a, vaddr_t argv, vaddr_t envp)
{
    int error = add_user_vector(a, argv, &a->argc);

    /* Linux 5.18 and later: a program always has an argv[0]. */
    if (!error && a->argc == 0)
        error = exec_args_add(a, "", false);
    return error ? error : add_user_vector(a, envp, &a->envc);
}

int exec_args_prepend_script(struct exec_args *a, const char *interp, const char *arg,
                             const char *path)
{
    const char *head[3] = { interp, arg, path };
    size_t old = a->argc ? strlen(a->bytes) + 1 : 0;
    struct exec_args n;
    int error = 0;

    exec_args_init(&n);
    for (int i = 0; i < 3 && !error; i++)
        if (head[i])
            error = exec_args_add(&n, head[i], false);
    if (!error)
        error = reserve(&n, a->len - old);
    if (error) {
        exec_args_free(&n);
        return error;
    }
    memcpy(n.bytes + n.len, a->bytes + old, a->len - old);
    n.len += a->len - old;
    n.argc += a->argc ? a->argc - 1 : 0;
    n.envc = a->envc;
    kfree(a->bytes);
    *a = n;
    return 0;
}

struct aux {
    uint64_t word[AUX_WORDS_MAX];
    unsigned count;
};

static void aux_add(struct aux *x, uint64_t type, uint64_t value)
{
    x->word[x->count++] = type;
    x->word[x->count++] = value;
}

static void aux_fill(struct aux *x, const struct exec_image *image, vaddr_t random,
                     vaddr_t platform, vaddr_t execfn)
{
    const struct cred *c = &current->process->cred;

    aux_add(x, AT_SYSINFO_EHDR, USER_VDSO);
    aux_add(x, AT_MINSIGSTKSZ, arch_minsigstksz);
    aux_add(x, AT_HWCAP, arch_hwcap());
    aux_add(x, AT_PAGESZ, PAGE_SIZE);
    aux_add(x, AT_CLKTCK, 100);
    aux_add(x, AT_PHDR, image->phdr);
    aux_add(x, AT_PHENT, sizeof(struct elf_phdr));
    aux_add(x, AT_PHNUM, image->phnum);
    aux_add(x, AT_BASE, image->interp_base);
    aux_add(x, AT_FLAGS, 0);
    aux_add(x, AT_ENTRY, image->program_entry);
    aux_add(x, AT_UID, c->uid);
    aux_add(x, AT_EUID, c->euid);
    aux_add(x, AT_GID, c->gid);
    aux_add(x, AT_EGID, c->egid);
    aux_add(x, AT_SECURE, c->uid != c->euid || c->gid != c->egid);
    aux_add(x, AT_RANDOM, random);
    aux_add(x, AT_HWCAP2, arch_hwcap2());
    aux_add(x, AT_EXECFN, execfn);
    aux_add(x, AT_PLATFORM, platform);
    aux_add(x, AT_NULL, 0);
}

/*
 * Pointers to `count` strings that stand one behind the other at `at` (copied in bytes), then NULL.
 */
static const char *fill_pointers(uint64_t **out, unsigned count, const char *bytes, vaddr_t *at)
{
    for (unsigned i = 0; i < count; i++) {
        size_t len = strlen(bytes) + 1;

        *(*out)++ = *at;
        *at += len;
        bytes += len;
    }
    *(*out)++ = 0;
    return bytes;
}

static int map_stack(struct vm_map *m, uint64_t used)
{
    struct vm_request stack = { .prot = PROT_R | PROT_W, .flags = VM_GROWSDOWN | VM_STACK,
                                .fixed = true };
    vaddr_t at;
    int error;

    stack.len = page_align_up(used) + STACK_EXTRA_BYTES;
    stack.addr = STACK_TOP - stack.len;
    m->stack_bytes_max = current->process->rlimit[RLIMIT_STACK].soft;
    error = vm_map_add(m, &stack, &at);
    return error ? error : vdso_map(m);
}

/* The words at the stack pointer: argc, argv, envp, auxv. */
static int write_vectors(struct vm_map *m, const struct exec_args *a, vaddr_t strings,
                         const struct aux *x, vaddr_t sp)
{
    size_t words = 1 + a->argc + 1 + a->envc + 1 + x->count;
    uint64_t *vector = kmalloc(words * sizeof(*vector)), *out = vector;
    const char *bytes = a->bytes;
    int error;

    if (!vector)
        return -ENOMEM;
    *out++ = a->argc;
    m->arg_start = strings;
    bytes = fill_pointers(&out, a->argc, bytes, &strings);
    m->arg_end = m->env_start = strings;
    fill_pointers(&out, a->envc, bytes, &strings);
    m->env_end = strings;
    m->auxv_start = sp + (uint64_t)((char *)out - (char *)vector);
    m->auxv_end = m->auxv_start + x->count * sizeof(uint64_t);
    memcpy(out, x->word, x->count * sizeof(uint64_t));
    error = vm_copy_out(m, sp, vector, words * sizeof(*vector));
    kfree(vector);
    return error;
}

int exec_stack_build(struct vm_map *m, const struct exec_args *a, const char *execfn,
                     struct exec_image *image)
{
    vaddr_t fn = STACK_TOP - 8 - (strlen(execfn) + 1), strings = fn - a->len;
    vaddr_t platform = (strings - (strlen(arch_elf_platform) + 1)) & ~15ull;
    vaddr_t random = platform - 16, sp;
    struct aux x = { .count = 0 };
    uint8_t seed[16];
    int error;

    aux_fill(&x, image, random, platform, fn);
    sp = (random - (1 + a->argc + 1 + a->envc + 1 + x.count) * 8) & ~15ull;
    error = map_stack(m, STACK_TOP - sp);
    if (error)
        return error;
    random_bytes(seed, sizeof(seed));
    if (vm_copy_out(m, fn, execfn, strlen(execfn) + 1) ||
        vm_copy_out(m, strings, a->bytes, a->len) ||
        vm_copy_out(m, platform, arch_elf_platform, strlen(arch_elf_platform) + 1) ||
        vm_copy_out(m, random, seed, sizeof(seed)))
        return -ENOMEM;
    image->sp = m->stack_start = sp;
    return write_vectors(m, a, strings, &x, sp);
}
