// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fdt.c - the device tree reader. The structure block is a list of 32-bit big-endian
 * tokens:
 *
 *   1 BEGIN_NODE  name, NUL, padding to 4
 *   2 END_NODE
 *   3 PROP        u32 bytes, u32 offset of the name in the strings block, data, padding to 4
 *   4 NOP
 *   9 END
 *
 * Every read goes through take(), which refuses to leave the block.
 */
#include "kernel/arch/arm64/fdt.h"
#include "kernel/include/errno.h"
#include "kernel/include/string.h"

#define FDT_MAGIC 0xd00dfeedu
#define FDT_HEADER_BYTES 40u
#define FDT_DEPTH_MAX 16u

enum { TOKEN_BEGIN_NODE = 1, TOKEN_END_NODE = 2, TOKEN_PROP = 3, TOKEN_NOP = 4, TOKEN_END = 9 };

struct cursor {
    const struct fdt *fdt;
    uint32_t at;
};

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

uint64_t fdt_number(const uint8_t *data, unsigned cells)
{
    return cells == 2 ? (uint64_t)get32(data) << 32 | get32(data + 4) : get32(data);
}

static int in_blob(uint32_t offset, uint32_t bytes, uint32_t total)
{
    return offset <= total && bytes <= total - offset;
}

int fdt_open(const void *blob, size_t bytes_max, struct fdt *out)
{
    const uint8_t *b = blob;
    uint32_t structure, strings;

    if (bytes_max < FDT_HEADER_BYTES || get32(b) != FDT_MAGIC)
        return -EINVAL;
    out->total_bytes = get32(b + 4);
    structure = get32(b + 8);
    strings = get32(b + 12);
    out->strings_bytes = get32(b + 32);
    out->structure_bytes = get32(b + 36);
    if (out->total_bytes > bytes_max || out->total_bytes < FDT_HEADER_BYTES ||
        !in_blob(structure, out->structure_bytes, out->total_bytes) ||
        !in_blob(strings, out->strings_bytes, out->total_bytes))
        return -EINVAL;
    out->structure = b + structure;
    out->strings = b + strings;
    return 0;
}

/* The next `bytes` bytes, and on to the next multiple of 4; NULL: they are not there. */
static const uint8_t *take(struct cursor *c, uint32_t bytes)
{
    const uint8_t *p = c->fdt->structure + c->at;

    if (!in_blob(c->at, bytes, c->fdt->structure_bytes))
        return NULL;
    c->at = (c->at + bytes + 3) & ~3u;
    return p;
}

static const char *take_name(struct cursor *c)
{
    const char *name = (const char *)c->fdt->structure + c->at;
    size_t room, len;

    if (c->at >= c->fdt->structure_bytes)
        return NULL;
    room = c->fdt->structure_bytes - c->at;
    len = strnlen(name, room);
    return len < room ? (const char *)take(c, (uint32_t)len + 1) : NULL;
}

static int take_property(struct cursor *c, struct fdt_property *p)
{
    const uint8_t *head = take(c, 8);
    uint32_t name;

    if (!head)
        return -EINVAL;
    p->bytes = get32(head);
    p->data = take(c, p->bytes);
    name = get32(head + 4);
    if (!p->data || name >= c->fdt->strings_bytes)
        return -EINVAL;
    p->name = (const char *)c->fdt->strings + name;
    if (strnlen(p->name, c->fdt->strings_bytes - name) == c->fdt->strings_bytes - name)
        return -EINVAL;
    return 0;
}

int fdt_walk(const struct fdt *t, void (*visit)(void *ctx, const struct fdt_property *p), void *ctx)
{
    const char *nodes[FDT_DEPTH_MAX];
    struct cursor c = { .fdt = t };
    struct fdt_property p;
    unsigned depth = 0; /* nodes that are open */

    for (;;) {
        const uint8_t *token = take(&c, 4);

        switch (token ? get32(token) : 0) {
        case TOKEN_BEGIN_NODE:
            if (depth == FDT_DEPTH_MAX || !(nodes[depth++] = take_name(&c)))
                return -EINVAL;
            break;
        case TOKEN_END_NODE:
            if (depth-- == 0)
                return -EINVAL;
            break;
        case TOKEN_PROP:
            if (depth == 0 || take_property(&c, &p))
                return -EINVAL;
            p.depth = depth - 1;
            p.node = nodes[depth - 1];
            visit(ctx, &p);
            break;
        case TOKEN_NOP:
            break;
        case TOKEN_END:
            return depth == 0 ? 0 : -EINVAL;
        default:
            return -EINVAL;
        }
    }
}
