// SPDX-License-Identifier: GPL-2.0-or-later
/* A file without a name: size, sealing, mapping, names and flags. */
#include "contract.h"

#ifndef F_ADD_SEALS
#define F_ADD_SEALS 1033
#define F_GET_SEALS 1034
#endif
int main(void)
{
    int fd = (int)R(memfd_create("name", 0)), s;
    char b[8] = {0}, link[64] = {0}, path[32], name[300];

    R(write(fd, "memory", 6));
    R(pread(fd, b, 6, 0));
    S(b);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    R(readlink(path, link, sizeof(link) - 1));
    S(link);
    R(fcntl(fd, F_GET_SEALS));
    R(fcntl(fd, F_ADD_SEALS, 2));
    s = memfd_create("sealed", MFD_ALLOW_SEALING | MFD_CLOEXEC);
    R(fcntl(s, F_GETFD));
    R(write(s, "12345678", 8));
    R(fcntl(s, F_GET_SEALS));
    R(fcntl(s, F_ADD_SEALS, 2));
    R(ftruncate(s, 4));
    R(ftruncate(s, 16));
    R(fcntl(s, F_ADD_SEALS, 4));
    R(ftruncate(s, 32));
    R(pwrite(s, "x", 1, 16));
    char *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, s, 0);
    R(fcntl(s, F_ADD_SEALS, 8));
    R(munmap(p, PAGE));
    R(fcntl(s, F_ADD_SEALS, 8));
    R(write(s, "x", 1));
    R((long)mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, s, 0));
    OK(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, s, 0));
    R(fcntl(s, F_ADD_SEALS, 1));
    R(fcntl(s, F_ADD_SEALS, 2));
    R(fcntl(s, F_GET_SEALS));
    R(memfd_create("x", 0x1000));
    R(memfd_create(NULL, 0));
    memset(name, 'n', 299);
    name[249] = '\0';
    R(memfd_create(name, 0) > 0);
    name[249] = 'n';
    name[299] = '\0';
    R(memfd_create(name, 0));
    R(fcntl(0, F_GET_SEALS));
    return verdict();
}
