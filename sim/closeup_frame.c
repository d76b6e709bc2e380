/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/closeup_frame.c - where the kernel kept what user code had, who wrote there, and which
 * functions ran between trap and return.
 *
 * Two ways through the trap. The first looks for the frame: at each block, how many of the user's
 * values lie on the kernel's stack; where they are the most is the frame. The second notes every
 * block that changed a word of it; single steps then name the instruction.
 */
#include "sim/closeup_private.h"

#include <stdio.h>

#define STACK_BYTES  1024u  /* looked at above the stack pointer */
#define STACK_WORDS  (STACK_BYTES / 8)
#define SLOTS_MAX    40u
#define WRITES_MAX   96u
#define PATH_MAX     200u
#define BLOCKS_QUIET 48u    /* without a better look: the frame is found */
#define FIRST_INSNS  4000u  /* the frame is written within so many */
#define WAY_INSNS    2000000u /* longer ways, as through other threads, are not walked */
#define FRAME_MIN    8u     /* values that make a frame */

struct slot {
    const char *name;      /* of the register */
    uint64_t value;
    vaddr_t at;            /* 0: not found */
};

struct write {
    insn_t from, to;       /* of the block */
    vaddr_t at;
    uint64_t was, is;
};

struct step_path {
    const char *symbol;
    vaddr_t pc;
    insn_t n;
};

struct hunt {
    struct closeup *c;
    struct slot slot[SLOTS_MAX];
    unsigned slots;
    unsigned best, quiet;
    vaddr_t sp;            /* where it was best */
    bool done;
    /* second way */
    uint64_t word[SLOTS_MAX];
    insn_t block_n;
    struct write write[WRITES_MAX];
    unsigned writes;
    struct step_path path[PATH_MAX];
    unsigned steps;
};

/* ---- what to look for ---- */

static uint64_t value_of(const struct closeup *c, uint8_t (*regs)[16], const char *name)
{
    int id = cpu_reg_find(c->arch, name);
    uint64_t v = 0;

    if (id >= 0)
        memcpy(&v, regs[id], 8);
    return v;
}

static void list_values(struct hunt *h, const struct story_item *i)
{
    struct closeup *c = h->c;
    bool syscall = i->kind == STORY_SYSCALL && c->arch == ARCH_X86_64;

    for (const char *const *name = c->words->saved; *name && h->slots < SLOTS_MAX; name++) {
        struct slot *s = &h->slot[h->slots++];
        bool banked = strchr(*name, '_') != NULL; /* sp_el0, elr_el1: set by the trap */

        s->name = *name;
        s->value = value_of(c, banked ? c->vector : c->before, *name);
        if (syscall && strcmp(*name, "rip") == 0) /* SYSCALL keeps them there */
            s->value = value_of(c, c->vector, "rcx");
        else if (syscall && strcmp(*name, "rflags") == 0)
            s->value = value_of(c, c->vector, "r11");
    }
}

/* ---- the first way ---- */

static unsigned count_values(const struct hunt *h, const uint64_t *stack)
{
    unsigned found = 0;

    for (unsigned s = 0; s < h->slots; s++) {
        bool here = false;

        for (unsigned w = 0; w < STACK_WORDS && !here; w++)
            here = stack[w] == h->slot[s].value;
        found += here;
    }
    return found;
}

static bool read_stack(struct cpu *cpu, vaddr_t sp, uint64_t *stack)
{
    memset(stack, 0xa5, STACK_BYTES); /* the stack may end within a page that is not there */
    for (unsigned at = 0; at < STACK_BYTES;) {
        unsigned part = 4096 - ((sp + at) & 4095);

        if (part > STACK_BYTES - at)
            part = STACK_BYTES - at;
        if (cpu_mem_read(cpu, sp + at, (uint8_t *)stack + at, part) != 0)
            return at > 0;
        at += part;
    }
    return true;
}

/* Registers with a value that lies in one place only, then those beside their neighbours. */
static void place_slots(struct hunt *h, const uint64_t *stack, vaddr_t sp)
{
    bool taken[STACK_WORDS] = {false};
    int step = 0;

    for (unsigned s = 0; s < h->slots; s++) {
        unsigned places = 0, last = 0, same = 0;

        for (unsigned w = 0; w < STACK_WORDS; w++)
            if (stack[w] == h->slot[s].value) {
                places++;
                last = w;
            }
        for (unsigned k = 0; k < h->slots; k++)
            same += h->slot[k].value == h->slot[s].value;
        h->slot[s].at = places == 1 && same == 1 ? sp + 8 * last : 0;
        if (h->slot[s].at) {
            taken[last] = true;
            if (s && h->slot[s - 1].at)
                step += h->slot[s].at > h->slot[s - 1].at ? 1 : -1;
        }
    }
    step = step < 0 ? -1 : 1;
    for (unsigned round = 0; round < 2 * h->slots; round++) {
        unsigned s = round < h->slots ? round : 2 * h->slots - 1 - round;
        int side = round < h->slots ? -1 : 1;
        long k = (long)s + side, w;

        if (h->slot[s].at || k < 0 || k >= (long)h->slots || !h->slot[k].at)
            continue;
        w = (long)(h->slot[k].at - sp) / 8 - (long)side * step;
        if (w < 0 || w >= (long)STACK_WORDS || taken[w] || stack[w] != h->slot[s].value)
            continue;
        h->slot[s].at = sp + 8 * (vaddr_t)w;
        taken[w] = true;
    }
}

