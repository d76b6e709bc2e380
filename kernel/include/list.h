/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * list.h - doubly linked lists of embedded nodes.
 *
 * Rules of use
 *   - A head is a struct list whose two links meet; list_init() it before use.
 *   - list_remove() leaves the node initialised, so removing twice is harmless
 *     and list_is_linked() tells whether a node is on a list.
 */
#ifndef KERNEL_LIST_H
#define KERNEL_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
    struct list *next, *prev;
};

#define container_of(ptr, type, member) ((type *)((char *)(ptr) - offsetof(type, member)))

static inline void list_init(struct list *l)
{
    l->next = l;
    l->prev = l;
}

static inline bool list_is_empty(const struct list *head)
{
    return head->next == head;
}

static inline bool list_is_linked(const struct list *node)
{
    return node->next != node;
}

static inline void list_insert_before(struct list *at, struct list *node)
{
    node->prev = at->prev;
    node->next = at;
    at->prev->next = node;
    at->prev = node;
}

static inline void list_push_back(struct list *head, struct list *node)
{
    list_insert_before(head, node);
}

static inline void list_push_front(struct list *head, struct list *node)
{
    list_insert_before(head->next, node);
}

static inline void list_remove(struct list *node)
{
    node->prev->next = node->next;
    node->next->prev = node->prev;
    list_init(node);
}

#define list_entry(node, type, member) container_of(node, type, member)
#define list_first(head, type, member) list_entry((head)->next, type, member)

/* it: a `type *`. The body must not remove it; see list_for_each_safe. */
#define list_for_each(it, head, type, member)                                                     \
    for (type *it = list_entry((head)->next, type, member); &it->member != (head);                \
         it = list_entry(it->member.next, type, member))

/* The body may remove it (and nothing else). */
#define list_for_each_safe(it, head, type, member)                                                \
    for (type *it = list_entry((head)->next, type, member),                                       \
              *it##_next = list_entry(it->member.next, type, member);                             \
         &it->member != (head);                                                                   \
         it = it##_next, it##_next = list_entry(it->member.next, type, member))

#endif
