/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kasan.h - what the kernel tells its address sanitizer (kernel/kasan).
 *
 * Rules of use
 *   - The sanitizer is a build of its own, kernel-CPU-kasan.elf, with KERNEL_KASAN defined. In all
 *     others everything here is nothing, and costs nothing.
 *   - What the allocators give out and take back, they say here. All else is the compiler's.
 */
#ifndef KERNEL_KASAN_H
#define KERNEL_KASAN_H

#include "kernel/include/arch.h"

struct page;

#ifdef KERNEL_KASAN
/* For code that must run unchecked: it is what checks, or stands below it. */
#define NO_KASAN __attribute__((no_sanitize_address))

/* Between a slab's header and its first object. */
#define KASAN_SLAB_GAP 16u

/* Takes memory behind bi->kernel_end for the shadow and moves it. Once, when RAM is mapped. */
void kasan_init(struct boot_info *bi);

/* A block of pages is free from here on (of RAM that was never given out, too); is in use. */
void kasan_pages_freed(struct page *block, unsigned order);
void kasan_pages_allocated(struct page *block, unsigned order);

/* How many bytes to take for an object of this many: behind it stand a redzone and its note. */
size_t kasan_object_bytes(size_t bytes);
/* A fresh slab: from `slots_at` on, slots of this size; they and the gap may not be touched. */
void kasan_slab_created(void *page, unsigned slots_at, unsigned slot_bytes);
/* An object of `bytes` in a slot of its slab, or in a block of pages. */
void kasan_object_allocated(void *object, size_t bytes);
/*
 * It must be a live one. It waits in quarantine; what is returned was freed a while ago, and
 * is to be freed now. NULL: nothing is.
 */
void *kasan_object_freed(void *object);
/* When memory runs out: one out of the quarantine, to be freed now; NULL: it is empty. */
void *kasan_quarantine_take(void);
/* What was asked for, instead of what it got. */
size_t kasan_object_usable(const void *object, size_t got_bytes);

/* The kernel stack below this top in the direct map begins anew. 0, -ENOMEM. */
int kasan_stack_init(void *direct_top);
#else
#define NO_KASAN
#define KASAN_SLAB_GAP 0u

static inline void kasan_init(struct boot_info *bi)
{
    (void)bi;
}

static inline void kasan_pages_freed(struct page *block, unsigned order)
{
    (void)block, (void)order;
}

static inline void kasan_pages_allocated(struct page *block, unsigned order)
{
    (void)block, (void)order;
}

static inline size_t kasan_object_bytes(size_t bytes)
{
    return bytes;
}

static inline void kasan_slab_created(void *page, unsigned slots_at, unsigned slot_bytes)
{
    (void)page, (void)slots_at, (void)slot_bytes;
}

static inline void kasan_object_allocated(void *object, size_t bytes)
{
    (void)object, (void)bytes;
}

static inline void *kasan_object_freed(void *object)
{
    return object;
}

static inline void *kasan_quarantine_take(void)
{
    return NULL;
}

static inline size_t kasan_object_usable(const void *object, size_t got_bytes)
{
    (void)object;
    return got_bytes;
}

static inline int kasan_stack_init(void *direct_top)
{
    (void)direct_top;
    return 0;
}
#endif
#endif
