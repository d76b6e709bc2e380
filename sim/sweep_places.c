/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/sweep_places.c - which instructions of a run are meant; see sweep_places.h. */
#include "sim/sweep_places.h"

#include <ctype.h>
#include <errno.h>

#include "loader/array.h"
#include "loader/boot.h"
#include "loader/fail.h"
#include "sim/derive.h"

#define UPPER_HALF (1ull << 63)
#define NAME_MAX_  256u

/* Addresses of one function, or one instruction. */
struct spot {
    char program[NAME_MAX_]; /* last component of its path; empty: the kernel, or
                                an address alone */
    vaddr_t begin, end;      /* of a program: before it was loaded */
    bool any;                /* an address alone: in whichever program */
};

enum wish_kind { WISH_NUMBERS, WISH_SPOT, WISH_WAY, WISH_KERNEL, WISH_PROGRAM };

struct sweep_wish {
    enum wish_kind kind;
    insn_t first, last;
    struct spot from, to;
    bool open;               /* WISH_WAY: has come to `from`, not yet to `to` */
    struct sweep_wish *next;
};

/* ---- what is written ---- */

static bool number_of(const char *text, size_t len, uint64_t *value)
{
    char copy[32], *end;

    if (len == 0 || len >= sizeof(copy) || !isdigit((unsigned char)text[0]))
        return false;
    memcpy(copy, text, len);
    copy[len] = '\0';
    errno = 0;
    *value = strtoull(copy, &end, 0);
    return *end == '\0' && errno == 0;
}

struct next_symbol {
    vaddr_t after, found;
};

static void on_symbol(void *ctx, const char *name, vaddr_t va, uint64_t bytes)
{
    struct next_symbol *n = ctx;

    (void)name;
    (void)bytes;
    if (va > n->after && va < n->found)
        n->found = va;
}

static bool look_up(const struct symbols *s, const char *name, struct spot *spot)
{
    struct next_symbol next = {.found = UINT64_MAX};
    uint64_t bytes;

    if (!s || symbols_lookup(s, name, &spot->begin, &bytes) != 0)
        return false;
    next.after = spot->begin;
    if (bytes == 0) /* a label of assembly: up to the next one */
        symbols_each(s, on_symbol, &next);
    spot->end = bytes > 0 ? spot->begin + bytes : next.found;
    return true;
}

static bool find_in_program(const struct machine *m, const char *name, const char *symbol,
                            struct spot *spot)
{
    static const char *const folders[] = {"",       "/bin/",      "/usr/bin/",
                                          "/sbin/", "/usr/sbin/", "/lib/"};
    struct places *p = places_create(m);
    bool found = false;

    for (size_t i = 0; p && !found && i < ARRAY_LEN(folders); i++) {
        char path[2 * NAME_MAX_];
        const struct program *g;

        snprintf(path, sizeof(path), "%s%s", folders[i], name);
        g = places_program(p, path);
        found = g && look_up(g->symbols, symbol, spot);
        if (found)
            snprintf(spot->program, sizeof(spot->program), "%s", g->name);
    }
    places_destroy(p);
    return found;
}

static bool find_in_kernel(const struct machine *m, const char *symbol, struct spot *spot)
{
    struct symbols *s;
    char err[128];
    bool found;

    if (machine_symbols(m, &s, err, sizeof(err)) != 0)
        return false;
    found = look_up(s, symbol, spot);
    symbols_free(s);
    return found;
}

static int parse_spot(const struct machine *m, const char *text, size_t len, struct spot *spot,
                      char *err, size_t err_len)
{
    char name[NAME_MAX_], *colon;

    *spot = (struct spot){.any = false};
    if (len >= sizeof(name))
        return loader_fail(err, err_len, -EINVAL, "a place has a name of %zu letters", len);
    memcpy(name, text, len);
    name[len] = '\0';
    if (number_of(text, len, &spot->begin)) {
        spot->any = true;
        spot->end = spot->begin + 1;
        return 0;
    }
    colon = strrchr(name, ':');
    if (colon)
        *colon++ = '\0';
    if (colon && strcmp(name, "kernel") != 0 ? find_in_program(m, name, colon, spot)
                                             : find_in_kernel(m, colon ? colon : name, spot))
        return 0;
    return loader_fail(err, err_len, -EINVAL,
                       "there is no function '%.*s'; a place is a function of the kernel, "
                       "PROGRAM:FUNCTION, an address 0x.., N..M, A..B, trap-paths or user:PROGRAM",
                       (int)len, text);
}

