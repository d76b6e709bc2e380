/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/pagetable.c - see pagetable.h.
 *
 * Pages that hold tables are found by a walk from the roots when user mode is entered, and by
 * each link that is stored to one. Stores to them come one by one (cpu_watch_kernel_pages). Each
 * change that wants a barrier or an invalidation waits in `change`; while any waits, the code that
 * runs is read for such instructions (cpu_watch_kernel_blocks). On the return to user mode what
 * still waits is a finding.
 */
#include "sim/check/pagetable.h"

#include <errno.h>
#include <stdio.h>

#include "sim/check/store.h"
#include "sim/check/tables.h"

#define PAGE_SHIFT   12
#define PAGE_BYTES   4096u
#define CHANGES_MAX  65536u
#define BREACHES_MAX 64u
#define VSYSCALL     0xffffffffff600000ull /* Linux's on x86_64, for user mode by its ABI */
#define PROT_WX      6u

enum rule { RULE_BREAK, RULE_BARRIER, RULE_FLUSH, RULE_AGAIN, RULE_EXEC, RULE_PRIVATE, RULE_REUSE };

static const char *const rule_text[] = {
    [RULE_BREAK] = "a live entry for 0x%llx is replaced without break-before-make",
    [RULE_BARRIER] = "no DSB between the entry for 0x%llx and its first use by user mode",
    [RULE_FLUSH] = "the old entry for 0x%llx is not invalidated before user mode may use it",
    [RULE_AGAIN] = "0x%llx is mapped again before its old entry is invalidated",
    [RULE_EXEC] = "the page at 0x%llx is writable and executable",
    [RULE_PRIVATE] = "the page at 0x%llx is the kernel's and open to user mode",
    [RULE_REUSE] = "a table for 0x%llx is written to as something else while it is in use",
};

/* Where a change stands on its way to the walker and the TLB. */
enum stage { STAGE_WRITTEN, STAGE_SEEN, STAGE_INVALIDATED, STAGE_DONE };

struct change {
    insn_t n, event_n;      /* of the store; of the last instruction that moved it on */
    vaddr_t pc, va;
    paddr_t pa;
    uint64_t was, is;
    enum stage stage;
    bool kernel, flush;     /* of the kernel's half; an old entry may be in the TLB */
};

struct breach {
    enum rule rule;
    insn_t n;
    vaddr_t pc, va;
    paddr_t pa;
    uint64_t was, is;
};

struct pagetable {
    const struct tables_arch *arch;
    enum arch cpu_arch;
    struct cpu *cpu;
    struct findings *findings;
    struct store_finder *finder;
    uint8_t *map, bit;
    uint8_t *ram;
    paddr_t ram_base;
    size_t pages;
    uint8_t *level;         /* of each page of RAM, 0: no table */
    vaddr_t *va;            /* of its first entry */
    struct table_root root; /* whose user tables are known */
    paddr_t kernel_root;    /* whose kernel tables are known, 0: none */
    bool kernel_looked;     /* behind a trap of the kernel's own */
    bool asked_wx;
    bool has_blocks, looks; /* all code is told of; it is looked at */
    struct change *change;
    size_t changes, room, open; /* open: not done */
    struct breach breach[BREACHES_MAX];
    size_t breaches;
    struct breach told[BREACHES_MAX]; /* each rule is told of once for an instruction */
    size_t told_count;
    struct cpu_trap trap;   /* the last from user mode */
    unsigned process, thread;
};

struct pagetable *pagetable_create(struct cpu *cpu, struct findings *findings, uint8_t *map,
                                   uint8_t bit, bool has_blocks)
{
    struct pagetable *p = calloc(1, sizeof(*p));
    size_t bytes;

    if (!p)
        return NULL;
    p->cpu = cpu;
    p->cpu_arch = cpu_arch(cpu);
    p->arch = p->cpu_arch == ARCH_ARM64 ? &arm64_tables_arch : &x86_64_tables_arch;
    p->findings = findings;
    p->map = map;
    p->bit = bit;
    p->has_blocks = has_blocks;
    p->ram = cpu_ram(cpu, &p->ram_base, &bytes);
    p->pages = bytes >> PAGE_SHIFT;
    p->level = calloc(p->pages, sizeof(*p->level));
    p->va = calloc(p->pages, sizeof(*p->va));
    p->finder = store_finder_create(cpu);
    if (!p->level || !p->va || !p->finder) {
        pagetable_destroy(p);
        return NULL;
    }
    return p;
}

