/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/leak_poison.c - changing what is dead; see leak.h.
 *
 * Tables are walked as the CPU does: arm64 with 4 KiB granule and 48 bits (DDI 0487, D8.3),
 * x86-64 with four levels (SDM vol. 3, 4.5). With anything else no page is touched.
 */
#include "sim/check/leak.h"

#include "sim/check/kernel_sp.h"

#include <string.h>

#define PAGE_BYTES   4096u
#define KEEP_BYTES   1024u /* of a stack's page, at its end: some kernels have a struct there */
#define ENTRIES      512u
#define ADDRESS_MASK 0x0000fffffffff000ull

/* Bytes of RAM at a physical address; NULL: not RAM. */
static uint8_t *ram_at(struct cpu *cpu, paddr_t pa, size_t len)
{
    paddr_t base;
    size_t bytes;
    uint8_t *ram = cpu_ram(cpu, &base, &bytes);

    return pa >= base && pa - base <= bytes - len ? ram + (pa - base) : NULL;
}

/*
 * No two words alike, so that a dead byte copied over another shows, and no byte of them zero.
 * `seed` names the place.
 */
static void fill(uint8_t *bytes, size_t len, uint64_t seed)
{
    for (size_t i = 0; i < len; i += 8) {
        uint64_t word = (seed + i) * 0x9e3779b97f4a7c15ull;

        word = (word ^ word >> 29) | 0x0101010101010101ull;
        memcpy(bytes + i, &word, len - i < 8 ? len - i : 8);
    }
}

static void poison_stack(struct cpu *cpu)
{
    vaddr_t sp = kernel_sp_of_entry(cpu), low;
    uint8_t *bytes;
    paddr_t pa;

    if (cpu_arch(cpu) == ARCH_ARM64 || !sp)
        sp = cpu_sp(cpu); /* at the vector it is SP_EL1 */
    if (sp < LEAK_STACK_BYTES)
        return;
    low = ((sp - 1) & ~(vaddr_t)(PAGE_BYTES - 1)) + KEEP_BYTES;
    if (low < sp - LEAK_STACK_BYTES)
        low = sp - LEAK_STACK_BYTES;
    sp -= LEAK_FRAME_BYTES;
    if (low >= sp || cpu_translate(cpu, low, &pa) != 0)
        return;
    bytes = ram_at(cpu, pa, sp - low);
    if (bytes)
        fill(bytes, sp - low, low);
}

static void poison_vectors(struct cpu *cpu)
{
    size_t count;
    const struct cpu_reg_desc *table = cpu_reg_table(cpu_arch(cpu), &count);
    uint8_t value[16];

    for (size_t i = 0; i < count; i++)
        if (table[i].group == CPU_REG_FP && table[i].bytes == 16) {
            fill(value, sizeof(value), i << 8);
            if (cpu_reg_write(cpu, (int)i, value) != 0)
                return;
        }
}

/* ---- pages that user mode may write ---- */

struct walk {
    struct cpu *cpu;
    bool arm;
};

static void poison_table(struct walk *w, paddr_t table, unsigned level, unsigned entries)
{
    const uint64_t *e = (const uint64_t *)ram_at(w->cpu, table, PAGE_BYTES);

    for (unsigned i = 0; e && i < entries; i++) {
        bool leaf = level == 3, block = !leaf && (w->arm ? !(e[i] & 2) : (e[i] & 0x80) != 0);
        bool may = w->arm ? !leaf || (e[i] & 0xc0) == 0x40 : (e[i] & 6) == 6;

        if (!(e[i] & 1) || block || !may)
            continue;
        if (!leaf) {
            poison_table(w, e[i] & ADDRESS_MASK, level + 1, ENTRIES);
        } else {
            uint8_t *page = ram_at(w->cpu, e[i] & ADDRESS_MASK, PAGE_BYTES);

            if (page)
                fill(page, PAGE_BYTES, e[i] & ADDRESS_MASK);
        }
    }
}

/* Lists of robust futexes are read by the kernel after the end: their heads stay as they are. */
struct heads {
    uint8_t *at[ARRAY_LEN(((struct leak_poison *)0)->robust)];
    uint64_t words[ARRAY_LEN(((struct leak_poison *)0)->robust)][3];
    size_t count;
};

