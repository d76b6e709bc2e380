/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/syscall_text.c - arguments and results of system calls in words; see syscall_text.h. */
#include "sim/syscall_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sim/arch/arch.h"
#include "sim/exec_stack.h"
#include "sim/syscall_table.h"

#define NUMBER_MAX 0xffffu /* what may be a number or an address is one above that */
#define STRING_SHOWN_MAX 64u
#define BYTES_SHOWN_MAX  32u
#define IOVECS_SHOWN_MAX 4u
#define ERRNO_MAX        4095u
#define GUEST_AT_FDCWD   (-100)
#define OPEN_WITH_MODE   020000100u /* O_CREAT, O_TMPFILE */

struct flag {
    uint64_t bits;
    const char *name;
};

struct out {
    char *text;
    size_t used, len;
};

PRINTF_LIKE(2, 3) static void put(struct out *o, const char *fmt, ...)
{
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(o->text + o->used, o->len - o->used, fmt, ap);
    va_end(ap);
    if (n > 0)
        o->used = o->used + (size_t)n < o->len ? o->used + (size_t)n : o->len - 1;
}

static void put_flags(struct out *o, uint64_t value, const struct flag *flags, size_t count,
                      const char *zero)
{
    const char *bar = "";

    if (value == 0 && zero) {
        put(o, "%s", zero);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (flags[i].bits == 0 || (value & flags[i].bits) != flags[i].bits)
            continue;
        put(o, "%s%s", bar, flags[i].name);
        value &= ~flags[i].bits;
        bar = "|";
    }
    if (value)
        put(o, "%s0x%llx", bar, (unsigned long long)value);
}

static void put_open_flags(struct out *o, uint64_t v, const struct sim_arch *a)
{
    static const char *const modes[] = {"O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE"};
    const struct flag flags[] = {
        {0100, "O_CREAT"},       {0200, "O_EXCL"},      {0400, "O_NOCTTY"},
        {01000, "O_TRUNC"},      {02000, "O_APPEND"},   {04000, "O_NONBLOCK"},
        {04010000, "O_SYNC"},    {02000000, "O_CLOEXEC"}, {010000000, "O_PATH"},
        {020000000 | a->o_directory, "O_TMPFILE"},      {a->o_directory, "O_DIRECTORY"},
        {a->o_nofollow, "O_NOFOLLOW"}, {a->o_direct, "O_DIRECT"}, {a->o_largefile, "O_LARGEFILE"},
    };

    put(o, "%s", modes[v & 3]);
    if (v & ~3ull) {
        put(o, "|");
        put_flags(o, v & ~3ull, flags, ARRAY_LEN(flags), NULL);
    }
}

static void put_clone_flags(struct out *o, uint64_t v)
{
    static const struct flag flags[] = {
        {0x100, "CLONE_VM"},         {0x200, "CLONE_FS"},
        {0x400, "CLONE_FILES"},      {0x800, "CLONE_SIGHAND"},
        {0x4000, "CLONE_VFORK"},     {0x10000, "CLONE_THREAD"},
        {0x40000, "CLONE_SYSVSEM"},  {0x80000, "CLONE_SETTLS"},
        {0x100000, "CLONE_PARENT_SETTID"}, {0x200000, "CLONE_CHILD_CLEARTID"},
        {0x400000, "CLONE_DETACHED"}, {0x1000000, "CLONE_CHILD_SETTID"},
    };

    if (v & ~0xffull) {
        put_flags(o, v & ~0xffull, flags, ARRAY_LEN(flags), NULL);
        put(o, "%s", v & 0xff ? "|" : "");
    }
    if (v & 0xff)
        put(o, "%s", signal_name((int)(v & 0xff)));
}

static void put_prot(struct out *o, uint64_t v)
{
    static const struct flag flags[] = {{1, "PROT_READ"}, {2, "PROT_WRITE"}, {4, "PROT_EXEC"}};

    put_flags(o, v, flags, ARRAY_LEN(flags), "PROT_NONE");
}

static void put_map(struct out *o, uint64_t v)
{
    static const struct flag flags[] = {
        {3, "MAP_SHARED_VALIDATE"}, {1, "MAP_SHARED"},       {2, "MAP_PRIVATE"},
        {0x10, "MAP_FIXED"},        {0x20, "MAP_ANONYMOUS"}, {0x100, "MAP_GROWSDOWN"},
        {0x4000, "MAP_NORESERVE"},  {0x8000, "MAP_POPULATE"}, {0x20000, "MAP_STACK"},
        {0x100000, "MAP_FIXED_NOREPLACE"},
    };

    put_flags(o, v, flags, ARRAY_LEN(flags), "0");
}

