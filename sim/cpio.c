/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/cpio.c - newc archives: entries of a 110-byte ASCII header ("070701", 13 fields of eight
 * hex digits), the name, the contents, both padded to four bytes; the name "TRAILER!!!"
 * ends an archive, another may follow at a multiple of four behind zeros.
 */
#include "sim/cpio.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#define HEADER_BYTES 110u
#define LINKS_MAX    8
#define PATH_LEN     1024u

struct entry {
    const char *name; /* not terminated */
    size_t name_len;
    unsigned mode;
    const uint8_t *data;
    size_t bytes;
};

static bool hex_field(const uint8_t *at, uint32_t *value)
{
    *value = 0;
    for (unsigned i = 0; i < 8; i++) {
        unsigned c = at[i], digit;

        if (c >= '0' && c <= '9')
            digit = c - '0';
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            digit = (c | 0x20) - 'a' + 10;
        else
            return false;
        *value = *value << 4 | digit;
    }
    return true;
}

/* The entry at *at; false at the end of what can be read. */
static bool next_entry(const struct blob *a, size_t *at, struct entry *e)
{
    uint32_t mode, size, name_size;
    size_t data_at;

    while (*at < a->bytes && a->data[*at] == 0)
        ++*at;
    if (*at + HEADER_BYTES > a->bytes || memcmp(a->data + *at, "07070", 5) != 0 ||
        !hex_field(a->data + *at + 14, &mode) || !hex_field(a->data + *at + 54, &size) ||
        !hex_field(a->data + *at + 94, &name_size))
        return false;
    if (name_size == 0 || name_size > a->bytes - *at - HEADER_BYTES)
        return false;
    data_at = (*at + HEADER_BYTES + name_size + 3) & ~(size_t)3;
    if (data_at > a->bytes || size > a->bytes - data_at)
        return false;
    e->name = (const char *)a->data + *at + HEADER_BYTES;
    e->name_len = strnlen(e->name, name_size);
    e->mode = mode;
    e->data = a->data + data_at;
    e->bytes = size;
    *at = (data_at + size + 3) & ~(size_t)3;
    return true;
}

/* `path` without leading "/" and "./" and doubled slashes, "a/../" taken back. */
static void normalise(const char *path, char out[PATH_LEN])
{
    size_t used = 0;

    while (*path) {
        size_t len = strcspn(path, "/");

        if (len == 2 && path[0] == '.' && path[1] == '.') {
            while (used > 0 && out[--used] != '/')
                ;
        } else if (len > 0 && !(len == 1 && path[0] == '.') && used + len + 2 < PATH_LEN) {
            if (used > 0)
                out[used++] = '/';
            memcpy(out + used, path, len);
            used += len;
        }
        path += len + (path[len] == '/');
    }
    out[used] = '\0';
}

static bool look_up(const struct blob *a, const char *name, struct entry *found)
{
    size_t at = 0, len = strlen(name);
    bool any = false;
    struct entry e;

    while (next_entry(a, &at, &e)) {
        while (e.name_len > 0 &&
               (e.name[0] == '/' || (e.name_len > 1 && memcmp(e.name, "./", 2) == 0))) {
            size_t skip = e.name[0] == '/' ? 1 : 2;

            e.name += skip;
            e.name_len -= skip;
        }
        /* Of hard links only one carries the contents. */
        if (e.name_len == len && memcmp(e.name, name, len) == 0) {
            *found = e;
            any = true;
        }
    }
    return any;
}

/* Replace the first component that is a symbolic link; true when there was one. */
static bool follow(const struct blob *a, char path[PATH_LEN])
{
    char prefix[PATH_LEN], joined[3 * PATH_LEN];

    for (size_t len = strcspn(path, "/");; len += 1 + strcspn(path + len + 1, "/")) {
        struct entry e;
        size_t dir;

        memcpy(prefix, path, len);
        prefix[len] = '\0';
        if (look_up(a, prefix, &e) && S_ISLNK(e.mode) && e.bytes < PATH_LEN) {
            for (dir = len; dir > 0 && path[dir - 1] != '/'; dir--)
                ;
            if (e.bytes > 0 && e.data[0] == '/')
                dir = 0;
            snprintf(joined, sizeof(joined), "%.*s%.*s%s", (int)dir, path, (int)e.bytes,
                     (const char *)e.data, path + len);
            normalise(joined, path);
            return true;
        }
        if (path[len] == '\0')
            return false;
    }
}

int cpio_find(const struct blob *archive, const char *path, const uint8_t **data, size_t *bytes)
{
    char name[PATH_LEN];
    struct entry e;

    normalise(path, name);
    for (int i = 0; i < LINKS_MAX; i++) {
        if (follow(archive, name))
            continue;
        if (!look_up(archive, name, &e) || !S_ISREG(e.mode))
            return -ENOENT;
        *data = e.data;
        *bytes = e.bytes;
        return 0;
    }
    return -ELOOP;
}

static void pad(struct byte_buf *b)
{
    buf_put(b, "\0\0\0", (4 - b->used % 4) % 4);
}

void cpio_put(struct byte_buf *b, unsigned *ino, const char *path, unsigned mode, const void *data,
              size_t bytes)
{
    char header[HEADER_BYTES + 1];

    snprintf(header, sizeof(header), "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x",
             ++*ino, mode, 0u, 0u, 1u, 0u, (unsigned)bytes, 0u, 0u, 0u, 0u,
             (unsigned)strlen(path) + 1, 0u);
    buf_put(b, header, HEADER_BYTES);
    buf_put(b, path, strlen(path) + 1);
    pad(b);
    buf_put(b, data, bytes);
    pad(b);
}

void cpio_end(struct byte_buf *b)
{
    unsigned ino = UINT32_MAX; /* becomes 0 */

    cpio_put(b, &ino, "TRAILER!!!", 0, NULL, 0);
}
