// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ubsan.c - what the compiler calls where the kernel does what C does not define.
 *
 * The structures are those of GCC and LLVM (compiler-rt, ubsan_handlers.h). Each handler says
 * what and where, and ends the machine.
 */
#include "kernel/kasan/kasan_private.h"
#include "kernel/include/printk.h"

struct source_location {
    const char *file;
    uint32_t line, column;
};

struct type {
    uint16_t kind; /* 0: integer */
    uint16_t info; /* an integer's: bit 0 signed, above it log2 of its bits */
    char name[];
};

struct overflow {
    struct source_location at;
    const struct type *type;
};

struct shift {
    struct source_location at;
    const struct type *left, *right;
};

struct bounds {
    struct source_location at;
    const struct type *array, *index;
};

struct mismatch {
    struct source_location at;
    const struct type *type;
    uint8_t log_alignment, access;
};

struct invalid_value {
    struct source_location at;
    const struct type *type;
};

struct nonnull_arg {
    struct source_location at, attribute;
    int arg;
};

static void print_value(char *out, size_t size, const struct type *type, uintptr_t value)
{
    unsigned bits = 1u << (type->info >> 1);

    if (type->kind != 0 || bits > 64)
        snprintf(out, size, "a %s", type->name);
    else if (!(type->info & 1))
        snprintf(out, size, "%lu", bits < 64 ? value & ((1ul << bits) - 1) : value);
    else
        snprintf(out, size, "%ld", (int64_t)(value << (64 - bits)) >> (64 - bits));
}

static _Noreturn void ended(const struct source_location *at, const void *frame, const char *what)
{
    char name[64];

    arch_irq_disable();
    kasan_quiet = true;
    kasan_print_symbol(name, sizeof(name), ((const vaddr_t *)frame)[1]);
    printk("UBSAN: %s in %s", what, name);
    kasan_print_callers(frame, ((const vaddr_t *)frame)[1]);
    panic("UBSAN: %s at %s:%u:%u", what, kasan_short_path(at->file), at->line, at->column);
}

#define ENDED(at, ...)                                                                            \
    do {                                                                                          \
        char text[160];                                                                           \
                                                                                                  \
        snprintf(text, sizeof(text), __VA_ARGS__);                                                \
        ended(at, __builtin_frame_address(0), text);                                              \
    } while (0)

#define OVERFLOW(op, sign)                                                                        \
    void __ubsan_handle_##op##_overflow(const struct overflow *o, uintptr_t a, uintptr_t b);    \
    void __ubsan_handle_##op##_overflow(const struct overflow *o, uintptr_t a, uintptr_t b)     \
    {                                                                                             \
        char left[32], right[32];                                                                 \
                                                                                                  \
        print_value(left, sizeof(left), o->type, a);                                              \
        print_value(right, sizeof(right), o->type, b);                                            \
        ENDED(&o->at, "%s %s %s does not fit %s", left, sign, right, o->type->name);              \
    }
OVERFLOW(add, "+")
OVERFLOW(sub, "-")
OVERFLOW(mul, "*")
OVERFLOW(divrem, "/")

void __ubsan_handle_negate_overflow(const struct overflow *o, uintptr_t a);
void __ubsan_handle_shift_out_of_bounds(const struct shift *s, uintptr_t a, uintptr_t b);
void __ubsan_handle_out_of_bounds(const struct bounds *b, uintptr_t index);
void __ubsan_handle_pointer_overflow(const struct source_location *at, uintptr_t a, uintptr_t b);
void __ubsan_handle_type_mismatch_v1(const struct mismatch *m, uintptr_t va);
void __ubsan_handle_load_invalid_value(const struct invalid_value *v, uintptr_t value);
void __ubsan_handle_nonnull_arg(const struct nonnull_arg *n);
void __ubsan_handle_nonnull_return_v1(const void *attribute, const struct source_location *at);
void __ubsan_handle_vla_bound_not_positive(const struct overflow *o, uintptr_t bound);
void __ubsan_handle_builtin_unreachable(const struct source_location *at);
void __ubsan_handle_missing_return(const struct source_location *at);
void __ubsan_handle_invalid_builtin(const struct source_location *at);

void __ubsan_handle_negate_overflow(const struct overflow *o, uintptr_t a)
{
    char value[32];

    print_value(value, sizeof(value), o->type, a);
    ENDED(&o->at, "-(%s) does not fit %s", value, o->type->name);
}

void __ubsan_handle_shift_out_of_bounds(const struct shift *s, uintptr_t a, uintptr_t b)
{
    char left[32], right[32];

    print_value(left, sizeof(left), s->left, a);
    print_value(right, sizeof(right), s->right, b);
    ENDED(&s->at, "a shift of %s by %s, of %s", left, right, s->left->name);
}

void __ubsan_handle_out_of_bounds(const struct bounds *b, uintptr_t index)
{
    char value[32];

    print_value(value, sizeof(value), b->index, index);
    ENDED(&b->at, "index %s of %s", value, b->array->name);
}

void __ubsan_handle_pointer_overflow(const struct source_location *at, uintptr_t a, uintptr_t b)
{
    ENDED(at, "a pointer goes from 0x%lx to 0x%lx", a, b);
}

void __ubsan_handle_type_mismatch_v1(const struct mismatch *m, uintptr_t va)
{
    static const char *const access[] = { "read",   "write",  "reference",  "member access",
                                          "member call", "constructor call", "cast", "cast",
                                          "cast",   "cast",   "null check", "null use" };
    const char *how = m->access < sizeof(access) / sizeof(access[0]) ? access[m->access] : "use";
    uint64_t alignment = 1ull << m->log_alignment;

    if (!va)
        ENDED(&m->at, "%s of %s by a null pointer", how, m->type->name);
    else if (va & (alignment - 1))
        ENDED(&m->at, "%s of %s at 0x%lx, which is no multiple of %lu", how, m->type->name, va,
              alignment);
    else
        ENDED(&m->at, "%s of %s at 0x%lx, where there is not enough room", how, m->type->name, va);
}

void __ubsan_handle_load_invalid_value(const struct invalid_value *v, uintptr_t value)
{
    ENDED(&v->at, "%lu is no value of %s", value, v->type->name);
}

void __ubsan_handle_nonnull_arg(const struct nonnull_arg *n)
{
    ENDED(&n->at, "argument %d is a null pointer", n->arg);
}

void __ubsan_handle_nonnull_return_v1(const void *attribute, const struct source_location *at)
{
    (void)attribute;
    ENDED(at, "the result is a null pointer");
}

void __ubsan_handle_vla_bound_not_positive(const struct overflow *o, uintptr_t bound)
{
    ENDED(&o->at, "an array of %ld elements", (long)bound);
}

void __ubsan_handle_builtin_unreachable(const struct source_location *at)
{
    ENDED(at, "what cannot be reached");
}

void __ubsan_handle_missing_return(const struct source_location *at)
{
    ENDED(at, "a function ends without its result");
}

void __ubsan_handle_invalid_builtin(const struct source_location *at)
{
    ENDED(at, "a builtin of 0");
}
