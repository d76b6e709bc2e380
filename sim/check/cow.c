/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/cow.c - see cow.h.
 *
 * An address space is known by the root of its tables, from the first time that user mode runs by
 * it. A root that a new process or program has was given back by the one before.
 */
#include "sim/check/cow.h"

#include <stdio.h>
#include <string.h>

#include "sim/check/ranges.h"
#include "sim/check/tables.h"
#include "sim/timeline.h"

#define PAGE_SHIFT 12
#define PAGE_BYTES 4096u
#define FAULTS_MAX 16u
#define TOLD_MAX   4u
#define DOUBTS_MAX 32u
#define SHM_BYTES  (1ull << 30) /* of an attached segment: its size is not looked up */
#define MAP_TYPE   0xfu
#define MAP_SHARED 1u
#define MAP_VALIDATE 3u         /* MAP_SHARED_VALIDATE */

struct space {
    struct table_root root;
    unsigned process, generation; /* generation: of the root's owners */
    struct ranges shared;         /* what its programs asked to share */
};

/* One page in two spaces, until the other one is seen to live. */
struct doubt {
    struct finding f;
    size_t other;           /* its space */
    unsigned generation;
};

struct cow {
    const struct tables_arch *arch;
    struct cpu *cpu;
    struct findings *findings;
    uint8_t *ram;
    paddr_t ram_base;
    size_t pages;
    struct space *space;
    size_t spaces, room;
    vaddr_t fault[FAULTS_MAX]; /* of user addresses, since user mode ran last */
    unsigned faults;
    uint64_t fault_root;    /* in this address space */
    struct doubt doubt[DOUBTS_MAX];
    unsigned doubts, told;
    struct cpu_trap trap;   /* the last one from user mode */
    unsigned process, thread;
};

struct cow *cow_create(struct cpu *cpu, struct findings *findings)
{
    struct cow *c = calloc(1, sizeof(*c));
    size_t bytes;

    if (!c)
        return NULL;
    c->cpu = cpu;
    c->arch = cpu_arch(cpu) == ARCH_ARM64 ? &arm64_tables_arch : &x86_64_tables_arch;
    c->findings = findings;
    c->ram = cpu_ram(cpu, &c->ram_base, &bytes);
    c->pages = bytes >> PAGE_SHIFT;
    return c;
}

void cow_destroy(struct cow *c)
{
    for (size_t i = 0; c && i < c->spaces; i++)
        ranges_free(&c->space[i].shared);
    if (c)
        free(c->space);
    free(c);
}

/* ---- tables ---- */

/* One user page by the tables of a space. */
struct page {
    paddr_t pa, entry_pa;
    uint64_t word;
    bool writable;
};

static bool read_word(const struct cow *c, paddr_t table, unsigned index, uint64_t *word)
{
    size_t page = (table - c->ram_base) >> PAGE_SHIFT;

    if (table < c->ram_base || page >= c->pages)
        return false;
    memcpy(word, c->ram + page * PAGE_BYTES + index * 8, 8);
    return true;
}

static bool find_page(const struct cow *c, const struct table_root *root, vaddr_t va,
                      struct page *p)
{
    paddr_t table = root->pa;
    struct table_entry e;

    for (unsigned level = root->level; level > 0; level--) {
        uint64_t index = (va - root->va) >> (PAGE_SHIFT + 9 * (level - 1));

        if (level < root->level)
            index %= TABLE_ENTRIES;
        else if (index < root->first || index >= root->first + root->count)
            return false;
        if (!read_word(c, table, (unsigned)index, &p->word))
            return false;
        c->arch->read_entry(p->word, level, &e);
        if (e.kind == ENTRY_INVALID)
            return false;
        p->entry_pa = table + index * 8;
        table = e.pa;
        if (e.kind != ENTRY_LEAF)
            continue;
        p->pa = e.pa;
        p->writable = e.writable;
        return e.user;
    }
    return false;
}

/* ---- address spaces ---- */

static struct space *space_of(struct cow *c, paddr_t root)
{
    for (size_t i = c->spaces; i-- > 0;)
        if (c->space[i].root.pa == root)
            return &c->space[i];
    return NULL;
}

/* A process has one space: another that it had before an exec is not its own any more. */
static void own(struct cow *c, struct space *s, unsigned process)
{
    for (size_t i = 0; s->process != process && i < c->spaces; i++)
        if (c->space[i].process == process)
            c->space[i].process = 0;
    s->process = process;
}

/* The space in use; `fresh`: its owner is a new one. NULL: none, or no memory. */
static struct space *space_now(struct cow *c, unsigned process, bool fresh)
{
    struct table_root root;
    struct space *s;

    if (!c->arch->user_root(c->cpu, &root))
        return NULL;
    s = space_of(c, root.pa);
    if (!s) {
        if (c->spaces == c->room) {
            size_t room = c->room ? 2 * c->room : 64;
            struct space *grown = realloc(c->space, room * sizeof(*grown));

            if (!grown)
                return NULL;
            c->space = grown;
            c->room = room;
        }
        s = &c->space[c->spaces++];
        *s = (struct space){.root = root};
    } else if (fresh) {
        s->generation++;
        ranges_free(&s->shared);
        s->root = root;
    }
    own(c, s, process);
    return s;
}

