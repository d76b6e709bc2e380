// SPDX-License-Identifier: GPL-2.0-or-later
/* A write to a page that is shared after fork changes no register. */
#include "contract.h"

#include "traps/regs.h"

int main(void)
{
    struct state in, out;
    char *p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    memset(p, 1, 8 * PAGE);
    CHILD({
        for (unsigned seed = 0; seed < 4; seed++) {
            fill_state(&in, seed);
            run_with_state(&in, &out, OP_STORE, p + seed * PAGE);
            compare("child writes", &in, &out);
        }
        V(p[3 * PAGE]);
    });
    for (unsigned seed = 0; seed < 4; seed++) {
        fill_state(&in, seed);
        run_with_state(&in, &out, OP_STORE, p + seed * PAGE);
        compare("parent writes", &in, &out);
    }
    V(p[0]);
    V(p[4 * PAGE]);
    return verdict();
}
