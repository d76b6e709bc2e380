/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a crash leaves: each in a process of its own, which must end with a sentence and exit code
 * 1, whether the guest runs, the stack is used up, or nothing has begun.
 */
#include "tests/cmocka.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cpu/engine_guard.h"
#include "tools/cmd.h"

#define STACK_BYTES (8u << 20) /* it is to be used up */

static char said[8192];

static void store_nowhere(void *ctx)
{
    (void)ctx;
    *(volatile int *)0x1230 = 1; /* NOLINT: that is the crash */
}

static void use_up_stack(void *ctx) /* NOLINT(misc-no-recursion) */
{
    volatile char room[4096];

    room[0] = *(char *)ctx;
    if (room[0])
        use_up_stack((void *)room);
    room[1] = room[0];
}

static void call_abort(void *ctx)
{
    (void)ctx;
    abort();
}

/* What a process that crashes says on standard error; its exit code, -1: a signal ended it. */
static int crash(void (*run)(void *), bool in_guest)
{
    char name[] = "trapline", verb[] = "run", word[] = "it's", *argv[] = {name, verb, word, NULL};
    char words[ENGINE_WORDS_BYTES], byte = 1;
    insn_t n = 1234567;
    size_t used = 0;
    ssize_t got;
    int fds[2], status;
    pid_t pid;

    assert_int_equal(pipe(fds), 0);
    pid = fork();
    if (pid == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0});
        setrlimit(RLIMIT_STACK, &(struct rlimit){STACK_BYTES, STACK_BYTES});
        dup2(fds[1], STDERR_FILENO);
        for (int signo = 1; signo < NSIG; signo++)
            signal(signo, SIG_DFL); /* cmocka's */
        crash_net_open(3, argv);
        crash_net_trace("it's a.tlt");
        if (!in_guest)
            run(&byte);
        else if (!engine_guard_run(run, &byte, &n, words))
            fprintf(stderr, "gave up: %s\n", words);
        _exit(42);
    }
    close(fds[1]);
    while ((got = read(fds[0], said + used, sizeof(said) - 1 - used)) > 0)
        used += (size_t)got;
    said[used] = '\0';
    close(fds[0]);
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void expect_said(const char *text)
{
    if (!strstr(said, text))
        fail_msg("no '%s' in: %s", text, said);
}

static void test_crash_in_the_guest_names_its_number(void **state)
{
    (void)state;
    assert_int_equal(crash(store_nowhere, true), EXIT_GUEST);
    expect_said("trapline: the simulator crashed (SIGSEGV at address 0x1230) over the guest's "
                "instructions right before number 1234567;");
    expect_said("It comes again with: trapline run 'it'\\''s'\n");
    expect_said("the last whole chunk: trapline replay 'it'\\''s a.tlt'\n");
}

static void test_crash_without_stack(void **state)
{
    (void)state;
    assert_int_equal(crash(use_up_stack, true), EXIT_GUEST);
    expect_said("right before number 1234567;");
}

static void test_crash_outside_of_the_guest(void **state)
{
    (void)state;
    assert_int_equal(crash(store_nowhere, false), EXIT_GUEST);
    expect_said("(SIGSEGV at address 0x1230) while no instruction of the guest ran;");
    assert_int_equal(crash(call_abort, false), EXIT_GUEST);
    expect_said("(SIGABRT) while no instruction of the guest ran;");
}

/*
 * The engine's archive does not come here with its own; its shared library does, and that is no
 * crash.
 */
static void test_abort_in_the_guest(void **state)
{
    int code = crash(call_abort, true);

    (void)state;
#ifdef TRAPLINE_ENGINE_GUARDED
    assert_int_equal(code, EXIT_GUEST);
    expect_said("(SIGABRT) over the guest's instructions right before number 1234567;");
#else
    assert_int_equal(code, 42);
    expect_said("gave up: it called abort()\n");
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crash_in_the_guest_names_its_number),
        cmocka_unit_test(test_crash_without_stack),
        cmocka_unit_test(test_crash_outside_of_the_guest),
        cmocka_unit_test(test_abort_in_the_guest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
