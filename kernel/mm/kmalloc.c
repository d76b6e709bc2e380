// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kmalloc.c - the kernel heap.
 *
 * Up to 2032 bytes: size classes. A slab is one page: a header, then objects of
 * one class; a free object's first word links to the next. The slab stands on its
 * class's list while it has a free object, and its page goes back with the last
 * live one. Its struct page has PAGE_SLAB and the class in `index`.
 * Larger: whole blocks, found again by the page's order.
 *
 * The address sanitizer (kasan.h) lets nobody touch free objects but what links them here.
 */
#include "kernel/include/kmalloc.h"
#include "kernel/include/kasan.h"
#include "kernel/include/page.h"
#include "kernel/include/printk.h"
#include "kernel/include/string.h"

static const uint16_t class_bytes[] = { 16,  32,  48,  64,  96,   128,  192,
                                        256, 384, 512, 768, 1024, 1344, 2032 };
#define CLASSES (sizeof(class_bytes) / sizeof(class_bytes[0]))
#define SMALL_BYTES_MAX 2032u

/* At the start of each slab. */
struct slab {
    struct list node;
    void *free;
    uint32_t used;
    uint32_t class_index;
};
#define SLAB_HEADER_BYTES (32u + KASAN_SLAB_GAP)
_Static_assert(sizeof(struct slab) + KASAN_SLAB_GAP <= SLAB_HEADER_BYTES, "slab header");

static struct list class_slabs[CLASSES]; /* with a free object */
static bool ready;
/* Class of each 16-byte step, so that no request searches. */
static uint8_t class_of_step[SMALL_BYTES_MAX / 16 + 1];

static void kmalloc_init(void)
{
    unsigned c = 0;

    for (unsigned i = 0; i < CLASSES; i++)
        list_init(&class_slabs[i]);
    for (unsigned step = 0; step <= SMALL_BYTES_MAX / 16; step++) {
        if (step * 16 > class_bytes[c])
            c++;
        class_of_step[step] = (uint8_t)c;
    }
    ready = true;
}

NO_KASAN static struct slab *slab_create(unsigned c)
{
    struct page *p = page_alloc();
    unsigned size = class_bytes[c];
    struct slab *s;
    char *object;

    if (!p)
        return NULL;
    p->flags = PAGE_SLAB;
    p->index = (uint16_t)c;
    s = page_to_virt(p);
    s->free = NULL;
    s->used = 0;
    s->class_index = c;
    object = (char *)s + SLAB_HEADER_BYTES + (PAGE_SIZE - SLAB_HEADER_BYTES) / size * size;
    while (object > (char *)s + SLAB_HEADER_BYTES) {
        object -= size;
        *(void **)object = s->free;
        s->free = object;
    }
    list_push_front(&class_slabs[c], &s->node);
    kasan_slab_created(s, SLAB_HEADER_BYTES, size);
    return s;
}

NO_KASAN static void *small_alloc(unsigned c)
{
    struct slab *s;
    void *object;

    if (list_is_empty(&class_slabs[c])) {
        s = slab_create(c);
        if (!s)
            return NULL;
    } else {
        s = list_first(&class_slabs[c], struct slab, node);
    }
    object = s->free;
    s->free = *(void **)object;
    s->used++;
    if (!s->free)
        list_remove(&s->node);
    return object;
}

NO_KASAN static void small_free(void *object)
{
    struct slab *s = (struct slab *)((uintptr_t)object & ~PAGE_MASK);

    if (!s->free)
        list_push_front(&class_slabs[s->class_index], &s->node);
    *(void **)object = s->free;
    s->free = object;
    if (--s->used == 0) {
        list_remove(&s->node);
        page_unref(page_from_virt(s));
    }
}

static void *heap_alloc(size_t bytes)
{
    unsigned order = 0;
    struct page *p;

    if (!ready)
        kmalloc_init();
    if (bytes <= SMALL_BYTES_MAX)
        return small_alloc(class_of_step[(bytes + 15) / 16]);
    while ((PAGE_SIZE << order) < bytes)
        if (++order >= PAGE_ORDERS)
            return NULL;
    p = page_alloc_order(order);
    return p ? page_to_virt(p) : NULL;
}

static void heap_free(void *ptr)
{
    struct page *p = page_from_virt(ptr);

    if (p->flags & PAGE_SLAB)
        small_free(ptr);
    else
        page_unref(p);
}

void *kmalloc(size_t bytes)
{
    void *old, *p = heap_alloc(kasan_object_bytes(bytes));

    while (!p && (old = kasan_quarantine_take())) {
        heap_free(old);
        p = heap_alloc(kasan_object_bytes(bytes));
    }
    if (p)
        kasan_object_allocated(p, bytes);
    return p;
}

void *kzalloc(size_t bytes)
{
    void *p = kmalloc(bytes);

    if (p)
        memset(p, 0, bytes);
    return p;
}

size_t kmalloc_usable_bytes(const void *ptr)
{
    const struct page *p = page_from_virt(ptr);
    size_t got = (p->flags & PAGE_SLAB) ? class_bytes[p->index] : PAGE_SIZE << p->order;

    return kasan_object_usable(ptr, got);
}

void kfree(void *ptr)
{
    if (ptr)
        ptr = kasan_object_freed(ptr);
    if (ptr)
        heap_free(ptr);
}

void *krealloc(void *old, size_t bytes)
{
    size_t have;
    void *p;

    if (!old)
        return kmalloc(bytes);
    have = kmalloc_usable_bytes(old);
    if (bytes <= have && bytes * 4 >= have)
        return old;
    p = kmalloc(bytes);
    if (!p)
        return NULL;
    memcpy(p, old, bytes < have ? bytes : have);
    kfree(old);
    return p;
}

char *kstrndup(const char *s, size_t len)
{
    char *p = kmalloc(len + 1);

    if (p) {
        memcpy(p, s, len);
        p[len] = '\0';
    }
    return p;
}

char *kstrdup(const char *s)
{
    return kstrndup(s, strlen(s));
}
