/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/kit/look.c - registers, memory and names of a machine under test. */
#include "sim/kit/private.h"

#include <stdarg.h>
#include <stdio.h>

#define PAGE_BYTES 4096u

static const struct cpu_reg_desc *find_reg(struct trapline *t, const char *name, size_t bytes,
                                           int *id)
{
    size_t count;
    const struct cpu_reg_desc *table = cpu_reg_table(t->a->arch, &count);

    *id = cpu_reg_find(t->a->arch, name);
    if (*id < 0) {
        kit_fail(t, -ENOENT, "%s has no register %s", t->a->arch == ARCH_ARM64 ? "arm64" : "x86_64",
                 name);
        return NULL;
    }
    if (bytes > table[*id].bytes) {
        kit_fail(t, -EINVAL, "%s has %u bytes, not %zu", name, table[*id].bytes, bytes);
        return NULL;
    }
    return &table[*id];
}

int trapline_set_bytes(struct trapline *t, const char *name, const void *value, size_t bytes)
{
    uint8_t all[16] = {0};
    int id, rc;

    if (!find_reg(t, name, bytes, &id))
        return id < 0 ? -ENOENT : -EINVAL;
    memcpy(all, value, bytes);
    rc = cpu_reg_write(t->cpu, id, all);
    return rc ? kit_fail(t, rc, "%s cannot hold that value", name) : 0;
}

int trapline_get_bytes(struct trapline *t, const char *name, void *value, size_t bytes)
{
    uint8_t all[16] = {0};
    int id, rc;

    if (!find_reg(t, name, bytes, &id))
        return id < 0 ? -ENOENT : -EINVAL;
    rc = cpu_reg_read(t->cpu, id, all);
    memcpy(value, all, bytes);
    return rc ? kit_fail(t, rc, "%s cannot be read", name) : 0;
}

int trapline_set(struct trapline *t, const char *name, uint64_t value)
{
    int id;
    const struct cpu_reg_desc *d = find_reg(t, name, 0, &id);

    if (!d)
        return -ENOENT;
    if (d->bytes < 8 && value >> 8 * d->bytes)
        return kit_fail(t, -EINVAL, "%s has %u bytes: 0x%llx does not fit", name, d->bytes,
                        (unsigned long long)value);
    return trapline_set_bytes(t, name, &value, d->bytes < 8 ? d->bytes : 8);
}

uint64_t trapline_get(struct trapline *t, const char *name)
{
    uint8_t all[16] = {0};
    uint64_t value;
    int id;

    if (!find_reg(t, name, 0, &id) || cpu_reg_read(t->cpu, id, all) != 0)
        return 0;
    memcpy(&value, all, sizeof(value));
    return value;
}

int trapline_get_sysreg(struct trapline *t, uint32_t number, uint64_t *value)
{
    int rc = cpu_sysreg_read(t->cpu, number, value);

    return rc ? kit_fail(t, rc, "there is no system register 0x%x that can be read", number) : 0;
}

int trapline_set_sysreg(struct trapline *t, uint32_t number, uint64_t value)
{
    int rc = cpu_sysreg_write(t->cpu, number, value);

    if (rc == -ENOENT)
        return kit_fail(t, rc, "there is no system register 0x%x that can be written", number);
    return rc ? kit_fail(t, rc, "system register 0x%x cannot hold 0x%llx", number,
                         (unsigned long long)value)
              : 0;
}

uint64_t trapline_pc(struct trapline *t)
{
    return cpu_pc(t->cpu);
}

int trapline_set_pc(struct trapline *t, uint64_t pc)
{
    return trapline_set(t, t->a->pc, pc);
}

uint64_t trapline_sp(struct trapline *t)
{
    return cpu_sp(t->cpu);
}

bool trapline_in_user(struct trapline *t)
{
    return cpu_in_user(t->cpu);
}

int trapline_fill_vectors(struct trapline *t, uint64_t seed)
{
    size_t count;
    const struct cpu_reg_desc *table = cpu_reg_table(t->a->arch, &count);
    uint8_t next = (uint8_t)(seed * 16 + 1);

    for (size_t id = 0; id < count; id++) {
        uint8_t value[16];
        int rc;

        if (table[id].group != CPU_REG_FP || table[id].bytes != 16)
            continue;
        for (unsigned i = 0; i < sizeof(value); i++)
            value[i] = (uint8_t)(next + i * 13);
        next = (uint8_t)(next + 7);
        rc = cpu_reg_write(t->cpu, (int)id, value);
        if (rc != 0)
            return kit_fail(t, rc, "%s cannot be written", table[id].name);
    }
    return 0;
}

int trapline_regs(struct trapline *t, struct trapline_regs *regs)
{
    int rc;

    if (trapline_reg_count(t) > TRAPLINE_REGS_MAX)
        return kit_fail(t, -EOVERFLOW, "more registers than a struct trapline_regs holds");
    memset(regs, 0, sizeof(*regs));
    rc = cpu_reg_read_all(t->cpu, regs->value);
    return rc ? kit_fail(t, rc, "the registers cannot be read") : 0;
}

