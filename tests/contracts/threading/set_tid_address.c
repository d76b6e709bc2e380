// SPDX-License-Identifier: GPL-2.0-or-later
/* The address is cleared and woken when a thread ends, and the call gives the thread id. */
#include "contract.h"

static int *word;

int main(void)
{
    word = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    V(syscall(SYS_set_tid_address, &(int){0}) == getpid());
    word[0] = 5;
    CHILD(V(syscall(SYS_set_tid_address, word) == getpid()));
    V(word[0]);
    CHILD(syscall(SYS_set_tid_address, (void *)8));
    V(syscall(SYS_set_tid_address, NULL) == getpid());
    return verdict();
}
