// SPDX-License-Identifier: GPL-2.0-or-later
/* /proc/self/fd: names, links to each kind of file, opening again. */
#include "contract.h"

#include <dirent.h>

static void link_of(int fd)
{
    char path[32], to[128] = {0};

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (readlink(path, to, sizeof(to) - 1) < 0)
        snprintf(to, sizeof(to), "%s", errno_name(errno));
    if (strchr(to, '['))
        *strchr(to, '[') = '\0';
    S(to);
}

int main(void)
{
    int fd = file_with("/tmp/f", "0123456789"), p[2], count = 0;
    struct dirent *e;
    struct stat st;
    char c[4] = {0};

    CHECK(pipe(p) == 0);
    link_of(fd);
    link_of(p[0]);
    link_of(99);
    DIR *d = opendir("/proc/self/fd");
    while ((e = readdir(d)))
        count += e->d_name[0] != '.';
    V(count);
    closedir(d);
    R(read(fd, c, 3));
    char path[32];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    int again = open(path, O_RDONLY);
    R(read(again, c, 3));
    S(c);
    lstat(path, &st);
    SAY("%o %lld", st.st_mode, (long long)st.st_size);
    R(unlink("/tmp/f"));
    link_of(fd);
    again = open(path, O_RDONLY);
    R(read(again, c, 3));
    link_of(open("/tmp", O_RDONLY));
    R(open("/proc/self/fd/99", O_RDONLY));
    R(open("/proc/self/fd/x", O_RDONLY));
    snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
    int pos = -1;
    V(sscanf(text_of(path), "pos: %d", &pos));
    V(pos);
    R(lstat("/proc/self/fd", &st));
    SAY("%o", st.st_mode);
    return verdict();
}
