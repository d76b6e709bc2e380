// SPDX-License-Identifier: GPL-2.0-or-later
/* What /proc/PID of a child says while it lives, as a zombie and after. */
#include "contract.h"

static pid_t p;

static char state(void)
{
    char path[64], s = '?';
    const char *end;

    snprintf(path, sizeof(path), "/proc/%d/stat", p);
    end = strrchr(text_of(path), ')');
    return end && sscanf(end, ") %c", &s) == 1 ? s : '-';
}

int main(void)
{
    char path[64], link[64] = {0};
    struct stat st;

    p = fork();
    if (p == 0) {
        CHECK(chdir("/tmp") == 0);
        for (;;)
            pause();
    }
    sleep_ms(50);
    SAY("%c", state());
    snprintf(path, sizeof(path), "/proc/%d", p);
    R(stat(path, &st));
    SAY("%o uid %d", st.st_mode, st.st_uid);
    snprintf(path, sizeof(path), "/proc/%d/cwd", p);
    R(readlink(path, link, sizeof(link)));
    S(link);
    snprintf(path, sizeof(path), "/proc/%d/cmdline", p);
    S(text_of(path));
    snprintf(path, sizeof(path), "/proc/%d/comm", p);
    S(text_of(path));
    kill(p, SIGSTOP);
    sleep_ms(20);
    SAY("%c", state());
    kill(p, SIGKILL);
    sleep_ms(20);
    SAY("%c", state());
    snprintf(path, sizeof(path), "/proc/%d/cmdline", p);
    S(text_of(path));
    snprintf(path, sizeof(path), "/proc/%d/exe", p);
    R(readlink(path, link, sizeof(link)));
    reap(p);
    SAY("%c", state());
    snprintf(path, sizeof(path), "/proc/%d", p);
    R(stat(path, &st));
    R(open("/proc/99999", O_RDONLY));
    return verdict();
}
