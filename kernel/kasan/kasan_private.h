/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kasan_private.h - the sanitizer's own parts to each other.
 *
 * One byte of shadow says what may be done with 8 bytes of memory: 0 all of it, 1 to 7 so many
 * from its start, one of SHADOW_* nothing, and why. The shadow of `a` is at (a >> 3) +
 * KASAN_SHADOW_OFFSET, which the compiler knows too: it writes the shadow of stack frames.
 *
 * Rules of use: nothing here is instrumented, and nothing here allocates but shadow.c.
 */
#ifndef KERNEL_KASAN_PRIVATE_H
#define KERNEL_KASAN_PRIVATE_H

#include "kernel/include/kasan.h"

#define GRANULE 8u

/* The compiler's: stack (left, middle, right, after return, out of scope). */
#define SHADOW_STACK_LEFT 0xf1
#define SHADOW_STACK_MID 0xf2
#define SHADOW_STACK_RIGHT 0xf3
#define SHADOW_SCOPE 0xf8
/* Ours. */
#define SHADOW_GLOBAL 0xf9
#define SHADOW_HEAP_FREED 0xfa
#define SHADOW_HEAP_REDZONE 0xfc
#define SHADOW_STACK_FREED 0xfd
#define SHADOW_PAGE_FREED 0xff

/* Callers as the low half of their addresses: all text stands in the top 2 GiB. 0: no more. */
#define TRACE_FRAMES 5
struct kasan_trace {
    uint32_t pc[TRACE_FRAMES];
};

/* At the end of each heap object's slot. */
struct heap_note {
    uint32_t magic; /* HEAP_LIVE, HEAP_FREED */
    uint32_t bytes; /* asked for */
    struct kasan_trace allocated, freed;
};

/* Of each page of RAM. In a page of kmalloc's slots follow each other from `slots_at` on. */
struct page_note {
    uint32_t slot_bytes; /* 0: not kmalloc's */
    uint32_t slots_at;
    uint32_t block_page; /* how many pages of its block come before it */
    struct kasan_trace allocated, freed;
};

/* What the compiler says of a global variable. */
struct asan_global {
    vaddr_t start;
    uint64_t bytes, bytes_with_redzone;
    const char *name, *module;
    uint64_t has_dynamic_init;
    const void *location;
    uint64_t odr_indicator;
};

struct kasan_range {
    vaddr_t start;
    uint64_t bytes;
};

/* What has a shadow. Empty until kasan_init(). */
extern struct kasan_range kasan_ram, kasan_image, kasan_stacks;
extern bool kasan_quiet; /* while a report is printed, nothing is checked */

/* ---- shadow.c ---- */
static inline int8_t *kasan_shadow_of(vaddr_t va)
{
    return (int8_t *)((va >> 3) + KASAN_SHADOW_OFFSET);
}
/* Start on a granule; `bytes` from there may be touched, the rest of the last granule may not. */
void kasan_unpoison(vaddr_t va, uint64_t bytes);
/* Both on a granule. */
void kasan_poison(vaddr_t va, uint64_t bytes, uint8_t why);
bool kasan_has_shadow(vaddr_t va);
void kasan_check(vaddr_t va, uint64_t bytes, bool is_write, vaddr_t pc);
/* The variable that has va, or the redzone behind it; NULL: none. */
const struct asan_global *kasan_global_find(vaddr_t va);
/* A zeroed page for a table, physical; 0: no memory. */
paddr_t kasan_table_alloc(void);

/* ---- heap.c ---- */
/* The object whose slot (with its redzone) holds va, in a page of kmalloc's; NULL: none. */
const void *kasan_object_find(vaddr_t va, const struct heap_note **note);
struct page_note *kasan_page_note(vaddr_t va);
void kasan_heap_init(struct page_note *notes);

/* ---- report.c ---- */
/* Up the frame pointers, from the caller of the function that has this one. */
void kasan_trace_take(struct kasan_trace *t, const void *frame);
/* `bad`: the first byte that is not to be touched. */
_Noreturn void kasan_report(vaddr_t va, uint64_t bytes, vaddr_t bad, bool is_write, vaddr_t pc);
_Noreturn void kasan_report_free(vaddr_t va, vaddr_t pc);
/* From the kernel's folder on. */
const char *kasan_short_path(const char *path);
void kasan_print_symbol(char *out, size_t size, vaddr_t pc);
/* Who called the function that pc is in, and so on. */
void kasan_print_callers(const void *frame, vaddr_t pc);

/* ---- arch/CPU/kasan.c ---- */
struct kasan_range arch_kasan_image(void); /* text, data, bss and the stacks in it */
struct kasan_range arch_kasan_text(void);
struct kasan_range arch_kasan_stacks(const struct boot_info *bi); /* windows of all kernel stacks */
vaddr_t arch_kasan_stack(void *direct_top); /* lowest byte of the stack in its window */
/* Maps a page of shadow, if there is none; tables by kasan_table_alloc(). 0, -ENOMEM. */
int arch_kasan_map(vaddr_t va, paddr_t pa);
bool arch_kasan_is_mapped(vaddr_t va);

#endif
