// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A system call given an address that cannot be read or written fails with EFAULT and changes
 * nothing.
 */
#include "contract.h"

#include <sys/utsname.h>

int main(void)
{
    char *p = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int fd = file_with("/tmp/f", "0123456789"), fds[2];

    CHECK(pipe(fds) == 0);
    R(mprotect(p + PAGE, PAGE, PROT_NONE));
    R(write(fds[1], p + PAGE, 1));
    R(write(fds[1], p + PAGE - 4, 8));
    R(read(fd, p + PAGE, 10));
    R(lseek(fd, 0, SEEK_CUR));
    R(read(fd, p + PAGE - 3, 10));
    R(lseek(fd, 0, SEEK_CUR));
    R(read(fd, (void *)-4096, 1));
    R(read(fd, (void *)(1ul << 62), 1));
    R(read(99, p + PAGE, 1));
    R(open((char *)p + PAGE, O_RDONLY));
    memset(p, 'a', PAGE);
    R(open(p + PAGE - 5, O_RDONLY));
    strcpy(p + PAGE - 7, "/tmp/f");
    OK(open(p + PAGE - 7, O_RDONLY));
    R(syscall(SYS_fstat, fd, p + PAGE));
    R(syscall(SYS_uname, p + PAGE));
    R(syscall(SYS_pipe2, p + PAGE, 0));
    R(syscall(SYS_clock_gettime, CLOCK_REALTIME, p + PAGE));
    R(syscall(SYS_rt_sigaction, SIGUSR1, p + PAGE, NULL, 8));
    R(syscall(SYS_rt_sigprocmask, SIG_SETMASK, NULL, p + PAGE, 8));
    R(syscall(SYS_wait4, -1, p + PAGE, WNOHANG, NULL));
    R(mprotect(p + PAGE, PAGE, PROT_READ));
    R(read(fd, p + PAGE, 1));
    R(write(fds[1], p + PAGE, 1));
    R(read(fds[0], p, 1));
    return verdict();
}
