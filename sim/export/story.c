/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/export/story.c - see story.h. Events come in the order in which they are known. */
#include "sim/export/story.h"

#include <errno.h>
#include <stdio.h>
#include <xxhash.h>

#include "cpu/search.h"
#include "loader/fail.h"

#define HANDLERS_MAX 32u
#define LINE_LEN     800u

/* What is under way on a track. */
struct open_item {
    bool trap;
    insn_t n;
    uint64_t ns;
    uint32_t name, detail, place;
    uint16_t kind;
    struct story_item handler[HANDLERS_MAX];
    unsigned handlers;
};

/* What of a process's files the story has. */
struct noted {
    size_t maps;
    insn_t exec_n; /* a new program began here, of which no event has told yet */
};

struct builder {
    struct story *s;
    struct noted *noted;    /* by process */
    size_t noted_room;
    struct open_item *open; /* one for each track */
    size_t open_room;
    uint32_t running;       /* track, 0: none yet */
    insn_t run_n;
    uint64_t run_ns;
    void (*tick)(void *ctx, struct sim *sim);
    void *ctx;
    bool failed;
};

const char *story_kind_name(enum story_kind kind)
{
    static const char *const names[] = {
        [STORY_RUN] = "run",         [STORY_SYSCALL] = "syscall", [STORY_FAULT] = "fault",
        [STORY_IRQ] = "interrupt",   [STORY_HANDLER] = "handler", [STORY_START] = "start",
        [STORY_INPUT] = "input",
    };

    return names[kind];
}

/* Room for one more; false when there is no memory. */
static bool grow(void **array, size_t count, size_t *room, size_t size)
{
    size_t more = *room ? 2 * *room : 256;
    void *p;

    if (count < *room)
        return true;
    p = realloc(*array, more * size);
    if (!p)
        return false;
    memset((char *)p + *room * size, 0, (more - *room) * size);
    *array = p;
    *room = more;
    return true;
}

/* ---- texts ---- */

static uint32_t append_text(struct builder *b, const char *text, size_t len)
{
    struct story *s = b->s;
    uint32_t at = (uint32_t)s->text_bytes;

    while (s->text_bytes + len + 1 > s->text_room) {
        size_t more = s->text_room ? 2 * s->text_room : 4096;
        char *p = more < UINT32_MAX ? realloc(s->text, more) : NULL;

        if (!p) {
            b->failed = true;
            return 0;
        }
        s->text = p;
        s->text_room = more;
    }
    memcpy(s->text + at, text, len);
    s->text[at + len] = '\0';
    s->text_bytes += len + 1;
    return at;
}

static void rehash(struct builder *b)
{
    struct story *s = b->s;
    size_t room = s->hash_room ? 2 * s->hash_room : 1024;
    uint32_t *hash = calloc(room, sizeof(*hash));

    if (!hash) {
        b->failed = true;
        return;
    }
    for (size_t i = 0; i < s->hash_room; i++) {
        const char *text = s->text + s->hash[i];
        size_t at;

        if (!s->hash[i])
            continue;
        at = XXH3_64bits(text, strlen(text)) & (room - 1);
        while (hash[at])
            at = (at + 1) & (room - 1);
        hash[at] = s->hash[i];
    }
    free(s->hash);
    s->hash = hash;
    s->hash_room = room;
}

/* One copy of each text. */
static uint32_t intern(struct builder *b, const char *text)
{
    struct story *s = b->s;
    size_t len = strlen(text), at;

    if (len == 0)
        return 0;
    if (2 * s->hash_used >= s->hash_room)
        rehash(b);
    if (b->failed)
        return 0;
    at = XXH3_64bits(text, len) & (s->hash_room - 1);
    while (s->hash[at] && strcmp(s->text + s->hash[at], text) != 0)
        at = (at + 1) & (s->hash_room - 1);
    if (!s->hash[at]) {
        s->hash[at] = append_text(b, text, len);
        s->hash_used++;
    }
    return s->hash[at];
}

