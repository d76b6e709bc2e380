/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/course.c - the user code's side of a run; see course.h. */
#include "sim/course.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "loader/array.h"
#include "loader/fail.h"
#include "cpu/search.h"

#define TEXT_LEN    1200u
#define LARGE_ABOVE 4096u /* results above that are addresses, times, sizes: of this CPU */

/* array_room() that says where memory ran out. */
static void *grow(struct course *s, void *list, size_t count, size_t *room, size_t size)
{
    void *grown = array_room(list, count, room, size);

    s->failed |= !grown;
    return grown;
}

static struct course_thread *find(struct course *s, unsigned thread)
{
    if (s->last && s->last->thread == thread)
        return s->last;
    for (size_t i = s->threads; i-- > 0;)
        if (s->thread[i]->thread == thread)
            return s->last = s->thread[i];
    return NULL;
}

static struct course_thread *add_thread(struct course *s, const struct derived *d)
{
    struct course_thread *t = calloc(1, sizeof(*t));
    struct course_thread **grown = realloc(s->thread, (s->threads + 1) * sizeof(*grown));

    if (grown)
        s->thread = grown;
    if (!grown || !t) {
        free(t);
        s->failed = true;
        return NULL;
    }
    t->thread = d->thread;
    t->process = d->process;
    t->parent = COURSE_NONE;
    t->fork_n = d->fork_n;
    for (unsigned i = 0; i < s->threads; i++)
        if (d->parent_thread && s->thread[i]->thread == d->parent_thread)
            t->parent = i;
    s->thread[s->threads++] = t;
    return s->last = t;
}

static void set_program(struct course_thread *t, const struct derived *d)
{
    snprintf(t->program, sizeof(t->program), "%s", d->program ? d->program->name : "");
}

static enum course_lane lane_of(const struct course_thread *t)
{
    return t->depth > 0 ? COURSE_HANDLER : COURSE_MAIN;
}

static void enter(struct course_thread *t, insn_t n)
{
    t->in_user = true;
    t->enter_n = n;
}

static void leave(struct course *s, struct course_thread *t, const struct cpu_trap *trap)
{
    /* A call and its entry are one tick: its state is the one before the vector's. */
    insn_t to = trap->kind == CPU_TRAP_SYSCALL ? trap->n : trap->n - 1;
    struct course_list *l = &t->lane[lane_of(t)];
    struct course_span *grown;

    if (!t->in_user || to <= t->enter_n) {
        t->in_user = false;
        return;
    }
    t->in_user = false;
    grown = grow(s, l->span, l->spans, &l->span_room, sizeof(*l->span));
    if (!grown)
        return;
    l->span = grown;
    l->span[l->spans++] = (struct course_span){t->enter_n, to, l->insns};
    l->insns += to - t->enter_n;
}

static void add_event(struct course *s, struct course_list *l, struct course_event e,
                      const char *text)
{
    struct course_event *grown = grow(s, l->event, l->count, &l->room, sizeof(*l->event));

    if (!grown)
        return;
    l->event = grown;
    e.text = s->text.used;
    e.hash = XXH3_64bits(text, strlen(text));
    e.insns = l->insns;
    buf_put(&s->text, text, strlen(text) + 1);
    s->failed |= s->text.failed;
    l->event[l->count++] = e;
}

/* Calls of one CPU whose work the other does by a newer one; "": has none. As streams.table in
 * tests/contracts, where each has its reason. */
static const char *loose_name(const char *name)
{
    static const char *const table[][2] = {
        {"access", "faccessat"}, {"alarm", "setitimer"}, {"chmod", "fchmodat"},
        {"chown", "fchownat"}, {"dup2", "dup3"}, {"epoll_create", "epoll_create1"},
        {"epoll_wait", "epoll_pwait"}, {"eventfd", "eventfd2"}, {"fork", "clone"},
        {"getpgrp", "getpgid"}, {"inotify_init", "inotify_init1"}, {"lchown", "fchownat"},
        {"link", "linkat"}, {"lstat", "newfstatat"}, {"mkdir", "mkdirat"}, {"mknod", "mknodat"},
        {"open", "openat"}, {"pause", "ppoll"}, {"pipe", "pipe2"}, {"poll", "ppoll"},
        {"readlink", "readlinkat"}, {"rename", "renameat"}, {"rmdir", "unlinkat"},
        {"select", "pselect6"}, {"signalfd", "signalfd4"}, {"stat", "newfstatat"},
        {"symlink", "symlinkat"}, {"unlink", "unlinkat"}, {"vfork", "clone"},
        {"arch_prctl", ""}, {"rt_sigreturn", ""}};

    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (strcmp(table[i][0], name) == 0)
            return table[i][1];
    return name;
}

