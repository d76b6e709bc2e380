// SPDX-License-Identifier: GPL-2.0-or-later
/* A child starts with the parent's FP environment and registers, and each keeps its own. */
#include "contract.h"

#include <fenv.h>

int main(void)
{
    volatile double third = 1.0 / 3, d = 2.5;

    fesetround(FE_DOWNWARD);
    feclearexcept(FE_ALL_EXCEPT);
    feraiseexcept(FE_DIVBYZERO);
    CHILD(V(fegetround() == FE_DOWNWARD); V(fetestexcept(FE_DIVBYZERO) != 0);
          V(fetestexcept(FE_OVERFLOW) != 0); V(third * 3 < 1.5 && d * 2 == 5.0);
          fesetround(FE_UPWARD); feclearexcept(FE_ALL_EXCEPT));
    V(fegetround() == FE_DOWNWARD);
    V(fetestexcept(FE_DIVBYZERO) != 0);
    CHILD(fesetround(FE_TOWARDZERO); CHILD(V(fegetround() == FE_TOWARDZERO)));
    V(fegetround() == FE_DOWNWARD);
    V(d * 2 == 5.0);
    return verdict();
}
