/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Flash memory with a firmware, as QEMU's `virt` has it at physical 0: two banks of 64 MiB, the
 * firmware at the start of the first, all else erased (ones). It is read and executed as memory,
 * by stage 2; a store, which to a flash chip is a command, is a stage-2 abort (board.c).
 *
 *     0x0000000000  the firmware's pages
 *     0x8000000000  hidden: one erased page, for all the others, and level 3 tables of stage 2
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "cpu/arch/arm64/engine.h"

#define HIDDEN      0x8000000000ull
#define FLASH_PAGES (ARM64_FLASH_BYTES / PAGE_BYTES)
#define TABLE_BYTES (FLASH_PAGES * 8)
#define BLOCK_2M    0x200000ull

/* Access flag, inner shareable, read only, normal write-back. */
#define S2_READ_PAGE (1ull << 10 | 3ull << 8 | 1ull << 6 | 0xfull << 2 | 3)
#define S2_TABLE     3ull

static uint8_t *new_memory(size_t bytes)
{
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return p == MAP_FAILED ? NULL : p;
}

int arm64_engine_flash_create(struct arm64 *a, uint64_t *level2)
{
    size_t bytes = (a->config.flash_bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    struct arm64_flash *f = &a->flash;
    uint64_t *entry;

    f->hidden_bytes = PAGE_BYTES + TABLE_BYTES;
    f->hidden = new_memory(f->hidden_bytes);
    f->memory = new_memory(bytes);
    if (!f->hidden || !f->memory)
        return -ENOMEM;
    f->bytes = bytes;
    memset(f->hidden, 0xff, PAGE_BYTES);
    memset(f->memory + bytes - PAGE_BYTES, 0xff, PAGE_BYTES);
    memcpy(f->memory, a->config.flash, a->config.flash_bytes);
    entry = (uint64_t *)(void *)(f->hidden + PAGE_BYTES);
    for (size_t page = 0; page < FLASH_PAGES; page++)
        entry[page] = (page * PAGE_BYTES < bytes ? page * PAGE_BYTES : HIDDEN) | S2_READ_PAGE;
    for (size_t table = 0; table < ARM64_FLASH_BYTES / BLOCK_2M; table++)
        level2[table] = (HIDDEN + PAGE_BYTES + table * PAGE_BYTES) | S2_TABLE;
    if (uc_mem_map_ptr(a->engine->uc, 0, bytes, UC_PROT_READ | UC_PROT_EXEC, f->memory) ||
        uc_mem_map_ptr(a->engine->uc, HIDDEN, f->hidden_bytes, UC_PROT_ALL, f->hidden))
        return -EIO;
    return 0;
}

void arm64_engine_flash_destroy(struct arm64 *a)
{
    struct arm64_flash *f = &a->flash;

    if (f->memory)
        munmap(f->memory, (a->config.flash_bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES);
    if (f->hidden)
        munmap(f->hidden, f->hidden_bytes);
    memset(f, 0, sizeof(*f));
}
