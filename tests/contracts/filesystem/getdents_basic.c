// SPDX-License-Identifier: GPL-2.0-or-later
/* Entries, types, positions, and a small buffer. */
#include "contract.h"

struct entry {
    uint64_t ino;
    int64_t off;
    uint16_t len;
    uint8_t type;
    char name[];
};

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list(int d, size_t bytes)
{
    char buf[4096], *all[64];
    int count = 0;
    long n;

    while ((n = syscall(SYS_getdents64, d, buf, bytes)) > 0)
        for (long at = 0; at < n;) {
            struct entry *e = (struct entry *)(buf + at);

            CHECK(e->len % 8 == 0 && e->ino != 0);
            CHECK(asprintf(&all[count++], "%d %s", e->type, e->name) > 0);
            at += e->len;
        }
    V(n);
    qsort(all, (size_t)count, sizeof(*all), by_name);
    for (int i = 0; i < count; i++)
        SAY("%s", all[i]);
}

int main(void)
{
    char buf[64];
    int d, f;

    R(mkdir("/tmp/d", 0755));
    f = file_with("/tmp/d/file", "");
    R(mkdir("/tmp/d/sub", 0755));
    R(symlink("x", "/tmp/d/link"));
    R(mkfifo("/tmp/d/fifo", 0600));
    d = open("/tmp/d", O_RDONLY);
    list(d, 4096);
    R(syscall(SYS_getdents64, d, buf, 64));
    R(lseek(d, 0, SEEK_SET));
    list(d, 32);
    R(lseek(d, 0, SEEK_SET));
    R(syscall(SYS_getdents64, d, buf, 10));
    R(syscall(SYS_getdents64, f, buf, 64));
    R(syscall(SYS_getdents64, 99, buf, 64));
    R(syscall(SYS_getdents64, d, (void *)8, 64));
    R(unlink("/tmp/d/file"));
    R(lseek(d, 0, SEEK_SET));
    list(d, 4096);
    R(mkdir("/tmp/e", 0755));
    d = open("/tmp/e", O_RDONLY);
    R(rmdir("/tmp/e"));
    R(syscall(SYS_getdents64, d, buf, 64));
    return verdict();
}