static void put_quoted(struct out *o, const uint8_t *bytes, size_t len, bool more)
{
    put(o, "\"");
    for (size_t i = 0; i < len; i++) {
        uint8_t c = bytes[i];

        if (c == '\n')
            put(o, "\\n");
        else if (c == '\t')
            put(o, "\\t");
        else if (c == '"' || c == '\\')
            put(o, "\\%c", c);
        else if (c >= ' ' && c < 0x7f)
            put(o, "%c", c);
        else
            put(o, "\\x%02x", c);
    }
    put(o, "\"%s", more ? "..." : "");
}

/* A guest string; false when its memory is not there. */
static bool read_string(struct cpu *cpu, vaddr_t va, char *text, size_t room, bool *more)
{
    *more = true;
    for (size_t i = 0; i < room; i++) {
        if (cpu_mem_read(cpu, va + i, text + i, 1) != 0)
            return false;
        if (text[i] == '\0') {
            *more = false;
            return true;
        }
    }
    text[room - 1] = '\0';
    return true;
}

static bool put_string(struct out *o, struct cpu *cpu, vaddr_t va)
{
    char text[STRING_SHOWN_MAX + 1];
    bool more;

    if (!read_string(cpu, va, text, sizeof(text), &more))
        return false;
    put_quoted(o, (const uint8_t *)text, strlen(text), more);
    return true;
}

static bool put_bytes(struct out *o, struct cpu *cpu, vaddr_t va, uint64_t len)
{
    uint8_t bytes[BYTES_SHOWN_MAX];
    size_t shown = len < sizeof(bytes) ? (size_t)len : sizeof(bytes);

    if (shown > 0 && cpu_mem_read(cpu, va, bytes, shown) != 0)
        return false;
    put_quoted(o, bytes, shown, len > shown);
    return true;
}

static bool put_string_vector(struct out *o, struct cpu *cpu, vaddr_t va)
{
    put(o, "[");
    for (unsigned i = 0; i < 8; i++) {
        uint64_t at;

        if (cpu_mem_read(cpu, va + i * 8, &at, 8) != 0)
            return false;
        if (at == 0) {
            put(o, "]");
            return true;
        }
        put(o, "%s", i > 0 ? ", " : "");
        if (!put_string(o, cpu, at))
            return false;
    }
    put(o, ", ...]");
    return true;
}

/* struct iovec: address, length. */
static bool put_iovecs(struct out *o, struct cpu *cpu, vaddr_t va, uint64_t count)
{
    put(o, "[");
    for (uint64_t i = 0; i < count; i++) {
        uint64_t iov[2];

        if (i == IOVECS_SHOWN_MAX) {
            put(o, ", ...");
            break;
        }
        if (cpu_mem_read(cpu, va + i * sizeof(iov), iov, sizeof(iov)) != 0)
            return false;
        put(o, "%s", i > 0 ? ", " : "");
        if (!put_bytes(o, cpu, iov[0], iov[1]))
            return false;
    }
    put(o, "]");
    return true;
}

static const char *shape_of(const char *name)
{
    for (const struct syscall_shape *s = syscall_shapes; s->name; s++)
        if (strcmp(s->name, name) == 0)
            return s->shape;
    return "xxxxxx";
}

