/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/derive.c - from traps and returns to events; see derive.h.
 *
 * A return to user mode is, in this order of belief:
 *   1 the return of a thread that trapped with this PC and SP in this address space; of a fork
 *     that returns 0, its child;
 *   2 the same with the PC one system call instruction earlier: the call runs again; or, behind a
 *     trap, an instruction later: the kernel did its work, as Linux reads arm64's ID registers;
 *   3 the end of a handler: a thread in the address space is in rt_sigreturn, as its frame says;
 *   4 the start of a signal handler: SP points at a frame whose saved PC and SP are those of a
 *     thread in the kernel, perhaps through further frames delivered at once;
 *   5 the child of a fork or clone seen earlier; or a sigreturn whose frame was not there;
 *   6 a new program: the thread in execve with its path and arguments, of several the newest;
 *   7 a process that the kernel started itself.
 */
#include "sim/derive.h"

#include <errno.h>

#include "loader/fail.h"
#include "sim/derive_private.h"
#include "sim/timeline.h"

#define SIGNAL_MAX        64u
#define FRAMES_MAX        8u
#define UPPER_HALF        (1ull << 63) /* the kernel's */

static uint64_t root_of(const struct deriver *d, struct cpu *cpu)
{
    return cpu_asid_root(cpu) & d->arch->root_mask;
}

static struct place find_place(struct places *places, const struct process *p, vaddr_t va)
{
    const struct code_map *m = p ? code_maps_find(&p->maps, va) : NULL;

    return m ? places_find(places, m->file, m->base, va)
             : places_find(places, p ? p->program : NULL, p ? p->base : 0, va);
}

static struct place place_of(struct deriver *d, const struct task *task, vaddr_t va)
{
    if (d->how->plain)
        return (struct place){.va = va};
    return find_place(d->places, task ? task->process : NULL, va);
}

struct derived derive_event_of(struct deriver *d, enum derived_kind kind, struct cpu *cpu, insn_t n,
                               const struct task *task, vaddr_t pc)
{
    return (struct derived){.kind = kind,
                            .n = n,
                            .time_ns = cpu_time_ns(cpu),
                            .pc = pc,
                            .by = d,
                            .cpu = cpu,
                            .seen_by = d->seen_by,
                            .process = task ? task->process->id : 0,
                            .thread = task ? task->thread : 0,
                            .program = task ? task->process->program : NULL,
                            .base = task ? task->process->base : 0,
                            .maps = task ? &task->process->maps : NULL,
                            .at = place_of(d, task, pc)};
}

void derive_emit(struct deriver *d, const struct derived *e)
{
    d->how->event(d->how->ctx, e);
}

/* Where an rt_sigreturn will go on. */
static void note_frame(struct deriver *d, struct cpu *cpu, struct task *task)
{
    struct signal_frame f;

    task->resumes = syscall_is(&task->call, "rt_sigreturn") &&
                    d->arch->read_signal_frame(cpu, task->sp - d->arch->sigreturn_bias, &f);
    if (task->resumes) {
        task->resume_pc = f.saved_pc;
        task->resume_sp = f.saved_sp;
    }
}

static void begin_syscall(struct deriver *d, struct cpu *cpu, struct task *task)
{
    task->pending = PENDING_SYSCALL;
    if (d->how->plain)
        syscall_begin_plain(&task->call, cpu, d->cpu_arch);
    else
        syscall_begin(&task->call, cpu, d->cpu_arch);
    if (syscall_is_fork(&task->call))
        tasks_note_fork(&d->tasks, task);
    note_frame(d, cpu, task);
    if (syscall_never_returns(&task->call)) {
        struct derived e = derive_event_of(d, DERIVED_SYSCALL, cpu, task->n, task, task->pc);

        e.call = &task->call;
        e.begin_ns = task->ns;
        derive_emit(d, &e);
        tasks_kill(&d->tasks, task, syscall_is(&task->call, "exit_group"));
    }
}

