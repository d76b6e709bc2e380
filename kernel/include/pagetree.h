/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pagetree.h - a sparse array of pages: index -> struct page *, a radix tree of
 * 64-way nodes. Used by anonymous memory and fit for a file's pages.
 *
 * Rules of use
 *   - The tree holds one reference on each page that stands in it.
 *   - Reads cost O(height), which follows from how far apart the indexes are, not from how large:
 *     one node where all lie in 64 places, two in 4096.
 */
#ifndef KERNEL_PAGETREE_H
#define KERNEL_PAGETREE_H

#include <stdint.h>

struct page;
struct pagetree_node;

struct pagetree {
    struct pagetree_node *root;
    unsigned height;  /* levels; 0 when empty */
    uint64_t prefix;  /* of all indexes: what is left of them above the levels' bits */
    uint64_t pages;   /* how many are in it */
    struct pagetree_node *recent; /* the level 1 node looked at last, or NULL; its indexes / 64: */
    uint64_t recent_prefix;
};

void pagetree_init(struct pagetree *t);
struct page *pagetree_get(struct pagetree *t, uint64_t index); /* no reference; NULL */
/* Takes over the caller's reference; a page that was there is unreferenced. 0 or -ENOMEM. */
int pagetree_set(struct pagetree *t, uint64_t index, struct page *p);
/* Removes and unreferences the pages with first <= index < end. */
void pagetree_remove(struct pagetree *t, uint64_t first, uint64_t end);
/* The first page at index >= *index and < end; *index becomes its place. NULL: none. */
struct page *pagetree_next(const struct pagetree *t, uint64_t *index, uint64_t end);

#endif
