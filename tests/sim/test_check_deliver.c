/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The check sigframe's rule about signals that do not arrive (deliver.h), on events made by hand:
 * one that a thread sends itself is missed, and nothing that may rightly not come is.
 */
#include "tests/sim/check_kit.h"

#include "sim/check/deliver.h"

#define MEMORY 0x500000ull
#define ACTION MEMORY        /* struct sigaction as the kernel has it */
#define MASK   (MEMORY + 64)
#define PID    77u
#define TID_2  78u
#define USR1   10u

static uint64_t memory[16];

struct story {
    struct cpu *cpu;
    struct deliver *check;
    struct findings *all;
    insn_t n;
};

static void event(struct story *s, struct derived *d)
{
    d->n = s->n++;
    d->process = 1;
    d->thread = d->thread ? d->thread : 1;
    d->cpu = s->cpu;
    deliver_event(s->check, d);
}

static void call_of(struct story *s, unsigned thread, const char *name, uint64_t a, uint64_t b,
                    uint64_t c, uint64_t result)
{
    struct cpu_trap trap = {.n = s->n, .kind = CPU_TRAP_SYSCALL, .from_user = true,
                            .vector = 0x400, .pc = 0x400000};
    struct derived entry = {.kind = DERIVED_TRAP, .thread = thread, .trap = &trap};
    struct syscall_text text = {.arg = {a, b, c, 8}};
    struct derived end = {.kind = DERIVED_SYSCALL, .thread = thread, .call = &text,
                          .returned = true, .result = result};

    strcpy(text.name, name);
    event(s, &entry);
    end.n_end = s->n;
    event(s, &end);
}

static void call(struct story *s, const char *name, uint64_t a, uint64_t b, uint64_t c,
                 uint64_t result)
{
    call_of(s, 1, name, a, b, c, result);
}

static void start(struct story *s, unsigned thread)
{
    struct derived d = {.kind = DERIVED_START, .thread = thread, .parent = thread > 1};

    event(s, &d);
}

/* One process that knows itself and has a handler for SIGUSR1, which it does not block. */
static struct story *begin(enum arch arch, uint64_t handler, uint64_t flags, uint64_t mask)
{
    static struct story s;

    s = (struct story){.cpu = check_cpu(arch), .n = 100};
    memset(memory, 0, sizeof(memory));
    memory[0] = handler;
    memory[1] = flags;
    memory[8] = mask;
    check_memory(MEMORY, (const uint8_t *)memory, sizeof(memory));
    s.all = check_findings();
    s.check = deliver_create(arch, s.all);
    assert_non_null(s.check);
    start(&s, 1);
    call(&s, "getpid", 0, 0, 0, PID);
    call(&s, "set_tid_address", 0, 0, 0, PID);
    call(&s, "rt_sigaction", USR1, ACTION, 0, 0);
    call(&s, "rt_sigprocmask", 2, MASK, 0, 0);
    return &s;
}

/* User mode runs on, and traps. */
static void end(struct story *s, const char *found)
{
    struct cpu_trap trap = {.n = s->n, .kind = CPU_TRAP_IRQ, .from_user = true, .vector = 0x480};
    struct derived d = {.kind = DERIVED_TRAP, .trap = &trap};

    event(s, &d);
    expect_findings(s->all, found);
    if (found) {
        assert_int_equal(s->all->list[0].check, CHECK_SIGFRAME);
        assert_int_equal(s->all->value[0], DELIVER_SIGNAL);
        assert_int_equal(s->all->list[0].was[0], USR1);
    }
    deliver_destroy(s->check);
    cpu_destroy(s->cpu);
}

static const char missing[] = "SIGUSR1 is sent and not blocked, and its handler does not run";

/* Each way to send it, for both CPUs. */
static void test_ways(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        enum arch arch = i ? ARCH_X86_64 : ARCH_ARM64;
        struct story *s = begin(arch, 0x401000, 0, 0);

        call(s, "kill", PID, USR1, 0, 0);
        end(s, missing);
        s = begin(arch, 0x401000, 0, 0);
        call(s, "tkill", PID, USR1, 0, 0);
        end(s, missing);
        s = begin(arch, 0x401000, 0, 0);
        call(s, "tgkill", PID, PID, USR1, 0);
        end(s, missing);
        s = begin(arch, 0x401000, 0, 0);
        call(s, "rt_sigqueueinfo", PID, USR1, 0, 0);
        end(s, missing);
        s = begin(arch, 0x401000, 0, ~(1ull << (USR1 - 1))); /* all but it are blocked */
        call(s, "kill", PID, USR1, 0, 0);
        end(s, missing);
    }
}