/* ---- returns ---- */

void derive_end_syscall(struct deriver *d, struct cpu *cpu, insn_t n, struct task *task,
                        uint64_t result, bool restarted)
{
    struct derived e = derive_event_of(d, DERIVED_SYSCALL, cpu, task->n, task, task->pc);

    if (!restarted)
        syscall_end(&task->call, cpu, result);
    if (!restarted && (!d->how->plain || syscall_is(&task->call, "chdir")))
        code_maps_syscall(&task->process->maps, d->places, cpu, &task->call, result);
    if (syscall_is_fork(&task->call) && (restarted || (int64_t)result < 0))
        tasks_drop_fork(&d->tasks, task, task->n);
    e.call = &task->call;
    e.result = result;
    e.returned = !restarted;
    e.restarted = restarted;
    e.n_end = n;
    e.begin_ns = task->ns;
    task->pending = PENDING_NONE;
    derive_emit(d, &e);
}

static void end_pending(struct deriver *d, struct cpu *cpu, insn_t n, struct task *task,
                        uint64_t result, bool restarted)
{
    struct derived e;

    if (task->pending == PENDING_SYSCALL) {
        derive_end_syscall(d, cpu, n, task, result, restarted);
        return;
    }
    task->pending = PENDING_NONE;
    e = derive_event_of(d, DERIVED_RETURN, cpu, n, task, task->pc);
    derive_emit(d, &e);
}

struct handler_start {
    struct signal_frame frame[FRAMES_MAX]; /* the one delivered last first */
    unsigned frames;
    struct task *task;
    bool restarted;
};

/* A thread in the kernel whose place this frame has saved. */
static struct task *find_interrupted(struct deriver *d, uint64_t root, const struct signal_frame *f,
                                     bool *restarted)
{
    struct task *task = tasks_find(&d->tasks, root, f->saved_pc, f->saved_sp);

    *restarted = false;
    if (!task)
        task = tasks_find_resumed(&d->tasks, root, f->saved_pc, f->saved_sp);
    if (!task) {
        vaddr_t after = f->saved_pc + d->arch->syscall_insn_bytes;

        task = tasks_find(&d->tasks, root, after, f->saved_sp);
        if (task && task->pending != PENDING_SYSCALL)
            task = NULL;
        *restarted = task != NULL;
    }
    return task;
}

static bool find_overwritten(struct deriver *d, uint64_t root, struct handler_start *h)
{
    struct task *task = d->current;

    h->task = task && task->root == root && task->pending != PENDING_NONE ? task : NULL;
    h->frames = 1;
    h->restarted = false;
    return h->task != NULL;
}

static bool find_handler_start(struct deriver *d, struct cpu *cpu, uint64_t root, vaddr_t sp,
                               struct handler_start *h)
{
    uint64_t signo = 0;

    if (d->signal_reg < 0 || cpu_reg_read(cpu, d->signal_reg, &signo) != 0)
        return false;
    for (h->frames = 0; h->frames < FRAMES_MAX;) {
        struct signal_frame *f = &h->frame[h->frames];

        if (!d->arch->read_signal_frame(cpu, sp, f))
            return false;
        h->frames++;
        h->task = find_interrupted(d, root, f, &h->restarted);
        if (h->task)
            return true;
        /* A frame that was pushed over the one before it has lost whose it was. */
        if (f->saved_sp == sp && f->has_info && f->info_signo == (int)signo)
            return find_overwritten(d, root, h);
        /* Further frames belong to handlers that have not run: their first argument is a signal. */
        if (f->saved_first == 0 || f->saved_first > SIGNAL_MAX || f->saved_sp == 0)
            break;
        sp = f->saved_sp;
    }
    /* Delivered by a sigreturn, which leaves no trace of what it restored. */
    h->task = tasks_find_sigreturn(&d->tasks, root);
    h->frames = 1;
    h->restarted = false;
    return h->task && h->frame[0].has_info && h->frame[0].info_signo == (int)signo && signo > 0 &&
           signo <= SIGNAL_MAX;
}

