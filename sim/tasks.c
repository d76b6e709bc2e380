/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/tasks.c - see tasks.h. */
#include "sim/tasks.h"

#define INSN_BYTES_MAX   15u
#define CLONE_ARGS_STACK 1 /* clone(flags, stack, ...) on both CPUs */

static void *append(void **array, size_t *count, size_t *room, size_t size)
{
    if (*count == *room) {
        size_t grown_room = *room * 2 + 16;
        void *grown = realloc(*array, grown_room * size);

        if (!grown)
            return NULL;
        *array = grown;
        *room = grown_room;
    }
    return memset((uint8_t *)*array + (*count)++ * size, 0, size);
}

void tasks_free(struct tasks *t)
{
    for (size_t i = 0; i < t->count; i++)
        free(t->task[i]);
    for (size_t i = 0; i < t->process_count; i++)
        free(t->process[i]);
    free(t->task);
    free(t->process);
    free(t->fork);
    memset(t, 0, sizeof(*t));
}

static struct process *add_process(struct tasks *t)
{
    struct process *p = calloc(1, sizeof(*p));
    struct process **slot =
        append((void **)&t->process, &t->process_count, &t->process_room, sizeof(*slot));

    if (!p || !slot) {
        free(p);
        t->failed = true;
        t->process_count -= slot != NULL;
        return NULL;
    }
    p->id = (unsigned)t->process_count;
    *slot = p;
    return p;
}

struct task *tasks_add(struct tasks *t, struct process *process, uint64_t root)
{
    struct task *task = calloc(1, sizeof(*task));
    struct task **slot = append((void **)&t->task, &t->count, &t->room, sizeof(*slot));

    if (!process)
        process = add_process(t);
    if (!task || !slot || !process) {
        free(task);
        t->failed = true;
        t->count -= slot != NULL;
        return NULL;
    }
    task->thread = (unsigned)t->count;
    task->process = process;
    task->root = root;
    *slot = task;
    return task;
}

static bool is_newer(const struct task *a, const struct task *b)
{
    return !b || a->n > b->n;
}

struct task *tasks_find(struct tasks *t, uint64_t root, vaddr_t pc, vaddr_t sp)
{
    struct task *best = NULL;

    for (size_t i = 0; i < t->count; i++) {
        struct task *k = t->task[i];

        if (k->pending != PENDING_NONE && !k->dead && k->root == root && k->pc == pc &&
            k->sp == sp && is_newer(k, best))
            best = k;
    }
    return best;
}

struct task *tasks_find_emulated(struct tasks *t, uint64_t root, vaddr_t pc, vaddr_t sp)
{
    struct task *best = NULL;

    for (size_t i = 0; i < t->count; i++) {
        struct task *k = t->task[i];

        if (k->pending == PENDING_TRAP && !k->dead && k->root == root && k->sp == sp &&
            pc > k->pc && pc - k->pc <= INSN_BYTES_MAX && is_newer(k, best))
            best = k;
    }
    return best;
}

struct task *tasks_find_root(struct tasks *t, uint64_t root)
{
    struct task *best = NULL;

    for (size_t i = 0; i < t->count; i++)
        if (!t->task[i]->dead && t->task[i]->root == root && is_newer(t->task[i], best))
            best = t->task[i];
    return best;
}

struct task *tasks_find_sigreturn(struct tasks *t, uint64_t root)
{
    struct task *best = NULL;

    for (size_t i = 0; i < t->count; i++) {
        struct task *k = t->task[i];

        if (k->pending == PENDING_SYSCALL && !k->dead && k->root == root &&
            syscall_is(&k->call, "rt_sigreturn") && is_newer(k, best))
            best = k;
    }
    return best;
}

struct task *tasks_find_resumed(struct tasks *t, uint64_t root, vaddr_t pc, vaddr_t sp)
{
    struct task *best = NULL;

    for (size_t i = 0; i < t->count; i++) {
        struct task *k = t->task[i];

        if (k->pending == PENDING_SYSCALL && !k->dead && k->root == root && k->resumes &&
            k->resume_pc == pc && k->resume_sp == sp && is_newer(k, best))
            best = k;
    }
    return best;
}

struct task *tasks_find_exec(struct tasks *t, struct cpu *cpu, vaddr_t sp)
{
    struct task *best = NULL;
    int best_fit = 0;

    for (size_t i = 0; i < t->count; i++) {
        struct task *k = t->task[i];
        int fit;

        if (k->pending != PENDING_SYSCALL || k->dead || !syscall_is_exec(&k->call))
            continue;
        fit = syscall_exec_fits(&k->call, cpu, sp);
        if (!best || fit > best_fit || (fit == best_fit && is_newer(k, best))) {
            best = k;
            best_fit = fit;
        }
    }
    return best;
}

struct fork *tasks_fork_of(struct tasks *t, const struct task *parent)
{
    for (size_t i = t->fork_count; i-- > 0;)
        if (t->fork[i].open && t->fork[i].parent == parent && t->fork[i].n == parent->n)
            return &t->fork[i];
    return NULL;
}

void tasks_note_fork(struct tasks *t, struct task *parent)
{
    struct fork *f = append((void **)&t->fork, &t->fork_count, &t->fork_room, sizeof(*f));

    if (!f) {
        t->failed = true;
        return;
    }
    *f = (struct fork){.parent = parent, .root = parent->root, .pc = parent->pc,
                       .sp = parent->sp, .n = parent->n, .open = true};
    if (syscall_is(&parent->call, "clone")) {
        f->flags = parent->call.arg[0];
        f->stack = parent->call.arg[CLONE_ARGS_STACK];
    }
}

void tasks_drop_fork(struct tasks *t, struct task *parent, insn_t n)
{
    for (size_t i = 0; i < t->fork_count; i++)
        if (t->fork[i].parent == parent && t->fork[i].n == n)
            t->fork[i].open = false;
}

struct fork *tasks_find_fork(struct tasks *t, vaddr_t pc, vaddr_t sp)
{
    for (size_t i = 0; i < t->fork_count; i++) {
        struct fork *f = &t->fork[i];

        if (f->open && f->pc == pc && (sp == f->sp || sp == f->stack ||
                                       syscall_is(&f->parent->call, "clone3")))
            return f;
    }
    return NULL;
}

void tasks_kill(struct tasks *t, struct task *task, bool whole_process)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->task[i] == task || (whole_process && t->task[i]->process == task->process))
            t->task[i]->dead = true;
}