void pagetable_destroy(struct pagetable *p)
{
    if (p) {
        store_finder_destroy(p->finder);
        free(p->level);
        free(p->va);
        free(p->change);
    }
    free(p);
}

/* ---- tables ---- */

static bool page_of(const struct pagetable *p, paddr_t pa, size_t *page)
{
    *page = (pa - p->ram_base) >> PAGE_SHIFT;
    return pa >= p->ram_base && *page < p->pages;
}

static uint64_t entry_at(const struct pagetable *p, size_t page, unsigned index)
{
    uint64_t word;

    memcpy(&word, p->ram + page * PAGE_BYTES + index * 8, 8);
    return word;
}

static vaddr_t entry_va(const struct pagetable *p, size_t page, unsigned index)
{
    return p->va[page] + ((vaddr_t)index << (PAGE_SHIFT + 9 * (p->level[page] - 1)));
}

static bool is_kernel_va(vaddr_t va)
{
    return va >> 63;
}

static void breach(struct pagetable *p, enum rule rule, const struct store_place *s, vaddr_t va,
                   uint64_t was, uint64_t is)
{
    for (size_t i = 0; i < p->told_count; i++)
        if (p->told[i].rule == rule && p->told[i].pc == s->pc)
            return;
    if (p->breaches == BREACHES_MAX || p->told_count == BREACHES_MAX)
        return;
    p->breach[p->breaches] = (struct breach){rule, s->n, s->pc, va, s->pa, was, is};
    p->told[p->told_count++] = p->breach[p->breaches++];
}

/* Does an entry give what no entry may? `s` is the store that made it. */
static void judge_entry(struct pagetable *p, const struct table_entry *e,
                        const struct store_place *s, vaddr_t va, uint64_t was, uint64_t is)
{
    size_t page;

    if (e->kind != ENTRY_LEAF)
        return;
    if (e->writable && (e->kernel_exec || e->user_exec))
        breach(p, RULE_EXEC, s, va, was, is);
    if (e->user && ((is_kernel_va(va) && (va & ~0xfffull) != VSYSCALL) ||
                    (page_of(p, e->pa, &page) && p->level[page])))
        breach(p, RULE_PRIVATE, s, va, was, is);
}

static void learn_table(struct pagetable *p, paddr_t pa, unsigned level, vaddr_t va, unsigned first,
                        unsigned count)
{
    struct table_entry e;
    size_t page;

    if (!level || !page_of(p, pa, &page) || p->level[page] > level)
        return; /* above: a table that is mapped into itself */
    p->level[page] = (uint8_t)level;
    p->va[page] = va - ((vaddr_t)first << (PAGE_SHIFT + 9 * (level - 1)));
    p->map[page] |= p->bit;
    cpu_kernel_page_add(p->cpu, (uint32_t)page);
    for (unsigned i = first; level > 1 && i < first + count; i++) {
        uint64_t word = entry_at(p, page, i);

        p->arch->read_entry(word, level, &e);
        if (e.kind == ENTRY_TABLE && word)
            learn_table(p, e.pa, level - 1, entry_va(p, page, i), 0, TABLE_ENTRIES);
    }
}

static void forget_user(struct pagetable *p)
{
    for (size_t page = 0; p->root.pa && page < p->pages; page++) {
        if (!p->level[page] || is_kernel_va(p->va[page]))
            continue;
        p->level[page] = 0;
        p->map[page] &= (uint8_t)~p->bit;
    }
    p->root.pa = 0;
    p->changes = p->open = 0;
}

/*
 * By their memory alone: Linux has two ASIDs for an address space, one while its kernel runs
 * (arm64, UNMAP_KERNEL_AT_EL0), and gives others when they run out.
 */
static bool same_root(const struct table_root *a, const struct table_root *b)
{
    return a->pa == b->pa;
}

/*
 * The tables of the kernel's half; not the root, which on x86_64 is the user's as well. A kernel
 * that has another root while user mode runs (the same option) has its own behind its own traps.
 */