static uint32_t intern_place(struct builder *b, const struct place *place)
{
    char text[160];

    place_text(place, false, text, sizeof(text));
    return intern(b, text);
}

/* ---- tracks and items ---- */

static uint32_t add_track(struct builder *b, unsigned process, unsigned thread, const char *name)
{
    struct story *s = b->s;
    struct story_track *t;

    if (!grow((void **)&s->track, s->tracks, &s->track_room, sizeof(*s->track)) ||
        !grow((void **)&b->open, s->tracks, &b->open_room, sizeof(*b->open))) {
        b->failed = true;
        return 0;
    }
    t = &s->track[s->tracks];
    t->process = process;
    t->thread = thread;
    snprintf(t->name, sizeof(t->name), "%s", name);
    return (uint32_t)s->tracks++;
}

static uint32_t track_of(struct builder *b, const struct derived *d)
{
    struct story *s = b->s;

    for (size_t i = s->tracks; i-- > 1;)
        if (s->track[i].process == d->process && s->track[i].thread == d->thread)
            return (uint32_t)i;
    return add_track(b, d->process, d->thread, d->process ? "" : "kernel");
}

static void add_item(struct builder *b, const struct story_item *item)
{
    struct story *s = b->s;

    if (!grow((void **)&s->item, s->count, &s->room, sizeof(*s->item)))
        b->failed = true;
    else
        s->item[s->count++] = *item;
}

static void add_moment(struct builder *b, enum story_kind kind, const struct derived *d,
                       uint32_t track, const char *name, uint32_t detail)
{
    struct story_item item = {.n = d->n, .n_end = d->n, .ns = d->time_ns, .ns_end = d->time_ns,
                              .track = track, .kind = (uint16_t)kind, .name = intern(b, name),
                              .detail = detail, .place = intern_place(b, &d->at)};

    add_item(b, &item);
}

/* The trap or system call under way on a track ends. */
static void close_trap(struct builder *b, uint32_t track, insn_t n, uint64_t ns, bool cut)
{
    struct open_item *o = &b->open[track];
    struct story_item item = {.n = o->n, .n_end = n, .ns = o->ns, .ns_end = ns, .track = track,
                              .kind = o->kind, .open = cut, .name = o->name, .detail = o->detail,
                              .place = o->place};

    if (o->trap)
        add_item(b, &item);
    o->trap = false;
}

static void close_handler(struct builder *b, uint32_t track, insn_t n, uint64_t ns, bool cut)
{
    struct open_item *o = &b->open[track];
    struct story_item *item;

    if (o->handlers == 0)
        return;
    item = &o->handler[--o->handlers];
    item->n_end = n;
    item->ns_end = ns;
    item->open = cut;
    add_item(b, item);
}

/* A thread is in user mode: from here on the CPU is its. */
static void note_runs(struct builder *b, uint32_t track, insn_t n, uint64_t ns)
{
    struct story_item item = {.n = b->run_n, .n_end = n, .ns = b->run_ns, .ns_end = ns,
                              .kind = STORY_RUN, .number = b->running};
    const struct story_track *t = &b->s->track[b->running];
    char name[80];

    if (b->running == track)
        return;
    snprintf(name, sizeof(name), "%u.%u %s", t->process, t->thread, t->name);
    item.name = intern(b, name);
    if (b->running)
        add_item(b, &item);
    b->running = track;
    b->run_n = n;
    b->run_ns = ns;
}

static struct noted *noted_of(struct builder *b, unsigned process)
{
    while (process >= b->noted_room)
        if (!grow((void **)&b->noted, b->noted_room, &b->noted_room, sizeof(*b->noted))) {
            b->failed = true;
            return NULL;
        }
    return &b->noted[process];
}

/* `file` NULL: one that is not known. */
static void add_program(struct builder *b, struct story_program now, const struct program *file)
{
    struct story *s = b->s;

    now.path = file ? intern(b, file->path) : 0;
    if (grow((void **)&s->program, s->programs, &s->program_room, sizeof(*s->program)))
        s->program[s->programs++] = now;
    else
        b->failed = true;
}

