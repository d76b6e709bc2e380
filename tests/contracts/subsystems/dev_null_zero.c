// SPDX-License-Identifier: GPL-2.0-or-later
/* The memory devices: reads, writes, seeks, mappings, errors. */
#include "contract.h"

int main(void)
{
    char b[16];
    int n = open("/dev/null", O_RDWR), z = open("/dev/zero", O_RDWR), f = open("/dev/full", O_RDWR);

    memset(b, 7, sizeof(b));
    R(read(n, b, 16));
    R(write(n, b, 16));
    R(write(n, (void *)8, 16));
    R(read(z, b, 16));
    V(b[0] + b[15]);
    R(write(z, b, 16));
    R(read(z, (char *)8, 16));
    R(read(f, b, 16));
    R(write(f, b, 16));
    R(write(f, b, 0));
    char *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, z, 0);
    V(p != MAP_FAILED && p[5] == 0);
    p[5] = 1;
    V(p[5]);
    R((long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, n, 0));
    p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, z, 0);
    CHILD(p[0] = 9);
    V(p[0]);
    R(lseek(n, 5, SEEK_END));
    R(ftruncate(n, 0));
    struct stat st;
    fstat(n, &st);
    SAY("%o %lld", st.st_mode, (long long)st.st_size);
    return verdict();
}
