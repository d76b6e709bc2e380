// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * report.c - what is said before the machine ends.
 *
 * Names of functions come from a table that link.sh makes of the linked image itself. A stack
 * frame begins with three words of the compiler's: STACK_MAGIC, a text that lists its variables
 * ("COUNT {OFFSET BYTES NAME_LENGTH NAME[:LINE]}..."), and its function.
 */
#include "kernel/kasan/kasan_private.h"
#include "kernel/include/page.h"
#include "kernel/include/printk.h"
#include "kernel/include/string.h"
#include "kernel/include/thread.h"

#define STACK_MAGIC 0x41b58ab3u
#define LINE_BYTES 200
#define NEAR_BYTES 128

/* Sorted by address. */
struct kasan_symbol {
    uint32_t address; /* low half */
    uint32_t name;    /* offset in kasan_names */
};
extern const struct kasan_symbol kasan_symbols[], kasan_symbols_end[];
extern const char kasan_names[];

static vaddr_t full_address(uint32_t low)
{
    return 0xffffffff00000000ull | low;
}

const char *kasan_short_path(const char *path)
{
    const char *from = path;

    for (const char *at = path; (at = strstr(at, "/kernel/")); at++)
        from = at + 1;
    return from;
}

/* ---- callers ---- */

static bool is_text(vaddr_t pc)
{
    struct kasan_range text = arch_kasan_text();

    return pc - text.start < text.bytes;
}

/* The next frame is above this one, on the same stack. */
static const vaddr_t *frame_above(const vaddr_t *frame)
{
    vaddr_t up = frame[0];

    if (up % sizeof(vaddr_t) || up <= (vaddr_t)frame ||
        up / KSTACK_BYTES != (vaddr_t)frame / KSTACK_BYTES)
        return NULL;
    return (const vaddr_t *)up;
}

void kasan_trace_take(struct kasan_trace *t, const void *frame)
{
    const vaddr_t *f = frame_above(frame);
    unsigned n = 0;

    for (; f && n < TRACE_FRAMES && is_text(f[1]); f = frame_above(f))
        t->pc[n++] = (uint32_t)f[1];
    while (n < TRACE_FRAMES)
        t->pc[n++] = 0;
}

void kasan_print_symbol(char *out, size_t size, vaddr_t pc)
{
    const struct kasan_symbol *low = kasan_symbols, *high = kasan_symbols_end;

    while (high - low > 1) {
        const struct kasan_symbol *mid = low + (high - low) / 2;

        if (full_address(mid->address) <= pc)
            low = mid;
        else
            high = mid;
    }
    if (low == kasan_symbols_end || full_address(low->address) > pc)
        snprintf(out, size, "0x%lx", pc);
    else if (full_address(low->address) == pc)
        snprintf(out, size, "%s", kasan_names + low->name);
    else
        snprintf(out, size, "%s+0x%lx", kasan_names + low->name, pc - full_address(low->address));
}

static void print_trace(const char *what, const struct kasan_trace *t)
{
    char line[LINE_BYTES], name[64];
    size_t at = 0;

    line[0] = '\0';
    for (unsigned i = 0; i < TRACE_FRAMES && t->pc[i]; i++) {
        kasan_print_symbol(name, sizeof(name), full_address(t->pc[i]));
        at += (size_t)snprintf(line + at, sizeof(line) - at, "%s%s", i ? " < " : "", name);
        if (at >= sizeof(line))
            break;
    }
    printk("  %s %s", what, t->pc[0] ? line : "nobody known");
}

void kasan_print_callers(const void *frame, vaddr_t pc)
{
    const vaddr_t *f = frame;
    struct kasan_trace t;

    while (f && f[1] != pc)
        f = frame_above(f);
    if (!f)
        return;
    kasan_trace_take(&t, f);
    print_trace("called by", &t);
}

/* ---- what the address belongs to ---- */

static const char *kind_of(vaddr_t bad)
{
    uint8_t why = (uint8_t)*kasan_shadow_of(bad);

    if (why < GRANULE) /* behind the last bytes of an object: the next granule says of which */
        why = (uint8_t)*kasan_shadow_of(bad + GRANULE);
    switch (why) {
    case SHADOW_STACK_LEFT:
    case SHADOW_STACK_MID:
    case SHADOW_STACK_RIGHT:
        return "out of bounds of a local variable";
    case SHADOW_SCOPE:
        return "use of a local variable out of its scope";
    case SHADOW_GLOBAL:
        return "out of bounds of a global variable";
    case SHADOW_HEAP_FREED:
        return "use after free";
    case SHADOW_HEAP_REDZONE:
        return "out of bounds of a heap object";
    case SHADOW_STACK_FREED:
        return "use of a kernel stack that is free";
    case SHADOW_PAGE_FREED:
        return "use of a free page";
    }
    return "out of bounds";
}

static void print_place(vaddr_t va, vaddr_t object, uint64_t bytes)
{
    if (va < object)
        printk("  %lu bytes before an object of %lu bytes at 0x%lx", object - va, bytes, object);
    else if (va < object + bytes)
        printk("  at byte %lu of an object of %lu bytes at 0x%lx", va - object, bytes, object);
    else
        printk("  %lu bytes behind an object of %lu bytes at 0x%lx", va - object - bytes, bytes,
               object);
}

