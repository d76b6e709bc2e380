// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pagetree.c - sparse arrays of pages.
 *
 * A radix tree of 64-way nodes; level 1 nodes point to pages. A node is there
 * only while something is below it, and the tree is only as high as its largest
 * index ever needed since it was last empty.
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
    t->pages = 0;
}

static unsigned way(uint64_t index, unsigned level)
{
    return (unsigned)(index >> (WAY_BITS * (level - 1))) & (WAYS - 1);
}

/* Does a tree of this height have a place for index? */
static bool covers(unsigned height, uint64_t index)
{
    return height * WAY_BITS >= 64 || index >> (height * WAY_BITS) == 0;
}

struct page *pagetree_get(const struct pagetree *t, uint64_t index)
{
    struct pagetree_node *n = t->root;

    if (!covers(t->height, index))
        return NULL;
    for (unsigned level = t->height; n && level > 1; level--)
        n = n->slot[way(index, level)];
    return n ? n->slot[way(index, 1)] : NULL;
}

static int grow_to(struct pagetree *t, uint64_t index)
{
    while (!t->root || !covers(t->height, index)) {
        struct pagetree_node *n;

        if (!t->root) {
            t->height = 1;
            while (!covers(t->height, index))
                t->height++;
        }
        n = kzalloc(sizeof(*n));
        if (!n) {
            if (!t->root)
                t->height = 0;
            return -ENOMEM;
        }
        if (t->root) {
            n->slot[0] = t->root;
            n->used = 1;
            t->height++;
        }
        t->root = n;
    }
    return 0;
}

/* Frees the path's nodes that have become empty. */
static bool remove_one(struct pagetree *t, struct pagetree_node *n, unsigned level, uint64_t index)
{
    void **slot = &n->slot[way(index, level)];

    if (!*slot)
        return n->used == 0;
    if (level == 1) {
        page_unref(*slot);
        t->pages--;
    } else if (!remove_one(t, *slot, level - 1, index)) {
        return false;
    } else {
        kfree(*slot);
    }
    *slot = NULL;
    return --n->used == 0;
}

/* Removes what is at index, and the nodes that are empty then (or were never filled). */
static void remove_path(struct pagetree *t, uint64_t index)
{
    if (t->root && remove_one(t, t->root, t->height, index)) {
        kfree(t->root);
        t->root = NULL;
        t->height = 0;
    }
}

int pagetree_set(struct pagetree *t, uint64_t index, struct page *p)
{
    struct pagetree_node *n;
    void **slot;

    if (grow_to(t, index))
        return -ENOMEM;
    n = t->root;
    for (unsigned level = t->height; level > 1; level--) {
        slot = &n->slot[way(index, level)];
        if (!*slot) {
            *slot = kzalloc(sizeof(*n));
            if (!*slot) {
                remove_path(t, index);
                return -ENOMEM;
            }
            n->used++;
        }
        n = *slot;
    }
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
    if (!t->root || !covers(t->height, *index))
        return NULL;
    return next_below(t->root, t->height, 0, index, end);
}

void pagetree_remove(struct pagetree *t, uint64_t first, uint64_t end)
{
    uint64_t index = first;

    while (pagetree_next(t, &index, end)) {
        remove_path(t, index);
        if (++index == end)
            break;
    }
}