static void emit_handlers(struct deriver *d, struct cpu *cpu, insn_t n, vaddr_t pc,
                          struct handler_start *h)
{
    bool in_syscall = h->task->pending == PENDING_SYSCALL;
    const struct signal_frame *first = &h->frame[h->frames - 1];
    uint64_t signo = 0;

    if (in_syscall)
        end_pending(d, cpu, n, h->task, first->saved_result, h->restarted);
    h->task->pending = PENDING_NONE; /* a trap's outcome is the handler, not a return */
    if (cpu_reg_read(cpu, d->signal_reg, &signo) != 0)
        signo = 0;
    for (unsigned i = h->frames; i-- > 0;) {
        vaddr_t handler = i == 0 ? pc : h->frame[i - 1].saved_pc;
        struct derived e = derive_event_of(d, DERIVED_SIGNAL, cpu, n, h->task, handler);

        e.signo = (int)(i == 0 ? signo : h->frame[i - 1].saved_first);
        e.frame = &h->frame[i];
        e.runs = i == 0;
        e.interrupted = place_of(d, h->task, h->frame[i].saved_pc);
        e.interrupted_syscall = in_syscall && i + 1 == h->frames;
        h->frame[i].has_info = h->frame[i].has_info && h->frame[i].info_signo == e.signo;
        derive_emit(d, &e);
    }
}

static void end_handler(struct deriver *d, struct cpu *cpu, insn_t n, vaddr_t pc, struct task *task)
{
    struct derived e = derive_event_of(d, DERIVED_SIGRETURN, cpu, n, task, pc);

    task->pending = PENDING_NONE;
    derive_emit(d, &e);
}

/* The call made a child, and this is it; vfork's comes back where its parent will, too. */
static bool is_child(const struct task *task, struct cpu *cpu)
{
    return task->pending == PENDING_SYSCALL && syscall_is_fork(&task->call) &&
           cpu_syscall_result(cpu) == 0;
}

/* User mode is entered at pc with sp: who is it, and what ended by that? */
static void enter_user(struct deriver *d, struct cpu *cpu, insn_t n, vaddr_t pc, vaddr_t sp)
{
    uint64_t root = root_of(d, cpu);
    struct task *task = tasks_find(&d->tasks, root, pc, sp);
    struct handler_start h;
    struct fork *fork;

    if (task && is_child(task, cpu) && (fork = tasks_fork_of(&d->tasks, task)) != NULL) {
        task = derive_start_child(d, cpu, n, pc, root, fork);
    } else if (task) {
        end_pending(d, cpu, n, task, cpu_syscall_result(cpu), false);
    } else if ((task = tasks_find(&d->tasks, root, pc + d->arch->syscall_insn_bytes, sp)) &&
               task->pending == PENDING_SYSCALL) {
        end_pending(d, cpu, n, task, 0, true);
    } else if ((task = tasks_find_emulated(&d->tasks, root, pc, sp)) != NULL) {
        end_pending(d, cpu, n, task, 0, false);
    } else if ((task = tasks_find_resumed(&d->tasks, root, pc, sp)) != NULL) {
        end_handler(d, cpu, n, pc, task);
    } else if (find_handler_start(d, cpu, root, sp, &h)) {
        emit_handlers(d, cpu, n, pc, &h);
        task = h.task;
    } else if ((fork = tasks_find_fork(&d->tasks, pc, sp)) != NULL) {
        task = derive_start_child(d, cpu, n, pc, root, fork);
    } else if ((task = tasks_find_sigreturn(&d->tasks, root)) != NULL && !task->resumes) {
        end_handler(d, cpu, n, pc, task);
    } else if ((task = derive_start_program(d, cpu, n, root, sp)) == NULL) {
        task = derive_start_first(d, cpu, n, pc, root, sp);
    }
    d->current = task;
    d->in_user = true;
}