/* Does the story have this as what the process runs now? */
static bool runs(const struct story *s, const struct derived *d)
{
    for (size_t i = s->programs; i-- > 0;)
        if (s->program[i].process == d->process && !s->program[i].library)
            return s->program[i].base == d->base &&
                   strcmp(story_text(s, s->program[i].path), d->program->path) == 0;
    return false;
}

/* An exec, seen by the first event in the new program; a fork's child has its parent's; and
 * libraries, as each is mapped. */
static void note_programs(struct builder *b, const struct derived *d)
{
    struct noted *o = noted_of(b, d->process);
    insn_t n = d->kind == DERIVED_SYSCALL && d->returned ? d->n_end : d->n;

    if (!o || !d->maps)
        return;
    if (o->exec_n || (d->program && !runs(b->s, d))) {
        n = o->exec_n ? o->exec_n : n;
        add_program(b, (struct story_program){.n = n, .process = d->process, .base = d->base},
                    d->program);
        *o = (struct noted){0};
    }
    for (; o->maps < d->maps->count; o->maps++) {
        const struct code_map *m = &d->maps->map[o->maps];

        if (m->file != d->program)
            add_program(b, (struct story_program){.n = n, .process = d->process, .library = true,
                                                  .base = m->base}, m->file);
    }
}

/* ---- events ---- */

static void on_trap_event(struct builder *b, const struct derived *d, uint32_t track)
{
    struct open_item *o = &b->open[track];
    char text[LINE_LEN];
    enum story_kind kind = d->trap->kind == CPU_TRAP_SYSCALL ? STORY_SYSCALL
                           : d->trap->kind == CPU_TRAP_SYNC  ? STORY_FAULT
                                                             : STORY_IRQ;
    const char *name = kind == STORY_FAULT && d->words->is_fault ? "page fault"
                       : kind == STORY_IRQ                       ? "interrupt"
                                                                 : d->words->stable;

    if (d->trap->addr || d->words->is_fault)
        snprintf(text, sizeof(text), "%s, address 0x%llx", d->words->cause,
                 (unsigned long long)d->trap->addr);
    else
        snprintf(text, sizeof(text), "%s", d->words->cause);
    if (!d->trap->from_user) {
        add_moment(b, kind, d, track, name, intern(b, text));
        return;
    }
    o->trap = true;
    o->n = d->n;
    o->ns = d->time_ns;
    o->kind = (uint16_t)kind;
    o->name = intern(b, name);
    o->detail = intern(b, text);
    o->place = intern_place(b, &d->at);
}

static void on_syscall_event(struct builder *b, const struct derived *d, uint32_t track)
{
    struct open_item *o = &b->open[track];
    char line[LINE_LEN], result[64] = "?";
    size_t used;

    syscall_call_text(d->call, false, line, sizeof(line));
    if (d->returned)
        syscall_result_text(d->call, d->result, false, result, sizeof(result));
    used = strlen(line);
    snprintf(line + used, sizeof(line) - used, " = %s%s", result,
             d->restarted ? " (runs again)" : "");
    o->name = intern(b, d->call->name);
    o->detail = append_text(b, line, strlen(line));
    close_trap(b, track, d->returned || d->restarted ? d->n_end : d->n, d->time_ns, false);
    if (d->returned && syscall_is_exec(d->call) && d->result == 0 && noted_of(b, d->process))
        noted_of(b, d->process)->exec_n = d->n_end;
}

