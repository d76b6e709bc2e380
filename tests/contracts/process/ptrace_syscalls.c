// SPDX-License-Identifier: GPL-2.0-or-later
/* PTRACE_SYSCALL: entries and exits, GET_SYSCALL_INFO, a call that the tracer skips. */
#include "contract.h"

#include <elf.h>
#include <sys/ptrace.h>

struct info {
    uint8_t op, pad[3];
    uint32_t arch;
    uint64_t pc, sp;
    union {
        struct {
            uint64_t nr, args[6];
        } entry;
        struct {
            int64_t rval;
            uint8_t is_error;
        } exit;
    };
};

static void child(void)
{
    CHECK(ptrace(PTRACE_TRACEME, 0, 0, 0) == 0);
    raise(SIGSTOP);
    syscall(SYS_close, 99, 2, 3);
    syscall(SYS_getpid);
    _exit(3);
}

static void show(pid_t pid, pid_t parent)
{
    struct info i = {0};
    long n = ptrace(0x420e, pid, sizeof(i), &i);

    if (i.op == 1)
        SAY("entry: %ld bytes, close %d getpid %d exit_group %d, first argument %d", n,
            i.entry.nr == SYS_close, i.entry.nr == SYS_getpid, i.entry.nr == SYS_exit_group,
            i.entry.nr == SYS_getpid ? 0 : (int)i.entry.args[0]);
    else if (i.op == 2)
        SAY("exit: %ld bytes, result %d is_error %d", n,
            i.exit.rval == pid ? 1 : i.exit.rval == parent ? 2 : (int)i.exit.rval, i.exit.is_error);
    else
        SAY("op %d: %ld bytes", i.op, n);
}

int main(void)
{
    pid_t pid = fork(), me = getpid();
    int status;

    if (pid == 0)
        child();
    CHECK(waitpid(pid, &status, 0) == pid);
    show(pid, me);
    R(ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD));
    R(ptrace(PTRACE_SYSCALL, pid, 0, 0));
    while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
        SAY("stop 0x%x", WSTOPSIG(status));
        show(pid, me);
        CHECK(ptrace(PTRACE_SYSCALL, pid, 0, 0) == 0);
    }
    show_status("tracee", status);
    return verdict();
}
