// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A tracer sees signals, system calls, the exec and the end of its child, and works on its memory.
 */
#include "contract.h"

#include <elf.h>
#include <sys/ptrace.h>

static volatile long value = 77;

static void child(void)
{
    CHECK(ptrace(PTRACE_TRACEME, 0, 0, 0) == 0);
    raise(SIGSTOP);
    R(value);
    raise(SIGUSR1);
    syscall(SYS_getppid);
    syscall(SYS_close, 99);
    raise(SIGTERM);
    _exit(12);
}

static int next(pid_t pid)
{
    int status = 0;

    CHECK(waitpid(pid, &status, 0) == pid);
    if (WIFSTOPPED(status))
        SAY("stopped by 0x%x event %d", WSTOPSIG(status), status >> 16);
    else
        show_status("tracee", status);
    return status;
}

int main(void)
{
    uint8_t regs[1024];
    struct iovec iov = {regs, sizeof(regs)};
    siginfo_t info;
    pid_t pid = fork();
    long word;

    if (pid == 0)
        child();
    next(pid);
    R(ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXIT));
    R(ptrace(PTRACE_GETSIGINFO, pid, 0, &info));
    SAY("signo %d code %d", info.si_signo, info.si_code);
    errno = 0;
    word = ptrace(PTRACE_PEEKDATA, pid, &value, 0);
    V(word);
    R(ptrace(PTRACE_POKEDATA, pid, &value, 1234));
    R(ptrace(PTRACE_PEEKDATA, pid, (void *)8, 0));
    R(ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &iov));
    V(iov.iov_len > 200);
    iov.iov_len = sizeof(regs);
    R(ptrace(PTRACE_GETREGSET, pid, 12345, &iov));
    R(ptrace(PTRACE_ATTACH, pid, 0, 0));
    R(ptrace(PTRACE_CONT, pid, 0, 999));
    R(ptrace(PTRACE_CONT, pid, 0, 0));
    next(pid);
    R(ptrace(PTRACE_CONT, pid, 0, 0)); /* SIGUSR1 is not delivered */
    next(pid);
    R(ptrace(PTRACE_CONT, pid, 0, SIGTERM));
    next(pid);
    unsigned long message;
    R(ptrace(PTRACE_GETEVENTMSG, pid, 0, &message));
    X(message);
    R(ptrace(PTRACE_CONT, pid, 0, 0));
    next(pid);
    R(ptrace(PTRACE_CONT, pid, 0, 0));
    R(ptrace(PTRACE_ATTACH, getpid(), 0, 0));
    R(ptrace(PTRACE_SEIZE, getpid(), 0, 0));
    return verdict();
}
