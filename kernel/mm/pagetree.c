// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pagetree.c - sparse arrays of pages.
 *
 * A radix tree of 64-way nodes; level 1 nodes point to pages. A node is there
 * only while something is below it. The tree covers the indexes that share `prefix` above its
 * levels' bits, and grows upwards, until it is empty again: memory at high addresses, whose
 * indexes are large, has a low tree.
 *
 * `recent` is the level 1 node that a get or a set found last: most calls are for a neighbour of
 * the page before. pagetree_remove(), which alone frees nodes, forgets it.
 */
#include "kernel/include/pagetree.h"
#include "kernel/include/errno.h"
#include "kernel/include/kmalloc.h"
#include "kernel/include/page.h"

#define WAY_BITS 6u
#define WAYS (1u << WAY_BITS)

struct pagetree_node {
    void *slot[WAYS];
    unsigned used;
};

void pagetree_init(struct pagetree *t)
{
    t->root = NULL;
    t->height = 0;
    t->prefix = 0;
    t->pages = 0;
    t->recent = NULL;
}

static unsigned way(uint64_t index, unsigned level)
{
    return (unsigned)(index >> (WAY_BITS * (level - 1))) & (WAYS - 1);
}

/* The part of an index above a tree of this height; its lowest index is prefix_base() of it. */
static uint64_t prefix_of(unsigned height, uint64_t index)
{
    return height * WAY_BITS >= 64 ? 0 : index >> (height * WAY_BITS);
}

static uint64_t prefix_base(const struct pagetree *t)
{
    return t->height * WAY_BITS >= 64 ? 0 : t->prefix << (t->height * WAY_BITS);
}

static bool covers(const struct pagetree *t, uint64_t index)
{
    return t->root && prefix_of(t->height, index) == t->prefix;
}

static bool is_recent(const struct pagetree *t, uint64_t index)
{
    return t->recent && t->recent_prefix == prefix_of(1, index);
}

static void set_recent(struct pagetree *t, uint64_t index, struct pagetree_node *n)
{
    t->recent = n;
    t->recent_prefix = prefix_of(1, index);
}

FAULT_PATH struct page *pagetree_get(struct pagetree *t, uint64_t index)
{
    struct pagetree_node *n = t->root;

    if (is_recent(t, index))
        return t->recent->slot[way(index, 1)];
    if (!covers(t, index))
        return NULL;
    for (unsigned level = t->height; n && level > 1; level--)
        n = n->slot[way(index, level)];
    if (!n)
        return NULL;
    set_recent(t, index, n);
    return n->slot[way(index, 1)];
}

static int grow_to(struct pagetree *t, uint64_t index)
{
    while (!covers(t, index)) {
        struct pagetree_node *n = kzalloc(sizeof(*n));

        if (!n)
            return -ENOMEM;
        if (t->root) {
            n->slot[t->prefix & (WAYS - 1)] = t->root;
            n->used = 1;
            t->prefix >>= WAY_BITS;
        } else {
            t->prefix = prefix_of(1, index);
        }
        t->root = n;
        t->height++;
    }
    return 0;
}

/* Removes what is at first <= index < end below a node whose lowest index is `base`. */
static void remove_below(struct pagetree *t, struct pagetree_node *n, unsigned level,
                         uint64_t base, uint64_t first, uint64_t end)
{
    unsigned shift = WAY_BITS * (level - 1);

    for (uint64_t i = first > base ? (first - base) >> shift : 0; i < WAYS; i++) {
        uint64_t at = base + (i << shift);
        struct pagetree_node *below = n->slot[i];

        if (at >= end)
            break;
        if (!below)
            continue;
        if (level == 1) {
            page_unref(n->slot[i]);
            t->pages--;
        } else {
            remove_below(t, below, level - 1, at, first, end);
            if (below->used)
                continue;
            kfree(below);
        }
        n->slot[i] = NULL;
        n->used--;
    }
}

/* The nodes that are empty then, or were never filled, go too. */
void pagetree_remove(struct pagetree *t, uint64_t first, uint64_t end)
{
    if (!t->root)
        return;
    t->recent = NULL;
    remove_below(t, t->root, t->height, prefix_base(t), first, end);
    if (!t->root->used) {
        kfree(t->root);
        t->root = NULL;
        t->height = 0;
    }
}

/* The level 1 node of index; NULL: no memory. */
static struct pagetree_node *node_make(struct pagetree *t, uint64_t index)
{
    struct pagetree_node *n;

    if (grow_to(t, index))
        return NULL;
    n = t->root;
    for (unsigned level = t->height; level > 1; level--) {
        void **slot = &n->slot[way(index, level)];

        if (!*slot) {
            *slot = kzalloc(sizeof(*n));
            if (!*slot) {
                pagetree_remove(t, index, index + 1);
                return NULL;
            }
            n->used++;
        }
        n = *slot;
    }
    set_recent(t, index, n);
    return n;
}

FAULT_PATH int pagetree_set(struct pagetree *t, uint64_t index, struct page *p)
{
    struct pagetree_node *n = is_recent(t, index) ? t->recent : node_make(t, index);
    void **slot;

    if (!n)
        return -ENOMEM;
    slot = &n->slot[way(index, 1)];
    if (*slot) {
        page_unref(*slot);
    } else {
        n->used++;
        t->pages++;
    }
    *slot = p;
    return 0;
}

static struct page *next_below(struct pagetree_node *n, unsigned level, uint64_t base,
                               uint64_t *index, uint64_t end)
{
    unsigned shift = WAY_BITS * (level - 1);

    for (unsigned i = *index > base ? way(*index, level) : 0; i < WAYS; i++) {
        uint64_t at = base + ((uint64_t)i << shift);

        if (at >= end)
            return NULL;
        if (!n->slot[i])
            continue;
        if (level == 1) {
            *index = at;
            return n->slot[i];
        }
        if (at > *index)
            *index = at;
        struct page *p = next_below(n->slot[i], level - 1, at, index, end);

        if (p)
            return p;
    }
    return NULL;
}

struct page *pagetree_next(const struct pagetree *t, uint64_t *index, uint64_t end)
{
    if (!t->root || prefix_of(t->height, *index) > t->prefix)
        return NULL;
    return next_below(t->root, t->height, prefix_base(t), index, end);
}
