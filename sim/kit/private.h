/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/kit/private.h - inside of the kit for trap tests; kit.h is its outside.
 *
 * Rules of use
 *   - All that can fail leaves its sentence by kit_fail().
 *   - What differs between the CPUs is in `struct kit_arch`, one in each arch/CPU/kit.c.
 */
#ifndef TRAPLINE_SIM_KIT_PRIVATE_H
#define TRAPLINE_SIM_KIT_PRIVATE_H

#include <errno.h>

#include "cpu/cpu.h"
#include "loader/boot.h"
#include "sim/arch/arch.h"
#include "sim/bytes.h"
#include "sim/kit/kit.h"
#include "sim/snapshot.h"

#define KIT_BLOCK_BYTES   (2u << 20)
#define KIT_VECTORS_AT    0x100000u /* into the kernel's code */
#define KIT_TRAPS_MAX     65536u    /* kept for the text */
#define KIT_LIMIT_DEFAULT 100000000u

/* The blocks of a machine without a kernel, from the start of RAM. */
enum kit_block {
    KIT_BLOCK_TABLES,
    KIT_BLOCK_KERNEL_CODE,
    KIT_BLOCK_KERNEL_DATA,
    KIT_BLOCK_USER_CODE,
    KIT_BLOCK_USER_DATA,
    KIT_BLOCK_READ_ONLY,
    KIT_BLOCK_UNMAPPED,
};

struct kit_arch {
    enum arch arch;
    paddr_t ram_base;
    const char *pc, *sp;
    const char *assemblers[3];  /* of binutils, by name, and NULL */
    unsigned elf_machine;       /* EM_* */
    /* Build tables and registers of a machine without a kernel, behind its reset. */
    int (*set_up)(struct trapline *t);
    struct cpu_entry (*entry)(void);
    uint64_t (*vector)(struct trapline *t, unsigned vector);
    int (*enter_user)(struct trapline *t, uint64_t pc);
    struct cpu_injection (*fault)(struct trapline *t, uint64_t addr, bool is_write, bool is_mapped);
    /* Offset of the first return instruction at or behind `from`; SIZE_MAX: none. */
    size_t (*find_return)(const uint8_t *code, size_t bytes, size_t from);
    /* Is a return instruction at the PC, and does it go to user mode? */
    bool (*at_return)(struct trapline *t, bool *to_user);
    bool (*is_integer)(const char *name); /* of the general registers, those that compute */
    const struct trapline_field *signal_fields; /* of Linux's rt_sigframe */
    size_t signal_field_count;
    unsigned signo_at;
};
extern const struct kit_arch kit_arm64, kit_x86_64;

struct trapline {
    const struct kit_arch *a;
    struct cpu *cpu;
    struct cpu_config config;
    struct cpu_entry entry;
    bool is_code;               /* without a kernel */
    struct symbols *symbols;    /* NULL: none */
    struct blob kernel;         /* what the symbols point into */
    vaddr_t *returns;           /* ascending: where return instructions may be */
    size_t return_count;
    struct snapshots *snapshots; /* NULL: none taken yet */
    struct trapline_snapshot *mark;
    uint64_t limit;
    bool stop_at_trap;
    struct trapline_trap last;
    struct cpu_trap *traps;
    size_t trap_count, trap_room;
    struct byte_buf console, text;
    char where[160];
    char error[512];
};

struct trapline_snapshot {
    struct snapshot *s;
    struct trapline_trap last;
};

int kit_fail(struct trapline *t, int rc, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Note the return instructions in the `bytes` of code that stand at `va`. */
MUST_CHECK int kit_note_returns(struct trapline *t, vaddr_t va, const uint8_t *code, size_t bytes);
MUST_CHECK int kit_note_return(struct trapline *t, vaddr_t va);
const struct kit_arch *kit_arch_of(enum trapline_arch arch); /* NULL: there is none */
void kit_forget_history(struct trapline *t);
/* An unsized machine around a cpu of `config`, at its entry; for open and fork. */
MUST_CHECK int kit_create(const struct kit_arch *a, const struct cpu_config *config,
                          const struct cpu_entry *entry, struct trapline **out, char *err,
                          size_t err_len);
void kit_text(struct trapline *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* The text since it was last emptied, NUL-terminated. */
const char *kit_text_end(struct trapline *t);

static inline vaddr_t kit_block(const struct kit_arch *a, enum kit_block block)
{
    return a->ram_base + (vaddr_t)block * KIT_BLOCK_BYTES;
}

#endif
