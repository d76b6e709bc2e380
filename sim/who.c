/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/who.c - the chain from a value to its origin; see who.h. */
#include "sim/who.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "loader/fail.h"

#define PAGE_BYTES 4096u

const char *who_kind_name(enum who_kind kind)
{
    static const char *const names[] = {"copied", "loaded", "stored", "constant", "computed",
                                        "entry", "beginning", "device", "lost"};

    return names[kind];
}

int who_open(struct timeline *t, struct places *places, const struct machine *m, struct who **out)
{
    struct who *w = calloc(1, sizeof(*w));

    *out = w;
    if (!w)
        return -ENOMEM;
    w->timeline = t;
    w->machine = m;
    w->own = (struct code_places){.trace = timeline_recording(t), .places = places};
    w->code = &w->own;
    if (operands_open(&w->operands, m->arch)) {
        who_close(w);
        *out = NULL;
        return -ENOMEM;
    }
    return 0;
}

void who_close(struct who *w)
{
    if (!w)
        return;
    operands_close(&w->operands);
    code_places_free(&w->own);
    free(w->seen);
    free(w);
}

/* ---- places as text ---- */

static int parse_memory(const char *text, struct value_place *place, char *err, size_t err_len)
{
    char *end;

    place->in_memory = true;
    place->va = strtoull(text, &end, 0);
    place->bytes = 8;
    if (*end == ':')
        place->bytes = (unsigned)strtoul(end + 1, &end, 0);
    if (*end || !place->bytes || place->bytes > 16)
        return loader_fail(err, err_len, -EINVAL,
                           "'%s' is no register and no address: ADDRESS or ADDRESS:BYTES, 1 to 16",
                           text);
    if (place->va % PAGE_BYTES + place->bytes > PAGE_BYTES)
        return loader_fail(err, err_len, -EINVAL, "%s reaches into the next page", text);
    return 0;
}

int who_parse(enum arch arch, const char *text, struct value_place *place, char *err,
              size_t err_len)
{
    size_t count;
    char full[16];

    memset(place, 0, sizeof(*place));
    place->reg = cpu_reg_find(arch, text);
    if (place->reg < 0 && arch == ARCH_ARM64 && (text[0] == 'w' || text[0] == 'q')) {
        snprintf(full, sizeof(full), "%c%s", text[0] == 'w' ? 'x' : 'v', text + 1);
        place->reg = cpu_reg_find(arch, full);
        place->bytes = text[0] == 'w' ? 4 : 16;
    }
    if (place->reg < 0)
        return parse_memory(text, place, err, err_len);
    if (!place->bytes)
        place->bytes = cpu_reg_table(arch, &count)[place->reg].bytes;
    return 0;
}

void who_place_name(const struct who *w, const struct value_place *p, char *text, size_t len)
{
    size_t count;
    const struct cpu_reg_desc *d = cpu_reg_table(w->machine->arch, &count);

    if (p->in_memory)
        snprintf(text, len, "0x%llx:%u", (unsigned long long)p->va, p->bytes);
    else if (p->bytes == d[p->reg].bytes)
        snprintf(text, len, "%s", d[p->reg].name);
    else
        snprintf(text, len, "%s[%u..%u]", d[p->reg].name, p->offset, p->offset + p->bytes - 1);
}

/* ---- one link ---- */

int who_describe(struct who *w, insn_t n, struct who_link *link)
{
    int rc = timeline_seek(w->timeline, n);

    if (rc)
        return rc;
    link->n = n;
    link->pc = cpu_pc(who_cpu(w));
    code_place_text(w->code, n, link->pc, link->where, link->source);
    if (operands_decode(&w->operands, who_cpu(w), link->pc))
        snprintf(link->code, sizeof(link->code), "%s%s%s", w->operands.insn->mnemonic,
                 w->operands.insn->op_str[0] ? " " : "", w->operands.insn->op_str);
    return 0;
}

static enum who_kind kind_of(enum value_source source)
{
    switch (source) {
    case SOURCE_COPY:
        return WHO_COPIED;
    case SOURCE_LOAD:
        return WHO_LOADED;
    case SOURCE_STORE:
        return WHO_STORED;
    case SOURCE_CONSTANT:
        return WHO_CONSTANT;
    case SOURCE_COMPUTED:
        return WHO_COMPUTED;
    default:
        return WHO_LOST;
    }
}

/*
 * A kernel writes a page by another address than that at which a program sees it (a copied page, a
 * file's): the place as the instruction at hand names it, if it is of the same page of RAM.
 */