/* ---- what is wrong ---- */

static void doubt(struct cow *c, const struct derived *d, vaddr_t va, size_t other,
                  const struct page *here, const struct page *there)
{
    struct trap_words words;
    struct place place;
    struct finding *f;
    struct doubt *k;

    if (c->doubts == DOUBTS_MAX) /* the oldest is of a space that nobody came back to */
        memmove(c->doubt, c->doubt + 1, --c->doubts * sizeof(c->doubt[0]));
    k = &c->doubt[c->doubts++];
    f = &k->f;
    k->other = other;
    k->generation = c->space[other].generation;
    memset(f, 0, sizeof(*f));
    f->check = CHECK_PAGETABLE;
    f->trap_n = c->trap.n;
    f->back_n = d->kind == DERIVED_SYSCALL ? d->n_end : d->n;
    f->process = d->process;
    f->thread = d->thread;
    derive_words(d, c->process, &c->trap, &words, &place);
    snprintf(f->trap, sizeof(f->trap), "%s", words.cause);
    place_text(&place, false, f->place, sizeof(f->place));
    snprintf(f->what, sizeof(f->what),
             "the page at 0x%llx is private, writable for process %u, and process %u's too",
             (unsigned long long)va, here->writable ? d->process : c->space[other].process,
             here->writable ? c->space[other].process : d->process);
    f->value = "entry";
    f->bytes = 8;
    memcpy(f->was, &there->word, 8);
    memcpy(f->is, &here->word, 8);
    f->slot = here->entry_pa;
    f->frame_at = there->entry_pa;
}

/* The page at `va` of the space in use: is it another's as well? */
static void look_at_page(struct cow *c, const struct derived *d, const struct space *s, vaddr_t va,
                         size_t first, size_t end)
{
    struct page here, there;

    if (!find_page(c, &s->root, va, &here) || ranges_have(&s->shared, va))
        return;
    for (size_t i = first; i < end; i++) {
        const struct space *o = &c->space[i];

        if (o != s && find_page(c, &o->root, va, &there) && there.pa == here.pa &&
            (here.writable || there.writable) && !ranges_have(&o->shared, va))
            doubt(c, d, va, i, &here, &there);
    }
}

/* Each page of a table of the space in use, against one other space. */
static void look_at_table(struct cow *c, const struct derived *d, const struct space *s,
                          paddr_t table, unsigned level, vaddr_t va, size_t other)
{
    bool root = level == s->root.level;
    unsigned first = root ? s->root.first : 0, count = root ? s->root.count : TABLE_ENTRIES;
    struct table_entry e;
    uint64_t word;

    for (unsigned i = first; i < first + count && c->doubts < DOUBTS_MAX; i++) {
        vaddr_t at = va + ((vaddr_t)i << (PAGE_SHIFT + 9 * (level - 1)));

        if (!read_word(c, table, i, &word) || !word)
            continue;
        c->arch->read_entry(word, level, &e);
        if (e.kind == ENTRY_TABLE && level > 1)
            look_at_table(c, d, s, e.pa, level - 1, at, other);
        else if (e.kind == ENTRY_LEAF && e.user)
            look_at_page(c, d, s, at, other, other + 1);
    }
}

/* ---- events ---- */

static void on_start(struct cow *c, const struct derived *d)
{
    size_t parent = SIZE_MAX;
    struct space *s;

    for (size_t i = 0; i < c->spaces; i++)
        if (c->space[i].process == d->parent && d->parent)
            parent = i;
    s = space_now(c, d->process, d->parent != d->process);
    if (!s || parent == SIZE_MAX || s == &c->space[parent])
        return;
    ranges_copy(&s->shared, &c->space[parent].shared);
    look_at_table(c, d, s, s->root.pa, s->root.level, s->root.va, parent);
}

static void on_syscall(struct cow *c, const struct derived *d)
{
    const uint64_t *arg = d->call->arg;
    struct space *s;

    if (!d->returned || (int64_t)d->result < 0)
        return;
    if (syscall_is_exec(d->call)) {
        (void)space_now(c, d->process, true);
    } else if (syscall_is(d->call, "mmap") && (s = space_now(c, d->process, false)) != NULL) {
        unsigned type = arg[3] & MAP_TYPE;

        ranges_remove(&s->shared, d->result, d->result + arg[1]);
        if (type == MAP_SHARED || type == MAP_VALIDATE)
            ranges_add(&s->shared, d->result, d->result + arg[1]);
    } else if (syscall_is(d->call, "shmat") && (s = space_now(c, d->process, false)) != NULL) {
        ranges_add(&s->shared, d->result, d->result + SHM_BYTES);
    } else if (syscall_is(d->call, "mremap") && (s = space_now(c, d->process, false)) != NULL) {
        if (ranges_have(&s->shared, arg[0]))
            ranges_add(&s->shared, d->result, d->result + arg[2]);
        else
            ranges_remove(&s->shared, d->result, d->result + arg[2]);
    }
}

