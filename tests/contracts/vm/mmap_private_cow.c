// SPDX-License-Identifier: GPL-2.0-or-later
/* A private file mapping shows the file until it is written, and never writes it. */
#include "contract.h"

int main(void)
{
    int fd = file_with("/tmp/f", "original text");
    char *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    char *q = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

    S(p);
    R(pwrite(fd, "ORIG", 4, 0));
    S(p);
    memcpy(p, "mine", 4);
    S(p);
    S(q);
    S(text_of("/tmp/f"));
    R(pwrite(fd, "AAAA", 4, 0));
    S(p);
    S(q);
    CHILD(memcpy(q, "kids", 4); S(q); S(p));
    S(q);
    R(mprotect(p, PAGE, PROT_READ));
    S(p);
    R(mprotect(p, PAGE, PROT_READ | PROT_WRITE));
    p[0] = 'M';
    S(p);
    R(unlink("/tmp/f"));
    R(close(fd));
    S(q);
    R(munmap(p, PAGE));
    S(q);
    return verdict();
}