static vaddr_t as_stored(struct who *w, const struct value_place *p)
{
    struct touched list[OPERANDS_TOUCHED_MAX];
    unsigned count = operands_touches(&w->operands, who_cpu(w), list);
    paddr_t pa;

    for (unsigned i = 0; i < count; i++) {
        vaddr_t last = list[i].va + list[i].bytes - 1;

        for (vaddr_t page = list[i].va & ~(vaddr_t)(PAGE_BYTES - 1); page <= last;
             page += PAGE_BYTES)
            if (!cpu_translate(who_cpu(w), page, &pa) && pa / PAGE_BYTES == w->page)
                return page + p->va % PAGE_BYTES;
    }
    return p->va;
}

/* A store may have written some of the bytes alone: then these are what the link is about. */
static enum value_source source_of(struct who *w, struct who_link *link, struct value_place *from)
{
    struct value_place part = link->place;
    enum value_source source = SOURCE_NONE;
    vaddr_t va = part.in_memory ? as_stored(w, &part) : 0;

    part.va = part.in_memory ? va : part.va;
    for (unsigned skip = 0; skip < link->place.bytes && source == SOURCE_NONE; skip++) {
        source = operands_source(&w->operands, who_cpu(w), &part, from);
        if (source == SOURCE_NONE && link->place.in_memory) {
            part.va++;
            part.bytes--;
        }
    }
    if (source != SOURCE_NONE && part.in_memory && part.va != va) {
        memmove(link->value, link->value + (part.va - va), part.bytes);
        memset(link->value + part.bytes, 0, sizeof(link->value) - part.bytes);
        part.va += link->place.va - va;
        link->place = part;
        who_place_name(w, &part, link->what, sizeof(link->what));
    }
    return source;
}

/* From the place at `n` to the instruction that wrote it and to where that took it from. */
static int step(struct who *w, insn_t n, struct who_link *link, struct value_place *from)
{
    bool entry;
    insn_t found;
    unsigned slot;
    char name[32];
    paddr_t pa = 0;
    int rc;

    if (link->place.in_memory && cpu_translate(who_cpu(w), link->place.va, &pa) == 0)
        w->page = pa / PAGE_BYTES;
    if (link->place.in_memory)
        rc = who_find_memory(w, n, &link->place, &found, &entry);
    else
        rc = who_find_reg(w, n, &link->place, &found, &entry);
    if (rc < 0)
        return rc;
    if (rc == 0) {
        link->kind = WHO_BEGINNING;
        return 0;
    }
    rc = who_find_device(w, found, &link->place, &slot);
    if (rc > 0) {
        link->n = found;
        link->kind = WHO_DEVICE;
        snprintf(link->where, sizeof(link->where), "%s",
                 machine_device_name(w->machine, slot, name, sizeof(name)));
        return 0;
    }
    if (rc == 0)
        rc = who_describe(w, found, link);
    if (rc)
        return rc;
    link->kind = WHO_ENTRY;
    if (!entry)
        link->kind = kind_of(source_of(w, link, from));
    return 0;
}

/* A page's end cuts a value: so far goes what one look can see. */
static void clip(struct value_place *p)
{
    unsigned left = PAGE_BYTES - (unsigned)(p->va % PAGE_BYTES);

    if (p->in_memory && p->bytes > left)
        p->bytes = left;
}

int who_follow(struct who *w, insn_t n, const struct value_place *place, unsigned links_max,
               void (*fn)(void *ctx, const struct who_link *link), void *ctx, char *err,
               size_t err_len)
{
    struct value_place at = *place, from;
    struct who_link link;
    int rc = timeline_seek(w->timeline, n);

    for (unsigned i = 0; i < links_max && rc == 0; i++) {
        memset(&link, 0, sizeof(link));
        clip(&at);
        link.place = at;
        who_place_name(w, &at, link.what, sizeof(link.what));
        if (!who_read(w, &at, link.value)) /* behind the first: a device's register */
            return i > 0 ? 0 : loader_fail(err, err_len, -EFAULT,
                                           "%s cannot be read at instruction %llu", link.what,
                                           (unsigned long long)n);
        rc = step(w, n, &link, &from);
        if (rc)
            break;
        fn(ctx, &link);
        if (link.kind > WHO_STORED)
            return 0;
        n = link.n;
        at = from;
        rc = timeline_seek(w->timeline, n);
    }
    if (rc == -ENOMEM)
        return loader_fail(err, err_len, rc, "out of memory");
    return rc ? loader_fail(err, err_len, rc, "%s", timeline_error(w->timeline)) : 0;
}