static void on_trap(struct cow *c, const struct derived *d)
{
    if (d->trap->from_user) {
        c->trap = *d->trap;
        c->process = d->process;
        c->thread = d->thread;
    }
    if (d->trap->kind != CPU_TRAP_SYNC || !d->trap->addr || d->trap->addr >> 63)
        return;
    if (c->fault_root != cpu_asid_root(c->cpu) || c->faults == FAULTS_MAX)
        c->faults = 0;
    c->fault_root = cpu_asid_root(c->cpu);
    c->fault[c->faults++] = d->trap->addr & ~(vaddr_t)(PAGE_BYTES - 1);
}

/* User mode runs in this space: what was told of it holds. */
static void settle(struct cow *c, const struct space *s)
{
    for (unsigned i = 0; i < c->doubts;) {
        struct doubt *k = &c->doubt[i];
        struct findings *all = c->findings;

        if (&c->space[k->other] != s && k->generation == c->space[k->other].generation) {
            i++;
            continue;
        }
        if (k->generation == c->space[k->other].generation && c->told < TOLD_MAX &&
            all->count < all->max) {
            c->told++;
            all->value[all->count] = COW_PAGE;
            all->list[all->count++] = k->f;
        }
        *k = c->doubt[--c->doubts];
    }
}

/* The last that is seen of a process: what is told of its space later is told of nobody's. */
static void on_end(struct cow *c, const struct derived *d)
{
    struct space *s = syscall_is(d->call, "exit_group") ? space_now(c, d->process, false) : NULL;

    if (!s)
        return;
    settle(c, s);
    s->generation++;
}

void cow_event(struct cow *c, const struct derived *d)
{
    struct space *s;

    if (d->kind == DERIVED_TRAP) {
        on_trap(c, d);
        return;
    }
    if (d->kind == DERIVED_SYSCALL && !d->returned && !d->restarted) {
        on_end(c, d);
        return;
    }
    if (d->kind == DERIVED_START)
        on_start(c, d);
    else if (d->kind == DERIVED_SYSCALL)
        on_syscall(c, d);
    if (c->doubts && (s = space_now(c, d->process, false)) != NULL)
        settle(c, s);
    if (!c->faults || c->told == TOLD_MAX || c->fault_root != cpu_asid_root(c->cpu))
        return;
    s = space_now(c, d->process, false);
    for (unsigned i = 0; s && i < c->faults; i++)
        look_at_page(c, d, s, c->fault[i], 0, c->spaces);
    c->faults = 0;
}

/* ---- naming ---- */

/* An address by which the kernel reaches this memory: the first one in its tables. */
static vaddr_t alias_in(const struct cow *c, paddr_t table, unsigned level, unsigned first,
                        unsigned count, vaddr_t va, paddr_t pa)
{
    struct table_entry e;
    uint64_t word;

    for (unsigned i = first; i < first + count; i++) {
        unsigned shift = PAGE_SHIFT + 9 * (level - 1);
        vaddr_t at = va + ((vaddr_t)i << shift), found = 0;

        if (!read_word(c, table, i, &word) || !word)
            continue;
        c->arch->read_entry(word, level, &e);
        if (e.kind == ENTRY_TABLE && level > 1)
            found = alias_in(c, e.pa, level - 1, 0, TABLE_ENTRIES, at, pa);
        else if (e.kind == ENTRY_LEAF && e.writable && pa - e.pa < 1ull << shift)
            found = at + (pa - e.pa);
        if (found)
            return found;
    }
    return 0;
}

/* The last store that changed this entry before `n`; 0: none. */
static insn_t last_store(struct timeline *t, struct cow *c, insn_t n, paddr_t entry)
{
    struct timeline_watch word = {.bytes = 8};
    struct timeline_goals goals = {.watches = &word, .watch_count = 1};
    struct timeline_arrival arrival;
    struct table_root root;

    if (timeline_seek(t, n) || !c->arch->kernel_root(c->cpu, &root))
        return 0;
    word.va = alias_in(c, root.pa, root.level, root.first, root.count, root.va, entry);
    if (!word.va || timeline_backward(t, &goals, &arrival) || arrival.stop != TIMELINE_WATCH)
        return 0;
    return timeline_now(t);
}

void cow_name(struct timeline *t, struct places *places, struct finding *f)
{
    struct cow *c = cow_create(sim_cpu(timeline_sim(t)), NULL);
    insn_t here, there;

    if (!c)
        return;
    here = last_store(t, c, f->back_n, f->slot);
    there = last_store(t, c, f->back_n, f->frame_at);
    cow_destroy(c);
    if (here < there)
        f->slot = f->frame_at;
    f->frame_at = 0;
    if (here || there)
        culprit_describe(t, places, here > there ? here : there, &f->culprit);
    if (here && there)
        culprit_describe(t, places, here > there ? there : here, &f->first);
}
