/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tests/qemu/trap_list.c - the list itself, and our own side of it by jansson. */
#include "tests/qemu/trap_list.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define X86_VECTOR_SYSCALL 256u

int trap_list_add(struct trap_list *list, const struct trap_entry *entry)
{
    if (list->count == list->room) {
        size_t room = list->room * 2 + 64;
        struct trap_entry *grown = realloc(list->entries, room * sizeof(*grown));

        if (!grown)
            return -ENOMEM;
        list->entries = grown;
        list->room = room;
    }
    list->entries[list->count++] = *entry;
    return 0;
}

void trap_list_free(struct trap_list *list)
{
    free(list->entries);
    memset(list, 0, sizeof(*list));
}

long trap_list_compare(const struct trap_list *a, const struct trap_list *b)
{
    size_t count = a->count < b->count ? a->count : b->count;

    for (size_t i = 0; i < count; i++) {
        const struct trap_entry *x = &a->entries[i], *y = &b->entries[i];

        if (x->vector != y->vector || x->syndrome != y->syndrome || x->addr != y->addr ||
            x->pc != y->pc)
            return (long)i;
    }
    return a->count == b->count ? -1 : (long)count;
}

/* A number, or a string that holds one ("0xffff8000..."): JSON numbers end at 2^53. */
static uint64_t number(const json_t *object, const char *key)
{
    const json_t *v = json_object_get(object, key);

    if (json_is_string(v))
        return strtoull(json_string_value(v), NULL, 0);
    return (uint64_t)json_integer_value(v);
}

static int add_object(enum arch arch, const json_t *object, struct trap_list *list)
{
    const char *kind = json_string_value(json_object_get(object, "kind"));
    struct trap_entry e = {
        .vector = (uint32_t)number(object, "vector"),
        .syndrome = number(object, "syndrome"),
        .addr = number(object, "addr"),
        .pc = number(object, "pc"),
    };

    if (!kind || strcmp(kind, "irq") == 0 || strcmp(kind, "fiq") == 0)
        return 0;
    if (arch == ARCH_X86_64 && e.vector == X86_VECTOR_SYSCALL)
        return 0;
    return trap_list_add(list, &e);
}

int trap_list_read_json(enum arch arch, FILE *json, struct trap_list *list, char *err,
                        size_t err_len)
{
    json_error_t why;
    json_t *value;
    int rc = 0;

    memset(list, 0, sizeof(*list));
    /* One object per line, one array, or an array under "traps". */
    while (rc == 0 && (value = json_loadf(json, JSON_DISABLE_EOF_CHECK, &why)) != NULL) {
        const json_t *array = json_is_array(value) ? value : json_object_get(value, "traps");

        if (array) {
            for (size_t i = 0; i < json_array_size(array) && rc == 0; i++)
                rc = add_object(arch, json_array_get(array, i), list);
        } else {
            rc = add_object(arch, value, list);
        }
        json_decref(value);
    }
    if (rc == 0 && list->count == 0) {
        snprintf(err, err_len, "no traps in the JSON: %s", why.text);
        rc = -EINVAL;
    }
    return rc;
}
