/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/page_map.c - a persistent radix tree of pages; see page_map.h.
 *
 * LEVELS levels of 64 slots; the lowest level's slots hold pages. Nodes and pages count their
 * owners: a map owns its root, a node its children. Who has a node alone may change it in
 * place; a shared one is copied first, so a change copies at most LEVELS nodes.
 */
#include "cpu/page_map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SLOT_BITS 6u
#define SLOTS     (1u << SLOT_BITS)
#define LEVELS    4u

_Static_assert(PAGE_MAP_PAGES_MAX == 1u << (SLOT_BITS * LEVELS), "page numbers fit the tree");

struct page_copy {
    uint32_t refs;
    uint8_t bytes[PAGE_MAP_PAGE_BYTES];
};

/* `slot` holds nodes of the next lower level; at level 0 pages. */
struct page_node {
    uint32_t refs;
    void *slot[SLOTS];
};

static unsigned slot_of(uint32_t page, unsigned level)
{
    return page >> (SLOT_BITS * level) & (SLOTS - 1);
}

static void copy_unref(struct page_copy *c)
{
    if (c && --c->refs == 0)
        free(c);
}

static void node_unref(struct page_node *n, unsigned level)
{
    if (!n || --n->refs)
        return;
    for (unsigned i = 0; i < SLOTS; i++) {
        if (level == 0)
            copy_unref(n->slot[i]);
        else
            node_unref(n->slot[i], level - 1);
    }
    free(n);
}

static void child_ref(void *child, unsigned level)
{
    if (!child)
        return;
    if (level == 0)
        ((struct page_copy *)child)->refs++;
    else
        ((struct page_node *)child)->refs++;
}

/* The node in *at, made one's own: new, as it is, or a copy. NULL: no memory. */
static struct page_node *node_own(void **at, unsigned level)
{
    struct page_node *old = *at, *n;

    if (old && old->refs == 1)
        return old;
    n = calloc(1, sizeof(*n));
    if (!n)
        return NULL;
    n->refs = 1;
    if (old) {
        memcpy(n->slot, old->slot, sizeof(n->slot));
        for (unsigned i = 0; i < SLOTS; i++)
            child_ref(n->slot[i], level);
        old->refs--;
    }
    *at = n;
    return n;
}

static const struct page_copy *find(const struct page_map *m, uint32_t page)
{
    const struct page_node *n = m->root;

    for (unsigned level = LEVELS - 1; n && level > 0; level--)
        n = n->slot[slot_of(page, level)];
    return n ? n->slot[slot_of(page, 0)] : NULL;
}

const uint8_t *page_map_get(const struct page_map *m, uint32_t page)
{
    const struct page_copy *c = find(m, page);

    return c ? c->bytes : NULL;
}

int page_map_set(struct page_map *m, uint32_t page, const uint8_t *bytes)
{
    struct page_copy *c = NULL;
    void *root = m->root, **at = &root;
    struct page_node *n = NULL;

    if (!bytes && !find(m, page))
        return 0;
    if (bytes) {
        c = malloc(sizeof(*c));
        if (!c)
            return -ENOMEM;
        c->refs = 1;
        memcpy(c->bytes, bytes, sizeof(c->bytes));
    }
    for (unsigned level = LEVELS; level-- > 0;) {
        n = node_own(at, level);
        m->root = root;
        if (!n) {
            copy_unref(c);
            return -ENOMEM;
        }
        at = &n->slot[slot_of(page, level)];
    }
    copy_unref(*at);
    *at = c;
    return 0;
}

struct page_map page_map_share(const struct page_map *m)
{
    if (m->root)
        m->root->refs++;
    return *m;
}

void page_map_drop(struct page_map *m)
{
    node_unref(m->root, LEVELS - 1);
    m->root = NULL;
}

static void diff(const struct page_node *a, const struct page_node *b, unsigned level,
                 uint32_t first, void (*fn)(void *ctx, uint32_t page, const uint8_t *bytes),
                 void *ctx)
{
    for (unsigned i = 0; i < SLOTS; i++) {
        const void *in_a = a ? a->slot[i] : NULL, *in_b = b ? b->slot[i] : NULL;
        uint32_t page = first | i << (SLOT_BITS * level);

        if (in_a == in_b)
            continue;
        if (level > 0)
            diff(in_a, in_b, level - 1, page, fn, ctx);
        else
            fn(ctx, page, in_b ? ((const struct page_copy *)in_b)->bytes : NULL);
    }
}

void page_map_diff(const struct page_map *a, const struct page_map *b,
                   void (*fn)(void *ctx, uint32_t page, const uint8_t *bytes), void *ctx)
{
    if (a->root != b->root)
        diff(a->root, b->root, LEVELS - 1, 0, fn, ctx);
}
