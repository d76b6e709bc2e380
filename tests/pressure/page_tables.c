// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory that goes to page tables alone: the program that needs them dies. */
#include "pressure.h"

#define STRIDE (2ul << 20) /* what one table of the last level covers */

int main(void)
{
    begin();
    for (int round = 0; round < 2; round++) {
        pid_t pid = fork_victim();

        if (pid == 0) {
            volatile unsigned char *p = map(1ul << 44, PROT_READ);

            if (p == MAP_FAILED)
                _exit(1);
            for (unsigned long i = 0; i < 1ul << 44; i += STRIDE)
                (void)p[i]; /* the page of zeros: nothing but a table is needed */
            _exit(2);
        }
        CHECK(is_killed(status_of(pid)));
        memory_is_back();
        STEP("killed for its tables");
    }
    return verdict();
}
