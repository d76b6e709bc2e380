// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * heap.c - pages and heap objects: who has them, who had them.
 *
 * A heap object stands at the start of its slot and has at the slot's end a note, which is its
 * redzone as well: the note of the slot before is the redzone on the left. A freed object
 * stays poisoned in a queue until QUARANTINE_OBJECTS others or QUARANTINE_BYTES were freed after
 * it. A page has its note in a table of its own; free pages are poisoned until they are given out.
 */
#include "kernel/kasan/kasan_private.h"
#include "kernel/include/page.h"
#include "kernel/include/printk.h"
#include "kernel/include/thread.h"

#define HEAP_LIVE 0x4c495645u  /* "LIVE" */
#define HEAP_FREED 0x46524545u /* "FREE" */
#define QUARANTINE_OBJECTS 1024
#define QUARANTINE_BYTES (1u << 20)

static struct page_note *page_notes;
static struct {
    void *object[QUARANTINE_OBJECTS];
    uint32_t bytes[QUARANTINE_OBJECTS]; /* of its slot */
    unsigned first, count;
    uint64_t bytes_total;
} quarantine;

void kasan_heap_init(struct page_note *notes)
{
    page_notes = notes;
}

/* ---- pages ---- */

struct page_note *kasan_page_note(vaddr_t va)
{
    return page_notes + (va - kasan_ram.start) / PAGE_SIZE;
}

/* A stack that is free memory may not be used by its window either. */
static void poison_stack_windows(vaddr_t block, uint64_t bytes)
{
    for (vaddr_t at = (block + KSTACK_BYTES - 1) & ~(KSTACK_BYTES - 1);
         at + KSTACK_BYTES <= block + bytes; at += KSTACK_BYTES) {
        vaddr_t stack = arch_kasan_stack((void *)(at + KSTACK_BYTES));

        if (arch_kasan_is_mapped((vaddr_t)kasan_shadow_of(stack)))
            kasan_poison(stack, KSTACK_BYTES, SHADOW_STACK_FREED);
    }
}

void kasan_pages_freed(struct page *block, unsigned order)
{
    vaddr_t va = (vaddr_t)page_to_virt(block);
    struct page_note *note = kasan_page_note(va);
    struct kasan_trace who;

    kasan_trace_take(&who, __builtin_frame_address(0));
    for (uint64_t i = 0; i < 1ull << order; i++) {
        note[i].freed = who;
        note[i].slot_bytes = 0;
    }
    kasan_poison(va, PAGE_SIZE << order, SHADOW_PAGE_FREED);
    poison_stack_windows(va, PAGE_SIZE << order);
}

void kasan_pages_allocated(struct page *block, unsigned order)
{
    vaddr_t va = (vaddr_t)page_to_virt(block);
    struct page_note *note = kasan_page_note(va);
    struct kasan_trace who;

    kasan_trace_take(&who, __builtin_frame_address(0));
    for (uint64_t i = 0; i < 1ull << order; i++)
        note[i] = (struct page_note){ .allocated = who, .block_page = (uint32_t)i };
    kasan_unpoison(va, PAGE_SIZE << order);
}

/* ---- objects ---- */

static struct heap_note *note_of(vaddr_t object)
{
    return (struct heap_note *)(object + kasan_page_note(object)->slot_bytes) - 1;
}

const void *kasan_object_find(vaddr_t va, const struct heap_note **note)
{
    const struct page_note *page = kasan_page_note(va);
    vaddr_t slot = page_align_down(va) - page->block_page * PAGE_SIZE + page->slots_at;

    if (!page->slot_bytes || va < slot)
        return NULL;
    slot += (va - slot) / page->slot_bytes * page->slot_bytes;
    *note = note_of(slot);
    if ((*note)->magic != HEAP_LIVE && (*note)->magic != HEAP_FREED)
        return NULL;
    return (const void *)slot;
}

size_t kasan_object_bytes(size_t bytes)
{
    return ((bytes + 15) & ~(size_t)15) + sizeof(struct heap_note);
}

void kasan_slab_created(void *page, unsigned slots_at, unsigned slot_bytes)
{
    struct page_note *note = kasan_page_note((vaddr_t)page);

    note->slots_at = slots_at;
    note->slot_bytes = slot_bytes;
    slots_at -= KASAN_SLAB_GAP;
    kasan_poison((vaddr_t)page + slots_at, PAGE_SIZE - slots_at, SHADOW_HEAP_REDZONE);
}

void kasan_object_allocated(void *object, size_t bytes)
{
    struct page_note *page = kasan_page_note((vaddr_t)object);
    const struct page *p = page_from_virt(object);
    struct heap_note *note;

    if (!(p->flags & PAGE_SLAB))
        for (uint64_t i = 0; i < 1ull << p->order; i++)
            page[i].slot_bytes = (uint32_t)(PAGE_SIZE << p->order);
    note = note_of((vaddr_t)object);
    *note = (struct heap_note){ .magic = HEAP_LIVE, .bytes = (uint32_t)bytes };
    kasan_trace_take(&note->allocated, __builtin_frame_address(0));
    kasan_poison((vaddr_t)object, page->slot_bytes, SHADOW_HEAP_REDZONE);
    kasan_unpoison((vaddr_t)object, bytes);
}

void *kasan_quarantine_take(void)
{
    unsigned i = quarantine.first;

    if (!quarantine.count)
        return NULL;
    quarantine.first = (i + 1) % QUARANTINE_OBJECTS;
    quarantine.count--;
    quarantine.bytes_total -= quarantine.bytes[i];
    return quarantine.object[i];
}

/* Is it the start of a slot, in which something is? */
static bool is_live(vaddr_t object)
{
    const struct heap_note *note;

    return object - kasan_ram.start < kasan_ram.bytes &&
           kasan_object_find(object, &note) == (void *)object && note->magic == HEAP_LIVE;
}

void *kasan_object_freed(void *object)
{
    struct heap_note *note;
    void *oldest = NULL;
    unsigned i;

    if (!is_live((vaddr_t)object))
        kasan_report_free((vaddr_t)object, (vaddr_t)__builtin_return_address(0));
    note = note_of((vaddr_t)object);
    note->magic = HEAP_FREED;
    kasan_trace_take(&note->freed, __builtin_frame_address(0));
    i = kasan_page_note((vaddr_t)object)->slot_bytes;
    kasan_poison((vaddr_t)object, i, SHADOW_HEAP_FREED);
    if (quarantine.count == QUARANTINE_OBJECTS || quarantine.bytes_total > QUARANTINE_BYTES)
        oldest = kasan_quarantine_take();
    quarantine.bytes_total += i;
    quarantine.bytes[(quarantine.first + quarantine.count) % QUARANTINE_OBJECTS] = i;
    quarantine.object[(quarantine.first + quarantine.count++) % QUARANTINE_OBJECTS] = object;
    return oldest;
}

size_t kasan_object_usable(const void *object, size_t got_bytes)
{
    (void)got_bytes;
    return note_of((vaddr_t)object)->bytes;
}
