// SPDX-License-Identifier: GPL-2.0-or-later
/* A file system in memory fills up: ENOSPC, a short write before it, and all comes back. */
#include "pressure.h"
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>

static char block[64 << 10];

/* Bytes written until the error. */
static unsigned long fill(const char *path, int *error)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    unsigned long total = 0;
    ssize_t n;

    CHECK(fd >= 0);
    while ((n = write(fd, block, sizeof(block))) > 0)
        total += (unsigned long)n;
    *error = n < 0 ? errno : 0;
    close(fd);
    return total;
}

static void fill_twice(const char *options, const char *what)
{
    unsigned long first, second;
    struct statfs s;
    int error;

    CHECK(mkdir("/tmp/m", 0700) == 0 || errno == EEXIST);
    CHECK(mount("tmpfs", "/tmp/m", "tmpfs", 0, options) == 0);
    first = fill("/tmp/m/a", &error);
    CHECK(error == ENOSPC && first > 0);
    CHECK(statfs("/tmp/m", &s) == 0 && s.f_bfree == 0);
    CHECK(fill("/tmp/m/b", &error) == 0 && error == ENOSPC);
    CHECK(unlink("/tmp/m/a") == 0);
    second = fill("/tmp/m/b", &error);
    CHECK(error == ENOSPC && second + 4 * PAGE >= first);
    CHECK(umount("/tmp/m") == 0);
    memory_is_back();
    STEP(what);
}

/* The limit of a store through a mapping is SIGBUS, not a lost page. */
static void store_beyond(void)
{
    pid_t pid;
    int fd;

    CHECK(mount("tmpfs", "/tmp/m", "tmpfs", 0, "size=1m") == 0);
    fd = open("/tmp/m/f", O_RDWR | O_CREAT, 0600);
    CHECK(fd >= 0 && ftruncate(fd, 4 << 20) == 0);
    pid = fork_victim();
    if (pid == 0) {
        char *p = mmap(NULL, 4 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

        for (unsigned long i = 0; i < 4ul << 20; i += PAGE)
            p[i] = 1;
        _exit(0);
    }
    int status = status_of(pid);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS);
    close(fd);
    CHECK(umount("/tmp/m") == 0);
    memory_is_back();
    STEP("a store beyond the limit is SIGBUS");
}

/* The root has no limit but memory itself. */
static void fill_root(void)
{
    int error;
    unsigned long n = fill("/tmp/all", &error);

    CHECK((error == ENOSPC || error == ENOMEM) && n > (1 << 20));
    CHECK(unlink("/tmp/all") == 0);
    memory_is_back();
    STEP("the root file system takes all memory and gives it back");
}

int main(void)
{
    begin();
    fill_twice("size=1m", "size=1m");
    fill_twice(NULL, "half of memory");
    store_beyond();
    fill_root();
    return verdict();
}