/* The handler begins where the call ended. */
static void test_delivered(void **state)
{
    static const struct signal_frame frame;

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct story *s = begin(i ? ARCH_X86_64 : ARCH_ARM64, 0x401000, 0, 0);
        struct derived d = {.kind = DERIVED_SIGNAL, .signo = USR1, .runs = true, .frame = &frame};

        call(s, "kill", PID, USR1, 0, 0);
        s->n = s->all->count ? s->n : s->n - 1; /* of the call's last event: n_end */
        event(s, &d);
        end(s, NULL);
    }
}

/* It need not come, or nobody can tell. */
static void test_not_judged(void **state)
{
    static const struct {
        uint64_t handler, flags, mask;
        const char *before, *send;
        uint64_t a, b, result;
    } list[] = {
        {0x401000, 0, 1ull << (USR1 - 1), NULL, "kill", PID, USR1, 0},       /* blocked */
        {1, 0, 0, NULL, "kill", PID, USR1, 0},                               /* SIG_IGN */
        {0, 0, 0, NULL, "kill", PID, USR1, 0},                               /* SIG_DFL */
        {0x401000, 0x80000000, 0, NULL, "kill", PID, USR1, 0},               /* SA_RESETHAND */
        {0x401000, 0, 0, NULL, "kill", PID + 5, USR1, 0},                    /* somebody else */
        {0x401000, 0, 0, NULL, "tkill", PID + 5, USR1, 0},
        {0x401000, 0, 0, NULL, "kill", PID, 0, 0},                           /* no signal */
        {0x401000, 0, 0, NULL, "kill", PID, USR1, (uint64_t)-1},             /* EPERM */
        {0x401000, 0, 0, NULL, "kill", PID, USR1 + 1, 0},                    /* no handler */
        {0x401000, 0, 0, "rt_sigtimedwait", "kill", PID, USR1, 0},
        {0x401000, 0, 0, "signalfd4", "kill", PID, USR1, 0},
        {0x401000, 0, 0, "ptrace", "kill", PID, USR1, 0},
        {0x401000, 0, 0, "execve", "kill", PID, USR1, 0},                    /* handlers are gone */
    };

    (void)state;
    for (size_t i = 0; i < 2 * ARRAY_LEN(list); i++) {
        enum arch arch = i % 2 ? ARCH_X86_64 : ARCH_ARM64;
        struct story *s = begin(arch, list[i / 2].handler, list[i / 2].flags, list[i / 2].mask);

        if (list[i / 2].before)
            call(s, list[i / 2].before, 0, 0, 0, 0);
        call(s, list[i / 2].send, list[i / 2].a, list[i / 2].b, 0, list[i / 2].result);
        end(s, NULL);
    }
}

/* With two threads kill() may go to the other one; tgkill() names one. */
static void test_threads(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        enum arch arch = i ? ARCH_X86_64 : ARCH_ARM64;
        struct story *s = begin(arch, 0x401000, 0, 0);

        start(s, 2);
        call(s, "kill", PID, USR1, 0, 0);
        end(s, NULL);
        s = begin(arch, 0x401000, 0, 0);
        start(s, 2);
        call(s, "tgkill", PID, TID_2, USR1, 0);
        end(s, NULL);
        s = begin(arch, 0x401000, 0, 0);
        start(s, 2);
        call_of(s, 2, "gettid", 0, 0, 0, TID_2);
        call_of(s, 2, "rt_sigprocmask", 2, MASK, 0, 0);
        call_of(s, 2, "tgkill", PID, TID_2, USR1, 0);
        end(s, missing);
        s = begin(arch, 0x401000, 0, 0);
        start(s, 2);
        call_of(s, 2, "gettid", 0, 0, 0, TID_2); /* its mask does not show */
        call_of(s, 2, "tgkill", PID, TID_2, USR1, 0);
        end(s, NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ways),
        cmocka_unit_test(test_delivered),
        cmocka_unit_test(test_not_judged),
        cmocka_unit_test(test_threads),
    };

    return cmocka_run_group_tests_name("sim.check_deliver", tests, NULL, NULL);
}
