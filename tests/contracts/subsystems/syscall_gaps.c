// SPDX-License-Identifier: GPL-2.0-or-later
/* Numbers that no system call has give ENOSYS, whatever the arguments. */
#include "contract.h"

int main(void)
{
    const long gaps[] = {1000, 9999, 0x7fffffff, -1, 500, 600};

    for (size_t i = 0; i < ARRAY_LEN(gaps); i++)
        R(syscall(gaps[i], 1, 2, 3, 4, 5, 6));
    V(getpid() > 0);
    return verdict();
}
