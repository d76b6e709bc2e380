// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A fault for a page that is not there yet changes no register: anonymous, file, shared; read
 * and write.
 */
#include "contract.h"

#include "traps/regs.h"

int main(void)
{
    struct state in, out;
    int fd = file_with("/tmp/f", "contents"), kinds[] = {MAP_PRIVATE, MAP_SHARED};

    for (unsigned seed = 0; seed < 8; seed++) {
        int anon = seed & 4 ? MAP_ANONYMOUS : 0;
        char *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, kinds[seed >> 1 & 1] | anon,
                       anon ? -1 : fd, 0);

        CHECK(p != MAP_FAILED);
        fill_state(&in, seed);
        V(run_with_state(&in, &out, seed & 1 ? OP_STORE : OP_LOAD, p) & 1);
        compare(seed & 1 ? "write" : "read", &in, &out);
        V(p[0]);
    }
    return verdict();
}