/* A stack that is used after its block was freed: what page.c calls it. */
static void print_free_stack(vaddr_t va)
{
    uint64_t block = (va - kasan_stacks.start) / (2 * KSTACK_BYTES);
    const struct page_note *page = kasan_page_note(kasan_ram.start + block * KSTACK_BYTES);

    print_trace("allocated by", &page->allocated);
    print_trace("freed by", &page->freed);
}

static void print_ram(vaddr_t va)
{
    const struct heap_note *note;
    const void *object = kasan_object_find(va, &note);
    const struct page_note *page = kasan_page_note(va);

    if (object) {
        print_place(va, (vaddr_t)object, note->bytes);
        print_trace("allocated by", &note->allocated);
        if (note->freed.pc[0])
            print_trace("freed by", &note->freed);
        return;
    }
    printk("  at byte %lu of the page at 0x%lx", va % PAGE_SIZE, page_align_down(va));
    print_trace("allocated by", &page->allocated);
    print_trace("freed by", &page->freed);
}

static uint64_t read_number(const char **text)
{
    uint64_t n = 0;

    while (**text == ' ')
        (*text)++;
    for (; **text >= '0' && **text <= '9'; (*text)++)
        n = n * 10 + (uint64_t)(**text - '0');
    return n;
}

static void print_variables(vaddr_t va, vaddr_t frame, const char *text)
{
    for (uint64_t count = read_number(&text); count; count--) {
        uint64_t at = read_number(&text), bytes = read_number(&text);
        int len = (int)read_number(&text);

        printk("  its variable %.*s", len, text + 1);
        print_place(va, frame + at, bytes);
        text += 1 + len;
    }
}

/* The frame that holds va: down to the granule where its left redzone begins. */
static void print_stack(vaddr_t va)
{
    vaddr_t at = va & ~(vaddr_t)(GRANULE - 1);
    const uint64_t *words;
    char name[64];

    for (; kasan_has_shadow(at - GRANULE) && at % KSTACK_BYTES; at -= GRANULE)
        if ((uint8_t)*kasan_shadow_of(at) == SHADOW_STACK_LEFT &&
            *(const uint64_t *)at == STACK_MAGIC)
            break;
    words = (const uint64_t *)at;
    if (words[0] != STACK_MAGIC || !is_text(words[2]))
        return;
    kasan_print_symbol(name, sizeof(name), words[2]);
    printk("  in the frame of %s", name);
    print_variables(va, at, (const char *)words[1]);
}

static void print_global(vaddr_t va)
{
    const struct asan_global *g = kasan_global_find(va);

    if (!g)
        return;
    printk("  the variable is %s of %s", g->name, kasan_short_path(g->module));
    print_place(va, g->start, g->bytes);
}

static void print_shadow(vaddr_t va)
{
    char line[LINE_BYTES];
    size_t at = 0;
    vaddr_t from = (va - NEAR_BYTES / 2) & ~(vaddr_t)(GRANULE - 1);

    line[0] = '\0';
    for (vaddr_t a = from; a < from + NEAR_BYTES; a += GRANULE)
        if (kasan_has_shadow(a))
            at += (size_t)snprintf(line + at, sizeof(line) - at,
                                   a == (va & ~(vaddr_t)(GRANULE - 1)) ? "[%02x]" : " %02x ",
                                   (unsigned)(uint8_t)*kasan_shadow_of(a));
    printk("  shadow:%s", line);
}

static void print_object(vaddr_t va)
{
    uint8_t s;

    if (!kasan_has_shadow(va))
        return;
    s = (uint8_t)*kasan_shadow_of(va);
    if (va - kasan_ram.start < kasan_ram.bytes)
        print_ram(va);
    else if (s == SHADOW_STACK_FREED)
        print_free_stack(va);
    else if (s != SHADOW_GLOBAL && (s >= 0x80 || va - kasan_stacks.start < kasan_stacks.bytes))
        print_stack(va);
    else
        print_global(va);
    print_shadow(va);
}

_Noreturn void kasan_report(vaddr_t va, uint64_t bytes, vaddr_t bad, bool is_write, vaddr_t pc)
{
    const char *kind = "use of a user address";
    char name[64];

    arch_irq_disable();
    kasan_quiet = true;
    if (kasan_has_shadow(va))
        kind = kind_of(bad);
    kasan_print_symbol(name, sizeof(name), pc);
    printk("KASAN: %s in %s", kind, name);
    printk("  a %s of %lu bytes at 0x%lx, thread %d %s", is_write ? "write" : "read", bytes, va,
           current->tid, current->name);
    kasan_print_callers(__builtin_frame_address(0), pc);
    print_object(bad);
    panic("KASAN: %s in %s", kind, name);
}

_Noreturn void kasan_report_free(vaddr_t va, vaddr_t pc)
{
    char name[64];

    arch_irq_disable();
    kasan_quiet = true;
    kasan_print_symbol(name, sizeof(name), pc);
    printk("KASAN: what is freed is no live object, in %s", name);
    printk("  at 0x%lx, thread %d %s", va, current->tid, current->name);
    kasan_print_callers(__builtin_frame_address(0), pc);
    print_object(va);
    panic("KASAN: what is freed is no live object, in %s", name);
}