static uint64_t loose_hash(const struct derived *d, const char *result)
{
    const char *name = loose_name(d->call->name);
    char text[200];
    bool large = d->returned && d->result > LARGE_ABOVE && result[0] != '-';
    bool output = strcmp(name, "write") == 0;

    if (!name[0])
        return 0;
    snprintf(text, sizeof(text), "%s(%.100s) = %s", name, output ? d->call->text[1] : "",
             large ? "large" : result);
    return XXH3_64bits(text, strlen(text));
}

static void on_syscall(struct course *s, struct course_thread *t, const struct derived *d)
{
    struct course_event e = {.n = d->n, .n_end = d->returned ? d->n_end : INSN_NONE, .pc = d->pc};
    char text[TEXT_LEN], result[64] = "?";
    size_t used;

    if (!d->restarted && !syscall_is(d->call, "rt_sigreturn")) {
        syscall_call_text(d->call, true, text, sizeof(text) - 80);
        if (d->returned)
            syscall_result_text(d->call, d->result, true, result, sizeof(result));
        used = strlen(text);
        snprintf(text + used, sizeof(text) - used, " = %s", result);
        e.loose = loose_hash(d, result);
        add_event(s, &t->lane[lane_of(t)], e, text);
    }
    if (d->returned && syscall_is_exec(d->call) && (int64_t)d->result == 0) {
        t->program[0] = '\0'; /* the next event is the new program's */
        t->depth = 0;
    }
    if (d->returned || d->restarted)
        enter(t, d->n_end);
}

static void on_signal(struct course *s, struct course_thread *t, const struct derived *d)
{
    struct course_event e = {.n = d->n, .n_end = d->n, .pc = d->pc, .is_signal = true};
    char place[200], text[TEXT_LEN];

    t->depth++;
    place_text(&d->at, true, place, sizeof(place));
    snprintf(text, sizeof(text), "%s handled by %s", signal_name(d->signo), place);
    snprintf(place, sizeof(place), "%s", signal_name(d->signo));
    e.loose = XXH3_64bits(place, strlen(place));
    add_event(s, &t->lane[COURSE_HANDLER], e, text);
    enter(t, d->n);
}

static void note_last(struct course_thread *t, const struct derived *d)
{
    t->last_n = d->trap->n;
    t->last_kind = d->trap->kind;
    if (t->last_kind == CPU_TRAP_SYSCALL) {
        const struct sim_arch *a = sim_arch_get(cpu_arch(d->cpu));
        uint64_t number = cpu_syscall_number(d->cpu);
        const char *name = number < *a->syscall_count ? a->syscall_names[number] : NULL;

        snprintf(t->last_call, sizeof(t->last_call), "%s", name ? name : "a system call");
    }
}

static void on_trap(struct course *s, const struct derived *d)
{
    struct course_trap *grown = grow(s, s->trap, s->traps, &s->trap_room, sizeof(*s->trap));

    if (!grown)
        return;
    s->trap = grown;
    s->trap[s->traps++] = (struct course_trap){.n = d->trap->n,
                                              .cycles = d->trap->cycles,
                                              .pc = d->trap->pc,
                                              .vector = d->trap->vector,
                                              .kind = (uint8_t)d->trap->kind,
                                              .from_user = d->trap->from_user};
}

static void on_event(void *ctx, const struct derived *d)
{
    struct course *s = ctx;
    struct course_thread *t = d->thread ? find(s, d->thread) : NULL;

    if (d->kind == DERIVED_TRAP)
        on_trap(s, d);
    if (d->thread && !t)
        t = add_thread(s, d);
    if (!t)
        return;
    if (!t->program[0])
        set_program(t, d);
    switch (d->kind) {
    case DERIVED_TRAP:
        if (d->trap->from_user) {
            leave(s, t, d->trap);
            note_last(t, d);
        }
        break;
    case DERIVED_START:
    case DERIVED_RETURN:
        enter(t, d->n);
        break;
    case DERIVED_SYSCALL:
        on_syscall(s, t, d);
        break;
    case DERIVED_SIGNAL:
        on_signal(s, t, d);
        break;
    case DERIVED_SIGRETURN:
        t->depth -= t->depth > 0;
        enter(t, d->n);
        break;
    }
}

