/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/kit/run.c - how far a machine under test runs, and what is made to happen to it.
 *
 * Returns to user mode are found by breaks at every place where a return instruction may be: in
 * the kernel file's code, and in what a test wrote. That a place is one is looked at again when
 * the machine stands there, as data may look like one.
 */
#include "sim/kit/private.h"

#include <stdio.h>

#include "cpu/search.h"

/* What a run is asked for. */
struct goal {
    insn_t target; /* UINT64_MAX: none */
    const vaddr_t *breaks;
    size_t break_count;
    const char *what; /* for the sentence */
};

static const char *end_name(enum cpu_stop_reason reason)
{
    switch (reason) {
    case CPU_STOP_IDLE:
        return "it waits for an interrupt that nothing brings";
    case CPU_STOP_POWEROFF:
        return "it switched the machine off";
    case CPU_STOP_RESET:
        return "it reset the machine";
    case CPU_STOP_SHUTDOWN:
        return "a trap could not be delivered, again and again";
    default:
        return "the machine stopped";
    }
}

/* 0: a break, the trap or the target was reached. */
static int run(struct trapline *t, const struct goal *g)
{
    insn_t now = cpu_now(t->cpu), end = now + t->limit < now ? UINT64_MAX : now + t->limit;
    struct cpu_stop stop;
    int rc;

    if (g->target != UINT64_MAX)
        end = g->target;
    cpu_set_breaks(t->cpu, g->breaks, g->break_count);
    rc = cpu_run(t->cpu, end, &stop);
    cpu_set_breaks(t->cpu, NULL, 0);
    if (rc != 0 || stop.reason == CPU_STOP_ENGINE)
        return kit_fail(t, rc ? rc : -EIO, "%s", cpu_error(t->cpu));
    if (stop.reason == CPU_STOP_BREAK || stop.reason == CPU_STOP_REQUESTED)
        return 0;
    if (stop.reason == CPU_STOP_TARGET && g->target != UINT64_MAX)
        return 0;
    if (stop.reason == CPU_STOP_TARGET)
        return kit_fail(t, -ETIMEDOUT, "%llu instructions without %s; it is at %s",
                        (unsigned long long)t->limit, g->what, trapline_where(t, cpu_pc(t->cpu)));
    return kit_fail(t, stop.reason == CPU_STOP_IDLE ? -EDEADLK : -ESHUTDOWN,
                    "%s is not reached: at %s %s", g->what,
                    trapline_where(t, cpu_pc(t->cpu)), end_name(stop.reason));
}

uint64_t trapline_now(const struct trapline *t)
{
    return cpu_now(t->cpu);
}

void trapline_set_limit(struct trapline *t, uint64_t insns)
{
    t->limit = insns;
}

int trapline_run_to_number(struct trapline *t, uint64_t n)
{
    struct goal g = {.target = n, .what = "the number"};

    if (n < cpu_now(t->cpu))
        return kit_fail(t, -EINVAL, "number %llu has passed, it is %llu: restore a snapshot",
                        (unsigned long long)n, (unsigned long long)cpu_now(t->cpu));
    return n == UINT64_MAX ? kit_fail(t, -EINVAL, "no such number") : run(t, &g);
}

int trapline_step(struct trapline *t, uint64_t count)
{
    return trapline_run_to_number(t, cpu_now(t->cpu) + count);
}

int trapline_run_to(struct trapline *t, uint64_t va)
{
    char what[200];
    struct goal g = {UINT64_MAX, &va, 1, what};

    snprintf(what, sizeof(what), "%s", trapline_where(t, va));
    return run(t, &g);
}

int trapline_run_to_symbol(struct trapline *t, const char *name)
{
    uint64_t va = trapline_symbol(t, name);

    return va ? trapline_run_to(t, va) : -ENOENT;
}

int trapline_run_to_trap(struct trapline *t)
{
    struct goal g = {.target = UINT64_MAX, .what = "a trap"};
    int rc;

    t->stop_at_trap = true;
    rc = run(t, &g);
    t->stop_at_trap = false;
    return rc;
}

