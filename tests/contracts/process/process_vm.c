// SPDX-License-Identifier: GPL-2.0-or-later
/* process_vm_readv and _writev: several pieces, short ends, what is refused. */
#include "contract.h"

#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>

static char *there;

int main(void)
{
    char a[8] = "", b[8] = "";
    int go[2], status;
    char c;

    there = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    char *own = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *fixed = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(!pipe(go));
    pid_t p = fork();
    if (p == 0) {
        strcpy(own, "child's");
        strcpy(there, "ready");
        if (read(go[0], &c, 1) == 1)
            SAY("child has \"%s\"", own);
        _exit(0);
    }
    while (!*(volatile char *)there)
        sched_yield();
    struct iovec local[2] = {{a, 3}, {b, 8}}, remote[2] = {{own, 5}, {own + 5, 3}};
    R(process_vm_readv(p, local, 2, remote, 2, 0));
    SAY("\"%.3s\" \"%.8s\"", a, b);
    SAY("mine: %d", own[0]);
    local[0] = (struct iovec){"parent's", 9};
    remote[0] = (struct iovec){own, 9};
    R(process_vm_writev(p, local, 1, remote, 1, 0));
    remote[0] = (struct iovec){fixed, 4};
    local[0].iov_len = 4;
    R(process_vm_writev(p, local, 1, remote, 1, 0));
    local[0] = (struct iovec){(void *)8, 8};
    remote[0] = (struct iovec){own, 8};
    R(process_vm_readv(p, local, 1, remote, 1, 0));
    R(process_vm_readv(p, local, 1, remote, 0, 0));
    R(process_vm_readv(p, local, 1, remote, 1, 1));
    R(process_vm_readv(p, local, 1025, remote, 1, 0));
    R(process_vm_readv(0x3ffffff, local, 1, remote, 1, 0));
    CHECK(write(go[1], "g", 1) == 1);
    waitpid(p, &status, 0);
    show_status("child", status);
    CHILD(CHECK(!setresuid(1000, 1000, 1000)); local[0] = (struct iovec){a, 1};
          R(process_vm_readv(getppid(), local, 1, remote, 1, 0)));
    return verdict();
}