static void on_signal_event(struct builder *b, const struct derived *d, uint32_t track)
{
    struct open_item *o = &b->open[track];
    char text[LINE_LEN], at[160];

    close_trap(b, track, d->n, d->time_ns, false); /* a fault that became this signal */
    place_text(&d->interrupted, false, at, sizeof(at));
    snprintf(text, sizeof(text), "interrupted %s%s", at,
             d->interrupted_syscall ? " (system call)" : "");
    if (o->handlers == HANDLERS_MAX)
        return;
    o->handler[o->handlers++] = (struct story_item){
        .n = d->n, .ns = d->time_ns, .track = track, .kind = STORY_HANDLER,
        .name = intern(b, signal_name(d->signo)), .detail = intern(b, text),
        .place = intern_place(b, &d->at), .number = (uint32_t)d->signo};
}

static void on_event(void *ctx, const struct derived *d)
{
    struct builder *b = ctx;
    uint32_t track = track_of(b, d);
    char name[48];

    if (b->failed)
        return;
    if (d->process && d->program && d->pc >> 63 == 0)
        snprintf(b->s->track[track].name, sizeof(b->s->track[track].name), "%s", d->program->name);
    note_programs(b, d);
    switch (d->kind) {
    case DERIVED_TRAP:
        on_trap_event(b, d, track);
        return;
    case DERIVED_RETURN:
        close_trap(b, track, d->n, d->time_ns, false);
        break;
    case DERIVED_SYSCALL:
        on_syscall_event(b, d, track);
        if (!d->returned && !d->restarted)
            return;
        break;
    case DERIVED_SIGNAL:
        on_signal_event(b, d, track);
        break;
    case DERIVED_SIGRETURN:
        b->open[track].name = intern(b, "rt_sigreturn");
        b->open[track].detail = intern(b, "rt_sigreturn()");
        close_trap(b, track, d->n, d->time_ns, false);
        close_handler(b, track, d->n, d->time_ns, false);
        break;
    case DERIVED_START:
        snprintf(name, sizeof(name), "%u.%u starts", d->process, d->thread);
        add_moment(b, STORY_START, d, track, name, 0);
        break;
    }
    note_runs(b, track, d->kind == DERIVED_SYSCALL ? d->n_end : d->n, d->time_ns);
}

static void on_tick(void *ctx, struct sim *sim)
{
    struct builder *b = ctx;

    if (b->tick)
        b->tick(b->ctx, sim);
}

/* ---- the end ---- */

static uint64_t ns_of(const struct trace *t, cycles_t cycles)
{
    return (uint64_t)((unsigned __int128)cycles * 1000000000u / (t->machine.hz ? t->machine.hz
                                                                                : 1000000000u));
}

static int by_begin(const void *pa, const void *pb)
{
    const struct story_item *a = pa, *b = pb;

    if (a->n != b->n)
        return a->n < b->n ? -1 : 1;
    if (a->n_end != b->n_end)
        return a->n_end > b->n_end ? -1 : 1;
    return a->track < b->track ? -1 : a->track > b->track;
}

/* Guest time at a number: that of the last item before it and the instructions since. */
static uint64_t ns_at(const struct story *s, size_t sorted, const struct trace *t, insn_t n)
{
    size_t behind = SEARCH_BEHIND(s->item, sorted, n, n);

    if (behind == 0)
        return ns_of(t, n);
    return s->item[behind - 1].ns + ns_of(t, n - s->item[behind - 1].n);
}

static void add_input(struct builder *b, size_t sorted, const struct trace *t, insn_t n,
                      const char *name, const char *detail)
{
    uint64_t ns = ns_at(b->s, sorted, t, n);
    struct story_item item = {.n = n, .n_end = n, .ns = ns, .ns_end = ns, .kind = STORY_INPUT,
                              .name = intern(b, name), .detail = intern(b, detail)};

    add_item(b, &item);
}

