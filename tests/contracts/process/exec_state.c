// SPDX-License-Identifier: GPL-2.0-or-later
/* What execve keeps and what it resets: descriptors, directory, umask, pid, FP state, threads. */
#include "contract.h"

#include <fenv.h>
#include <pthread.h>
#include <sys/prctl.h>

static void *waiting(void *arg)
{
    pause();
    return arg;
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        char cwd[64], name[17] = {0};

        V(getpid() == atoi(argv[1]));
        S(getcwd(cwd, sizeof(cwd)));
        V(umask(0));
        R(fcntl(10, F_GETFD));
        R(fcntl(11, F_GETFD));
        V(fegetround() == FE_TONEAREST);
        V(fetestexcept(FE_ALL_EXCEPT));
        prctl(PR_GET_NAME, name);
        S(name);
        V(getpriority(PRIO_PROCESS, 0));
        struct rlimit r;
        getrlimit(RLIMIT_NOFILE, &r);
        V(r.rlim_cur);
        char c = 0;
        R(read(10, &c, 1));
        V(c);
        return verdict();
    }
    char pid[16], *args[] = {"x", pid, NULL};
    pthread_t t;
    int fd = file_with("/tmp/f", "abc");

    snprintf(pid, sizeof(pid), "%d", getpid());
    CHECK(dup2(fd, 10) == 10 && dup3(fd, 11, O_CLOEXEC) == 11);
    CHECK(read(fd, &(char){0}, 1) == 1);
    CHECK(chdir("/tmp") == 0);
    umask(027);
    fesetround(FE_UPWARD);
    feraiseexcept(FE_INEXACT | FE_OVERFLOW);
    prctl(PR_SET_NAME, "renamed");
    setpriority(PRIO_PROCESS, 0, 3);
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){100, 200});
    CHECK(pthread_create(&t, NULL, waiting, NULL) == 0);
    sleep_ms(2);
    execv("/proc/self/exe", args);
    return 1;
}
