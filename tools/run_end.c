/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/run_end.c - how a live run ended, in words; see run_end.h. */
#include "tools/run_end.h"

#include "sim/arch/arch.h"
#include "sim/places.h"
#include "tools/cmd.h"

static void place_of(const struct machine *m, vaddr_t pc, char *text, size_t len)
{
    struct places *places = places_create(m);
    struct place place = {.va = pc};

    if (places)
        place = places_find(places, NULL, 0, pc);
    place_text(&place, false, text, len);
    places_destroy(places);
}

void run_end_look(struct run_end *e, struct sim *sim)
{
    struct cpu *cpu = sim_cpu(sim);
    const struct sim_arch *arch = sim_arch_get(cpu_arch(cpu));
    int id = cpu_reg_find(cpu_arch(cpu), arch->flags_register);
    uint64_t flags[2] = {0};

    if (cpu_in_user(cpu)) {
        snprintf(e->place, sizeof(e->place), "user mode, 0x%llx", (unsigned long long)cpu_pc(cpu));
        return;
    }
    place_of(sim_machine(sim), cpu_pc(cpu), e->place, sizeof(e->place));
    e->masked = id >= 0 && cpu_reg_read(cpu, id, flags) == 0 &&
                (flags[0] & arch->flags_irq) == arch->flags_irq_off;
}

bool run_end_failed(const struct sim_end *end)
{
    return end->reason != SIM_END_POWEROFF || end->status != 0;
}

bool run_end_is_panic(const struct run_end *e, const struct sim_end *end)
{
    return e->view.spins ||
           (e->view.panic.words[0] &&
            (end->reason == SIM_END_RESET || end->reason == SIM_END_STARVED ||
             (end->reason == SIM_END_POWEROFF && end->status != 0)));
}

/* What to type next. */
static void say_look(const char *trace, insn_t n)
{
    struct shell_word word;

    if (trace)
        fprintf(stderr, "  look: trapline gdb %s --at %llu\n", shell_word(trace, &word),
                (unsigned long long)n);
}

static void say_oops(const struct panic *p, const char *trace)
{
    if (!p->oops.words[0])
        return;
    fprintf(stderr, "trapline: the guest's kernel had an oops at instruction %llu: %s\n",
            (unsigned long long)p->oops.n, p->oops.words);
    say_look(trace, p->oops.n);
}

static int say_panic(const struct panic *p, const char *trace)
{
    fprintf(stderr, "trapline: the guest's kernel panicked at instruction %llu: %s\n",
            (unsigned long long)p->n, p->words);
    say_look(trace, p->n);
    return EXIT_GUEST;
}

static int say_halt(const struct panic *p, const char *trace)
{
    fprintf(stderr,
            "trapline: the guest's kernel halted at instruction %llu: %s (poweroff -f ends a run "
            "well)\n",
            (unsigned long long)p->halt.n, p->halt.words);
    say_look(trace, p->halt.n);
    return EXIT_GUEST;
}

void run_end_say_panic(const struct panic *p, const struct sim_end *end, const char *trace)
{
    say_oops(p, trace);
    if (p->words[0] && run_end_failed(end))
        say_panic(p, trace);
    else if (p->halt.words[0] && run_end_failed(end))
        say_halt(p, trace);
}

/* An exception that cannot be delivered: the last one that was, or where the machine stands. */
static int say_shutdown(const struct run_end *e, const struct machine *m, const char *trace,
                        const struct sim_end *end, const char *text)
{
    const struct cpu_trap *cause = &e->view.cause;
    struct trap_words words;
    char where[160];

    fprintf(stderr, "trapline: %s at instruction %llu, at %s\n", text, (unsigned long long)end->n,
            e->place);
    if (e->view.any) {
        sim_arch_get(m->arch)->describe_trap(cause, &words);
        place_of(m, cause->pc, where, sizeof(where));
        fprintf(stderr, "  the last exception before: %s, by the instruction at %s\n", words.cause,
                where);
    }
    say_look(trace, e->view.any ? cause->n - 1 : end->n);
    return EXIT_GUEST;
}

int run_end_complain(const struct run_end *e, const struct machine *m, const char *trace,
                     const struct sim_end *end, const char *err)
{
    char text[96];
    int code = end->reason == SIM_END_LIMIT ? EXIT_LIMIT : EXIT_GUEST;

    sim_end_text(end, text, sizeof(text));
    say_oops(&e->view.panic, trace);
    if (run_end_is_panic(e, end)) {
        if (end->reason != SIM_END_LIMIT)
            complain(0, "%s at instruction %llu", text, (unsigned long long)end->n);
        return e->view.panic.words[0] ? say_panic(&e->view.panic, trace)
                                      : say_halt(&e->view.panic, trace);
    }
    switch (end->reason) {
    case SIM_END_POWEROFF:
        return end->status == 0 ? EXIT_OK : complain(EXIT_GUEST, "%s", text);
    case SIM_END_LIMIT:
        complain(0, "%s: %llu, at %s%s", text, (unsigned long long)end->n, e->place,
                 e->masked ? ", with interrupts off" : "");
        if (e->view.panic.words[0])
            say_panic(&e->view.panic, trace);
        return code;
    case SIM_END_STRICT:
    case SIM_END_ENGINE:
        return complain(code, "%s at instruction %llu: %s", text, (unsigned long long)end->n, err);
    case SIM_END_SHUTDOWN:
        return say_shutdown(e, m, trace, end, text);
    case SIM_END_STARVED:
        return complain(code, "%s at instruction %llu, at %s", text, (unsigned long long)end->n,
                        e->place);
    default:
        return complain(code, "%s at instruction %llu", text, (unsigned long long)end->n);
    }
}
