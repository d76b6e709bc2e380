// SPDX-License-Identifier: GPL-2.0-or-later
/* Which commands membarrier knows, and errors. */
#include "contract.h"

#ifndef SYS_membarrier
#define SYS_membarrier 283
#endif
int main(void)
{
    long all = syscall(SYS_membarrier, 0, 0);

    V((all & 1) != 0);
    V((all & 8) != 0 && (all & 16) != 0);
    R(syscall(SYS_membarrier, 1, 0));
    R(syscall(SYS_membarrier, 8, 0));
    R(syscall(SYS_membarrier, 16, 0));
    R(syscall(SYS_membarrier, 8, 0));
    R(syscall(SYS_membarrier, 0, 7));
    R(syscall(SYS_membarrier, 1 << 30, 0));
    return verdict();
}