static void learn_kernel(struct pagetable *p)
{
    struct table_root root;
    struct table_entry e;
    size_t page;

    if (p->kernel_root && !p->arch->two_roots)
        return;
    if (!p->arch->kernel_root(p->cpu, &root) || root.pa == p->kernel_root ||
        !page_of(p, root.pa, &page))
        return;
    for (unsigned i = root.first; i < root.first + root.count; i++) {
        p->arch->read_entry(entry_at(p, page, i), root.level, &e);
        if (e.kind == ENTRY_TABLE)
            learn_table(p, e.pa, root.level - 1,
                        root.va + ((vaddr_t)i << (PAGE_SHIFT + 9 * (root.level - 1))), 0,
                        TABLE_ENTRIES);
    }
    p->kernel_root = root.pa;
}

/* User mode runs by these tables from here on. */
static void learn_roots(struct pagetable *p)
{
    struct table_root root;

    if (!p->kernel_root)
        learn_kernel(p);
    if (!p->arch->user_root(p->cpu, &root) || same_root(&root, &p->root))
        return;
    forget_user(p);
    p->root = root;
    learn_table(p, root.pa, root.level, root.va, root.first, root.count);
}

/* ---- changes ---- */

static void on_block(void *ctx, insn_t n, vaddr_t pc, uint32_t bytes);

static void look_at_code(struct pagetable *p, bool on)
{
    if (p->looks != on && !p->has_blocks)
        cpu_watch_kernel_blocks(p->cpu, on ? on_block : NULL, p);
    p->looks = on;
}

/* A table that nothing leads to any more, and no walker knows: its page may be anything. */
static void forget_table(struct pagetable *p, paddr_t pa, unsigned level, vaddr_t va)
{
    struct table_entry e;
    size_t page;

    if (!page_of(p, pa, &page) || p->level[page] != level || p->va[page] != va)
        return;
    for (unsigned i = 0; level > 1 && i < TABLE_ENTRIES; i++) {
        p->arch->read_entry(entry_at(p, page, i), level, &e);
        if (e.kind == ENTRY_TABLE)
            forget_table(p, e.pa, level - 1, entry_va(p, page, i));
    }
    p->level[page] = 0;
    p->map[page] &= (uint8_t)~p->bit;
}

/* The walker and the TLB know of it: a table that it took away is none any more. */
static void settled(struct pagetable *p, const struct change *c)
{
    struct table_entry was;
    size_t page;

    if (!c->flush || !page_of(p, c->pa, &page) || p->level[page] < 2)
        return;
    p->arch->read_entry(c->was, p->level[page], &was);
    if (was.kind == ENTRY_TABLE)
        forget_table(p, was.pa, p->level[page] - 1u, c->va);
}

static void move_on(struct pagetable *p, enum walk_event event, insn_t n)
{
    p->open = 0;
    for (size_t i = 0; i < p->changes; i++) {
        struct change *c = &p->change[i];

        p->open += c->stage != STAGE_DONE;
        if (n <= c->event_n || c->stage == STAGE_DONE)
            continue;
        if (event == WALK_INVALIDATE) {
            if (c->stage == STAGE_SEEN || !p->arch->needs_barriers)
                c->stage = p->arch->needs_barriers ? STAGE_INVALIDATED : STAGE_DONE;
        } else if (c->stage == STAGE_WRITTEN) {
            c->stage = c->flush ? STAGE_SEEN : STAGE_DONE;
        } else if (c->stage == STAGE_INVALIDATED && event == WALK_ALL_DONE) {
            c->stage = STAGE_DONE;
        }
        c->event_n = n;
        if (c->stage == STAGE_DONE) {
            settled(p, c);
            p->open--;
        }
    }
    if (!p->open)
        look_at_code(p, false);
}

/* Read `bytes` of code at pc, of which the first instruction is number n. */
static void read_code(struct pagetable *p, insn_t n, vaddr_t pc, uint32_t bytes, bool to_branch)
{
    uint8_t code[PAGE_BYTES];
    unsigned len = 1;

    if (bytes > sizeof(code))
        bytes = sizeof(code);
    if (cpu_mem_read(p->cpu, pc, code, bytes) != 0 || !p->arch->may_matter(code, bytes))
        return;
    for (uint32_t at = 0; at < bytes && len; at += len, n++) {
        enum walk_event event = p->arch->read_insn(code + at, bytes - at, &len);

        if (event == WALK_BRANCH && to_branch)
            return;
        if (event != WALK_NOTHING && event != WALK_BRANCH)
            move_on(p, event, n);
    }
}