static void look_block(void *ctx, insn_t n, vaddr_t pc, uint32_t bytes)
{
    struct hunt *h = ctx;
    struct cpu *cpu = closeup_cpu(h->c);
    vaddr_t sp = cpu_sp(cpu);
    uint64_t stack[STACK_WORDS];
    unsigned found;

    (void)n;
    (void)bytes;
    if (h->done || !(sp >> 63) || !(pc >> 63) || !read_stack(cpu, sp, stack))
        return;
    found = count_values(h, stack);
    if (found > h->best) {
        h->best = found;
        h->sp = sp;
        h->quiet = 0;
        place_slots(h, stack, sp);
    } else if (h->best >= FRAME_MIN && ++h->quiet >= BLOCKS_QUIET) {
        h->done = true;
    }
}

/* ---- the second way ---- */

static void note_writes(struct hunt *h, insn_t n)
{
    struct cpu *cpu = closeup_cpu(h->c);

    for (unsigned s = 0; s < h->slots; s++) {
        uint64_t now = h->word[s];

        if (!h->slot[s].at || cpu_mem_read(cpu, h->slot[s].at, &now, 8) != 0 || now == h->word[s])
            continue;
        if (h->writes < WRITES_MAX)
            h->write[h->writes++] = (struct write){h->block_n, n, h->slot[s].at, h->word[s], now};
        h->word[s] = now;
    }
}

static void walk_block(void *ctx, insn_t n, vaddr_t pc, uint32_t bytes)
{
    struct hunt *h = ctx;
    struct place place = places_find(h->c->places, NULL, 0, pc);

    (void)bytes;
    note_writes(h, n);
    h->block_n = n;
    if (!place.symbol || h->steps == PATH_MAX ||
        (h->steps && h->path[h->steps - 1].symbol == place.symbol))
        return;
    h->path[h->steps++] = (struct step_path){place.symbol, pc, n};
}

/* The instruction of a block that made the word what it is. */
static json_t *writer_json(struct hunt *h, const struct write *w)
{
    struct closeup *c = h->c;
    vaddr_t pc = 0;
    insn_t n;
    json_t *o;

    for (n = w->from; n < w->to; n++) {
        uint64_t now = w->was;

        if (timeline_seek(c->timeline, n) != 0)
            return NULL;
        pc = cpu_pc(closeup_cpu(c));
        if (timeline_seek(c->timeline, n + 1) != 0)
            return NULL;
        if (cpu_mem_read(closeup_cpu(c), w->at, &now, 8) == 0 && now == w->is)
            break;
    }
    o = closeup_insn(c, pc);
    json_object_set_new(o, "n", json_integer((json_int_t)n));
    closeup_hex(o, "was", w->was);
    closeup_hex(o, "is", w->is);
    return o;
}

static int by_address(const void *pa, const void *pb)
{
    const struct slot *a = pa, *b = pb;

    return a->at < b->at ? -1 : a->at > b->at;
}

static json_t *frame_json(struct hunt *h)
{
    json_t *list = json_array();

    for (unsigned s = 0; s < h->slots; s++) {
        json_t *o, *writes;

        if (!h->slot[s].at)
            continue;
        o = json_pack("{s:s}", "register", h->slot[s].name);
        writes = json_array();
        closeup_hex(o, "at", h->slot[s].at);
        closeup_hex(o, "value", h->slot[s].value);
        for (unsigned w = 0; w < h->writes; w++)
            if (h->write[w].at == h->slot[s].at)
                json_array_append_new(writes, writer_json(h, &h->write[w]));
        json_object_set_new(o, "writes", writes);
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *path_json(const struct hunt *h)
{
    json_t *list = json_array();

    for (unsigned i = 0; i < h->steps; i++)
        json_array_append_new(list, json_pack("{s:s,s:I}", "function", h->path[i].symbol, "n",
                                              (json_int_t)h->path[i].n));
    return list;
}

static bool travel(struct hunt *h, insn_t from, insn_t to, cpu_block_fn fn)
{
    struct closeup *c = h->c;
    int rc = timeline_seek(c->timeline, from);

    if (rc == 0) {
        cpu_watch_blocks(closeup_cpu(c), fn, h);
        rc = timeline_travel(c->timeline, to);
        cpu_watch_blocks(closeup_cpu(c), NULL, NULL);
    }
    return rc == 0;
}

bool closeup_add_frame(struct closeup *c, json_t *o, const struct story_item *i)
{
    struct hunt h = {.c = c, .block_n = i->n};
    insn_t first = i->n_end - i->n < FIRST_INSNS ? i->n_end : i->n + FIRST_INSNS;
    insn_t last = i->n_end - i->n < WAY_INSNS ? i->n_end : i->n + WAY_INSNS;

    list_values(&h, i);
    if (!travel(&h, i->n, first, look_block) || timeline_seek(c->timeline, i->n) != 0)
        return false;
    if (h.best < FRAME_MIN)
        h.slots = 0;
    qsort(h.slot, h.slots, sizeof(h.slot[0]), by_address);
    for (unsigned s = 0; s < h.slots; s++)
        if (h.slot[s].at)
            (void)!cpu_mem_read(closeup_cpu(c), h.slot[s].at, &h.word[s], 8);
    if (!travel(&h, i->n, last, walk_block))
        return false;
    json_object_set_new(o, "frame", frame_json(&h));
    json_object_set_new(o, "path", path_json(&h));
    return true;
}
