// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fork_cow - parent and child write the same pages after fork; neither sees the
 * other's bytes, shared memory stays shared, and vector state survives the
 * copy-on-write fault and the fork itself.
 */
#include "check.h"
#include "simd.h"

#include <sys/syscall.h>

#define PAGES 8
#define BYTES (PAGES * 4096)

static uint8_t *private_pages, *shared_pages;

static int child(void)
{
    struct simd_regs in, out;

    for (int i = 0; i < BYTES; i++)
        if (private_pages[i] != 1)
            return 10;
    simd_pattern(&in, 77);
    simd_memset(private_pages, BYTES, &in, &out);
    if (memcmp(&in, &out, sizeof(in)) != 0 || memcmp(private_pages, &in, sizeof(in)) != 0)
        return 11;
    memset(shared_pages, 9, BYTES);
    return 42;
}

int main(void)
{
    const int prot = PROT_READ | PROT_WRITE;
    struct simd_regs in, out;
    int status = 0, same = 1;

    private_pages = mmap(NULL, BYTES, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    shared_pages = mmap(NULL, BYTES, prot, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    memset(private_pages, 1, BYTES);
    STEP("fork");
    pid_t pid = fork();
    if (pid == 0)
        _exit(child());
    CHECK(pid > 0);
    simd_pattern(&in, 33);
    simd_memset(private_pages, BYTES / 2, &in, &out);
    CHECK(memcmp(&in, &out, sizeof(in)) == 0);
    CHECK(waitpid(pid, &status, 0) == pid);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 42);

    STEP("parent's pages");
    CHECK(memcmp(private_pages, &in, sizeof(in)) == 0);
    for (int i = BYTES / 2; i < BYTES; i++)
        same &= private_pages[i] == 1;
    CHECK(same);
    STEP("shared pages");
    for (int i = 0; i < BYTES; i++)
        same &= shared_pages[i] == 9;
    CHECK(same);
    return verdict();
}