int trapline_run_to_return(struct trapline *t, bool to_user)
{
    struct goal g = {UINT64_MAX, t->returns, t->return_count, "a return from a trap"};
    insn_t end = cpu_now(t->cpu) + t->limit;

    if (!t->return_count)
        return kit_fail(t, -ENOENT,
                        "no return instruction is known: the kernel is no 64-bit ELF "
                        "file, and no code was written");
    while (cpu_now(t->cpu) <= end) {
        int rc = run(t, &g);
        bool user;

        if (rc != 0 || (t->a->at_return(t, &user) && (user || !to_user)))
            return rc;
    }
    return kit_fail(t, -ETIMEDOUT, "%llu instructions without a return to user mode; it is at %s",
                    (unsigned long long)t->limit, trapline_where(t, cpu_pc(t->cpu)));
}

struct trapline_trap trapline_last_trap(const struct trapline *t)
{
    return t->last;
}

/* ---- where returns are ---- */

int kit_note_return(struct trapline *t, vaddr_t va)
{
    size_t low = search_from(t->returns, t->return_count, sizeof(t->returns[0]), 0, va);

    if (low < t->return_count && t->returns[low] == va)
        return 0;
    if ((t->return_count & (t->return_count - 1)) == 0) {
        size_t room = t->return_count ? 2 * t->return_count : 8;
        vaddr_t *grown = realloc(t->returns, (room < 8 ? 8 : room) * sizeof(*grown));

        if (!grown)
            return kit_fail(t, -ENOMEM, "out of memory for the kernel's return instructions");
        t->returns = grown;
    }
    memmove(t->returns + low + 1, t->returns + low, (t->return_count - low) * sizeof(*t->returns));
    t->returns[low] = va;
    t->return_count++;
    return 0;
}

int kit_note_returns(struct trapline *t, vaddr_t va, const uint8_t *code, size_t bytes)
{
    size_t at = 0;
    int rc = 0;

    while (rc == 0 && (at = t->a->find_return(code, bytes, at)) != SIZE_MAX)
        rc = kit_note_return(t, va + at++);
    return rc;
}

/* ---- making things happen ---- */

static int inject(struct trapline *t, const struct cpu_injection *what)
{
    int rc = cpu_inject(t->cpu, what);

    return rc ? kit_fail(t, rc,
                         "this CPU has no such trap in this mode: vector %u, syndrome 0x%llx",
                         what->vector, (unsigned long long)what->syndrome)
              : 0;
}

int trapline_inject_trap(struct trapline *t, unsigned vector, uint64_t syndrome, uint64_t addr)
{
    return inject(t, &(struct cpu_injection){CPU_TRAP_SYNC, vector, syndrome, addr});
}

int trapline_inject_fault(struct trapline *t, uint64_t addr, bool is_write)
{
    paddr_t pa;
    bool is_mapped = cpu_translate(t->cpu, addr, &pa) == 0;
    struct cpu_injection what = t->a->fault(t, addr, is_write, is_mapped);

    return inject(t, &what);
}

int trapline_inject_irq(struct trapline *t, unsigned vector)
{
    return inject(t, &(struct cpu_injection){.kind = CPU_TRAP_IRQ, .vector = vector});
}

int trapline_raise_irq(struct trapline *t, unsigned number)
{
    int rc = cpu_interrupt(t->cpu, number);

    return rc ? kit_fail(t, rc, "there is no interrupt %u", number) : 0;
}

int trapline_type(struct trapline *t, const char *text)
{
    size_t len = strlen(text), took = cpu_console_input(t->cpu, (const uint8_t *)text, len);

    return took == len ? 0 : kit_fail(t, -ENOSPC, "the UART took %zu of %zu bytes", took, len);
}

uint64_t trapline_vector(struct trapline *t, unsigned vector)
{
    return t->a->vector(t, vector);
}

int trapline_enter_user(struct trapline *t, uint64_t pc)
{
    return t->a->enter_user(t, pc);
}
