/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The shell on the console, typed at through a terminal: editing, job control, Ctrl-C, the window's
 * size, full-screen programs; that the terminal is put back however we end; and that
 * what was typed replays.
 */
#include "tests/cmocka.h"
#include "tests/interactive/pty.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROMPT "# "

static struct pty pty;
static char *program, *arch, trace[64];

static void start(bool recording)
{
    char *run[] = {program, "run", "--arch", arch, NULL};
    char *record[] = {program, "record", "-o", trace, "--arch", arch, NULL};

    pty_start(&pty, recording ? record : run, 33, 111);
    pty_expect(&pty, PROMPT);
}

static void command(const char *line, const char *answer)
{
    pty_type(&pty, line);
    pty_expect(&pty, answer);
    pty_expect(&pty, PROMPT);
}

static void assert_ends_with(int status)
{
    assert_int_equal(pty_end(&pty), status << 8);
    assert_true(pty_is_restored(&pty));
    pty_close(&pty);
}

static void test_shell_edits_lines_and_knows_its_terminal(void **state)
{
    (void)state;
    start(false);
    command("echo wrong\177\177\177\177\177right\r", "\nright\r\n");
    command("stty size\r", "\n33 111\r\n");
    command("tty\r", "\n/dev/console\r\n");
    command("\033[A\r", "\n/dev/console\r\n"); /* the line before */
    pty_type(&pty, "exit\r");
    assert_ends_with(0);
}

static void test_shell_controls_jobs(void **state)
{
    (void)state;
    start(false);
    pty_type(&pty, "echo ready; cat\r");
    pty_expect(&pty, "\nready\r\n");
    pty_pause(&pty);
    pty_type(&pty, "one\r");
    pty_expect(&pty, "one\r\none\r\n");
    pty_type(&pty, "\032");
    pty_expect(&pty, "Stopped");
    pty_expect(&pty, PROMPT);
    command("jobs\r", "Stopped");
    pty_type(&pty, "fg\r");
    pty_expect(&pty, "cat\r\n");
    pty_pause(&pty);
    pty_type(&pty, "two\r");
    pty_expect(&pty, "two\r\ntwo\r\n");
    pty_type(&pty, "\004");
    pty_expect(&pty, PROMPT);
    command("while :; do :; done & sleep 1; kill -STOP $!; sleep 1; jobs\r", "Stopped");
    command("bg; sleep 1; kill $!; wait; echo gone\r", "\ngone");
    pty_type(&pty, "exit\r");
    assert_ends_with(0);
}

static void test_ctrl_c_reaches_the_guest_alone(void **state)
{
    (void)state;
    start(false);
    pty_type(&pty, "echo ready; while :; do :; done\r");
    pty_expect(&pty, "\nready\r\n");
    pty_type(&pty, "\003");
    pty_expect(&pty, PROMPT);
    command("echo $?\r", "\n130\r\n");
    pty_type(&pty, "exit 5\r");
    pty_expect(&pty, "status 5");
    assert_ends_with(1);
}

static void test_vi_edits_a_file(void **state)
{
    (void)state;
    start(false);
    pty_type(&pty, "vi /tmp/text\r");
    pty_expect(&pty, "~");
    pty_pause(&pty);
    pty_type(&pty, "ihello");
    pty_expect(&pty, "hello");
    pty_type(&pty, "\033");
    pty_pause(&pty);
    pty_type(&pty, ":wq\r");
    pty_expect(&pty, PROMPT);
    command("cat /tmp/text\r", "\nhello\r\n");
    pty_type(&pty, "exit\r");
    assert_ends_with(0);
}

static void test_escape_key_ends_the_run(void **state)
{
    (void)state;
    start(false);
    pty_type(&pty, "while :; do :; done\r");
    pty_pause(&pty);
    pty_type(&pty, "\035q");
    assert_ends_with(1);
}

static void test_terminal_is_restored_after_a_signal(void **state)
{
    static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGKILL, SIGABRT};

    (void)state;
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        start(false);
        assert_false(pty_is_restored(&pty));
        kill(pty.pid, signals[i]);
        pty_end(&pty);
        for (int tries = 0; tries < 100 * PTY_TIMEOUT_S && !pty_is_restored(&pty); tries++)
            usleep(10000); /* the guard may need a moment */
        if (!pty_is_restored(&pty))
            fail_msg("not restored after signal %d", signals[i]);
        pty_close(&pty);
    }
}

static void test_what_was_typed_replays(void **state)
{
    char line[256];

    (void)state;
    start(true);
    command("echo one two | wc -w\r", "\n2\r\n");
    pty_type(&pty, "echo ready; while :; do :; done\r");
    pty_expect(&pty, "\nready\r\n");
    pty_type(&pty, "\003");
    pty_expect(&pty, PROMPT);
    pty_type(&pty, "echo now; cat >/tmp/x\r"); /* else Ctrl-D may come before cooked mode */
    pty_expect(&pty, "\nnow\r\n");
    pty_type(&pty, "typed\rslowly\r\004");
    pty_expect(&pty, PROMPT);
    command("cat /tmp/x\r", "slowly");
    pty_type(&pty, "exit\r");
    assert_ends_with(0);
    snprintf(line, sizeof(line), "%s replay %s >/dev/null", program, trace);
    assert_int_equal(system(line), 0);
    unlink(trace);
}

/* test_shell TRAPLINE ARCH */
int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shell_edits_lines_and_knows_its_terminal),
        cmocka_unit_test(test_shell_controls_jobs),
        cmocka_unit_test(test_ctrl_c_reaches_the_guest_alone),
        cmocka_unit_test(test_vi_edits_a_file),
        cmocka_unit_test(test_escape_key_ends_the_run),
        cmocka_unit_test(test_terminal_is_restored_after_a_signal),
        cmocka_unit_test(test_what_was_typed_replays),
    };

    if (argc < 3)
        return 2;
    program = argv[1];
    arch = argv[2];
    snprintf(trace, sizeof(trace), "/tmp/typed-%s-%d.tlt", arch, (int)getpid());
    if (argc > 3)
        cmocka_set_test_filter(argv[3]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
