/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kmalloc.h - kernel heap: size classes out of pages, whole blocks above them.
 *
 * Rules of use: thread context only. NULL means out of memory. 16-byte aligned;
 * 4096 bytes and more are page aligned. kfree(NULL) is allowed.
 */
#ifndef KERNEL_KMALLOC_H
#define KERNEL_KMALLOC_H

#include <stddef.h>

void *kmalloc(size_t bytes);
void *kzalloc(size_t bytes);
void *krealloc(void *p, size_t bytes); /* old block stays valid where NULL is returned */
void kfree(void *p);
size_t kmalloc_usable_bytes(const void *p);
char *kstrdup(const char *s);
char *kstrndup(const char *s, size_t len); /* len bytes, then a NUL */

#endif
