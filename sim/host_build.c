/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/host_build.c - which build of the program and its libraries is running; see host.h. */
#include "sim/host.h"

#include <elf.h>
#include <link.h>

struct ids {
    uint8_t *bytes;
    size_t used, room;
    size_t objects;
    bool missing; /* the program has none */
};

/* The note's contents (ELF gABI, "Note Section"; 4-byte aligned), or NULL. */
static const uint8_t *find_build_id(const uint8_t *note, size_t bytes, size_t *len)
{
    while (bytes >= sizeof(ElfW(Nhdr))) {
        ElfW(Nhdr) head;
        size_t name, desc;

        memcpy(&head, note, sizeof(head));
        name = ((size_t)head.n_namesz + 3) & ~(size_t)3;
        desc = ((size_t)head.n_descsz + 3) & ~(size_t)3;
        if (name + desc > bytes - sizeof(head))
            return NULL;
        if (head.n_type == NT_GNU_BUILD_ID && head.n_namesz == 4 &&
            memcmp(note + sizeof(head), ELF_NOTE_GNU, 4) == 0) {
            *len = head.n_descsz;
            return note + sizeof(head) + name;
        }
        note += sizeof(head) + name + desc;
        bytes -= sizeof(head) + name + desc;
    }
    return NULL;
}

static int add_object(struct dl_phdr_info *info, size_t size, void *ctx)
{
    struct ids *ids = ctx;
    const uint8_t *id = NULL;
    size_t len = 0;

    (void)size;
    if (strncmp(info->dlpi_name, "linux-vdso", 10) == 0)
        return 0; /* the host kernel's */
    for (unsigned i = 0; i < info->dlpi_phnum && !id; i++)
        if (info->dlpi_phdr[i].p_type == PT_NOTE)
            id = find_build_id((const uint8_t *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr),
                               info->dlpi_phdr[i].p_memsz, &len);
    if (ids->objects++ == 0 && !id)
        ids->missing = true;
    if (!id || len > ids->room - ids->used)
        return 0;
    memcpy(ids->bytes + ids->used, id, len);
    ids->used += len;
    return 0;
}

size_t host_build_ids(uint8_t *bytes, size_t len)
{
    struct ids ids = {.bytes = bytes, .room = len};

    dl_iterate_phdr(add_object, &ids);
    return ids.missing ? 0 : ids.used;
}
