// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wrap.c - functions whose accesses the compiler does not see, or would see one by one.
 *
 * The linker sends calls of NAME to __wrap_NAME (--wrap, link.sh); __real_NAME is the function
 * itself. Those of string.c are not instrumented (NO_KASAN), those of uaccess.S are assembly.
 */
#include "kernel/kasan/kasan_private.h"

#define CALLER ((vaddr_t)__builtin_return_address(0))

struct context;
void *__real_memcpy(void *dst, const void *src, size_t n);
void *__real_memmove(void *dst, const void *src, size_t n);
void *__real_memset(void *dst, int byte, size_t n);
int __real_copy_from_user(void *dst, vaddr_t src, size_t len);
int __real_copy_to_user(vaddr_t dst, const void *src, size_t len);
long __real_strncpy_from_user(char *dst, vaddr_t src, size_t size);
void __real_context_switch(struct context **save, struct context *to);
void *__wrap_memcpy(void *dst, const void *src, size_t n);
void *__wrap_memmove(void *dst, const void *src, size_t n);
void *__wrap_memset(void *dst, int byte, size_t n);
int __wrap_copy_from_user(void *dst, vaddr_t src, size_t len);
int __wrap_copy_to_user(vaddr_t dst, const void *src, size_t len);
long __wrap_strncpy_from_user(char *dst, vaddr_t src, size_t size);
void __wrap_context_switch(struct context **save, struct context *to);

void *__wrap_memcpy(void *dst, const void *src, size_t n)
{
    kasan_check((vaddr_t)src, n, false, CALLER);
    kasan_check((vaddr_t)dst, n, true, CALLER);
    return __real_memcpy(dst, src, n);
}

void *__wrap_memmove(void *dst, const void *src, size_t n)
{
    kasan_check((vaddr_t)src, n, false, CALLER);
    kasan_check((vaddr_t)dst, n, true, CALLER);
    return __real_memmove(dst, src, n);
}

void *__wrap_memset(void *dst, int byte, size_t n)
{
    kasan_check((vaddr_t)dst, n, true, CALLER);
    return __real_memset(dst, byte, n);
}

int __wrap_copy_from_user(void *dst, vaddr_t src, size_t len)
{
    kasan_check((vaddr_t)dst, len, true, CALLER);
    return __real_copy_from_user(dst, src, len);
}

int __wrap_copy_to_user(vaddr_t dst, const void *src, size_t len)
{
    kasan_check((vaddr_t)src, len, false, CALLER);
    return __real_copy_to_user(dst, src, len);
}

/* It may use all of the buffer; how much of it, the program decides. */
long __wrap_strncpy_from_user(char *dst, vaddr_t src, size_t size)
{
    kasan_check((vaddr_t)dst, size, true, CALLER);
    return __real_strncpy_from_user(dst, src, size);
}

/* A thread goes on by what stands on its stack: is that stack still there? */
void __wrap_context_switch(struct context **save, struct context *to)
{
    kasan_check((vaddr_t)to, 2 * sizeof(uint64_t), false, CALLER);
    __real_context_switch(save, to);
}
