/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/gdb_target.c - target descriptions; see gdb_target.h. */
#include "sim/gdb_target.h"

#include <stdio.h>

const struct gdb_target *gdb_target_get(enum arch arch)
{
    return arch == ARCH_ARM64 ? &arm64_gdb_target : &x86_64_gdb_target;
}

static void put(struct byte_buf *out, const char *text)
{
    buf_put(out, text, strlen(text));
}

void gdb_target_xml(const struct gdb_target *t, struct byte_buf *out)
{
    char line[200];

    put(out, "<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\">");
    put(out, "<target><architecture>");
    put(out, t->architecture);
    put(out, "</architecture>");
    for (size_t i = 0; i < t->reg_count; i++) {
        const struct gdb_reg *r = &t->reg[i];

        if (r->feature) {
            snprintf(line, sizeof(line), "%s<feature name=\"%s\">", i ? "</feature>" : "",
                     r->feature);
            put(out, line);
            if (r->types)
                put(out, r->types);
        }
        snprintf(line, sizeof(line), "<reg name=\"%s\" bitsize=\"%u\" regnum=\"%zu\"%s%s%s%s/>",
                 r->name, r->bits, i, r->type ? " type=\"" : "", r->type ? r->type : "",
                 r->type ? "\"" : "", i >= t->general_count ? " group=\"system\"" : "");
        put(out, line);
    }
    put(out, "</feature></target>");
}

size_t gdb_target_read(const struct gdb_target *t, struct cpu *cpu, size_t number,
                       uint8_t value[16])
{
    const struct gdb_reg *r;
    int id;

    if (number >= t->reg_count)
        return 0;
    r = &t->reg[number];
    memset(value, 0, 16);
    if (t->read_special && t->read_special(cpu, number, value))
        return r->bits / 8;
    id = r->source ? cpu_reg_find(cpu_arch(cpu), r->source) : -1;
    if (id >= 0 && cpu_reg_read(cpu, id, value) != 0)
        memset(value, 0, 16);
    return r->bits / 8;
}
