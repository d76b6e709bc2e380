// SPDX-License-Identifier: GPL-2.0-or-later
/* nice adds, stops at the ends and is inherited. */
#include "contract.h"

int main(void)
{
    R(nice(4));
    R(nice(0));
    CHILD(R(nice(3)); CHILD(R(nice(0))));
    R(nice(0));
    R(nice(100));
    R(nice(-5));
    R(nice(-100));
    CHILD(R(nice(10)); R(setuid(1000)); R(nice(-1)); R(nice(1)));
    return verdict();
}