static void on_tick(void *ctx, struct sim *sim)
{
    struct course *s = ctx;

    if (s->tick)
        s->tick(s->tick_ctx, sim);
}

/* Which child of its parent each is, by the order of the calls that made them. */
static void number_children(struct course *s)
{
    for (size_t i = 0; i < s->threads; i++)
        for (size_t j = 0; j < s->threads; j++) {
            const struct course_thread *a = s->thread[i], *b = s->thread[j];

            if (a->parent == b->parent && i != j &&
                (b->fork_n < a->fork_n || (b->fork_n == a->fork_n && j < i)))
                s->thread[i]->index++;
        }
}

int course_read(const struct trace *t, struct course *s, char *err, size_t err_len)
{
    struct derive how = {.ctx = s, .event = on_event, .tick = on_tick, .until = INSN_NONE};
    struct divergence divergence = {0};
    int rc;

    s->trace = t;
    rc = derive_run(t, &how, &divergence, err, err_len);
    if (rc == -EILSEQ)
        return loader_fail(err, err_len, rc, "the replay diverged: %s", divergence.what);
    if (rc == 0 && s->failed)
        return loader_fail(err, err_len, -ENOMEM, "out of memory");
    if (rc == 0)
        number_children(s);
    return rc;
}

void course_free(struct course *s)
{
    for (size_t i = 0; i < s->threads; i++) {
        for (unsigned lane = 0; lane < COURSE_LANES; lane++) {
            free(s->thread[i]->lane[lane].event);
            free(s->thread[i]->lane[lane].span);
        }
        free(s->thread[i]);
    }
    free(s->thread);
    free(s->trap);
    buf_free(&s->text);
}

const char *course_text(const struct course *s, const struct course_event *e)
{
    return (const char *)s->text.data + e->text;
}

/* ---- spots ---- */

uint64_t course_insns_before(const struct course_list *l, size_t i)
{
    return i ? l->event[i - 1].insns : 0;
}

/* The span that holds state n; NULL. */
static const struct course_span *span_of(const struct course_list *l, insn_t n)
{
    size_t i = SEARCH_BEHIND(l->span, l->spans, to, n);

    return i < l->spans && l->span[i].from <= n ? &l->span[i] : NULL;
}

/* How many events of the lane are over when `insns` of its instructions have run. */
static size_t events_at(const struct course_list *l, insn_t n)
{
    return SEARCH_BEHIND(l->event, l->count, n_end, n);
}

bool course_spot_at(const struct course *s, insn_t n, struct course_spot *spot)
{
    for (unsigned i = 0; i < s->threads; i++)
        for (unsigned lane = 0; lane < COURSE_LANES; lane++) {
            const struct course_list *l = &s->thread[i]->lane[lane];
            const struct course_span *span = span_of(l, n);

            if (!span)
                continue;
            spot->thread = i;
            spot->lane = lane;
            spot->event = events_at(l, n);
            spot->insns = span->before + (n - span->from) - course_insns_before(l, spot->event);
            return true;
        }
    return false;
}

insn_t course_n_at(const struct course *s, const struct course_spot *spot)
{
    const struct course_list *l = &s->thread[spot->thread]->lane[spot->lane];
    uint64_t at;
    const struct course_span *span;
    size_t behind;

    if (spot->event > l->count)
        return INSN_NONE;
    at = course_insns_before(l, spot->event) + spot->insns;
    behind = SEARCH_BEHIND(l->span, l->spans, before, at);
    if (behind == 0)
        return INSN_NONE;
    span = &l->span[behind - 1];
    at -= span->before;
    return at < span->to - span->from ? span->from + at : INSN_NONE;
}

unsigned course_twin(const struct course *a, unsigned i, const struct course *b)
{
    const struct course_thread *t = a->thread[i];
    unsigned parent = COURSE_NONE;

    if (t->parent != COURSE_NONE) {
        parent = course_twin(a, t->parent, b);
        if (parent == COURSE_NONE)
            return COURSE_NONE;
    }
    for (unsigned j = 0; j < b->threads; j++)
        if (b->thread[j]->parent == parent && b->thread[j]->index == t->index)
            return j;
    return COURSE_NONE;
}