static int parse(struct sweep_wish *w, const struct machine *m, const char *text, char *err,
                 size_t err_len)
{
    const char *dots = strstr(text, "..");
    size_t len = dots ? (size_t)(dots - text) : strlen(text);
    bool decimal = isdigit((unsigned char)text[0]) && strncmp(text, "0x", 2) != 0;
    int rc;

    if (strcmp(text, "trap-paths") == 0) {
        w->kind = WISH_KERNEL;
        return 0;
    }
    if (strncmp(text, "user:", 5) == 0 && text[5] && strlen(text + 5) < NAME_MAX_) {
        w->kind = WISH_PROGRAM;
        strcpy(w->from.program, text + 5);
        return 0;
    }
    if (decimal) {
        w->kind = WISH_NUMBERS;
        w->last = UINT64_MAX;
        if (number_of(text, len, &w->first) &&
            (dots ? number_of(dots + 2, strlen(dots + 2), &w->last)
                  : number_of(text, len, &w->last)) && w->first <= w->last)
            return 0;
        return loader_fail(err, err_len, -EINVAL,
                           "instruction numbers are written as 1000..2000, not '%s'", text);
    }
    w->kind = dots ? WISH_WAY : WISH_SPOT;
    rc = parse_spot(m, text, len, &w->from, err, err_len);
    if (rc == 0 && dots)
        rc = parse_spot(m, dots + 2, strlen(dots + 2), &w->to, err, err_len);
    return rc;
}

int sweep_wish_add(struct sweep_wish **list, const struct machine *m, const char *text, char *err,
                   size_t err_len)
{
    struct sweep_wish *w = calloc(1, sizeof(*w));
    int rc = w ? parse(w, m, text, err, err_len)
               : loader_fail(err, err_len, -ENOMEM, "out of memory");

    if (rc != 0) {
        free(w);
        return rc;
    }
    w->next = *list;
    *list = w;
    return 0;
}

void sweep_wish_free(struct sweep_wish *list)
{
    while (list) {
        struct sweep_wish *w = list;

        list = w->next;
        free(w);
    }
}

/* ---- what is meant ---- */

struct finder {
    struct sweep_wish *wishes;
    struct sweep_places *out;
    bool each;
    bool has_user;        /* the first program runs */
    uint64_t cause;
    struct { vaddr_t pc; uint64_t cause; uint32_t program; } *seen;
    size_t seen_room, seen_count;
    bool failed;          /* out of memory */
};

static uint32_t program_index(struct finder *f, const struct program *g, vaddr_t base)
{
    struct sweep_places *p = f->out;
    struct sweep_program *grown;

    for (size_t i = 0; i < p->programs; i++)
        if (strcmp(p->program[i].path, g->path) == 0 && p->program[i].base == base)
            return (uint32_t)i + 1;
    grown = realloc(p->program, (p->programs + 1) * sizeof(*grown));
    f->failed |= !grown;
    if (!grown)
        return 0;
    p->program = grown;
    grown[p->programs] = (struct sweep_program){strdup(g->path), base};
    f->failed |= !grown[p->programs].path;
    return grown[p->programs].path ? (uint32_t)++p->programs : 0;
}

static bool is_at(const struct spot *s, vaddr_t pc, const struct program *g, vaddr_t base)
{
    if (!s->any && s->program[0] && (!g || strcmp(g->name, s->program) != 0))
        return false;
    return pc - (s->program[0] ? base : 0) - s->begin < s->end - s->begin;
}

static bool is_start(const struct spot *s, vaddr_t pc, const struct program *g, vaddr_t base)
{
    return is_at(s, pc, g, base) && pc - (s->program[0] ? base : 0) == s->begin;
}

static bool is_meant(struct finder *f, struct sweep_wish *w, insn_t n, vaddr_t pc,
                     const struct program *g, vaddr_t base)
{
    bool was_open;

    switch (w->kind) {
    case WISH_NUMBERS:
        return n >= w->first && n <= w->last;
    case WISH_SPOT:
        return is_at(&w->from, pc, g, base);
    case WISH_KERNEL:
        return f->has_user && pc >= UPPER_HALF;
    case WISH_PROGRAM:
        return g && strcmp(g->name, w->from.program) == 0;
    case WISH_WAY:
        was_open = w->open;
        if (!w->open)
            w->open = is_start(&w->from, pc, g, base);
        else if (is_start(&w->to, pc, g, base))
            w->open = false;
        return was_open || w->open;
    }
    return false;
}

