/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpio.c - the newc format.
 *
 *   offset 0   magic "070701" (or "070702", whose checksum is not looked at)
 *   offset 6   13 fields of 8 hexadecimal digits: ino mode uid gid nlink mtime
 *              filesize devmajor devminor rdevmajor rdevminor namesize check
 *   offset 110 name, namesize bytes with its NUL, padded to 4 from the header
 *   then       filesize bytes, padded to 4
 *
 * "TRAILER!!!" ends one archive; another may follow after zero bytes.
 */
#include "kernel/fs/cpio.h"
#include "kernel/include/errno.h"
#include "kernel/include/string.h"

#define HEADER_BYTES 110u
#define FIELDS 13u

static int hex_field(const uint8_t *p, uint32_t *out)
{
    uint32_t v = 0;
    for (int i = 0; i < 8; i++) {
        uint8_t c = p[i];
        if (c >= '0' && c <= '9')
            v = v << 4 | (uint32_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            v = v << 4 | (uint32_t)(c - 'a' + 10);
        else if (c >= 'A' && c <= 'F')
            v = v << 4 | (uint32_t)(c - 'A' + 10);
        else
            return -EINVAL;
    }
    *out = v;
    return 0;
}

static size_t align4(size_t n)
{
    return (n + 3) & ~(size_t)3;
}

/* Header at c->at to an entry; *end is the place behind it, rounded up. */
static int parse(const struct cpio *c, struct cpio_entry *e, size_t *end)
{
    const uint8_t *p = c->data + c->at;
    size_t left = c->bytes - c->at;
    uint32_t field[FIELDS];
    if (left < HEADER_BYTES)
        return -EINVAL;
    if (memcmp(p, "070701", 6) && memcmp(p, "070702", 6))
        return -ENOEXEC;
    for (unsigned i = 0; i < FIELDS; i++)
        if (hex_field(p + 6 + 8 * i, &field[i]))
            return -EINVAL;
    uint32_t file_bytes = field[6], name_bytes = field[11];
    size_t name_end = align4(HEADER_BYTES + (size_t)name_bytes);
    if (name_bytes == 0 || name_end > left || file_bytes > left - name_end)
        return -EINVAL;
    if (p[HEADER_BYTES + name_bytes - 1] != '\0')
        return -EINVAL;
    *e = (struct cpio_entry){
        .ino = field[0], .mode = field[1], .uid = field[2], .gid = field[3],
        .nlink = field[4], .mtime = field[5], .dev_major = field[7], .dev_minor = field[8],
        .rdev_major = field[9], .rdev_minor = field[10],
        .name = (const char *)p + HEADER_BYTES, .content = p + name_end, .bytes = file_bytes,
    };
    *end = c->at + align4(name_end + file_bytes);
    if (*end > c->bytes)
        *end = c->bytes;
    return 0;
}

static const char *strip(const char *name)
{
    for (;;) {
        if (name[0] == '/')
            name++;
        else if (name[0] == '.' && name[1] == '/')
            name += 2;
        else
            return name;
    }
}

int cpio_next(struct cpio *c, struct cpio_entry *e)
{
    for (;;) {
        size_t end;
        while (c->at < c->bytes && c->data[c->at] == 0)
            c->at++;
        if (c->at == c->bytes)
            return 0;
        int err = parse(c, e, &end);
        if (err)
            return err;
        c->at = end;
        if (!strcmp(e->name, "TRAILER!!!"))
            continue;
        e->name = strip(e->name);
        if (e->name[0])
            return 1;
    }
}
