// SPDX-License-Identifier: GPL-2.0-or-later
/* The core flag of a wait status: by signal, by RLIMIT_CORE, by PR_SET_DUMPABLE. */
#include "contract.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

static void dies(const char *what, rlim_t limit, int dumpable, int signo)
{
    int status = 0;
    pid_t p = fork();

    if (p == 0) {
        struct rlimit r = {limit, limit};

        setrlimit(RLIMIT_CORE, &r);
        prctl(PR_SET_DUMPABLE, dumpable);
        raise(signo);
        _exit(1);
    }
    waitpid(p, &status, 0);
    SAY("%s: signal %d, core %d", what, WTERMSIG(status), WCOREDUMP(status) != 0);
}

int main(void)
{
    chdir("/tmp");
    dies("no limit", 0, 1, SIGABRT);
    dies("SIGTERM", 1 << 24, 1, SIGTERM);
    dies("SIGKILL", 1 << 24, 1, SIGKILL);
    dies("not dumpable", 1 << 24, 0, SIGSEGV);
    return verdict();
}
