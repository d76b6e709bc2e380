/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tools/crash.c - a crash of the simulator itself ends with a sentence; see cmd.h.
 *
 * What the handler says was laid out before; it calls async-signal-safe functions alone. It has no
 * argument that could lead to this, so this is static. Nothing of the machine is touched: each
 * chunk of a trace went to its file whole when it was written, and a raw terminal has its guard
 * (sim/host_terminal.h).
 */
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "cpu/engine_guard.h"
#include "tools/cmd.h"

#define STACK_BYTES 65536u /* the engine may have used up the other one */

static const struct {
    int signo;
    const char *name;
} crashes[] = {{SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"}, {SIGILL, "SIGILL"},
               {SIGFPE, "SIGFPE"},   {SIGABRT, "SIGABRT"}};

static struct {
    char again[2048]; /* the command */
    char trace[2048]; /* a line about what it records, or nothing */
    atomic_flag is_crashing;
    _Alignas(16) char stack[STACK_BYTES];
} net = {.is_crashing = ATOMIC_FLAG_INIT};

static void append(char *to, size_t len, const char *text)
{
    size_t used = strlen(to);

    for (; *text && used + 1 < len; text++)
        to[used++] = *text;
    to[used] = '\0';
}

static void append_number(char *to, size_t len, uint64_t n, unsigned base)
{
    char digits[24], *at = digits + sizeof(digits);

    *--at = '\0';
    do
        *--at = "0123456789abcdef"[n % base];
    while (n /= base);
    append(to, len, at);
}

/* "SIGSEGV at address 0x10" */
static void append_cause(char *to, size_t len, int signo, const siginfo_t *info)
{
    for (size_t i = 0; i < ARRAY_LEN(crashes); i++)
        if (crashes[i].signo == signo)
            append(to, len, crashes[i].name);
    if (info->si_code > 0 && signo != SIGABRT) {
        append(to, len, " at address 0x");
        append_number(to, len, (uintptr_t)info->si_addr, 16);
    } else if (info->si_pid != getpid()) {
        append(to, len, " from process ");
        append_number(to, len, (uint64_t)info->si_pid, 10);
    }
}

static void on_crash(int signo, siginfo_t *info, void *context)
{
    char text[sizeof(net.again) + sizeof(net.trace) + 512] = "trapline: the simulator crashed (";
    insn_t n;

    if (signo == SIGABRT)
        engine_guard_on_abort(signo, info, context);
    while (atomic_flag_test_and_set(&net.is_crashing)) /* in another thread: it ends us all */
        pause();
    append_cause(text, sizeof(text), signo, info);
    if (engine_guard_now(&n)) {
        append(text, sizeof(text), ") over the guest's instructions right before number ");
        append_number(text, sizeof(text), n, 10);
    } else {
        append(text, sizeof(text), ") while no instruction of the guest ran");
    }
    append(text, sizeof(text), "; that is a bug of Trapline or of libunicorn. It comes again with: ");
    append(text, sizeof(text), net.again);
    append(text, sizeof(text), "\n");
    append(text, sizeof(text), net.trace);
    for (size_t at = 0, len = strlen(text); at < len;) {
        ssize_t wrote = write(STDERR_FILENO, text + at, len - at);

        if (wrote <= 0)
            break;
        at += (size_t)wrote;
    }
    _exit(EXIT_GUEST);
}

void crash_net_open(int argc, char **argv)
{
    const stack_t stack = {.ss_sp = net.stack, .ss_size = sizeof(net.stack)};
    struct sigaction old, act = {.sa_sigaction = on_crash};
    struct shell_word word;

    append(net.again, sizeof(net.again), "trapline");
    for (int i = 1; i < argc; i++) {
        append(net.again, sizeof(net.again), " ");
        append(net.again, sizeof(net.again), shell_word(argv[i], &word));
    }
    sigaltstack(&stack, NULL);
    for (size_t i = 0; i < ARRAY_LEN(crashes); i++) {
        /* The engine goes back over its own abort(), which is to leave no trace of the handler. */
        act.sa_flags = (int)(SA_SIGINFO | (crashes[i].signo == SIGABRT ? SA_NODEFER : SA_ONSTACK));
        if (sigaction(crashes[i].signo, NULL, &old) == 0 && old.sa_handler == SIG_DFL)
            sigaction(crashes[i].signo, &act, NULL); /* else a sanitizer's */
    }
}

void crash_net_trace(const char *path)
{
    struct shell_word word;

    net.trace[0] = '\0';
    append(net.trace, sizeof(net.trace) - 2, "trapline: what was recorded until then replays, up to "
                                             "the last whole chunk: trapline replay ");
    append(net.trace, sizeof(net.trace) - 2, shell_word(path, &word));
    append(net.trace, sizeof(net.trace), "\n");
}
