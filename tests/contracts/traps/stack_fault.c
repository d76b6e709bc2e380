// SPDX-License-Identifier: GPL-2.0-or-later
/* Growing the stack changes no register. */
#include "contract.h"

#include "traps/regs.h"

int main(void)
{
    struct state in, out;

    for (unsigned seed = 0; seed < 4; seed++) {
        char *below = (char *)__builtin_frame_address(0) - (seed + 10) * 3 * PAGE;

        fill_state(&in, seed);
        run_with_state(&in, &out, OP_STORE, below);
        compare("push", &in, &out);
        V(*below);
    }
    return verdict();
}