void pagetable_block(struct pagetable *p, insn_t n, vaddr_t pc, uint32_t bytes)
{
    if (p->looks && is_kernel_va(pc))
        read_code(p, n, pc, bytes, false);
}

static void on_block(void *ctx, insn_t n, vaddr_t pc, uint32_t bytes)
{
    pagetable_block(ctx, n, pc, bytes);
}

/* What stands behind the store in its block was told of before the store was. */
static void read_rest(struct pagetable *p, const struct store_place *at)
{
    if (at->bytes)
        read_code(p, at->n + 1, at->pc + at->len, at->bytes, true);
}

static void add_change(struct pagetable *p, const struct store_place *s, vaddr_t va, uint64_t was,
                       uint64_t is, bool flush)
{
    if (p->changes == p->room) {
        size_t room = p->room ? 2 * p->room : 64;
        struct change *grown =
            room > CHANGES_MAX ? NULL : realloc(p->change, room * sizeof(*grown));

        if (!grown)
            return;
        p->change = grown;
        p->room = room;
    }
    p->change[p->changes++] = (struct change){.n = s->n, .event_n = s->n, .pc = s->pc, .va = va,
                                              .pa = s->pa, .was = was, .is = is,
                                              .kernel = is_kernel_va(va), .flush = flush};
    p->open++;
    look_at_code(p, true);
    read_rest(p, s);
}

/* Is this address without an entry, and its old one perhaps still in the TLB? */
static bool old_entry_waits(const struct pagetable *p, vaddr_t va, paddr_t now)
{
    struct table_entry e;

    for (size_t i = p->changes; i-- > 0;) {
        const struct change *c = &p->change[i];

        if (c->va != va || !c->flush || c->stage == STAGE_DONE)
            continue;
        p->arch->read_entry(c->was, 1, &e);
        return e.pa != now;
    }
    return false;
}

/* Does the new entry take away something that the old one gave, or lead elsewhere? */
static bool takes_away(const struct table_entry *was, const struct table_entry *is)
{
    return is->kind != was->kind || is->pa != was->pa || (was->writable && !is->writable) ||
           (was->user && !is->user) || (was->user_exec && !is->user_exec) ||
           (was->kernel_exec && !is->kernel_exec);
}

/*
 * A walker that does not see this entry yet finds none, or one that gives less: user mode takes a
 * fault more than it had to and does nothing wrong meanwhile. A kernel may leave it at that, and
 * Linux does (arm64's set_pte() and update_mmu_cache()). Whether the fault's handler copes is not
 * to be seen in the tables: record with the adversary, for the check stale. An entry that leads to
 * a table is another thing: all below depends on it and on what was stored before it.
 */
static bool may_be_late(const struct table_entry *e, vaddr_t va)
{
    return e->kind == ENTRY_LEAF && !is_kernel_va(va);
}

static void change_entry(struct pagetable *p, const struct store_place *s, size_t page, vaddr_t va,
                         uint64_t was_word, uint64_t is_word)
{
    unsigned level = p->level[page];
    struct table_entry was, is;

    p->arch->read_entry(was_word, level, &was);
    p->arch->read_entry(is_word, level, &is);
    if (was.kind == ENTRY_INVALID && is.kind == ENTRY_INVALID)
        return;
    judge_entry(p, &is, s, va, was_word, is_word);
    if (was.kind == ENTRY_INVALID) {
        if (p->arch->needs_break && is.kind == ENTRY_LEAF && old_entry_waits(p, va, is.pa))
            breach(p, RULE_AGAIN, s, va, was_word, is_word);
        if (p->arch->needs_barriers && !may_be_late(&is, va))
            add_change(p, s, va, was_word, is_word, false);
    } else {
        if (p->arch->needs_break && is.kind != ENTRY_INVALID &&
            (is.kind != was.kind || is.pa != was.pa || is.other != was.other))
            breach(p, RULE_BREAK, s, va, was_word, is_word);
        if (takes_away(&was, &is))
            add_change(p, s, va, was_word, is_word, true);
        else if (p->arch->needs_barriers && !may_be_late(&is, va))
            add_change(p, s, va, was_word, is_word, false);
    }
    if (is.kind == ENTRY_TABLE && (was.kind != ENTRY_TABLE || was.pa != is.pa))
        learn_table(p, is.pa, level - 1, va, 0, TABLE_ENTRIES);
}

