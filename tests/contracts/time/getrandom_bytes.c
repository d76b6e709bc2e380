// SPDX-License-Identifier: GPL-2.0-or-later
/* Random bytes: lengths, flags, errors, and that they differ. */
#include "contract.h"

#include <sys/random.h>

int main(void)
{
    unsigned char a[256] = {0}, b[256] = {0};
    int zeroes = 0;

    R(getrandom(a, sizeof(a), 0));
    R(getrandom(b, sizeof(b), GRND_NONBLOCK));
    V(memcmp(a, b, sizeof(a)) != 0);
    for (size_t i = 0; i < sizeof(a); i++)
        zeroes += a[i] == 0;
    V(zeroes < 20);
    R(getrandom(a, 16, GRND_RANDOM));
    R(getrandom(a, 0, 0));
    R(getrandom(a, 1, 0x10));
    R(syscall(SYS_getrandom, (void *)8, 16, 0));
    R(syscall(SYS_getrandom, a, 1, GRND_RANDOM | 4));
    int fd = open("/dev/urandom", O_RDONLY);
    R(read(fd, a, 32));
    R(read(open("/dev/random", O_RDONLY), b, 32));
    V(memcmp(a, b, 32) != 0);
    R(write(open("/dev/urandom", O_WRONLY), a, 8));
    return verdict();
}
