// SPDX-License-Identifier: GPL-2.0-or-later
/* The links and texts of oneself. */
#include "contract.h"

#include <sys/prctl.h>

int main(void)
{
    char link[64] = {0};
    int pid = 0, ppid = 0;
    char name[32] = "", s = '?';

    V(readlink("/proc/self", link, 63) > 0 && atoi(link) == getpid());
    memset(link, 0, sizeof(link));
    R(readlink("/proc/self/exe", link, 63) > 0);
    S(link);
    memset(link, 0, sizeof(link));
    R(readlink("/proc/self/cwd", link, 63));
    S(link);
    R(readlink("/proc/self/root", link, 63));
    V(readlink("/proc/thread-self", link, 63) > 0);
    CHECK(prctl(PR_SET_NAME, "odd) name") == 0);
    V(sscanf(text_of("/proc/self/stat"), "%d (%20[^)]) name) %c %d", &pid, name, &s, &ppid));
    V(pid == getpid());
    S(name);
    SAY("%c", s);
    V(ppid == getppid());
    S(text_of("/proc/self/comm"));
    R(write(open("/proc/self/comm", O_WRONLY), "renamed\n", 8));
    S(text_of("/proc/self/comm"));
    S(text_of("/proc/self/cmdline"));
    V(strncmp(text_of("/proc/self/environ"), "PATH=", 5));
    long pages = 0;
    V(sscanf(text_of("/proc/self/statm"), "%ld", &pages));
    V(pages > 0);
    V(strstr(text_of("/proc/self/limits"), "Max open files") != NULL);
    char c[2] = {0};
    int fd = open("/proc/self/mem", O_RDWR);
    static char word[] = "seen";
    R(pread(fd, c, 1, (off_t)(uintptr_t)word));
    S(c);
    R(pwrite(fd, "S", 1, (off_t)(uintptr_t)word));
    S(word);
    R(pread(fd, c, 1, 8));
    return verdict();
}