/* Words for a plain number; false when `letter` is about memory. */
static bool put_number(struct out *o, char letter, uint64_t v, const struct sim_arch *a)
{
    static const char *const whence[] = {"SEEK_SET", "SEEK_CUR", "SEEK_END"};
    static const char *const how[] = {"SIG_BLOCK", "SIG_UNBLOCK", "SIG_SETMASK"};

    switch (letter) {
    case 'f':
    case 'd':
        put(o, "%lld", letter == 'f' ? (long long)(int32_t)v : (long long)v);
        return true;
    case 'u':
        put(o, "%llu", (unsigned long long)v);
        return true;
    case 'o':
        put(o, v ? "0%llo" : "%llu", (unsigned long long)v);
        return true;
    case 'x':
        put(o, v ? "0x%llx" : "%llu", (unsigned long long)v);
        return true;
    case 'F':
        if ((int32_t)v == GUEST_AT_FDCWD)
            put(o, "AT_FDCWD");
        else
            put(o, "%d", (int32_t)v);
        return true;
    case 'O':
        put_open_flags(o, v, a);
        return true;
    case 'P':
        put_prot(o, v);
        return true;
    case 'M':
        put_map(o, v);
        return true;
    case 'C':
        put_clone_flags(o, v);
        return true;
    case 'S':
        put(o, "%s", v ? signal_name((int)v) : "0");
        return true;
    case 'W':
        put(o, "%s", v < ARRAY_LEN(whence) ? whence[v] : "SEEK_?");
        return true;
    case 'H':
        put(o, "%s", v < ARRAY_LEN(how) ? how[v] : "SIG_?");
        return true;
    default:
        return false;
    }
}

static void put_arg(struct syscall_text *s, struct cpu *cpu, unsigned i, char letter,
                    const struct sim_arch *a)
{
    struct out o = {.text = s->text[i], .len = sizeof(s->text[i])};
    uint64_t v = s->arg[i];
    bool done = false;

    if (letter == 'a')
        letter = v > NUMBER_MAX ? 'p' : 'x';
    if (put_number(&o, letter, v, a))
        return;
    if (v == 0) {
        put(&o, "NULL");
        return;
    }
    if (letter == 's')
        done = put_string(&o, cpu, v);
    else if (letter == 'v')
        done = put_string_vector(&o, cpu, v);
    else if (letter == 'b' && i + 1 < SYSCALL_ARGS)
        done = put_bytes(&o, cpu, v, s->arg[i + 1]);
    else if (letter == 'V' && i + 1 < SYSCALL_ARGS)
        done = put_iovecs(&o, cpu, v, s->arg[i + 1]);
    if (done)
        return;
    s->late[i] = letter != 'p';
    s->is_address[i] = true;
    o.used = 0;
    put(&o, "0x%llx", (unsigned long long)v);
}

void syscall_begin_plain(struct syscall_text *s, struct cpu *cpu, enum arch arch)
{
    const struct sim_arch *a = sim_arch_get(arch);
    const char *name = NULL;
    bool more;

    s->number = cpu_syscall_number(cpu);
    if (s->number < *a->syscall_count)
        name = a->syscall_names[s->number];
    if (name)
        memcpy(s->name, name, strlen(name) + 1);
    else
        snprintf(s->name, sizeof(s->name), "syscall_%llu", (unsigned long long)s->number);
    for (unsigned i = 0; i < SYSCALL_ARGS; i++)
        s->arg[i] = cpu_syscall_arg(cpu, (int)i);
    s->args = 0;
    s->path[0] = '\0';
    if (strcmp(s->name, "execve") == 0 &&
        (!read_string(cpu, s->arg[0], s->path, sizeof(s->path), &more) || more))
        s->path[0] = '\0';
}

void syscall_begin(struct syscall_text *s, struct cpu *cpu, enum arch arch)
{
    const struct sim_arch *a = sim_arch_get(arch);
    const char *shape;

    memset(s, 0, sizeof(*s));
    syscall_begin_plain(s, cpu, arch);
    shape = shape_of(s->name);
    while (s->args < SYSCALL_ARGS && shape[s->args] && shape[s->args] != ':') {
        if (s->args > 0 && shape[s->args] == 'o' && shape[s->args - 1] == 'O' &&
            !(s->arg[s->args - 1] & OPEN_WITH_MODE))
            break; /* the mode counts only where a file may be made */
        put_arg(s, cpu, s->args, shape[s->args], a);
        s->args++;
    }
}

/* Argument `i` is there after all. */
static void replace_text(struct syscall_text *s, unsigned i, const char *text)
{
    snprintf(s->text[i], sizeof(s->text[i]), "%s", text);
    s->is_address[i] = false;
}

static unsigned path_argument(const struct syscall_text *s)
{
    return syscall_is(s, "execveat") ? 1 : 0;
}

