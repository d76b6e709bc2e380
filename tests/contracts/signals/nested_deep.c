// SPDX-License-Identifier: GPL-2.0-or-later
/* Twenty different signals nest on one stack and unwind in order. */
#include "contract.h"

static void on_rt(int signo, siginfo_t *info, void *context)
{
    char here;

    (void)info;
    (void)context;
    SAY("in %d", signo - SIGRTMIN);
    CHECK(((uintptr_t)__builtin_frame_address(0) & 15) == 0);
    if (signo < SIGRTMIN + 20)
        raise(signo + 1);
    here = (char)signo;
    SAY("out %d", *(volatile char *)&here - SIGRTMIN);
}

int main(void)
{
    for (int i = 0; i <= 20; i++)
        on_signal(SIGRTMIN + i, on_rt, 0);
    raise(SIGRTMIN);
    return verdict();
}
