// SPDX-License-Identifier: GPL-2.0-or-later
/* A program that touches more memory than there is dies; the machine and the others do not. */
#include "pressure.h"

static void touch_all(void)
{
    unsigned char *p = map(1ul << 32, PROT_READ | PROT_WRITE);

    CHECK(p != MAP_FAILED);
    for (unsigned long i = 0;; i += PAGE)
        p[i] = 1;
}

/* Answers each byte with the next one: its own memory is what it was. */
static void bystand(int in, int out)
{
    unsigned char kept[16 * PAGE], c;

    memset(kept, 0x5a, sizeof(kept));
    while (read(in, &c, 1) == 1) {
        for (size_t i = 0; i < sizeof(kept); i++)
            if (kept[i] != 0x5a)
                _exit(2);
        c++;
        if (write(out, &c, 1) != 1)
            _exit(3);
    }
    _exit(0);
}

int main(void)
{
    int to[2], from[2];
    pid_t bystander;

    begin();
    CHECK(pipe(to) == 0 && pipe(from) == 0);
    bystander = fork_victim();
    if (bystander == 0) {
        close(to[1]);
        bystand(to[0], from[1]);
    }
    for (unsigned char round = 0; round < 3; round++) {
        unsigned char c = round;
        pid_t pid = fork_victim();

        if (pid == 0)
            touch_all();
        CHECK(is_killed(status_of(pid)));
        CHECK(write(to[1], &c, 1) == 1 && read(from[0], &c, 1) == 1 && c == round + 1);
        STEP("one died, the other answers");
    }
    close(to[1]);
    CHECK(status_of(bystander) == 0);
    memory_is_back();
    return verdict();
}