size_t trapline_reg_count(const struct trapline *t)
{
    size_t count;

    cpu_reg_table(t->a->arch, &count);
    return count;
}

const char *trapline_reg_name(const struct trapline *t, size_t index)
{
    size_t count;
    const struct cpu_reg_desc *table = cpu_reg_table(t->a->arch, &count);

    return index < count ? table[index].name : NULL;
}

int trapline_translate(struct trapline *t, uint64_t va, uint64_t *pa)
{
    int rc = cpu_translate(t->cpu, va, pa);

    return rc ? kit_fail(t, rc, "0x%llx is not mapped", (unsigned long long)va) : 0;
}

int trapline_read(struct trapline *t, uint64_t va, void *bytes, size_t len)
{
    int rc = cpu_mem_read(t->cpu, va, bytes, len);

    return rc ? kit_fail(t, rc, "%zu bytes at 0x%llx are not mapped", len, (unsigned long long)va)
              : 0;
}

int trapline_write(struct trapline *t, uint64_t va, const void *bytes, size_t len)
{
    const uint8_t *from = bytes;
    int rc;

    rc = kit_note_returns(t, va, bytes, len);
    while (rc == 0 && len > 0) {
        size_t part = PAGE_BYTES - (va & (PAGE_BYTES - 1));
        paddr_t pa;

        part = part < len ? part : len;
        rc = trapline_translate(t, va, &pa);
        if (rc == 0 && (rc = cpu_phys_write(t->cpu, pa, from, part)) != 0)
            kit_fail(t, rc, "0x%llx is not in RAM", (unsigned long long)va);
        va += part;
        from += part;
        len -= part;
    }
    cpu_flush_tlb(t->cpu);
    return rc;
}

int trapline_read_phys(struct trapline *t, uint64_t pa, void *bytes, size_t len)
{
    int rc = cpu_phys_read(t->cpu, pa, bytes, len);

    return rc ? kit_fail(t, rc, "physical 0x%llx is not in RAM", (unsigned long long)pa) : 0;
}

int trapline_write_phys(struct trapline *t, uint64_t pa, const void *bytes, size_t len)
{
    int rc = cpu_phys_write(t->cpu, pa, bytes, len);

    cpu_flush_tlb(t->cpu);
    return rc ? kit_fail(t, rc, "physical 0x%llx is not in RAM", (unsigned long long)pa) : 0;
}

uint64_t trapline_symbol(struct trapline *t, const char *name)
{
    vaddr_t va;
    uint64_t bytes;

    if (t->symbols && symbols_lookup(t->symbols, name, &va, &bytes) == 0)
        return va;
    kit_fail(t, -ENOENT, "there is no symbol %s", name);
    return 0;
}

const char *trapline_where(struct trapline *t, uint64_t va)
{
    const char *name;
    uint64_t offset;

    if (!t->symbols || symbols_find(t->symbols, va, &name, &offset) != 0)
        snprintf(t->where, sizeof(t->where), "0x%llx", (unsigned long long)va);
    else if (offset)
        snprintf(t->where, sizeof(t->where), "%.120s+0x%llx", name, (unsigned long long)offset);
    else
        snprintf(t->where, sizeof(t->where), "%.120s", name);
    return t->where;
}

const char *trapline_console(const struct trapline *t)
{
    struct byte_buf *b = (struct byte_buf *)&t->console;

    buf_put(b, "", 1);
    if (b->failed)
        return "";
    b->used--;
    return (const char *)b->data;
}

uint64_t trapline_place(const struct trapline *t, enum trapline_place place)
{
    static const struct {
        enum kit_block block;
        bool top;
    } where[] = {
        [TRAPLINE_KERNEL_CODE] = {KIT_BLOCK_KERNEL_CODE, false},
        [TRAPLINE_KERNEL_DATA] = {KIT_BLOCK_KERNEL_DATA, false},
        [TRAPLINE_KERNEL_STACK] = {KIT_BLOCK_KERNEL_DATA, true},
        [TRAPLINE_USER_CODE] = {KIT_BLOCK_USER_CODE, false},
        [TRAPLINE_USER_DATA] = {KIT_BLOCK_USER_DATA, false},
        [TRAPLINE_USER_STACK] = {KIT_BLOCK_USER_DATA, true},
        [TRAPLINE_READ_ONLY] = {KIT_BLOCK_READ_ONLY, false},
        [TRAPLINE_UNMAPPED] = {KIT_BLOCK_UNMAPPED, false},
    };

    if (!t->is_code || (size_t)place >= ARRAY_LEN(where))
        return 0;
    return kit_block(t->a, where[place].block) + (where[place].top ? KIT_BLOCK_BYTES : 0);
}
