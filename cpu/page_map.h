/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/page_map.h - the contents of RAM as a value.
 *
 * Purpose: thousands of states of one machine differ in a few pages each. A page map is a tree
 * from page numbers to copies of pages; maps share all that they have in common, so keeping
 * another one costs the pages in which it differs, and so does finding out which these are.
 *
 * Rules of use
 *   - A page that a map does not hold is all zero.
 *   - page_map_share() makes a second value of the same contents; each is dropped by
 *     itself. Setting a page in one does not show in the other.
 *   - Page numbers are below PAGE_MAP_PAGES_MAX. Not thread safe.
 */
#ifndef TRAPLINE_CPU_PAGE_MAP_H
#define TRAPLINE_CPU_PAGE_MAP_H

#include "cpu/types.h"

#define PAGE_MAP_PAGE_BYTES 4096u
#define PAGE_MAP_PAGES_MAX  (1u << 24) /* 64 GiB */

struct page_node;

struct page_map {
    struct page_node *root; /* NULL: all zero */
};

/* The 4096 bytes of a page; NULL: zeros. Valid until the map is changed or dropped. */
const uint8_t *page_map_get(const struct page_map *m, uint32_t page);
/* Set a page to a copy of `bytes` (NULL: zeros). -ENOMEM leaves the map as it was. */
MUST_CHECK int page_map_set(struct page_map *m, uint32_t page, const uint8_t *bytes);
struct page_map page_map_share(const struct page_map *m);
void page_map_drop(struct page_map *m);
/* Calls `fn` for each page in which the two may differ, ascending; `bytes` is b's (NULL: zeros). */
void page_map_diff(const struct page_map *a, const struct page_map *b,
                   void (*fn)(void *ctx, uint32_t page, const uint8_t *bytes), void *ctx);

#endif
