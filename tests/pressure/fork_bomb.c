// SPDX-License-Identifier: GPL-2.0-or-later
/* A fork bomb ends in errors or by the OOM rule, and when it has been killed all is as before. */
#include "pressure.h"

/* Each child makes more of them, for ever; an error of fork must be the right one. */
static void bomb(int tell)
{
    for (;;) {
        pid_t pid = fork();

        if (pid < 0) {
            char c = errno == ENOMEM || errno == EAGAIN ? 'e' : '?';

            if (write(tell, &c, 1) != 1)
                _exit(1);
        }
    }
}

static unsigned long kills(void)
{
    static char text[8192];
    int fd = open("/proc/vmstat", O_RDONLY);
    ssize_t n = read(fd, text, sizeof(text) - 1);
    const char *at;

    close(fd);
    text[n > 0 ? n : 0] = '\0';
    at = strstr(text, "oom_kill ");
    CHECK(at != NULL);
    return at ? strtoul(at + strlen("oom_kill "), NULL, 10) : 0;
}

/* Until fork has failed, or so many have died of the shortage. */
static void wait_for_shortage(int tell, unsigned long deaths)
{
    unsigned long before = kills();
    char c = 'e';

    while (read(tell, &c, 1) != 1 && kills() < before + deaths)
        usleep(1000);
    CHECK(c == 'e');
}

static void explode(unsigned long processes_max)
{
    struct rlimit limit = {processes_max, processes_max};
    int tell[2], error = 0;
    pid_t group;

    CHECK(pipe2(tell, O_NONBLOCK) == 0);
    group = fork_victim();
    if (group == 0) {
        setpgid(0, 0);
        setrlimit(RLIMIT_NPROC, &limit);
        setgid(1000);
        if (setuid(1000) != 0)
            _exit(1);
        bomb(tell[1]);
    }
    close(tell[1]);
    wait_for_shortage(tell[0], 50);
    close(tell[0]);
    do {
        error = kill(-group, SIGKILL);
    } while (error == 0 && waitpid(-group, NULL, 0) > 0);
    reap_all();
    CHECK(kill(-group, 0) == -1 && errno == ESRCH);
    memory_is_back();
}

int main(void)
{
    begin();
    explode(40);
    STEP("ended by RLIMIT_NPROC");
    explode(100000);
    STEP("ended by memory");
    explode(100000);
    STEP("and once more");
    return verdict();
}
