// SPDX-License-Identifier: GPL-2.0-or-later
/* Registration of restartable sequences: sizes, flags, twice. */
#include "contract.h"

#ifndef SYS_rseq
#if defined(__aarch64__)
#define SYS_rseq 293
#else
#define SYS_rseq 334
#endif
#endif
int main(void)
{
    static char area[256] __attribute__((aligned(256)));

    R(syscall(SYS_rseq, NULL, 0, 0, 0));
    R(syscall(SYS_rseq, area, 16, 0, 0x53053053));
    R(syscall(SYS_rseq, area + 1, 32, 0, 0x53053053));
    R(syscall(SYS_rseq, area, 32, 8, 0x53053053));
    return verdict();
}