int syscall_exec_fits(const struct syscall_text *s, struct cpu *cpu, vaddr_t sp)
{
    char path[SYSCALL_TEXT_LEN], text[SYSCALL_TEXT_LEN];
    struct out o = {.text = text, .len = sizeof(text)};
    unsigned i = path_argument(s) + 1;
    uint64_t va;

    if (!s->path[0] || !exec_stack_path(cpu, sp, &va, path, sizeof(path)))
        return 1;
    if (strcmp(s->path, path) != 0)
        return 0;
    return i < s->args && put_string_vector(&o, cpu, exec_stack_argv(sp)) &&
                   strcmp(text, s->text[i]) == 0
               ? 3
               : 2;
}

bool syscall_exec_path(struct syscall_text *s, struct cpu *cpu, vaddr_t sp)
{
    char text[SYSCALL_TEXT_LEN];
    struct out o = {.text = text, .len = sizeof(text)};
    unsigned i = path_argument(s);
    uint64_t va;

    if (s->path[0])
        return true;
    if (!exec_stack_path(cpu, sp, &va, s->path, sizeof(s->path)))
        s->path[0] = '\0';
    if (s->path[0] && i < s->args && s->is_address[i] && put_string(&o, cpu, va))
        replace_text(s, i, text);
    return s->path[0] != '\0';
}

void syscall_exec_argv(struct syscall_text *s, struct cpu *cpu, vaddr_t sp)
{
    char text[SYSCALL_TEXT_LEN];
    struct out o = {.text = text, .len = sizeof(text)};
    unsigned i = path_argument(s) + 1;

    if (i < s->args && s->is_address[i] && put_string_vector(&o, cpu, exec_stack_argv(sp)))
        replace_text(s, i, text);
}

static bool is_error(uint64_t result)
{
    return result >= -(uint64_t)ERRNO_MAX;
}

void syscall_end(struct syscall_text *s, struct cpu *cpu, uint64_t result)
{
    const char *shape = shape_of(s->name);

    if (syscall_is_exec(s) && !is_error(result))
        return; /* the memory that the call named is gone */
    for (unsigned i = 0; i < s->args; i++) {
        struct out o = {.text = s->text[i], .len = sizeof(s->text[i])};
        char before[SYSCALL_TEXT_LEN];
        bool done = false;

        if (!s->late[i])
            continue;
        memcpy(before, s->text[i], sizeof(before));
        if (shape[i] == 's')
            done = put_string(&o, cpu, s->arg[i]);
        else if (shape[i] == 'v')
            done = put_string_vector(&o, cpu, s->arg[i]);
        else if (shape[i] == 'b' && i + 1 < SYSCALL_ARGS)
            done = put_bytes(&o, cpu, s->arg[i], s->arg[i + 1]);
        else if (shape[i] == 'V' && i + 1 < SYSCALL_ARGS)
            done = put_iovecs(&o, cpu, s->arg[i], s->arg[i + 1]);
        else if (shape[i] == 'B' && !is_error(result))
            done = put_bytes(&o, cpu, s->arg[i], result);
        if (done)
            s->is_address[i] = false;
        else
            memcpy(s->text[i], before, sizeof(before));
    }
}

void syscall_result_text(const struct syscall_text *s, uint64_t result, bool stable, char *text,
                         size_t len)
{
    const char *colon = strchr(shape_of(s->name), ':');
    const char *error = is_error(result) ? errno_name((int)-result) : NULL;

    if (error)
        snprintf(text, len, "-1 %s", error);
    else if (is_error(result))
        snprintf(text, len, "-1 error %d", (int)-result);
    else if (colon && colon[1] == 'p')
        snprintf(text, len, stable ? "ADDR" : "0x%llx", (unsigned long long)result);
    else
        snprintf(text, len, "%lld", (long long)result);
}

void syscall_call_text(const struct syscall_text *s, bool stable, char *text, size_t len)
{
    struct out o = {.text = text, .len = len};

    put(&o, "%s(", s->name);
    for (unsigned i = 0; i < s->args; i++)
        put(&o, "%s%s", i > 0 ? ", " : "", stable && s->is_address[i] ? "ADDR" : s->text[i]);
    put(&o, ")");
}

bool syscall_is_fork(const struct syscall_text *s)
{
    return syscall_is(s, "clone") || syscall_is(s, "fork") || syscall_is(s, "vfork") ||
           syscall_is(s, "clone3");
}

bool syscall_is_exec(const struct syscall_text *s)
{
    return syscall_is(s, "execve") || syscall_is(s, "execveat");
}

bool syscall_never_returns(const struct syscall_text *s)
{
    return syscall_is(s, "exit") || syscall_is(s, "exit_group");
}