static void on_user_return(void *ctx, struct sim *sim, insn_t n, vaddr_t pc)
{
    struct deriver *d = ctx;
    struct cpu *cpu = sim_cpu(sim);

    if (d->how->user_return)
        d->how->user_return(d->how->ctx, cpu, n, pc);
    enter_user(d, cpu, n, pc, cpu_sp(cpu));
}

static void tell_insn(struct deriver *d)
{
    const struct task *task = d->in_user && d->insn.pc < UPPER_HALF ? d->current : NULL;

    if (d->insn.held)
        d->how->insn(d->how->ctx, d->insn.n, d->insn.pc, task ? task->process->program : NULL,
                     task ? task->process->base : 0);
    d->insn.held = false;
}

/* The first one after a return comes before word of the return. */
static void on_insn(void *ctx, insn_t n, vaddr_t pc)
{
    struct deriver *d = ctx;

    tell_insn(d);
    d->insn.held = true;
    d->insn.n = n;
    d->insn.pc = pc;
}

static void on_trap(void *ctx, struct sim *sim, const struct cpu_trap *trap)
{
    struct deriver *d = ctx;
    struct cpu *cpu = sim_cpu(sim);
    vaddr_t sp = trap->from_user ? d->arch->trap_user_sp(cpu, trap) : 0;
    struct trap_words words;
    struct task *task;
    struct derived e;

    tell_insn(d);
    if (d->how->trap)
        d->how->trap(d->how->ctx, cpu, trap);
    /* The first instruction could not even be fetched: nobody told of the return. */
    if (trap->from_user && !d->in_user) {
        d->seen_by = trap;
        enter_user(d, cpu, trap->n, trap->pc, sp);
        d->seen_by = NULL;
    }
    d->in_user = false;
    task = d->current;
    if (!trap->from_user && task && (task->dead || task->root != root_of(d, cpu)))
        task = tasks_find_root(&d->tasks, root_of(d, cpu));
    e = derive_event_of(d, DERIVED_TRAP, cpu, trap->n, task, trap->pc);
    e.trap = trap;
    if (!d->how->plain) {
        d->arch->describe_trap(trap, &words);
        e.words = &words;
    }
    derive_emit(d, &e);
    if (!trap->from_user || !task)
        return;
    task->n = trap->n;
    task->ns = cpu_time_ns(cpu);
    task->pc = trap->pc;
    task->sp = sp;
    if (trap->kind == CPU_TRAP_SYSCALL)
        begin_syscall(d, cpu, task);
    else
        task->pending = PENDING_TRAP;
}

static insn_t next_sample(void *ctx, insn_t now)
{
    const struct deriver *d = ctx;
    insn_t every = d->how->sample_every;

    return every ? now + every - now % every : INSN_NONE;
}

static int on_sample(void *ctx, struct sim *sim)
{
    struct deriver *d = ctx;
    struct cpu *cpu = sim_cpu(sim);
    struct task *task = d->current;
    struct derived_sample s = {.cpu = cpu, .n = cpu_now(cpu), .places = d->places};

    if (!d->in_user && task && (task->dead || task->root != root_of(d, cpu)))
        task = tasks_find_root(&d->tasks, root_of(d, cpu));
    if (task) {
        s.process = task->process->id;
        s.thread = task->thread;
        s.program = task->process->program;
        s.base = task->process->base;
        s.maps = &task->process->maps;
    }
    d->how->sample(d->how->ctx, &s);
    return 0;
}

static void on_tick(void *ctx, struct sim *sim)
{
    struct deriver *d = ctx;

    if (d->how->tick)
        d->how->tick(d->how->ctx, sim);
}