static size_t hash_of(vaddr_t pc, uint64_t cause, uint32_t program)
{
    uint64_t h = pc * 0x9e3779b97f4a7c15ull + cause * 0xbf58476d1ce4e5b9ull + program;

    return (size_t)(h ^ h >> 29);
}

/* False where such an instruction was there before; else it is now. */
static bool is_new(struct finder *f, vaddr_t pc, uint64_t cause, uint32_t program)
{
    size_t at;

    if (2 * f->seen_count >= f->seen_room) {
        size_t room = f->seen_room ? 2 * f->seen_room : 4096, was_room = f->seen_room;
        typeof(f->seen) was = f->seen;

        f->seen = calloc(room, sizeof(*f->seen));
        if (!f->seen) {
            f->seen = was;
            f->failed = true;
            return false;
        }
        f->seen_room = room;
        f->seen_count = 0;
        for (size_t i = 0; i < was_room; i++)
            if (was[i].pc)
                is_new(f, was[i].pc, was[i].cause, was[i].program);
        free(was);
    }
    at = hash_of(pc, cause, program) & (f->seen_room - 1);
    for (; f->seen[at].pc; at = (at + 1) & (f->seen_room - 1))
        if (f->seen[at].pc == pc && f->seen[at].cause == cause && f->seen[at].program == program)
            return false;
    f->seen[at].pc = pc;
    f->seen[at].cause = cause;
    f->seen[at].program = program;
    f->seen_count++;
    return true;
}

static void on_insn(void *ctx, insn_t n, vaddr_t pc, const struct program *g, vaddr_t base)
{
    struct finder *f = ctx;
    struct sweep_places *p = f->out;
    uint64_t cause = pc >= UPPER_HALF ? f->cause : 0;
    bool meant = false;
    uint32_t program;
    struct sweep_place *grown;

    f->has_user |= pc < UPPER_HALF && g;
    for (struct sweep_wish *w = f->wishes; w; w = w->next)
        meant |= is_meant(f, w, n, pc, g, base);
    if (!meant || f->failed)
        return;
    p->passed++;
    program = g ? program_index(f, g, base) : 0;
    if (!f->each && !is_new(f, pc, cause, program))
        return;
    grown = array_room(p->list, p->count, &p->room, sizeof(*grown));
    f->failed |= !grown;
    if (!grown)
        return;
    p->list = grown;
    p->list[p->count++] = (struct sweep_place){n, pc, cause, program};
}

static void on_event(void *ctx, const struct derived *d)
{
    struct finder *f = ctx;
    const struct cpu_trap *t = d->trap;

    if (d->kind != DERIVED_TRAP || !t->from_user)
        return;
    f->cause = (uint64_t)t->kind << 48 | (uint64_t)t->vector << 32;
    f->cause |= t->kind == CPU_TRAP_SYSCALL ? cpu_syscall_number(d->cpu) & 0xffffffff
                                            : t->syndrome >> 26 & 63;
}

/* Where all that is wished are numbers, the rest of the run need not be looked at. */
static void only_these(const struct sweep_wish *list, struct derive *how)
{
    insn_t first = INSN_NONE, last = 0;

    for (const struct sweep_wish *w = list; w; w = w->next) {
        if (w->kind != WISH_NUMBERS)
            return;
        first = w->first < first ? w->first : first;
        last = w->last > last ? w->last : last;
    }
    how->insn_from = first;
    how->until = last < INSN_NONE - 1 ? last + 1 : INSN_NONE;
}

int sweep_places_find(const struct trace *undisturbed, const struct sweep_wish *list, bool each,
                      struct sweep_places *out, char *err, size_t err_len)
{
    struct finder f = {.wishes = (struct sweep_wish *)list, .out = out, .each = each};
    struct derive how = {.ctx = &f, .event = on_event, .insn = on_insn, .plain = true,
                         .until = INSN_NONE};
    struct divergence divergence;
    int rc;

    *out = (struct sweep_places){0};
    only_these(list, &how);
    rc = derive_run(undisturbed, &how, &divergence, err, err_len);
    free(f.seen);
    if (rc == -EILSEQ)
        loader_fail(err, err_len, rc, "the undisturbed run diverges: %s", divergence.what);
    if (rc == 0 && f.failed)
        rc = loader_fail(err, err_len, -ENOMEM, "out of memory for the places of the sweep");
    if (rc != 0)
        sweep_places_free(out);
    return rc;
}

void sweep_places_free(struct sweep_places *p)
{
    for (size_t i = 0; i < p->programs; i++)
        free(p->program[i].path);
    free(p->program);
    free(p->list);
    *p = (struct sweep_places){0};
}
