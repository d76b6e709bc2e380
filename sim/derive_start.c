/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/derive_start.c - programs, children and first processes as they begin; see derive.h. */
#include <string.h>

#include "sim/derive_private.h"
#include "sim/exec_stack.h"

#define CLONE_THREAD_FLAG 0x10000u

/* The process stands at the first instruction of the program at `path`; false: of what interprets
 * that, or it is not known. */
static bool set_program(struct deriver *d, struct cpu *cpu, struct process *p, const char *path,
                        vaddr_t sp)
{
    char whole[CODE_PATH_BYTES];

    code_maps_path(&p->maps, path, whole);
    p->program = path[0] && whole[0] ? places_program(d->places, whole) : NULL;
    code_maps_exec(&p->maps, d->places, cpu, p->program, sp);
    p->base = p->program ? p->maps.map[0].base : 0;
    return p->program && strcmp(p->program->path, whole) == 0;
}

struct task *derive_start_program(struct deriver *d, struct cpu *cpu, insn_t n, uint64_t root,
                                  vaddr_t sp)
{
    struct task *task = tasks_find_exec(&d->tasks, cpu, sp);
    struct process next;

    if (!task)
        return NULL;
    next = *task->process;
    (void)syscall_exec_path(&task->call, cpu, sp);
    if (set_program(d, cpu, &next, task->call.path, sp))
        syscall_exec_argv(&task->call, cpu, sp); /* an interpreter has further ones */
    derive_end_syscall(d, cpu, n, task, 0, false);
    task->root = root;
    *task->process = next;
    return task;
}

struct task *derive_start_child(struct deriver *d, struct cpu *cpu, insn_t n, vaddr_t pc,
                                uint64_t root, struct fork *fork)
{
    struct process *parent = fork->parent->process;
    bool is_thread = fork->flags & CLONE_THREAD_FLAG;
    struct task *task = tasks_add(&d->tasks, is_thread ? parent : NULL, root);
    struct derived e;

    if (!task)
        return NULL;
    fork->open = false;
    if (!is_thread) {
        task->process->program = parent->program;
        task->process->base = parent->base;
        task->process->maps = parent->maps;
    }
    e = derive_event_of(d, DERIVED_START, cpu, n, task, pc);
    e.parent = parent->id;
    e.parent_thread = fork->parent->thread;
    e.fork_n = fork->n;
    derive_emit(d, &e);
    return task;
}

struct task *derive_start_first(struct deriver *d, struct cpu *cpu, insn_t n, vaddr_t pc,
                                uint64_t root, vaddr_t sp)
{
    struct task *task = tasks_add(&d->tasks, NULL, root);
    char path[SYSCALL_TEXT_LEN];
    struct derived e;
    vaddr_t va;

    if (!task)
        return NULL;
    if (exec_stack_path(cpu, sp, &va, path, sizeof(path)))
        (void)set_program(d, cpu, task->process, path, sp);
    e = derive_event_of(d, DERIVED_START, cpu, n, task, pc);
    derive_emit(d, &e);
    return task;
}
