// SPDX-License-Identifier: GPL-2.0-or-later
/* Contents survive every change of protection, and splitting a mapping changes only the part. */
#include "contract.h"

int main(void)
{
    char *p = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int sum = 0;

    for (int i = 0; i < 16; i++)
        p[i * PAGE] = (char)i;
    for (int round = 0; round < 50; round++) {
        long at = round * 7 % 15;

        CHECK(mprotect(p + at * PAGE, 2 * PAGE, PROT_NONE) == 0);
        CHECK(mprotect(p + at * PAGE, PAGE, PROT_READ) == 0);
        CHECK(mprotect(p + at * PAGE, 2 * PAGE, PROT_READ | PROT_WRITE) == 0);
        p[at * PAGE + 1] = (char)(p[at * PAGE + 1] + 1);
    }
    for (int i = 0; i < 16; i++)
        sum += p[i * PAGE] * 100 + p[i * PAGE + 1];
    V(sum);
    R(mprotect(p + 4 * PAGE, 4 * PAGE, PROT_READ));
    p[3 * PAGE] = 1;
    p[8 * PAGE] = 1;
    CHILD(p[4 * PAGE] = 1);
    CHILD(p[7 * PAGE] = 1);
    CHILD(R(mprotect(p, 16 * PAGE, PROT_READ)); p[0] = 1);
    p[0] = 1;
    R(read(file_with("/tmp/f", "abc"), p + 4 * PAGE, 3));
    R(mprotect(p + 4 * PAGE, 4 * PAGE, PROT_READ | PROT_WRITE));
    R(read(file_with("/tmp/f", "abc"), p + 4 * PAGE, 3));
    return verdict();
}