/* False: one of them is not empty, and what it leads to is not dead. */
static bool find_heads(const struct leak_poison *p, struct cpu *cpu, uint64_t root, struct heads *h)
{
    h->count = 0;
    for (size_t i = 0; i < p->robust_count; i++) {
        uint64_t *words = h->words[h->count];
        vaddr_t head = p->robust[i].head;
        paddr_t pa;

        if (p->robust[i].root != root || cpu_mem_read(cpu, head, words, sizeof(h->words[0])) != 0 ||
            cpu_translate(cpu, head, &pa) != 0)
            continue;
        h->at[h->count] = ram_at(cpu, pa, sizeof(h->words[0]));
        if (words[0] != head || !h->at[h->count] || head % PAGE_BYTES > PAGE_BYTES - 24)
            return false;
        h->count++;
    }
    return true;
}

static void poison_pages(const struct leak_poison *p, struct cpu *cpu, uint64_t root)
{
    struct walk w = {.cpu = cpu, .arm = cpu_arch(cpu) == ARCH_ARM64};
    uint64_t tcr = w.arm ? kernel_sp_register(cpu, "tcr_el1") : 0;
    struct heads heads;

    for (size_t i = 0; i < p->shared_count; i++)
        if (p->shared_root[i] == root)
            return;
    if (p->keep_pages || (w.arm && ((tcr & 0x3f) != 16 || (tcr >> 14 & 3) != 0)) ||
        (!w.arm && (kernel_sp_register(cpu, "cr4") & 0x1000)) ||
        !find_heads(p, cpu, root, &heads))
        return;
    poison_table(&w, root & ADDRESS_MASK, 0, w.arm ? ENTRIES : ENTRIES / 2);
    for (size_t i = 0; i < heads.count; i++)
        memcpy(heads.at[i], heads.words[i], sizeof(heads.words[i]));
}

/* ---- what a call says about sharing ---- */

#define MAP_SHARED_BIT  0x1u
#define CLONE_VM_BIT    0x100u
#define CLONE_THREAD_BIT 0x10000u

static void note_shared_root(struct leak_poison *p, uint64_t root)
{
    if (p->shared_count == ARRAY_LEN(p->shared_root))
        p->keep_pages = true;
    else
        p->shared_root[p->shared_count++] = root;
}

static void note_call(struct leak_poison *p, struct cpu *cpu, const char *call, uint64_t root)
{
    static const char *const sharing[] = {"shmat", "ptrace", "vmsplice", "process_vm_readv",
                                          "process_vm_writev", "clone3"};

    for (size_t i = 0; i < ARRAY_LEN(sharing); i++)
        if (strcmp(call, sharing[i]) == 0)
            p->keep_pages = true;
    if (strcmp(call, "mmap") == 0 && (cpu_syscall_arg(cpu, 3) & MAP_SHARED_BIT))
        p->keep_pages = true;
    if (strcmp(call, "vfork") == 0 ||
        (strcmp(call, "clone") == 0 &&
         (cpu_syscall_arg(cpu, 0) & (CLONE_VM_BIT | CLONE_THREAD_BIT)) == CLONE_VM_BIT))
        note_shared_root(p, root);
    if (strcmp(call, "set_robust_list") == 0) {
        if (p->robust_count == ARRAY_LEN(p->robust)) {
            p->keep_pages = true;
            return;
        }
        p->robust[p->robust_count].root = root;
        p->robust[p->robust_count++].head = cpu_syscall_arg(cpu, 0);
    }
}

void leak_poison_trap(struct leak_poison *p, struct cpu *cpu, const char *call, bool exec_succeeds)
{
    uint64_t root = cpu_asid_root(cpu) & sim_arch_get(cpu_arch(cpu))->root_mask;

    poison_stack(cpu);
    if (!call)
        return;
    note_call(p, cpu, call, root);
    if (strcmp(call, "exit_group") == 0)
        poison_pages(p, cpu, root);
    if (strcmp(call, "exit_group") == 0 || exec_succeeds)
        poison_vectors(cpu);
}