static void add_inputs(struct builder *b, const struct trace *t)
{
    size_t sorted = b->s->count;
    char text[64];

    for (size_t i = 0; i < t->delay_count; i++) {
        if (t->delays[i].delay == 0)
            continue;
        snprintf(text, sizeof(text), "by %llu cycles", (unsigned long long)t->delays[i].delay);
        add_input(b, sorted, t, t->delays[i].n, "timer late", text);
    }
    for (size_t i = 0; i < t->stop_count; i++) {
        if (t->stops[i].kind == TRACE_STOP_INJECT) {
            inject_text(&t->stops[i].inject, text, sizeof(text));
            add_input(b, sorted, t, t->stops[i].n, "injected event", text);
        }
        if (t->stops[i].kind == TRACE_STOP_NET && t->stops[i].net.len > 0) {
            snprintf(text, sizeof(text), "%u bytes", t->stops[i].net.len);
            add_input(b, sorted, t, t->stops[i].n, "frame", text);
        }
        if (t->stops[i].kind != TRACE_STOP_CONSOLE)
            continue;
        snprintf(text, sizeof(text), "%u bytes", t->stops[i].console.len);
        add_input(b, sorted, t, t->stops[i].n, "console input", text);
    }
}

static void finish(struct builder *b, const struct trace *t)
{
    struct story *s = b->s;

    s->n_end = t->end.n;
    s->ns_end = ns_of(t, t->end.cycles);
    for (uint32_t i = 1; i < s->tracks; i++) {
        close_trap(b, i, s->n_end, s->ns_end, true);
        while (b->open[i].handlers)
            close_handler(b, i, s->n_end, s->ns_end, true);
    }
    note_runs(b, 0, s->n_end, s->ns_end);
    qsort(s->item, s->count, sizeof(*s->item), by_begin);
    add_inputs(b, t);
    qsort(s->item, s->count, sizeof(*s->item), by_begin);
}

int story_build(const struct trace *t, struct story *s,
                void (*tick)(void *ctx, struct sim *sim), void *ctx,
                struct divergence *divergence, char *err, size_t err_len)
{
    struct builder b = {.s = s, .tick = tick, .ctx = ctx};
    struct derive how = {.ctx = &b, .event = on_event, .tick = on_tick, .until = INSN_NONE};
    int rc;

    memset(s, 0, sizeof(*s));
    append_text(&b, "", 0);
    add_track(&b, 0, 0, "CPU");
    rc = derive_run(t, &how, divergence, err, err_len);
    if (rc == 0)
        finish(&b, t);
    free(b.open);
    free(b.noted);
    if (rc == 0 && b.failed)
        rc = loader_fail(err, err_len, -ENOMEM, "out of memory");
    if (rc)
        story_free(s);
    return rc;
}

uint32_t story_running(const struct story *s, insn_t n)
{
    uint32_t track = 0;

    for (size_t i = 0; i < s->count && s->item[i].n <= n; i++)
        if (s->item[i].kind == STORY_RUN)
            track = s->item[i].number;
    return track;
}

const struct story_program *story_program(const struct story *s, unsigned process, insn_t n)
{
    const struct story_program *found = NULL;

    for (size_t i = 0; i < s->programs; i++)
        if (s->program[i].process == process && s->program[i].n <= n && !s->program[i].library)
            found = &s->program[i];
    return found;
}

const struct story_program *story_library(const struct story *s, const struct story_program *p,
                                          insn_t n)
{
    unsigned process = p->process;

    while (++p < s->program + s->programs)
        if (p->process == process && p->n <= n)
            return p;
    return NULL;
}

const struct program *story_code(const struct story *s, struct places *places, unsigned process,
                                 insn_t n, vaddr_t va, vaddr_t *base)
{
    const struct story_program *p = story_program(s, process, n);
    const struct program *found = p ? places_program(places, story_text(s, p->path)) : NULL, *file;

    *base = p ? p->base : 0;
    for (; p; p = story_library(s, p, n)) {
        file = places_program(places, story_text(s, p->path));
        if (file && va - p->base >= file->low && va - p->base < file->end) {
            found = file;
            *base = p->base;
        }
    }
    return found;
}

void story_free(struct story *s)
{
    free(s->program);
    free(s->item);
    free(s->track);
    free(s->text);
    free(s->hash);
    memset(s, 0, sizeof(*s));
}