void derive_words(const struct derived *d, unsigned process, const struct cpu_trap *trap,
                  struct trap_words *words, struct place *at)
{
    struct deriver *by = d->by;
    const struct process *p = NULL;

    if (!by) {
        sim_arch_get(cpu_arch(d->cpu))->describe_trap(trap, words);
        *at = (struct place){.va = trap->pc};
        return;
    }
    for (size_t i = 0; i < by->tasks.process_count && !p; i++)
        if (by->tasks.process[i]->id == process)
            p = by->tasks.process[i];
    by->arch->describe_trap(trap, words);
    *at = find_place(by->places, p, trap->pc);
}

static void on_console(void *ctx, const uint8_t *bytes, size_t len)
{
    struct deriver *d = ctx;

    panic_console(d->how->panic, d->cpu ? cpu_now(d->cpu) : 0, bytes, len);
}

/* A replay of its own, or that of a timeline which is left to the caller. */
static int open_replay(struct deriver *d, const struct trace *t, const struct sim_watch *watch,
                       struct replay **r, char *err, size_t err_len)
{
    int rc;

    if (!d->how->timeline) {
        *r = &d->replay;
        return replay_open(*r, t, watch, err, err_len);
    }
    rc = timeline_open_watched(t, watch, d->how->timeline, err, err_len);
    if (rc == 0)
        *r = timeline_replay(*d->how->timeline);
    return rc;
}

static void close_replay(struct deriver *d, struct replay *r)
{
    if (d->how->timeline)
        timeline_unwatch(*d->how->timeline);
    else
        replay_close(r);
}

static int run(struct deriver *d, struct replay *r)
{
    const struct derive *how = d->how;
    struct sim_end end = {.reason = SIM_END_LIMIT};
    int rc = 0;

    if (how->insn && how->insn_from > 0)
        rc = replay_run(r, how->insn_from < how->until ? how->insn_from : how->until, &end);
    if (rc != 0 || end.reason != SIM_END_LIMIT)
        return rc;
    rc = how->insn ? cpu_watch_insns(sim_cpu(r->sim), on_insn, d) : 0;
    if (rc != 0)
        snprintf(r->error, sizeof(r->error), "out of memory to watch instructions");
    return rc != 0 ? rc : replay_run(r, how->until, &end);
}

static int run_replay(struct deriver *d, struct replay *r)
{
    int rc;

    d->cpu = sim_cpu(r->sim);
    if (d->how->start)
        d->how->start(d->how->ctx, d->cpu);
    rc = d->how->timeline ? timeline_run_through(*d->how->timeline) : run(d, r);
    tell_insn(d);
    return rc;
}

int derive_run(const struct trace *t, const struct derive *how, struct divergence *divergence,
               char *err, size_t err_len)
{
    struct deriver d = {.how = how, .cpu_arch = t->machine.arch};
    struct sim_watch watch = {
        .ctx = &d, .trap = on_trap, .user_return = on_user_return, .tick = on_tick};
    struct replay *r;
    int rc;

    if (how->panic)
        watch.console = on_console;
    if (how->sample_every) {
        watch.next_stop = next_sample;
        watch.at_stop = on_sample;
    }
    d.arch = sim_arch_get(d.cpu_arch);
    d.signal_reg = cpu_reg_find(d.cpu_arch, d.arch->signal_register);
    rc = open_replay(&d, t, &watch, &r, err, err_len);
    if (rc != 0)
        return rc;
    d.places = places_create(&t->machine);
    rc = d.places ? run_replay(&d, r) : -ENOMEM;
    if (rc == -EILSEQ)
        *divergence = r->divergence;
    else if (rc != 0)
        loader_fail(err, err_len, rc, "%s", d.places ? r->error : "out of memory");
    else if (d.tasks.failed)
        rc = loader_fail(err, err_len, -ENOMEM, "out of memory");
    close_replay(&d, r);
    tasks_free(&d.tasks);
    places_destroy(d.places);
    return rc;
}
