// SPDX-License-Identifier: GPL-2.0-or-later
/* A shared file mapping and the file are one; the mode of the file bounds the mapping. */
#include "contract.h"

int main(void)
{
    int fd = file_with("/tmp/f", "0123456789"), ro, wo;
    char *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), buf[16] = {0};

    CHECK(p != MAP_FAILED);
    S(p);
    memcpy(p + 2, "ab", 2);
    R(pread(fd, buf, 10, 0));
    S(buf);
    R(pwrite(fd, "XY", 2, 7));
    S(p);
    p[20] = 'z';
    struct stat st;
    fstat(fd, &st);
    V(st.st_size);
    R(ftruncate(fd, 30));
    SAY("behind the old end: %d", p[20]);
    R(msync(p, PAGE, MS_SYNC));
    R(msync(p, PAGE, MS_SYNC | MS_ASYNC));
    R(msync(p + 1, PAGE, MS_SYNC));
    R(msync(p, PAGE, 64));
    R(msync(p, 0, MS_ASYNC));
    R(close(fd));
    p[0] = 'Q';
    SAY("%.10s", text_of("/tmp/f"));
    ro = open("/tmp/f", O_RDONLY);
    wo = open("/tmp/f", O_WRONLY);
    R((long)mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, ro, 0));
    OK(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, ro, 0));
    R((long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, wo, 0));
    R((long)mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, wo, 0));
    char *r = OK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, ro, 0));
    R(mprotect(r, PAGE, PROT_READ | PROT_WRITE));
    R(syscall(SYS_mmap, NULL, PAGE, PROT_READ, MAP_SHARED, ro, 100));
    R((long)mmap(NULL, PAGE, PROT_READ, MAP_SHARED, open("/tmp", O_RDONLY), 0));
    return verdict();
}
