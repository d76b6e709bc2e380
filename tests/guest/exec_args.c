// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * exec_args - execve: arguments, environment, auxiliary vector, closed descriptors, reset signals
 * and FP state.
 */
#include "check.h"
#include "simd.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/auxv.h>

static int second(int argc, char **argv)
{
    struct sigaction sa;
    sigset_t mask;

    STEP("after exec");
    CHECK(argc == 4 && strcmp(argv[1], "second") == 0 && strcmp(argv[2], "") == 0);
    CHECK(strcmp(argv[3], "a b\tc") == 0 && argv[4] == NULL);
    CHECK(getenv("KEY") && strcmp(getenv("KEY"), "value=1") == 0 && getenv("PATH") == NULL);
    CHECK(getauxval(AT_PAGESZ) == 4096 && getauxval(AT_RANDOM) != 0 && getauxval(AT_PHDR) != 0);
    CHECK(fcntl(100, F_GETFD) == -1 && errno == EBADF);
    CHECK(fcntl(101, F_GETFD) == 0);
    CHECK(sigaction(SIGUSR1, NULL, &sa) == 0 && sa.sa_handler == SIG_DFL);
    CHECK(sigaction(SIGUSR2, NULL, &sa) == 0 && sa.sa_handler == SIG_IGN);
    CHECK(sigprocmask(SIG_BLOCK, NULL, &mask) == 0 && sigismember(&mask, SIGTERM));
    CHECK(simd_get_round_up() == 0);
    return verdict();
}

static void never(int signo, siginfo_t *info, void *context)
{
    (void)signo;
    (void)info;
    (void)context;
}

int main(int argc, char **argv)
{
    char *const args[] = {argv[0], "second", "", "a b\tc", NULL};
    char *const env[] = {"KEY=value=1", NULL};
    sigset_t mask;

    if (argc > 1)
        return second(argc, argv);
    STEP("before exec");
    int fd = open("/", O_RDONLY | O_DIRECTORY);
    CHECK(fd >= 0 && dup3(fd, 100, O_CLOEXEC) == 100 && dup2(fd, 101) == 101);
    handle(SIGUSR1, never, 0);
    signal(SIGUSR2, SIG_IGN);
    sigemptyset(&mask);
    sigaddset(&mask, SIGTERM);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    simd_set_round_up(1);
    /*
     * Text that no one has read yet is in a page that is not there: the trace would have no text.
     */
    for (int i = 0; args[i]; i++)
        CHECK(*(const volatile char *)args[i] != '?');
    execve(argv[0], args, env);
    return verdict();
}
