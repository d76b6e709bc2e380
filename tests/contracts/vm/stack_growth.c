// SPDX-License-Identifier: GPL-2.0-or-later
/* The stack grows on demand up to RLIMIT_STACK, and not beyond. */
#include "contract.h"

static int deep(int levels)
{
    volatile char frame[8192];

    frame[0] = (char)levels;
    return levels == 0 ? frame[0] : deep(levels - 1) + (frame[0] == (char)levels);
}

int main(void)
{
    struct rlimit r = {0, 0};

    V(deep(100));
    V(deep(700));
    CHILD(V(deep(100000)));
    OK(getrlimit(RLIMIT_STACK, &r));
    V(r.rlim_cur);
    r.rlim_cur = 1 << 20;
    CHILD(R(setrlimit(RLIMIT_STACK, &r)); V(deep(50)); V(deep(400)));
    volatile char *below = (volatile char *)__builtin_frame_address(0) - 300000;
    CHILD(*below = 1; V(*below));
    return verdict();
}
