// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * page_reuse - children fill memory and end; their parent maps memory after each, and writes a byte
 * a page.
 */
#include "check.h"

#define PAGES 16
#define BYTES (PAGES * 4096)

static char *map(void)
{
    return mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

int main(void)
{
    int status;

    for (int round = 0; round < 4; round++) {
        pid_t pid = fork();

        if (pid == 0) {
            memset(map(), 's', BYTES);
            _exit(0);
        }
        CHECK(waitpid(pid, &status, 0) == pid && status == 0);
        char *p = map();
        CHECK(p != MAP_FAILED);
        for (int i = 0; i < PAGES; i++)
            p[i * 4096] = 1;
    }
    return verdict();
}
