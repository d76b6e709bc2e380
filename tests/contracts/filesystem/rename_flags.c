// SPDX-License-Identifier: GPL-2.0-or-later
/* renameat2: NOREPLACE, EXCHANGE of files and folders, and what is refused. */
#include "contract.h"

#include <sys/stat.h>
#include <sys/syscall.h>

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#define RENAME_EXCHANGE 2
#endif

static int rename2(const char *from, const char *to, unsigned flags)
{
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
}

static void show_file(const char *path)
{
    char text[16] = "";
    int fd = open(path, O_RDONLY);

    if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
        SAY("%s: %s", path, strerror(errno));
    else
        SAY("%s: \"%s\"", path, text);
    close(fd);
}

int main(void)
{
    struct stat a, b;

    chdir("/tmp");
    close(file_with("a", "A"));
    close(file_with("b", "B"));
    mkdir("d", 0755);
    mkdir("d/e", 0755);
    close(file_with("d/x", "X"));
    R(rename2("a", "b", RENAME_NOREPLACE));
    R(rename2("a", "c", RENAME_NOREPLACE));
    show_file("c");
    R(rename2("c", "c", RENAME_NOREPLACE));
    R(rename2("c", "b", RENAME_EXCHANGE));
    show_file("b");
    show_file("c");
    R(rename2("b", "none", RENAME_EXCHANGE));
    R(rename2("none", "b", RENAME_EXCHANGE));
    R(rename2("b", "d", RENAME_EXCHANGE));
    show_file("d");
    show_file("b/x");
    stat(".", &a);
    V(a.st_nlink);
    R(rename2("b", "b/e", RENAME_EXCHANGE));
    R(rename2("b/e", "b", RENAME_EXCHANGE));
    mkdir("f", 0755);
    R(rename2("b/e", "f", RENAME_EXCHANGE));
    stat("b", &a);
    stat("f", &b);
    V(a.st_nlink);
    V(b.st_nlink);
    R(rename2("b", "f", RENAME_EXCHANGE | RENAME_NOREPLACE));
    R(rename2("b", "f", 8));
    R(rename2("b", "f", 0));
    R(rename2("f", "b", 0));
    R(rename2("c", "f", 0));
    R(rename2("f", "c", 0));
    return verdict();
}
