// SPDX-License-Identifier: GPL-2.0-or-later
/* openat2 and the ways in which it restricts a lookup. */
#include "contract.h"

#ifndef SYS_openat2
#define SYS_openat2 437
#endif
struct how {
    uint64_t flags, mode, resolve, more;
};

static long try(int d, const char *path, uint64_t resolve)
{
    struct how h = {.flags = O_RDONLY, .resolve = resolve};
    long fd = syscall(SYS_openat2, d, path, &h, 24);

    return fd < 0 ? fd : close((int)fd);
}

int main(void)
{
    struct how h = {.flags = O_RDONLY, .mode = 0644};

    R(mkdir("/tmp/d", 0755));
    close(file_with("/tmp/d/f", ""));
    R(symlink("/tmp/d/f", "/tmp/d/abs"));
    R(symlink("f", "/tmp/d/rel"));
    R(symlink("../d/f", "/tmp/d/up"));
    int d = open("/tmp/d", O_RDONLY);
    for (int r = 0; r < 0x20; r = r ? r << 1 : 1)
        SAY("resolve %x: f %s", r, try(d, "f", (uint64_t)r) ? errno_name(errno) : "ok");
    R(try(d, "rel", 4));
    R(try(d, "abs", 8));
    R(try(d, "up", 8));
    R(try(d, "rel", 8));
    R(try(d, "abs", 16));
    R(try(d, "/f", 16));
    R(try(d, "../../f", 16));
    R(try(d, "/tmp/d/f", 8));
    R(try(d, "/proc/self/exe", 2));
    R(try(d, "/proc/version", 1));
    R(try(d, "f", 0x1000));
    R(syscall(SYS_openat2, d, "f", &h, 24));
    h.mode = 0;
    R(syscall(SYS_openat2, d, "f", &h, 8));
    R(syscall(SYS_openat2, d, "f", &h, 32) > 0);
    h.more = 1;
    R(syscall(SYS_openat2, d, "f", &h, 32));
    h.flags = 1ul << 40;
    R(syscall(SYS_openat2, d, "f", &h, 24));
    return verdict();
}