/* What can be no descriptor of user mode's: its page is another thing by now. */
static bool is_no_entry(const struct pagetable *p, size_t page, uint64_t word)
{
    struct table_entry e;
    size_t to;

    p->arch->read_entry(word, p->level[page], &e);
    return e.kind == ENTRY_TABLE && !page_of(p, e.pa, &to);
}

void pagetable_store(struct pagetable *p, const struct cpu_store *s)
{
    struct store_place at;
    struct table_root now;
    size_t page;
    unsigned index = (unsigned)(s->pa & (PAGE_BYTES - 1)) / 8;
    uint64_t was, is;
    vaddr_t va;

    if (!page_of(p, s->pa, &page) || !p->level[page])
        return;
    va = entry_va(p, page, index);
    if (!is_kernel_va(va) && (!p->arch->user_root(p->cpu, &now) || !same_root(&now, &p->root))) {
        forget_user(p);
        return;
    }
    was = is = entry_at(p, page, index);
    memcpy((uint8_t *)&is + (s->pa & 7), &s->value, s->bytes);
    if (was == is)
        return;
    store_find(p->finder, s, &at);
    if (!is_kernel_va(va) && is_no_entry(p, page, is))
        breach(p, RULE_REUSE, &at, va, was, is);
    else
        change_entry(p, &at, page, va, was, is);
    cpu_kernel_pages_added(p->cpu);
}

/* ---- returns to user mode ---- */

static void settle_changes(struct pagetable *p)
{
    for (size_t i = 0; i < p->changes; i++) {
        const struct change *c = &p->change[i];
        struct store_place s = {.n = c->n, .pc = c->pc, .pa = c->pa};

        if (c->stage == STAGE_DONE || (c->kernel && c->flush))
            continue;
        breach(p, c->stage == STAGE_WRITTEN && !c->flush ? RULE_BARRIER : RULE_FLUSH, &s, c->va,
               c->was, c->is);
    }
    p->changes = p->open = 0;
    look_at_code(p, false);
}

static void tell(struct pagetable *p, const struct derived *d, const struct breach *b)
{
    struct findings *all = p->findings;
    struct trap_words words;
    struct place place;
    struct finding *f;

    if ((b->rule == RULE_EXEC && p->asked_wx && !is_kernel_va(b->va)) || all->count == all->max)
        return;
    f = &all->list[all->count];
    memset(f, 0, sizeof(*f));
    f->check = CHECK_PAGETABLE;
    f->trap_n = p->trap.n;
    f->back_n = d->kind == DERIVED_SYSCALL ? d->n_end : d->n;
    f->process = p->process;
    f->thread = p->thread;
    derive_words(d, p->process, &p->trap, &words, &place);
    snprintf(f->trap, sizeof(f->trap), "%s", words.cause);
    place_text(&place, false, f->place, sizeof(f->place));
    snprintf(f->what, sizeof(f->what), rule_text[b->rule], (unsigned long long)b->va);
    f->value = "entry";
    f->bytes = 8;
    memcpy(f->was, &b->was, 8);
    memcpy(f->is, &b->is, 8);
    f->slot = b->pa;
    f->culprit.n = b->n;
    all->value[all->count++] = 0;
}

void pagetable_event(struct pagetable *p, const struct derived *d)
{
    if (d->kind == DERIVED_TRAP) {
        if (d->trap->from_user) {
            p->trap = *d->trap;
            p->process = d->process;
            p->thread = d->thread;
        } else if (p->kernel_root && !p->kernel_looked) {
            learn_kernel(p);
            cpu_kernel_pages_added(p->cpu);
            p->kernel_looked = true;
        }
        return;
    }
    if (d->kind == DERIVED_SYSCALL && (d->call->arg[2] & PROT_WX) == PROT_WX &&
        (syscall_is(d->call, "mmap") || syscall_is(d->call, "mprotect") ||
         syscall_is(d->call, "pkey_mprotect")))
        p->asked_wx = true;
    if (!d->seen_by) {
        struct table_root now;

        if (p->arch->user_root(p->cpu, &now) && same_root(&now, &p->root))
            settle_changes(p);
        learn_roots(p);
        cpu_kernel_pages_added(p->cpu);
        p->changes = p->open = 0;
        look_at_code(p, false);
    }
    for (size_t i = 0; i < p->breaches; i++)
        tell(p, d, &p->breach[i]);
    p->breaches = 0;
}
